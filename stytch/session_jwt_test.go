package stytch_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const organizationClaim = "https://stytch.com/organization"

// issuer signs session JWTs like the service, or with mistakes.
type issuer struct {
	key *rsa.PrivateKey
	now time.Time
}

const jwtProject = "project-test-11111111-1111-4111-8111-111111111111"

var newIssuer = sync.OnceValue(func() *issuer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return &issuer{key: key, now: time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)}
})

// claims returns the claims of a valid token.
func (i *issuer) claims() jwt.MapClaims {
	return jwt.MapClaims{
		"aud": []string{jwtProject}, "iss": "stytch.com/" + jwtProject, "sub": "user-test-1",
		"iat": i.now.Unix(), "nbf": i.now.Unix(), "exp": i.now.Add(5 * time.Minute).Unix(),
		"plan": "pro", "seats": json.Number("9007199254740993"),
		"https://stytch.com/session": map[string]any{
			"id": "session-test-1", "started_at": "2026-03-02T09:41:07Z", "last_accessed_at": "2026-03-02T09:41:07Z",
			"expires_at": "2026-03-02T10:41:07Z", "attributes": map[string]any{"user_agent": "agent", "ip_address": ""},
			"authentication_factors": []any{map[string]any{"type": "otp", "delivery_method": "sms"}}, "roles": []string{"stytch_user"},
			"something_new": 1,
		},
		"https://stytch.com/something_new": map[string]any{"a": 1},
	}
}

// sign changes the claims and the header, and signs them.
func (i *issuer) sign(method jwt.SigningMethod, key any, change func(header, claims map[string]any)) string {
	claims := i.claims()
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = "key-1"
	if change != nil {
		change(token.Header, claims)
	}
	signed, err := token.SignedString(key)
	if err != nil {
		panic(err)
	}
	return signed
}

func (i *issuer) jwk(id string) stytch.JWK {
	encode := base64.RawURLEncoding.EncodeToString
	return stytch.JWK{Kty: "RSA", Use: "sig", Alg: "RS256", Kid: id, N: encode(i.key.N.Bytes()), E: encode(big.NewInt(int64(i.key.E)).Bytes())}
}

