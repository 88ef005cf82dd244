package sessionweb

import (
	"cmp"
	"context"
	"errors"

	"github.com/stytchgen/sdk/internal/rbac"
)

// allow returns nil if a session allows what a check asks. It asks the service only if the policies
// cannot decide.
func (b Backend[T]) allow(ctx context.Context, one candidate[T], check rbac.Check) error {
	err := b.Policies().Decide(ctx, b.Subject(one.session), check)
	if !errors.Is(err, rbac.ErrUndecided) {
		return err
	}
	if one.jwt != "" {
		return b.Ask(ctx, "", one.jwt, check)
	}
	return b.Ask(ctx, one.token, "", check)
}

// allowRequest returns nil if a session allows what a request asks.
func (b Backend[T]) allowRequest(ctx context.Context, one candidate[T], d demand) error {
	organization := b.Subject(one.session).OrganizationID
	if d.organization != nil {
		if err := b.Policies().InOrganization(b.Subject(one.session), *d.organization); err != nil {
			return err
		}
	}
	if d.check == nil {
		return nil
	}
	return b.allow(ctx, one, rbac.Check{OrganizationID: organization, ResourceID: d.check.ResourceID, Action: d.check.Action})
}

// Allow returns nil if the session that the middleware found allows what a check asks.
func Allow[T any](ctx context.Context, check rbac.Check) error {
	r, ok := ctx.Value(key[T]{}).(result[T])
	switch {
	case !ok || r.err != nil:
		return cmp.Or(ErrorFrom[T](ctx), ErrNoSession)
	case r.allow == nil:
		return errNoPolicy
	}
	return r.allow(ctx, check)
}

// errNoPolicy is the mistake of a test.
var errNoPolicy = errors.New("stytch: the context has a session of ContextWithSession, but no policy; ContextWithPolicy adds one")

// WithPolicy returns a context in which [Allow] decides with these grants and the roles of the session.
func WithPolicy[T any](ctx context.Context, names rbac.Names, grants []rbac.Grant, subject func(*T) rbac.Subject) context.Context {
	r, _ := ctx.Value(key[T]{}).(result[T])
	if r.session == nil {
		return ctx
	}
	policies := rbac.New(rbac.Config{Names: names, Fetch: func(_ context.Context, organizationID string) ([]rbac.Grant, error) {
		if organizationID != "" {
			return nil, nil
		}
		return grants, nil
	}})
	r.allow = func(ctx context.Context, check rbac.Check) error {
		whose := subject(r.session)
		whose.Roles = append([]string{names.DefaultRole}, whose.Roles...)
		return policies.Decide(ctx, whose, check)
	}
	return with(ctx, r.session, r.found)
}
