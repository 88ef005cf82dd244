package stytchtest

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// The scopes that every project has.
const (
	openIDScope     = "openid"
	profileScope    = "profile"
	emailScope      = "email"
	phoneScope      = "phone"
	offlineScope    = "offline_access"
	fullAccessScope = "full_access"
)

// builtinScopes are these scopes, with what a consent page says about them.
var builtinScopes = map[string]string{
	openIDScope:     "Knows who you are.",
	profileScope:    "Sees your name and your picture.",
	emailScope:      "Sees your e-mail address.",
	phoneScope:      "Sees your phone number.",
	offlineScope:    "Keeps its access while you are not there.",
	fullAccessScope: "Does everything that you can do.",
}

// asking is what both calls of both APIs have in common.
type asking struct {
	clientID, redirectURI string
	scopes                []string
	prompt                *string
}

// grantor is the person who authorizes an app.
type grantor struct {
	userID       string
	organization *organization // nil for a user
	memberID     string
	sessionID    string
	// policy, own and roles decide which scopes the person can grant.
	policy *stytch.RBACPolicy
	own    []b2b.CustomRole
	roles  []string
}

func (g grantor) id() string { return g.userID + g.memberID }

// covers reports whether the roles of the person include every permission of a scope.
func (g grantor) covers(scope stytch.RBACScope) bool {
	for _, permission := range scope.Permissions {
		for _, action := range permission.Actions {
			if !verdict(g.policy, g.own, g.roles, permission.ResourceID, action).Authorized {
				return false
			}
		}
	}
	return true
}

// asked is an authorization request that is in order.
type asked struct {
	app             *connectedApp
	scopes          []string
	results         []stytch.IDPScopeResult
	consentRequired bool
	// silent says whether the app wants no question to be asked.
	silent bool
}

// ask checks the authorization request of an app.
func (r *run) ask(q asking, by grantor) (asked, *apiError) {
	c, err := r.connectedApp(q.clientID)
	if err != nil {
		return asked{}, err
	}
	prompts := strings.Fields(text(q.prompt))
	a := asked{app: c, silent: slices.Contains(prompts, "none")}
	switch {
	case !slices.Contains(c.Profile.RedirectURLs, q.redirectURI):
		return asked{}, fail("connected_app_supplied_redirect_url_not_found_in_client")
	case by.organization != nil && !by.organization.allowsApp(c):
		return asked{}, fail("connected_app_not_allowed_for_org")
	case a.silent && len(prompts) > 1:
		return asked{}, fail("oidc_prompt_none_must_be_exclusive")
	}
	for _, scope := range q.scopes {
		if slices.Contains(a.scopes, scope) {
			continue
		}
		result, err := c.scope(scope, by)
		if err != nil {
			return asked{}, err
		}
		a.scopes, a.results = append(a.scopes, scope), append(a.results, result)
	}
	a.consentRequired = slices.Contains(prompts, "consent") || r.wantsConsent(c, a.scopes, by)
	return a, nil
}

// scope reports whether a person can grant an app a scope.
func (c *connectedApp) scope(name string, by grantor) (stytch.IDPScopeResult, *apiError) {
	none := stytch.IDPScopeResult{}
	if description, ok := builtinScopes[name]; ok {
		switch {
		case name != fullAccessScope || c.Profile.FullAccessAllowed:
		case !c.isFirstParty():
			return none, fail("third_party_clients_cannot_use_full_access")
		default:
			return none, failf("oauth_invalid_scope_requested", "the settings of the app do not allow full_access")
		}
		return stytch.IDPScopeResult{Scope: name, Description: description, IsGrantable: true}, nil
	}
	i := slices.IndexFunc(by.policy.Scopes, func(s stytch.RBACScope) bool { return s.Scope == name })
	if i < 0 {
		return none, failf("oauth_invalid_scope_requested", "the policy of the project has no scope %q", name)
	}
	scope := by.policy.Scopes[i]
	return stytch.IDPScopeResult{Scope: name, Description: scope.Description, IsGrantable: by.covers(scope)}, nil
}