// offline returns a client with the key and a clock, and without a server.
func (i *issuer) offline(t *testing.T, now time.Time, opts ...stytch.Option) *stytch.Client {
	t.Helper()
	opts = append([]stytch.Option{
		stytch.WithJWTKeys(i.jwk("key-1")), stytch.WithClock(func() time.Time { return now }), stytch.WithBaseURL("http://127.0.0.1:1"),
	}, opts...)
	c, err := stytch.NewClient(jwtProject, "secret-test-x", opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func rs256(i *issuer, change func(header, claims map[string]any)) string {
	return i.sign(jwt.SigningMethodRS256, i.key, change)
}

func TestAuthenticateJWTLocal(t *testing.T) {
	i := newIssuer()
	session, err := i.offline(t, i.now).Sessions.AuthenticateJWTLocal(t.Context(), rs256(i, nil))
	if err != nil {
		t.Fatal(err)
	}
	at := i.now
	want := &stytch.Session{
		SessionID: "session-test-1", UserID: "user-test-1", Roles: []string{"stytch_user"}, StartedAt: &at, LastAccessedAt: &at, ExpiresAt: new(at.Add(time.Hour)),
		Attributes: &stytch.Attributes{UserAgent: new("agent"), IPAddress: new("")}, CustomClaims: map[string]any{"plan": "pro", "seats": json.Number("9007199254740993")},
		AuthenticationFactors: []stytch.AuthenticationFactor{{Type: stytch.AuthenticationFactorTypeOTP, DeliveryMethod: stytch.AuthenticationFactorDeliveryMethodSMS}},
	}
	if !reflect.DeepEqual(session, want) {
		t.Errorf("got  %v\nwant %v", session, want)
	}
}

// TestJWTVectors checks known mistakes of other JWT libraries.
func TestJWTVectors(t *testing.T) {
	i := newIssuer()
	good := rs256(i, nil)
	head, payload, signature := strings.Split(good, ".")[0], strings.Split(good, ".")[1], strings.Split(good, ".")[2]
	encode := base64.RawURLEncoding.EncodeToString
	signed := func(header, claims string) string {
		input := encode([]byte(header)) + "." + encode([]byte(claims))
		sig, err := jwt.SigningMethodRS256.Sign(input, i.key)
		if err != nil {
			t.Fatal(err)
		}
		return input + "." + encode(sig)
	}
	goodClaims, err := json.Marshal(i.claims())
	if err != nil {
		t.Fatal(err)
	}
	without := func(name string) string {
		return rs256(i, func(_, claims map[string]any) { delete(claims, name) })
	}
	with := func(name string, value any) string {
		return rs256(i, func(_, claims map[string]any) { claims[name] = value })
	}
	header := func(change map[string]any) string {
		return rs256(i, func(header, _ map[string]any) { maps.Copy(header, change) })
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := i.key.N.Bytes()        // an attacker knows it
	lastBits := func(s string) string { // another encoding of the same bytes, if there are spare bits
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		return s[:len(s)-1] + string(alphabet[strings.IndexByte(alphabet, s[len(s)-1])|1])
	}
	tests := []struct {
		name, token string
		want        error
	}{
		{"good", good, nil},
		{"an audience that is no list", with("aud", jwtProject), nil},
		{"one audience of several", with("aud", []string{"x", jwtProject}), nil},
		{"a time with a fraction", with("exp", float64(i.now.Unix())+300.5), nil},
		{"a jti, which the service has none of", with("jti", 5), nil},

		{"empty", "", stytch.ErrJWTMalformed},
		{"two parts", head + "." + payload, stytch.ErrJWTMalformed},
		{"four parts", good + ".x", stytch.ErrJWTMalformed},
		{"white space", " " + good, stytch.ErrJWTMalformed},
		{"line break", good + "\n", stytch.ErrJWTMalformed},
		{"padding", head + "." + payload + "." + signature + "==", stytch.ErrJWTMalformed},
		{"standard base64", strings.NewReplacer("-", "+", "_", "/").Replace(good[:len(good)-1]) + "+", stytch.ErrJWTMalformed},
		{"non-canonical base64", head + "." + payload + "." + lastBits(signature), stytch.ErrJWTMalformed},
		{"huge", head + "." + strings.Repeat("A", 1<<20) + "." + signature, stytch.ErrJWTMalformed},
		{"many dots", strings.Repeat(".", 10_000), stytch.ErrJWTMalformed},
		{"a header that is no object", signed(`["RS256"]`, string(goodClaims)), stytch.ErrJWTMalformed},
		{"a header with two algorithms", signed(`{"alg":"none","alg":"RS256","kid":"key-1"}`, string(goodClaims)), stytch.ErrJWTMalformed},
		{"a critical header", header(map[string]any{"crit": []string{"b64"}, "b64": false}), stytch.ErrJWTMalformed},
		{"an empty critical header", header(map[string]any{"crit": []string{}}), stytch.ErrJWTMalformed},
		{"claims that are a list", signed(`{"alg":"RS256","kid":"key-1"}`, `[]`), stytch.ErrJWTMalformed},
		{"claims that are null", signed(`{"alg":"RS256","kid":"key-1"}`, `null`), stytch.ErrJWTMissingClaim},
		{"a repeated claim", signed(`{"alg":"RS256","kid":"key-1"}`, `{"sub":"user-test-2",`+string(goodClaims[1:])), stytch.ErrJWTMalformed},
		{"a repeated custom claim", signed(`{"alg":"RS256","kid":"key-1"}`, `{"plan":"free",`+string(goodClaims[1:])), stytch.ErrJWTMalformed},
		{"a repeated session", signed(`{"alg":"RS256","kid":"key-1"}`, `{"https://stytch.com/session":{},`+string(goodClaims[1:])), stytch.ErrJWTMalformed},
		{"invalid UTF-8 in the claims", signed(`{"alg":"RS256","kid":"key-1"}`, "{\"plan\":\"\xff\"}"), stytch.ErrJWTMalformed},
		{"a time that is a text", with("exp", "soon"), stytch.ErrJWTMalformed},
		{"an audience of numbers", with("aud", []int{1}), stytch.ErrJWTMalformed},

		{"alg none", i.sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), stytch.ErrJWTAlgorithm},
		{"alg none, signature kept", encode([]byte(`{"alg":"none","kid":"key-1"}`)) + "." + payload + "." + signature, stytch.ErrJWTAlgorithm},
		{"alg NONE", encode([]byte(`{"alg":"nOnE","kid":"key-1"}`)) + "." + payload + ".", stytch.ErrJWTAlgorithm},
		{"alg rs256", signed(`{"alg":"rs256","kid":"key-1"}`, string(goodClaims)), stytch.ErrJWTAlgorithm},
		{"no alg", signed(`{"kid":"key-1"}`, string(goodClaims)), stytch.ErrJWTAlgorithm},
		{"HS256 with the public key", i.sign(jwt.SigningMethodHS256, publicPEM, nil), stytch.ErrJWTAlgorithm},
		{"RS512", i.sign(jwt.SigningMethodRS512, i.key, nil), stytch.ErrJWTAlgorithm},
		{"PS256", i.sign(jwt.SigningMethodPS256, i.key, nil), stytch.ErrJWTAlgorithm},

		{"no key id", rs256(i, func(header, _ map[string]any) { delete(header, "kid") }), stytch.ErrJWTUnknownKey},
		{"an unknown key id", header(map[string]any{"kid": "key-2"}), stytch.ErrJWTUnknownKey},
		{"a key of its own", header(map[string]any{"kid": "key-2", "jwk": map[string]any{"kty": "RSA"}, "jku": "http://127.0.0.1:1/"}), stytch.ErrJWTUnknownKey},
		{"another key", i.sign(jwt.SigningMethodRS256, other, nil), stytch.ErrJWTSignature},
		{"no signature", head + "." + payload + ".", stytch.ErrJWTSignature},
		{"another payload", head + "." + strings.Split(with("sub", "user-test-2"), ".")[1] + "." + signature, stytch.ErrJWTSignature},
		{"another header", strings.Split(header(map[string]any{"typ": "x"}), ".")[0] + "." + payload + "." + signature, stytch.ErrJWTSignature},

		{"no exp", without("exp"), stytch.ErrJWTMissingClaim},
		{"no iat", without("iat"), stytch.ErrJWTMissingClaim},
		{"no nbf", without("nbf"), stytch.ErrJWTMissingClaim},
		{"no aud", without("aud"), stytch.ErrJWTMissingClaim},
		{"no iss", without("iss"), stytch.ErrJWTMissingClaim},
		{"no sub", without("sub"), stytch.ErrJWTMissingClaim},
		{"an empty sub", with("sub", ""), stytch.ErrJWTMissingClaim},
		{"no session", without("https://stytch.com/session"), stytch.ErrJWTMissingClaim},
		{"a session without an id", with("https://stytch.com/session", map[string]any{}), stytch.ErrJWTMissingClaim},
		{"exp null", with("exp", nil), stytch.ErrJWTMissingClaim},
		{"exp zero", with("exp", 0), stytch.ErrJWTMissingClaim},
		{"exp negative", with("exp", -1), stytch.ErrJWTMissingClaim},
		{"exp beyond all clocks", with("exp", json.Number("1e300")), stytch.ErrJWTMissingClaim},

		{"another issuer", with("iss", "stytch.com/project-test-2"), stytch.ErrJWTIssuer},
		{"an issuer that only begins right", with("iss", "stytch.com/"+jwtProject+"/"), stytch.ErrJWTIssuer},
		{"another audience", with("aud", []string{"project-test-2"}), stytch.ErrJWTAudience},
		{"another audience and issuer", rs256(i, func(_, claims map[string]any) {
			claims["aud"], claims["iss"] = "project-test-2", "stytch.com/project-test-2"
		}), stytch.ErrJWTAudience},
		{"another audience, signed by its own key", rs256(i, func(header, claims map[string]any) {
			header["kid"], claims["aud"] = "key-2", "project-test-2"
		}), stytch.ErrJWTAudience},
		{"another issuer, expired", rs256(i, func(_, claims map[string]any) {
			claims["iss"], claims["exp"] = "https://login.example.com", i.now.Add(-time.Hour).Unix()
		}), stytch.ErrJWTIssuer},
		{"no audience", with("aud", []string{}), stytch.ErrJWTMissingClaim},

		{"expired", with("exp", i.now.Add(-5*time.Second).Unix()), stytch.ErrJWTExpired},
		{"expired within the leeway", with("exp", i.now.Add(-4*time.Second).Unix()), nil},
		{"not valid yet", with("nbf", i.now.Add(6*time.Second).Unix()), stytch.ErrJWTNotYetValid},
		{"not valid yet, within the leeway", with("nbf", i.now.Add(5*time.Second).Unix()), nil},
		{"issued in the future", with("iat", i.now.Add(6*time.Second).Unix()), stytch.ErrJWTNotYetValid},
		{"of a member", with(organizationClaim, map[string]any{"organization_id": "organization-test-1", "slug": "engines"}), stytch.ErrJWTOfMember},
		{"of a member, with an empty claim", with(organizationClaim, nil), stytch.ErrJWTOfMember},
		{"of a member, expired", rs256(i, func(_, claims map[string]any) {
			claims[organizationClaim], claims["exp"] = map[string]any{}, i.now.Add(-time.Hour).Unix()
		}), stytch.ErrJWTOfMember},
		{"of a session that has ended", with("https://stytch.com/session", map[string]any{"id": "s", "expires_at": "2026-03-02T09:00:00Z"}), stytch.ErrJWTExpired},
	}
	sentinels := []error{
		stytch.ErrJWTOfMember, stytch.ErrJWTMalformed, stytch.ErrJWTAlgorithm, stytch.ErrJWTSignature, stytch.ErrJWTUnknownKey, stytch.ErrJWTKeysUnreachable,
		stytch.ErrJWTMissingClaim, stytch.ErrJWTIssuer, stytch.ErrJWTAudience, stytch.ErrJWTExpired, stytch.ErrJWTNotYetValid,
	}
	client := i.offline(t, i.now)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			session, err := client.Sessions.AuthenticateJWTLocal(t.Context(), test.token)
			if (session == nil) == (err == nil) {
				t.Errorf("session %v with the error %v", session, err)
			}
			for _, sentinel := range sentinels {
				if errors.Is(err, sentinel) != (sentinel == test.want) {
					t.Errorf("error %v, want %v and nothing else", err, test.want)
				}
			}
			if err != nil && test.token != "" && strings.Contains(err.Error(), payload[:20]) {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

func TestJWTLeeway(t *testing.T) {
	i := newIssuer()
	token := rs256(i, nil)
	tests := []struct {
		name   string
		now    time.Time
		leeway time.Duration
		want   error
	}{
		{"a clock behind, within a minute", i.now.Add(-time.Minute), time.Minute, nil},
		{"a clock behind", i.now.Add(-time.Minute), 0, stytch.ErrJWTNotYetValid},
		{"a clock ahead, within a minute", i.now.Add(6*time.Minute - time.Second), time.Minute, nil},
		{"a clock ahead", i.now.Add(6*time.Minute - time.Second), 0, stytch.ErrJWTExpired},
		{"no leeway, the first moment", i.now, -1, nil},
		{"no leeway, the last moment", i.now.Add(5*time.Minute - time.Nanosecond), -1, nil},
		{"no leeway, too late", i.now.Add(5 * time.Minute), -1, stytch.ErrJWTExpired},
		{"no leeway, too early", i.now.Add(-time.Nanosecond), -1, stytch.ErrJWTNotYetValid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := i.offline(t, test.now, stytch.WithJWTLeeway(test.leeway)).Sessions.AuthenticateJWTLocal(t.Context(), token)
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestJWTKeysThatAreNone(t *testing.T) {
	i := newIssuer()
	good := i.jwk("key-1")
	change := func(f func(*stytch.JWK)) []stytch.JWK {
		key := good
		f(&key)
		return []stytch.JWK{key}
	}
	tests := map[string][]stytch.JWK{
		"no keys":              {},
		"no id":                change(func(k *stytch.JWK) { k.Kid = "" }),
		"twice":                {good, good},
		"another kind":         change(func(k *stytch.JWK) { k.Kty = "EC" }),
		"for encryption":       change(func(k *stytch.JWK) { k.Use = "enc" }),
		"another algorithm":    change(func(k *stytch.JWK) { k.Alg = "RS512" }),
		"a modulus that is no": change(func(k *stytch.JWK) { k.N = "!" }),
		"a short modulus":      change(func(k *stytch.JWK) { k.N = "AQAB" }),
		"a huge modulus":       change(func(k *stytch.JWK) { k.N = strings.Repeat("_", 4096) }),
		"an even modulus":      change(func(k *stytch.JWK) { k.N = k.N[:len(k.N)-2] + "AA" }),
		"exponent one":         change(func(k *stytch.JWK) { k.E = "AQ" }),
		"an even exponent":     change(func(k *stytch.JWK) { k.E = "BA" }),
		"a huge exponent":      change(func(k *stytch.JWK) { k.E = k.N }),
		"one good, one broken": {good, change(func(k *stytch.JWK) { k.Kid, k.N = "key-2", "" })[0]},
	}
	for name, keys := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := stytch.NewClient(jwtProject, "secret-test-x", stytch.WithJWTKeys(keys...)); err == nil || !strings.Contains(err.Error(), "key set") {
				t.Errorf("error %v, want one about the key set", err)
			}
		})
	}
	if _, err := stytch.NewClient(jwtProject, "secret-test-x", stytch.WithJWTKeys(good, change(func(k *stytch.JWK) { k.Kty = "EC" })[0])); err != nil {
		t.Errorf("a key of another kind beside a good one: %v", err)
	}
}

// served returns an emulator with a user's session.
func served(t *testing.T, opts ...stytch.Option) (*stytchtest.Server, *stytch.Client, func() string) {
	t.Helper()
	srv := stytchtest.NewServer(t)
	srv.Clock().Stop()
	u := srv.AddUser(stytch.User{})
	issue := func() string {
		s, err := srv.AddSession(u.UserID, time.Hour, map[string]any{"plan": "pro"})
		if err != nil {
			t.Fatal(err)
		}
		return s.JWT
	}
	return srv, srv.Client(append([]stytch.Option{stytch.WithMaxRetries(0)}, opts...)...), issue
}

func TestAuthenticateJWT(t *testing.T) {
	srv, client, issue := served(t)
	token := issue()
	check := func(name string, req stytch.AuthenticateJWTRequest, network int) {
		t.Helper()
		before := srv.Calls("consumer.sessions.authenticate")
		req.SessionJWT = token
		session, err := client.Sessions.AuthenticateJWT(t.Context(), req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if session.CustomClaims["plan"] != "pro" || session.UserID == "" || len(session.CustomClaims) != 1 {
			t.Errorf("%s: session %v", name, session)
		}
		if got := srv.Calls("consumer.sessions.authenticate") - before; got != network {
			t.Errorf("%s: %d calls, want %d", name, got, network)
		}
	}
	for range 3 {
		check("fresh", stytch.AuthenticateJWTRequest{}, 0)
	}
	srv.Clock().Advance(time.Minute)
	check("young enough", stytch.AuthenticateJWTRequest{MaxTokenAge: time.Minute}, 0)
	check("too old", stytch.AuthenticateJWTRequest{MaxTokenAge: time.Minute - time.Second}, 1)
	check("never locally", stytch.AuthenticateJWTRequest{MaxTokenAge: -1}, 1)
	srv.Clock().Advance(10 * time.Minute)
	check("expired", stytch.AuthenticateJWTRequest{}, 1)
	if n := srv.Calls("consumer.sessions.get_jwks"); n != 1 {
		t.Errorf("the keys were fetched %d times, want once", n)
	}

	other, err := srv.AddSession(srv.AddUser(stytch.User{}).UserID, time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	// An authorization check is never skipped.
	token = issue()
	_, err = client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: token, AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: "r", Action: "a"}})
	if !errors.Is(err, stytch.ErrConsumerSessionAuthorizationError) {
		t.Errorf("error %v", err)
	}
	// A token is used if the JWT is not enough or is not valid.
	for name, req := range map[string]stytch.AuthenticateJWTRequest{
		"a token":                       {SessionToken: other.Token},
		"a token beside a broken JWT":   {SessionToken: other.Token, SessionJWT: "x.y.z"},
		"a token beside its old JWT":    {SessionToken: other.Token, SessionJWT: other.JWT, MaxTokenAge: -1},
		"a dead token beside a JWT":     {SessionToken: "nobody", SessionJWT: other.JWT, MaxTokenAge: -1},
		"a dead token, and a fresh JWT": {SessionToken: "nobody", SessionJWT: other.JWT},
	} {
		session, err := client.Sessions.AuthenticateJWT(t.Context(), req)
		if err != nil || session.SessionID != other.ID {
			t.Errorf("%s: session %v, error %v", name, session, err)
		}
	}
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionToken: other.Token, SessionJWT: token, MaxTokenAge: -1}); !errors.Is(err, stytch.ErrAmbiguousSession) {
		t.Errorf("the token of one user and the JWT of another: %v", err)
	}
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{}); !errors.Is(err, stytch.ErrNoSession) {
		t.Errorf("neither token nor JWT: %v", err)
	}
	// A malformed JWT is never sent to the service.
	before := len(srv.Requests())
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: "x.y.z"}); !errors.Is(err, stytch.ErrJWTMalformed) || len(srv.Requests()) != before {
		t.Errorf("error %v, %d requests", err, len(srv.Requests())-before)
	}
	srv.Clock().Advance(2 * time.Hour)
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: token}); !errors.Is(err, stytch.ErrSessionNotFound) {
		t.Errorf("a session that has ended: %v", err)
	}
}

