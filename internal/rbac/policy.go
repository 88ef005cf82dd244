// Package rbac decides locally whether roles allow an action, with access policies that it caches.
package rbac

// Grant is one permission of a role, as a policy lists it.
type Grant struct {
	Role, Resource string
	Actions        []string
}

// anyAction, as an action of a permission, means every action on its resource.
const anyAction = "*"

// Policy is an access policy. Permissions add up, and none of them forbids anything. The nil Policy
// allows nothing.
type Policy struct {
	actions map[permission]map[string]struct{}
	size    int // the number of actions
}

// permission is what a role allows on a resource. Both must match exactly: there is no wildcard.
type permission struct{ role, resource string }

// Compile returns the policy with these grants. An empty name grants nothing: a reader of answers
// returns it for a value that does not fit.
func Compile(grants []Grant) *Policy {
	p := &Policy{actions: map[permission]map[string]struct{}{}}
	for _, g := range grants {
		if g.Role == "" || g.Resource == "" {
			continue
		}
		at := permission{g.Role, g.Resource}
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
	if p == nil || action == "" {
		return false
	}
	for _, role := range roles {
		actions := p.actions[permission{role, resource}]
		if _, ok := actions[action]; ok {
			return true
		}
		if _, ok := actions[anyAction]; ok {
			return true
		}
	}
	return false
}
