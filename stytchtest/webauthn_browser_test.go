package stytchtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/internal/browsertest"
	"github.com/stytchgen/sdk/stytch"
)

// TestPasskeyInABrowser registers a passkey with Chromium's own authenticator, and
// logs in with it without a user name.
func TestPasskeyInABrowser(t *testing.T) {
	browser := browsertest.New(t)
	w := newWorld(t)
	u := w.passkeyUser()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<title>Application</title>") }))
	t.Cleanup(site.Close)
	port := must(url.Parse(site.URL))(t).Port()
	browsertest.Do(t, browser, browsertest.Authenticator(), chromedp.Navigate("http://localhost:"+port))
	// ask has the browser's API answer options, and returns the credential as JSON.
	ask := func(do, parse, options string) string {
		t.Helper()
		return browsertest.Get(t, browser, chromedp.Evaluate[string](`(async () => {
			const publicKey = PublicKeyCredential.`+parse+`(JSON.parse(`+strconv.Quote(options)+`));
			return JSON.stringify((await navigator.credentials.`+do+`({ publicKey })).toJSON());
		})()`, chromedp.EvalAwaitPromise))
	}
	started := must(w.client.WebAuthn.RegisterStart(w.ctx, stytch.WebAuthnRegisterStartRequest{
		UserID: u.UserID, Domain: "localhost", ReturnPasskeyCredentialOptions: new(true), UseBase64URLEncoding: new(true),
	}))(t)
	made := must(w.registerKey(u.UserID, ask("create", "parseCreationOptionsFromJSON", started.PublicKeyCredentialCreationOptions)))(t)
	for _, userID := range []*string{nil, &u.UserID} {
		login := must(w.client.WebAuthn.AuthenticateStart(w.ctx, stytch.WebAuthnAuthenticateStartRequest{
			UserID: userID, Domain: "localhost", ReturnPasskeyCredentialOptions: new(true), UseBase64URLEncoding: new(true),
		}))(t)
		auth := must(w.loginWith(ask("get", "parseRequestOptionsFromJSON", login.PublicKeyCredentialRequestOptions)))(t)
		if auth.UserID != u.UserID || auth.WebAuthnRegistrationID != made.WebAuthnRegistrationID || auth.Session.AuthenticationFactors[0].WebAuthnFactor.Domain != "localhost" {
			t.Errorf("answer %v", auth)
		}
	}
}
