package stytchtest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// idpWorld is a world with an organization, a member who is an editor, and an app.
type idpWorld struct {
	*world
	b2b          *b2b.Client
	organization b2b.Organization
	member       b2b.Member
	app          oauthApp
}

func newIDPWorld(t *testing.T) *idpWorld {
	w := newWorld(t)
	w.SetPolicy(stytch.RBACPolicy{
		Roles:     []stytch.RBACRole{{RoleID: "editor", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"*"}}}}},
		Resources: []stytch.RBACResource{{ResourceID: "documents", Actions: []string{"read"}}, {ResourceID: "bills", Actions: []string{"pay"}}},
		Scopes: []stytch.RBACScope{
			{Scope: "read:documents", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"read"}}}},
			{Scope: "pay:bills", Permissions: []stytch.RBACPermission{{ResourceID: "bills", Actions: []string{"pay"}}}},
		},
	})
	o := w.AddOrganization(b2b.Organization{OrganizationName: "Engines", OrganizationSlug: "engines"})
	m := must(w.AddMember(b2b.Member{
		OrganizationID: o.OrganizationID, EmailAddress: email, EmailAddressVerified: true, Name: "Ada Lovelace", Roles: []b2b.MemberRole{{RoleID: "editor"}},
	}))(t)
	return &idpWorld{w, w.B2B(noDrift(t)), o, m, w.oauthApp(stytch.ConnectedAppTypeThirdParty)}
}

// asks is the authorization request of an app for the member, who consents.
func (w *idpWorld) asks(a oauthApp, scopes ...string) b2b.IDPOAuthAuthorizeRequest {
	return b2b.IDPOAuthAuthorizeRequest{
		ConsentGranted: true, ClientID: a.id, RedirectURI: callback, ResponseType: "code", Scopes: scopes,
		OrganizationID: &w.organization.OrganizationSlug, MemberID: &w.member.MemberID,
	}
}

// grants has the member authorize an app, and returns the tokens.
func (w *idpWorld) grants(a oauthApp, scopes ...string) tokens {
	w.t.Helper()
	return w.redeem(a, *must(w.b2b.IDP.OAuth.Authorize(w.ctx, w.asks(a, scopes...)))(w.t).AuthorizationCode)
}

// TestMemberAuthorization goes from the question to the tokens.
func TestMemberAuthorization(t *testing.T) {
	w := newIDPWorld(t)
	session := must(w.AddSession(w.member.MemberID, time.Hour, nil))(t)
	started := must(w.b2b.IDP.OAuth.AuthorizeStart(w.ctx, b2b.IDPOAuthAuthorizeStartRequest{
		ClientID: w.app.id, RedirectURI: callback, ResponseType: "code", Scopes: []string{"openid", "read:documents", "pay:bills"}, SessionToken: &session.Token,
	}))(t)
	var grantable []string
	for _, s := range started.ScopeResults {
		if s.IsGrantable {
			grantable = append(grantable, s.Scope)
		}
	}
	if started.MemberID != w.member.MemberID || started.Organization.OrganizationSlug != "engines" || !started.ConsentRequired || !slices.Equal(grantable, []string{"openid", "read:documents"}) {
		t.Errorf("the question %+v", started)
	}
	got := w.grants(w.app, "openid", "read:documents")
	local := must(w.b2b.IDP.IntrospectTokenLocal(w.ctx, got.access, stytch.AccessTokenOptions{RequiredScopes: []string{"read:documents"}}))(t)
	if local.Subject != w.member.MemberID || local.OrganizationID != w.organization.OrganizationID || local.OrganizationSlug != "engines" || local.ClientID != w.app.id {
		t.Errorf("the local check says %+v", local)
	}
	far := must(w.b2b.IDP.IntrospectTokenNetwork(w.ctx, b2b.IDPIntrospectTokenNetworkRequest{ProjectID: w.ID, ClientID: w.app.id, ClientSecret: &w.app.secret, Token: got.access}))(t)
	if !far.Active || *far.Sub != w.member.MemberID || far.Organization == nil || far.Organization.Slug != "engines" {
		t.Errorf("introspection says %+v", far)
	}
}

func TestMemberAuthorizeErrors(t *testing.T) {
	w := newIDPWorld(t)
	user := w.AddUser(stytch.User{})
	foreign := must(w.AddSession(user.UserID, time.Hour, nil))(t)
	other := w.AddOrganization(b2b.Organization{OrganizationName: "Other"})
	for _, test := range []struct {
		name   string
		change func(*b2b.IDPOAuthAuthorizeRequest)
		want   stytch.ErrorType
	}{
		{"an unknown app", func(q *b2b.IDPOAuthAuthorizeRequest) { q.ClientID = "nobody" }, stytch.ErrConnectedAppNotFound},
		{"another address", func(q *b2b.IDPOAuthAuthorizeRequest) { q.RedirectURI += "2" }, stytch.ErrConnectedAppSuppliedRedirectURLNotFoundInClient},
		{"a scope beyond the roles", func(q *b2b.IDPOAuthAuthorizeRequest) { q.Scopes = []string{"pay:bills"} }, stytch.ErrOAuthInvalidScopeRequested},
		{"a member without the organization", func(q *b2b.IDPOAuthAuthorizeRequest) { q.OrganizationID = nil }, stytch.ErrNoOAuthAuthorizeMemberSelector},
		{"a member of another organization", func(q *b2b.IDPOAuthAuthorizeRequest) { q.OrganizationID = &other.OrganizationID }, stytch.ErrMemberNotFound},
		{"the session of a user", func(q *b2b.IDPOAuthAuthorizeRequest) {
			q.OrganizationID, q.MemberID, q.SessionJWT = nil, nil, &foreign.JWT
		}, stytch.ErrSessionNotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := w.asks(w.app, "openid")
			test.change(&q)
			_, err := w.b2b.IDP.OAuth.Authorize(w.ctx, q)
			wants(t, err, test.want)
		})
	}
}

