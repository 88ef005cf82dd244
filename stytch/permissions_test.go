package stytch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// office is an emulator with a policy and the session of a user with roles.
type office struct {
	*testing.T
	srv     *stytchtest.Server
	client  *stytch.Client
	session stytchtest.Session
	userID  string
}

func newOffice(t *testing.T, opts ...stytch.Option) *office {
	t.Helper()
	srv := stytchtest.NewServer(t)
	srv.Grant("stytch_user", "profile", "read")
	srv.Grant("editor", "documents", "read", "update")
	srv.Grant("owner", "documents", "*")
	user := srv.AddUser(stytch.User{Roles: []string{"stytch_user", "editor"}})
	session, err := srv.AddSession(user.UserID, 24*time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &office{t, srv, srv.Client(append(opts, stytch.WithMaxRetries(0))...), session, user.UserID}
}

// ask checks a permission with the JWT of the session.
func (o *office) ask(resource, action string) error {
	_, err := o.client.Sessions.AuthenticateJWT(o.Context(), stytch.AuthenticateJWTRequest{
		SessionJWT: o.session.JWT, AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: resource, Action: action},
	})
	return err
}

// calls compares the number of calls so far: of rbac.policy, and of sessions.authenticate.
func (o *office) calls(policy, authenticate int) {
	o.Helper()
	if p, a := o.srv.Calls("consumer.rbac.policy"), o.srv.Calls("consumer.sessions.authenticate"); p != policy || a != authenticate {
		o.Errorf("%d calls of rbac.policy and %d of sessions.authenticate so far, want %d and %d", p, a, policy, authenticate)
	}
}

// refused checks that an error is a refusal, and nothing else.
func refused(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, stytch.ErrNotAllowed) || !errors.Is(err, stytch.ErrConsumerSessionAuthorizationError) {
		t.Errorf("error %v, want ErrNotAllowed", err)
	}
	if stytch.LoggedOut(err) {
		t.Errorf("LoggedOut is true for %v", err)
	}
	if public := stytch.PublicErrorOf(err); public.Status != http.StatusForbidden || public.Code != stytch.CodeNotAllowed {
		t.Errorf("PublicErrorOf returns %+v", public)
	}
}

func TestPermissionWithoutACall(t *testing.T) {
	o := newOffice(t)
	for range 50 {
		for _, action := range []string{"read", "update"} {
			if err := o.ask("documents", action); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.ask("profile", "read"); err != nil {
			t.Fatal(err)
		}
		refused(t, o.ask("documents", "delete"))
		refused(t, o.ask("planets", "read"))
	}
	o.calls(1, 0)
}

// TestErrNotAllowed: the error itself has the same public form.
func TestErrNotAllowed(t *testing.T) {
	for _, err := range []error{stytch.ErrNotAllowed, fmt.Errorf("no: %w", stytch.ErrNotAllowed)} {
		if public := stytch.PublicErrorOf(err); public.Status != http.StatusForbidden || public.Code != stytch.CodeNotAllowed || stytch.LoggedOut(err) {
			t.Errorf("PublicErrorOf returns %+v", public)
		}
	}
}

// TestPermissionOfTheService: where the service is asked, its refusal is the same error.
func TestPermissionOfTheService(t *testing.T) {
	o := newOffice(t)
	check := &stytch.AuthorizationCheck{ResourceID: "documents", Action: "delete"}
	for _, req := range []stytch.AuthenticateJWTRequest{
		{SessionToken: o.session.Token, AuthorizationCheck: check},
		{SessionJWT: o.session.JWT, AuthorizationCheck: check, MaxTokenAge: -1},
	} {
		_, err := o.client.Sessions.AuthenticateJWT(t.Context(), req)
		refused(t, err)
		req.AuthorizationCheck = &stytch.AuthorizationCheck{ResourceID: "documents", Action: "update"}
		if _, err := o.client.Sessions.AuthenticateJWT(t.Context(), req); err != nil {
			t.Error(err)
		}
	}
	_, err := o.client.Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &o.session.Token, AuthorizationCheck: check})
	refused(t, err)
	o.calls(0, 5)
}

