package rbac

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var (
	errMissing = errors.New("missing permission")
	errForeign = errors.New("foreign organization")
)

// testNames are the names of an API in these tests.
var testNames = Names{DefaultRole: "everyone", Missing: errMissing, Foreign: errForeign}

// fixed returns Policies that fetch from a map, by organization.
func fixed(policies map[string][]Grant) *Policies {
	return New(Config{Names: testNames, Answered: func(error) bool { return true }, Fetch: func(_ context.Context, id string) ([]Grant, error) {
		if grants, ok := policies[id]; ok {
			return grants, nil
		}
		return nil, fmt.Errorf("no policy of %q", id)
	}})
}

// The policies of the tests. The organization red has a role of its own, and adds to one of the project;
// blue has neither.
var (
	ofProject = []Grant{
		{Role: "everyone", Resource: "profile", Actions: []string{"read", "update"}},
		{Role: "reader", Resource: "documents", Actions: []string{"read"}},
		{Role: "reader", Resource: "images", Actions: []string{"read"}},
		{Role: "editor", Resource: "documents", Actions: []string{"read", "update", "share"}},
		{Role: "owner", Resource: "documents", Actions: []string{"*"}},
		{Role: "owner", Resource: "billing", Actions: []string{"read"}},
		{Role: "owner", Resource: "billing", Actions: []string{"pay"}}, // the same resource again
		{Role: "star", Resource: "*", Actions: []string{"*"}},
		{Role: "prefix", Resource: "documents.*", Actions: []string{"read.*"}},
		{Role: "idle", Resource: "documents", Actions: nil},
	}
	ofRed = []Grant{
		{Role: "auditor", Resource: "documents", Actions: []string{"read", "export"}},
		{Role: "auditor", Resource: "billing", Actions: []string{"*"}},
		{Role: "reader", Resource: "documents", Actions: []string{"export"}},
	}
)

const red, blue = "organization-red", "organization-blue"

// verdict is what a test expects.
type verdict int

const (
	yes verdict = iota
	no
	elsewhere // the session is of another organization
	unknown   // only the service can tell
)

func (v verdict) check(t *testing.T, err error) {
	t.Helper()
	want := []struct{ is, isNot []error }{
		yes:       {nil, nil},
		no:        {[]error{ErrNotAllowed, errMissing}, []error{errForeign, ErrUndecided}},
		elsewhere: {[]error{ErrNotAllowed, errForeign}, []error{errMissing, ErrUndecided}},
		unknown:   {[]error{ErrUndecided}, []error{ErrNotAllowed, errMissing, errForeign}},
	}[v]
	if (err == nil) != (v == yes) {
		t.Fatalf("error %v, want none only for yes", err)
	}
	for _, target := range want.is {
		if !errors.Is(err, target) {
			t.Errorf("error %v does not match %v", err, target)
		}
	}
	for _, target := range want.isNot {
		if errors.Is(err, target) {
			t.Errorf("error %v matches %v", err, target)
		}
	}
}

