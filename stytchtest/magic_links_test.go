package stytchtest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const verifier = "3a1f5c0d9b7e48c2a6d4f0e1b3c5d7f93a1f5c0d9b7e48c2a6d4f0e1b3c5d7f9"

// challenge returns the PKCE challenge of a verifier.
func challenge(verifier string) *string {
	sum := sha256.Sum256([]byte(verifier))
	return new(base64.RawURLEncoding.EncodeToString(sum[:]))
}

// open follows a link like a browser, and returns the application's URL.
func (w *world) open(link string) *url.URL {
	w.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp := must(client.Do(must(http.NewRequestWithContext(w.ctx, http.MethodGet, link, nil))(w.t)))(w.t)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		w.t.Fatalf("the link answers %d", resp.StatusCode)
	}
	return must(url.Parse(resp.Header.Get("Location")))(w.t)
}

// mail returns the newest mail to the test's address.
func (w *world) mail() stytchtest.Message {
	w.t.Helper()
	return must(w.Inbox().WaitFor(w.ctx, email))(w.t)
}

// link sends a link to a user, who is created by it.
func (w *world) link(change ...func(*stytch.MagicLinksEmailLoginOrCreateRequest)) stytchtest.Message {
	w.t.Helper()
	q := stytch.MagicLinksEmailLoginOrCreateRequest{Email: email}
	for _, f := range change {
		f(&q)
	}
	must(w.client.MagicLinks.Email.LoginOrCreate(w.ctx, q))(w.t)
	return w.mail()
}

func (w *world) follow(token string, change ...func(*stytch.MagicLinksAuthenticateRequest)) (*stytch.MagicLinksAuthenticateResponse, error) {
	q := stytch.MagicLinksAuthenticateRequest{Token: token, SessionDurationMinutes: new(60)}
	for _, f := range change {
		f(&q)
	}
	return w.client.MagicLinks.Authenticate(w.ctx, q)
}

// TestMagicLink signs a user up with the link of the mail, and logs them in with
// the link of the next one.
func TestMagicLink(t *testing.T) {
	w := newWorld(t)
	sent := must(w.client.MagicLinks.Email.LoginOrCreate(w.ctx, stytch.MagicLinksEmailLoginOrCreateRequest{
		Email: email, CreateUserAsPending: new(true), SignupMagicLinkURL: new("https://app.example.com/welcome?plan=pro&x=%20"),
		LoginTemplateID: new("again"), SignupTemplateID: new("welcome"), Locale: new(stytch.EmailLocaleEs),
	}))(t)
	m := w.mail()
	if !sent.UserCreated || m.Purpose != "signup" || m.Channel != stytchtest.ChannelEmail || m.TemplateID != "welcome" || m.Locale != "es" || m.UserID != sent.UserID ||
		m.Code != "" || !m.ExpiresAt.Equal(m.SentAt.Add(7*24*time.Hour)) || !strings.HasPrefix(m.Link, w.URL()+"/v1/magic_links/redirect?") {
		t.Errorf("message %+v", m)
	}
	for range 2 { // following the link does not use it up
		if to := w.open(m.Link); to.String() != "https://app.example.com/welcome?plan=pro&x=%20&stytch_token_type=magic_links&token="+m.Token {
			t.Errorf("the link leads to %s", to)
		}
	}
	auth := must(w.follow(m.Token))(t)
	if auth.User.Status != stytch.UserStatusActive || !auth.User.Emails[0].Verified || auth.MethodID != sent.EmailID || auth.ResetSessions {
		t.Errorf("user %v", auth.User)
	}
	f := auth.Session.AuthenticationFactors
	if len(f) != 1 || f[0].Type != "magic_link" || f[0].DeliveryMethod != "email" || f[0].EmailFactor.EmailID != sent.EmailID {
		t.Errorf("factors %v", f)
	}

	m = w.link()
	if m.Purpose != "login" || !m.ExpiresAt.Equal(m.SentAt.Add(time.Hour)) || w.open(m.Link).Host != "localhost:3000" {
		t.Errorf("message %+v", m)
	}
	again := must(w.follow(m.Token, func(q *stytch.MagicLinksAuthenticateRequest) { q.SessionToken = &auth.SessionToken }))(t)
	if again.SessionToken != auth.SessionToken || len(again.Session.AuthenticationFactors) != 1 {
		t.Errorf("session %v", again.Session)
	}
	if without := must(w.client.MagicLinks.Authenticate(w.ctx, stytch.MagicLinksAuthenticateRequest{Token: w.link().Token}))(t); without.Session != nil || without.SessionToken != "" {
		t.Errorf("a session: %v", without)
	}
}

