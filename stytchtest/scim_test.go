package stytchtest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// idp is the directory of an organization, as Okta and Entra talk to one.
type idp struct {
	*world
	b2b   *b2b.Client
	org   string
	id    string // of the connection
	base  string
	token string
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	w := newWorld(t)
	d := &idp{world: w, b2b: w.B2B(noDrift(t))}
	w.SetPolicy(stytch.RBACPolicy{Roles: []stytch.RBACRole{{RoleID: "editor"}, {RoleID: "domain"}}})
	d.org = w.AddOrganization(b2b.Organization{OrganizationName: "Engines", RBACEmailImplicitRoleAssignments: []b2b.EmailImplicitRoleAssignment{
		{Domain: "example.com", RoleID: "domain"}}}).OrganizationID
	made := must(d.b2b.SCIM.Connection.Create(w.ctx, b2b.SCIMConnectionCreateRequest{OrganizationID: d.org, DisplayName: new("Okta"), IdentityProvider: new(b2b.SCIMIdentityProviderOkta)}))(t).Connection
	d.id, d.base, d.token = made.ConnectionID, made.BaseURL, made.BearerToken
	return d
}

// send sends a request of the protocol.
func (d *idp) send(method, path, body string) (int, map[string]any) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.ctx, method, d.base+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/scim+json")
	r.Header.Set("Authorization", "Bearer "+d.token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	if kind := resp.Header.Get("Content-Type"); kind != "application/scim+json" {
		d.t.Errorf("content type %q", kind)
	}
	var fields map[string]any
	if len(data) > 0 {
		if err := json.Unmarshal(data, &fields); err != nil {
			d.t.Fatalf("%s %s: %d, and the answer is not JSON: %s", method, path, resp.StatusCode, data)
		}
	}
	return resp.StatusCode, fields
}

// wants sends a request that succeeds with a status.
func (d *idp) wants(status int, method, path, body string) map[string]any {
	d.t.Helper()
	got, fields := d.send(method, path, body)
	if got != status {
		d.t.Fatalf("%s %s: status %d, want %d: %v", method, path, got, status, fields)
	}
	return fields
}

// fails sends a request that is refused in the form of RFC 7644.
func (d *idp) fails(status int, scimType, method, path, body string) {
	d.t.Helper()
	got, fields := d.send(method, path, body)
	var schemas []any
	schemas, _ = fields["schemas"].([]any)
	kind, _ := fields["scimType"].(string)
	if got != status || fields["status"] != fmt.Sprint(status) || kind != scimType || len(schemas) != 1 || schemas[0] != "urn:ietf:params:scim:api:messages:2.0:Error" {
		d.t.Errorf("%s %s: %d %v, want %d %s", method, path, got, fields, status, scimType)
	}
}

const adaInOkta = `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
	"userName": "ada@example.com", "name": {"givenName": "Ada", "familyName": "Lovelace"}, "active": true, "externalId": "00u1",
	"emails": [{"primary": true, "value": "ada@example.com", "type": "work"}], "groups": [], "password": "secret",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Research", "manager": {"value": "42"}}}`

func user(name string) string {
	return `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "` + name + `"}`
}

func patch(operations string) string {
	return `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [` + operations + `]}`
}

// provision creates a user and returns the id.
func (d *idp) provision(body string) string {
	d.t.Helper()
	return d.wants(http.StatusCreated, http.MethodPost, "/Users", body)["id"].(string)
}

func (d *idp) member(id string) b2b.Member {
	d.t.Helper()
	deleted := true
	return must(d.b2b.Organizations.Members.DangerouslyGet(d.ctx, b2b.OrganizationsMembersDangerouslyGetRequest{MemberID: id, IncludeDeleted: &deleted}))(d.t).Member
}

func roles(m b2b.Member) (ids []string) {
	for _, role := range m.Roles {
		ids = append(ids, role.RoleID)
	}
	return ids
}