// TestIncompleteCheck: a check without a name is a mistake of the program, and nothing is sent.
func TestIncompleteCheck(t *testing.T) {
	o := newOffice(t)
	for _, check := range [][2]string{{"", "read"}, {"documents", ""}} {
		var invalid *stytch.ValidationError
		if err := o.ask(check[0], check[1]); !errors.As(err, &invalid) || errors.Is(err, stytch.ErrNotAllowed) || stytch.LoggedOut(err) {
			t.Errorf("error %v, want a ValidationError", err)
		}
	}
	o.calls(0, 0)
}

// TestPolicyChanges: a change is known after five minutes at most, without a wait for it if the policy
// is in use.
func TestPolicyChanges(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	o := newOffice(t, stytch.WithClock(clock), stytch.WithJWTLeeway(time.Hour))
	refused(t, o.ask("documents", "delete"))
	o.srv.Grant("editor", "documents", "delete")
	refused(t, o.ask("documents", "delete"))
	mu.Lock()
	now = now.Add(5 * time.Minute)
	mu.Unlock()
	if err := o.ask("documents", "delete"); err != nil {
		t.Error(err)
	}
	o.calls(2, 0)
}

// TestPolicyOutage: without the policy the service decides. An old policy is used for as long as the
// option says.
func TestPolicyOutage(t *testing.T) {
	for _, grace := range []time.Duration{0, time.Minute} {
		t.Run(grace.String(), func(t *testing.T) {
			now := time.Now()
			o := newOffice(t, stytch.WithClock(func() time.Time { return now }), stytch.WithJWTLeeway(time.Hour), stytch.WithPolicyGrace(grace))
			o.srv.Fail(stytchtest.Fault{Call: "consumer.rbac.policy", Status: 500, Times: 1})
			if err := o.ask("documents", "update"); err != nil {
				t.Error(err)
			}
			refused(t, o.ask("documents", "delete"))
			o.calls(1, 2)

			now = now.Add(11 * time.Second)
			refused(t, o.ask("documents", "delete"))
			o.calls(2, 2)

			o.srv.Fail(stytchtest.Fault{Reset: true})
			now = now.Add(5 * time.Minute)
			err := o.ask("documents", "update")
			if grace > 0 {
				if err != nil {
					t.Errorf("with an old policy: %v", err)
				}
				now = now.Add(grace)
				err = o.ask("documents", "update")
			}
			var down *stytch.ConnectionError
			if !errors.As(err, &down) || stytch.PublicErrorOf(err).Status != http.StatusServiceUnavailable {
				t.Errorf("error %v, want a ConnectionError", err)
			}
		})
	}
}

// TestWrongSecret: an answer of the service that rejects the client is not an outage. The old policy no
// longer counts, and nobody is told that they are not allowed.
func TestWrongSecret(t *testing.T) {
	now := time.Now()
	o := newOffice(t, stytch.WithClock(func() time.Time { return now }), stytch.WithJWTLeeway(time.Hour))
	if err := o.ask("documents", "update"); err != nil {
		t.Fatal(err)
	}
	o.srv.Fail(stytchtest.Fault{ErrorType: "unauthorized_credentials"})
	now = now.Add(5 * time.Minute)
	if err := o.ask("documents", "update"); !errors.Is(err, stytch.ErrUnauthorizedCredentials) || errors.Is(err, stytch.ErrNotAllowed) || stytch.LoggedOut(err) {
		t.Errorf("error %v", err)
	}
}

// TestPolicyOutages: neither a gateway's page nor a limit says anything about the policy, so the old one
// is used.
func TestPolicyOutages(t *testing.T) {
	for name, fault := range map[string]stytchtest.Fault{
		"gateway 502": {HTML: true}, "gateway 404": {HTML: true, Status: 404}, "gateway 403": {HTML: true, Status: 403},
		"limit": {ErrorType: "too_many_requests"}, "500": {Status: 500}, "half an answer": {Truncate: true}, "reset": {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			o := newOffice(t, stytch.WithClock(func() time.Time { return now }), stytch.WithJWTLeeway(time.Hour))
			if err := o.ask("documents", "update"); err != nil {
				t.Fatal(err)
			}
			o.srv.Fail(fault)
			now = now.Add(5 * time.Minute)
			if err := o.ask("documents", "update"); err != nil {
				t.Errorf("error %v", err)
			}
			refused(t, o.ask("documents", "delete"))
		})
	}
}

// hostile answers rbac.policy with a body, and passes other calls on.
type hostile struct {
	http.RoundTripper
	policy string
}

