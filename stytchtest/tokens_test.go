package stytchtest_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/stytch"
)

// TestJWTFitsIntoACookie logs in a user with three factors. Browsers drop a
// cookie of more than 4096 bytes.
func TestJWTFitsIntoACookie(t *testing.T) {
	w := newWorld(t)
	id, code := w.sms()
	auth := must(w.authenticate(id, code))(t)
	for _, address := range []string{"ada@example.com", "lovelace@example.com"} {
		sent := must(w.client.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: address, SessionToken: &auth.SessionToken}))(t)
		auth = must(w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{
			MethodID: sent.EmailID, Code: must(w.Inbox().WaitFor(w.ctx, address))(t).Code, SessionToken: &auth.SessionToken,
		}))(t)
	}
	if len(auth.Session.AuthenticationFactors) != 3 || len(auth.SessionJWT) > 4096 {
		t.Errorf("the JWT has %d bytes for %d factors", len(auth.SessionJWT), len(auth.Session.AuthenticationFactors))
	}
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(auth.SessionJWT, claims); err != nil {
		t.Fatal(err)
	}
	session, _ := claims["https://stytch.com/session"].(map[string]any)
	factors, _ := session["authentication_factors"].([]any)
	first, _ := factors[0].(map[string]any)
	want := []string{"created_at", "delivery_method", "last_authenticated_at", "phone_number_factor", "type", "updated_at"}
	if got := slices.Sorted(maps.Keys(first)); !slices.Equal(got, want) {
		t.Errorf("the factor of the SMS has %v, want %v", got, want)
	}
}