// TestConstructorFetchesNothing makes a client without a server.
func TestConstructorFetchesNothing(t *testing.T) {
	srv, _, _ := served(t)
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestRotation(t *testing.T) {
	srv, client, issue := served(t)
	local := func(token string) error {
		_, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token)
		return err
	}
	old := issue()
	if err := local(old); err != nil {
		t.Fatal(err)
	}
	srv.RotateKeys(false)
	next := issue()
	if err := local(next); !errors.Is(err, stytch.ErrJWTUnknownKey) {
		t.Errorf("at once after the last fetch: %v, want an unknown key", err)
	}
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: next}); err != nil {
		t.Errorf("with the network: %v", err)
	}
	srv.Clock().Advance(31 * time.Second)
	for range 5 {
		if err := errors.Join(local(next), local(old)); err != nil {
			t.Errorf("after the interval: %v", err)
		}
	}
	// Made-up key ids do not cause more fetches.
	i := newIssuer()
	srv.Clock().Advance(31 * time.Second)
	madeUp := rs256(i, func(_, claims map[string]any) { claims["aud"] = srv.Project.ID })
	for range 20 {
		if err := local(madeUp); !errors.Is(err, stytch.ErrJWTUnknownKey) {
			t.Errorf("a made-up key: %v", err)
		}
	}
	if n := srv.Calls("consumer.sessions.get_jwks"); n != 3 {
		t.Errorf("the keys were fetched %d times, want 3", n)
	}
}

