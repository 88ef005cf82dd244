package stytchtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/elimity-com/scim"
	scimerrors "github.com/elimity-com/scim/errors"
	scimfilter "github.com/elimity-com/scim/filter"
	"github.com/elimity-com/scim/optional"
	"github.com/elimity-com/scim/schema"

	"github.com/stytchgen/sdk/b2b"
)

// scimPath is where the base URLs of connections begin. The id of a connection tells
// them from the calls of the API.
const scimPath = "/v1/b2b/scim/"

// The schemas of SCIM 2.0.
var (
	scimUsers      = schema.CoreUserSchema()
	scimGroups     = schema.CoreGroupSchema()
	enterpriseUser = schema.ExtensionEnterpriseUser()
)

// scimConfig is what the endpoint supports.
var scimConfig = scim.ServiceProviderConfig{
	MaxResults: 1000, SupportFiltering: true, SupportPatch: true,
	AuthenticationSchemes: []scim.AuthenticationScheme{{
		Type: scim.AuthenticationTypeOauthBearerToken, Name: "Bearer token", Primary: true,
		Description: "The bearer token of the SCIM connection.",
		SpecURI:     optional.NewString("https://www.rfc-editor.org/rfc/rfc6750"),
	}},
}

// scimConnectionOf returns the id of the connection and the rest of a path under a base URL.
func scimConnectionOf(path string) (id, rest string, ok bool) {
	after, found := strings.CutPrefix(path, scimPath)
	id, rest, _ = strings.Cut(after, "/")
	return id, "/" + rest, found && strings.HasPrefix(id, "scim-connection-") && rest != "connection" && !strings.HasPrefix(rest, "connection/")
}

// directory is a request of a directory.
type directory struct {
	*run
	organization *organization
	connection   *scimConnection
}

// recorder keeps a response until it is sent.
type recorder struct{ *answer }

func (r recorder) Header() http.Header    { return r.header }
func (r recorder) WriteHeader(status int) { r.status = status }
func (r recorder) Write(data []byte) (int, error) {
	r.body = append(r.body, data...)
	return len(data), nil
}

// provisioning serves the protocol by which the directory of an organization creates,
// changes and removes members.
func (s *Server) provisioning(w http.ResponseWriter, r *http.Request, a *answer) {
	a.header.Set("Content-Type", "application/scim+json")
	a.header.Set("Cache-Control", "no-store")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		a.refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body could not be read, or has more than %d bytes", maxBody))
		return
	}
	id, rest, _ := scimConnectionOf(r.URL.Path)
	p, unlock := s.directoryProject(id, bearer(r.Header.Get("Authorization")))
	if p == nil {
		a.header.Set("WWW-Authenticate", "Bearer")
		a.refuse(http.StatusUnauthorized, "there is no connection with this id and bearer token")
		return
	}
	defer unlock()
	connection := p.state.SCIMConnections.find(byID, id)
	d := &directory{
		run:          &run{project: p, now: p.clock.Now(), header: r.Header, status: http.StatusOK},
		organization: p.state.organizationByID(connection.Profile.OrganizationID), connection: connection,
	}
	if filter := r.URL.Query().Get("filter"); filter != "" {
		if rest != "/Users" && rest != "/Groups" { // RFC 7644, section 4
			a.refuse(http.StatusForbidden, "only users and groups can be filtered")
			return
		}
		if len(filter) > maxFilter {
			a.refuse(http.StatusBadRequest, fmt.Sprintf("the filter has more than %d characters", maxFilter))
			return
		}
	}
	server, err := scim.NewServer(&scim.ServerArgs{ServiceProviderConfig: &scimConfig, ResourceTypes: []scim.ResourceType{
		{
			ID: optional.NewString("User"), Name: "User", Endpoint: "/Users", Schema: scimUsers, Handler: &userResources{d},
			SchemaExtensions: []scim.SchemaExtension{{Schema: enterpriseUser}},
		},
		{ID: optional.NewString("Group"), Name: "Group", Endpoint: "/Groups", Schema: scimGroups, Handler: &groupResources{d}},
	}}, scim.WithBaseURL(s.url+scimPath+id))
	if err != nil {
		a.refuse(http.StatusInternalServerError, err.Error()) // cannot happen
		return
	}
	to := r.Clone(r.Context())
	to.URL.Path, to.Body = rest, io.NopCloser(bytes.NewReader(body))
	server.ServeHTTP(recorder{a}, to)
}

