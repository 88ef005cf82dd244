package stytchtest

import (
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
)

// The roles that every project has: of every member, and of those who may do everything.
const (
	memberRole = "stytch_member"
	adminRole  = "stytch_admin"
)

// domainOf is the part of an e-mail address after the @.
func domainOf(address string) string { return address[strings.LastIndex(address, "@")+1:] }

func hasDomain(domains []string, domain string) bool {
	return slices.ContainsFunc(domains, func(d string) bool { return strings.EqualFold(d, domain) })
}

// admits reports why a person with an e-mail address cannot join by themselves.
func (p *Project) admits(o *organization, address string) *apiError {
	switch {
	case o.Profile.EmailJITProvisioning != b2b.JITProvisioningPolicyRestricted:
		return failf("email_jit_provisioning_not_allowed", "no member has the e-mail address, and email_jit_provisioning of the organization is %s", o.Profile.EmailJITProvisioning)
	case !hasDomain(o.Profile.EmailAllowedDomains, domainOf(address)):
		return failf("invalid_email_for_jit_provisioning", "no member has the e-mail address, and its domain is not among email_allowed_domains")
	}
	return p.unclaimed(o, address)
}

// discoverable reports why a person with an e-mail address cannot join out of a
// discovery. That needs a member who has shown that the domain is the organization's.
func (p *Project) discoverable(o *organization, address string) *apiError {
	if err := p.admits(o, address); err != nil {
		return err
	}
	if p.state.Members.find(byProvenDomain, within(o.Profile.OrganizationID, strings.ToLower(domainOf(address)))) != nil {
		return nil
	}
	return failf("invalid_email_for_jit_provisioning", "no member of the organization has a verified e-mail address of the domain yet")
}

// unclaimed refuses an address whose domain other organizations claim. o is nil for an
// organization that is about to be created.
func (p *Project) unclaimed(o *organization, address string) *apiError {
	domain := domainOf(address)
	if o != nil && hasDomain(o.Profile.ClaimedEmailDomains, domain) {
		return nil
	}
	if len(p.state.Organizations.list(byClaimedDomain, strings.ToLower(domain))) > 0 {
		return fail("action_not_allowed_email_domain_is_claimed")
	}
	return nil
}

// join adds a new member.
func (p *Project) join(o *organization, address string, status b2b.MemberStatus, now time.Time) *member {
	m := p.newMember(o, address, status, now)
	p.state.Members.add(m)
	return m
}

// newMember makes a member, without adding them.
func (p *Project) newMember(o *organization, address string, status b2b.MemberStatus, now time.Time) *member {
	m := &member{Profile: b2b.Member{
		OrganizationID: o.Profile.OrganizationID, MemberID: newID("member"), EmailAddress: address, Status: status,
		CreatedAt: &now, UpdatedAt: &now,
	}}
	m.assign()
	m.assignByDomain(o)
	p.sharePassword(m)
	return m
}

// The sources of roles.
const (
	directAssignment   = "direct_assignment"
	emailAssignment    = "email_assignment"
	ssoAssignment      = "sso_connection"
	ssoGroupAssignment = "sso_connection_group"
)

// assign gives a member the role of every member and some more, in place of those that
// they were given before.
func (m *member) assign(roles ...string) {
	kept := m.rolesWithout(ofType(directAssignment))
	m.Profile.Roles = nil
	for _, role := range append([]string{memberRole}, roles...) {
		m.Profile.Roles = addRole(m.Profile.Roles, role, b2b.MemberRoleSource{Type: directAssignment, Details: map[string]any{}})
	}
	for _, role := range kept {
		for _, source := range role.Sources {
			m.Profile.Roles = addRole(m.Profile.Roles, role.RoleID, source)
		}
	}
}

// assignByDomain gives a member the roles that follow from the domain of their e-mail
// address, in place of those that did before.
func (m *member) assignByDomain(o *organization) {
	m.Profile.Roles = m.rolesWithout(ofType(emailAssignment))
	for _, a := range o.Profile.RBACEmailImplicitRoleAssignments {
		if strings.EqualFold(a.Domain, domainOf(m.Profile.EmailAddress)) {
			m.Profile.Roles = addRole(m.Profile.Roles, a.RoleID, b2b.MemberRoleSource{Type: emailAssignment, Details: map[string]any{"email_domain": a.Domain}})
		}
	}
}

// assignByDomain follows a change of what an organization says about domains and roles.
func (p *Project) assignByDomain(o *organization) {
	for _, m := range p.state.membersOf(o) {
		m.assignByDomain(o)
	}
}

// ofType tells the sources of a type from others.
func ofType(kind string) func(b2b.MemberRoleSource) bool {
	return func(source b2b.MemberRoleSource) bool { return source.Type == kind }
}

// rolesWithout are the roles that a member has for other reasons than some. A role
// without any was added so by a test, and stays.
func (m *member) rolesWithout(some func(b2b.MemberRoleSource) bool) []b2b.MemberRole {
	var kept []b2b.MemberRole
	for _, role := range m.Profile.Roles {
		sources := slices.DeleteFunc(slices.Clone(role.Sources), some)
		if len(sources) > 0 || len(role.Sources) == 0 {
			kept = append(kept, b2b.MemberRole{RoleID: role.RoleID, Sources: sources})
		}
	}
	return kept
}

func addRole(roles []b2b.MemberRole, id string, source b2b.MemberRoleSource) []b2b.MemberRole {
	i := slices.IndexFunc(roles, func(role b2b.MemberRole) bool { return role.RoleID == id })
	if i < 0 {
		return append(roles, b2b.MemberRole{RoleID: id, Sources: []b2b.MemberRoleSource{source}})
	}
	roles[i].Sources = append(roles[i].Sources, source)
	return roles
}
