package stytchtest

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// connectedApp is an application that people let act for them.
type connectedApp struct {
	place
	rotation
	Profile   stytch.ConnectedApp `json:"profile"`
	CreatedAt time.Time           `json:"created_at"`
}

func (c *connectedApp) keys() []key { return []key{{byID, c.Profile.ClientID}} }

// profile returns the app as a response shows it.
func (c *connectedApp) profile() stytch.ConnectedApp {
	p := c.Profile
	p.ClientSecretLastFour, p.NextClientSecretLastFour = c.Secret.lastFour(), c.Next.lastFour()
	return p
}

// isPublic reports whether the app cannot keep a secret.
func (c *connectedApp) isPublic() bool {
	return strings.HasSuffix(string(c.Profile.ClientType), "_public")
}

func (c *connectedApp) isFirstParty() bool {
	return strings.HasPrefix(string(c.Profile.ClientType), "first_party")
}

var appRotation = rotationErrors{"connected_app_already_rotating_secret", "connected_app_not_rotating_secret"}

// defaultAccessTokenMinutes is how long access tokens of an app are valid, in
// minutes, if the app does not set it.
const defaultAccessTokenMinutes = 60

// connectedApp returns the app that a call names.
func (r *run) connectedApp(id string) (*connectedApp, *apiError) {
	if c := r.project.state.ConnectedApps.find(byID, id); c != nil {
		return c, nil
	}
	return nil, fail("connected_app_not_found")
}

// AddConnectedApp adds a connected app. A missing id is generated, and so is a missing
// secret, unless the app is public. An app without a type is a third-party app. It
// returns the app as the API would, with the secret.
func (p *Project) AddConnectedApp(app stytch.ConnectedAppWithClientSecret) (stytch.ConnectedAppWithClientSecret, error) {
	defer p.lock()()
	added, err := p.addApp(app)
	if err != nil {
		return added, fmt.Errorf("stytchtest: the connected app %q: %s: %s", app.ClientID, err.errorType, err.message)
	}
	return added, nil
}

func (p *Project) addApp(app stytch.ConnectedAppWithClientSecret) (stytch.ConnectedAppWithClientSecret, *apiError) {
	none, apps := stytch.ConnectedAppWithClientSecret{}, &p.state.ConnectedApps
	setIfEmpty(&app.ClientID, newID("connected-app"))
	setIfEmpty(&app.ClientType, stytch.ConnectedAppTypeThirdParty)
	setIfEmpty(&app.Status, "active")
	if app.AccessTokenExpiryMinutes == 0 {
		app.AccessTokenExpiryMinutes = defaultAccessTokenMinutes
	}
	c := &connectedApp{CreatedAt: p.clock.Now(), Profile: as[stytch.ConnectedApp](app)}
	c.Profile.CreationMethod = "API"
	if err := c.change(stytch.ConnectedAppsClientsUpdateRequest{RedirectURLs: app.RedirectURLs}); err != nil {
		return none, err
	}
	switch {
	case apps.find(byID, app.ClientID) != nil:
		return none, failf("connected_app_misconfigured_client", "another app has this id")
	case c.isPublic() && app.ClientSecret != nil:
		return none, failf("connected_app_misconfigured_client", "a public app cannot have a secret")
	case !c.isPublic() && app.ClientSecret == nil:
		app.ClientSecret = new(newToken())
	}
	if app.ClientSecret != nil {
		c.Secret = newClientSecret(*app.ClientSecret)
	}
	apps.add(c)
	added := as[stytch.ConnectedAppWithClientSecret](c.profile())
	added.ClientSecret = app.ClientSecret
	return added, nil
}

func (r *run) appCreate(q stytch.ConnectedAppsClientsCreateRequest) (stytch.ConnectedAppsClientsCreateResponse, *apiError) {
	created, err := r.project.addApp(as[stytch.ConnectedAppWithClientSecret](q))
	if err != nil {
		return stytch.ConnectedAppsClientsCreateResponse{}, err
	}
	r.status = http.StatusCreated
	return stytch.ConnectedAppsClientsCreateResponse{ConnectedApp: created}, nil
}

// change sets the fields that are given. After an error the app is as before.
func (c *connectedApp) change(q stytch.ConnectedAppsClientsUpdateRequest) *apiError {
	p := c.Profile
	set(&p.ClientName, q.ClientName)
	set(&p.ClientDescription, q.ClientDescription)
	setList(&p.RedirectURLs, q.RedirectURLs)
	setList(&p.PostLogoutRedirectURLs, q.PostLogoutRedirectURLs)
	set(&p.FullAccessAllowed, q.FullAccessAllowed)
	set(&p.AccessTokenExpiryMinutes, q.AccessTokenExpiryMinutes)
	set(&p.AccessTokenTemplateContent, q.AccessTokenTemplateContent)
	set(&p.IDTokenTemplateContent, q.IDTokenTemplateContent)
	set(&p.BypassConsentForOfflineAccess, q.BypassConsentForOfflineAccess)
	if q.AccessTokenCustomAudience != nil {
		p.AccessTokenCustomAudience = q.AccessTokenCustomAudience
	}
	if q.LogoURL != nil {
		p.LogoURL = q.LogoURL
	}
	switch {
	case p.FullAccessAllowed && !c.isFirstParty():
		return fail("third_party_clients_cannot_use_full_access")
	case p.BypassConsentForOfflineAccess && !c.isFirstParty():
		return fail("third_party_clients_require_consent_for_offline_access")
	}
	for _, given := range q.RedirectURLs {
		if err := checkAppURL(given); err != nil {
			return err
		}
	}
	c.Profile = p
	return nil
}

