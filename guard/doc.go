// Package guard limits how many codes are sent: to an address, for a client, to a country and in
// total. Fraudsters make applications send codes to phone numbers that they earn from ("SMS pumping").
// The application pays for each code.
//
// An application that sends codes with the packages stytch or b2b needs three lines. The client then
// asks the guard before every call that sends:
//
//	g, err := guard.New(guard.Config{AllowCountries: []string{"US", "CA"}})
//	client, err := stytch.NewClient(projectID, secret, stytch.WithInterceptor(g.Intercept))
//	http.ListenAndServe(addr, guard.Clients()(mux)) // puts the client into the context of each request
//
// [stytch.PublicErrorOf] returns status 429 with Retry-After for a call that must wait. Other
// applications ask the guard before each send:
//
//	decision, err := g.Ask(ctx, guard.Send{Address: phone, Client: guard.ClientIP(r)})
//	if err != nil {
//		return err
//	}
//	if err := decision.Err(); err != nil {
//		return err
//	}
//	// send the code; if it certainly was not sent: g.NotSent(ctx, decision)
//	// when the code is verified: g.Verified(ctx, send)
//
// # What it counts
//
// [Config] has a default for everything. The limits of clients, networks, countries and the total grow
// with the codes that are verified, so they do not limit honest use. They limit codes that are not
// verified. If few codes to a country are verified, the guard raises an [Alarm].
//
// Counting and deciding are one step, so no limit is ever exceeded, neither by concurrent requests nor,
// with a [Store], by several processes. Rejected codes are not counted. They cost no memory and do not
// use up limits.
//
// Addresses are stored as keyed hashes. They are not in logs, errors or
// decisions.
package guard