// refuse answers with an error in the form of RFC 7644, section 3.12.
func (a *answer) refuse(status int, detail string) {
	a.status = status
	a.body, _ = json.Marshal(scimerrors.ScimError{Status: status, Detail: detail}) // never fails
}

// directoryProject returns the locked project of a connection if the bearer token is
// valid, or nil.
func (s *Server) directoryProject(id, token string) (*Project, func()) {
	for _, p := range s.Projects() {
		unlock := p.lockFor(byScim)
		if c := p.state.SCIMConnections.find(byID, id); c != nil && c.acceptsAt(token, p.clock.Now()) {
			return p, unlock
		}
		unlock()
	}
	return nil, nil
}

// users returns the members whom the directory manages, in the order in which they were
// added.
func (d *directory) users() []*member {
	return slices.DeleteFunc(d.project.state.membersOf(d.organization), func(m *member) bool { return m.SCIM == nil })
}

// resource returns a resource of a directory. Values is what a client reads and filters by.
func resource(id string, values map[string]any, created, updated time.Time) scim.Resource {
	r := scim.Resource{ID: id, Attributes: values, Meta: scim.Meta{Created: &created, LastModified: &updated}}
	if external, _ := values["externalId"].(string); external != "" {
		r.ExternalID = optional.NewString(external)
	}
	return r
}

// listed returns a page of the resources that pass the filter of a request.
func listed(all []scim.Resource, kind string, of schema.Schema, r *http.Request, params scim.ListRequestParams, extensions ...schema.Schema) (scim.Page, error) {
	if params.FilterValidator != nil {
		of.Attributes = slices.Concat(of.Attributes, schema.CommonAttributes())
		validator := scimfilter.NewFilterValidator(anyElement(params.FilterValidator.GetFilter(), of.Attributes), of, extensions...)
		var found []scim.Resource
		for _, one := range all {
			values := merged(one.Attributes, map[string]any{"id": one.ID, "meta": map[string]any{
				"resourceType": kind, "created": stamp(*one.Meta.Created), "lastModified": stamp(*one.Meta.LastModified),
			}})
			for _, extension := range extensions {
				inner, _ := values[extension.ID].(map[string]any)
				for name, value := range inner {
					values[extension.ID+":"+name] = value // as the library looks for it
				}
			}
			ok, err := passes(validator, values)
			if err != nil {
				return scim.Page{}, err
			}
			if ok {
				found = append(found, one)
			}
		}
		all = found
	}
	page := scim.Page{TotalResults: len(all), Resources: []scim.Resource{}}
	if from := params.StartIndex - 1; from < len(all) {
		page.Resources = all[from:min(len(all), from+params.Count)]
	}
	for i, one := range page.Resources {
		page.Resources[i] = chosen(r, one)
	}
	return page, nil
}

// answerWith returns how a directory sees a user or a group, unless there is an error.
func answerWith[T any](resource func(T) scim.Resource, one T, err error) (scim.Resource, error) {
	if err != nil {
		return scim.Resource{}, err
	}
	return resource(one), nil
}

// chosen leaves out what a request does not ask for. Directories leave out the members of
// large groups.
func chosen(r *http.Request, one scim.Resource) scim.Resource {
	names := func(parameter string) []string {
		return strings.FieldsFunc(strings.ToLower(r.URL.Query().Get(parameter)), func(c rune) bool { return c == ',' || c == ' ' })
	}
	wanted, unwanted := names("attributes"), names("excludedAttributes")
	maps.DeleteFunc(one.Attributes, func(name string, _ any) bool {
		top := strings.ToLower(name)
		asked := slices.ContainsFunc(wanted, func(one string) bool {
			return one == top || strings.HasPrefix(one, top+".") || strings.HasPrefix(one, top+":")
		})
		return len(wanted) > 0 && !asked || slices.Contains(unwanted, top)
	})
	return one
}

