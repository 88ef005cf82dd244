package stytchtest

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
)

// scimTokenYears is how long a bearer token of a directory is valid.
const scimTokenYears = 5

// scimConnection connects the directory of an organization. Deleting it removes it.
type scimConnection struct {
	place
	rotation
	Profile       b2b.SCIMConnection `json:"profile"`
	ExpiresAt     time.Time          `json:"expires_at"`
	NextExpiresAt time.Time          `json:"next_expires_at,omitzero"`
	Groups        []*scimGroup       `json:"groups"`
}

// scimGroup is a group of a directory.
type scimGroup struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	ExternalID string    `json:"external_id,omitempty"`
	Members    []string  `json:"members"` // their ids
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

func (c *scimConnection) keys() []key {
	return []key{{byID, c.Profile.ConnectionID}, {byOrganization, c.Profile.OrganizationID}}
}

// profile returns the connection as a response shows it.
func (c *scimConnection) profile() b2b.SCIMConnection {
	p := c.Profile
	p.BearerTokenLastFour, p.BearerTokenExpiresAt = c.Secret.LastFour, new(c.ExpiresAt)
	if c.Next != nil {
		p.NextBearerTokenLastFour, p.NextBearerTokenExpiresAt = c.Next.LastFour, new(c.NextExpiresAt)
	}
	p.SCIMGroupImplicitRoleAssignments = slices.Clone(p.SCIMGroupImplicitRoleAssignments)
	for i := range p.SCIMGroupImplicitRoleAssignments {
		a := &p.SCIMGroupImplicitRoleAssignments[i]
		if g := c.group(a.GroupID); g != nil {
			a.GroupName = g.Name
		}
	}
	return p
}

