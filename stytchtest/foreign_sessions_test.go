package stytchtest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// issuer signs tokens that a project trusts.
type issuer struct {
	key     *ecdsa.PrivateKey
	pem     string
	profile stytchtest.TrustedTokenProfile
}

func newIssuer(t *testing.T, w *world, change ...func(*stytchtest.TrustedTokenProfile)) *issuer {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&key.PublicKey))(t)}))
	profile := stytchtest.TrustedTokenProfile{Issuer: "https://issuer.example.com", Audience: "stytch", PublicKeys: []string{public}}
	for _, f := range change {
		f(&profile)
	}
	return &issuer{key, public, must(w.SetTrustedTokenProfiles(profile))(t)[0]}
}

// token signs a token for the person with the address of the tests.
func (i *issuer) token(t *testing.T, w *world, change func(jwt.MapClaims)) string {
	t.Helper()
	now := w.Clock().Now()
	claims := jwt.MapClaims{
		"iss": i.profile.Issuer, "aud": i.profile.Audience, "sub": "1", "jti": "t-1", "email": email, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
	if change != nil {
		change(claims)
	}
	return must(jwt.NewWithClaims(jwt.SigningMethodES256, claims).SignedString(i.key))(t)
}

// TestAttest logs users in with the token of another issuer.
func TestAttest(t *testing.T) {
	w := newWorld(t)
	i := newIssuer(t, w)
	attest := func(token string) (*stytch.SessionsAttestResponse, error) {
		return w.client.Sessions.Attest(w.ctx, stytch.SessionsAttestRequest{ProfileID: i.profile.ID, Token: token, SessionDurationMinutes: new(60)})
	}
	_, err := attest(i.token(t, w, nil))
	wants(t, err, stytch.ErrUserNotFound)
	u := w.ada()
	got := must(attest(i.token(t, w, nil)))(t)
	if got.UserID != u.UserID || len(got.Session.AuthenticationFactors) != 1 || got.Session.AuthenticationFactors[0].TrustedAuthTokenFactor.TokenID != "t-1" {
		t.Errorf("the session %+v", got.Session)
	}
	session := must(w.AddSession(u.UserID, time.Hour, nil))(t)
	more := must(w.client.Sessions.Attest(w.ctx, stytch.SessionsAttestRequest{ProfileID: i.profile.ID, Token: i.token(t, w, nil), SessionToken: &session.Token}))(t)
	if len(more.Session.AuthenticationFactors) != 2 {
		t.Errorf("the extended session %+v", more.Session)
	}

	old := i.token(t, w, nil)
	claims := jwt.MapClaims{"iss": i.profile.Issuer, "aud": i.profile.Audience, "jti": "t", "email": email, "exp": w.Clock().Now().Add(time.Hour).Unix()}
	foreign := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	for name, token := range map[string]string{
		"another issuer":                i.token(t, w, func(c jwt.MapClaims) { c["iss"] = "https://evil.example.com" }),
		"another audience":              i.token(t, w, func(c jwt.MapClaims) { c["aud"] = "other" }),
		"an expired token":              i.token(t, w, func(c jwt.MapClaims) { c["exp"] = w.Clock().Now().Add(-time.Second).Unix() }),
		"another key":                   must(jwt.NewWithClaims(jwt.SigningMethodES256, claims).SignedString(foreign))(t),
		"no algorithm":                  must(jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType))(t),
		"the public key as a secret":    must(jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(i.pem)))(t),
		"the JWT of the user's session": got.SessionJWT,
		"nonsense":                      "x",
	} {
		_, err := attest(token)
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
		wants(t, err, stytch.ErrInvalidTrustedAuthToken)
	}
	_, err = attest(i.token(t, w, func(c jwt.MapClaims) { delete(c, "email") }))
	wants(t, err, stytch.ErrTrustedTokenProfileInvalidRequest)
	_, err = w.client.Sessions.Attest(w.ctx, stytch.SessionsAttestRequest{ProfileID: "nobody", Token: old})
	wants(t, err, stytch.ErrTrustedTokenProfileNotFound)

	i = newIssuer(t, w, func(p *stytchtest.TrustedTokenProfile) { p.JITProvisioning = true })
	made := must(attest(i.token(t, w, func(c jwt.MapClaims) { c["email"] = "new@example.com" })))(t)
	if made.UserID == u.UserID || len(w.Users()) != 2 || made.User.Emails[0].Email != "new@example.com" {
		t.Errorf("the new user %+v", made.User)
	}
}

