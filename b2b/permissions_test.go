package b2b_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// office is an emulator with two organizations, and a member of the first with roles. The role auditor
// exists in that organization only.
type office struct {
	*testing.T
	srv        *stytchtest.Server
	client     *b2b.Client
	session    stytchtest.Session
	own, other string
}

func newOffice(t *testing.T, opts ...stytch.Option) *office {
	t.Helper()
	srv := stytchtest.NewServer(t)
	srv.Grant("editor", "documents", "read", "update")
	srv.Grant("owner", "documents", "*")
	auditor := b2b.CustomRole{RoleID: "auditor", Permissions: []b2b.CustomRolePermission{{ResourceID: "documents", Actions: []string{"export"}}}}
	o := &office{T: t, srv: srv, client: srv.B2B(append(opts, stytch.WithMaxRetries(0))...)}
	o.own = srv.AddOrganization(b2b.Organization{OrganizationSlug: "engines", CustomRoles: []b2b.CustomRole{auditor}}).OrganizationID
	o.other = srv.AddOrganization(b2b.Organization{OrganizationSlug: "looms"}).OrganizationID
	o.session = o.login(o.own, "editor", "auditor")
	return o
}

// login adds a member with roles, and returns a session.
func (o *office) login(organizationID string, roles ...string) stytchtest.Session {
	o.Helper()
	m := b2b.Member{OrganizationID: organizationID, EmailAddress: fmt.Sprintf("%d@example.com", len(o.srv.Members(""))), Roles: []b2b.MemberRole{{RoleID: "stytch_member"}}}
	for _, role := range roles {
		m.Roles = append(m.Roles, b2b.MemberRole{RoleID: role})
	}
	m, err := o.srv.AddMember(m)
	if err != nil {
		o.Fatal(err)
	}
	session, err := o.srv.AddSession(m.MemberID, 24*time.Hour, nil)
	if err != nil {
		o.Fatal(err)
	}
	return session
}

func (o *office) ask(organizationID, resource, action string) error {
	_, err := o.client.Sessions.AuthenticateJWT(o.Context(), b2b.AuthenticateJWTRequest{
		SessionJWT: o.session.JWT, AuthorizationCheck: &b2b.AuthorizationCheck{OrganizationID: organizationID, ResourceID: resource, Action: action},
	})
	return err
}

// calls compares the number of calls so far.
func (o *office) calls(policy, organization, authenticate int) {
	o.Helper()
	got := [3]int{o.srv.Calls("b2b.rbac.policy"), o.srv.Calls("b2b.rbac.organizations.get_org_policy"), o.srv.Calls("b2b.sessions.authenticate")}
	if want := [3]int{policy, organization, authenticate}; got != want {
		o.Errorf("calls of rbac.policy, get_org_policy and sessions.authenticate: %v, want %v", got, want)
	}
}

// refused checks that an error is a refusal with this type, and nothing else.
func refused(t *testing.T, err error, want stytch.ErrorType) {
	t.Helper()
	if !errors.Is(err, stytch.ErrNotAllowed) || !errors.Is(err, want) || stytch.LoggedOut(err) || stytch.PublicErrorOf(err).Status != http.StatusForbidden {
		t.Errorf("error %v, want a refusal with %s", err, want)
	}
}

func TestPermissionWithoutACall(t *testing.T) {
	o := newOffice(t)
	for range 20 {
		if err := o.ask(o.own, "documents", "update"); err != nil {
			t.Fatal(err)
		}
		refused(t, o.ask(o.other, "documents", "update"), stytch.ErrSessionAuthorizationTenancyError)
		refused(t, o.ask("engines", "documents", "update"), stytch.ErrSessionAuthorizationTenancyError)
	}
	o.calls(1, 0, 0) // the policy of the project is enough
	for range 20 {
		if err := o.ask(o.own, "documents", "export"); err != nil {
			t.Fatal(err)
		}
		if err := o.ask(o.own, "stytch.self", "update.info.name"); err != nil {
			t.Fatal(err)
		}
		refused(t, o.ask(o.own, "documents", "delete"), stytch.ErrSessionAuthorizationError)
		refused(t, o.ask(o.own, "stytch.member", "create"), stytch.ErrSessionAuthorizationError)
	}
	o.calls(1, 1, 0)
	o.session = o.login(o.other, "auditor") // a role that this organization does not have
	refused(t, o.ask(o.other, "documents", "export"), stytch.ErrSessionAuthorizationError)
	o.calls(1, 2, 0)
}

