package stytchtest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/internal/browsertest"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// startURL is the address at which a login with a provider begins.
func (w *world) startURL(path string, query ...string) string {
	q := url.Values{"public_token": {w.PublicToken()}}
	for i := 0; i < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	return w.URL() + path + "?" + q.Encode()
}

// choose sends the form of the provider's page, and returns the application's URL.
// An error of the service is the second result.
func (w *world) choose(start string, form ...string) (*url.URL, string) {
	w.t.Helper()
	fields := url.Values{}
	for i := 0; i < len(form); i += 2 {
		fields.Set(form[i], form[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp := must(client.PostForm(start, fields))(w.t)
	defer resp.Body.Close()
	body := string(must(io.ReadAll(resp.Body))(w.t))
	if resp.StatusCode != http.StatusSeeOther {
		_, after, _ := strings.Cut(body, `"error_type":"`)
		errorType, _, _ := strings.Cut(after, `"`)
		return nil, errorType
	}
	return must(url.Parse(resp.Header.Get("Location")))(w.t), ""
}

// oauthToken logs in with a provider and returns the token.
func (w *world) oauthToken(provider string, form ...string) string {
	w.t.Helper()
	to, failed := w.choose(w.startURL("/v1/public/oauth/"+provider+"/start"), form...)
	if failed != "" {
		w.t.Fatalf("the login ends with %s", failed)
	}
	return to.Query().Get("token")
}

func (w *world) oauth(token string, change ...func(*stytch.OAuthAuthenticateRequest)) (*stytch.OAuthAuthenticateResponse, error) {
	q := stytch.OAuthAuthenticateRequest{Token: token, SessionDurationMinutes: new(60)}
	for _, f := range change {
		f(&q)
	}
	return w.client.OAuth.Authenticate(w.ctx, q)
}

// TestOAuth signs a user up with Google, and logs them in again.
func TestOAuth(t *testing.T) {
	w := newWorld(t)
	start := w.startURL("/v1/public/oauth/google/start", "signup_redirect_url", "https://app.example.com/welcome?plan=pro", "login_redirect_url", "https://app.example.com/login",
		"code_challenge", *challenge(verifier), "custom_scopes", "calendar drive")
	to, _ := w.choose(start, "email", email, "name", "Ada Lovelace")
	if to.Path != "/welcome" || to.Query().Get("plan") != "pro" || to.Query().Get("stytch_token_type") != "oauth" {
		t.Errorf("the login leads to %s", to)
	}
	token := to.Query().Get("token")
	_, err := w.oauth(token)
	wants(t, err, stytch.ErrPKCEExpectedCodeVerifier)
	auth := must(w.oauth(token, func(q *stytch.OAuthAuthenticateRequest) { q.CodeVerifier = new(verifier) }))(t)
	if u := auth.User; len(u.Emails) != 1 || !u.Emails[0].Verified || len(u.Providers) != 1 || u.Providers[0].ProviderType != "Google" ||
		u.Providers[0].OAuthUserRegistrationID != auth.OAuthUserRegistrationID || u.Providers[0].ProviderSubject != auth.ProviderSubject || auth.ResetSessions {
		t.Errorf("user %v", u)
	}
	f := auth.UserSession.AuthenticationFactors
	if len(f) != 1 || f[0].Type != "oauth" || f[0].DeliveryMethod != "oauth_google" || f[0].GoogleOAuthFactor == nil || *f[0].GoogleOAuthFactor.EmailID != auth.User.Emails[0].EmailID {
		t.Errorf("factors %v", f)
	}
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(auth.ProviderValues.IDToken, claims); err != nil || claims["email"] != email || claims["name"] != "Ada Lovelace" || claims["sub"] != auth.ProviderSubject {
		t.Errorf("the ID token has %v, %v", claims, err)
	}
	if v := auth.ProviderValues; v.AccessToken == "" || !v.ExpiresAt.Equal(w.Clock().Now().Add(time.Hour)) || strings.Join(v.Scopes, " ") != "openid email profile calendar drive" {
		t.Errorf("values %v", v)
	}
	_, err = w.oauth(token, func(q *stytch.OAuthAuthenticateRequest) { q.CodeVerifier = new(verifier) })
	wants(t, err, stytch.ErrOAuthTokenNotFound)

	again, _ := w.choose(start, "email", email)
	if again.Path != "/login" {
		t.Errorf("the login leads to %s", again)
	}
	in := must(w.oauth(again.Query().Get("token"), func(q *stytch.OAuthAuthenticateRequest) {
		q.CodeVerifier, q.SessionToken = new(verifier), &auth.SessionToken
	}))(t)
	if in.UserID != auth.UserID || in.SessionToken != auth.SessionToken || len(in.UserSession.AuthenticationFactors) != 1 || len(in.User.Providers) != 1 {
		t.Errorf("answer %v", in)
	}
	must(w.oauth(w.oauthToken("microsoft", "email", email)))(t) // another provider, and the same address
	if len(w.Users()) != 1 || len(w.Users()[0].Providers) != 2 {
		t.Errorf("users %v", w.Users())
	}
	late := w.oauthToken("google", "email", email)
	w.Clock().Advance(5 * time.Minute)
	_, err = w.oauth(late)
	wants(t, err, stytch.ErrOAuthTokenNotFound)
	if _, err := w.oauth("hdPVZHHX0UoRa7hJTuuPHi1vlddffSnoweRbVFf5-H8g"); err != nil {
		t.Errorf("the sandbox token: %v", err)
	}
}

// TestOAuthFactors logs in with every provider of users.
func TestOAuthFactors(t *testing.T) {
	w := newWorld(t)
	for _, provider := range strings.Fields("google microsoft apple github gitlab facebook discord salesforce slack amazon bitbucket linkedin coinbase twitch twitter tiktok snapchat figma yahoo") {
		auth := must(w.oauth(w.oauthToken(provider, "subject", "1815")))(t)
		f := auth.UserSession.AuthenticationFactors[0]
		if string(f.DeliveryMethod) != "oauth_"+provider || !strings.EqualFold(auth.ProviderType, provider) {
			t.Errorf("%s: factor %v of %s", provider, f.DeliveryMethod, auth.ProviderType)
		}
		must(w.client.Users.DeleteOAuthRegistration(w.ctx, stytch.UsersDeleteOAuthRegistrationRequest{OAuthUserRegistrationID: registrationOf(t, w, auth)}))(t)
	}
}

// registrationOf gives the user an address, so that the account can be deleted.
func registrationOf(t *testing.T, w *world, auth *stytch.OAuthAuthenticateResponse) string {
	t.Helper()
	address := strings.ToLower(auth.ProviderType) + "@example.com"
	must(w.client.MagicLinks.Email.Send(w.ctx, stytch.MagicLinksEmailSendRequest{Email: address, UserID: &auth.UserID}))(t)
	must(w.follow(must(w.Inbox().WaitFor(w.ctx, address))(t).Token))(t)
	return auth.OAuthUserRegistrationID
}

func TestOAuthAccounts(t *testing.T) {
	tests := []struct {
		name string
		do   func(w *world) string // returns what is wrong
	}{
		{"an address that the provider does not vouch for", func(w *world) string {
			ada := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email, Verified: true}}})
			auth := must(w.oauth(w.oauthToken("github", "email", email)))(w.t)
			if auth.UserID == ada.UserID || len(auth.User.Emails) != 0 {
				return "it is linked"
			}
			return ""
		}},
		{"an address that the provider vouches for this time", func(w *world) string {
			ada := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email, Verified: true}}})
			if auth := must(w.oauth(w.oauthToken("github", "email", email, "email_verified", "true")))(w.t); auth.UserID != ada.UserID {
				return "it is not linked"
			}
			return ""
		}},
		{"a provider that never gives an address", func(w *world) string {
			if auth := must(w.oauth(w.oauthToken("twitter", "email", email, "email_verified", "true")))(w.t); len(auth.User.Emails) != 0 {
				return "the user has the address"
			}
			return ""
		}},
		{"a password that someone else chose", func(w *world) string {
			w.register()
			auth := must(w.oauth(w.oauthToken("google", "email", email)))(w.t)
			if !auth.ResetSessions || !auth.User.Password.RequiresReset || len(w.Sessions()) != 1 {
				return "the password can be used"
			}
			return ""
		}},
		{"another address at the provider", func(w *world) string {
			first := must(w.oauth(w.oauthToken("google", "email", email, "subject", "1815")))(w.t)
			auth := must(w.oauth(w.oauthToken("google", "email", "lovelace@example.com", "subject", "1815")))(w.t)
			if auth.UserID != first.UserID || len(auth.User.Emails) != 2 {
				return "it is another user"
			}
			return ""
		}},
		{"attached", func(w *world) string {
			ada := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email, Verified: true}}})
			attach := must(w.client.OAuth.Attach(w.ctx, stytch.OAuthAttachRequest{Provider: "github", UserID: &ada.UserID}))(w.t).OAuthAttachToken
			start := w.startURL("/v1/public/oauth/github/start", "oauth_attach_token", attach)
			to, _ := w.choose(start, "email", "lovelace@example.com")
			if auth := must(w.oauth(to.Query().Get("token")))(w.t); auth.UserID != ada.UserID {
				return "it is another user"
			}
			if _, failed := w.choose(start, "email", "lovelace@example.com"); failed != "invalid_oauth_attach_token" {
				return "the attach token works twice: " + failed
			}
			return ""
		}},
		{"attached to another user", func(w *world) string {
			must(w.oauth(w.oauthToken("github", "subject", "1815")))(w.t)
			ada := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email, Verified: true}}})
			attach := must(w.client.OAuth.Attach(w.ctx, stytch.OAuthAttachRequest{Provider: "github", UserID: &ada.UserID}))(w.t).OAuthAttachToken
			if _, failed := w.choose(w.startURL("/v1/public/oauth/github/start", "oauth_attach_token", attach), "subject", "1815"); failed != "bad_request" {
				return "it ends with " + failed
			}
			if _, failed := w.choose(w.startURL("/v1/public/oauth/google/start", "oauth_attach_token", attach), "subject", "1816"); failed != "invalid_oauth_attach_token" {
				return "another provider ends with " + failed
			}
			return ""
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if wrong := test.do(newWorld(t)); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

