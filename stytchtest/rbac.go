package stytchtest

import (
	"slices"

	"github.com/stytchgen/sdk/stytch"
)

// defaultRole is the role that every user has.
const defaultRole = "stytch_user"

// Grant allows a role to do actions with a resource. The action "*" means all.
// Authorization checks follow it. The role is part of the policy from then on, so
// calls can assign it.
func (p *Project) Grant(role, resource string, actions ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Grants = append(p.state.Grants, grant{role, resource, actions})
}

// authorize reports whether one of the roles allows an action.
func (p *Project) authorize(roles []string, resource, action string) *stytch.AuthorizationVerdict {
	verdict := &stytch.AuthorizationVerdict{GrantingRoles: []string{}}
	for _, g := range p.state.Grants {
		if g.Resource == resource && slices.Contains(roles, g.Role) && (slices.Contains(g.Actions, action) || slices.Contains(g.Actions, "*")) {
			verdict.Authorized = true
			if !slices.Contains(verdict.GrantingRoles, g.Role) {
				verdict.GrantingRoles = append(verdict.GrantingRoles, g.Role)
			}
		}
	}
	return verdict
}

// policy is the access policy that the grants make. The roles that the service
// defines come first, and are there without a grant.
func (p *Project) policy(defined ...string) *stytch.RBACPolicy {
	policy := &stytch.RBACPolicy{}
	for _, id := range defined {
		policy.Roles = append(policy.Roles, stytch.RBACRole{RoleID: id})
	}
	for _, g := range p.state.Grants {
		role := entry(&policy.Roles, stytch.RBACRole{RoleID: g.Role}, func(r stytch.RBACRole) bool { return r.RoleID == g.Role })
		permission := entry(&role.Permissions, stytch.RBACPermission{ResourceID: g.Resource},
			func(p stytch.RBACPermission) bool { return p.ResourceID == g.Resource })
		resource := entry(&policy.Resources, stytch.RBACResource{ResourceID: g.Resource},
			func(r stytch.RBACResource) bool { return r.ResourceID == g.Resource })
		for _, action := range g.Actions {
			entry(&permission.Actions, action, func(have string) bool { return have == action })
			if action != "*" { // "*" is not an action; it means all actions
				entry(&resource.Actions, action, func(have string) bool { return have == action })
			}
		}
	}
	return policy
}

// assignable refuses roles that the policy lacks, and the one that everybody has
// anyway.
func (p *Project) assignable(roles []string, everybody string) *apiError {
	for _, id := range roles {
		switch {
		case id == everybody:
			return fail("cannot_assign_default_rbac_role_id")
		case !slices.ContainsFunc(p.state.Grants, func(g grant) bool { return g.Role == id }):
			return failf("invalid_rbac_role_id", "the policy has no role %q", id)
		}
	}
	return nil
}

// entry returns the entry of a list that a test says yes to, and adds it when
// there is none.
func entry[T any](list *[]T, otherwise T, is func(T) bool) *T {
	i := slices.IndexFunc(*list, is)
	if i < 0 {
		i = len(*list)
		*list = append(*list, otherwise)
	}
	return &(*list)[i]
}

func (r *run) userPolicy(stytch.RBACPolicyRequest) (stytch.RBACPolicyResponse, *apiError) {
	return stytch.RBACPolicyResponse{Policy: r.project.policy(defaultRole)}, nil
}