func TestMagicLinkTokens(t *testing.T) {
	here := &stytch.Attributes{IPAddress: new("203.0.113.7"), UserAgent: new("Firefox")}
	elsewhere := &stytch.Attributes{IPAddress: new("203.0.113.8"), UserAgent: new("Firefox")}
	withChallenge := func(q *stytch.MagicLinksEmailLoginOrCreateRequest) { q.CodeChallenge = challenge(verifier) }
	match := func(from *stytch.Attributes) func(*stytch.MagicLinksAuthenticateRequest) {
		return func(q *stytch.MagicLinksAuthenticateRequest) {
			q.Attributes, q.Options = from, &stytch.LinkOptions{IPMatchRequired: true, UserAgentMatchRequired: true}
		}
	}
	verify := func(verifier string) func(*stytch.MagicLinksAuthenticateRequest) {
		return func(q *stytch.MagicLinksAuthenticateRequest) { q.CodeVerifier = &verifier }
	}
	tests := []struct {
		name string
		do   func(w *world) error
		want stytch.ErrorType
	}{
		{"unknown", func(w *world) error { _, err := w.follow("none"); return err }, stytch.ErrMagicLinkNotFound},
		{"used", func(w *world) error {
			token := w.link().Token
			must(w.follow(token))(w.t)
			_, err := w.follow(token)
			return err
		}, stytch.ErrUnableToAuthMagicLink},
		{"expired", func(w *world) error {
			token := w.link(func(q *stytch.MagicLinksEmailLoginOrCreateRequest) { q.SignupExpirationMinutes = new(5) }).Token
			w.Clock().Advance(5 * time.Minute)
			_, err := w.follow(token)
			return err
		}, stytch.ErrUnableToAuthMagicLink},
		{"an earlier link", func(w *world) error {
			token := w.link().Token
			w.link()
			_, err := w.follow(token)
			return err
		}, ""},
		{"a deleted user", func(w *world) error {
			m := w.link()
			must(w.client.Users.Delete(w.ctx, stytch.UsersDeleteRequest{UserID: m.UserID}))(w.t)
			_, err := w.follow(m.Token)
			return err
		}, stytch.ErrUnableToAuthMagicLink},
		{"a verifier", func(w *world) error { _, err := w.follow(w.link(withChallenge).Token, verify(verifier)); return err }, ""},
		{"another verifier", func(w *world) error {
			token := w.link(withChallenge).Token
			_, err := w.follow(token, verify(verifier+"0"))
			must(w.follow(token, verify(verifier)))(w.t) // the token is not used up
			return err
		}, stytch.ErrPKCEMismatch},
		{"no verifier", func(w *world) error { _, err := w.follow(w.link(withChallenge).Token); return err }, stytch.ErrPKCEExpectedCodeVerifier},
		{"a verifier without a challenge", func(w *world) error { _, err := w.follow(w.link().Token, verify(verifier)); return err }, stytch.ErrPKCEDidNotExpectCodeVerifier},
		{"the same client", func(w *world) error {
			_, err := w.follow(w.link(func(q *stytch.MagicLinksEmailLoginOrCreateRequest) { q.Attributes = here }).Token, match(here))
			return err
		}, ""},
		{"another client", func(w *world) error {
			_, err := w.follow(w.link(func(q *stytch.MagicLinksEmailLoginOrCreateRequest) { q.Attributes = here }).Token, match(elsewhere))
			return err
		}, stytch.ErrAttributeMismatch},
		{"the session of another user", func(w *world) error {
			other := must(w.AddSession(w.AddUser(stytch.User{}).UserID, time.Hour, nil))(w.t)
			auth, err := w.follow(w.link().Token, func(q *stytch.MagicLinksAuthenticateRequest) { q.SessionToken = &other.Token })
			if err == nil && (auth.SessionToken == other.Token || auth.Session.UserID != auth.UserID) {
				w.t.Errorf("session %v", auth.Session)
			}
			return err
		}, ""},
		{"an unknown session", func(w *world) error {
			token := w.link().Token
			_, err := w.follow(token, func(q *stytch.MagicLinksAuthenticateRequest) { q.SessionToken = new("none") })
			must(w.follow(token))(w.t) // the token is not used up
			return err
		}, stytch.ErrSessionNotFound},
		{"a locked user", func(w *world) error {
			token := w.link().Token
			sent := must(w.client.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: email}))(w.t)
			code := w.mail().Code
			for range 10 {
				_, _ = w.authenticate(sent.EmailID, wrong(code))
			}
			_, err := w.follow(token)
			return err
		}, stytch.ErrUserLockLimitReached},
		{"the sandbox token", func(w *world) error { _, err := w.follow(stytchtest.SandboxLinkToken); return err }, ""},
		{"the used sandbox token", func(w *world) error { _, err := w.follow("3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU="); return err }, stytch.ErrUnableToAuthMagicLink},
		{"the unknown sandbox token", func(w *world) error { _, err := w.follow("CprTtwhnRNiMBiUS2jSLcWYrfuO2POeBNdo5HhW6qTM="); return err }, stytch.ErrMagicLinkNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.do(newWorld(t))
			if test.want == "" && err == nil {
				return
			}
			wants(t, err, test.want)
		})
	}
}

