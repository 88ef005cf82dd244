package stytchtest

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
)

func (r *run) organizationCreate(q b2b.OrganizationsCreateRequest) (b2b.OrganizationsCreateResponse, *apiError) {
	o, err := r.project.createOrganization(as[orgSettings](q), r.now)
	if err != nil {
		return b2b.OrganizationsCreateResponse{}, err
	}
	return b2b.OrganizationsCreateResponse{Organization: o.Profile}, nil
}

func (r *run) organizationGet(q b2b.OrganizationsGetRequest) (b2b.OrganizationsGetResponse, *apiError) {
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return b2b.OrganizationsGetResponse{}, err
	}
	return b2b.OrganizationsGetResponse{Organization: o.Profile}, nil
}

func (r *run) organizationUpdate(q b2b.OrganizationsUpdateRequest) (b2b.OrganizationsUpdateResponse, *apiError) {
	none := b2b.OrganizationsUpdateResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	by := q.ActingMember
	if err := r.permit(by, o, nil, organizationResource, settingActions(q)...); err != nil {
		return none, err
	}
	if by != nil && q.TrustedMetadata != nil {
		return none, failf("cannot_update_trusted_metadata", "trusted_metadata: no member may change it, whatever their roles")
	}
	if err := r.project.configure(o, q); err != nil {
		return none, err
	}
	o.Profile.UpdatedAt = new(r.now)
	r.project.assignByDomain(o)
	r.project.revokeForbidden(o)
	return b2b.OrganizationsUpdateResponse{Organization: o.Profile}, nil
}

// settingActions are the actions that a member needs to change the settings that are
// given. No action is published for the others, which every member may change then.
func settingActions(s orgSettings) []string {
	var actions []string
	for _, setting := range []struct {
		action string
		given  bool
	}{
		{"update.info.name", s.OrganizationName != nil},
		{"update.info.slug", s.OrganizationSlug != nil},
		{"update.info.logo-url", s.OrganizationLogoURL != nil},
		{"update.settings.default-sso-connection", s.SSODefaultConnectionID != nil},
		{"update.settings.sso-jit-provisioning", s.SSOJITProvisioning != nil || s.SSOJITProvisioningAllowedConnections != nil},
		{"update.settings.allowed-domains", s.EmailAllowedDomains != nil},
		{"update.settings.email-jit-provisioning", s.EmailJITProvisioning != nil},
		{"update.settings.email-invites", s.EmailInvites != nil},
		{"update.settings.allowed-auth-methods", s.AuthMethods != nil || s.AllowedAuthMethods != nil},
		{"update.settings.mfa-policy", s.MFAPolicy != nil},
		{"update.settings.allowed-mfa-methods", s.MFAMethods != nil || s.AllowedMFAMethods != nil},
		{"update.settings.implicit-roles", s.RBACEmailImplicitRoleAssignments != nil},
		{"update.settings.oauth-tenant-jit-provisioning", s.OAuthTenantJITProvisioning != nil},
		{"update.settings.allowed-oauth-tenants", s.AllowedOAuthTenants != nil},
	} {
		if setting.given {
			actions = append(actions, setting.action)
		}
	}
	return actions
}

func (r *run) organizationDelete(q b2b.OrganizationsDeleteRequest) (b2b.OrganizationsDeleteResponse, *apiError) {
	none := b2b.OrganizationsDeleteResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	if err := r.permit(q.ActingMember, o, nil, organizationResource, "delete"); err != nil {
		return none, err
	}
	id, st := o.Profile.OrganizationID, &r.project.state
	for _, m := range slices.Backward(st.membersOf(o)) {
		r.logOut(m)
		st.Members.remove(m)
	}
	if c := st.SCIMConnections.find(byOrganization, id); c != nil {
		st.SCIMConnections.remove(c)
	}
	for _, c := range slices.Backward(st.connectionsOf(o)) {
		st.Connections.remove(c)
	}
	st.Organizations.remove(o)
	return b2b.OrganizationsDeleteResponse{OrganizationID: id}, nil
}

// logOut ends the sessions and consents of a member, and the logins, codes and links under way.
func (r *run) logOut(m *member) {
	id, st := m.Profile.MemberID, &r.project.state
	st.endSessions(id, nil)
	st.revokeAll(id)
	for _, i := range st.Intermediates.list(byOwner, id) {
		st.Intermediates.remove(i)
	}
	if c := st.EmailCodes.find(byAddress, strings.ToLower(m.Profile.EmailAddress)); c != nil && c.MemberID == id {
		st.EmailCodes.remove(c)
	}
	st.revokeLinks(id)
	m.MFACode = nil
}

func (r *run) organizationDeleteExternalID(q b2b.OrganizationsDeleteExternalIDRequest) (b2b.OrganizationsDeleteExternalIDResponse, *apiError) {
	none := b2b.OrganizationsDeleteExternalIDResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	if err := r.permit(q.ActingMember, o, nil, organizationResource); err != nil {
		return none, err
	}
	o.Profile.OrganizationExternalID, o.Profile.UpdatedAt = nil, new(r.now)
	return b2b.OrganizationsDeleteExternalIDResponse{Organization: o.Profile}, nil
}

func (r *run) organizationMetrics(q b2b.OrganizationsMetricsRequest) (b2b.OrganizationsMetricsResponse, *apiError) {
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return b2b.OrganizationsMetricsResponse{}, err
	}
	count := 0
	for _, m := range r.project.state.membersOf(o) {
		if !m.deleted() {
			count++
		}
	}
	return b2b.OrganizationsMetricsResponse{MemberCount: count}, nil
}
