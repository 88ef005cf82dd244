package stytchtest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	scimerrors "github.com/elimity-com/scim/errors"

	"github.com/stytchgen/sdk/b2b"
)

// scimGroupAssignment is the source of a role that a member has by a group of a directory.
const scimGroupAssignment = "scim_connection_group"

// scimUser is what a directory says about a member.
type scimUser struct {
	ConnectionID   string `json:"connection_id"`
	RegistrationID string `json:"registration_id"`
	// Attributes are those of the resource, with the names of the standard. They lack
	// id, active, groups and meta, which follow from the member.
	Attributes map[string]any `json:"attributes"`
	CreatedAt  time.Time      `json:"created_at"`
	UpdatedAt  time.Time      `json:"updated_at"`
}

func (u *scimUser) text(name string) string {
	value, _ := u.Attributes[name].(string)
	return value
}

// The errors of the protocol that have a text of their own.
func scimInvalid(detail string) error {
	return scimerrors.ScimError{ScimType: scimerrors.ScimTypeInvalidValue, Detail: detail, Status: http.StatusBadRequest}
}

func scimConflict(detail string) error {
	return scimerrors.ScimError{ScimType: scimerrors.ScimTypeUniqueness, Detail: detail, Status: http.StatusConflict}
}

// scimAddress is the e-mail address in the attributes of a user: the primary one, or the
// first one, or else the user name.
func scimAddress(attributes map[string]any) string {
	list, _ := attributes["emails"].([]any)
	address := ""
	for _, one := range list {
		email, _ := one.(map[string]any)
		value, _ := email["value"].(string)
		if primary, _ := email["primary"].(bool); primary && value != "" {
			return value
		}
		address = cmp.Or(address, value)
	}
	name, _ := attributes["userName"].(string)
	return cmp.Or(address, name)
}

// scimName is the name in the attributes of a user.
func scimName(attributes map[string]any) string {
	part := func(from map[string]any, name string) string { value, _ := from[name].(string); return value }
	name, _ := attributes["name"].(map[string]any)
	whole := strings.TrimSpace(part(name, "givenName") + " " + part(name, "familyName"))
	return cmp.Or(part(attributes, "displayName"), part(name, "formatted"), whole)
}

// provision stores what a directory says about a member. m is nil for a new one. An
// error changes nothing.
func (d *directory) provision(m *member, attributes map[string]any) (*member, error) {
	attributes = listsOf(attributes, scimUsers)
	address, userName := scimAddress(attributes), ""
	if userName, _ = attributes["userName"].(string); userName == "" {
		return nil, scimInvalid("userName is missing")
	}
	if local, domain, ok := strings.Cut(address, "@"); !ok || local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(address, " \t\r\n") {
		return nil, scimInvalid("the user has no e-mail address: neither emails nor userName is one")
	}
	for _, other := range d.users() {
		if other != m && strings.EqualFold(other.SCIM.text("userName"), userName) {
			return nil, scimConflict("another user has this userName")
		}
	}
	active, given := attributes["active"].(bool)
	active = active || !given
	if m == nil {
		m = d.project.state.memberByEmail(d.organization.Profile.OrganizationID, address)
		if m != nil && m.SCIM != nil {
			return nil, scimConflict("another user has this e-mail address")
		}
	}
	if err := d.project.freeAddress(d.organization, m, address); err != nil && (m == nil || active || !m.deleted()) {
		return nil, scimConflict("the e-mail address cannot be used: " + err.errorType)
	}
	created := m == nil
	if created {
		m = d.project.join(d.organization, address, b2b.MemberStatusActive, d.now)
	}
	if m.SCIM == nil {
		m.SCIM = &scimUser{ConnectionID: d.connection.Profile.ConnectionID, RegistrationID: newID("scim-registration"), CreatedAt: d.now}
	}
	stored := maps.Clone(attributes)
	for _, derived := range []string{"id", "active", "groups", "meta", "schemas", "password"} {
		delete(stored, derived)
	}
	m.SCIM.Attributes, m.SCIM.UpdatedAt = stored, d.now
	m.Profile.Name, m.Profile.UpdatedAt = cmp.Or(scimName(stored), m.Profile.Name), new(d.now)
	if !sameAddress(address, m.Profile.EmailAddress) {
		m.move(address, false)
		d.project.sharePassword(m)
	}
	switch {
	case !active && !m.deleted():
		d.deprovision(m)
	case active && m.deleted():
		m.Profile.Status = b2b.MemberStatusActive
		m.assign()
	case active:
		m.Profile.Status = b2b.MemberStatusActive // those who were invited or pending, too
	}
	if active {
		m.assignByDomain(d.organization)
	}
	m.assignByGroups(d.connection)
	return m, nil
}

