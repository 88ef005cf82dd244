package stytchtest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// defaultRole is the role that every user has.
const defaultRole = "stytch_user"

// everyAction, as an action of a permission, means all actions.
const everyAction = "*"

// Grant allows a role to do actions with a resource. The action "*" means all.
// Authorization checks follow it. The role is part of the policy from then on, so
// calls can assign it.
func (p *Project) Grant(role, resource string, actions ...string) {
	defer p.lock()()
	grantIn(&p.state.Policy, role, resource, actions)
}

func grantIn(policy *stytch.RBACPolicy, role, resource string, actions []string) {
	for _, one := range slices.Concat(userBuiltin.roles, memberBuiltin.roles) {
		if one.RoleID == role {
			entry(&policy.Roles, copyOf(one), func(r stytch.RBACRole) bool { return r.RoleID == role })
		}
	}
	to := entry(&policy.Roles, stytch.RBACRole{RoleID: role}, func(r stytch.RBACRole) bool { return r.RoleID == role })
	permission := entry(&to.Permissions, stytch.RBACPermission{ResourceID: resource},
		func(p stytch.RBACPermission) bool { return p.ResourceID == resource })
	if !memberBuiltin.has(resource) {
		of := entry(&policy.Resources, stytch.RBACResource{ResourceID: resource},
			func(r stytch.RBACResource) bool { return r.ResourceID == resource })
		for _, action := range actions {
			if action != everyAction {
				entry(&of.Actions, action, func(have string) bool { return have == action })
			}
		}
	}
	for _, action := range actions {
		entry(&permission.Actions, action, func(have string) bool { return have == action })
	}
}

// SetPolicy replaces the access policy of the project, as the dashboard of the service
// does. Roles that begin with stytch_ and are not in it have their usual permissions.
// It does not check the policy, so that tests can have one that the service would not.
func (p *Project) SetPolicy(policy stytch.RBACPolicy) {
	defer p.lock()()
	p.state.Policy = copyOf(policy)
}

// Policy returns the access policy that SetPolicy and Grant made. The calls of the API
// also return the roles and resources that every project has.
func (p *Project) Policy() stytch.RBACPolicy {
	p.mu.Lock()
	defer p.mu.Unlock()
	policy := copyOf(p.state.Policy)
	fillLists(reflect.ValueOf(&policy))
	return policy
}

// copyOf returns a copy of JSON data.
func copyOf[T any](value T) T {
	var to T
	_ = decodeStrict(encode(value), &to) // the same type
	return to
}

// builtin is the part of the access policy that every project has in one of the APIs.
type builtin struct {
	roles     []stytch.RBACRole
	resources []stytch.RBACResource
}

func (b builtin) has(resource string) bool {
	return slices.ContainsFunc(b.resources, func(r stytch.RBACResource) bool { return r.ResourceID == resource })
}

// userBuiltin is that of the consumer API.
var userBuiltin = builtin{roles: []stytch.RBACRole{{RoleID: defaultRole}}}

