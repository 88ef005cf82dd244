package stytchtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
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

// documents is a policy with one resource and one role.
var documents = stytch.RBACPolicy{
	Roles: []stytch.RBACRole{{RoleID: "editor", Description: "Writes.", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"read", "update"}}}}},
	Resources: []stytch.RBACResource{
		{ResourceID: "documents", Description: "What people write.", Actions: []string{"read", "update", "delete"}},
		{ResourceID: "billing", Actions: []string{"pay"}},
	},
	Scopes: []stytch.RBACScope{{Scope: "read:documents", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"read"}}}}},
}

// TestSetPolicy has both APIs answer with the policy that was set, and keeps it in a snapshot.
func TestSetPolicy(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.SetPolicy(documents)
	for name, policy := range map[string]*stytch.RBACPolicy{
		"consumer": must(c.client.RBAC.Policy(c.ctx, stytch.RBACPolicyRequest{}))(t).Policy,
		"b2b":      must(c.b2b.RBAC.Policy(c.ctx, b2b.RBACPolicyRequest{}))(t).Policy,
	} {
		builtin := map[string]int{"consumer": 1, "b2b": 2}[name]
		if len(policy.Roles) != builtin+1 || !reflect.DeepEqual(policy.Roles[builtin], documents.Roles[0]) {
			t.Errorf("%s: roles %v", name, policy.Roles)
		}
		if !reflect.DeepEqual(policy.Resources[len(policy.Resources)-1].Actions, []string{"pay"}) || !reflect.DeepEqual(policy.Scopes, documents.Scopes) {
			t.Errorf("%s: resources %v, scopes %v", name, policy.Resources, policy.Scopes)
		}
		for _, r := range policy.Resources {
			if strings.HasPrefix(r.ResourceID, "stytch.") != (name == "b2b" && r.ResourceID != "documents" && r.ResourceID != "billing") {
				t.Errorf("%s: resource %s", name, r.ResourceID)
			}
		}
	}
	again := stytchtest.NewServer(t, func(config *stytchtest.Config) { config.Snapshot = must(c.Snapshot())(t) })
	if !reflect.DeepEqual(again.Policy(), c.Policy()) {
		t.Errorf("policy %v, want %v", again.Policy(), c.Policy())
	}
	c.Reset()
	if got := c.Policy(); len(got.Roles) != 0 || len(got.Resources) != 0 {
		t.Errorf("after a reset: %v", got)
	}
}

// TestEditBuiltinRoles has a role of the service with other permissions than usual.
func TestEditBuiltinRoles(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	rename := func() error {
		_, err := c.b2b.Organizations.Members.Update(c.ctx, b2b.OrganizationsMembersUpdateRequest{
			OrganizationID: "engines", MemberID: m.MemberID, Name: new("Ada"), ActingMember: &b2b.ActingMember{SessionToken: &s.Token}})
		return err
	}
	if err := rename(); err != nil {
		t.Error(err)
	}
	c.SetPolicy(stytch.RBACPolicy{Roles: []stytch.RBACRole{{RoleID: "stytch_member"}}})
	wants(t, rename(), stytch.ErrSessionAuthorizationError)
	c.Grant("stytch_member", "stytch.member", "update.info.name")
	if err := rename(); err != nil {
		t.Error(err)
	}
	c.SetPolicy(stytch.RBACPolicy{})
	c.Grant("stytch_member", "documents", "read") // the usual permissions stay
	if err := rename(); err != nil {
		t.Error(err)
	}
}