// TestOtherOrganizationWithoutAFetch: the organization is compared before anything is fetched.
func TestOtherOrganizationWithoutAFetch(t *testing.T) {
	o := newOffice(t)
	refused(t, o.ask(o.other, "documents", "read"), stytch.ErrSessionAuthorizationTenancyError)
	o.calls(0, 0, 0)
	var invalid *stytch.ValidationError
	for _, check := range [][3]string{{"", "documents", "read"}, {o.own, "", "read"}, {o.own, "documents", ""}} {
		if err := o.ask(check[0], check[1], check[2]); !errors.As(err, &invalid) || errors.Is(err, stytch.ErrNotAllowed) {
			t.Errorf("%q: error %v, want a ValidationError", check, err)
		}
	}
	o.calls(0, 0, 0)
}

// TestOrganizationPolicyNotAvailable: where organizations cannot have roles of their own, what the
// project allows is still decided locally. The service decides the rest.
func TestOrganizationPolicyNotAvailable(t *testing.T) {
	o := newOffice(t)
	o.srv.Fail(stytchtest.Fault{Call: "b2b.rbac.organizations.get_org_policy", ErrorType: "bad_request"})
	for range 3 {
		if err := o.ask(o.own, "documents", "update"); err != nil {
			t.Error(err)
		}
	}
	o.calls(1, 0, 0)
	for range 3 {
		refused(t, o.ask(o.own, "documents", "delete"), stytch.ErrSessionAuthorizationError)
		if err := o.ask(o.own, "documents", "export"); err != nil {
			t.Error(err)
		}
	}
	o.calls(1, 1, 6)
}

// TestPermissionOfTheService: where the service is asked, its refusal is the same error.
func TestPermissionOfTheService(t *testing.T) {
	o := newOffice(t)
	for organization, want := range map[string]stytch.ErrorType{o.own: stytch.ErrSessionAuthorizationError, o.other: stytch.ErrSessionAuthorizationTenancyError} {
		check := &b2b.AuthorizationCheck{OrganizationID: organization, ResourceID: "documents", Action: "delete"}
		_, err := o.client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionToken: o.session.Token, AuthorizationCheck: check})
		refused(t, err, want)
		_, err = o.client.Sessions.Authenticate(t.Context(), b2b.SessionsAuthenticateRequest{SessionToken: &o.session.Token, AuthorizationCheck: check})
		refused(t, err, want)
	}
	o.calls(0, 0, 4)
}

// get requests a page behind the middleware, with the JWT of the session.
func (o *office) get(opts stytch.MiddlewareOptions, path string, handler http.HandlerFunc) (int, string) {
	o.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /{organization}/documents", o.client.Sessions.Middleware(opts)(handler))
	mux.Handle("GET /documents", o.client.Sessions.Middleware(opts)(handler))
	r, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
	r.Header.Set("Authorization", "Bearer "+o.session.JWT)
	mux.ServeHTTP(w, r.WithContext(o.Context()))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestMiddlewareChecks(t *testing.T) {
	o := newOffice(t)
	organization := func(r *http.Request) string { return r.PathValue("organization") }
	for _, c := range []struct {
		name   string
		opts   stytch.MiddlewareOptions
		path   string
		status int
		err    stytch.ErrorType
	}{
		{"a permission", stytch.MiddlewareOptions{Check: stytch.FixedCheck("documents", "export")}, "/documents", 200, ""},
		{"no permission", stytch.MiddlewareOptions{Check: stytch.FixedCheck("documents", "delete")}, "/documents", 403, stytch.ErrSessionAuthorizationError},
		{"the own organization", stytch.MiddlewareOptions{Organization: organization}, "/" + o.own + "/documents", 200, ""},
		{"another organization", stytch.MiddlewareOptions{Organization: organization}, "/" + o.other + "/documents", 403, stytch.ErrSessionAuthorizationTenancyError},
		{"a slug", stytch.MiddlewareOptions{Organization: organization}, "/engines/documents", 403, stytch.ErrSessionAuthorizationTenancyError},
		{"an organization that the path does not have", stytch.MiddlewareOptions{Organization: organization}, "/documents", 403, stytch.ErrSessionAuthorizationTenancyError},
		{"both", stytch.MiddlewareOptions{Organization: organization, Check: stytch.FixedCheck("documents", "read")}, "/" + o.own + "/documents", 200, ""},
		{"both, in another organization", stytch.MiddlewareOptions{Organization: organization, Check: stytch.FixedCheck("documents", "read")}, "/" + o.other + "/documents", 403, stytch.ErrSessionAuthorizationTenancyError},
		{"both, without the permission", stytch.MiddlewareOptions{Organization: organization, Check: stytch.FixedCheck("documents", "delete")}, "/" + o.own + "/documents", 403, stytch.ErrSessionAuthorizationError},
	} {
		t.Run(c.name, func(t *testing.T) {
			var reason error
			opts := c.opts
			opts.Forbidden = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				reason = b2b.SessionErrorFrom(r.Context())
				if session, ok := b2b.SessionFrom(r.Context()); !ok || session.OrganizationID != o.own {
					t.Error("the handler does not know the session")
				}
				stytch.PublicErrorOf(reason).Write(w)
			})
			status, text := o.get(opts, c.path, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") })
			if status != c.status {
				t.Errorf("%d %q, want %d", status, text, c.status)
			}
			if c.err != "" {
				refused(t, reason, c.err)
			}
		})
	}
	o.calls(1, 1, 0)
}

