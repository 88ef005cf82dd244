package stytchtest_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/stytch"
)

const callback = "https://calendar.example.com/callback"

// oauthApp is a connected app with its secret, "" for a public one.
type oauthApp struct{ id, secret string }

// oauthApp makes a connected app of a kind.
func (w *world) oauthApp(kind stytch.ConnectedAppType, change ...func(*stytch.ConnectedAppWithClientSecret)) oauthApp {
	w.t.Helper()
	app := stytch.ConnectedAppWithClientSecret{ClientType: kind, ClientName: "Calendar", RedirectURLs: []string{callback}}
	for _, f := range change {
		f(&app)
	}
	added := must(w.AddConnectedApp(app))(w.t)
	if added.ClientSecret == nil {
		return oauthApp{id: added.ClientID}
	}
	return oauthApp{added.ClientID, *added.ClientSecret}
}

// ada adds a user with an address and a name.
func (w *world) ada() stytch.User {
	return w.AddUser(stytch.User{
		Emails: []stytch.UserEmail{{Email: email, Verified: true}}, Name: &stytch.UserName{FirstName: new("Ada"), LastName: new("Lovelace")},
	})
}

// asks is the authorization request of an app for a user who consents.
func (a oauthApp) asks(userID string, scopes ...string) stytch.IDPOAuthAuthorizeRequest {
	q := stytch.IDPOAuthAuthorizeRequest{
		ConsentGranted: true, ClientID: a.id, RedirectURI: callback, ResponseType: "code", Scopes: scopes, UserID: &userID,
	}
	if a.secret == "" {
		q.CodeChallenge = challenge(verifier)
	}
	return q
}

// authCode has a user authorize an app, and returns the code.
func (w *world) authCode(q stytch.IDPOAuthAuthorizeRequest) string {
	w.t.Helper()
	got := must(w.client.IDP.OAuth.Authorize(w.ctx, q))(w.t)
	if got.AuthorizationCode == nil {
		w.t.Fatalf("no code; the app is told %s", got.RedirectURI)
	}
	return *got.AuthorizationCode
}

// form sends a form to an endpoint of OAuth, and returns the status and the fields of the answer.
func (w *world) form(endpoint string, form url.Values) (int, map[string]any) {
	w.t.Helper()
	resp := must(http.PostForm(w.URL()+"/v1/public/"+w.ID+"/oauth2/"+endpoint, form))(w.t)
	defer resp.Body.Close()
	fields := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&fields); err != nil {
		w.t.Fatal(err)
	}
	if fields["status_code"] != float64(resp.StatusCode) {
		w.t.Errorf("status %d, and status_code %v in the body", resp.StatusCode, fields["status_code"])
	}
	return resp.StatusCode, fields
}

// tokens are what the token endpoint issues.
type tokens struct{ access, refresh, id, scope string }

// exchange asks the token endpoint. Without an error, it returns tokens.
func (w *world) exchange(a oauthApp, form url.Values) (tokens, string) {
	w.t.Helper()
	form.Set("client_id", a.id)
	if a.secret != "" {
		form.Set("client_secret", a.secret)
	}
	status, fields := w.form("token", form)
	text := func(name string) string { s, _ := fields[name].(string); return s }
	if status != http.StatusOK {
		return tokens{}, text("error")
	}
	if text("token_type") != "bearer" || fields["expires_in"] != float64(3600) {
		w.t.Errorf("the tokens are of the type %v and expire in %v", fields["token_type"], fields["expires_in"])
	}
	return tokens{text("access_token"), text("refresh_token"), text("id_token"), text("scope")}, ""
}

func codeForm(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}
}

// redeem exchanges a code for tokens.
func (w *world) redeem(a oauthApp, code string) tokens {
	w.t.Helper()
	form := codeForm(code)
	if a.secret == "" {
		form.Set("code_verifier", verifier)
	}
	got, wrong := w.exchange(a, form)
	if wrong != "" {
		w.t.Fatalf("the error %s for a code", wrong)
	}
	return got
}