func TestOrganizationPolicy(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.SetPolicy(documents)
	api := c.b2b.RBAC.Organizations
	if got := must(api.GetOrgPolicy(c.ctx, b2b.RBACOrganizationsGetOrgPolicyRequest{OrganizationID: "engines"}))(t).OrgPolicy; len(got.Roles) != 0 {
		t.Errorf("before: %v", got)
	}
	permit := func(resource string, actions ...string) []b2b.CustomRolePermission {
		return []b2b.CustomRolePermission{{ResourceID: resource, Actions: actions}}
	}
	set := func(roles ...b2b.CustomRole) error {
		_, err := api.SetOrgPolicy(c.ctx, b2b.RBACOrganizationsSetOrgPolicyRequest{OrganizationID: c.org.OrganizationID, OrgPolicy: b2b.OrgPolicy{Roles: roles}}, stytch.WithoutCallValidation())
		return err
	}
	auditor := b2b.CustomRole{RoleID: "auditor", Description: "Reads.", Permissions: permit("documents", "read")}
	payer := b2b.CustomRole{RoleID: "payer", Permissions: permit("billing", "*")}
	if err := set(auditor, payer); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		role b2b.CustomRole
		want stytch.ErrorType
	}{
		{"no id", b2b.CustomRole{Permissions: permit("documents", "read")}, stytch.ErrEmptyRBACRoleID},
		{"role of the service", b2b.CustomRole{RoleID: "stytch_member", Permissions: permit("documents", "read")}, stytch.ErrInvalidRBACStytchRoleEdit},
		{"role of the project", b2b.CustomRole{RoleID: "editor", Permissions: permit("documents", "read")}, stytch.ErrRBACOrgCustomRolesOnly},
		{"twice", auditor, stytch.ErrRBACRoleDuplicate},
		{"no permission", b2b.CustomRole{RoleID: "x"}, stytch.ErrRBACRoleMissingPermissions},
		{"no resource", b2b.CustomRole{RoleID: "x", Permissions: permit("", "read")}, stytch.ErrEmptyRBACResourceID},
		{"unknown resource", b2b.CustomRole{RoleID: "x", Permissions: permit("planets", "read")}, stytch.ErrInvalidPermissionResource},
		{"no action", b2b.CustomRole{RoleID: "x", Permissions: permit("documents")}, stytch.ErrRBACPermissionMissingActions},
		{"unknown action", b2b.CustomRole{RoleID: "x", Permissions: permit("documents", "teleport")}, stytch.ErrInvalidPermissionAction},
		{"action twice", b2b.CustomRole{RoleID: "x", Permissions: permit("documents", "read", "read")}, stytch.ErrRBACActionDuplicate},
		{"all actions and one", b2b.CustomRole{RoleID: "x", Permissions: permit("documents", "*", "read")}, stytch.ErrCannotSpecifyWildcardWithOtherActions},
	} {
		if err := set(auditor, test.role); !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
	}
	got := must(api.GetOrgPolicy(c.ctx, b2b.RBACOrganizationsGetOrgPolicyRequest{OrganizationID: c.org.OrganizationID}))(t).OrgPolicy
	if want := []b2b.CustomRole{auditor, payer}; !reflect.DeepEqual(got.Roles, want) {
		t.Errorf("roles %v, want %v", got.Roles, want)
	}
	if err := set(payer); err != nil {
		t.Fatal(err)
	}
	if o := c.Organizations()[0]; len(o.CustomRoles) != 1 || o.CustomRoles[0].RoleID != "payer" {
		t.Errorf("the organization has the roles %v", o.CustomRoles)
	}
	_, err := api.GetOrgPolicy(c.ctx, b2b.RBACOrganizationsGetOrgPolicyRequest{OrganizationID: "organization-test-none"})
	wants(t, err, stytch.ErrOrganizationNotFound)
}

// TestRolesOfSessions has roles count by where they come from.
func TestRolesOfSessions(t *testing.T) {
	c := newCompany(t, b2b.Organization{RBACEmailImplicitRoleAssignments: []b2b.EmailImplicitRoleAssignment{{Domain: "example.com", RoleID: "local"}}})
	for _, role := range []string{"direct", "local", "sso", "group", "scim", "both"} {
		c.Grant(role, role, "read")
	}
	source := func(kinds ...string) (sources []b2b.MemberRoleSource) {
		for _, kind := range kinds {
			sources = append(sources, b2b.MemberRoleSource{Type: kind, Details: map[string]any{"connection_id": "saml-connection-test-1"}})
		}
		return sources
	}
	m := c.member(b2b.Member{Roles: []b2b.MemberRole{
		{RoleID: "stytch_member"}, {RoleID: "direct", Sources: source("direct_assignment")}, {RoleID: "local", Sources: source("email_assignment")},
		{RoleID: "sso", Sources: source("sso_connection")}, {RoleID: "group", Sources: source("sso_connection_group")},
		{RoleID: "scim", Sources: source("scim_connection_group")}, {RoleID: "both", Sources: source("sso_connection", "direct_assignment")},
	}})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	auth := must(c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &s.Token}))(t)
	if want := []string{"stytch_member", "direct", "local", "scim", "both"}; !reflect.DeepEqual(auth.MemberSession.Roles, want) {
		t.Errorf("roles %v, want %v", auth.MemberSession.Roles, want)
	}
	local := must(c.b2b.Sessions.AuthenticateJWTLocal(c.ctx, auth.SessionJWT))(t)
	if !reflect.DeepEqual(local.Roles, auth.MemberSession.Roles) {
		t.Errorf("the JWT has the roles %v", local.Roles)
	}
	for resource, allowed := range map[string]bool{"direct": true, "local": true, "sso": false, "group": false, "scim": true, "both": true} {
		_, err := c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &s.Token,
			AuthorizationCheck: &b2b.AuthorizationCheck{OrganizationID: c.org.OrganizationID, ResourceID: resource, Action: "read"}})
		if (err == nil) != allowed {
			t.Errorf("%s: error %v, allowed: %v", resource, err, allowed)
		}
	}
}