func TestSCIMConnection(t *testing.T) {
	d := newIDP(t)
	got := must(d.b2b.SCIM.Connection.Get(d.ctx, b2b.SCIMConnectionGetRequest{OrganizationID: d.org}))(t).Connection
	if got.ConnectionID != d.id || got.Status != b2b.SCIMConnectionStatusActive || got.DisplayName != "Okta" || got.BearerTokenLastFour != d.token[len(d.token)-4:] ||
		len(d.token) != 48 || !strings.HasPrefix(d.base, d.URL()) || !got.BearerTokenExpiresAt.Equal(d.Clock().Now().AddDate(5, 0, 0)) {
		t.Errorf("connection %+v", got)
	}
	active := must(d.b2b.Organizations.Get(d.ctx, b2b.OrganizationsGetRequest{OrganizationID: d.org}))(t).Organization.SCIMActiveConnection
	if active == nil || active.ConnectionID != d.id {
		t.Errorf("active connection %+v", active)
	}
	_, err := d.b2b.SCIM.Connection.Create(d.ctx, b2b.SCIMConnectionCreateRequest{OrganizationID: d.org})
	wants(t, err, stytch.ErrActiveSCIMConnectionExists)
	changed := must(d.b2b.SCIM.Connection.Update(d.ctx, b2b.SCIMConnectionUpdateRequest{
		OrganizationID: d.org, ConnectionID: d.id, DisplayName: new("Entra"), IdentityProvider: new(b2b.SCIMIdentityProviderMicrosoftEntra)}))(t).Connection
	if changed.DisplayName != "Entra" || changed.BaseURL != d.base+"?aadOptscim062020" {
		t.Errorf("changed %+v", changed)
	}
	_, err = d.b2b.SCIM.Connection.Update(d.ctx, b2b.SCIMConnectionUpdateRequest{OrganizationID: d.org, ConnectionID: "scim-connection-test-other"})
	wants(t, err, stytch.ErrNoActiveSCIMConnection)
	must(d.b2b.SCIM.Connection.Delete(d.ctx, b2b.SCIMConnectionDeleteRequest{OrganizationID: d.org, ConnectionID: d.id}))(t)
	_, err = d.b2b.SCIM.Connection.Get(d.ctx, b2b.SCIMConnectionGetRequest{OrganizationID: d.org})
	wants(t, err, stytch.ErrNoActiveSCIMConnection)
	if active := must(d.b2b.Organizations.Get(d.ctx, b2b.OrganizationsGetRequest{OrganizationID: d.org}))(t).Organization.SCIMActiveConnection; active != nil {
		t.Errorf("active connection %+v after its deletion", active)
	}
	d.fails(http.StatusUnauthorized, "", http.MethodGet, "/Users", "")
	must(d.b2b.SCIM.Connection.Create(d.ctx, b2b.SCIMConnectionCreateRequest{OrganizationID: d.org}))(t)
}

// TestSCIMTokens has two tokens while one replaces the other.
func TestSCIMTokens(t *testing.T) {
	d := newIDP(t)
	works := func(token string) bool {
		before := d.token
		defer func() { d.token = before }()
		d.token = token
		status, _ := d.send(http.MethodGet, "/Users", "")
		return status == http.StatusOK
	}
	start := func() string {
		return must(d.b2b.SCIM.Connection.RotateStart(d.ctx, b2b.SCIMConnectionRotateStartRequest{OrganizationID: d.org, ConnectionID: d.id}))(t).Connection.NextBearerToken
	}
	complete := func() (*b2b.SCIMConnectionRotateCompleteResponse, error) {
		return d.b2b.SCIM.Connection.RotateComplete(d.ctx, b2b.SCIMConnectionRotateCompleteRequest{OrganizationID: d.org, ConnectionID: d.id})
	}
	cancel := func() (*b2b.SCIMConnectionRotateCancelResponse, error) {
		return d.b2b.SCIM.Connection.RotateCancel(d.ctx, b2b.SCIMConnectionRotateCancelRequest{OrganizationID: d.org, ConnectionID: d.id})
	}
	_, err := complete()
	wants(t, err, stytch.ErrSCIMConnectionNotRotatingToken)
	_, err = cancel()
	wants(t, err, stytch.ErrSCIMConnectionNotRotatingToken)
	first, dropped := d.token, start()
	if works("") || works("wrong") || !works(first) || !works(dropped) {
		t.Error("want both tokens to work, and no other")
	}
	must(cancel())(t)
	if !works(first) || works(dropped) {
		t.Error("want only the first token to work")
	}
	d.Clock().Advance(24 * time.Hour)
	next := start()
	got := must(complete())(t).Connection
	if works(first) || !works(next) || got.BearerTokenLastFour != next[44:] || got.NextBearerTokenLastFour != "" || !got.BearerTokenExpiresAt.Equal(d.Clock().Now().AddDate(5, 0, 0)) {
		t.Errorf("want only the next token to work; connection %+v", got)
	}
	d.Clock().Advance(5 * 366 * 24 * time.Hour)
	if works(next) {
		t.Error("the token did not expire")
	}
}

