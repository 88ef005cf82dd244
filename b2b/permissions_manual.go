package b2b

import (
	"context"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/sessionweb"
	"github.com/stytchgen/sdk/internal/share"
	"github.com/stytchgen/sdk/internal/transport"
	"github.com/stytchgen/sdk/stytch"
)

// MANUAL(Allowed)(FUNCTION)

// Allowed reports whether the session of a request allows an action on a resource of an organization,
// for handlers behind [SessionsService.Middleware]. It works like [stytch.Allowed], with these
// differences:
//
//   - The member must belong to the organization. organizationID is the one that owns what the handler
//     reads or changes, by its id: a slug is refused. The error for another organization matches
//     [stytch.ErrSessionAuthorizationTenancyError].
//   - If the policy of the project does not allow the action, the roles that exist only in this
//     organization are fetched, too, and kept for five minutes. The service must have that feature
//     enabled; without it, the service is asked about the permission.
//
// https://stytch.com/docs/b2b/guides/rbac/backend
func Allowed(ctx context.Context, organizationID, resourceID, action string) (bool, error) {
	err := sessionweb.Allow[MemberSession](ctx, rbac.Check{OrganizationID: organizationID, ResourceID: resourceID, Action: action})
	return err == nil, err
}

// ContextWithPolicy returns a context in which [Allowed] decides with this policy, for tests of
// handlers. The context must come from [ContextWithSession]. The session has its Roles, and the role
// stytch_member.
func ContextWithPolicy(ctx context.Context, policy *stytch.RBACPolicy) context.Context {
	return sessionweb.WithPolicy(ctx, names, grantsOf(policy), subjectOf)
}

// names are the names of this API in checks of permissions.
var names = rbac.Names{
	DefaultRole: "stytch_member",
	Missing:     stytch.ErrSessionAuthorizationError,
	Foreign:     stytch.ErrSessionAuthorizationTenancyError,
}

// Shared code of the package stytch.
var (
	policyFunctions = share.Get[interface {
		GrantsOf(*stytch.RBACPolicy) []rbac.Grant
		Answered(error) bool
	}]()
	grantsOf = policyFunctions.GrantsOf
	answered = policyFunctions.Answered
)

// Policies returns how the access policies of the project and its organizations are fetched.
func (fetcher) Policies(client *transport.Client) rbac.Config {
	return rbac.Config{Names: names, Answered: answered, Fetch: func(ctx context.Context, organizationID string) ([]rbac.Grant, error) {
		if organizationID != "" {
			return organizationGrants(ctx, client, organizationID)
		}
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

// organizationGrants returns the permissions of the roles that exist in one organization only.
func organizationGrants(ctx context.Context, client *transport.Client, organizationID string) ([]rbac.Grant, error) {
	resp, err := (&RBACOrganizationsService{transport: client}).GetOrgPolicy(ctx, RBACOrganizationsGetOrgPolicyRequest{OrganizationID: organizationID})
	if err != nil {
		return nil, err
	}
	var grants []rbac.Grant
	for _, role := range resp.OrgPolicy.Roles {
		for _, permission := range role.Permissions {
			grants = append(grants, rbac.Grant{Role: role.RoleID, Resource: permission.ResourceID, Actions: permission.Actions})
		}
	}
	return grants, nil
}

func subjectOf(session *MemberSession) rbac.Subject {
	return rbac.Subject{OrganizationID: session.OrganizationID, Roles: session.Roles}
}

// local returns the check for package rbac.
func (v *AuthorizationCheck) local() *rbac.Check {
	if v == nil {
		return nil
	}
	return &rbac.Check{OrganizationID: v.OrganizationID, ResourceID: v.ResourceID, Action: v.Action}
}

func checkOf(check rbac.Check) *AuthorizationCheck {
	return &AuthorizationCheck{OrganizationID: check.OrganizationID, ResourceID: check.ResourceID, Action: check.Action}
}

// ENDMANUAL(Allowed)