// actingCalls returns every call of the B2B API that can be made on behalf of a member, by its name in
// Go. Each takes the member, and values for its other arguments by their names in the API.
func actingCalls(client *b2b.Client) map[string]func(ctx context.Context, by *b2b.ActingMember, arguments []byte) error {
	calls := map[string]func(context.Context, *b2b.ActingMember, []byte) error{}
	var walk func(name string, service reflect.Value)
	walk = func(name string, service reflect.Value) {
		for i := range service.NumMethod() {
			method := service.Method(i)
			if method.Type().NumIn() < 2 || method.Type().In(1).Kind() != reflect.Struct {
				continue
			}
			request := method.Type().In(1)
			if _, acts := request.FieldByName("ActingMember"); !acts || method.Type().NumOut() != 2 {
				continue
			}
			calls[name+service.Type().Method(i).Name] = func(ctx context.Context, by *b2b.ActingMember, arguments []byte) error {
				q := reflect.New(request)
				if err := json.Unmarshal(arguments, q.Interface()); err != nil {
					return err
				}
				q.Elem().FieldByName("ActingMember").Set(reflect.ValueOf(by))
				out := method.Call([]reflect.Value{reflect.ValueOf(ctx), q.Elem()})
				err, _ := out[1].Interface().(error)
				return err
			}
		}
		for i := range service.Elem().NumField() {
			if field := service.Elem().Type().Field(i); field.IsExported() && field.Type.Kind() == reflect.Pointer {
				walk(name+field.Name+".", service.Elem().Field(i))
			}
		}
	}
	walk("", reflect.ValueOf(client))
	return calls
}

// TestEveryActingCall has every call that the emulator answers respect the member on whose behalf it is
// made. A call that gets rules later is tested without a change here.
func TestEveryActingCall(t *testing.T) {
	// No permission is published for these; any member of the organization may make them.
	open := []string{
		"Organizations.DeleteExternalID", "Organizations.ConnectedApps", "Organizations.GetConnectedApp", "Organizations.Members.DeleteExternalID",
		"Organizations.Update", "Organizations.Members.Update", // without a field that needs one
	}
	emulated := 0
	calls := actingCalls(newCompany(t, b2b.Organization{}).b2b)
	if len(calls) < 30 {
		t.Fatalf("only %d calls were found", len(calls))
	}
	for name := range calls {
		t.Run(name, func(t *testing.T) {
			c := newCompany(t, b2b.Organization{OrganizationExternalID: new("engines-1")})
			c.SetPolicy(stytch.RBACPolicy{Roles: []stytch.RBACRole{{RoleID: "stytch_member"}}}) // not even for themselves
			call := actingCalls(c.b2b)[name]
			other := c.AddOrganization(b2b.Organization{OrganizationName: "Other"})
			actor := func(organization, address string, roles ...string) (b2b.Member, *b2b.ActingMember) {
				m := b2b.Member{OrganizationID: organization, EmailAddress: address, MemberPasswordID: "member-password-test-" + address}
				for _, role := range append(roles, "stytch_member") {
					m.Roles = append(m.Roles, b2b.MemberRole{RoleID: role})
				}
				m = must(c.AddMember(m))(t)
				return m, &b2b.ActingMember{SessionJWT: new(must(c.AddSession(m.MemberID, time.Hour, nil))(t).JWT)}
			}
			target, self := actor(c.org.OrganizationID, email)
			_, stranger := actor(other.OrganizationID, email, "stytch_admin")
			arguments := must(json.Marshal(map[string]any{
				"organization_id": c.org.OrganizationID, "organization_ids": []string{c.org.OrganizationID}, "member_id": target.MemberID,
				"email_address":      map[bool]string{true: target.EmailAddress, false: "new@example.com"}[strings.Contains(name, "RequireReset") || strings.Contains(name, "Delete")],
				"member_password_id": target.MemberPasswordID, "connection_id": "saml-connection-test-1", "connected_app_id": "connected-app-test-1",
				"certificate_id": "certificate-test-1", "private_key_id": "key-test-1", "metadata_url": "https://idp.example.com/metadata",
				"external_organization_id": other.OrganizationID, "external_connection_id": "saml-connection-test-2",
			}))(t)
			if strings.Contains(name, "Members.Update") {
				arguments = must(json.Marshal(map[string]any{"organization_id": c.org.OrganizationID, "member_id": target.MemberID}))(t)
			}
			var answer *stytch.Error
			err := call(c.ctx, stranger, arguments)
			if errors.As(err, &answer) && answer.StatusCode == http.StatusNotImplemented {
				return
			}
			emulated++
			wants(t, err, stytch.ErrSessionAuthorizationTenancyError)
			wants(t, call(c.ctx, &b2b.ActingMember{SessionToken: new("none")}, arguments), stytch.ErrSessionNotFound)
			if slices.Contains(open, name) {
				return
			}
			wants(t, call(c.ctx, self, arguments), stytch.ErrSessionAuthorizationError)
		})
	}
	if emulated < 10 {
		t.Errorf("the emulator answers only %d of the calls", emulated)
	}
}