func (w *world) refresh(a oauthApp, token string) (tokens, string) {
	w.t.Helper()
	return w.exchange(a, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

// active reports what introspection says about a token.
func (w *world) active(a oauthApp, token string) bool {
	w.t.Helper()
	form := url.Values{"token": {token}, "client_id": {a.id}}
	if a.secret != "" {
		form.Set("client_secret", a.secret)
	}
	status, fields := w.form("introspect", form)
	active, ok := fields["active"].(bool)
	if !ok {
		w.t.Errorf("introspection answers %d %v", status, fields)
	}
	return active
}

// TestAuthorization goes all the way, from the question to the tokens, which an API
// and the service accept.
func TestAuthorization(t *testing.T) {
	w := newWorld(t)
	w.SetPolicy(stytch.RBACPolicy{
		Roles:     []stytch.RBACRole{{RoleID: "editor", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"read"}}}}},
		Resources: []stytch.RBACResource{{ResourceID: "documents", Actions: []string{"read", "delete"}}},
		Scopes: []stytch.RBACScope{
			{Scope: "read:documents", Description: "Reads your documents.", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"read"}}}},
			{Scope: "delete:documents", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"delete"}}}},
		},
	})
	u := w.AddUser(stytch.User{
		Emails: []stytch.UserEmail{{Email: email, Verified: true}}, Roles: []string{"editor"}, Name: &stytch.UserName{FirstName: new("Ada")},
	})
	a := w.oauthApp(stytch.ConnectedAppTypeThirdParty, func(app *stytch.ConnectedAppWithClientSecret) {
		app.AccessTokenCustomAudience = new("https://api.example.com")
	})
	session := must(w.AddSession(u.UserID, time.Hour, nil))(t)

	started := must(w.client.IDP.OAuth.AuthorizeStart(w.ctx, stytch.IDPOAuthAuthorizeStartRequest{
		ClientID: a.id, RedirectURI: callback, ResponseType: "code", Scopes: []string{"openid", "read:documents", "delete:documents"}, SessionJWT: &session.JWT,
	}))(t)
	var grantable []string
	for _, s := range started.ScopeResults {
		if s.IsGrantable {
			grantable = append(grantable, s.Scope)
		}
	}
	if started.UserID != u.UserID || !started.ConsentRequired || started.Client.ClientName != "Calendar" || !slices.Equal(grantable, []string{"openid", "read:documents"}) {
		t.Errorf("the question %+v", started)
	}

	q := a.asks(u.UserID, "openid", "email", "offline_access", "read:documents")
	q.State, q.Nonce, q.CodeChallenge = new("a b&c=ü"), new("n-1"), challenge(verifier)
	decided := must(w.client.IDP.OAuth.Authorize(w.ctx, q))(t)
	to := must(url.Parse(decided.RedirectURI))(t)
	if !strings.HasPrefix(decided.RedirectURI, callback+"?") || to.Query().Get("state") != "a b&c=ü" || to.Query().Get("code") != *decided.AuthorizationCode {
		t.Errorf("the app is told %v", to)
	}
	form := codeForm(*decided.AuthorizationCode)
	form.Set("code_verifier", verifier)
	got, wrong := w.exchange(a, form)
	if wrong != "" || got.refresh == "" || got.scope != "openid email offline_access read:documents" {
		t.Fatalf("error %q, scope %q", wrong, got.scope)
	}

	local := must(w.client.IDP.IntrospectTokenLocal(w.ctx, got.access, stytch.AccessTokenOptions{RequiredScopes: []string{"read:documents"}}))(t)
	if local.Subject != u.UserID || local.ClientID != a.id || !local.ExpiresAt.Equal(local.IssuedAt.Add(time.Hour)) || local.CustomClaims != nil {
		t.Errorf("the local check says %+v", local)
	}
	introspect := stytch.IDPIntrospectTokenNetworkRequest{ProjectID: w.ID, ClientID: a.id, ClientSecret: &a.secret, Token: got.access}
	far := must(w.client.IDP.IntrospectTokenNetwork(w.ctx, introspect))(t)
	if !far.Active || *far.Sub != u.UserID || *far.Scope != got.scope || *far.ClientID != a.id || *far.TokenType != "access_token" ||
		!slices.Equal(far.Aud, []string{w.ID, "https://api.example.com"}) || int64(*far.Exp) != w.Clock().Now().Add(time.Hour).Unix() {
		t.Errorf("introspection says %+v", far)
	}
	introspect.Token, introspect.TokenTypeHint = got.refresh, new(stytch.IDPTokenTypeAccessToken) // a wrong hint does not matter
	if far = must(w.client.IDP.IntrospectTokenNetwork(w.ctx, introspect))(t); !far.Active || *far.TokenType != "refresh_token" || *far.Sub != u.UserID {
		t.Errorf("introspection of the refresh token says %+v", far)
	}

	claims := jwt.MapClaims{}
	_, _, err := jwt.NewParser().ParseUnverified(got.id, claims)
	if err != nil || claims["sub"] != u.UserID || claims["nonce"] != "n-1" || !reflect.DeepEqual(claims["aud"], []any{a.id}) ||
		claims["email"] != email || claims["email_verified"] != true || claims["name"] != nil {
		t.Errorf("the id token has %v, %v", claims, err)
	}
	if _, err := w.client.IDP.IntrospectTokenLocal(w.ctx, got.id, stytch.AccessTokenOptions{}); err == nil {
		t.Error("the id token is an access token, too")
	}
	if _, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionJWT: &got.access}); err == nil {
		t.Error("the access token is a session")
	}

	w.Clock().Advance(time.Hour)
	if w.active(a, got.access) || !w.active(a, got.refresh) {
		t.Error("after an hour, the access token is active, or the refresh token is not")
	}
	w.Clock().Advance(time.Hour) // the local check tolerates clocks that differ
	if _, err := w.client.IDP.IntrospectTokenLocal(w.ctx, got.access, stytch.AccessTokenOptions{}); err == nil {
		t.Error("the access token did not expire")
	}
}