// TestAllowedApps has the organization decide which apps its members use.
func TestAllowedApps(t *testing.T) {
	w := newIDPWorld(t)
	own := w.oauthApp(stytch.ConnectedAppTypeFirstParty)
	got, stays := w.grants(w.app, "openid", "offline_access"), w.grants(own, "openid", "offline_access")
	restrict := func(allowed ...string) {
		t.Helper()
		must(w.b2b.Organizations.Update(w.ctx, b2b.OrganizationsUpdateRequest{
			OrganizationID: w.organization.OrganizationID, ThirdPartyConnectedAppsAllowedType: new(b2b.AdmissionPolicyRestricted), AllowedThirdPartyConnectedApps: allowed,
		}))(t)
	}
	restrict(w.app.id)
	if !w.active(w.app, got.access) {
		t.Error("the token of an allowed app is not active")
	}
	restrict(own.id)
	if w.active(w.app, got.access) || w.active(w.app, got.refresh) || !w.active(own, stays.access) {
		t.Error("the wrong tokens are active")
	}
	_, err := w.b2b.IDP.OAuth.Authorize(w.ctx, w.asks(w.app, "openid"))
	wants(t, err, stytch.ErrConnectedAppNotAllowedForOrg)
	w.grants(own, "openid")
}

// TestAppsOfMembers lists and revokes what members consented to.
func TestAppsOfMembers(t *testing.T) {
	w := newIDPWorld(t)
	second := must(w.AddMember(b2b.Member{OrganizationID: w.organization.OrganizationID, EmailAddress: "charles@example.com"}))(t)
	got := w.grants(w.app, "openid", "offline_access")
	if err := w.AddConsent(second.MemberID, stytch.UserConnectedApp{ConnectedAppID: w.app.id, ScopesGranted: "email"}); err != nil {
		t.Fatal(err)
	}
	id, members, organizations := w.organization.OrganizationID, w.b2b.Organizations.Members, w.b2b.Organizations
	apps := must(members.GetConnectedApps(w.ctx, b2b.OrganizationsMembersGetConnectedAppsRequest{OrganizationID: id, MemberID: w.member.MemberID}))(t).ConnectedApps
	if len(apps) != 1 || apps[0].ConnectedAppID != w.app.id || apps[0].ScopesGranted != "openid offline_access" || apps[0].Name != "Calendar" {
		t.Errorf("the member uses %+v", apps)
	}
	if all := must(organizations.ConnectedApps(w.ctx, b2b.OrganizationsConnectedAppsRequest{OrganizationID: id}))(t).ConnectedApps; len(all) != 1 || all[0].ClientType != "third_party" {
		t.Errorf("the organization uses %+v", all)
	}
	get := b2b.OrganizationsGetConnectedAppRequest{OrganizationID: id, ConnectedAppID: w.app.id}
	if one := must(organizations.GetConnectedApp(w.ctx, get))(t); len(one.ActiveMembers) != 2 || !slices.Equal(one.ActiveMembers[0].GrantedScopes, []string{"openid", "offline_access"}) {
		t.Errorf("the app %+v", one)
	}

	// A member can revoke their own consent, and no other's.
	session := must(w.AddSession(second.MemberID, time.Hour, nil))(t)
	revoke := b2b.OrganizationsMembersConnectedAppsRevokeRequest{
		OrganizationID: id, MemberID: w.member.MemberID, ConnectedAppID: w.app.id, ActingMember: &b2b.ActingMember{SessionToken: &session.Token},
	}
	_, err := members.ConnectedApps.Revoke(w.ctx, revoke)
	wants(t, err, stytch.ErrSessionAuthorizationError)
	_, err = organizations.ConnectedApps(w.ctx, b2b.OrganizationsConnectedAppsRequest{OrganizationID: id, ActingMember: revoke.ActingMember})
	wants(t, err, stytch.ErrSessionAuthorizationError)
	revoke.MemberID = second.MemberID
	must(members.ConnectedApps.Revoke(w.ctx, revoke))(t)
	if !w.active(w.app, got.access) {
		t.Error("the token of another member is not active")
	}
	revoke.MemberID, revoke.ActingMember = w.member.MemberID, nil
	must(members.ConnectedApps.Revoke(w.ctx, revoke))(t)
	if _, wrong := w.refresh(w.app, got.refresh); wrong != "invalid_grant" || w.active(w.app, got.access) {
		t.Errorf("error %q: the tokens live on", wrong)
	}
	_, err = members.ConnectedApps.Revoke(w.ctx, revoke)
	wants(t, err, stytch.ErrConnectedAppNotFound)
	_, err = organizations.GetConnectedApp(w.ctx, get)
	wants(t, err, stytch.ErrConnectedAppNotFound)

	got = w.grants(w.app, "openid", "offline_access")
	must(members.Delete(w.ctx, b2b.OrganizationsMembersDeleteRequest{OrganizationID: id, MemberID: w.member.MemberID}))(t)
	if w.active(w.app, got.access) || w.active(w.app, got.refresh) {
		t.Error("the tokens of a deleted member live on")
	}
}
