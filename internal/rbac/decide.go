package rbac

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

var (
	// ErrNotAllowed says that a session does not allow what was asked.
	ErrNotAllowed = errors.New("stytch: the session does not allow this")
	// ErrUndecided says that only the service can decide.
	ErrUndecided = errors.New("stytch: the permission cannot be checked locally")
)

// Check asks whether a session allows an action on a resource. OrganizationID is the organization that
// owns the resource; it is empty for users, who have no organization.
type Check struct{ OrganizationID, ResourceID, Action string }

// Subject is whom a session belongs to, as far as a check needs it.
type Subject struct {
	OrganizationID string // empty for a user
	Roles          []string
}

// Names are the names that an API has for the same things.
type Names struct {
	// DefaultRole is the role that everyone has.
	DefaultRole string
	// Missing and Foreign are the errors of the service for a missing permission, and for a session of
	// another organization.
	Missing, Foreign error
}

// refusal is the error of a check that says no. It matches ErrNotAllowed and the error of the service.
type refusal struct {
	reason error
	text   string
}

func (r *refusal) Error() string        { return r.text }
func (r *refusal) Unwrap() error        { return r.reason }
func (r *refusal) Is(target error) bool { return target == ErrNotAllowed }

// missing returns the refusal of a subject whose roles do not allow what a check asks.
func (n Names) missing(c Check) error {
	return &refusal{n.Missing, fmt.Sprintf("stytch: no role of the session allows the action %.64q on the resource %.64q", c.Action, c.ResourceID)}
}

// InOrganization returns a refusal unless the subject belongs to the organization. It compares ids: a
// slug does not match.
func (n Names) InOrganization(s Subject, organizationID string) error {
	if s.OrganizationID == organizationID {
		return nil
	}
	return &refusal{n.Foreign, "stytch: the session or token belongs to another organization than the one asked about"}
}

// Decide returns nil if the subject's roles allow what a check asks, and an error that matches
// ErrNotAllowed if they do not. It fails with ErrUndecided if only the service can tell:
//
//   - The check is incomplete. The service says what is missing.
//   - A policy that matters could not be fetched.
//   - The roles lack the one that everyone has, so they are not all roles of the subject.
//
// The organization is compared first. Its policy is fetched only if that of the project does not allow
// the action, because permissions add up.
func (p *Policies) Decide(ctx context.Context, s Subject, c Check) error {
	if c.ResourceID == "" || c.Action == "" || c.OrganizationID == "" && s.OrganizationID != "" {
		return fmt.Errorf("%w: the check is incomplete", ErrUndecided)
	}
	if err := p.InOrganization(s, c.OrganizationID); err != nil {
		return err
	}
	scopes := []string{project}
	if s.OrganizationID != "" {
		scopes = append(scopes, s.OrganizationID)
	}
	for _, scope := range scopes {
		policy, err := p.policy(ctx, scope)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUndecided, err)
		}
		if policy.Allows(s.Roles, c.ResourceID, c.Action) {
			return nil
		}
	}
	if !slices.Contains(s.Roles, p.DefaultRole) {
		return fmt.Errorf("%w: the session does not list the role %s, which everyone has", ErrUndecided, p.DefaultRole)
	}
	return p.missing(c)
}

// DecideScopes is [Policies.Decide] for an access token: its scopes decide, by the policy of the project.
// Scopes of the policy are compared exactly, so the token's wildcards mean nothing here.
func (p *Policies) DecideScopes(ctx context.Context, scopes []string, c Check) error {
	if c.ResourceID == "" || c.Action == "" {
		return fmt.Errorf("%w: the check is incomplete", ErrUndecided)
	}
	policy, err := p.policy(ctx, project)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUndecided, err)
	}
	if policy.ScopesAllow(scopes, c.ResourceID, c.Action) {
		return nil
	}
	return &refusal{p.Missing, fmt.Sprintf("stytch: no scope of the access token allows the action %.64q on the resource %.64q", c.Action, c.ResourceID)}
}
