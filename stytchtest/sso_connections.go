package stytchtest

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/internal/origin"
)

// connection is a connection of an organization for single sign-on. Exactly one of
// SAML, OIDC and External is set. Addresses of the emulator are not in it: see
// saml and oidc.
type connection struct {
	place
	SAML     *b2b.SAMLConnection     `json:"saml,omitempty"`
	OIDC     *b2b.OIDCConnection     `json:"oidc,omitempty"`
	External *b2b.ExternalConnection `json:"external,omitempty"`
	// SigningKey signs the login requests of a SAML connection. It is PEM, and the
	// last of the signing certificates is for it.
	SigningKey string `json:"signing_key,omitempty"`
	// Assertions are the IDs of the SAML assertions that were accepted, with the
	// time until which they would be accepted again.
	Assertions map[string]time.Time `json:"assertions,omitempty"`
}

func (c *connection) keys() []key {
	return []key{{byID, c.id()}, {byOrganization, c.organizationID()}}
}

func (c *connection) id() string {
	switch {
	case c.SAML != nil:
		return c.SAML.ConnectionID
	case c.OIDC != nil:
		return c.OIDC.ConnectionID
	}
	return c.External.ConnectionID
}

func (c *connection) organizationID() string {
	switch {
	case c.SAML != nil:
		return c.SAML.OrganizationID
	case c.OIDC != nil:
		return c.OIDC.OrganizationID
	}
	return c.External.OrganizationID
}

func (c *connection) name() string {
	switch {
	case c.SAML != nil:
		return c.SAML.DisplayName
	case c.OIDC != nil:
		return c.OIDC.DisplayName
	}
	return c.External.DisplayName
}

func (c *connection) active() bool {
	switch {
	case c.SAML != nil:
		return c.SAML.Status == b2b.SSOConnectionStatusActive
	case c.OIDC != nil:
		return c.OIDC.Status == b2b.SSOConnectionStatusActive
	}
	return true
}

// callbackPath is followed by the id of a connection. The identity provider sends
// the browser back there.
const callbackPath = "/v1/b2b/sso/callback/"

func (p *Project) callbackURL(c *connection) string { return p.server.url + callbackPath + c.id() }

// saml and oidc return a connection as a response shows it.
func (p *Project) saml(c *connection) *b2b.SAMLConnection {
	shown := *c.SAML
	shown.ACSURL, shown.AudienceURI = p.callbackURL(c), p.callbackURL(c)
	return &shown
}

func (p *Project) oidc(c *connection) *b2b.OIDCConnection {
	shown := *c.OIDC
	shown.RedirectURL = p.callbackURL(c)
	return &shown
}

// target returns the connection that has the identity provider: the connection itself,
// or the one that an external connection leads to. It is nil if that was deleted.
func (s *state) target(c *connection) *connection {
	if c.External == nil {
		return c
	}
	return s.Connections.find(byID, c.External.ExternalConnectionID)
}

// connectionOf returns a connection of an organization, or nil.
func (s *state) connectionOf(o *organization, id string) *connection {
	c := s.Connections.find(byID, id)
	if c == nil || c.organizationID() != o.Profile.OrganizationID {
		return nil
	}
	return c
}

// connectionsOf returns the connections of an organization, the oldest first.
func (s *state) connectionsOf(o *organization) []*connection {
	return s.Connections.list(byOrganization, o.Profile.OrganizationID)
}

// connect adds a connection. The first one of an organization is its default.
func (p *Project) connect(o *organization, c *connection) {
	if len(p.state.connectionsOf(o)) == 0 {
		o.Profile.SSODefaultConnectionID = new(c.id())
	}
	p.state.Connections.add(c)
	p.listActive(o, c)
}

// listActive brings the organization's list of active connections up to date with a
// connection.
func (p *Project) listActive(o *organization, c *connection) {
	if !c.active() {
		return
	}
	provider := b2b.SSOIdentityProviderGeneric
	switch target := p.state.target(c); {
	case target == nil:
	case target.SAML != nil:
		provider = target.SAML.IdentityProvider
	case target.OIDC != nil:
		provider = target.OIDC.IdentityProvider
	}
	o.Profile.SSOActiveConnections = slices.Clone(o.Profile.SSOActiveConnections) // responses share it
	*entry(&o.Profile.SSOActiveConnections, b2b.ActiveSSOConnection{}, func(a b2b.ActiveSSOConnection) bool {
		return a.ConnectionID == c.id()
	}) = b2b.ActiveSSOConnection{ConnectionID: c.id(), DisplayName: c.name(), IdentityProvider: string(provider)}
}