func TestAllowedInAHandler(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		organization, action string
		err                  stytch.ErrorType
	}{
		{o.own, "update", ""}, {o.own, "export", ""}, {o.own, "delete", stytch.ErrSessionAuthorizationError},
		{o.other, "update", stytch.ErrSessionAuthorizationTenancyError}, {"engines", "update", stytch.ErrSessionAuthorizationTenancyError},
	} {
		status, _ := o.get(stytch.MiddlewareOptions{}, "/documents", func(w http.ResponseWriter, r *http.Request) {
			ok, err := b2b.Allowed(r.Context(), c.organization, "documents", c.action)
			if ok != (c.err == "") || ok != (err == nil) {
				t.Errorf("%s in %s: %v, %v", c.action, c.organization, ok, err)
			}
			if !ok {
				refused(t, err, c.err)
			}
			if ok, err := b2b.Allowed(r.Context(), "", "documents", "read"); ok || err == nil {
				t.Errorf("without an organization: %v, %v", ok, err)
			}
			if ok, err := stytch.Allowed(r.Context(), "documents", "read"); ok || err == nil {
				t.Errorf("a member's session is taken for a user's: %v, %v", ok, err)
			}
		})
		if status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	o.calls(1, 1, 0)
	if ok, err := b2b.Allowed(t.Context(), o.own, "documents", "read"); ok || !stytch.LoggedOut(err) {
		t.Errorf("outside of the middleware: %v, %v", ok, err)
	}
}

func TestAllowedInATest(t *testing.T) {
	policy := &stytch.RBACPolicy{Roles: []stytch.RBACRole{
		{RoleID: "stytch_member", Permissions: []stytch.RBACPermission{{ResourceID: "stytch.self", Actions: []string{"*"}}}},
		{RoleID: "editor", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"read"}}}},
	}}
	ctx := b2b.ContextWithPolicy(b2b.ContextWithSession(t.Context(), &b2b.MemberSession{OrganizationID: "organization-1", Roles: []string{"editor"}}), policy)
	for _, c := range [][3]string{{"organization-1", "documents", "read"}, {"organization-1", "stytch.self", "delete"}} {
		if ok, err := b2b.Allowed(ctx, c[0], c[1], c[2]); !ok || err != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
	_, err := b2b.Allowed(ctx, "organization-1", "documents", "delete")
	refused(t, err, stytch.ErrSessionAuthorizationError)
	_, err = b2b.Allowed(ctx, "organization-2", "documents", "read")
	refused(t, err, stytch.ErrSessionAuthorizationTenancyError)
	if session, ok := b2b.SessionFrom(ctx); !ok || session.OrganizationID != "organization-1" {
		t.Error("the session is gone")
	}
}

// TestManyOrganizationsAtOnce: any number of requests at once cost one fetch for each policy, and no
// member gets the permissions of another organization.
func TestManyOrganizationsAtOnce(t *testing.T) {
	o := newOffice(t)
	inOwn, inOther := o.session, o.login(o.other, "editor", "auditor")
	var group sync.WaitGroup
	for i := range 60 {
		session, organization := inOwn, o.own
		if i%2 == 1 {
			session, organization = inOther, o.other
		}
		group.Go(func() {
			_, err := o.client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: session.JWT,
				AuthorizationCheck: &b2b.AuthorizationCheck{OrganizationID: organization, ResourceID: "documents", Action: "export"}})
			if allowed := organization == o.own; (err == nil) != allowed {
				t.Errorf("allowed: %v, error %v", allowed, err)
			}
		})
	}
	group.Wait()
	o.calls(1, 2, 0)
}