// memberBuiltin is that of the B2B API. Its roles can be edited, but not deleted.
var memberBuiltin = builtin{
	roles: []stytch.RBACRole{
		{RoleID: memberRole, Permissions: []stytch.RBACPermission{{ResourceID: selfResource, Actions: []string{everyAction}}}},
		{RoleID: adminRole, Permissions: []stytch.RBACPermission{
			{ResourceID: organizationResource, Actions: []string{everyAction}},
			{ResourceID: memberResource, Actions: []string{everyAction}},
			{ResourceID: ssoResource, Actions: []string{everyAction}},
			{ResourceID: scimResource, Actions: []string{everyAction}},
		}},
	},
	resources: []stytch.RBACResource{
		{ResourceID: organizationResource, Actions: []string{
			"update.info.name", "update.info.slug", "update.info.logo-url",
			"update.settings.default-sso-connection", "update.settings.sso-jit-provisioning", "update.settings.allowed-domains",
			"update.settings.email-jit-provisioning", "update.settings.email-invites", "update.settings.allowed-auth-methods",
			"update.settings.mfa-policy", "update.settings.allowed-mfa-methods", "update.settings.implicit-roles",
			"update.settings.oauth-tenant-jit-provisioning", "update.settings.allowed-oauth-tenants", "delete",
		}},
		{ResourceID: memberResource, Actions: slices.Concat([]string{"create", "search", "update.settings.is-breakglass", "update.settings.roles"}, selfActions)},
		{ResourceID: selfResource, Actions: selfActions},
		{ResourceID: ssoResource, Actions: []string{"create", "get", "update", "delete"}},
		{ResourceID: scimResource, Actions: []string{"create", "get", "update", "delete"}},
		{ResourceID: "stytch.custom-org-roles", Actions: []string{"create", "get", "update", "delete"}},
	},
}

// selfActions are the actions that members can do with themselves and with other members.
var selfActions = []string{
	"update.info.name", "update.info.untrusted-metadata", "update.info.mfa-phone", "update.info.email",
	"update.info.delete.mfa-phone", "update.info.delete.mfa-totp", "update.info.delete.password", "update.info.unlink.retired-email",
	"update.settings.mfa-enrolled", "update.settings.default-mfa-method",
	"get.connected-apps", "revoke.connected-app", "revoke-sessions", "delete",
}

// policy is the access policy of the project, in one of the APIs. It shares its lists with
// the state.
func (p *Project) policy(b builtin) *stytch.RBACPolicy {
	policy := &stytch.RBACPolicy{
		Roles:     slices.Clone(b.roles),
		Resources: slices.Concat(b.resources, p.state.Policy.Resources),
		Scopes:    p.state.Policy.Scopes,
	}
	for _, role := range p.state.Policy.Roles {
		if at := slices.IndexFunc(policy.Roles[:len(b.roles)], func(r stytch.RBACRole) bool { return r.RoleID == role.RoleID }); at >= 0 {
			policy.Roles[at] = role
		} else {
			policy.Roles = append(policy.Roles, role)
		}
	}
	return policy
}

// verdict reports which of the roles allow an action on a resource, by the permissions
// of the roles in a policy and in an organization.
func verdict(policy *stytch.RBACPolicy, own []b2b.CustomRole, roles []string, resource, action string) *stytch.AuthorizationVerdict {
	v := &stytch.AuthorizationVerdict{GrantingRoles: []string{}}
	grants := func(role, on string, actions []string) {
		if on != resource || !slices.Contains(roles, role) || slices.Contains(v.GrantingRoles, role) {
			return
		}
		if slices.Contains(actions, action) || slices.Contains(actions, everyAction) {
			v.Authorized, v.GrantingRoles = true, append(v.GrantingRoles, role)
		}
	}
	for _, role := range policy.Roles {
		for _, permission := range role.Permissions {
			grants(role.RoleID, permission.ResourceID, permission.Actions)
		}
	}
	for _, role := range own {
		for _, permission := range role.Permissions {
			grants(role.RoleID, permission.ResourceID, permission.Actions)
		}
	}
	return v
}

// hasRole reports whether the policy of the project has a role.
func (p *Project) hasRole(id string) bool {
	return slices.ContainsFunc(p.state.Policy.Roles, func(r stytch.RBACRole) bool { return r.RoleID == id })
}

