package stytch

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/sessionweb"
	"github.com/stytchgen/sdk/internal/transport"
)

// MANUAL(ErrNotAllowed)(TYPE)

// ErrNotAllowed matches the error of a check of permissions that says no: of [Allowed], of
// [SessionsService.AuthenticateJWT], of the middleware, and of the service itself. Such an error also
// matches the type of the service's error: [ErrConsumerSessionAuthorizationError], in package b2b
// [ErrSessionAuthorizationError] for a missing permission and [ErrSessionAuthorizationTenancyError] for a
// session of another organization. [PublicErrorOf] returns 403 for it.
//
// It is not an error of a visitor who is not logged in: [LoggedOut] returns false for it.
var ErrNotAllowed = rbac.ErrNotAllowed

func init() {
	notAllowed = []ErrorType{ErrConsumerSessionAuthorizationError, ErrSessionAuthorizationError, ErrSessionAuthorizationTenancyError}
}

// ENDMANUAL(ErrNotAllowed)

// MANUAL(Allowed)(FUNCTION)

// Allowed reports whether the session of a request allows an action on a resource, for handlers behind
// [SessionsService.Middleware]. If not, the error says why:
//
//   - It matches [ErrNotAllowed] if no role of the session allows the action.
//   - [LoggedOut] is true for it if there is no session.
//   - Otherwise it is unknown, because the service was asked and could not answer.
//
// So a handler that needs the answer can write PublicErrorOf(err), and one that only hides a button can
// ignore the error.
//
// The roles of the session decide, with the access policy of the project. The policy is fetched at the
// first check and kept for five minutes. It is refreshed in the background while it is in use. If the
// service does not answer, the old one is used for as long as [WithPolicyGrace] says. Without a policy,
// the service is asked about the permission.
//
// A change of a user's roles is visible in the next JWT, after at most five minutes, and so is a change
// of the policy. A local check has no effect on the service: it is not a use of the session.
//
// https://stytch.com/docs/guides/rbac/backend
func Allowed(ctx context.Context, resourceID, action string) (bool, error) {
	err := sessionweb.Allow[Session](ctx, rbac.Check{ResourceID: resourceID, Action: action})
	return err == nil, err
}

// FixedCheck returns a function for [MiddlewareOptions] that asks the same of all requests: whether the
// session allows an action on a resource.
func FixedCheck(resourceID, action string) func(*http.Request) *AuthorizationCheck {
	return func(*http.Request) *AuthorizationCheck {
		return &AuthorizationCheck{ResourceID: resourceID, Action: action}
	}
}

// ContextWithPolicy returns a context in which [Allowed] decides with this policy, for tests of
// handlers. The context must come from [ContextWithSession]. The session has its Roles, and the role
// stytch_user.
func ContextWithPolicy(ctx context.Context, policy *RBACPolicy) context.Context {
	return sessionweb.WithPolicy(ctx, names, grantsOf(policy), subjectOf)
}

// names are the names of this API in checks of permissions.
var names = rbac.Names{
	DefaultRole: "stytch_user",
	Missing:     ErrConsumerSessionAuthorizationError,
	Foreign:     ErrSessionAuthorizationTenancyError,
}

// Policies returns how the access policy of the project is fetched.
func (fetcher) Policies(client *transport.Client) rbac.Config {
	return rbac.Config{Names: names, Answered: answered, Fetch: func(ctx context.Context, _ string) ([]rbac.Grant, error) {
		resp, err := (&RBACService{transport: client}).Policy(ctx, RBACPolicyRequest{})
		if err != nil {
			return nil, err
		}
		if resp.Policy == nil {
			return nil, rbac.ErrNoPolicy
		}
		return grantsOf(resp.Policy), nil
	}}
}

// answered reports whether an error of a fetch is the answer of a service that works. A gateway in
// front of it sends no type.
func answered(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return errors.Is(err, rbac.ErrNoPolicy)
	}
	return e.Type != "" && e.StatusCode/100 == 4 && e.StatusCode != http.StatusTooManyRequests && e.StatusCode != http.StatusRequestTimeout
}

// grantsOf returns the permissions of the roles and scopes of a policy.
func grantsOf(policy *RBACPolicy) []rbac.Grant {
	if policy == nil {
		return nil
	}
	var grants []rbac.Grant
	for _, role := range policy.Roles {
		for _, permission := range role.Permissions {
			grants = append(grants, rbac.Grant{Role: role.RoleID, Resource: permission.ResourceID, Actions: permission.Actions})
		}
	}
	for _, scope := range policy.Scopes {
		for _, permission := range scope.Permissions {
			grants = append(grants, rbac.Grant{Role: scope.Scope, Resource: permission.ResourceID, Actions: permission.Actions, Scope: true})
		}
	}
	return grants
}

// GrantsOf is for package b2b.
func (shared) GrantsOf(policy *RBACPolicy) []rbac.Grant { return grantsOf(policy) }

// Answered is for package b2b.
func (shared) Answered(err error) bool { return answered(err) }

func subjectOf(session *Session) rbac.Subject { return rbac.Subject{Roles: session.Roles} }

// local returns the check for package rbac.
func (v *AuthorizationCheck) local() *rbac.Check {
	if v == nil {
		return nil
	}
	return &rbac.Check{ResourceID: v.ResourceID, Action: v.Action}
}

func checkOf(check rbac.Check) *AuthorizationCheck {
	return &AuthorizationCheck{ResourceID: check.ResourceID, Action: check.Action}
}

// ENDMANUAL(Allowed)

// MANUAL(WithPolicyGrace)(FUNCTION)

// WithPolicyGrace sets how long an access policy that is older than five minutes may still decide checks
// of permissions, while the service does not answer. The default is one hour; 0 or less means not at
// all. After that time, or if the service answers that there is no policy, the service is asked about
// each permission.
func WithPolicyGrace(d time.Duration) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.PolicyGrace = setting(d) })
}

// ENDMANUAL(WithPolicyGrace)