// userResources are the users of a directory.
type userResources struct{ *directory }

// resource returns a member as the directory sees them.
func (u *userResources) resource(m *member) scim.Resource {
	values := merged(m.SCIM.Attributes, nil)
	values["active"] = !m.deleted()
	groups := []any{}
	for _, g := range u.connection.Groups {
		if slices.Contains(g.Members, m.Profile.MemberID) {
			groups = append(groups, map[string]any{"value": g.ID, "display": g.Name})
		}
	}
	if len(groups) > 0 {
		values["groups"] = groups
	}
	return resource(m.Profile.MemberID, values, m.SCIM.CreatedAt, m.SCIM.UpdatedAt)
}

func (u *userResources) find(id string) (*member, error) {
	m := u.project.state.Members.find(byID, id)
	if m == nil || m.SCIM == nil || m.SCIM.ConnectionID != u.connection.Profile.ConnectionID {
		return nil, scimerrors.ScimErrorResourceNotFound(id)
	}
	return m, nil
}

func (u *userResources) Create(_ *http.Request, attributes scim.ResourceAttributes) (scim.Resource, error) {
	m, err := u.provision(nil, attributes)
	return answerWith(u.resource, m, err)
}

func (u *userResources) Get(r *http.Request, id string) (scim.Resource, error) {
	m, err := u.find(id)
	return answerWith(func(m *member) scim.Resource { return chosen(r, u.resource(m)) }, m, err)
}

func (u *userResources) GetAll(r *http.Request, params scim.ListRequestParams) (scim.Page, error) {
	return listed(each(u.users(), u.resource), "User", scimUsers, r, params, enterpriseUser)
}

func (u *userResources) Replace(_ *http.Request, id string, attributes scim.ResourceAttributes) (scim.Resource, error) {
	m, err := u.find(id)
	if err == nil {
		m, err = u.provision(m, attributes)
	}
	return answerWith(u.resource, m, err)
}

func (u *userResources) Patch(_ *http.Request, id string, operations []scim.PatchOperation) (scim.Resource, error) {
	m, err := u.find(id)
	if err != nil {
		return scim.Resource{}, err
	}
	values := u.resource(m).Attributes
	if err := patch(values, operations, scimUsers, enterpriseUser); err != nil {
		return scim.Resource{}, err
	}
	m, err = u.provision(m, values)
	return answerWith(u.resource, m, err)
}

func (u *userResources) Delete(_ *http.Request, id string) error {
	m, err := u.find(id)
	if err != nil {
		return err
	}
	for _, g := range u.connection.Groups {
		drop(&g.Members, func(id string) bool { return id == m.Profile.MemberID })
	}
	if !m.deleted() {
		u.deprovision(m)
	}
	m.leaveDirectory()
	return nil
}

// groupResources are the groups of a directory.
type groupResources struct{ *directory }

func (g *groupResources) resource(of *scimGroup) scim.Resource {
	members := []any{}
	for _, id := range of.Members {
		one := map[string]any{"value": id, "type": "User", "$ref": g.project.server.url + scimPath + g.connection.Profile.ConnectionID + "/Users/" + id}
		if m := g.project.state.Members.find(byID, id); m != nil && m.SCIM != nil {
			one["display"] = m.SCIM.text("userName")
		}
		members = append(members, one)
	}
	values := map[string]any{"displayName": of.Name, "members": members}
	if of.ExternalID != "" {
		values["externalId"] = of.ExternalID
	}
	return resource(of.ID, values, of.CreatedAt, of.UpdatedAt)
}