// TestMemberAttest logs members in. The token or the call names the organization.
func TestMemberAttest(t *testing.T) {
	w := newIDPWorld(t)
	i := newIssuer(t, w.world, func(p *stytchtest.TrustedTokenProfile) { p.JITProvisioning = true })
	other := w.AddOrganization(b2b.Organization{OrganizationName: "Other"})
	attest := func(organization *string, change func(jwt.MapClaims)) (*b2b.SessionsAttestResponse, error) {
		return w.b2b.Sessions.Attest(w.ctx, b2b.SessionsAttestRequest{ProfileID: i.profile.ID, Token: i.token(t, w.world, change), OrganizationID: organization})
	}
	in := func(id string) func(jwt.MapClaims) { return func(c jwt.MapClaims) { c["organization_id"] = id } }
	for _, got := range []*b2b.SessionsAttestResponse{
		must(attest(&w.organization.OrganizationSlug, nil))(t), must(attest(nil, in(w.organization.OrganizationID)))(t),
	} {
		if got.MemberID != w.member.MemberID || got.MemberSession.AuthenticationFactors[0].DeliveryMethod != "trusted_token_exchange" {
			t.Errorf("the session %+v", got.MemberSession)
		}
	}
	staff := must(w.b2b.Impersonation.Authenticate(w.ctx, b2b.ImpersonationAuthenticateRequest{
		ImpersonationToken: must(w.Impersonate(w.member.MemberID, "staff@example.com"))(t).Token}))(t)
	_, err := w.b2b.Sessions.Attest(w.ctx, b2b.SessionsAttestRequest{
		ProfileID: i.profile.ID, Token: i.token(t, w.world, in(w.organization.OrganizationID)), SessionToken: &staff.SessionToken})
	wants(t, err, stytch.ErrSessionNotMutable)
	_, err = attest(nil, nil)
	wants(t, err, stytch.ErrTokenMissingOrganizationIDClaim)
	_, err = attest(&other.OrganizationID, in(w.organization.OrganizationID))
	wants(t, err, stytch.ErrInvalidTokenOrganizationIDClaim)
	_, err = attest(&other.OrganizationID, nil) // new members need the claim
	wants(t, err, stytch.ErrMemberNotFound)
	if made := must(attest(nil, in(other.OrganizationID)))(t); made.Member.OrganizationID != other.OrganizationID || made.Member.EmailAddress != email {
		t.Errorf("the new member %+v", made.Member)
	}
}

// TestMigrateSession asks a provider whose token it is.
func TestMigrateSession(t *testing.T) {
	w := newIDPWorld(t)
	user := stytch.SessionsMigrateRequest{SessionToken: "good", SessionDurationMinutes: new(60)}
	member := b2b.SessionsMigrateRequest{SessionToken: "good", OrganizationID: w.organization.OrganizationID}
	_, err := w.client.Sessions.Migrate(w.ctx, user)
	wants(t, err, stytch.ErrMigrateFromExternalMissingUserInfo)
	provider := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") {
		case "Bearer good":
			_, _ = fmt.Fprintf(rw, `{"sub": "1", "email": %q}`, email)
		case "Bearer empty":
			_, _ = fmt.Fprint(rw, `{}`)
		case "Bearer page":
			_, _ = fmt.Fprint(rw, `<html>`)
		default:
			rw.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprintf(rw, `{"email": %q}`, email)
		}
	}))
	t.Cleanup(provider.Close)
	if err := w.SetUserInfoURL(provider.URL); err != nil {
		t.Fatal(err)
	}
	_, err = w.client.Sessions.Migrate(w.ctx, user)
	wants(t, err, stytch.ErrMigrateFromExternalEmailDoesNotExist)
	u := w.ada()
	if got := must(w.client.Sessions.Migrate(w.ctx, user))(t); got.UserID != u.UserID || got.Session.AuthenticationFactors[0].Type != "imported" {
		t.Errorf("the session %+v", got.Session)
	}
	if got := must(w.b2b.Sessions.Migrate(w.ctx, member))(t); got.MemberID != w.member.MemberID || got.SessionToken == "" {
		t.Errorf("the session %+v", got.MemberSession)
	}
	for _, token := range []string{"bad", "empty", "page"} {
		user.SessionToken = token
		_, err := w.client.Sessions.Migrate(w.ctx, user)
		wants(t, err, stytch.ErrMigrateFromExternalUnexpectedResponse)
	}
	member.OrganizationID = "nobody"
	_, err = w.b2b.Sessions.Migrate(w.ctx, member)
	wants(t, err, stytch.ErrOrganizationNotFound)
}

func TestForeignSettings(t *testing.T) {
	w := newWorld(t)
	for want, profile := range map[string]stytchtest.TrustedTokenProfile{
		"no issuer":   {Audience: "a", JWKSURL: "https://example.com"},
		"either":      {Issuer: "i", Audience: "a"},
		"at most 5":   {Issuer: "i", Audience: "a", PublicKeys: make([]string, 6)},
		"in PEM":      {Issuer: "i", Audience: "a", PublicKeys: []string{"x"}},
		"an absolute": {Issuer: "i", Audience: "a", JWKSURL: "keys"},
	} {
		if _, err := w.SetTrustedTokenProfiles(profile); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if err := w.SetUserInfoURL("file:///etc/passwd"); err == nil {
		t.Error("a file is an address")
	}
}