// TestAuthorizeErrors asks for what an app cannot have.
func TestAuthorizeErrors(t *testing.T) {
	w := newWorld(t)
	u := w.ada()
	third, first := w.oauthApp(stytch.ConnectedAppTypeThirdParty), w.oauthApp(stytch.ConnectedAppTypeFirstParty)
	public := w.oauthApp(stytch.ConnectedAppTypeThirdPartyPublic)
	for _, test := range []struct {
		name   string
		of     oauthApp
		change func(*stytch.IDPOAuthAuthorizeRequest)
		want   stytch.ErrorType
	}{
		{"an unknown app", oauthApp{"nobody", "x"}, nil, stytch.ErrConnectedAppNotFound},
		{"another address", third, func(q *stytch.IDPOAuthAuthorizeRequest) { q.RedirectURI = "https://evil.example.com/" }, stytch.ErrConnectedAppSuppliedRedirectURLNotFoundInClient},
		{"an address with a longer path", third, func(q *stytch.IDPOAuthAuthorizeRequest) { q.RedirectURI += "/../x" }, stytch.ErrConnectedAppSuppliedRedirectURLNotFoundInClient},
		{"an address with a query", third, func(q *stytch.IDPOAuthAuthorizeRequest) { q.RedirectURI += "?x=1" }, stytch.ErrConnectedAppSuppliedRedirectURLNotFoundInClient},
		{"a scope that does not exist", third, func(q *stytch.IDPOAuthAuthorizeRequest) { q.Scopes = []string{"read:minds"} }, stytch.ErrOAuthInvalidScopeRequested},
		{"two scopes in one", third, func(q *stytch.IDPOAuthAuthorizeRequest) { q.Scopes = []string{"openid email"} }, stytch.ErrOAuthInvalidScopeRequested},
		{"full access for a third party", third, func(q *stytch.IDPOAuthAuthorizeRequest) { q.Scopes = []string{"full_access"} }, stytch.ErrThirdPartyClientsCannotUseFullAccess},
		{"full access that is switched off", first, func(q *stytch.IDPOAuthAuthorizeRequest) { q.Scopes = []string{"full_access"} }, stytch.ErrOAuthInvalidScopeRequested},
		{"no question, and one", third, func(q *stytch.IDPOAuthAuthorizeRequest) { q.Prompt = new("none consent") }, stytch.ErrOIDCPromptNoneMustBeExclusive},
		{"a public app without PKCE", public, func(q *stytch.IDPOAuthAuthorizeRequest) { q.CodeChallenge = nil }, stytch.ErrPKCERequiredForIDPAuthorizationFlow},
		{"a challenge in clear", public, func(q *stytch.IDPOAuthAuthorizeRequest) { q.CodeChallenge = new(verifier + "!") }, stytch.ErrInvalidPKCECodeChallenge},
		{"a resource that is no URI", third, func(q *stytch.IDPOAuthAuthorizeRequest) { q.Resources = []string{"api"} }, stytch.ErrBadRequest},
		{"an unknown user", third, func(q *stytch.IDPOAuthAuthorizeRequest) {
			q.UserID = new("user-test-00000000-0000-4000-8000-000000000000")
		}, stytch.ErrUserNotFound},
		{"an unknown session", third, func(q *stytch.IDPOAuthAuthorizeRequest) { q.UserID, q.SessionToken = nil, new("x") }, stytch.ErrSessionNotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := test.of.asks(u.UserID, "openid")
			if test.change != nil {
				test.change(&q)
			}
			_, err := w.client.IDP.OAuth.Authorize(w.ctx, q)
			wants(t, err, test.want)
		})
	}
	if left := must(w.client.Users.ConnectedApps(w.ctx, stytch.UsersConnectedAppsRequest{UserID: u.UserID}))(t).ConnectedApps; len(left) != 0 {
		t.Errorf("the user lets %v act", left)
	}
}