// onlySSO reports whether members can log in by single sign-on only.
func onlySSO(o b2b.Organization) bool {
	return o.AuthMethods == b2b.MethodPolicyRestricted && slices.Equal(o.AllowedAuthMethods, []b2b.AuthMethod{b2b.AuthMethodSSO})
}

// ssoOrganization returns the organization of a call about connections, if the acting
// member may do the action.
func (r *run) ssoOrganization(id string, by *b2b.ActingMember, action string) (*organization, *apiError) {
	o, err := r.organization(id)
	if err != nil {
		return nil, err
	}
	return o, r.permit(by, o, nil, ssoResource, action)
}

func (r *run) ssoConnections(q b2b.SSOGetConnectionsRequest) (b2b.SSOGetConnectionsResponse, *apiError) {
	answer := b2b.SSOGetConnectionsResponse{}
	o, err := r.ssoOrganization(q.OrganizationID, q.ActingMember, "get")
	if err != nil {
		return answer, err
	}
	for _, c := range r.project.state.connectionsOf(o) {
		switch {
		case c.SAML != nil:
			answer.SAMLConnections = append(answer.SAMLConnections, *r.project.saml(c))
		case c.OIDC != nil:
			answer.OIDCConnections = append(answer.OIDCConnections, *r.project.oidc(c))
		default:
			answer.ExternalConnections = append(answer.ExternalConnections, *c.External)
		}
	}
	return copyOf(answer), nil
}

func (r *run) ssoDelete(q b2b.SSODeleteConnectionRequest) (b2b.SSODeleteConnectionResponse, *apiError) {
	none := b2b.SSODeleteConnectionResponse{}
	o, err := r.ssoOrganization(q.OrganizationID, q.ActingMember, "delete")
	if err != nil {
		return none, err
	}
	st := &r.project.state
	c := st.connectionOf(o, q.ConnectionID)
	if c == nil {
		return none, fail("sso_connection_not_found")
	}
	p := &o.Profile
	isDefault := text(p.SSODefaultConnectionID) == c.id()
	left := p.SSOActiveConnections
	drop(&left, func(a b2b.ActiveSSOConnection) bool { return a.ConnectionID == c.id() })
	switch {
	case isDefault && len(st.connectionsOf(o)) > 1:
		return none, fail("cannot_delete_default_sso_connection")
	case onlySSO(*p) && len(left) == 0 && c.active():
		return none, fail("requires_active_sso_connection")
	}
	if isDefault {
		p.SSODefaultConnectionID = nil
	}
	p.SSOActiveConnections, p.UpdatedAt = left, new(r.now)
	drop(&p.SSOJITProvisioningAllowedConnections, func(id string) bool { return id == c.id() })
	for _, m := range st.registered(c) {
		drop(&m.Profile.SSORegistrations, func(s b2b.SSORegistration) bool { return s.ConnectionID == c.id() })
		m.takeSSORoles(c)
		delete(m.OIDCTokens, c.id())
	}
	id := c.id()
	st.Connections.remove(c)
	return b2b.SSODeleteConnectionResponse{ConnectionID: id}, nil
}

// grants are the roles that a connection gives: to everyone who logs in with it, and
// to the groups of the identity provider.
type grants struct {
	everyone []b2b.SSOConnectionRoleAssignment
	groups   []b2b.SSOGroupRoleAssignment
}

func (c *connection) grants() grants {
	switch {
	case c.SAML != nil:
		return grants{c.SAML.SAMLConnectionImplicitRoleAssignments, c.SAML.SAMLGroupImplicitRoleAssignments}
	case c.External != nil:
		return grants{c.External.ExternalConnectionImplicitRoleAssignments, c.External.ExternalGroupImplicitRoleAssignments}
	}
	return grants{}
}

// checkGrants refuses roles that do not exist, and an acting member who may not give
// any. Lists that are nil are not in the request.
func (r *run) checkGrants(by *b2b.ActingMember, o *organization, g grants) *apiError {
	if g.everyone == nil && g.groups == nil {
		return nil
	}
	if err := r.permit(by, o, nil, organizationResource, "update.settings.implicit-roles"); err != nil {
		return err
	}
	roles := each(g.everyone, func(a b2b.SSOConnectionRoleAssignment) string { return a.RoleID })
	for _, id := range append(roles, each(g.groups, func(a b2b.SSOGroupRoleAssignment) string { return a.RoleID })...) {
		if !r.project.hasMemberRole(o, id) {
			return failf("invalid_rbac_role_id", "the policy has no role %q", id)
		}
	}
	return nil
}