// assignable refuses roles that the policy lacks, and the one that everybody has
// anyway.
func (p *Project) assignable(roles []string, everybody string) *apiError {
	for _, id := range roles {
		switch {
		case id == everybody:
			return fail("cannot_assign_default_rbac_role_id")
		case !p.hasRole(id):
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
	return stytch.RBACPolicyResponse{Policy: new(copyOf(*r.project.policy(userBuiltin)))}, nil
}

func (r *run) memberPolicy(b2b.RBACPolicyRequest) (b2b.RBACPolicyResponse, *apiError) {
	return b2b.RBACPolicyResponse{Policy: new(copyOf(*r.project.policy(memberBuiltin)))}, nil
}

func (r *run) organizationPolicy(q b2b.RBACOrganizationsGetOrgPolicyRequest) (b2b.RBACOrganizationsGetOrgPolicyResponse, *apiError) {
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return b2b.RBACOrganizationsGetOrgPolicyResponse{}, err
	}
	return b2b.RBACOrganizationsGetOrgPolicyResponse{OrgPolicy: b2b.OrgPolicy{Roles: copyOf(o.Profile.CustomRoles)}}, nil
}

func (r *run) setOrganizationPolicy(q b2b.RBACOrganizationsSetOrgPolicyRequest) (b2b.RBACOrganizationsSetOrgPolicyResponse, *apiError) {
	none := b2b.RBACOrganizationsSetOrgPolicyResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	policy := r.project.policy(memberBuiltin)
	seen := map[string]bool{}
	for i, role := range q.OrgPolicy.Roles {
		if err := checkRole(policy, role, seen); err != nil {
			err.message = fmt.Sprintf("org_policy.roles.%d: %s", i, err.message)
			return none, err
		}
	}
	o.Profile.CustomRoles = copyOf(q.OrgPolicy.Roles)
	return b2b.RBACOrganizationsSetOrgPolicyResponse{OrgPolicy: b2b.OrgPolicy{Roles: copyOf(o.Profile.CustomRoles)}}, nil
}

// checkRole refuses a role that an organization cannot have. seen are the ids of the
// roles before it.
func checkRole(policy *stytch.RBACPolicy, role b2b.CustomRole, seen map[string]bool) *apiError {
	switch id := role.RoleID; {
	case id == "":
		return failf("empty_rbac_role_id", "role_id: it is empty")
	case strings.HasPrefix(id, "stytch_"):
		return failf("invalid_rbac_stytch_role_edit", "role_id: %q is a role of the service", id)
	case slices.ContainsFunc(policy.Roles, func(r stytch.RBACRole) bool { return r.RoleID == id }):
		return failf("rbac_org_custom_roles_only", "role_id: the project has a role %q", id)
	case seen[id]:
		return failf("rbac_role_duplicate", "role_id: %q is in the list twice", id)
	case len(role.Permissions) == 0:
		return failf("rbac_role_missing_permissions", "permissions: there is none")
	default:
		seen[id] = true
	}
	for _, permission := range role.Permissions {
		if err := checkPermission(policy, permission); err != nil {
			return err
		}
	}
	return nil
}

func checkPermission(policy *stytch.RBACPolicy, permission b2b.CustomRolePermission) *apiError {
	if permission.ResourceID == "" {
		return failf("empty_rbac_resource_id", "resource_id: it is empty")
	}
	at := slices.IndexFunc(policy.Resources, func(r stytch.RBACResource) bool { return r.ResourceID == permission.ResourceID })
	switch {
	case at < 0:
		return failf("invalid_permission_resource", "resource_id: the policy of the project has no resource %q", permission.ResourceID)
	case len(permission.Actions) == 0:
		return failf("rbac_permission_missing_actions", "actions: there is none")
	case slices.Contains(permission.Actions, everyAction) && len(permission.Actions) > 1:
		return failf("cannot_specify_wildcard_with_other_actions", "actions: * is all actions, and others are in the list, too")
	}
	for i, action := range permission.Actions {
		switch {
		case slices.Contains(permission.Actions[:i], action):
			return failf("rbac_action_duplicate", "actions: %q is in the list twice", action)
		case action != everyAction && !slices.Contains(policy.Resources[at].Actions, action):
			return failf("invalid_permission_action", "actions: the resource %q has no action %q", permission.ResourceID, action)
		}
	}
	return nil
}
