package stytchtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// consent is what a person lets a connected app do.
type consent struct {
	place
	ClientID string `json:"client_id"`
	// UserID, or OrganizationID and MemberID, name the person.
	UserID         string `json:"user_id,omitempty"`
	OrganizationID string `json:"organization_id,omitempty"`
	MemberID       string `json:"member_id,omitempty"`
	// Scopes are separated by spaces.
	Scopes string `json:"scopes"`
}

func (c *consent) keys() []key {
	return []key{{byOwner, c.UserID + c.MemberID}, {byOrganization, c.OrganizationID}} // one of the two ids is empty
}

// consent returns what a person consented to, or nil.
func (s *state) consent(ownerID, clientID string) *consent {
	for _, c := range s.Consents.list(byOwner, ownerID) {
		if c.ClientID == clientID {
			return c
		}
	}
	return nil
}

// allow stores a consent in place of an earlier one to the same app.
func (s *state) allow(c consent) {
	if have := s.consent(c.UserID+c.MemberID, c.ClientID); have != nil {
		s.Consents.remove(have)
	}
	s.Consents.add(&c)
}

// revoke ends a consent, and all tokens that the app got for the person. It
// reports whether there was a consent.
func (s *state) revoke(ownerID, clientID string) bool {
	for _, a := range s.Authorizations.list(byOwner, ownerID) {
		if a.ClientID == clientID {
			a.Revoked = true
		}
	}
	have := s.consent(ownerID, clientID)
	if have != nil {
		s.Consents.remove(have)
	}
	return have != nil
}

// revokeAll ends every consent of a person.
func (s *state) revokeAll(ownerID string) {
	for _, c := range slices.Backward(s.Consents.list(byOwner, ownerID)) {
		s.revoke(ownerID, c.ClientID)
	}
}

// revokeApp ends every consent to an app.
func (s *state) revokeApp(clientID string) {
	for _, c := range slices.Collect(s.Consents.all()) {
		if c.ClientID == clientID {
			s.revoke(c.UserID+c.MemberID, clientID)
		}
	}
}

// revokeForbidden ends the consents to apps that an organization no longer allows.
func (p *Project) revokeForbidden(o *organization) {
	for _, c := range slices.Backward(p.state.Consents.list(byOrganization, o.Profile.OrganizationID)) {
		if app := p.state.ConnectedApps.find(byID, c.ClientID); app != nil && !o.allowsApp(app) {
			p.state.revoke(c.MemberID, c.ClientID)
		}
	}
}

// allowsApp reports whether an organization lets its members use an app.
func (o *organization) allowsApp(c *connectedApp) bool {
	policy, allowed := o.Profile.ThirdPartyConnectedAppsAllowedType, o.Profile.AllowedThirdPartyConnectedApps
	if c.isFirstParty() {
		policy, allowed = o.Profile.FirstPartyConnectedAppsAllowedType, o.Profile.AllowedFirstPartyConnectedApps
	}
	switch policy {
	case b2b.AdmissionPolicyRestricted:
		return slices.Contains(allowed, c.Profile.ClientID)
	case b2b.AdmissionPolicyNotAllowed:
		return false
	}
	return true
}

// AddConsent lets a connected app act for a user or member. A user is named by id or
// external id, a member by id. An app that the project does not have is added to it:
// without an id it gets one, and without a type it is a third-party app. The consent
// replaces an earlier one to the same app.
func (p *Project) AddConsent(personID string, app stytch.UserConnectedApp) error {
	defer p.lock()()
	st := &p.state
	c := consent{Scopes: app.ScopesGranted}
	if u := st.userByID(personID); u != nil {
		c.UserID = u.Profile.UserID
	} else if m := st.Members.find(byID, personID); m != nil && !m.deleted() {
		c.OrganizationID, c.MemberID = m.Profile.OrganizationID, m.Profile.MemberID
	} else {
		return fmt.Errorf("stytchtest: there is no user or member %q who could consent", personID)
	}
	c.ClientID = app.ConnectedAppID
	if st.ConnectedApps.find(byID, c.ClientID) == nil {
		added, err := p.addApp(stytch.ConnectedAppWithClientSecret{
			ClientID: app.ConnectedAppID, ClientName: app.Name, ClientDescription: app.Description, ClientType: app.ClientType, LogoURL: app.LogoURL,
		})
		if err != nil {
			return fmt.Errorf("stytchtest: the connected app %q: %s: %s", app.ConnectedAppID, err.errorType, err.message)
		}
		c.ClientID = added.ClientID
	}
	st.allow(c)
	return nil
}

// consentsOf returns what a person consented to, with the apps.
func (r *run) consentsOf(ownerID string) []stytch.UserConnectedApp {
	var apps []stytch.UserConnectedApp
	for _, c := range r.project.state.Consents.list(byOwner, ownerID) {
		app := r.project.consented(c.ClientID)
		app.ScopesGranted = c.Scopes
		apps = append(apps, app)
	}
	return apps
}

