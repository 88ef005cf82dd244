// Package rbac decides locally whether roles allow an action, with access policies that it caches.
package rbac

// Grant is one permission of a role or of a scope, as a policy lists it.
type Grant struct {
	Role, Resource string
	Actions        []string
	Scope          bool // whether Role is the name of a scope
}

// anyAction, as an action of a permission, means every action on its resource.
const anyAction = "*"

// Policy is an access policy. Permissions add up, and none of them forbids anything. The nil Policy
// allows nothing.
type Policy struct {
	actions map[permission]map[string]struct{}
	size    int // the number of actions
}

// permission is what a role or a scope allows on a resource. All must match exactly: there is no wildcard.
type permission struct {
	role, resource string
	scope          bool
}

// Compile returns the policy with these grants. An empty name grants nothing: a reader of answers
// returns it for a value that does not fit.
func Compile(grants []Grant) *Policy {
	p := &Policy{actions: map[permission]map[string]struct{}{}}
	for _, g := range grants {
		if g.Role == "" || g.Resource == "" {
			continue
		}
		at := permission{g.Role, g.Resource, g.Scope}
		for _, action := range g.Actions {
			if action == "" {
				continue
			}
			if p.actions[at] == nil {
				p.actions[at] = map[string]struct{}{}
			}
			p.actions[at][action] = struct{}{}
		}
	}
	for _, actions := range p.actions {
		p.size += len(actions)
	}
	return p
}

// Allows reports whether one of the roles allows an action on a resource.
func (p *Policy) Allows(roles []string, resource, action string) bool {
	return p.allows(roles, false, resource, action)
}

// ScopesAllow reports whether one of the scopes of an access token allows an action on a resource.
func (p *Policy) ScopesAllow(scopes []string, resource, action string) bool {
	return p.allows(scopes, true, resource, action)
}

func (p *Policy) allows(names []string, scopes bool, resource, action string) bool {
	if p == nil || action == "" {
		return false
	}
	for _, name := range names {
		actions := p.actions[permission{name, resource, scopes}]
		if _, ok := actions[action]; ok {
			return true
		}
		if _, ok := actions[anyAction]; ok {
			return true
		}
	}
	return false
}
