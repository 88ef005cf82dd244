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
