package stytchtest_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// oidcProvider is an identity provider that speaks OpenID Connect. It logs in one
// person without asking.
type oidcProvider struct {
	*httptest.Server
	now func() time.Time

	mu     sync.Mutex
	asked  url.Values // of the last request for a code
	nonces map[string]string
	// claims are those of the ID token, and info is the answer of UserInfo.
	claims, info map[string]any
	// refuse is an error for the browser to bring back, or empty.
	refuse string
}

func newOIDCProvider(t *testing.T) *oidcProvider {
	p := &oidcProvider{now: time.Now, nonces: map[string]string{}, claims: map[string]any{}, info: map[string]any{"sub": "1815", "email": email, "name": "Ada Lovelace"}}
	mux := http.NewServeMux()
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "userinfo_endpoint": p.URL + "/userinfo", "jwks_uri": p.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		public := idpKey().private.PublicKey
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
			"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes())}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked = r.URL.Query()
		back := url.Values{"state": {p.asked.Get("state")}}
		if p.refuse != "" {
			back.Set("error", p.refuse)
		} else {
			code := rand16()
			p.nonces[code] = p.asked.Get("nonce")
			back.Set("code", code)
		}
		http.Redirect(w, r, p.asked.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		id, secret, _ := r.BasicAuth()
		if r.FormValue("grant_type") == "refresh_token" {
			if r.FormValue("refresh_token") != "refresh" || p.refuse != "" {
				http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
				return
			}
			answer(w, map[string]any{"access_token": "access-2", "token_type": "Bearer", "expires_in": 60})
			return
		}
		nonce, known := p.nonces[r.FormValue("code")]
		delete(p.nonces, r.FormValue("code"))
		if id != "client" || secret != "secret" || !known || r.FormValue("redirect_uri") != p.asked.Get("redirect_uri") {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		now := p.now()
		claims := jwt.MapClaims{"iss": p.URL, "aud": "client", "sub": "1815", "nonce": nonce, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
		for name, value := range p.claims {
			if value == nil {
				delete(claims, name)
			} else {
				claims[name] = value
			}
		}
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
		token.Header["kid"] = "1"
		signed, err := token.SignedString(idpKey().private)
		if err != nil {
			t.Error(err)
		}
		answer(w, map[string]any{"access_token": "access", "refresh_token": "refresh", "token_type": "Bearer", "expires_in": 3600, "id_token": signed})
	})
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer access" || p.info == nil {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		answer(w, p.info)
	})
	return p
}

// rand16 returns a random code.
func rand16() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// follow follows the redirects from the start of a login to the application, like a
// browser. An error of the service is the second result.
func (c *company) followSSO(start string) (*url.URL, string) {
	c.t.Helper()
	client := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "localhost:3000" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp := must(client.Get(start))(c.t)
	defer resp.Body.Close()
	if to, err := resp.Location(); err == nil {
		return to, ""
	}
	var failed struct {
		ErrorType string `json:"error_type"`
	}
	_ = json.NewDecoder(resp.Body).Decode(&failed)
	return nil, failed.ErrorType
}

// providedBy completes an OIDC connection with a provider.
func (c *company) providedBy(idp *oidcProvider) *b2b.OIDCConnection {
	return c.oidc(func(q *b2b.SSOOIDCUpdateConnectionRequest) {
		q.Issuer, q.AuthorizationURL, q.TokenURL, q.UserInfoURL, q.JWKSURL = &idp.URL, nil, nil, nil, nil
	})
}