// consented returns an app as people who use it see it.
func (p *Project) consented(clientID string) stytch.UserConnectedApp {
	app := stytch.UserConnectedApp{ConnectedAppID: clientID}
	if c := p.state.ConnectedApps.find(byID, clientID); c != nil {
		app.Name, app.Description, app.ClientType, app.LogoURL = c.Profile.ClientName, c.Profile.ClientDescription, c.Profile.ClientType, c.Profile.LogoURL
	}
	return app
}

func (r *run) connectedApps(q stytch.UsersConnectedAppsRequest) (stytch.UsersConnectedAppsResponse, *apiError) {
	u, err := r.user(q.UserID)
	if err != nil {
		return stytch.UsersConnectedAppsResponse{}, err
	}
	return stytch.UsersConnectedAppsResponse{ConnectedApps: r.consentsOf(u.Profile.UserID)}, nil
}

func (r *run) revokeConnectedApp(q stytch.UsersRevokeRequest) (stytch.UsersRevokeResponse, *apiError) {
	u, err := r.user(q.UserID)
	if err == nil && !r.project.state.revoke(u.Profile.UserID, q.ConnectedAppID) {
		err = fail("connected_app_not_found")
	}
	return stytch.UsersRevokeResponse{}, err
}

func (r *run) memberConnectedApps(q b2b.OrganizationsMembersGetConnectedAppsRequest) (b2b.OrganizationsMembersGetConnectedAppsResponse, *apiError) {
	none := b2b.OrganizationsMembersGetConnectedAppsResponse{}
	_, m, err := r.memberFor(q.ActingMember, q.OrganizationID, q.MemberID, "get.connected-apps")
	if err != nil {
		return none, err
	}
	apps := each(r.consentsOf(m.Profile.MemberID), func(app stytch.UserConnectedApp) b2b.MemberConnectedApp { return as[b2b.MemberConnectedApp](app) })
	return b2b.OrganizationsMembersGetConnectedAppsResponse{ConnectedApps: apps}, nil
}

func (r *run) memberRevokeConnectedApp(q b2b.OrganizationsMembersConnectedAppsRevokeRequest) (b2b.OrganizationsMembersConnectedAppsRevokeResponse, *apiError) {
	none := b2b.OrganizationsMembersConnectedAppsRevokeResponse{}
	_, m, err := r.memberFor(q.ActingMember, q.OrganizationID, q.MemberID, "revoke.connected-app")
	if err != nil {
		return none, err
	}
	if !r.project.state.revoke(m.Profile.MemberID, q.ConnectedAppID) {
		return none, fail("connected_app_not_found")
	}
	return none, nil
}

// usedIn returns the consents of the members of an organization.
func (r *run) usedIn(organizationID string, by *b2b.ActingMember) (*organization, []*consent, *apiError) {
	o, err := r.organization(organizationID)
	if err != nil {
		return nil, nil, err
	}
	if err := r.permit(by, o, nil, memberResource, "get.connected-apps"); err != nil {
		return nil, nil, err
	}
	return o, r.project.state.Consents.list(byOrganization, o.Profile.OrganizationID), nil
}

func (r *run) organizationConnectedApps(q b2b.OrganizationsConnectedAppsRequest) (b2b.OrganizationsConnectedAppsResponse, *apiError) {
	_, used, err := r.usedIn(q.OrganizationID, q.ActingMember)
	answer := b2b.OrganizationsConnectedAppsResponse{}
	var seen []string
	for _, c := range used {
		if !slices.Contains(seen, c.ClientID) {
			seen = append(seen, c.ClientID)
			answer.ConnectedApps = append(answer.ConnectedApps, as[b2b.OrganizationConnectedApp](r.project.consented(c.ClientID)))
		}
	}
	return answer, err
}

func (r *run) organizationConnectedApp(q b2b.OrganizationsGetConnectedAppRequest) (b2b.OrganizationsGetConnectedAppResponse, *apiError) {
	none := b2b.OrganizationsGetConnectedAppResponse{}
	_, used, err := r.usedIn(q.OrganizationID, q.ActingMember)
	if err != nil {
		return none, err
	}
	answer := as[b2b.OrganizationsGetConnectedAppResponse](r.project.consented(q.ConnectedAppID))
	for _, c := range used {
		if c.ClientID == q.ConnectedAppID {
			answer.ActiveMembers = append(answer.ActiveMembers, b2b.ConnectedAppMember{MemberID: c.MemberID, GrantedScopes: strings.Fields(c.Scopes)})
		}
	}
	if len(answer.ActiveMembers) == 0 {
		return none, fail("connected_app_not_found")
	}
	return answer, nil
}