// TestInvitedUser invites a person, who logs in with the link.
func TestInvitedUser(t *testing.T) {
	w := newWorld(t)
	invite := func() (*stytch.MagicLinksEmailInviteResponse, error) {
		return w.client.MagicLinks.Email.Invite(w.ctx, stytch.MagicLinksEmailInviteRequest{
			Email: email, Name: &stytch.UserName{FirstName: new("Ada")}, TrustedMetadata: map[string]any{"plan": "pro"},
			InviteMagicLinkURL: new("https://app.example.com/invited"), InviteTemplateID: new("invitation"),
		})
	}
	sent := must(invite())(t)
	first := w.mail()
	if u := w.Users()[0]; u.Status != stytch.UserStatusPending || *u.Name.FirstName != "Ada" || u.TrustedMetadata["plan"] != "pro" {
		t.Errorf("user %v", u)
	}
	if first.Purpose != "invite" || first.TemplateID != "invitation" || w.open(first.Link).Path != "/invited" || !first.ExpiresAt.Equal(first.SentAt.Add(time.Hour)) {
		t.Errorf("message %+v", first)
	}
	if m := w.link(); m.Purpose != "invite" || m.UserID != sent.UserID { // a login before the invitation is accepted
		t.Errorf("message %+v", m)
	}
	if again := must(invite())(t); again.UserID != sent.UserID {
		t.Errorf("the second invitation makes the user %s", again.UserID)
	}
	auth := must(w.follow(first.Token))(t)
	if auth.User.Status != stytch.UserStatusActive || auth.UserID != sent.UserID {
		t.Errorf("user %v", auth.User)
	}
	_, err := invite()
	wants(t, err, stytch.ErrDuplicateEmail)
	_, err = w.client.MagicLinks.Email.RevokeInvite(w.ctx, stytch.MagicLinksEmailRevokeInviteRequest{Email: email})
	wants(t, err, stytch.ErrEmailNotFound)
}

func TestRevokedInvitation(t *testing.T) {
	w := newWorld(t)
	must(w.client.MagicLinks.Email.Invite(w.ctx, stytch.MagicLinksEmailInviteRequest{Email: email}))(t)
	token := w.mail().Token
	must(w.client.MagicLinks.Email.RevokeInvite(w.ctx, stytch.MagicLinksEmailRevokeInviteRequest{Email: email}))(t)
	_, err := w.follow(token)
	wants(t, err, stytch.ErrUnableToAuthMagicLink)
	if m := w.link(); m.Purpose != "signup" || len(w.Users()) != 1 {
		t.Errorf("the address is not free: %+v", m)
	}
}