// deprovision deletes a member, takes their roles, and ends their sessions.
func (d *directory) deprovision(m *member) {
	d.deleteMember(m)
	m.Profile.Roles = nil
}

// deleteMember ends the sessions of a member and takes what they log in with.
func (r *run) deleteMember(m *member) {
	r.logOut(m)
	m.Password = nil
	p := &m.Profile
	p.Status, p.UpdatedAt, m.TOTP = b2b.MemberStatusDeleted, new(r.now), nil
	p.MFAPhoneNumber, p.MFAPhoneNumberVerified, p.DefaultMFAMethod, p.TOTPRegistrationID, p.MemberPasswordID = "", false, "", "", ""
}

// assignByGroups gives a member the roles that follow from the groups of a directory, in
// place of those that did before, and shows the registration.
func (m *member) assignByGroups(c *scimConnection) {
	m.Profile.Roles = m.rolesWithout(ofType(scimGroupAssignment))
	if m.SCIM == nil {
		return
	}
	groups := []any{}
	for _, g := range c.Groups {
		if !slices.Contains(g.Members, m.Profile.MemberID) {
			continue
		}
		groups = append(groups, map[string]any{"value": g.ID, "display": g.Name})
		for _, a := range c.Profile.SCIMGroupImplicitRoleAssignments {
			if a.GroupID == g.ID && !m.deleted() {
				m.Profile.Roles = addRole(m.Profile.Roles, a.RoleID, b2b.MemberRoleSource{
					Type: scimGroupAssignment, Details: map[string]any{"connection_id": c.Profile.ConnectionID, "group_id": g.ID},
				})
			}
		}
	}
	attributes := merged(m.SCIM.Attributes, nil)
	attributes["id"], attributes["active"], attributes["groups"] = m.Profile.MemberID, !m.deleted(), groups
	shown := as[b2b.SCIMAttributes](snakeCase(attributes))
	m.Profile.SCIMRegistration = &b2b.SCIMRegistration{
		ConnectionID: c.Profile.ConnectionID, RegistrationID: m.SCIM.RegistrationID, SCIMAttributes: &shown,
	}
	if external := m.SCIM.text("externalId"); external != "" {
		m.Profile.SCIMRegistration.ExternalID = &external
	}
}

// assignByGroups is assignByGroups for a member of any organization.
func (p *Project) assignByGroups(m *member) {
	if m.SCIM == nil {
		return
	}
	if c := p.state.SCIMConnections.find(byID, m.SCIM.ConnectionID); c != nil {
		m.assignByGroups(c)
	}
}

// leaveDirectory makes a member one that no directory manages.
func (m *member) leaveDirectory() {
	m.Profile.Roles = m.rolesWithout(ofType(scimGroupAssignment))
	m.SCIM, m.Profile.SCIMRegistration = nil, nil
}

// snakeCase gives the attributes of the standard the names that the API has for them.
func snakeCase(value any) any {
	switch value := value.(type) {
	case map[string]any:
		named := map[string]any{}
		for name, one := range value {
			switch name {
			case enterpriseUser.ID:
				name = "enterprise_extension"
			case "x509Certificates":
				name = "x509certificates"
			}
			var b strings.Builder
			for _, c := range strings.TrimPrefix(name, "$") {
				if unicode.IsUpper(c) {
					b.WriteByte('_')
				}
				b.WriteRune(unicode.ToLower(c))
			}
			named[b.String()] = snakeCase(one)
		}
		return named
	case []any:
		return each(value, snakeCase)
	}
	return value
}
