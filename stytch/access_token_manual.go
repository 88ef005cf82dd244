package stytch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/sessionjwt"
	"github.com/stytchgen/sdk/internal/transport"
	"github.com/stytchgen/sdk/internal/wire"
)

// MANUAL(AccessTokens)(TYPE)

// AccessToken is what a valid access token says.
type AccessToken struct {
	// Subject is whom the token acts for: the M2M client, or the user who let a connected app act for them.
	Subject string `json:"sub" stytch:"sensitive"`
	// ClientID is the M2M client or the connected app that got the token.
	ClientID string `json:"client_id"`
	// Scopes are what the token may be used for.
	Scopes []string `json:"scopes"`
	// IssuedAt and ExpiresAt are the times between which the token is valid.
	IssuedAt  time.Time `json:"iat"`
	ExpiresAt time.Time `json:"exp"`
	// CustomClaims are the other claims, which a template of the project adds. Nil if there are none.
	CustomClaims map[string]any `json:"custom_claims,omitzero" stytch:"sensitive"`
}

// HasScope reports whether the token has a scope. The scope "read:*" includes "read:documents" and "read";
// there are no other wildcards.
func (t AccessToken) HasScope(scope string) bool {
	action, _, _ := strings.Cut(scope, ":")
	for _, have := range t.Scopes {
		if have == scope || have == action+":*" && action != "" {
			return true
		}
	}
	return false
}

// Format prints the value without its secrets.
func (t AccessToken) Format(f fmt.State, verb rune) { redact.Format(f, verb, t) }

// LogValue returns the value for a log, without its secrets.
func (t AccessToken) LogValue() slog.Value { return redact.LogValue(t) }

// AccessTokenOptions says which access tokens are accepted. The zero value accepts every valid one.
type AccessTokenOptions struct {
	// RequiredScopes are scopes that the token must all have; see [AccessToken.HasScope].
	RequiredScopes []string
	// MaxTokenAge is the highest age of a token. A local check does not see that a client was deleted or
	// deactivated, or that a user has withdrawn their consent, after the token was issued. 0 accepts a token
	// for its whole life, an hour by default.
	MaxTokenAge time.Duration
	// AuthorizationCheck is what the scopes of the token must allow, by the access policy of the project; see
	// [RBACService.ScopesAllow]. Nil asks nothing.
	AuthorizationCheck *AuthorizationCheck
	// OrganizationID is for package b2b. It is the id of the organization whose data is asked for: the member
	// of the token must belong to it. A slug is refused. Empty asks nothing; then compare the OrganizationID of
	// the token yourself.
	OrganizationID string
}

// ErrMissingScope is matched by the error for an access token that is valid but lacks a required scope. Such
// an error also matches [ErrNotAllowed], and [PublicErrorOf] returns 403 for it.
var ErrMissingScope = errors.New("stytch: access token: it lacks a required scope")

// missingScope is the error for one scope.
type missingScope struct{ scope string }

func (e *missingScope) Error() string { return fmt.Sprintf("%v: %.64q", ErrMissingScope, e.scope) }
func (e *missingScope) Is(target error) bool {
	return target == ErrMissingScope || target == ErrNotAllowed
}

// ScopesAllow reports whether the scopes of an access token allow an action on a resource. If not, the error
// says why: it matches [ErrNotAllowed] if no scope allows the action. With any other error it is unknown,
// because the access policy could not be fetched; [PublicErrorOf] returns 503 for it.
//
// The scopes of the access policy decide, and what the policy permits each of them. A scope matches one of
// the policy if both are equal; wildcards like those of [AccessToken.HasScope] mean nothing here. Roles play
// no part: the service lets a user grant a scope only if the user's roles cover it.
//
// The policy is the one that [Allowed] uses, with the same cache. Fetching it needs the project's secret, so a
// client of [NewPublicClient] cannot do it.
//
// AccessTokenOptions.AuthorizationCheck asks the same together with the check of a token. ScopesAllow is for
// handlers behind it, and for the answer of [IDPService.IntrospectTokenNetwork].
func (s *RBACService) ScopesAllow(ctx context.Context, scopes []string, resourceID, action string) (bool, error) {
	if err := s.client().Refusal(); err != nil {
		return false, err
	}
	err := s.client().Policies().DecideScopes(ctx, scopes, rbac.Check{ResourceID: resourceID, Action: action})
	return err == nil, err
}

// AuthenticateToken checks an access token of an M2M client without a call, for an API that programs call. It
// checks the signature, the project, the times, the scopes and what they allow. The errors are
// [ErrMissingScope], [ErrNotAllowed] and the ErrJWT errors. The JWTs of sessions and the tokens that connected apps get for users are rejected.
//
// The keys are fetched at the first use and cached, as for session JWTs. They need no project secret, so a
// client of [NewPublicClient] is enough without an AuthorizationCheck.
//
// Source: https://stytch.com/docs/api/authenticate-m2m-token
func (s *M2MService) AuthenticateToken(ctx context.Context, accessToken string, opts AccessTokenOptions) (*AccessToken, error) {
	token, _, err := accessTokenOf(ctx, s.client(), accessToken, opts)
	if err != nil {
		return nil, err
	}
	if token.ClientID != "" && token.ClientID != token.Subject {
		return nil, fmt.Errorf("%w: the client, for it was issued to a connected app", ErrJWTMissingClaim)
	}
	token.ClientID = token.Subject
	return token, nil
}