// TestLinkToAnotherAddress adds an address to a user who is logged in.
func TestLinkToAnotherAddress(t *testing.T) {
	w := newWorld(t)
	_, err := w.client.MagicLinks.Email.Send(w.ctx, stytch.MagicLinksEmailSendRequest{Email: email})
	wants(t, err, stytch.ErrEmailNotFound)
	auth := must(w.follow(w.link().Token))(t)
	const other = "lovelace@example.com"
	send := func() string {
		must(w.client.MagicLinks.Email.Send(w.ctx, stytch.MagicLinksEmailSendRequest{Email: other, SessionToken: &auth.SessionToken}))(t)
		return must(w.Inbox().WaitFor(w.ctx, other))(t).Token
	}
	late := send()
	w.Clock().Advance(5 * time.Minute)
	if n := len(w.Users()[0].Emails); n != 1 {
		t.Errorf("the address was not removed: %d addresses", n)
	}
	_, err = w.follow(late)
	wants(t, err, stytch.ErrUnableToAuthMagicLink)
	both := must(w.follow(send(), func(q *stytch.MagicLinksAuthenticateRequest) { q.SessionToken = &auth.SessionToken }))(t)
	if len(both.User.Emails) != 2 || !both.User.Emails[1].Verified || len(both.Session.AuthenticationFactors) != 2 {
		t.Errorf("user %v, session %v", both.User, both.Session)
	}
	w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "charles@example.com"}}})
	_, err = w.client.MagicLinks.Email.Send(w.ctx, stytch.MagicLinksEmailSendRequest{Email: "charles@example.com", UserID: &auth.UserID})
	wants(t, err, stytch.ErrDuplicateEmail)
	must(w.client.MagicLinks.Email.Send(w.ctx, stytch.MagicLinksEmailSendRequest{Email: email}))(t)
	if m := w.mail(); m.Purpose != "login" {
		t.Errorf("message %+v", m)
	}
}

// TestEmbeddedLink logs in with a token that the application delivers.
func TestEmbeddedLink(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser(stytch.User{ExternalID: new("customer-1815"), Emails: []stytch.UserEmail{{Email: email}}})
	made := must(w.client.MagicLinks.Create(w.ctx, stytch.MagicLinksCreateRequest{UserID: "customer-1815", ExpirationMinutes: new(5)}))(t)
	if made.UserID != u.UserID || len(w.Inbox().Messages()) != 0 {
		t.Errorf("answer %v, %d messages", made, len(w.Inbox().Messages()))
	}
	auth := must(w.follow(made.Token))(t)
	f := auth.Session.AuthenticationFactors
	if auth.User.Emails[0].Verified || len(f) != 1 || f[0].DeliveryMethod != "embedded" || f[0].EmbeddableMagicLinkFactor.EmbeddedID != auth.MethodID {
		t.Errorf("user %v, factors %v", auth.User, f)
	}
	_, err := w.client.MagicLinks.Create(w.ctx, stytch.MagicLinksCreateRequest{UserID: "nobody"})
	wants(t, err, stytch.ErrUserNotFound)
}

// TestUnprovenPassword logs in to a user whose password someone else may have
// chosen.
func TestUnprovenPassword(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email}}, Password: &stytch.Password{PasswordID: "password-test-1"}})
	other := must(w.AddSession(u.UserID, time.Hour, nil))(t)
	auth := must(w.follow(w.link().Token))(t)
	if !auth.ResetSessions || !auth.User.Password.RequiresReset || len(w.Sessions()) != 1 || w.Sessions()[0].ID == other.ID {
		t.Errorf("answer %v, sessions %v", auth, w.Sessions())
	}
	if again := must(w.follow(w.link().Token))(t); again.ResetSessions {
		t.Error("the sessions end at the second login too")
	}
}