// TestOIDCLogin logs in with a real provider.
func TestOIDCLogin(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	idp := newOIDCProvider(t)
	connection := c.providedBy(idp)
	start := c.startURL(ssoStart, "connection_id", connection.ConnectionID, "custom_scopes", "calendar email")
	to, failed := c.followSSO(start)
	if failed != "" {
		t.Fatalf("the login ends with %s", failed)
	}
	if idp.asked.Get("scope") != "openid email profile calendar" || idp.asked.Get("redirect_uri") != connection.RedirectURL || idp.asked.Get("client_id") != "client" || idp.asked.Get("response_type") != "code" {
		t.Errorf("the provider was asked for %v", idp.asked)
	}
	auth := must(c.sso(to))(t)
	f := auth.MemberSession.AuthenticationFactors
	if auth.Next() != b2b.StepDone || auth.Member.Name != "Ada Lovelace" || auth.Member.SSORegistrations[0].ExternalID != "1815" || len(f) != 1 || f[0].DeliveryMethod != "sso_oidc" || f[0].OIDCSSOFactor == nil ||
		auth.Member.SSORegistrations[0].SSOAttributes["nonce"] != nil {
		t.Errorf("answer %v", auth)
	}
	// The account stays the member's when the address at the provider changes.
	idp.info["email"] = "lovelace@example.com"
	to, _ = c.followSSO(start)
	if again := must(c.sso(to))(t); again.MemberID != auth.MemberID || again.Member.EmailAddress != email {
		t.Errorf("member %v", again.Member)
	}
	idp.info["email"] = email

	tests := []struct {
		name         string
		claims, info map[string]any
		want         string
	}{
		{"another audience", map[string]any{"aud": "other"}, idp.info, "oidc_invalid_id_token"},
		{"another issuer", map[string]any{"iss": "https://idp.example.com"}, idp.info, "oidc_invalid_id_token"},
		{"another nonce", map[string]any{"nonce": "other"}, idp.info, "oidc_invalid_id_token"},
		{"expired", map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}, idp.info, "oidc_invalid_id_token"},
		{"no UserInfo", nil, nil, "oidc_invalid_userinfo"},
		{"another person in UserInfo", nil, map[string]any{"sub": "1816", "email": email}, "oidc_response_subject_mismatch"},
		{"no address", nil, map[string]any{"sub": "1815", "name": "Ada"}, "oidc_response_email_missing"},
		{"no name", nil, map[string]any{"sub": "1815", "email": email}, "oidc_response_name_missing"},
		{"an address that is not verified", nil, map[string]any{"sub": "1815", "email": email, "email_verified": false}, "oidc_response_unverified_email"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			idp.claims, idp.info = test.claims, test.info
			if to, failed := c.followSSO(start); failed != test.want {
				t.Errorf("it ends with %q, at %v", failed, to)
			}
		})
	}
	idp.claims, idp.info = nil, tests[0].info
	for refusal, want := range map[string]string{"access_denied": "oidc_user_not_assigned_to_app_in_idp", "server_error": "oidc_invalid_callback_request"} {
		idp.refuse = refusal
		if _, failed := c.followSSO(start); failed != want {
			t.Errorf("%s ends with %q", refusal, failed)
		}
	}
	idp.refuse = ""
	for query, want := range map[string]string{"": "missing_oidc_state_param", "?state=none&code=1": "unsolicited_oidc_response", "?state=" + idp.asked.Get("state") + "&code=1": "unsolicited_oidc_response"} {
		if _, failed := c.followSSO(connection.RedirectURL + query); failed != want {
			t.Errorf("%s ends with %q, want %q", query, failed, want)
		}
	}
	must(c.b2b.SSO.OIDC.UpdateConnection(c.ctx, b2b.SSOOIDCUpdateConnectionRequest{OrganizationID: "engines", ConnectionID: connection.ConnectionID, ClientSecret: new("wrong")}))(t)
	if _, failed := c.followSSO(start); failed != "oidc_auth_code_error" {
		t.Errorf("a wrong secret ends with %q", failed)
	}
	c.Clock().Advance(2 * time.Hour) // the clock of the emulator decides
	must(c.b2b.SSO.OIDC.UpdateConnection(c.ctx, b2b.SSOOIDCUpdateConnectionRequest{OrganizationID: "engines", ConnectionID: connection.ConnectionID, ClientSecret: new("secret")}))(t)
	if _, failed := c.followSSO(start); failed != "oidc_invalid_id_token" {
		t.Errorf("an old token ends with %q", failed)
	}
}

// TestOIDCTokens reads the tokens of providers, and has them refreshed.
func TestOIDCTokens(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	idp := newOIDCProvider(t)
	emulated, real := c.oidc(), c.providedBy(idp)
	m := must(c.sso(c.ssoTo(c.saml().ConnectionID, "email", email)))(t).Member
	ask := b2b.OrganizationsMembersOIDCProvidersRequest{OrganizationID: "engines", MemberID: m.MemberID}
	_, err := c.b2b.Organizations.Members.OIDCProviders(c.ctx, ask)
	wants(t, err, stytch.ErrMemberOIDCTokenNotFound)
	must(c.sso(c.ssoTo(emulated.ConnectionID, "email", email)))(t)
	to, _ := c.followSSO(c.startURL(ssoStart, "connection_id", real.ConnectionID))
	must(c.sso(to))(t)
	got := must(c.b2b.Organizations.Members.OIDCProviders(c.ctx, ask))(t).Registrations
	if len(got) != 2 || got[0].ConnectionID != emulated.ConnectionID || got[0].IDToken == "" || got[0].RefreshToken != nil || len(got[0].Scopes) != 3 ||
		got[1].AccessToken != "access" || got[1].ProviderSubject != "1815" || got[1].AccessTokenExpiresIn != 3600 {
		t.Errorf("registrations %v", got)
	}
	c.Clock().Advance(time.Hour)
	ask.IncludeRefreshToken = new(true)
	later := must(c.b2b.Organizations.Members.OIDCProviders(c.ctx, ask))(t).Registrations
	if later[0].AccessToken == got[0].AccessToken || *later[0].RefreshToken == "" || later[1].AccessToken != "access-2" || later[1].AccessTokenExpiresIn != 60 || *later[1].RefreshToken != "refresh" || later[1].IDToken != got[1].IDToken {
		t.Errorf("registrations %v", later)
	}
	c.Clock().Advance(time.Hour)
	idp.refuse = "invalid_grant"
	_, err = c.b2b.Organizations.Members.OIDCProviders(c.ctx, ask)
	wants(t, err, stytch.ErrUnableToRefreshOIDCToken)
}
