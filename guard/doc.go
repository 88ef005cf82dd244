// Package guard decides how many codes are sent: to an address, for a client, to a country and as a
// whole. Fraudsters make applications send codes to numbers that they earn from ("SMS pumping"), and
// the application pays for each.
//
// An application that sends codes with the packages stytch or b2b needs three lines. No call of its
// client that sends can then forget to ask:
//
//	g, err := guard.New(guard.Config{AllowCountries: []string{"US", "CA"}})
//	client, err := stytch.NewClient(projectID, secret, stytch.WithInterceptor(g.Intercept))
//	http.ListenAndServe(addr, guard.Clients()(mux)) // the context of each request knows its client
//
// [stytch.PublicErrorOf] makes a 429 with Retry-After of the error of a call that must wait. Others ask
// by themselves, before each send:
//
//	decision, err := g.Ask(ctx, guard.Send{Address: phone, Client: guard.ClientIP(r)})
//	if err != nil {
//		return err
//	}
//	if err := decision.Err(); err != nil {
//		return err
//	}
//	// send the code; after an error that says that none was sent: g.NotSent(ctx, decision)
//	// when it was verified: g.Verified(ctx, send)
//
// # What it counts
//
// [Config] has a default for everything. Limits of clients, networks, countries and the total grow
// with the codes that are verified, so that honest use is not limited, however much it is: what they
// bound is codes that nobody verifies. When few codes to a country are verified, an [Alarm] goes off.
//
// Counting and deciding are one step, and no limit is ever exceeded: not by requests at the same
// time, and, with a [Store], not by several processes. What is refused is not counted, so it costs no
// memory and takes nothing from anybody.
//
// Addresses are kept as keyed hashes, and in no log, error or decision.
package guard