// TestMembers covers every rule for a member of an organization.
func TestMembers(t *testing.T) {
	policies := fixed(map[string][]Grant{project: ofProject, red: ofRed, blue: nil})
	for _, c := range []struct {
		name             string
		roles            string // after the role of everyone
		member           string // the organization of the member
		asked            string // the organization of the check
		resource, action string
		want             verdict
	}{
		// A role of the project.
		{"one role, listed action", "reader", red, red, "documents", "read", yes},
		{"one role, second resource", "reader", red, red, "images", "read", yes},
		{"one role, other action", "reader", blue, blue, "documents", "update", no},
		{"one role, other resource", "reader", red, red, "billing", "read", no},
		{"one role, unknown resource", "reader", red, red, "planets", "read", no},
		{"one role, unknown action", "editor", red, red, "documents", "teleport", no},
		{"two roles, the first allows", "editor reader", red, red, "documents", "share", yes},
		{"two roles, the second allows", "reader editor", red, red, "documents", "share", yes},
		{"two roles, neither allows", "reader editor", red, red, "documents", "delete", no},
		{"action of one role with the resource of another", "reader editor", red, red, "images", "update", no},
		{"a resource that is listed twice, first entry", "owner", red, red, "billing", "read", yes},
		{"a resource that is listed twice, second entry", "owner", red, red, "billing", "pay", yes},
		{"a role twice in the session", "reader reader", red, red, "documents", "read", yes},
		{"a role without actions", "idle", red, red, "documents", "read", no},
		// The role of everyone.
		{"no other role, allowed", "", red, red, "profile", "update", yes},
		{"no other role, not allowed", "", red, red, "documents", "read", no},
		{"another role does not take it away", "reader", red, red, "profile", "read", yes},
		// Unknown roles.
		{"only an unknown role", "ghost", red, red, "documents", "read", no},
		{"an unknown role next to a known one", "ghost reader", red, red, "documents", "read", yes},
		{"an empty role", " ", red, red, "documents", "read", no},
		// Wildcards.
		{"all actions, a listed one", "owner", red, red, "documents", "delete", yes},
		{"all actions, an invented one", "owner", red, red, "documents", "teleport", yes},
		{"all actions of one resource are not those of another", "owner", red, red, "images", "read", no},
		{"the wildcard itself is asked for, and granted", "owner", red, red, "documents", "*", yes},
		{"the wildcard itself is asked for, with some actions granted", "editor", red, red, "documents", "*", no},
		{"there is no wildcard for resources", "star", red, red, "documents", "read", no},
		{"a resource is named by an asterisk", "star", red, red, "*", "read", yes},
		{"there are no prefixes", "prefix", red, red, "documents.drafts", "read.title", no},
		// Names match exactly.
		{"case of the role", "Reader", red, red, "documents", "read", no},
		{"case of the resource", "reader", red, red, "Documents", "read", no},
		{"case of the action", "reader", red, red, "documents", "READ", no},
		{"space around the action", "reader", red, red, "documents", " read", no},
		{"part of the resource", "reader", red, red, "document", "read", no},
		// Organizations.
		{"another organization, allowed in the own one", "owner", red, blue, "documents", "read", elsewhere},
		{"another organization, not allowed anywhere", "reader", blue, red, "documents", "delete", elsewhere},
		{"another organization, its own role", "auditor", blue, red, "documents", "export", elsewhere},
		{"the slug of the own organization", "owner", red, "red", "documents", "read", elsewhere},
		{"case of the organization", "owner", red, "Organization-red", "documents", "read", elsewhere},
		// Roles of an organization.
		{"its own role", "auditor", red, red, "documents", "export", yes},
		{"its own role, all actions", "auditor", red, red, "billing", "pay", yes},
		{"its own role, not allowed", "auditor", red, red, "documents", "update", no},
		{"its own role, in an organization without it", "auditor", blue, blue, "documents", "export", no},
		{"its own role next to one of the project", "auditor editor", red, red, "documents", "update", yes},
		{"what it adds to a role of the project", "reader", red, red, "documents", "export", yes},
		{"what another one adds to a role of the project", "reader", blue, blue, "documents", "export", no},
		// Incomplete checks are for the service, which says what is missing.
		{"no resource", "owner", red, red, "", "read", unknown},
		{"no action", "owner", red, red, "documents", "", unknown},
		{"no organization", "owner", red, "", "documents", "read", unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			roles := append([]string{"everyone"}, strings.Split(c.roles, " ")...)
			err := policies.Decide(t.Context(), Subject{c.member, roles}, Check{c.asked, c.resource, c.action})
			c.want.check(t, err)
		})
	}
}

// TestUsers covers what differs for users, who belong to no organization.
func TestUsers(t *testing.T) {
	policies := fixed(map[string][]Grant{project: ofProject})
	for _, c := range []struct {
		name  string
		roles []string
		check Check
		want  verdict
	}{
		{"allowed", []string{"everyone", "editor"}, Check{"", "documents", "update"}, yes},
		{"the role of everyone", []string{"everyone"}, Check{"", "profile", "read"}, yes},
		{"not allowed", []string{"everyone", "editor"}, Check{"", "documents", "delete"}, no},
		{"no resource", []string{"everyone", "owner"}, Check{"", "", "read"}, unknown},
		{"in an organization", []string{"everyone", "owner"}, Check{red, "documents", "read"}, elsewhere},
		// Not all roles are listed if that of everyone is not. A yes stays a yes.
		{"unlisted roles, allowed", []string{"editor"}, Check{"", "documents", "update"}, yes},
		{"unlisted roles, not allowed", []string{"editor"}, Check{"", "profile", "read"}, unknown},
		{"no roles", nil, Check{"", "documents", "update"}, unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.check(t, policies.Decide(t.Context(), Subject{Roles: c.roles}, c.check))
		})
	}
}