// group returns a group by its id, or nil.
func (c *scimConnection) group(id string) *scimGroup {
	i := slices.IndexFunc(c.Groups, func(g *scimGroup) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return c.Groups[i]
}

// show puts the connection into the organization.
func (c *scimConnection) show(o *organization) {
	o.Profile.SCIMActiveConnection = &b2b.ActiveSCIMConnection{
		ConnectionID: c.Profile.ConnectionID, DisplayName: c.Profile.DisplayName,
		BearerTokenLastFour: c.Secret.LastFour, BearerTokenExpiresAt: new(c.ExpiresAt),
	}
}

// acceptsAt reports whether a bearer token is valid now.
func (c *scimConnection) acceptsAt(token string, now time.Time) bool {
	valid := rotation{}
	if now.Before(c.ExpiresAt) {
		valid.Secret = c.Secret
	}
	if now.Before(c.NextExpiresAt) {
		valid.Next = c.Next
	}
	return valid.accepts(token)
}

// newSCIMToken returns a bearer token of 48 letters and digits.
func newSCIMToken() string { return (rand.Text() + rand.Text())[:48] }

var scimRotation = rotationErrors{not: "scim_connection_not_rotating_token"}

// scimBaseURL is where a directory sends its changes to. The query makes Entra follow
// the standard.
func (p *Project) scimBaseURL(id string, idp b2b.SCIMIdentityProvider) string {
	base := p.server.url + scimPath + id
	if idp == b2b.SCIMIdentityProviderMicrosoftEntra {
		base += "?aadOptscim062020"
	}
	return base
}

// scimConnection returns the organization and the active connection that a call names,
// if the acting member may do the actions.
func (r *run) scimConnection(organizationID, id string, by *b2b.ActingMember, action string) (*organization, *scimConnection, *apiError) {
	o, err := r.organization(organizationID)
	if err != nil {
		return nil, nil, err
	}
	if err := r.permit(by, o, nil, scimResource, action); err != nil {
		return nil, nil, err
	}
	c := r.project.state.SCIMConnections.find(byOrganization, o.Profile.OrganizationID)
	if c == nil || id != "" && id != c.Profile.ConnectionID {
		return nil, nil, fail("no_active_scim_connection")
	}
	return o, c, nil
}

func (r *run) scimCreate(q b2b.SCIMConnectionCreateRequest) (b2b.SCIMConnectionCreateResponse, *apiError) {
	none := b2b.SCIMConnectionCreateResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	if err := r.permit(q.ActingMember, o, nil, scimResource, "create"); err != nil {
		return none, err
	}
	if r.project.state.SCIMConnections.find(byOrganization, o.Profile.OrganizationID) != nil {
		return none, fail("active_scim_connection_exists")
	}
	c, token := r.project.connectDirectory(o, b2b.SCIMConnection{DisplayName: text(q.DisplayName), IdentityProvider: b2b.SCIMIdentityProvider(text(q.IdentityProvider))}, "", r.now)
	made := as[b2b.SCIMConnectionWithToken](c.profile())
	made.BearerToken = token
	return b2b.SCIMConnectionCreateResponse{Connection: &made}, nil
}

// connectDirectory adds a connection to an organization that has none. An empty token
// is generated, and so is an empty id.
func (p *Project) connectDirectory(o *organization, s b2b.SCIMConnection, token string, now time.Time) (*scimConnection, string) {
	setIfEmpty(&token, newSCIMToken())
	setIfEmpty(&s.IdentityProvider, b2b.SCIMIdentityProviderGeneric)
	setIfEmpty(&s.ConnectionID, newID("scim-connection"))
	s.OrganizationID, s.Status, s.BaseURL = o.Profile.OrganizationID, b2b.SCIMConnectionStatusActive, p.scimBaseURL(s.ConnectionID, s.IdentityProvider)
	c := &scimConnection{rotation: rotation{Secret: newClientSecret(token)}, ExpiresAt: now.AddDate(scimTokenYears, 0, 0), Profile: s}
	p.state.SCIMConnections.add(c)
	c.show(o)
	return c, token
}

func (r *run) scimGet(q b2b.SCIMConnectionGetRequest) (b2b.SCIMConnectionGetResponse, *apiError) {
	_, c, err := r.scimConnection(q.OrganizationID, "", q.ActingMember, "get")
	if err != nil {
		return b2b.SCIMConnectionGetResponse{}, err
	}
	return b2b.SCIMConnectionGetResponse{Connection: new(c.profile())}, nil
}

func (r *run) scimUpdate(q b2b.SCIMConnectionUpdateRequest) (b2b.SCIMConnectionUpdateResponse, *apiError) {
	none := b2b.SCIMConnectionUpdateResponse{}
	o, c, err := r.scimConnection(q.OrganizationID, q.ConnectionID, q.ActingMember, "update")
	if err != nil {
		return none, err
	}
	if q.SCIMGroupImplicitRoleAssignments != nil {
		if err := r.permit(q.ActingMember, o, nil, organizationResource, "update.settings.implicit-roles"); err != nil {
			return none, err
		}
	}
	for i, a := range q.SCIMGroupImplicitRoleAssignments {
		if c.group(a.GroupID) == nil {
			return none, failf("scim_group_role_assignment_group_does_not_exist", "scim_group_implicit_role_assignments.%d: the directory has sent no group with this id", i)
		}
		if r.project.checkRoles(o, []string{a.RoleID}) != nil {
			return none, failf("invalid_rbac_role_id", "scim_group_implicit_role_assignments.%d: the policy has no role %q that members can be given", i, a.RoleID)
		}
	}
	set(&c.Profile.DisplayName, q.DisplayName)
	if q.IdentityProvider != nil {
		c.Profile.IdentityProvider = *q.IdentityProvider
		c.Profile.BaseURL = r.project.scimBaseURL(c.Profile.ConnectionID, *q.IdentityProvider)
	}
	if q.SCIMGroupImplicitRoleAssignments != nil {
		c.Profile.SCIMGroupImplicitRoleAssignments = slices.Clone(q.SCIMGroupImplicitRoleAssignments)
		for _, m := range r.project.state.membersOf(o) {
			m.assignByGroups(c)
		}
	}
	c.show(o)
	return b2b.SCIMConnectionUpdateResponse{Connection: new(c.profile())}, nil
}

// scimDelete disconnects the directory. Its members stay, without the roles of groups.
func (r *run) scimDelete(q b2b.SCIMConnectionDeleteRequest) (b2b.SCIMConnectionDeleteResponse, *apiError) {
	o, c, err := r.scimConnection(q.OrganizationID, q.ConnectionID, q.ActingMember, "delete")
	if err != nil {
		return b2b.SCIMConnectionDeleteResponse{}, err
	}
	o.Profile.SCIMActiveConnection = nil
	for _, m := range r.project.state.membersOf(o) {
		m.leaveDirectory()
	}
	r.project.state.SCIMConnections.remove(c)
	return b2b.SCIMConnectionDeleteResponse{ConnectionID: c.Profile.ConnectionID}, nil
}

// defaultGroups is how many groups a page has.
const defaultGroups = 100

func (r *run) scimGroups(q b2b.SCIMConnectionGetGroupsRequest) (b2b.SCIMConnectionGetGroupsResponse, *apiError) {
	none := b2b.SCIMConnectionGetGroupsResponse{}
	_, c, err := r.scimConnection(q.OrganizationID, q.ConnectionID, q.ActingMember, "get")
	if err != nil {
		return none, err
	}
	limit := defaultGroups
	set(&limit, q.Limit)
	groups, metadata, ok := pageOf(searchRequest{Cursor: q.Cursor, Limit: &limit}, slices.Clone(c.Groups), func(g *scimGroup) position { return position{g.CreatedAt, g.ID} })
	if !ok {
		return none, failf("bad_request", "cursor: no page of groups returned it")
	}
	return b2b.SCIMConnectionGetGroupsResponse{NextCursor: metadata.NextCursor, SCIMGroups: each(groups, c.shownGroup)}, nil
}

// shownGroup returns a group as a response shows it.
func (c *scimConnection) shownGroup(g *scimGroup) b2b.SCIMConnectionGroup {
	return b2b.SCIMConnectionGroup{GroupID: g.ID, GroupName: g.Name, OrganizationID: c.Profile.OrganizationID, ConnectionID: c.Profile.ConnectionID}
}

// scimRotateStart makes the next token. A second start replaces it.
func (r *run) scimRotateStart(q b2b.SCIMConnectionRotateStartRequest) (b2b.SCIMConnectionRotateStartResponse, *apiError) {
	_, c, err := r.scimConnection(q.OrganizationID, q.ConnectionID, q.ActingMember, "update")
	if err != nil {
		return b2b.SCIMConnectionRotateStartResponse{}, err
	}
	token := newSCIMToken()
	c.Next, c.NextExpiresAt = newClientSecret(token), r.now.AddDate(scimTokenYears, 0, 0)
	started := as[b2b.SCIMConnectionWithNextToken](c.profile())
	started.NextBearerToken = token
	return b2b.SCIMConnectionRotateStartResponse{Connection: &started}, nil
}

func (r *run) scimRotateComplete(q b2b.SCIMConnectionRotateCompleteRequest) (b2b.SCIMConnectionRotateCompleteResponse, *apiError) {
	none := b2b.SCIMConnectionRotateCompleteResponse{}
	o, c, err := r.scimConnection(q.OrganizationID, q.ConnectionID, q.ActingMember, "update")
	if err != nil {
		return none, err
	}
	if err := c.complete(scimRotation); err != nil {
		return none, err
	}
	c.ExpiresAt, c.NextExpiresAt = c.NextExpiresAt, time.Time{}
	c.show(o)
	return b2b.SCIMConnectionRotateCompleteResponse{Connection: new(c.profile())}, nil
}

func (r *run) scimRotateCancel(q b2b.SCIMConnectionRotateCancelRequest) (b2b.SCIMConnectionRotateCancelResponse, *apiError) {
	none := b2b.SCIMConnectionRotateCancelResponse{}
	_, c, err := r.scimConnection(q.OrganizationID, q.ConnectionID, q.ActingMember, "update")
	if err != nil {
		return none, err
	}
	if err := c.cancel(scimRotation); err != nil {
		return none, err
	}
	c.NextExpiresAt = time.Time{}
	return b2b.SCIMConnectionRotateCancelResponse{Connection: new(c.profile())}, nil
}

// bearer is the token of an Authorization header.
func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
