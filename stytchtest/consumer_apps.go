package stytchtest

import (
	"fmt"
	"slices"

	"github.com/stytchgen/sdk/stytch"
)

// AddConsent lets a connected app act for a user, who is named by id or external
// id. An app without an id gets one, and an app without a type is a third-party
// app. The consent replaces an earlier one to the same app.
func (p *Project) AddConsent(userID string, app stytch.UserConnectedApp) error {
	defer p.lock()()
	u := p.state.userByID(userID)
	if u == nil {
		return fmt.Errorf("stytchtest: there is no user %q who could consent", userID)
	}
	if app.ConnectedAppID == "" {
		app.ConnectedAppID = newID("connected-app")
	}
	setIfEmpty(&app.ClientType, stytch.ConnectedAppTypeThirdParty)
	u.revoke(app.ConnectedAppID)
	u.ConnectedApps = append(u.ConnectedApps, app)
	return nil
}

// revoke drops a consent, and reports whether there was one.
func (u *user) revoke(appID string) bool {
	return drop(&u.ConnectedApps, func(app stytch.UserConnectedApp) bool { return app.ConnectedAppID == appID })
}

func (r *run) connectedApps(q stytch.UsersConnectedAppsRequest) (stytch.UsersConnectedAppsResponse, *apiError) {
	u, err := r.user(q.UserID)
	if err != nil {
		return stytch.UsersConnectedAppsResponse{}, err
	}
	return stytch.UsersConnectedAppsResponse{ConnectedApps: slices.Clone(u.ConnectedApps)}, nil
}

func (r *run) revokeConnectedApp(q stytch.UsersRevokeRequest) (stytch.UsersRevokeResponse, *apiError) {
	u, err := r.user(q.UserID)
	if err == nil && !u.revoke(q.ConnectedAppID) {
		err = fail("connected_app_not_found")
	}
	return stytch.UsersRevokeResponse{}, err
}