// TestSCIMCredentials tries requests without the bearer token of the connection.
func TestSCIMCredentials(t *testing.T) {
	d := newIDP(t)
	other := d.AddOrganization(b2b.Organization{OrganizationName: "Others"})
	foreign := must(d.b2b.SCIM.Connection.Create(d.ctx, b2b.SCIMConnectionCreateRequest{OrganizationID: other.OrganizationID}))(t).Connection
	id := d.provision(adaInOkta)
	for _, header := range []string{"", "Bearer", "Bearer " + foreign.BearerToken, "Basic " + d.token, d.token} {
		r := must(http.NewRequestWithContext(d.ctx, http.MethodDelete, d.base+"/Users/"+id, nil))(t)
		r.Header.Set("Authorization", header)
		resp := must(http.DefaultClient.Do(r))(t)
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized || resp.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("status %d", resp.StatusCode)
		}
	}
	// Another organization's directory does not see the user.
	d.base, d.token = foreign.BaseURL, foreign.BearerToken
	d.fails(http.StatusNotFound, "", http.MethodGet, "/Users/"+id, "")
	d.fails(http.StatusNotFound, "", http.MethodDelete, "/Users/"+id, "")
	if d.wants(http.StatusOK, http.MethodGet, "/Users", "")["totalResults"] != 0.0 {
		t.Error("the directory sees users of another organization")
	}
	d.fails(http.StatusBadRequest, "invalidValue", http.MethodPost, "/Groups", `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "x", "members": [{"value": "`+id+`"}]}`)
}

// TestSCIMLife is the life of a member in a directory: created, changed, deactivated, reactivated and deleted.
func TestSCIMLife(t *testing.T) {
	d := newIDP(t)
	made := d.wants(http.StatusCreated, http.MethodPost, "/Users", adaInOkta)
	id := made["id"].(string)
	if made["password"] != nil || made["active"] != true || made["userName"] != "ada@example.com" || made["meta"].(map[string]any)["location"] != d.base+"/Users/"+id {
		t.Errorf("resource %v", made)
	}
	m := d.member(id)
	r := m.SCIMRegistration
	if m.Status != b2b.MemberStatusActive || m.EmailAddress != "ada@example.com" || m.Name != "Ada Lovelace" || !slices.Equal(roles(m), []string{"stytch_member", "domain"}) {
		t.Errorf("member %+v", m)
	}
	if r == nil || r.ConnectionID != d.id || *r.ExternalID != "00u1" || r.SCIMAttributes.UserName != "ada@example.com" || r.SCIMAttributes.Name.FamilyName != "Lovelace" ||
		!r.SCIMAttributes.Active || r.SCIMAttributes.EnterpriseExtension.Department != "Research" || r.SCIMAttributes.EnterpriseExtension.Manager.Value != "42" || len(r.SCIMAttributes.Emails) != 1 {
		t.Errorf("registration %+v", r)
	}
	d.fails(http.StatusConflict, "uniqueness", http.MethodPost, "/Users", adaInOkta)

	// A change of the address takes the roles of its domain.
	must(d.b2b.Organizations.Members.Update(d.ctx, b2b.OrganizationsMembersUpdateRequest{OrganizationID: d.org, MemberID: id, Roles: []string{"editor"}}))(t)
	changed := strings.ReplaceAll(strings.ReplaceAll(adaInOkta, "ada@example.com", "ada@example.net"), "Lovelace", "King")
	d.wants(http.StatusOK, http.MethodPut, "/Users/"+id, changed)
	if m := d.member(id); m.EmailAddress != "ada@example.net" || m.Name != "Ada King" || !slices.Equal(roles(m), []string{"stytch_member", "editor"}) {
		t.Errorf("member %+v", m)
	}
	d.wants(http.StatusOK, http.MethodPut, "/Users/"+id, adaInOkta)

	session := must(d.AddSession(id, time.Hour, nil))(t)
	alive := func() bool {
		_, err := d.b2b.Sessions.Authenticate(d.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &session.Token})
		return err == nil
	}
	if !alive() {
		t.Fatal("the session is not active")
	}
	off := d.wants(http.StatusOK, http.MethodPatch, "/Users/"+id, patch(`{"op": "replace", "value": {"active": false}}`)) // Okta
	if m := d.member(id); off["active"] != false || m.Status != b2b.MemberStatusDeleted || len(m.Roles) != 0 || m.SCIMRegistration.SCIMAttributes.Active || alive() {
		t.Errorf("deactivated %v, session %v, member %+v", off, alive(), m)
	}
	if got := d.wants(http.StatusOK, http.MethodGet, "/Users/"+id, ""); got["active"] != false {
		t.Errorf("the directory sees %v", got)
	}
	d.fails(http.StatusConflict, "uniqueness", http.MethodPost, "/Users", adaInOkta) // the directory still has the user

	d.wants(http.StatusOK, http.MethodPatch, "/Users/"+id, patch(`{"op": "Replace", "path": "active", "value": true}`)) // Entra
	if m := d.member(id); m.Status != b2b.MemberStatusActive || !slices.Equal(roles(m), []string{"stytch_member", "domain"}) || alive() {
		t.Errorf("reactivated %+v", m)
	}

	session = must(d.AddSession(id, time.Hour, nil))(t)
	d.wants(http.StatusNoContent, http.MethodDelete, "/Users/"+id, "")
	if m := d.member(id); m.Status != b2b.MemberStatusDeleted || m.SCIMRegistration != nil || alive() {
		t.Errorf("deleted %+v", m)
	}
	d.fails(http.StatusNotFound, "", http.MethodGet, "/Users/"+id, "")
	if again := d.provision(adaInOkta); again == id {
		t.Error("a new user is the deleted one")
	}
}