// TestConsent asks when it must, and stores what the user says.
func TestConsent(t *testing.T) {
	w := newWorld(t)
	u := w.ada()
	third, first := w.oauthApp(stytch.ConnectedAppTypeThirdParty), w.oauthApp(stytch.ConnectedAppTypeFirstParty)
	bypass := w.oauthApp(stytch.ConnectedAppTypeFirstParty, func(app *stytch.ConnectedAppWithClientSecret) { app.BypassConsentForOfflineAccess = true })
	required := func(a oauthApp, prompt string, scopes ...string) bool {
		t.Helper()
		q := stytch.IDPOAuthAuthorizeStartRequest{ClientID: a.id, RedirectURI: callback, ResponseType: "code", Scopes: scopes, UserID: &u.UserID}
		if prompt != "" {
			q.Prompt = &prompt
		}
		return must(w.client.IDP.OAuth.AuthorizeStart(w.ctx, q))(t).ConsentRequired
	}
	told := func(q stytch.IDPOAuthAuthorizeRequest) url.Values {
		t.Helper()
		got := must(w.client.IDP.OAuth.Authorize(w.ctx, q))(t)
		query := must(url.Parse(got.RedirectURI))(t).Query()
		if (got.AuthorizationCode == nil) == query.Has("code") {
			t.Errorf("the code is in one place only: %v", query)
		}
		return query
	}
	if required(first, "", "openid") || !required(first, "consent", "openid") || !required(first, "", "offline_access") || required(bypass, "", "offline_access") {
		t.Error("wrong questions for apps of the first party")
	}
	if !required(third, "", "openid") {
		t.Error("the app of another party gets in without a question")
	}
	silent := third.asks(u.UserID, "openid")
	silent.Prompt = new("none")
	if got := told(silent); got.Get("error") != "consent_required" {
		t.Errorf("without a question, the app is told %v", got)
	}
	refusal := third.asks(u.UserID, "openid")
	refusal.ConsentGranted, refusal.State = false, new("s")
	if got := told(refusal); got.Get("error") != "access_denied" || got.Get("state") != "s" {
		t.Errorf("after a refusal, the app is told %v", got)
	}
	told(third.asks(u.UserID, "openid", "email"))
	if required(third, "", "email", "openid") || !required(third, "", "openid") || !required(third, "consent", "openid", "email") {
		t.Error("wrong questions after a consent")
	}
	if got := told(silentAgain(silent)); !got.Has("code") {
		t.Errorf("with the consent, the app is told %v", got)
	}
	apps := must(w.client.Users.ConnectedApps(w.ctx, stytch.UsersConnectedAppsRequest{UserID: u.UserID}))(t).ConnectedApps
	if len(apps) != 1 || apps[0].ConnectedAppID != third.id || apps[0].ScopesGranted != "openid email" || apps[0].Name != "Calendar" {
		t.Errorf("the user lets %+v act", apps)
	}
}