// dice makes random policies, roles and checks out of few names, so that they often meet.
type dice struct{ *rand.Rand }

func (d dice) one(of ...string) string { return of[d.IntN(len(of))] }

func (d dice) some(most int, of ...string) []string {
	list := []string{}
	for range d.IntN(most + 1) {
		list = append(list, d.one(of...))
	}
	return list
}

var (
	roleNames     = []string{"reader", "editor", "owner", "Reader", "reader ", "*", "stytch_user", "stytch_member", "stytch_admin"}
	resourceNames = []string{"documents", "images", "Documents", "documents.drafts", "*", "stytch.member"}
	actionNames   = []string{"read", "update", "delete", "Read", "read.all", "*"}
)

func (d dice) permissions() []stytch.RBACPermission {
	var list []stytch.RBACPermission
	for range 1 + d.IntN(5) {
		list = append(list, stytch.RBACPermission{ResourceID: d.one(resourceNames...), Actions: d.some(4, actionNames...)})
	}
	return list
}

func (d dice) policy() stytch.RBACPolicy {
	var p stytch.RBACPolicy
	for range d.IntN(8) {
		p.Roles = append(p.Roles, stytch.RBACRole{RoleID: d.one(roleNames...), Permissions: d.permissions()})
	}
	return p
}

func (d dice) ownRoles() []b2b.CustomRole {
	var list []b2b.CustomRole
	for range d.IntN(3) {
		role := b2b.CustomRole{RoleID: d.one(roleNames...)}
		for _, p := range d.permissions() {
			role.Permissions = append(role.Permissions, b2b.CustomRolePermission(p))
		}
		list = append(list, role)
	}
	return list
}

// agreement compares what the SDK decides locally with what the service decides.
type agreement struct {
	*testing.T
	counts map[string]int
}

func (a *agreement) check(what string, local, remote error) {
	a.Helper()
	kind := func(err error) string {
		switch {
		case err == nil:
			return "yes"
		case errors.Is(err, stytch.ErrSessionAuthorizationTenancyError):
			return "another organization"
		case errors.Is(err, stytch.ErrSessionAuthorizationError), errors.Is(err, stytch.ErrConsumerSessionAuthorizationError):
			return "no"
		}
		return err.Error()
	}
	a.counts[kind(remote)]++
	if kind(local) != kind(remote) {
		a.Fatalf("%s:\nlocally: %v\nremotely: %v", what, local, remote)
	}
}

// policyCalls fails a test if a client makes another call than those for policies.
type policyCalls struct {
	t    *testing.T
	next http.RoundTripper
}

func (p policyCalls) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, "/rbac/") {
		p.t.Errorf("the service was asked: %s", r.URL.Path)
	}
	return p.next.RoundTrip(r)
}

