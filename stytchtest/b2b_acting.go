package stytchtest

import (
	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// The resources that the service itself defines.
const (
	organizationResource = "stytch.organization"
	memberResource       = "stytch.member"
	selfResource         = "stytch.self"
	ssoResource          = "stytch.sso"
	scimResource         = "stytch.scim"
)

// memberVerdict reports which of the roles allow an action: roles of the project, and the
// organization's own.
func (p *Project) memberVerdict(o *organization, roles []string, resource, action string) *stytch.AuthorizationVerdict {
	return verdict(p.policy(memberBuiltin), o.Profile.CustomRoles, roles, resource, action)
}

// memberFor returns the organization and the member that a call names, unless it is on behalf of a member who may not
// do the actions.
func (r *run) memberFor(by *b2b.ActingMember, organizationID, memberID string, actions ...string) (*organization, *member, *apiError) {
	o, m, err := r.member(organizationID, memberID)
	if err == nil {
		err = r.permit(by, o, m, memberResource, actions...)
	}
	return o, m, err
}

// permit returns an error if the call is on behalf of a member who may not do the
// actions. A member may do to themselves, the target, what stytch.self allows.
func (r *run) permit(by *b2b.ActingMember, o *organization, target *member, resource string, actions ...string) *apiError {
	if by == nil {
		return nil
	}
	if by.SessionToken != nil && by.SessionJWT != nil {
		return fail("too_many_session_arguments")
	}
	s, err := r.find(by.SessionToken, by.SessionJWT)
	if err != nil {
		return err
	}
	if s.OrganizationID != o.Profile.OrganizationID {
		return fail("session_authorization_tenancy_error")
	}
	roles := r.project.rolesOf(s)
	for _, action := range actions {
		self := target != nil && target.Profile.MemberID == s.MemberID && r.project.memberVerdict(o, roles, selfResource, action).Authorized
		if !self && !r.project.memberVerdict(o, roles, resource, action).Authorized {
			return failf("session_authorization_error", "no role of the member may %s %s", action, resource)
		}
	}
	return nil
}