// silentAgain asks for what was granted.
func silentAgain(q stytch.IDPOAuthAuthorizeRequest) stytch.IDPOAuthAuthorizeRequest {
	q.Scopes = []string{"openid", "email"}
	return q
}

// TestCodeAttacks tries to get tokens for a code that is not one's own.
func TestCodeAttacks(t *testing.T) {
	w := newWorld(t)
	u := w.ada()
	victim, other := w.oauthApp(stytch.ConnectedAppTypeThirdPartyPublic), w.oauthApp(stytch.ConnectedAppTypeThirdParty)
	for _, test := range []struct {
		name string
		by   oauthApp
		set  map[string]string
		want string
	}{
		{"another app", other, map[string]string{"code_verifier": verifier}, "invalid_grant"},
		{"an unknown app", oauthApp{"nobody", ""}, map[string]string{"code_verifier": verifier}, "invalid_client"},
		{"the secret of another app", oauthApp{victim.id, other.secret}, map[string]string{"code_verifier": verifier}, "invalid_client"},
		{"no verifier", victim, nil, "invalid_grant"},
		{"a wrong verifier", victim, map[string]string{"code_verifier": strings.Repeat("a", 43)}, "invalid_grant"},
		{"the challenge as the verifier", victim, map[string]string{"code_verifier": *challenge(verifier)}, "invalid_grant"},
		{"another address", victim, map[string]string{"code_verifier": verifier, "redirect_uri": callback + "/"}, "invalid_grant"},
		{"no address", victim, map[string]string{"code_verifier": verifier, "redirect_uri": ""}, "invalid_request"},
		{"no code", victim, map[string]string{"code_verifier": verifier, "code": ""}, "invalid_request"},
		{"a wrong code", victim, map[string]string{"code_verifier": verifier, "code": "x"}, "invalid_grant"},
		{"another grant type", victim, map[string]string{"code_verifier": verifier, "grant_type": "password"}, "unsupported_grant_type"},
		{"the code as a refresh token", victim, map[string]string{"grant_type": "refresh_token", "refresh_token": "the code"}, "invalid_grant"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code := w.authCode(victim.asks(u.UserID, "openid", "offline_access"))
			form := codeForm(code)
			for name, value := range test.set {
				if value == "the code" {
					value = code
				}
				form.Set(name, value)
			}
			if got, wrong := w.exchange(test.by, form); wrong != test.want || got != (tokens{}) {
				t.Errorf("error %q, want %q", wrong, test.want)
			}
			w.redeem(victim, code) // which the attempt did not use up
		})
	}
	t.Run("a code that comes twice", func(t *testing.T) {
		code := w.authCode(victim.asks(u.UserID, "openid", "offline_access"))
		got := w.redeem(victim, code)
		form := codeForm(code)
		form.Set("code_verifier", verifier)
		if _, wrong := w.exchange(victim, form); wrong != "invalid_grant" {
			t.Errorf("error %q for the second time", wrong)
		}
		if _, wrong := w.refresh(victim, got.refresh); wrong != "invalid_grant" || w.active(victim, got.access) {
			t.Errorf("error %q: the tokens of a stolen code live on", wrong)
		}
	})
	t.Run("a verifier without a challenge", func(t *testing.T) {
		form := codeForm(w.authCode(other.asks(u.UserID, "openid")))
		form.Set("code_verifier", verifier)
		if _, wrong := w.exchange(other, form); wrong != "invalid_grant" {
			t.Errorf("error %q", wrong)
		}
	})
	t.Run("an old code", func(t *testing.T) {
		code := w.authCode(other.asks(u.UserID, "openid"))
		w.Clock().Advance(10 * time.Minute)
		if _, wrong := w.exchange(other, codeForm(code)); wrong != "invalid_grant" {
			t.Errorf("error %q", wrong)
		}
	})
	for _, logged := range w.Requests() {
		for name, value := range logged.Body {
			if text, _ := value.(string); slices.Contains([]string{"code", "code_verifier", "client_secret", "refresh_token", "token"}, name) && text != "[redacted]" {
				t.Errorf("the log has the field %s", name)
			}
		}
	}
}