// checkAppURL rejects a URL that people cannot be sent back to.
func checkAppURL(given string) *apiError {
	u, err := url.Parse(given)
	if err != nil {
		return fail("connected_app_invalid_redirect_url")
	}
	ip := net.ParseIP(u.Hostname())
	switch {
	case u.Scheme == "":
		return fail("connected_app_redirect_url_must_include_scheme")
	case u.Scheme != "https" && u.Scheme != "http":
		return fail("connected_app_redirect_url_must_use_http_or_https_scheme")
	case u.Hostname() == "":
		return fail("connected_app_invalid_redirect_url")
	case strings.EqualFold(u.Hostname(), "localhost"):
		return fail("connected_app_redirect_url_cannot_use_localhost")
	case u.Scheme == "http" && (ip == nil || !ip.IsLoopback()):
		return fail("connected_app_redirect_url_http_scheme_must_use_loopback")
	}
	return nil
}

func (r *run) appGet(q stytch.ConnectedAppsClientsGetRequest) (stytch.ConnectedAppsClientsGetResponse, *apiError) {
	c, err := r.connectedApp(q.ClientID)
	if err != nil {
		return stytch.ConnectedAppsClientsGetResponse{}, err
	}
	return stytch.ConnectedAppsClientsGetResponse{ConnectedApp: c.profile()}, nil
}

func (r *run) appUpdate(q stytch.ConnectedAppsClientsUpdateRequest) (stytch.ConnectedAppsClientsUpdateResponse, *apiError) {
	c, err := r.connectedApp(q.ClientID)
	if err == nil {
		err = c.change(q)
	}
	if err != nil {
		return stytch.ConnectedAppsClientsUpdateResponse{}, err
	}
	return stytch.ConnectedAppsClientsUpdateResponse{ConnectedApp: c.profile()}, nil
}

// appDelete deletes an app, and what people consented to.
func (r *run) appDelete(q stytch.ConnectedAppsClientsDeleteRequest) (stytch.ConnectedAppsClientsDeleteResponse, *apiError) {
	c, err := r.connectedApp(q.ClientID)
	if err != nil {
		return stytch.ConnectedAppsClientsDeleteResponse{}, err
	}
	r.project.state.ConnectedApps.remove(c)
	r.project.state.revokeApp(q.ClientID)
	return stytch.ConnectedAppsClientsDeleteResponse{ClientID: q.ClientID}, nil
}

func (r *run) appSearch(q searchRequest) (stytch.ConnectedAppsClientsSearchResponse, *apiError) {
	var found []*connectedApp
	for c := range r.project.state.ConnectedApps.all() {
		found = append(found, c)
	}
	found, metadata, ok := pageOf(q, found, func(c *connectedApp) position { return position{c.CreatedAt, c.Profile.ClientID} })
	if !ok {
		return stytch.ConnectedAppsClientsSearchResponse{}, fail("user_search_invalid_cursor") // of every search
	}
	return stytch.ConnectedAppsClientsSearchResponse{ConnectedApps: each(found, (*connectedApp).profile), ResultsMetadata: metadata}, nil
}

// appWithSecret returns the app that a call names. Public apps have no secret.
func (r *run) appWithSecret(id string) (*connectedApp, *apiError) {
	c, err := r.connectedApp(id)
	if err == nil && c.isPublic() {
		err = fail("public_connected_apps_do_not_have_secrets")
	}
	return c, err
}

func (r *run) appRotateStart(q stytch.ConnectedAppsClientsSecretsRotateStartRequest) (stytch.ConnectedAppsClientsSecretsRotateStartResponse, *apiError) {
	none := stytch.ConnectedAppsClientsSecretsRotateStartResponse{}
	c, err := r.appWithSecret(q.ClientID)
	if err != nil {
		return none, err
	}
	secret, err := c.start(appRotation)
	if err != nil {
		return none, err
	}
	started := as[stytch.ConnectedAppWithNextClientSecret](c.profile())
	started.NextClientSecret = secret
	return stytch.ConnectedAppsClientsSecretsRotateStartResponse{ConnectedApp: started}, nil
}

func (r *run) appRotate(q stytch.ConnectedAppsClientsSecretsRotateRequest) (stytch.ConnectedAppsClientsSecretsRotateResponse, *apiError) {
	c, err := r.appWithSecret(q.ClientID)
	if err == nil {
		err = c.complete(appRotation)
	}
	if err != nil {
		return stytch.ConnectedAppsClientsSecretsRotateResponse{}, err
	}
	return stytch.ConnectedAppsClientsSecretsRotateResponse{ConnectedApp: c.profile()}, nil
}

func (r *run) appRotateCancel(q stytch.ConnectedAppsClientsSecretsRotateCancelRequest) (stytch.ConnectedAppsClientsSecretsRotateCancelResponse, *apiError) {
	c, err := r.appWithSecret(q.ClientID)
	if err == nil {
		err = c.cancel(appRotation)
	}
	if err != nil {
		return stytch.ConnectedAppsClientsSecretsRotateCancelResponse{}, err
	}
	return stytch.ConnectedAppsClientsSecretsRotateCancelResponse{ConnectedApp: c.profile()}, nil
}