func TestServiceDown(t *testing.T) {
	srv, client, issue := served(t)
	srv.Fail(stytchtest.Fault{Call: "consumer.sessions.get_jwks", Status: 503})
	token := issue()
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token); !errors.Is(err, stytch.ErrJWTKeysUnreachable) {
		t.Errorf("down from the beginning: %v", err)
	}
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: token}); err != nil {
		t.Errorf("the keys could not be fetched, but the service answers: %v", err)
	}
	srv.ClearFaults()
	srv.Clock().Advance(31 * time.Second)
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token); err != nil {
		t.Errorf("up again: %v", err)
	}
	// Old keys stay in use while the service is down.
	srv.Fail(stytchtest.Fault{Reset: true})
	srv.Clock().Advance(24 * time.Hour)
	token = issue()
	for range 3 {
		if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token); err != nil {
			t.Errorf("down again: %v", err)
		}
	}
}

// TestKeysOfACall checks that the options of a call apply to its wait for the keys.
func TestKeysOfACall(t *testing.T) {
	srv, client, issue := served(t)
	srv.Fail(stytchtest.Fault{Delay: time.Hour})
	_, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: issue()}, stytch.WithCallTimeout(time.Millisecond))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

// broken is a transport of the application that panics when the keys are fetched.
type broken struct{ http.RoundTripper }

