package stytch_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/stytchgen/sdk/stytch"
)

// A program calls an API with the access token of its M2M client. The token source fetches the token with the
// first request, keeps it, and renews it before it expires.
func ExampleM2MService_TokenSource() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { // in production: Stytch
		fmt.Fprint(w, `{"status_code": 200, "request_id": "request-id-test-1", "access_token": "token", "token_type": "bearer", "expires_in": 3600}`)
	}))
	defer service.Close()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "got ", r.Header.Get("Authorization"))
	}))
	defer api.Close()

	client, err := stytch.NewPublicClient("project-test-11111111-1111-4111-8111-111111111111", stytch.WithBaseURL(service.URL))
	if err != nil {
		log.Fatal(err)
	}
	tokens := client.M2M.TokenSource(stytch.M2MTokenRequest{ClientID: "m2m-client-test-1", ClientSecret: "the secret of the client"})
	program := &http.Client{Transport: tokens.Transport(nil)}
	resp, err := program.Get(api.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(body))
	// Output: got Bearer token
}