// TestSCIMAdopts provisions a person who is a member already, and one who is off from the start.
func TestSCIMAdopts(t *testing.T) {
	d := newIDP(t)
	have := must(d.AddMember(b2b.Member{OrganizationID: d.org, EmailAddress: "Ada@Example.com", Status: b2b.MemberStatusInvited}))(t)
	if id := d.provision(adaInOkta); id != have.MemberID {
		t.Error("a member has two records")
	}
	if m := d.member(have.MemberID); m.Status != b2b.MemberStatusActive || m.SCIMRegistration == nil {
		t.Errorf("member %+v", m)
	}
	off := d.provision(strings.Replace(user("charles@example.com"), `"userName"`, `"active": false, "userName"`, 1))
	if m := d.member(off); m.Status != b2b.MemberStatusDeleted {
		t.Errorf("member %+v", m)
	}
	// Another member takes the address; then the first cannot come back.
	must(d.b2b.Organizations.Members.Create(d.ctx, b2b.OrganizationsMembersCreateRequest{OrganizationID: d.org, EmailAddress: "charles@example.com"}))(t)
	d.fails(http.StatusConflict, "uniqueness", http.MethodPatch, "/Users/"+off, patch(`{"op": "replace", "path": "active", "value": true}`))
	must(d.b2b.SCIM.Connection.Delete(d.ctx, b2b.SCIMConnectionDeleteRequest{OrganizationID: d.org, ConnectionID: d.id}))(t)
	if m := d.member(have.MemberID); m.Status != b2b.MemberStatusActive || m.SCIMRegistration != nil {
		t.Errorf("after the connection: %+v", m)
	}
}

