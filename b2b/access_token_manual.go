package b2b

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/share"
	"github.com/stytchgen/sdk/internal/transport"
	"github.com/stytchgen/sdk/stytch"
)

// MANUAL(AccessTokens)(TYPE)

// AccessToken is what a valid access token of a connected app says. Its Subject is the member.
type AccessToken struct {
	stytch.AccessToken
	// OrganizationID and OrganizationSlug are the organization of the member. They are empty in tokens that
	// are not for a member.
	OrganizationID   string `json:"organization_id"`
	OrganizationSlug string `json:"organization_slug"`
}

// Format prints the value without its secrets.
func (t AccessToken) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, "b2b.AccessToken{%v, OrganizationID: %q}", redact.Sprint(t.AccessToken), t.OrganizationID)
}

// LogValue returns the value for a log, without its secrets.
func (t AccessToken) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("access_token", t.AccessToken.LogValue()), slog.String("organization_id", t.OrganizationID))
}

// IntrospectTokenLocal checks an access token of a connected app without a call. Unlike
// [IDPService.IntrospectTokenNetwork], it does not see that a token was revoked, and accepts no refresh
// tokens. The errors are [stytch.ErrMissingScope], [stytch.ErrNotAllowed] and the ErrJWT errors. The JWTs of
// sessions are rejected.
//
// Source: https://stytch.com/docs/b2b/api/connected-app-token-introspection
func (s *IDPService) IntrospectTokenLocal(ctx context.Context, accessToken string, opts stytch.AccessTokenOptions) (*AccessToken, error) {
	token, organizationID, slug, err := accessTokenOf(ctx, s.client(), accessToken, opts)
	if err != nil {
		return nil, err
	}
	return &AccessToken{AccessToken: *token, OrganizationID: organizationID, OrganizationSlug: slug}, nil
}

// ScopesAllow is [stytch.RBACService.ScopesAllow] with the access policy of this API. The roles of an
// organization play no part. Compare the organization of the token first: AccessTokenOptions.OrganizationID
// does that.
func (s *RBACService) ScopesAllow(ctx context.Context, scopes []string, resourceID, action string) (bool, error) {
	if err := s.client().Refusal(); err != nil {
		return false, err
	}
	err := s.client().Policies().DecideScopes(ctx, scopes, rbac.Check{ResourceID: resourceID, Action: action})
	return err == nil, err
}

// accessTokenOf is the check of package stytch.
var accessTokenOf = share.Get[interface {
	AccessTokenOf(context.Context, *transport.Client, string, stytch.AccessTokenOptions) (*stytch.AccessToken, string, string, error)
}]().AccessTokenOf

// ENDMANUAL(AccessTokens)
