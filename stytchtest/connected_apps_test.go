package stytchtest_test

import (
	"strings"
	"testing"

	"github.com/stytchgen/sdk/stytch"
)

// connectedApp makes a connected app.
func (w *world) connectedApp(kind stytch.ConnectedAppType) stytch.ConnectedAppWithClientSecret {
	w.t.Helper()
	return must(w.client.ConnectedApps.Clients.Create(w.ctx, stytch.ConnectedAppsClientsCreateRequest{
		ClientType: kind, ClientName: new("Calendar"), RedirectURLs: []string{"https://calendar.example.com/callback", "http://127.0.0.1:8080/"},
	}))(w.t).ConnectedApp
}

func TestConnectedAppClients(t *testing.T) {
	w := newWorld(t)
	api := w.client.ConnectedApps.Clients
	made := w.connectedApp(stytch.ConnectedAppTypeThirdParty)
	if made.ClientSecret == nil || made.ClientSecretLastFour == nil || !strings.HasSuffix(*made.ClientSecret, *made.ClientSecretLastFour) ||
		made.AccessTokenExpiryMinutes != 60 || made.Status != "active" || len(made.RedirectURLs) != 2 {
		t.Errorf("app %+v", made)
	}
	if public := w.connectedApp(stytch.ConnectedAppTypeFirstPartyPublic); public.ClientSecret != nil || public.ClientSecretLastFour != nil {
		t.Errorf("the public app %+v has a secret", public)
	}
	must(api.Update(w.ctx, stytch.ConnectedAppsClientsUpdateRequest{ClientID: made.ClientID, ClientName: new("Dates"), AccessTokenExpiryMinutes: new(5)}))(t)
	got := must(api.Get(w.ctx, stytch.ConnectedAppsClientsGetRequest{ClientID: made.ClientID}))(t).ConnectedApp
	if got.ClientName != "Dates" || got.AccessTokenExpiryMinutes != 5 || len(got.RedirectURLs) != 2 {
		t.Errorf("app %+v", got)
	}
	found := 0
	for _, err := range api.SearchAll(w.ctx, stytch.ConnectedAppsClientsSearchRequest{Limit: new(1)}) {
		if err != nil {
			t.Fatal(err)
		}
		found++
	}
	if found != 2 {
		t.Errorf("%d apps, want 2", found)
	}
	u := w.AddUser(stytch.User{})
	if err := w.AddConsent(u.UserID, stytch.UserConnectedApp{ConnectedAppID: made.ClientID}); err != nil {
		t.Fatal(err)
	}
	must(api.Delete(w.ctx, stytch.ConnectedAppsClientsDeleteRequest{ClientID: made.ClientID}))(t)
	if left := must(w.client.Users.ConnectedApps(w.ctx, stytch.UsersConnectedAppsRequest{UserID: u.UserID}))(t).ConnectedApps; len(left) != 0 {
		t.Errorf("the user still lets %v act", left)
	}
	_, err := api.Get(w.ctx, stytch.ConnectedAppsClientsGetRequest{ClientID: made.ClientID})
	wants(t, err, stytch.ErrConnectedAppNotFound)
	_, err = api.Delete(w.ctx, stytch.ConnectedAppsClientsDeleteRequest{ClientID: made.ClientID})
	wants(t, err, stytch.ErrConnectedAppNotFound)
	_, err = api.Update(w.ctx, stytch.ConnectedAppsClientsUpdateRequest{ClientID: made.ClientID})
	wants(t, err, stytch.ErrConnectedAppNotFound)
}

func TestConnectedAppErrors(t *testing.T) {
	w := newWorld(t)
	third, first := stytch.ConnectedAppTypeThirdParty, stytch.ConnectedAppTypeFirstParty
	redirect := func(url string) stytch.ConnectedAppsClientsCreateRequest {
		return stytch.ConnectedAppsClientsCreateRequest{ClientType: first, RedirectURLs: []string{url}}
	}
	for _, test := range []struct {
		q    stytch.ConnectedAppsClientsCreateRequest
		want stytch.ErrorType
	}{
		{stytch.ConnectedAppsClientsCreateRequest{ClientType: third, FullAccessAllowed: new(true)}, stytch.ErrThirdPartyClientsCannotUseFullAccess},
		{stytch.ConnectedAppsClientsCreateRequest{ClientType: third, BypassConsentForOfflineAccess: new(true)}, stytch.ErrThirdPartyClientsRequireConsentForOfflineAccess},
		{redirect("calendar.example.com"), stytch.ErrConnectedAppRedirectURLMustIncludeScheme},
		{redirect("ftp://calendar.example.com"), stytch.ErrConnectedAppRedirectURLMustUseHTTPOrHTTPSScheme},
		{redirect("http://calendar.example.com"), stytch.ErrConnectedAppRedirectURLHTTPSchemeMustUseLoopback},
		{redirect("http://localhost:8080"), stytch.ErrConnectedAppRedirectURLCannotUseLocalhost},
		{redirect("https://"), stytch.ErrConnectedAppInvalidRedirectURL},
		{redirect("https://%zz"), stytch.ErrConnectedAppInvalidRedirectURL},
	} {
		_, err := w.client.ConnectedApps.Clients.Create(w.ctx, test.q)
		wants(t, err, test.want)
	}
	must(w.client.ConnectedApps.Clients.Create(w.ctx, stytch.ConnectedAppsClientsCreateRequest{
		ClientType: first, FullAccessAllowed: new(true), BypassConsentForOfflineAccess: new(true), RedirectURLs: []string{"http://[::1]/"},
	}))(t)
}

// TestConnectedAppRotation replaces the secret of an app.
func TestConnectedAppRotation(t *testing.T) {
	w := newWorld(t)
	api, c := w.client.ConnectedApps.Clients.Secrets, w.connectedApp(stytch.ConnectedAppTypeThirdParty)
	start := stytch.ConnectedAppsClientsSecretsRotateStartRequest{ClientID: c.ClientID}
	rotate := stytch.ConnectedAppsClientsSecretsRotateRequest{ClientID: c.ClientID}
	cancel := stytch.ConnectedAppsClientsSecretsRotateCancelRequest{ClientID: c.ClientID}
	_, err := api.Rotate(w.ctx, rotate)
	wants(t, err, stytch.ErrConnectedAppNotRotatingSecret)
	must(api.RotateStart(w.ctx, start))(t)
	_, err = api.RotateStart(w.ctx, start)
	wants(t, err, stytch.ErrConnectedAppAlreadyRotatingSecret)
	if kept := must(api.RotateCancel(w.ctx, cancel))(t).ConnectedApp; *kept.ClientSecretLastFour != *c.ClientSecretLastFour || kept.NextClientSecretLastFour != nil {
		t.Errorf("after the end of the rotation: %+v", kept)
	}
	_, err = api.RotateCancel(w.ctx, cancel)
	wants(t, err, stytch.ErrConnectedAppNotRotatingSecret)
	next := must(api.RotateStart(w.ctx, start))(t).ConnectedApp.NextClientSecret
	if done := must(api.Rotate(w.ctx, rotate))(t).ConnectedApp; !strings.HasSuffix(next, *done.ClientSecretLastFour) {
		t.Errorf("after the rotation: %+v", done)
	}
	public := w.connectedApp(stytch.ConnectedAppTypeThirdPartyPublic)
	_, err = api.RotateStart(w.ctx, stytch.ConnectedAppsClientsSecretsRotateStartRequest{ClientID: public.ClientID})
	wants(t, err, stytch.ErrPublicConnectedAppsDoNotHaveSecrets)
}