// TestRefresh renews tokens. Those of a public app are used once.
func TestRefresh(t *testing.T) {
	w := newWorld(t)
	u := w.ada()
	public, confidential := w.oauthApp(stytch.ConnectedAppTypeThirdPartyPublic), w.oauthApp(stytch.ConnectedAppTypeThirdParty)
	if got := w.redeem(public, w.authCode(public.asks(u.UserID, "openid"))); got.refresh != "" {
		t.Error("a refresh token without offline_access")
	}
	get := func(a oauthApp) tokens { return w.redeem(a, w.authCode(a.asks(u.UserID, "openid", "offline_access"))) }

	first := get(public)
	second, wrong := w.refresh(public, first.refresh)
	if wrong != "" || second.refresh == first.refresh || second.id == "" || !w.active(public, second.access) || w.active(public, first.refresh) {
		t.Fatalf("error %q, or the token was not rotated", wrong)
	}
	if _, wrong := w.refresh(confidential, second.refresh); wrong != "invalid_grant" {
		t.Errorf("error %q for the token of another app", wrong)
	}
	third, wrong := w.refresh(public, second.refresh)
	if wrong != "" {
		t.Fatalf("error %q for the second refresh token", wrong)
	}
	if _, wrong := w.refresh(public, first.refresh); wrong != "invalid_grant" {
		t.Errorf("error %q for a token that was replaced", wrong)
	}
	if _, wrong := w.refresh(public, third.refresh); wrong != "invalid_grant" || w.active(public, third.access) {
		t.Errorf("error %q: a token was stolen, and the others live on", wrong)
	}

	kept := get(confidential)
	w.Clock().Advance(80 * 24 * time.Hour)
	again, wrong := w.refresh(confidential, kept.refresh)
	if wrong != "" || again.refresh != kept.refresh {
		t.Fatalf("error %q, or the refresh token of a confidential app changed", wrong)
	}
	w.Clock().Advance(80 * 24 * time.Hour) // prolonged by the use
	if _, wrong := w.refresh(oauthApp{confidential.id, "wrong"}, kept.refresh); wrong != "invalid_client" {
		t.Errorf("error %q for a wrong secret", wrong)
	}
	if _, wrong := w.refresh(oauthApp{id: confidential.id}, kept.refresh); wrong != "invalid_client" {
		t.Errorf("error %q without the secret", wrong)
	}
	narrow := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {kept.refresh}, "scope": {"openid"}}
	if got, wrong := w.exchange(confidential, narrow); wrong != "" || got.scope != "openid" {
		t.Errorf("error %q, scope %q", wrong, got.scope)
	}
	narrow.Set("scope", "openid email")
	if _, wrong := w.exchange(confidential, narrow); wrong != "invalid_scope" {
		t.Errorf("error %q for a scope that the user did not grant", wrong)
	}
	w.Clock().Advance(93 * 24 * time.Hour)
	if _, wrong := w.refresh(confidential, kept.refresh); wrong != "invalid_grant" || w.active(confidential, kept.refresh) {
		t.Errorf("error %q for an expired token", wrong)
	}
	if _, wrong := w.exchange(public, url.Values{"grant_type": {"refresh_token"}}); wrong != "invalid_request" {
		t.Errorf("error %q without a token", wrong)
	}
}