func (b broken) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/jwks/") {
		panic("s3cret")
	}
	return b.RoundTripper.RoundTrip(r)
}

// TestPanicOverTheKeys checks that the panic does not end the process, and that the service is asked
// instead.
func TestPanicOverTheKeys(t *testing.T) {
	_, client, issue := served(t, stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return broken{next} }))
	_, err := client.Sessions.AuthenticateJWTLocal(t.Context(), issue())
	if !errors.Is(err, stytch.ErrJWTKeysUnreachable) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error %v", err)
	}
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: issue()}); err != nil {
		t.Errorf("with the network: %v", err)
	}
}

// TestNilContext checks that a nil context is an error, not a panic.
func TestNilContext(t *testing.T) {
	_, client, issue := served(t)
	none := map[string]context.Context{}["none"]
	_, want := client.Sessions.GetJWKS(none, stytch.SessionsGetJWKSRequest{ProjectID: jwtProject})
	if want == nil {
		t.Fatal("a call without a context succeeds")
	}
	session, err := client.Sessions.AuthenticateJWTLocal(none, issue())
	if session != nil || err == nil || !strings.Contains(err.Error(), "the context is nil") || !strings.Contains(want.Error(), "the context is nil") {
		t.Errorf("session %v, error %v; a call fails with %v", session, err, want)
	}
	for name, opts := range map[string][]stytch.CallOption{"no options": nil, "an option": {stytch.WithCallTimeout(time.Minute)}} {
		if _, err := client.Sessions.AuthenticateJWT(none, stytch.AuthenticateJWTRequest{SessionJWT: issue()}, opts...); err == nil || !strings.Contains(err.Error(), "the context is nil") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestWrongKeySetIsRefused(t *testing.T) {
	srv, client, issue := served(t)
	srv.Fail(stytchtest.Fault{Call: "consumer.sessions.get_jwks", HTML: true, Status: 200})
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), issue()); !errors.Is(err, stytch.ErrJWTKeysUnreachable) {
		t.Errorf("error %v", err)
	}
}