// TestActingMemberWithoutSession names a member without a session, and one in the body, where no client does.
func TestActingMemberWithoutSession(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	_, err := c.Perform("b2b.sso.get_connections", map[string]any{"organization_id": "engines", "acting_member": map[string]any{}})
	wants(t, err, stytch.ErrNoSessionArguments)
	if status, answer := c.post("/v1/b2b/organizations", `{"organization_name": "Works", "acting_member": {"session_token": "none"}}`, c.ID, c.Secret); status != http.StatusOK {
		t.Errorf("status %d: %v", status, answer)
	}
	status, answer := c.request(http.MethodPut, "/v1/b2b/organizations/engines", `{"organization_name": "Works", "acting_member": {}}`, c.ID, c.Secret)
	if status != http.StatusOK {
		t.Errorf("status %d: %v", status, answer)
	}
}

// TestLocalDecisions compares thousands of random checks.
func TestLocalDecisions(t *testing.T) {
	const policies, checks = 100, 12
	w := newWorld(t, func(config *stytchtest.Config) { config.Validate = nil }) // other tests do that
	c := &company{w, w.B2B(), w.AddOrganization(b2b.Organization{OrganizationSlug: "engines"})}
	d := dice{rand.New(rand.NewPCG(1, 2))}
	users, members := agreement{t, map[string]int{}}, agreement{t, map[string]int{}}
	keys := must(c.client.Sessions.GetJWKS(c.ctx, stytch.SessionsGetJWKSRequest{ProjectID: c.ID}))(t).Keys
	other := c.AddOrganization(b2b.Organization{OrganizationName: "Other"})
	for i := range policies {
		policy := d.policy()
		c.SetPolicy(policy)
		own := map[string][]b2b.CustomRole{}
		for _, o := range []b2b.Organization{c.org, other} {
			own[o.OrganizationID] = d.ownRoles()
			if err := c.UpdateOrganization(o.OrganizationID, func(to *b2b.Organization) { to.CustomRoles = own[o.OrganizationID] }); err != nil {
				t.Fatal(err)
			}
		}
		roles := append(d.some(5, roleNames...), "stytch_user", "stytch_member")
		user := c.AddUser(stytch.User{Roles: roles})
		m := b2b.Member{OrganizationID: c.org.OrganizationID, EmailAddress: fmt.Sprintf("m%d@example.com", i)}
		for _, role := range roles {
			m.Roles = append(m.Roles, b2b.MemberRole{RoleID: role})
		}
		m = must(c.AddMember(m))(t)
		ofUser := must(c.AddSession(user.UserID, time.Hour, nil))(t)
		ofMember := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
		onlyPolicies := stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return policyCalls{t, next} })
		consumer, company := c.Client(stytch.WithJWTKeys(keys...), onlyPolicies), c.B2B(stytch.WithJWTKeys(keys...), onlyPolicies) // without a cached policy
		for range checks {
			check := stytch.AuthorizationCheck{ResourceID: d.one(resourceNames...), Action: d.one(actionNames...)}
			what := fmt.Sprintf("%+v with the roles %q and the policy %+v", check, roles, policy)
			_, local := consumer.Sessions.AuthenticateJWT(c.ctx, stytch.AuthenticateJWTRequest{SessionJWT: ofUser.JWT, AuthorizationCheck: &check})
			_, remote := c.client.Sessions.Authenticate(c.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &ofUser.Token, AuthorizationCheck: &check})
			users.check(what, local, remote)

			in := b2b.AuthorizationCheck{OrganizationID: c.org.OrganizationID, ResourceID: check.ResourceID, Action: check.Action}
			if d.IntN(5) == 0 {
				in.OrganizationID = d.one(other.OrganizationID, "engines", strings.ToUpper(c.org.OrganizationID), "*")
			}
			what = fmt.Sprintf("%+v with the roles %q, the policy %+v and the organizations %+v", in, roles, policy, own)
			_, local = company.Sessions.AuthenticateJWT(c.ctx, b2b.AuthenticateJWTRequest{SessionJWT: ofMember.JWT, AuthorizationCheck: &in})
			_, remote = c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &ofMember.Token, AuthorizationCheck: &in})
			members.check(what, local, remote)
		}
	}
	for _, a := range []agreement{users, members} {
		if a.counts["yes"] < 200 || a.counts["no"] < 200 || len(a.counts) > 3 {
			t.Errorf("the random checks are one-sided: %v", a.counts)
		}
	}
	t.Logf("users: %v; members: %v", users.counts, members.counts)
}