// TestForgedTokens has introspection and the local check reject tokens that the
// project did not issue.
func TestForgedTokens(t *testing.T) {
	w := newWorld(t)
	u := w.ada()
	a, other := w.oauthApp(stytch.ConnectedAppTypeThirdParty), w.oauthApp(stytch.ConnectedAppTypeThirdParty)
	got := w.redeem(a, w.authCode(a.asks(u.UserID, "openid", "offline_access")))
	parts := strings.Split(got.access, ".")

	// Another project of the server, with an app of the same id and secret.
	foreign := w.AddProject("project-test-other", "secret")
	must(foreign.AddConnectedApp(stytch.ConnectedAppWithClientSecret{ClientID: a.id, ClientSecret: &a.secret, RedirectURLs: []string{callback}}))(t)
	client := foreign.Client()
	answer := must(client.IDP.IntrospectTokenNetwork(w.ctx, stytch.IDPIntrospectTokenNetworkRequest{ProjectID: foreign.ID, ClientID: a.id, ClientSecret: &a.secret, Token: got.access}))(t)
	if answer.Active || answer.Sub != nil {
		t.Errorf("another project says %+v", answer)
	}
	if _, err := client.IDP.IntrospectTokenLocal(w.ctx, got.access, stytch.AccessTokenOptions{}); err == nil {
		t.Error("the local check of another project accepts the token")
	}

	keys := must(w.client.Sessions.GetJWKS(w.ctx, stytch.SessionsGetJWKSRequest{ProjectID: w.ID}))(t).Keys
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(got.access, claims); err != nil {
		t.Fatal(err)
	}
	sign := func(method jwt.SigningMethod, key any) string {
		token := jwt.NewWithClaims(method, claims)
		token.Header["kid"] = keys[0].Kid
		return must(token.SignedString(key))(t)
	}
	modulus := must(base64.RawURLEncoding.DecodeString(keys[0].N))(t)
	for name, forged := range map[string]string{
		"no algorithm":                      sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType),
		"the public key as a shared secret": sign(jwt.SigningMethodHS256, modulus),
		"the certificate as such a secret":  sign(jwt.SigningMethodHS256, []byte(keys[0].X5C[0])),
		"another signature":                 parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 256)),
		"no signature":                      parts[0] + "." + parts[1] + ".",
		"the id token":                      got.id,
		"a session":                         must(w.AddSession(u.UserID, time.Hour, nil))(t).JWT,
		"a token of another app":            w.redeem(other, w.authCode(other.asks(u.UserID, "openid"))).access,
		"nonsense":                          "x",
	} {
		if w.active(a, forged) {
			t.Errorf("%s: the token is active", name)
		}
		if _, err := w.client.IDP.IntrospectTokenLocal(w.ctx, forged, stytch.AccessTokenOptions{}); err == nil && name != "a token of another app" {
			t.Errorf("%s: the local check accepts the token", name)
		}
	}
	if !w.active(a, got.access) {
		t.Error("the real token is not active")
	}
	for _, secret := range []*string{nil, new("wrong"), &other.secret} {
		_, err := w.client.IDP.IntrospectTokenNetwork(w.ctx, stytch.IDPIntrospectTokenNetworkRequest{ProjectID: w.ID, ClientID: a.id, ClientSecret: secret, Token: got.access})
		wants(t, err, stytch.ErrInvalidClient)
	}
	m2m := w.m2m("read:invoices")
	_, err := w.client.IDP.IntrospectTokenNetwork(w.ctx, stytch.IDPIntrospectTokenNetworkRequest{ProjectID: w.ID, ClientID: m2m.ClientID, ClientSecret: &m2m.ClientSecret, Token: got.access})
	wants(t, err, stytch.ErrInvalidClient)
	w.RotateKeys(true)
	if w.active(a, got.access) {
		t.Error("the token of a key that is gone is active")
	}
}