func TestSCIMGroups(t *testing.T) {
	d := newIDP(t)
	ada, charles := d.provision(adaInOkta), d.provision(user("charles@example.net"))
	group := func(name string, members ...string) string {
		values := make([]string, len(members))
		for i, id := range members {
			values[i] = `{"value": "` + id + `", "display": "x"}`
		}
		body := `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "` + name + `", "members": [` + strings.Join(values, ",") + `]}`
		return d.wants(http.StatusCreated, http.MethodPost, "/Groups", body)["id"].(string)
	}
	editors := group("Editors", ada)
	group("Readers")
	listed := must(d.b2b.SCIM.Connection.GetGroups(d.ctx, b2b.SCIMConnectionGetGroupsRequest{OrganizationID: d.org, ConnectionID: d.id, Limit: new(1)}))(t)
	if len(listed.SCIMGroups) != 1 || listed.NextCursor == nil {
		t.Fatalf("groups %+v", listed)
	}
	rest := must(d.b2b.SCIM.Connection.GetGroups(d.ctx, b2b.SCIMConnectionGetGroupsRequest{OrganizationID: d.org, ConnectionID: d.id, Cursor: listed.NextCursor}))(t)
	if len(rest.SCIMGroups) != 1 || rest.NextCursor != nil || rest.SCIMGroups[0].GroupID == listed.SCIMGroups[0].GroupID {
		t.Errorf("groups %+v", rest)
	}
	give := func(roleID, groupID string) (*b2b.SCIMConnectionUpdateResponse, error) {
		return d.b2b.SCIM.Connection.Update(d.ctx, b2b.SCIMConnectionUpdateRequest{OrganizationID: d.org, ConnectionID: d.id,
			SCIMGroupImplicitRoleAssignments: []b2b.SCIMGroupRoleAssignment{{RoleID: roleID, GroupID: groupID}}})
	}
	_, err := give("editor", "scim-group-test-none")
	wants(t, err, stytch.ErrSCIMGroupRoleAssignmentGroupDoesNotExist)
	_, answer := d.request(http.MethodPut, "/v1/b2b/scim/"+d.org+"/connection/"+d.id, `{"scim_group_implicit_role_assignments": [{"role_id": "editor", "group_id": "", "group_name": ""}]}`, d.ID, d.Secret)
	if answer["error_type"] != "scim_group_role_assignment_does_not_contain_group_id" {
		t.Errorf("without the id of a group: %v", answer)
	}
	_, err = give("nothing", editors)
	wants(t, err, stytch.ErrInvalidRBACRoleID)
	if given := must(give("editor", editors))(t).Connection.SCIMGroupImplicitRoleAssignments; len(given) != 1 || given[0].GroupName != "Editors" {
		t.Errorf("assignments %+v", given)
	}
	m := d.member(ada)
	if !slices.Contains(roles(m), "editor") || slices.Contains(roles(d.member(charles)), "editor") {
		t.Errorf("roles %+v", m.Roles)
	}
	for _, role := range m.Roles {
		want := []b2b.MemberRoleSource{{Type: "scim_connection_group", Details: map[string]any{"connection_id": d.id, "group_id": editors}}}
		if role.RoleID == "editor" && !reflect.DeepEqual(role.Sources, want) {
			t.Errorf("sources %+v", role.Sources)
		}
	}
	if groups := m.SCIMRegistration.SCIMAttributes.Groups; len(groups) != 1 || groups[0].Value != editors || groups[0].Display != "Editors" {
		t.Errorf("groups of the member %+v", groups)
	}
	session := must(d.AddSession(ada, time.Hour, nil))(t)
	got := must(d.b2b.Sessions.Authenticate(d.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &session.Token}))(t).MemberSession.Roles
	if !slices.Contains(got, "editor") {
		t.Errorf("roles of the session %v", got)
	}

	// Entra adds and removes members by PATCH, each in a way of its own.
	has := func(id string) bool { return slices.Contains(roles(d.member(id)), "editor") }
	d.wants(http.StatusOK, http.MethodPatch, "/Groups/"+editors, patch(`{"op": "Add", "path": "members", "value": [{"value": "`+charles+`"}, {"value": "`+ada+`"}]}`))
	if !has(charles) || !has(ada) {
		t.Error("want both in the group")
	}
	d.wants(http.StatusOK, http.MethodPatch, "/Groups/"+editors, patch(`{"op": "Remove", "path": "members", "value": [{"value": "`+charles+`"}]}`))
	if has(charles) || !has(ada) {
		t.Error("want only Ada in the group")
	}
	d.wants(http.StatusOK, http.MethodPatch, "/Groups/"+editors, patch(`{"op": "remove", "path": "members[value eq \"`+ada+`\"]"}`))
	if has(ada) {
		t.Error("want nobody in the group")
	}
	// Okta sends the id with the name.
	d.wants(http.StatusOK, http.MethodPatch, "/Groups/"+editors, patch(`{"op": "replace", "value": {"id": "`+editors+`", "displayName": "Writers"}},
		{"op": "replace", "path": "members", "value": [{"value": "`+ada+`"}]}`))
	if connection := must(d.b2b.SCIM.Connection.Get(d.ctx, b2b.SCIMConnectionGetRequest{OrganizationID: d.org}))(t).Connection; connection.SCIMGroupImplicitRoleAssignments[0].GroupName != "Writers" || !has(ada) {
		t.Errorf("renamed %+v", connection)
	}
	d.fails(http.StatusBadRequest, "invalidValue", http.MethodPatch, "/Groups/"+editors, patch(`{"op": "add", "path": "members", "value": [{"value": "nobody"}]}`))
	d.wants(http.StatusOK, http.MethodPut, "/Groups/"+editors, `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Writers"}`)
	if has(ada) {
		t.Error("a replacement without members has some")
	}
	d.wants(http.StatusOK, http.MethodPatch, "/Groups/"+editors, patch(`{"op": "add", "path": "members", "value": [{"value": "`+ada+`"}]}`))
	d.wants(http.StatusNoContent, http.MethodDelete, "/Groups/"+editors, "")
	if has(ada) {
		t.Error("the deleted group gives a role")
	}
	d.fails(http.StatusNotFound, "", http.MethodGet, "/Groups/"+editors, "")
}