// wantsConsent reports whether the person has to be asked.
func (r *run) wantsConsent(c *connectedApp, scopes []string, by grantor) bool {
	if slices.Contains(scopes, offlineScope) && !c.Profile.BypassConsentForOfflineAccess {
		return true
	}
	if c.isFirstParty() {
		return false
	}
	have := r.project.state.consent(by.id(), c.Profile.ClientID)
	return have == nil || !sameScopes(strings.Fields(have.Scopes), scopes)
}

func sameScopes(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// authorizationCodeLife is how long a code is valid. The service's value is not
// published; OAuth recommends ten minutes at most.
const authorizationCodeLife = 10 * time.Minute

// deciding is what the person decided, and what the app wants back.
type deciding struct {
	asking
	granted                 bool
	state, nonce, challenge *string
	resources               []string
}

// decide records the decision of a person. It returns the address of the app, with
// the code or with the reason of the refusal.
func (r *run) decide(q deciding, by grantor) (redirect string, code *string, refused *apiError) {
	a, err := r.ask(q.asking, by)
	if err != nil {
		return "", nil, err
	}
	if q.challenge == nil && a.app.isPublic() {
		return "", nil, fail("pkce_required_for_idp_authorization_flow")
	}
	if err := checkChallenge(q.challenge); err != nil {
		return "", nil, err
	}
	for _, resource := range q.resources {
		if u, err := url.Parse(resource); err != nil || !u.IsAbs() || u.Fragment != "" {
			return "", nil, failf("bad_request", "resources: a resource is not an absolute URI without a fragment")
		}
	}
	target, parseErr := url.Parse(q.redirectURI)
	if parseErr != nil {
		return "", nil, fail("connected_app_supplied_redirect_url_not_found_in_client") // cannot happen: it is registered
	}
	added := url.Values{}
	if q.state != nil {
		added.Set("state", *q.state)
	}
	switch {
	case !q.granted:
		added.Set("error", "access_denied")
		added.Set("error_description", "The person did not consent.")
		return withQuery(target, added), nil, nil
	case a.silent && a.consentRequired:
		added.Set("error", "consent_required")
		added.Set("error_description", "The person has to be asked, and the prompt is none.")
		return withQuery(target, added), nil, nil
	}
	for _, result := range a.results {
		if !result.IsGrantable {
			return "", nil, failf("oauth_invalid_scope_requested", "the person has no roles with every permission of the scope %q", result.Scope)
		}
	}
	made := &authorization{
		ClientID: q.clientID, UserID: by.userID, MemberID: by.memberID, SessionID: by.sessionID, Scopes: a.scopes, Resources: q.resources,
		RedirectURI: q.redirectURI, Nonce: text(q.nonce), Challenge: text(q.challenge), Code: newToken(), CodeExpiresAt: r.now.Add(authorizationCodeLife),
	}
	if by.organization != nil {
		made.OrganizationID = by.organization.Profile.OrganizationID
	}
	st := &r.project.state
	st.allow(consent{ClientID: q.clientID, UserID: made.UserID, OrganizationID: made.OrganizationID, MemberID: made.MemberID, Scopes: strings.Join(a.scopes, " ")})
	st.Authorizations.add(made)
	st.Authorizations.sweep(func(one *authorization) bool { return one.over(r.now) })
	added.Set("code", made.Code)
	return withQuery(target, added), &made.Code, nil
}

// userGrantor returns the user that a call names.
func (r *run) userGrantor(userID, token, sessionJWT *string) (*user, grantor, *apiError) {
	g := grantor{policy: r.project.policy(userBuiltin)}
	var s *session
	if userID == nil {
		var err *apiError
		if s, err = r.find(token, sessionJWT); err != nil {
			return nil, g, err
		}
		if s.UserID == "" {
			return nil, g, failf("session_not_found", "the session belongs to a member; the B2B call takes it")
		}
		userID, g.sessionID = &s.UserID, s.ID
	}
	u, err := r.user(*userID)
	if err != nil {
		return nil, g, err
	}
	g.userID, g.roles = u.Profile.UserID, u.Profile.Roles
	return u, g, nil
}

// memberGrantor returns the member that a call names.
func (r *run) memberGrantor(organizationID, memberID, token, sessionJWT *string) (*organization, *member, grantor, *apiError) {
	g := grantor{policy: r.project.policy(memberBuiltin)}
	var o *organization
	var m *member
	var err *apiError
	if memberID == nil {
		s, err := r.find(token, sessionJWT)
		if err != nil {
			return nil, nil, g, err
		}
		if o, m, err = r.ownerOf(s); err != nil {
			return nil, nil, g, err
		}
		g.sessionID, g.roles = s.ID, r.project.rolesOf(s)
	} else {
		if organizationID == nil {
			return nil, nil, g, failf("no_oauth_authorize_member_selector", "organization_id: is required with member_id")
		}
		if o, m, err = r.member(text(organizationID), *memberID); err != nil {
			return nil, nil, g, err
		}
		g.roles = each(m.Profile.Roles, func(role b2b.MemberRole) string { return role.RoleID })
	}
	g.organization, g.memberID, g.own = o, m.Profile.MemberID, o.Profile.CustomRoles
	return o, m, g, nil
}

// public returns the app as a consent page shows it.
func (c *connectedApp) public() stytch.ConnectedAppPublic {
	return as[stytch.ConnectedAppPublic](c.Profile)
}

func (r *run) authorizeStart(q stytch.IDPOAuthAuthorizeStartRequest) (stytch.IDPOAuthAuthorizeStartResponse, *apiError) {
	none := stytch.IDPOAuthAuthorizeStartResponse{}
	u, by, err := r.userGrantor(q.UserID, q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	a, err := r.ask(asking{q.ClientID, q.RedirectURI, q.Scopes, q.Prompt}, by)
	if err != nil {
		return none, err
	}
	return stytch.IDPOAuthAuthorizeStartResponse{
		UserID: by.userID, User: u.profile(r.now), Client: a.app.public(), ConsentRequired: a.consentRequired, ScopeResults: a.results,
	}, nil
}

func (r *run) authorize(q stytch.IDPOAuthAuthorizeRequest) (stytch.IDPOAuthAuthorizeResponse, *apiError) {
	none := stytch.IDPOAuthAuthorizeResponse{}
	_, by, err := r.userGrantor(q.UserID, q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	to, code, err := r.decide(deciding{asking{q.ClientID, q.RedirectURI, q.Scopes, q.Prompt}, q.ConsentGranted, q.State, q.Nonce, q.CodeChallenge, q.Resources}, by)
	return stytch.IDPOAuthAuthorizeResponse{RedirectURI: to, AuthorizationCode: code}, err
}

func (r *run) memberAuthorizeStart(q b2b.IDPOAuthAuthorizeStartRequest) (b2b.IDPOAuthAuthorizeStartResponse, *apiError) {
	none := b2b.IDPOAuthAuthorizeStartResponse{}
	o, m, by, err := r.memberGrantor(q.OrganizationID, q.MemberID, q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	a, err := r.ask(asking{q.ClientID, q.RedirectURI, q.Scopes, q.Prompt}, by)
	if err != nil {
		return none, err
	}
	return b2b.IDPOAuthAuthorizeStartResponse{
		MemberID: by.memberID, Member: m.profile(r.now), Organization: o.Profile, Client: a.app.public(), ConsentRequired: a.consentRequired, ScopeResults: a.results,
	}, nil
}

func (r *run) memberAuthorize(q b2b.IDPOAuthAuthorizeRequest) (b2b.IDPOAuthAuthorizeResponse, *apiError) {
	none := b2b.IDPOAuthAuthorizeResponse{}
	_, _, by, err := r.memberGrantor(q.OrganizationID, q.MemberID, q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	to, code, err := r.decide(deciding{asking{q.ClientID, q.RedirectURI, q.Scopes, q.Prompt}, q.ConsentGranted, q.State, q.Nonce, q.CodeChallenge, q.Resources}, by)
	return b2b.IDPOAuthAuthorizeResponse{RedirectURI: to, AuthorizationCode: code}, err
}