// TestConsentRevoked ends what an app got, in each way in which it can end.
func TestConsentRevoked(t *testing.T) {
	for name, end := range map[string]func(w *world, a oauthApp, userID string) error{
		"the user revokes it": func(w *world, a oauthApp, userID string) error {
			_, err := w.client.Users.Revoke(w.ctx, stytch.UsersRevokeRequest{UserID: userID, ConnectedAppID: a.id})
			return err
		},
		"the user is deleted": func(w *world, _ oauthApp, userID string) error {
			_, err := w.client.Users.Delete(w.ctx, stytch.UsersDeleteRequest{UserID: userID})
			return err
		},
		"the app is deleted": func(w *world, a oauthApp, _ string) error {
			_, err := w.client.ConnectedApps.Clients.Delete(w.ctx, stytch.ConnectedAppsClientsDeleteRequest{ClientID: a.id})
			if err == nil { // an app of the same id, later
				_, err = w.AddConnectedApp(stytch.ConnectedAppWithClientSecret{ClientID: a.id, ClientSecret: &a.secret})
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			u := w.ada()
			a, other := w.oauthApp(stytch.ConnectedAppTypeThirdParty), w.oauthApp(stytch.ConnectedAppTypeThirdParty)
			got := w.redeem(a, w.authCode(a.asks(u.UserID, "openid", "offline_access")))
			pending := w.authCode(a.asks(u.UserID, "openid", "offline_access"))
			stays := w.redeem(other, w.authCode(other.asks(u.UserID, "openid", "offline_access")))
			if err := end(w, a, u.UserID); err != nil {
				t.Fatal(err)
			}
			if w.active(a, got.access) || w.active(a, got.refresh) {
				t.Error("a token is active")
			}
			if _, wrong := w.refresh(a, got.refresh); wrong != "invalid_grant" {
				t.Errorf("error %q for the refresh token", wrong)
			}
			if _, wrong := w.exchange(a, codeForm(pending)); wrong != "invalid_grant" {
				t.Errorf("error %q for a code that was not used yet", wrong)
			}
			if name != "the user is deleted" && !w.active(other, stays.access) {
				t.Error("the token of another app is not active")
			}
		})
	}
}

// TestAuthorizationSnapshot restores apps with their tokens.
func TestAuthorizationSnapshot(t *testing.T) {
	w := newWorld(t)
	u := w.ada()
	a := w.oauthApp(stytch.ConnectedAppTypeThirdPartyPublic)
	got := w.redeem(a, w.authCode(a.asks(u.UserID, "openid", "offline_access")))
	data := must(w.Snapshot())(t)
	w.Reset()
	if err := w.Restore(data); err != nil {
		t.Fatal(err)
	}
	if !w.active(a, got.access) || !w.active(a, got.refresh) {
		t.Error("the tokens are not in the snapshot")
	}
	next, wrong := w.refresh(a, got.refresh)
	if wrong != "" || next.refresh == got.refresh {
		t.Errorf("error %q", wrong)
	}
}

// TestAddConnectedApp rejects apps that cannot be.
func TestAddConnectedApp(t *testing.T) {
	w := newWorld(t)
	add := func(app stytch.ConnectedAppWithClientSecret, want string) {
		t.Helper()
		if _, err := w.AddConnectedApp(app); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	must(w.AddConnectedApp(stytch.ConnectedAppWithClientSecret{ClientID: "a"}))(t)
	add(stytch.ConnectedAppWithClientSecret{ClientID: "a"}, "another app has this id")
	add(stytch.ConnectedAppWithClientSecret{ClientType: "first_party_public", ClientSecret: new("s")}, "public app")
	add(stytch.ConnectedAppWithClientSecret{RedirectURLs: []string{"http://localhost"}}, "cannot_use_localhost")
	add(stytch.ConnectedAppWithClientSecret{FullAccessAllowed: true}, "full_access")
}