func (g *groupResources) find(id string) (*scimGroup, error) {
	if found := g.connection.group(id); found != nil {
		return found, nil
	}
	return nil, scimerrors.ScimErrorResourceNotFound(id)
}

// change stores what a directory says about a group. An error changes nothing.
func (g *groupResources) change(of *scimGroup, values map[string]any) error {
	name, _ := values["displayName"].(string)
	if name == "" {
		return scimInvalid("displayName is missing")
	}
	list, _ := listsOf(values, scimGroups)["members"].([]any)
	var ids []string
	for _, one := range list {
		entry, _ := one.(map[string]any)
		id, _ := entry["value"].(string)
		if _, err := (&userResources{g.directory}).find(id); err != nil {
			return scimInvalid(fmt.Sprintf("members: there is no user with the id %q", id))
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	affected := append(slices.Clone(of.Members), ids...)
	of.Name, of.Members, of.UpdatedAt = name, ids, g.now
	of.ExternalID, _ = values["externalId"].(string)
	g.reassign(affected)
	return nil
}

// rename is change for a group that exists. Its name is all that an event shows.
func (g *groupResources) rename(of *scimGroup, values map[string]any) error {
	before := of.Name
	err := g.change(of, values)
	if of.Name != before {
		g.announce("UPDATE", of)
	}
	return err
}

// announce sends the event about a group. Groups are in the record of their connection,
// whose changes are not events of a directory.
func (g *groupResources) announce(action string, of *scimGroup) {
	c := change{object: "scim_group", action: action, id: of.ID}
	if action != "DELETE" {
		c.content = encode(g.connection.shownGroup(of))
	}
	g.project.webhooks.send(byScim, c)
}

// reassign follows a change of the groups of members.
func (g *groupResources) reassign(ids []string) {
	for _, id := range ids {
		if m := g.project.state.Members.find(byID, id); m != nil {
			m.assignByGroups(g.connection)
		}
	}
}

func (g *groupResources) Create(_ *http.Request, attributes scim.ResourceAttributes) (scim.Resource, error) {
	made := &scimGroup{ID: newID("scim-group"), CreatedAt: g.now}
	if err := g.change(made, attributes); err != nil {
		return scim.Resource{}, err
	}
	g.connection.Groups = append(g.connection.Groups, made)
	g.reassign(made.Members)
	g.announce("CREATE", made)
	return g.resource(made), nil
}

func (g *groupResources) Get(r *http.Request, id string) (scim.Resource, error) {
	found, err := g.find(id)
	return answerWith(func(of *scimGroup) scim.Resource { return chosen(r, g.resource(of)) }, found, err)
}

func (g *groupResources) GetAll(r *http.Request, params scim.ListRequestParams) (scim.Page, error) {
	return listed(each(g.connection.Groups, g.resource), "Group", scimGroups, r, params)
}

func (g *groupResources) Replace(_ *http.Request, id string, attributes scim.ResourceAttributes) (scim.Resource, error) {
	found, err := g.find(id)
	if err == nil {
		err = g.rename(found, attributes)
	}
	return answerWith(g.resource, found, err)
}

func (g *groupResources) Patch(_ *http.Request, id string, operations []scim.PatchOperation) (scim.Resource, error) {
	found, err := g.find(id)
	if err != nil {
		return scim.Resource{}, err
	}
	values := g.resource(found).Attributes
	if err = patch(values, operations, scimGroups); err == nil {
		err = g.rename(found, values)
	}
	return answerWith(g.resource, found, err)
}

func (g *groupResources) Delete(_ *http.Request, id string) error {
	found, err := g.find(id)
	if err != nil {
		return err
	}
	drop(&g.connection.Groups, func(one *scimGroup) bool { return one == found })
	drop(&g.connection.Profile.SCIMGroupImplicitRoleAssignments, func(a b2b.SCIMGroupRoleAssignment) bool { return a.GroupID == id })
	g.reassign(found.Members)
	g.announce("DELETE", found)
	return nil
}