// TestSCIMPatch has the paths of the standard and those of Entra.
func TestSCIMPatch(t *testing.T) {
	d := newIDP(t)
	id := d.provision(adaInOkta)
	const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	for _, test := range []struct {
		operation string
		get       func(map[string]any) any
		want      any
	}{
		{`{"op": "replace", "path": "name.givenName", "value": "Augusta"}`, func(u map[string]any) any { return u["name"] }, map[string]any{"givenName": "Augusta", "familyName": "Lovelace"}},
		{`{"op": "add", "value": {"name.familyName": "King", "title": "Countess"}}`, func(u map[string]any) any { return u["title"] }, "Countess"},
		{`{"op": "add", "path": "NICKNAME", "value": "Enchantress"}`, func(u map[string]any) any { return u["nickName"] }, "Enchantress"},
		{`{"op": "remove", "path": "nickName"}`, func(u map[string]any) any { return u["nickName"] }, nil},
		{`{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "ada@example.net"}`, func(u map[string]any) any { return u["emails"] },
			[]any{map[string]any{"primary": true, "value": "ada@example.net", "type": "work"}}},
		{`{"op": "add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+15005550006"}`, func(u map[string]any) any { return u["phoneNumbers"] },
			[]any{map[string]any{"type": "mobile", "value": "+15005550006"}}},
		{`{"op": "add", "path": "emails", "value": [{"type": "home", "value": "ada@example.org"}]}`, func(u map[string]any) any { return len(u["emails"].([]any)) }, 2},
		{`{"op": "remove", "path": "emails[type eq \"home\"]"}`, func(u map[string]any) any { return len(u["emails"].([]any)) }, 1},
		{`{"op": "replace", "path": "` + enterprise + `:department", "value": "Engines"}`, func(u map[string]any) any { return u[enterprise].(map[string]any)["department"] }, "Engines"},
		{`{"op": "add", "value": {"` + enterprise + `": {"costCenter": "7"}}}`, func(u map[string]any) any { return u[enterprise].(map[string]any)["costCenter"] }, "7"},
		{`{"op": "replace", "path": "externalId", "value": "00u2"}`, func(u map[string]any) any { return u["externalId"] }, "00u2"},
	} {
		got := d.wants(http.StatusOK, http.MethodPatch, "/Users/"+id, patch(test.operation))
		if have := test.get(got); !reflect.DeepEqual(have, test.want) {
			t.Errorf("%s: %v, want %v", test.operation, have, test.want)
		}
	}
	if m := d.member(id); m.EmailAddress != "ada@example.net" || m.Name != "Augusta King" || *m.SCIMRegistration.ExternalID != "00u2" {
		t.Errorf("member %+v", m)
	}
	before := d.wants(http.StatusOK, http.MethodGet, "/Users/"+id, "")
	for operation, kind := range map[string]string{
		`{"op": "remove"}`: "noTarget",
		`{"op": "replace", "path": "emails[type eq \"fax\"].value", "value": "x"}`:                                               "noTarget",
		`{"op": "replace", "path": "colour", "value": "red"}`:                                                                    "invalidPath",
		`{"op": "replace", "path": "active", "value": "maybe"}`:                                                                  "invalidValue",
		`{"op": "remove", "path": "userName"}`:                                                                                   "invalidValue",
		`{"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "emails", "value": [{"value": "nothing"}]}`: "invalidValue",
		`{"op": "replace", "path": "emails.type", "value": "home"}, {"op": "remove", "path": "userName"}`:                        "invalidValue",
	} {
		d.fails(http.StatusBadRequest, kind, http.MethodPatch, "/Users/"+id, patch(operation))
	}
	if after := d.wants(http.StatusOK, http.MethodGet, "/Users/"+id, ""); !reflect.DeepEqual(before, after) {
		t.Errorf("refused requests changed the user:\n%v\n%v", before, after)
	}
}