// TestCanceledWaiterDoesNotStopTheFetch cancels the first of two callers that wait for the keys.
func TestCanceledWaiterDoesNotStopTheFetch(t *testing.T) {
	srv, client, issue := served(t)
	token := issue()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Sessions.AuthenticateJWTLocal(ctx, token); !errors.Is(err, context.Canceled) && err != nil {
		t.Errorf("error %v", err)
	}
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token); err != nil {
		t.Errorf("the second: %v", err)
	}
	if n := srv.Calls("consumer.sessions.get_jwks"); n != 1 {
		t.Errorf("the keys were fetched %d times, want once", n)
	}
}

// TestThousandAtARotation checks a new key in a thousand goroutines at once.
func TestThousandAtARotation(t *testing.T) {
	srv, client, issue := served(t)
	old := issue()
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	srv.RotateKeys(false)
	srv.Clock().Advance(time.Minute)
	next := issue()
	var group sync.WaitGroup
	for n := range 1000 {
		token := next
		if n%2 == 0 {
			token = old
		}
		group.Go(func() {
			if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := srv.Calls("consumer.sessions.get_jwks"); n != 2 {
		t.Errorf("the keys were fetched %d times, want twice", n)
	}
}

// keyGate is a transport that blocks a fetch of the keys until the test allows it.
type keyGate struct {
	http.RoundTripper
	arrived, open chan struct{}
}

func (g keyGate) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/jwks/") {
		g.arrived <- struct{}{}
		<-g.open
	}
	return g.RoundTripper.RoundTrip(r)
}

// TestRefreshInTheBackground serves old keys at once while new ones are fetched.
func TestRefreshInTheBackground(t *testing.T) {
	arrived, open := make(chan struct{}, 1), make(chan struct{}, 1)
	srv, client, issue := served(t, stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return keyGate{next, arrived, open}
	}))
	open <- struct{}{}
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), issue()); err != nil {
		t.Fatal(err)
	}
	<-arrived
	srv.Clock().Advance(31 * time.Minute)
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), issue()); err != nil {
		t.Errorf("before the new keys are there: %v", err)
	}
	// The fetch of this call is still blocked. Another call finds a key that only this fetch returns.
	<-arrived
	srv.RotateKeys(true)
	token := issue()
	open <- struct{}{}
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token); err != nil {
		t.Error(err)
	}
	if n := srv.Calls("consumer.sessions.get_jwks"); n != 2 {
		t.Errorf("the keys were fetched %d times, want twice", n)
	}
}

func TestRequestPrintsNoJWT(t *testing.T) {
	req := stytch.AuthenticateJWTRequest{SessionJWT: "s3cret", SessionToken: "s3cret"}
	for how, text := range printedWays(req) {
		if strings.Contains(text, "s3cret") {
			t.Errorf("%s shows the JWT: %s", how, text)
		}
	}
}