func TestRedirectURLs(t *testing.T) {
	const app, wildcard, query = "https://app.example.com/auth", "https://*.example.net/auth", "https://app.example.org/auth?next={}"
	tests := []struct {
		name       string
		registered []stytchtest.RedirectURL
		given      *string
		want       stytch.ErrorType
		leadsTo    string
	}{
		{"the default of a new project", nil, nil, "", "http://localhost:3000/authenticate"},
		{"any URL of a new project", nil, new(app), "", app},
		{"http", nil, new("http://app.example.com/auth"), stytch.ErrInvalidMagicLinkURL, ""},
		{"http on this machine", nil, new("http://app.localhost:8080/auth"), "", "http://app.localhost:8080/auth"},
		{"a slash at the end", nil, new(app + "/"), stytch.ErrInvalidMagicLinkURL, ""},
		{"a relative URL", nil, new("/auth"), stytch.ErrInvalidMagicLinkURL, ""},
		{"a script", nil, new("javascript:alert(1)"), stytch.ErrInvalidMagicLinkURL, ""},
		{"a script with a host", nil, new("javascript://x/%0aalert(1)"), stytch.ErrInvalidMagicLinkURL, ""},
		{"an app", nil, new("myapp://auth"), stytch.ErrPKCERequiredForNativeCallback, ""},
		{"a registered URL", []stytchtest.RedirectURL{{URL: app}}, new(app), "", app},
		{"with www.", []stytchtest.RedirectURL{{URL: "https://example.com/auth"}}, new("https://www.example.com/auth"), "", "https://www.example.com/auth"},
		{"another path", []stytchtest.RedirectURL{{URL: app}}, new(app + "/more"), stytch.ErrNoMatchForProvidedMagicLinkURL, ""},
		{"another query", []stytchtest.RedirectURL{{URL: app}}, new(app + "?a=1"), stytch.ErrNoMatchForProvidedMagicLinkURL, ""},
		{"another type", []stytchtest.RedirectURL{{URL: app, Types: []stytchtest.RedirectType{stytchtest.RedirectLogin}}}, new(app), stytch.ErrNoMatchForProvidedMagicLinkURL, ""},
		{"a wildcard", []stytchtest.RedirectURL{{URL: wildcard}}, new("https://team.example.net/auth"), "", "https://team.example.net/auth"},
		{"two labels for a wildcard", []stytchtest.RedirectURL{{URL: wildcard}}, new("https://a.b.example.net/auth"), stytch.ErrNoMatchForProvidedMagicLinkURL, ""},
		{"a placeholder", []stytchtest.RedirectURL{{URL: query}}, new("https://app.example.org/auth?next=%2Fhome"), "", "https://app.example.org/auth?next=%2Fhome"},
		{"no value for a placeholder", []stytchtest.RedirectURL{{URL: query}}, new("https://app.example.org/auth"), stytch.ErrQueryParamsDoNotMatch, ""},
		{"the default", []stytchtest.RedirectURL{{URL: wildcard}, {URL: app, Default: true}}, nil, "", app},
		{"no default", []stytchtest.RedirectURL{{URL: app}}, nil, stytch.ErrNoDefaultSignupRedirectURLSet, ""},
		{"no URL", []stytchtest.RedirectURL{{URL: app, Types: []stytchtest.RedirectType{stytchtest.RedirectLogin}}}, nil, stytch.ErrNoSignupRedirectURLsSet, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			if test.registered != nil {
				if err := w.SetRedirectURLs(test.registered...); err != nil {
					t.Fatal(err)
				}
			}
			_, err := w.client.MagicLinks.Email.LoginOrCreate(w.ctx, stytch.MagicLinksEmailLoginOrCreateRequest{Email: email, SignupMagicLinkURL: test.given})
			if test.want != "" {
				wants(t, err, test.want)
				if len(w.Users()) != 0 {
					t.Error("the user was created")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if to := w.open(w.mail().Link).String(); !strings.HasPrefix(to, test.leadsTo) {
				t.Errorf("the link leads to %s, want %s", to, test.leadsTo)
			}
		})
	}
	w := newWorld(t)
	for _, bad := range []stytchtest.RedirectURL{{URL: "auth"}, {URL: wildcard, Default: true}, {URL: query, Default: true}, {URL: app, Types: []stytchtest.RedirectType{"LOGOUT"}}} {
		if w.SetRedirectURLs(bad) == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
	_, err := w.client.MagicLinks.Email.LoginOrCreate(w.ctx, stytch.MagicLinksEmailLoginOrCreateRequest{Email: email, CodeChallenge: new("plain")})
	wants(t, err, stytch.ErrInvalidPKCECodeChallenge)
	must(w.client.MagicLinks.Email.LoginOrCreate(w.ctx, stytch.MagicLinksEmailLoginOrCreateRequest{Email: email, CodeChallenge: challenge(verifier), SignupMagicLinkURL: new("myapp://auth")}))(t)
	if to := w.open(w.mail().Link); to.Scheme != "myapp" || to.Query().Get("token") == "" {
		t.Errorf("the link leads to %s", to)
	}
}

// TestForeignLinks opens links that the server did not send.
func TestForeignLinks(t *testing.T) {
	w := newWorld(t)
	m := w.link()
	for name, link := range map[string]string{
		"another token":   strings.Replace(m.Link, m.Token, "none", 1),
		"another project": strings.Replace(m.Link, w.PublicToken(), "public-token-test-1", 1),
		"of the B2B API":  strings.Replace(m.Link, "/v1/", "/v1/b2b/", 1),
	} {
		resp := must(http.Get(link))(t)
		_ = resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("%s: status %d", name, resp.StatusCode)
		}
	}
	if r := w.Requests()[len(w.Requests())-1]; strings.Contains(r.Path, m.Token) || r.Body != nil {
		t.Errorf("the request was recorded with the token: %v", r)
	}
}