func (h hostile) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != "/v1/rbac/policy" {
		return h.RoundTripper.RoundTrip(r)
	}
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"request_id":"request-id-test-1","status_code":200,"policy":%s}`, h.policy)
	return w.Result(), nil
}

// TestHostilePolicy: an answer that is wrong in any way allows nothing that the service does not allow.
// A policy that cannot be used leaves the decision to the service.
func TestHostilePolicy(t *testing.T) {
	role := func(permissions string) string {
		return `{"roles":[{"role_id":"editor","description":"","permissions":` + permissions + `}],"resources":[],"scopes":[]}`
	}
	for _, c := range []struct {
		name, policy string
		asks         bool // the service is asked
	}{
		{"null", `null`, true},
		{"a list", `[]`, true},
		{"too large", role(`[{"resource_id":"` + strings.Repeat("x", 2<<20) + `","actions":["*"]}]`), true},
		{"not JSON", `{"roles":[`, true},
		{"no roles", `{}`, false},
		{"roles are null", `{"roles":null}`, false},
		{"a role is null", `{"roles":[null,{"role_id":null,"permissions":[{"resource_id":"documents","actions":["*"]}]}]}`, false},
		{"no permissions", role(`null`), false},
		{"permissions without names", role(`[null,{"resource_id":null,"actions":["*"]},{"actions":["*"]}]`), false},
		{"actions without names", role(`[{"resource_id":"documents","actions":[null,"",{"a":1},["*"],7]}]`), false},
		{"actions that are no list", role(`[{"resource_id":"documents","actions":"*"},{"resource_id":"documents","actions":{"*":true}}]`), false},
		{"a resource that is no string", role(`[{"resource_id":["documents"],"actions":["*"]}]`), false},
		{"a second value for a name", role(`[{"resource_id":"planets","resource_id":"documents","actions":["*"]}]`), false},
		{"a role of another name", strings.Replace(role(`[{"resource_id":"documents","actions":["*"]}]`), "editor", "Editor", 1), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return hostile{next, c.policy} }))
			refused(t, o.ask("documents", "delete"))
			if asked := o.srv.Calls("consumer.sessions.authenticate") > 0; asked != c.asks {
				t.Errorf("the service was asked: %v, want %v", asked, c.asks)
			}
		})
	}
}

// page returns a handler behind the middleware, and a function that requests it with the JWT.
func (o *office) page(opts stytch.MiddlewareOptions, handler http.HandlerFunc) func(path string, header ...string) (int, string) {
	page := o.client.Sessions.Middleware(opts)(handler)
	return func(path string, header ...string) (int, string) {
		o.Helper()
		r, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
		if len(header) == 0 {
			header = []string{"Authorization", "Bearer " + o.session.JWT}
		}
		r.Header.Set(header[0], header[1])
		page.ServeHTTP(w, r.WithContext(o.Context()))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
}

func want(t *testing.T, status int, text string, gotStatus int, gotText string) {
	t.Helper()
	if gotStatus != status || gotText != text {
		t.Errorf("%d %q, want %d %q", gotStatus, gotText, status, text)
	}
}

func TestMiddlewareChecks(t *testing.T) {
	o := newOffice(t)
	hello := func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }
	fixed := o.page(stytch.MiddlewareOptions{Check: stytch.FixedCheck("documents", "update")}, hello)
	status, text := fixed("/")
	want(t, 200, "hello", status, text)
	status, text = fixed("/", "Authorization", "Bearer nothing")
	want(t, 401, "Please log in.", status, text)

	forbidden := o.page(stytch.MiddlewareOptions{Check: stytch.FixedCheck("documents", "delete")}, hello)
	status, text = forbidden("/")
	want(t, 403, "You are not allowed to do that.", status, text)

	byRequest := o.page(stytch.MiddlewareOptions{Optional: true, Check: func(r *http.Request) *stytch.AuthorizationCheck {
		action := r.URL.Query().Get("action")
		if action == "" {
			return nil
		}
		return &stytch.AuthorizationCheck{ResourceID: "documents", Action: action}
	}}, hello)
	for path, status := range map[string]int{"/": 200, "/?action=read": 200, "/?action=delete": 403} {
		if got, text := byRequest(path); got != status {
			t.Errorf("%s: %d %q, want %d", path, got, text, status)
		}
	}
	// Optional lets requests without a session pass, but not those that need a permission.
	for path, status := range map[string]int{"/": 200, "/?action=read": 401} {
		if got, text := byRequest(path, "Accept", "text/html"); got != status {
			t.Errorf("without a session, %s: %d %q, want %d", path, got, text, status)
		}
	}
	o.calls(1, 1) // the one is about the wrong token
}

// TestMiddlewareForbiddenHandler: the handler knows the session, and why it is not allowed.
func TestMiddlewareForbiddenHandler(t *testing.T) {
	o := newOffice(t)
	get := o.page(stytch.MiddlewareOptions{
		Check: stytch.FixedCheck("documents", "delete"),
		Forbidden: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			session, ok := stytch.SessionFrom(r.Context())
			if !ok || session.UserID != o.userID || stytch.SessionJWTFrom(r) != o.session.JWT {
				t.Error("the handler does not know the session")
			}
			refused(t, stytch.SessionErrorFrom(r.Context()))
			http.Redirect(w, r, "/sorry", http.StatusSeeOther)
		}),
		Unauthorized: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the visitor was asked to log in") }),
	}, func(http.ResponseWriter, *http.Request) { t.Error("the request passed") })
	if status, _ := get("/"); status != http.StatusSeeOther {
		t.Errorf("status %d", status)
	}
}

// TestMiddlewareCheckOutage: if it is unknown whether a session allows the request, the answer is 503.
func TestMiddlewareCheckOutage(t *testing.T) {
	o := newOffice(t)
	get := o.page(stytch.MiddlewareOptions{Check: stytch.FixedCheck("documents", "read")}, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") })
	o.srv.Fail(stytchtest.Fault{Call: "consumer.rbac.policy", Status: 503, Times: 1})
	o.srv.Fail(stytchtest.Fault{Call: "consumer.sessions.authenticate", Status: 503, RetryAfter: 7 * time.Second, Times: 1})
	if status, text := get("/"); status != http.StatusServiceUnavailable {
		t.Errorf("%d %q, want 503", status, text)
	}
	status, text := get("/") // the policy is not fetched again yet, and the service decides
	want(t, 200, "hello", status, text)
	o.calls(1, 2)
}

// TestMiddlewareEndedSession: if the service is asked about a permission and says that the session has
// ended, the visitor is logged out, not forbidden.
func TestMiddlewareEndedSession(t *testing.T) {
	o := newOffice(t)
	get := o.page(stytch.MiddlewareOptions{
		Check: stytch.FixedCheck("documents", "read"),
		Unauthorized: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, ok := stytch.SessionFrom(r.Context()); ok || !errors.Is(stytch.SessionErrorFrom(r.Context()), stytch.ErrSessionNotFound) {
				t.Errorf("there is a session, or error %v", stytch.SessionErrorFrom(r.Context()))
			}
			w.WriteHeader(http.StatusUnauthorized)
		}),
	}, func(http.ResponseWriter, *http.Request) { t.Error("the request passed") })
	o.srv.Fail(stytchtest.Fault{Call: "consumer.rbac.policy", Status: 500})
	if _, err := o.client.Sessions.Revoke(t.Context(), stytch.SessionsRevokeRequest{SessionID: &o.session.ID}); err != nil {
		t.Fatal(err)
	}
	if status, _ := get("/"); status != http.StatusUnauthorized {
		t.Errorf("status %d, want 401", status)
	}
}

func TestAllowedInAHandler(t *testing.T) {
	o := newOffice(t)
	get := o.page(stytch.MiddlewareOptions{Optional: true}, func(w http.ResponseWriter, r *http.Request) {
		if ok, err := stytch.Allowed(r.Context(), "documents", r.URL.Query().Get("action")); !ok {
			stytch.PublicErrorOf(err).Write(w)
			return
		}
		fmt.Fprint(w, "done")
	})
	for range 20 {
		status, text := get("/?action=update")
		want(t, 200, "done", status, text)
		status, text = get("/?action=delete")
		want(t, 403, "You are not allowed to do that.", status, text)
		status, text = get("/?action=update", "Accept", "text/html")
		want(t, 401, "Please log in.", status, text)
	}
	o.calls(1, 0)
	if status, _ := get("/?action="); status != http.StatusServiceUnavailable {
		t.Errorf("a check without an action: status %d, want 503", status)
	}
	if ok, err := stytch.Allowed(t.Context(), "documents", "read"); ok || !errors.Is(err, stytch.ErrNoSession) {
		t.Errorf("outside of the middleware: %v, %v", ok, err)
	}
}

// TestAllowedWithoutAPolicy: the service is asked, with the credentials of the request.
func TestAllowedWithoutAPolicy(t *testing.T) {
	o := newOffice(t)
	o.srv.Fail(stytchtest.Fault{Call: "consumer.rbac.policy", ErrorType: "internal_server_error"})
	get := o.page(stytch.MiddlewareOptions{}, func(w http.ResponseWriter, r *http.Request) {
		ok, err := stytch.Allowed(r.Context(), "documents", r.URL.Query().Get("action"))
		fmt.Fprint(w, ok, " ", errors.Is(err, stytch.ErrNotAllowed))
	})
	for _, credential := range []string{o.session.JWT, o.session.Token} {
		status, text := get("/?action=update", "Authorization", "Bearer "+credential)
		want(t, 200, "true false", status, text)
		status, text = get("/?action=delete", "Authorization", "Bearer "+credential)
		want(t, 200, "false true", status, text)
	}
	o.calls(1, 2+4) // two more to check the token itself
}

// TestAllowedInATest: a test of a handler needs no server.
func TestAllowedInATest(t *testing.T) {
	policy := &stytch.RBACPolicy{Roles: []stytch.RBACRole{
		{RoleID: "stytch_user", Permissions: []stytch.RBACPermission{{ResourceID: "profile", Actions: []string{"read"}}}},
		{RoleID: "editor", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"*"}}}},
	}}
	user := stytch.ContextWithSession(t.Context(), &stytch.Session{UserID: "user-test-1"})
	editor := stytch.ContextWithSession(t.Context(), &stytch.Session{UserID: "user-test-1", Roles: []string{"editor"}})
	for _, c := range []struct {
		name             string
		ctx              context.Context
		resource, action string
		allowed          bool
	}{
		{"a role", stytch.ContextWithPolicy(editor, policy), "documents", "read", true},
		{"the role of every user", stytch.ContextWithPolicy(editor, policy), "profile", "read", true},
		{"only the role of every user", stytch.ContextWithPolicy(user, policy), "documents", "read", false},
		{"no policy", stytch.ContextWithPolicy(editor, nil), "documents", "read", false},
	} {
		ok, err := stytch.Allowed(c.ctx, c.resource, c.action)
		if ok != c.allowed || ok != (err == nil) {
			t.Errorf("%s: %v, %v", c.name, ok, err)
		}
		if !ok {
			refused(t, err)
		}
	}
	if ok, err := stytch.Allowed(user, "profile", "read"); ok || err == nil || !strings.Contains(err.Error(), "ContextWithPolicy") {
		t.Errorf("without ContextWithPolicy: %v, %v", ok, err)
	}
	if ok, err := stytch.Allowed(stytch.ContextWithPolicy(stytch.ContextWithSession(t.Context(), nil), policy), "profile", "read"); ok || !stytch.LoggedOut(err) {
		t.Errorf("without a session: %v, %v", ok, err)
	}
}

// TestManyChecksAtOnce: any number of requests at once cost one fetch.
func TestManyChecksAtOnce(t *testing.T) {
	o := newOffice(t)
	get := o.page(stytch.MiddlewareOptions{Check: stytch.FixedCheck("documents", "update")}, func(w http.ResponseWriter, r *http.Request) {
		if ok, _ := stytch.Allowed(r.Context(), "documents", "delete"); ok {
			t.Error("allowed to delete")
		}
	})
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if status, text := get("/"); status != 200 {
				t.Errorf("%d %s", status, text)
			}
		})
	}
	group.Wait()
	o.calls(1, 0)
}

// TestClientWithoutNewClient: a client that nobody made has no permissions, and does not panic.
func TestClientWithoutNewClient(t *testing.T) {
	page := (&stytch.SessionsService{}).Middleware(stytch.MiddlewareOptions{Check: stytch.FixedCheck("documents", "read")})(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request passed") }))
	r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
	r.Header.Set("Authorization", "Bearer token")
	page.ServeHTTP(w, r)
	if w.Code < 400 {
		t.Errorf("status %d", w.Code)
	}
}
