package guard_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// A client asks the guard before each call that sends a code.
func ExampleGuard_Intercept() {
	srv, err := stytchtest.Start(stytchtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	g, err := guard.New(guard.Config{AllowCountries: []string{"US", "CA"}})
	if err != nil {
		log.Fatal(err)
	}
	client := srv.Client(stytch.WithInterceptor(g.Intercept)) // in production: stytch.NewClient(projectID, secret, ...)

	login := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := client.OTPs.SMS.LoginOrCreate(r.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: r.FormValue("phone")})
		if err != nil {
			stytch.PublicErrorOf(err).Write(w)
			return
		}
		fmt.Fprintln(w, "We sent you a code.")
	})
	handler := guard.Clients()(login) // puts the client into the context of each request

	for _, phone := range []string{"+15005550006", "+15005550006", "+447400123456"} {
		r, w := httptest.NewRequest(http.MethodPost, "/login", nil), httptest.NewRecorder()
		r.Form = map[string][]string{"phone": {phone}}
		handler.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	fmt.Println("sent:", len(srv.Inbox().Messages()))
	// Output:
	// 200 We sent you a code.
	// 429 Please wait a little before you ask for another code.
	// 400 We do not send codes to phone numbers of that country.
	// sent: 1
}

// An application that sends codes in another way asks the guard itself.
func ExampleGuard_Ask() {
	g, err := guard.New(guard.Config{RefuseCountries: []string{"GB"}})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	client := netip.MustParseAddr("192.0.2.1") // guard.ClientIP(r)

	for _, address := range []string{"ada@example.com", "Ada+shop@example.com", "+447400123456", "+447797123456"} {
		send := guard.Send{Address: address, Client: client}
		decision, err := g.Ask(ctx, send)
		if err != nil {
			log.Fatal(err)
		}
		if !decision.Allowed() {
			fmt.Println("not sent:", decision.Reason) // decision.Message is for the person
			continue
		}
		fmt.Println("sent") // if it could not be sent: g.NotSent; when it is verified: g.Verified
	}
	// Output:
	// sent
	// not sent: gap
	// not sent: country refused
	// sent
}