// IntrospectTokenLocal checks an access token of a connected app without a call. Unlike
// [IDPService.IntrospectTokenNetwork], it does not see that a token was revoked, and accepts no refresh
// tokens. The errors are [ErrMissingScope], [ErrNotAllowed] and the ErrJWT errors. The JWTs of sessions are
// rejected. The tokens of M2M clients have the client as their Subject, so compare it before you take it for a user.
//
// Source: https://stytch.com/docs/api-reference/consumer/api/connected-apps/methods/authenticate-access-token-local
func (s *IDPService) IntrospectTokenLocal(ctx context.Context, accessToken string, opts AccessTokenOptions) (*AccessToken, error) {
	token, _, err := accessTokenOf(ctx, s.client(), accessToken, opts)
	return token, err
}

// Middleware returns a middleware for net/http that passes only requests with a valid access token of an M2M
// client to the handler, in the header "Authorization: Bearer ...". The handler gets the token with
// [AccessTokenFrom]. See [M2MService.AuthenticateToken] for what is checked.
//
// The answer is 401 without a valid token, 403 if its scopes are not enough, and 503 if the keys or the access
// policy cannot be fetched. The header WWW-Authenticate says which, as RFC 6750 defines it.
func (s *M2MService) Middleware(opts AccessTokenOptions) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			if !strings.EqualFold(scheme, "Bearer") {
				w.Header().Set("WWW-Authenticate", "Bearer")
				http.Error(w, "An access token is required.", http.StatusUnauthorized)
				return
			}
			token, err := s.AuthenticateToken(r.Context(), strings.TrimSpace(value), opts)
			switch {
			case err == nil:
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), accessTokenKey{}, token)))
			case errors.Is(err, ErrMissingScope):
				w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer error=%q, scope=%q", "insufficient_scope", strings.Join(opts.RequiredScopes, " ")))
				http.Error(w, "The access token lacks a scope.", http.StatusForbidden)
			case errors.Is(err, ErrNotAllowed):
				w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope"`)
				http.Error(w, "The scopes of the access token do not allow this.", http.StatusForbidden)
			case errors.Is(err, ErrJWTKeysUnreachable), errors.Is(err, rbac.ErrUndecided):
				http.Error(w, "Access tokens cannot be checked at the moment.", http.StatusServiceUnavailable)
			default:
				w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				http.Error(w, "The access token is not valid.", http.StatusUnauthorized)
			}
		})
	}
}

type accessTokenKey struct{}

// AccessTokenFrom returns the access token that [M2MService.Middleware] found, from the request's context, and
// whether there is one.
func AccessTokenFrom(ctx context.Context) (*AccessToken, bool) {
	token, ok := ctx.Value(accessTokenKey{}).(*AccessToken)
	return token, ok
}

// claimedOrganization is the organization of a member, in an access token.
type claimedOrganization struct{ id, slug string }

func (o *claimedOrganization) read(name string, d *wire.Reader) bool {
	if name != sessionjwt.OrganizationClaim {
		return false
	}
	for d.BeginObject(); d.NextField(); {
		switch d.Name() {
		case "organization_id":
			o.id = d.String()
		case "slug":
			o.slug = d.String()
		default:
			d.Skip()
		}
	}
	return true
}

// accessTokenOf checks an access token.
func accessTokenOf(ctx context.Context, client *transport.Client, jwt string, opts AccessTokenOptions) (*AccessToken, *claimedOrganization, error) {
	if err := client.Refusal(); err != nil {
		return nil, nil, err
	}
	if opts.MaxTokenAge < 0 {
		return nil, nil, fmt.Errorf("AccessTokenOptions.MaxTokenAge is %v; want a positive duration, or 0 for any age", opts.MaxTokenAge)
	}
	verifier := client.Verifier()
	organization, claims, err := sessionjwt.VerifyAccess(ctx, verifier, jwt, (*claimedOrganization).read)
	if err != nil {
		return nil, nil, err
	}
	if opts.MaxTokenAge > 0 && claims.Age() > opts.MaxTokenAge {
		return nil, nil, fmt.Errorf("%w: it is older than %v", ErrJWTExpired, opts.MaxTokenAge)
	}
	token := &AccessToken{
		Subject: claims.Subject, IssuedAt: claims.IssuedAt, ExpiresAt: claims.Expires, CustomClaims: wire.CopyMap(claims.Custom),
	}
	scope, _ := token.CustomClaims["scope"].(string)
	token.Scopes = strings.Fields(scope)
	token.ClientID, _ = token.CustomClaims["client_id"].(string)
	delete(token.CustomClaims, "scope")
	delete(token.CustomClaims, "client_id")
	if len(token.CustomClaims) == 0 {
		token.CustomClaims = nil
	}
	for _, want := range opts.RequiredScopes {
		if !token.HasScope(want) {
			return nil, nil, &missingScope{want}
		}
	}
	if opts.OrganizationID != "" {
		if err := client.Policies().InOrganization(rbac.Subject{OrganizationID: organization.id}, opts.OrganizationID); err != nil {
			return nil, nil, err
		}
	}
	if check := opts.AuthorizationCheck.local(); check != nil {
		if err := client.Policies().DecideScopes(ctx, token.Scopes, *check); err != nil {
			return nil, nil, err
		}
	}
	return token, organization, nil
}

// AccessTokenOf is for package b2b.
func (shared) AccessTokenOf(ctx context.Context, client *transport.Client, jwt string, opts AccessTokenOptions) (token *AccessToken, organizationID, slug string, err error) {
	token, organization, err := accessTokenOf(ctx, client, jwt, opts)
	if err != nil {
		return nil, "", "", err
	}
	return token, organization.id, organization.slug, nil
}

// ENDMANUAL(AccessTokens)
