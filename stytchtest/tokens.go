package stytchtest

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// maxClaims is the largest size of a session's claims, in bytes of JSON.
const maxClaims = 4096

// The names of the claims in a JWT that are the service's own.
const (
	stytchClaims      = "https://stytch.com/"
	sessionClaim      = stytchClaims + "session"
	organizationClaim = stytchClaims + "organization"
)

var reservedClaims = []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}

func isReservedClaim(name string) bool { return slices.Contains(reservedClaims, name) }

func hasStytchPrefix(name string) bool { return strings.HasPrefix(name, stytchClaims) }

func jsonSize(v any) int {
	data, err := json.Marshal(v)
	if err != nil {
		return maxClaims + 1 // cannot happen: the claims were decoded from JSON
	}
	return len(data)
}

// issue signs a session's JWT. Like the service's, it is valid for five minutes,
// independent of the session's lifetime.
func (p *Project) issue(s *session, now time.Time) string {
	claims := jwt.MapClaims{}
	for name, value := range s.Claims {
		claims[name] = value
	}
	owner := s.UserID
	details := map[string]any{
		"id": s.ID, "started_at": stamp(s.StartedAt), "last_accessed_at": stamp(s.LastAccessedAt), "expires_at": stamp(s.ExpiresAt),
		"authentication_factors": factorClaims(s.Factors), "roles": p.rolesOf(s),
	}
	attributes := map[string]any{"user_agent": "", "ip_address": ""}
	if s.Attributes != nil {
		attributes["user_agent"], attributes["ip_address"] = text(s.Attributes.UserAgent), text(s.Attributes.IPAddress)
	}
	details["attributes"] = attributes
	if s.MemberID != "" {
		owner = s.MemberID
		slug := ""
		if o := p.state.organizationByID(s.OrganizationID); o != nil {
			slug = o.Profile.OrganizationSlug
		}
		claims[organizationClaim] = map[string]any{"organization_id": s.OrganizationID, "slug": slug}
	}
	claims[sessionClaim] = details
	return p.sign(claims, owner, now, jwtLife)
}

// sign signs a JWT of the project for a subject.
func (p *Project) sign(claims jwt.MapClaims, subject string, now time.Time, life time.Duration) string {
	audience, _ := claims["aud"].([]string)
	claims["aud"], claims["iss"], claims["sub"] = append([]string{p.ID}, audience...), p.issuer(), subject
	claims["iat"], claims["nbf"], claims["exp"] = now.Unix(), now.Unix(), now.Add(life).Unix()
	return p.keys.sign(claims)
}

// issuer is the issuer of the JWTs of the project.
func (p *Project) issuer() string { return "stytch.com/" + p.ID }

// parse returns the claims of a JWT that a key of the project signed. The JWT can
// have expired.
func (p *Project) parse(token string) (jwt.MapClaims, error) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation(), jwt.WithJSONNumber())
	parsed, err := parser.Parse(token, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		if key := p.keys.find(id); key != nil {
			return key, nil
		}
		return nil, errors.New("no such key")
	})
	if err != nil {
		return nil, err
	}
	claims, _ := parsed.Claims.(jwt.MapClaims)
	return claims, nil
}

// isOwn reports whether a JWT is from this project and for it.
func (p *Project) isOwn(claims jwt.MapClaims) bool {
	audience, _ := claims.GetAudience()
	issuer, _ := claims.GetIssuer()
	return slices.Contains(audience, p.ID) && issuer == p.issuer()
}

// factorClaims returns factors as a JWT contains them. It leaves out the null
// fields of the other forty kinds, so that the JWT fits into a cookie.
func factorClaims(factors []stytch.AuthenticationFactor) []map[string]any {
	claims := make([]map[string]any, len(factors))
	for i, factor := range factors {
		_ = json.Unmarshal(encode(factor), &claims[i]) // cannot fail: it was encoded as an object
		maps.DeleteFunc(claims[i], func(_ string, value any) bool { return value == nil })
	}
	return claims
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// sessionOfJWT returns the session ID in a JWT of this project. It accepts an
// expired JWT, because the session may still be active.
func (p *Project) sessionOfJWT(token string) (string, *apiError) {
	claims, err := p.parse(token)
	if err != nil {
		return "", fail("unable_to_parse_session_jwt")
	}
	if !p.isOwn(claims) {
		return "", fail("jwt_invalid_claims")
	}
	details, _ := claims[sessionClaim].(map[string]any)
	id, _ := details["id"].(string)
	return id, nil
}

// find returns the active session of a token or JWT. One of the two must be given. A
// JWT that cannot be parsed has its own error.
func (r *run) find(token, sessionJWT *string) (*session, *apiError) {
	p := r.project
	kind, text := byToken, ""
	switch {
	case sessionJWT != nil:
		id, err := p.sessionOfJWT(*sessionJWT)
		if err != nil {
			return nil, err
		}
		kind, text = byID, id
	case token != nil:
		text = *token
	default:
		return nil, fail("no_session_arguments")
	}
	if s := p.state.session(kind, text, r.now); s != nil {
		return s, nil
	}
	return nil, fail("session_not_found")
}

// rolesOf returns the ids of the roles of a session's user or member. A role that a
// member has by a single sign-on connection only counts in sessions that used it.
func (p *Project) rolesOf(s *session) []string {
	roles := []string{}
	if u := p.state.userByID(s.UserID); u != nil {
		return append(roles, u.Profile.Roles...)
	}
	if m := p.state.memberByID(s.OrganizationID, s.MemberID); m != nil {
		for _, role := range m.Profile.Roles {
			if len(role.Sources) == 0 || slices.ContainsFunc(role.Sources, s.counts) {
				roles = append(roles, role.RoleID)
			}
		}
	}
	return roles
}

// counts reports whether a source of a role counts in a session.
func (s *session) counts(source b2b.MemberRoleSource) bool {
	if source.Type != ssoAssignment && source.Type != ssoGroupAssignment {
		return true
	}
	return slices.ContainsFunc(s.Factors, func(f stytch.AuthenticationFactor) bool {
		return f.SAMLSSOFactor != nil && f.SAMLSSOFactor.ProviderID == source.Details["connection_id"]
	})
}