func TestOAuthStart(t *testing.T) {
	tests := []struct {
		name, path string
		query      []string
		registered []stytchtest.RedirectURL
		want       string
	}{
		{"an unknown provider", "/v1/public/oauth/acme/start", nil, nil, "oauth_config_not_found"},
		{"a provider of users only", "/v1/b2b/public/oauth/apple/start", nil, nil, "oauth_config_not_found"},
		{"another project", "/v1/public/oauth/google/start", []string{"public_token", "public-token-test-1"}, nil, "bad_request"},
		{"a URL that is not absolute", "/v1/public/oauth/google/start", []string{"login_redirect_url", "/login"}, nil, "invalid_login_oauth_url"},
		{"a URL that is not registered", "/v1/public/oauth/google/start", []string{"signup_redirect_url", "https://example.com/auth"}, []stytchtest.RedirectURL{{URL: "https://example.org/auth"}}, "no_match_for_provided_oauth_url"},
		{"no default", "/v1/public/oauth/google/start", nil, []stytchtest.RedirectURL{{URL: "https://example.org/auth"}}, "no_default_signup_redirect_url_set"},
		{"a bad challenge", "/v1/public/oauth/google/start", []string{"code_challenge", "plain"}, nil, "invalid_pkce_code_challenge"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			if test.registered != nil {
				if err := w.SetRedirectURLs(test.registered...); err != nil {
					t.Fatal(err)
				}
			}
			if to, failed := w.choose(w.startURL(test.path, test.query...), "email", email); failed != test.want {
				t.Errorf("it ends with %q, at %v", failed, to)
			}
		})
	}
	w := newWorld(t)
	_, err := w.client.OAuth.Attach(w.ctx, stytch.OAuthAttachRequest{Provider: "acme", UserID: new("user")})
	wants(t, err, stytch.ErrInvalidOAuthProvider)
	_, err = w.client.OAuth.Attach(w.ctx, stytch.OAuthAttachRequest{Provider: "google", UserID: new("nobody")})
	wants(t, err, stytch.ErrUserNotFound)
}

// TestOAuthPage logs in with the page in place of the provider's.
func TestOAuthPage(t *testing.T) {
	browser := browsertest.New(t)
	w := newWorld(t)
	landed := make(chan string, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/welcome" {
			landed <- r.URL.Query().Get("token")
		}
	}))
	t.Cleanup(app.Close)
	start := w.startURL("/v1/public/oauth/github/start", "signup_redirect_url", app.URL+"/welcome", "provider_login_hint", `"><script>document.title = "broken"</script>@example.com`)
	browsertest.Do(t, browser, chromedp.Navigate(start))
	if title := browsertest.Get(t, browser, chromedp.Evaluate[string]("document.title")); title != "GitHub (emulated)" {
		t.Errorf("the page is %q", title)
	}
	browsertest.Screenshot(t, browser, "page")
	browsertest.Load(t, browser, chromedp.SetValue(chromedp.CSS("#email"), email), chromedp.SetValue(chromedp.CSS("#verified"), "true"), chromedp.SetValue(chromedp.CSS("#name"), "Ada"), chromedp.Click(chromedp.CSS("button")))
	if auth := must(w.oauth(<-landed))(t); auth.User.Emails[0].Email != email {
		t.Errorf("user %v", auth.User)
	}
}