// TestSCIMEvents reads the events about what a directory does.
func TestSCIMEvents(t *testing.T) {
	d := newIDP(t)
	var events []string
	received := make(chan struct{}, 10)
	url := receiver(t, handle(func(e stytch.WebhookEvent) error {
		events = append(events, fmt.Sprint(e.Source, " ", e.ObjectType, " ", e.Action, " ", string(e.Object)))
		received <- struct{}{}
		return nil
	}))
	must(d.Webhooks().AddEndpoint(stytchtest.WebhookEndpoint{URL: url, Secret: webhookSecret}))(t)
	ada := d.provision(adaInOkta)
	core := `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Editors", "members": [{"value": "` + ada + `"}]}`
	id := d.wants(http.StatusCreated, http.MethodPost, "/Groups", core)["id"].(string)
	d.wants(http.StatusOK, http.MethodPatch, "/Groups/"+id, patch(`{"op": "remove", "path": "members"}`))
	d.wants(http.StatusOK, http.MethodPatch, "/Groups/"+id, patch(`{"op": "replace", "path": "displayName", "value": "Writers"}`))
	d.wants(http.StatusNoContent, http.MethodDelete, "/Groups/"+id, "")
	group := func(name string) string {
		return `{"group_id":"` + id + `","group_name":"` + name + `","organization_id":"` + d.org + `","connection_id":"` + d.id + `"}`
	}
	want := []string{"SCIM scim_group CREATE " + group("Editors"), "SCIM scim_group UPDATE " + group("Writers"), "SCIM scim_group DELETE "}
	for range 6 { // the member is created and changed twice
		<-received
	}
	events = slices.DeleteFunc(events, func(e string) bool { return strings.HasPrefix(e, "SCIM member ") })
	if !slices.Equal(events, want) {
		t.Errorf("events\n%s\nwant\n%s", strings.Join(events, "\n"), strings.Join(want, "\n"))
	}
}