// takeSSORoles takes away the roles that a member has by a connection.
func (m *member) takeSSORoles(c *connection) {
	m.Profile.Roles = m.rolesWithout(func(source b2b.MemberRoleSource) bool {
		return (source.Type == ssoAssignment || source.Type == ssoGroupAssignment) && source.Details["connection_id"] == c.id()
	})
}

// assignBySSO gives a member the roles that follow from a connection, in place of those
// that did before. Those of a connection over OIDC have no effect.
func (p *Project) assignBySSO(m *member, c *connection) {
	m.takeSSORoles(c)
	target := p.state.target(c)
	have := m.registration(c)
	if have == nil || target == nil || target.SAML == nil {
		return
	}
	g := c.grants()
	for _, a := range g.everyone {
		m.Profile.Roles = addRole(m.Profile.Roles, a.RoleID, b2b.MemberRoleSource{Type: ssoAssignment, Details: map[string]any{"connection_id": c.id()}})
	}
	groups := textsOf(have.SSOAttributes[mappedTo(target.SAML.AttributeMapping, "groups")])
	for _, a := range g.groups {
		if slices.Contains(groups, a.Group) {
			m.Profile.Roles = addRole(m.Profile.Roles, a.RoleID, b2b.MemberRoleSource{
				Type: ssoGroupAssignment, Details: map[string]any{"connection_id": c.id(), "group": a.Group}})
		}
	}
}

// regrant follows a change of the roles that a connection gives, or of its mapping.
// External connections that lead to it share the mapping.
func (p *Project) regrant(c *connection) {
	for one := range p.state.Connections.all() {
		if one != c && (one.External == nil || one.External.ExternalConnectionID != c.id()) {
			continue
		}
		for _, m := range p.state.registered(one) {
			p.assignBySSO(m, one)
		}
	}
}

// registered returns the members who have logged in with a connection.
func (s *state) registered(c *connection) []*member {
	var found []*member
	for _, m := range s.Members.list(byOrganization, c.organizationID()) {
		if m.registration(c) != nil {
			found = append(found, s.Members.find(byID, m.Profile.MemberID)) // their keys can be changed
		}
	}
	return found
}

// registration returns the member's account at the identity provider of a connection,
// or nil.
func (m *member) registration(c *connection) *b2b.SSORegistration {
	i := slices.IndexFunc(m.Profile.SSORegistrations, func(s b2b.SSORegistration) bool { return s.ConnectionID == c.id() })
	if i < 0 {
		return nil
	}
	return &m.Profile.SSORegistrations[i]
}

// mappedTo returns the attribute of the identity provider that a mapping takes a name
// of the service from, or "".
func mappedTo(mapping map[string]any, name string) string {
	attribute, _ := mapping[name].(string)
	return attribute
}

// textsOf returns the strings of an attribute, which has one or several.
func textsOf(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []string:
		return value
	case []any:
		var list []string
		for _, one := range value {
			list = append(list, textsOf(one)...)
		}
		return list
	}
	return nil
}

// providerAddress judges the address of an identity provider. It must have https, or be
// on this machine.
func providerAddress(address string) (u *url.URL, secure bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, false
	}
	return u, u.Scheme == "https" || origin.IsLoopback(strings.ToLower(u.Hostname()))
}

// emulatedProvider reports whether the emulator takes the place of the identity provider
// with an address. It does for the names that are reserved for examples (RFC 2606), where
// there cannot be a provider.
func emulatedProvider(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	labels := strings.Split(strings.ToLower(u.Hostname()), ".")
	top := labels[len(labels)-1]
	if top == "example" || top == "invalid" {
		return true
	}
	return len(labels) > 1 && labels[len(labels)-2] == "example" && slices.Contains([]string{"com", "net", "org"}, top)
}

// checkConnections reports a connection that a server could not have written.
func (s *state) checkConnections() error {
	for c := range s.Connections.all() {
		kinds := 0
		for _, is := range []bool{c.SAML != nil, c.OIDC != nil, c.External != nil} {
			if is {
				kinds++
			}
		}
		if kinds != 1 || c.SAML != nil && len(c.SAML.SigningCertificates) == 0 {
			return errors.New("a connection in its state has no kind, or several, or no signing certificate")
		}
		if s.organizationByID(c.organizationID()) == nil {
			return fmt.Errorf("the connection %s belongs to an organization that is not in it", c.id())
		}
	}
	return nil
}