// TestHostilePolicies: whatever a policy has, it allows no more than it says.
func TestHostilePolicies(t *testing.T) {
	huge := []Grant{{Role: "editor", Resource: "documents", Actions: []string{"update"}}}
	for i := range 100_000 {
		huge = append(huge, Grant{Role: fmt.Sprint("role-", i%500), Resource: fmt.Sprint("resource-", i), Actions: []string{"*", fmt.Sprint("action-", i)}})
	}
	for name, grants := range map[string][]Grant{
		"nothing":          nil,
		"no names":         {{Role: "", Resource: "documents", Actions: []string{"update"}}, {Role: "editor", Resource: "", Actions: []string{"*"}}, {Role: "editor", Resource: "documents", Actions: []string{"", ""}}},
		"huge":             huge[1:],
		"many duplicates":  {{Role: "editor", Resource: "documents", Actions: []string{"read", "read", "read"}}, {Role: "editor", Resource: "documents", Actions: []string{"read"}}, {Role: "editor", Resource: "documents", Actions: nil}},
		"control bytes":    {{Role: "editor\x00", Resource: "documents", Actions: []string{"*"}}, {Role: "editor", Resource: "documents\n", Actions: []string{"*"}}, {Role: "editor", Resource: "documents", Actions: []string{"*\x00", "update "}}},
		"joined names":     {{Role: "editordocuments", Resource: "", Actions: []string{"*"}}, {Role: "", Resource: "editordocuments", Actions: []string{"*"}}, {Role: "edit", Resource: "ordocuments", Actions: []string{"*"}}},
		"wildcards inside": {{Role: "*", Resource: "documents", Actions: []string{"*"}}, {Role: "editor", Resource: "*", Actions: []string{"*"}}, {Role: "editor", Resource: "documents", Actions: []string{"**", "up*", "*date"}}},
	} {
		t.Run(name, func(t *testing.T) {
			policy := Compile(grants)
			for _, roles := range [][]string{{"editor"}, {""}, {"", "editor"}, nil} {
				if policy.Allows(roles, "documents", "update") {
					t.Errorf("the roles %q are allowed to update", roles)
				}
				if policy.Allows(roles, "", "") || policy.Allows(roles, "documents", "") || policy.Allows(roles, "", "update") {
					t.Errorf("the roles %q are allowed what has no name", roles)
				}
			}
		})
	}
	if !Compile(huge).Allows([]string{"editor"}, "documents", "update") {
		t.Error("a huge policy does not allow what it says")
	}
	var none *Policy
	if none.Allows([]string{"editor"}, "documents", "update") {
		t.Error("no policy allows something")
	}
}

// TestRefusalText: the text names what was asked, shortened, and no organization.
func TestRefusalText(t *testing.T) {
	policies := fixed(map[string][]Grant{project: nil, red: nil})
	subject := Subject{red, []string{"everyone"}}
	err := policies.Decide(t.Context(), subject, Check{red, "documents\n", strings.Repeat("x", 1000)})
	if text := err.Error(); !strings.Contains(text, `"documents\n"`) || len(text) > 250 {
		t.Errorf("the text is %q", text)
	}
	if err := policies.Decide(t.Context(), subject, Check{blue, "documents", "read"}); strings.Contains(err.Error(), blue) || strings.Contains(err.Error(), red) {
		t.Errorf("the text names an organization: %v", err)
	}
}

// TestScopes compares decisions about random policies with the rule, step by step. Roles and scopes
// have the same names, so that one taken for the other is noticed.
func TestScopes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	one := func(list ...string) string { return list[random.IntN(len(list))] }
	name := func() string { return one("read", "read:documents", "read:*", "Read", "*", "") }
	resource := func() string { return one("documents", "images", "*", "Documents") }
	action := func() string { return one("read", "update", "*", "read.all") }
	decided := map[bool]int{}
	for range 300 {
		var grants []Grant
		for range random.IntN(8) {
			g := Grant{Role: name(), Resource: resource(), Scope: random.IntN(2) == 0}
			for range random.IntN(4) {
				g.Actions = append(g.Actions, action())
			}
			grants = append(grants, g)
		}
		policies := fixed(map[string][]Grant{project: grants})
		for range 10 {
			var scopes []string
			for range random.IntN(4) {
				scopes = append(scopes, name())
			}
			c := Check{ResourceID: resource(), Action: action()}
			want := slices.ContainsFunc(grants, func(g Grant) bool {
				return g.Scope && g.Role != "" && slices.Contains(scopes, g.Role) && g.Resource == c.ResourceID &&
					(slices.Contains(g.Actions, c.Action) || slices.Contains(g.Actions, "*"))
			})
			err := policies.DecideScopes(t.Context(), scopes, c)
			if (err == nil) != want || err != nil && (!errors.Is(err, ErrNotAllowed) || !errors.Is(err, errMissing)) {
				t.Fatalf("%v with the scopes %q in %+v: %v, want %v", c, scopes, grants, err, want)
			}
			decided[want]++
		}
	}
	if decided[true] < 100 || decided[false] < 100 {
		t.Errorf("decisions %v", decided)
	}
	for name, err := range map[string]error{
		"no policy":   fixed(nil).DecideScopes(t.Context(), []string{"read"}, Check{ResourceID: "documents", Action: "read"}),
		"no action":   fixed(map[string][]Grant{project: nil}).DecideScopes(t.Context(), []string{"read"}, Check{ResourceID: "documents"}),
		"no resource": fixed(map[string][]Grant{project: nil}).DecideScopes(t.Context(), []string{"read"}, Check{Action: "read"}),
	} {
		if !errors.Is(err, ErrUndecided) || errors.Is(err, ErrNotAllowed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