func TestSCIMLists(t *testing.T) {
	d := newIDP(t)
	ada := d.provision(adaInOkta)
	for _, name := range []string{"b@example.com", "c@example.com", "d@example.net"} {
		d.provision(user(name))
	}
	list := func(query string) []string {
		t.Helper()
		got := d.wants(http.StatusOK, http.MethodGet, "/Users?"+query, "")
		names := []string{}
		for _, one := range got["Resources"].([]any) {
			names = append(names, one.(map[string]any)["userName"].(string))
		}
		return names
	}
	for query, want := range map[string][]string{
		`filter=userName+eq+%22ADA@example.com%22`:                                                       {"ada@example.com"},
		`filter=userName+eq+%22nobody%22`:                                                                {},
		`filter=externalId+eq+%2200u1%22`:                                                                {"ada@example.com"},
		`filter=id+eq+%22` + ada + `%22`:                                                                 {"ada@example.com"},
		`filter=emails.value+eq+%22ada@example.com%22`:                                                   {"ada@example.com"},
		`filter=emails+co+%22ada%22`:                                                                     {"ada@example.com"},
		`filter=emails%5Btype+eq+%22work%22%5D`:                                                          {"ada@example.com"},
		`filter=name.familyName+sw+%22Love%22+and+not+(userName+co+%22net%22)`:                           {"ada@example.com"},
		`filter=userName+ew+%22.net%22+or+userName+sw+%22b@%22`:                                          {"b@example.com", "d@example.net"},
		`filter=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department+eq+%22Research%22`: {"ada@example.com"},
		`filter=meta.lastModified+gt+%222000-01-01T00:00:00Z%22&count=1`:                                 {"ada@example.com"},
		`startIndex=2&count=2`:                                                                           {"b@example.com", "c@example.com"},
		`startIndex=9`:                                                                                   {},
		`count=0`:                                                                                        {},
		`startIndex=-1&count=1`:                                                                          {"ada@example.com"},
		`startIndex=9223372036854775807&count=9223372036854775807`:                                       {},
	} {
		if got := list(query); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	if total := d.wants(http.StatusOK, http.MethodGet, "/Users?count=1", "")["totalResults"]; total != 4.0 {
		t.Errorf("%v users", total)
	}
	only := d.wants(http.StatusOK, http.MethodGet, "/Users/"+ada+"?attributes=userName", "")
	if only["userName"] == nil || only["name"] != nil {
		t.Errorf("chosen attributes %v", only)
	}
	for _, filter := range []string{"userName", "userName+eq", "colour+eq+%22red%22", "name+eq+%22Ada%22", "active+gt+true", "((((", strings.Repeat("(", 2000)} {
		status, fields := d.send(http.MethodGet, "/Users?filter="+filter, "")
		if status != http.StatusBadRequest {
			t.Errorf("filter %.20s: %d %v", filter, status, fields)
		}
	}
	d.fails(http.StatusForbidden, "", http.MethodGet, "/Schemas?filter=attributes+eq+%22x%22", "")
	d.fails(http.StatusBadRequest, "", http.MethodGet, "/Users?count=x", "")
}

func TestSCIMDiscovery(t *testing.T) {
	d := newIDP(t)
	config := d.wants(http.StatusOK, http.MethodGet, "/ServiceProviderConfig", "")
	if config["patch"].(map[string]any)["supported"] != true || config["filter"].(map[string]any)["supported"] != true {
		t.Errorf("configuration %v", config)
	}
	if types := d.wants(http.StatusOK, http.MethodGet, "/ResourceTypes", ""); types["totalResults"] != 2.0 {
		t.Errorf("resource types %v", types)
	}
	d.wants(http.StatusOK, http.MethodGet, "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "")
	d.wants(http.StatusOK, http.MethodGet, "/Schemas", "")
	d.fails(http.StatusNotFound, "", http.MethodGet, "/Devices", "")
	d.fails(http.StatusNotFound, "", http.MethodGet, "/Users/nobody", "")
}

func TestSCIMBadUsers(t *testing.T) {
	d := newIDP(t)
	for body, kind := range map[string]string{
		`{`:                               "invalidSyntax",
		`[]`:                              "invalidSyntax",
		`{"userName": "ada@example.com"}`: "invalidSyntax", // without schemas
		`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}`: "invalidValue",
		user("ada"):                "invalidValue", // no address at all
		user("ada@"):               "invalidValue",
		user(`ada@example.com\nx`): "invalidValue",
		`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada@example.com", "active": "yes"}`: "invalidValue",
		`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": 7}`:                                  "invalidValue",
	} {
		d.fails(http.StatusBadRequest, kind, http.MethodPost, "/Users", body)
	}
	// Some clients send one address in place of a list.
	id := d.provision(`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "emails": {"value": "ada@example.com"}}`)
	if d.member(id).EmailAddress != "ada@example.com" {
		t.Errorf("member %+v", d.member(id))
	}
	d.wants(http.StatusOK, http.MethodGet, "/Users?filter=emails+pr", "")
	deep := strings.Repeat("(", 400_000)
	d.fails(http.StatusBadRequest, "invalidPath", http.MethodPatch, "/Users/"+id, patch(`{"op": "remove", "path": "emails[`+deep+`"}`))
}

// TestSCIMInSnapshots keeps connections, registrations and groups, and not the token.
func TestSCIMInSnapshots(t *testing.T) {
	d := newIDP(t)
	id := d.provision(adaInOkta)
	data := must(d.Snapshot())(t)
	if strings.Contains(string(data), d.token) {
		t.Error("the snapshot has the token")
	}
	d.wants(http.StatusNoContent, http.MethodDelete, "/Users/"+id, "")
	if err := d.Restore(data); err != nil {
		t.Fatal(err)
	}
	if got := d.wants(http.StatusOK, http.MethodGet, "/Users/"+id, ""); got["active"] != true {
		t.Errorf("restored %v", got)
	}
	for _, r := range d.Requests() {
		if strings.Contains(fmt.Sprint(r), d.token) {
			t.Error("a logged request has the token")
		}
	}
	must(d.b2b.Organizations.Delete(d.ctx, b2b.OrganizationsDeleteRequest{OrganizationID: d.org}))(t)
	d.fails(http.StatusUnauthorized, "", http.MethodGet, "/Users", "")
	must(d.Snapshot())(t)
}

// TestSCIMPermissions asks for the permissions of the acting member.
func TestSCIMPermissions(t *testing.T) {
	d := newIDP(t)
	m := must(d.AddMember(b2b.Member{OrganizationID: d.org, EmailAddress: email}))(t)
	by := &b2b.ActingMember{SessionToken: new(must(d.AddSession(m.MemberID, time.Hour, nil))(t).Token)}
	update := func(assignments []b2b.SCIMGroupRoleAssignment) error {
		_, err := d.b2b.SCIM.Connection.Update(d.ctx, b2b.SCIMConnectionUpdateRequest{OrganizationID: d.org, ConnectionID: d.id, ActingMember: by, SCIMGroupImplicitRoleAssignments: assignments})
		return err
	}
	wants(t, update(nil), stytch.ErrSessionAuthorizationError)
	d.Grant("domain", "stytch.scim", "update")
	must(d.b2b.Organizations.Members.Update(d.ctx, b2b.OrganizationsMembersUpdateRequest{OrganizationID: d.org, MemberID: m.MemberID, Roles: []string{"domain"}}))(t)
	if err := update(nil); err != nil {
		t.Error(err)
	}
	wants(t, update([]b2b.SCIMGroupRoleAssignment{}), stytch.ErrSessionAuthorizationError)
	_, err := d.b2b.SCIM.Connection.Get(d.ctx, b2b.SCIMConnectionGetRequest{OrganizationID: d.org, ActingMember: by})
	wants(t, err, stytch.ErrSessionAuthorizationError)
}
