package stytchtest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/internal/validate"
	"github.com/stytchgen/sdk/stytch"
)

// Lifetimes of the tokens of connected apps. That of an access token is a setting
// of the app.
const (
	idTokenLife        = time.Hour
	refreshTokenMonths = 3
)

// maxReplaced is how many replaced refresh tokens of an authorization are recognized as
// stolen when they come back.
const maxReplaced = 100

// authorization is one authorization of a connected app: its code, and the tokens
// that the app got for the code.
type authorization struct {
	place
	ClientID string `json:"client_id"`
	// UserID, or OrganizationID and MemberID, name the person.
	UserID         string `json:"user_id,omitempty"`
	OrganizationID string `json:"organization_id,omitempty"`
	MemberID       string `json:"member_id,omitempty"`
	// SessionID is the session that the person authorized the app with, or empty.
	SessionID   string   `json:"session_id,omitempty"`
	Scopes      []string `json:"scopes"`
	Resources   []string `json:"resources,omitempty"`
	RedirectURI string   `json:"redirect_uri"`
	Nonce       string   `json:"nonce,omitempty"`
	Challenge   string   `json:"challenge,omitempty"`

	Code          string    `json:"code"`
	CodeExpiresAt time.Time `json:"code_expires_at"`
	CodeUsed      bool      `json:"code_used,omitempty"`

	// Refresh is the refresh token, or empty. Replaced are those before it.
	Refresh          string    `json:"refresh,omitempty"`
	RefreshedAt      time.Time `json:"refreshed_at,omitzero"`
	RefreshExpiresAt time.Time `json:"refresh_expires_at,omitzero"`
	Replaced         []string  `json:"replaced,omitempty"`
	// Access are the access tokens that have not expired.
	Access []accessToken `json:"access,omitempty"`
	// Revoked says whether the person took the consent back, or a token was stolen.
	Revoked bool `json:"revoked,omitempty"`
}

// accessToken is an access token of a connected app. It is a JWT, so the rest is in it.
type accessToken struct {
	ID        string    `json:"id"`
	IssuedAt  time.Time `json:"issued_at"`
	ExpiresAt time.Time `json:"expires_at"`
	// Exchanged says whether the token was exchanged for a session.
	Exchanged bool `json:"exchanged,omitempty"`
}

func (a *authorization) keys() []key {
	keys := []key{{byOwner, a.owner()}, {byToken, a.Code}, {byToken, a.Refresh}}
	for _, token := range a.Replaced {
		keys = append(keys, key{byToken, token})
	}
	for _, token := range a.Access {
		keys = append(keys, key{byID, token.ID})
	}
	return keys
}

// owner is the id of the person. One of the two ids is empty.
func (a *authorization) owner() string { return a.UserID + a.MemberID }

// over reports whether nothing of the authorization can be used any more.
func (a *authorization) over(now time.Time) bool {
	return !now.Before(a.CodeExpiresAt) && !now.Before(a.RefreshExpiresAt) &&
		!slices.ContainsFunc(a.Access, func(t accessToken) bool { return now.Before(t.ExpiresAt) })
}

// tokenRequest is a request to the token endpoint. Each grant type has fields of
// its own.
type tokenRequest struct {
	ClientID     string  `json:"client_id"`
	ClientSecret *string `json:"client_secret"`
	Code         *string `json:"code"`
	RedirectURI  *string `json:"redirect_uri"`
	CodeVerifier *string `json:"code_verifier"`
	RefreshToken *string `json:"refresh_token"`
	Scope        *string `json:"scope"`
}

// tokenResponse is the response to it.
type tokenResponse struct {
	RequestID    string  `json:"request_id"`
	StatusCode   int     `json:"status_code"`
	AccessToken  string  `json:"access_token"`
	TokenType    string  `json:"token_type"`
	ExpiresIn    int     `json:"expires_in"`
	Scope        string  `json:"scope"`
	RefreshToken *string `json:"refresh_token,omitempty"`
	IDToken      *string `json:"id_token,omitempty"`
}

// grantTypes are the grant types of the token endpoint that connected apps use. The
// spec has only the one of M2M clients.
var grantTypes = map[string]handler{
	"authorization_code": typed((*run).tokensOfCode),
	"refresh_token":      typed((*run).refreshTokens),
}

// grantType returns the handler of a request to the token endpoint by a connected
// app, and nil for any other request.
func (q *request) grantType(arguments map[string]any) handler {
	name, _ := arguments["grant_type"].(string)
	if q.endpoint.ID != "m2m.token" {
		return nil
	}
	return grantTypes[name]
}

// invalidGrant is the error for a code or a refresh token. Its error type is that of
// OAuth; the reason is one of the service's own error types.
func invalidGrant(reason string) *apiError {
	return failf("invalid_grant", "%s", reason)
}

// tokensFor checks what both grants have in common: the parameters that a request needs, and
// the app.
func (r *run) tokensFor(q tokenRequest, needed map[string]*string) (*connectedApp, *apiError) {
	needed["client_id"] = &q.ClientID
	if err := given(needed); err != nil {
		return nil, err
	}
	return r.authenticateApp(q.ClientID, q.ClientSecret)
}

// authenticateApp returns the app that a request of OAuth names, if it proves its secret.
// Public apps have none.
func (r *run) authenticateApp(id string, secret *string) (*connectedApp, *apiError) {
	c := r.project.state.ConnectedApps.find(byID, id)
	if c == nil || c.isPublic() == (secret != nil) || secret != nil && !c.accepts(*secret) {
		return nil, fail("invalid_client")
	}
	return c, nil
}

// given reports the parameters of a request that are missing.
func given(parameters map[string]*string) *apiError {
	var found []validate.Violation
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if text(parameters[name]) == "" {
			found = append(found, validate.Violation{Field: name, Message: "is required"})
		}
	}
	if len(found) == 0 {
		return nil
	}
	return failf("invalid_request", "%s", join(found))
}

// tokensOfCode issues tokens for an authorization code. A code that comes a second
// time was stolen, so that the tokens of the first time are revoked, as RFC 6749
// recommends. What the service does is not published.
func (r *run) tokensOfCode(q tokenRequest) (tokenResponse, *apiError) {
	none := tokenResponse{}
	c, err := r.tokensFor(q, map[string]*string{"code": q.Code, "redirect_uri": q.RedirectURI})
	if err != nil {
		return none, err
	}
	a := r.project.state.Authorizations.find(byToken, *q.Code)
	switch {
	case a == nil || a.Code != *q.Code || a.ClientID != q.ClientID:
		return none, invalidGrant("the app has no such code")
	case a.CodeUsed:
		a.Revoked = true
		return none, invalidGrant("the code was used before")
	case a.Revoked:
		return none, invalidGrant("the person has withdrawn the consent to the app")
	case !r.now.Before(a.CodeExpiresAt):
		return none, invalidGrant("the code has expired")
	case a.RedirectURI != *q.RedirectURI:
		return none, invalidGrant("redirect_uri is not the one of the authorization")
	}
	if err := checkVerifier(a.Challenge, q.CodeVerifier); err != nil {
		return none, invalidGrant("code_verifier: " + map[string]string{
			"pkce_expected_code_verifier":       "it is missing, and the authorization began with a challenge",
			"pkce_did_not_expect_code_verifier": "the authorization began without a challenge",
			"pkce_mismatch":                     "it does not match the challenge",
		}[err.errorType])
	}
	a.CodeUsed = true
	if slices.Contains(a.Scopes, offlineScope) {
		r.renew(a, newToken())
	}
	return r.tokens(c, a, a.Scopes, a.Nonce), nil
}

// renew sets the refresh token of an authorization.
func (r *run) renew(a *authorization, token string) {
	if a.Refresh != "" && a.Refresh != token {
		a.Replaced = append(a.Replaced[max(0, len(a.Replaced)-maxReplaced+1):], a.Refresh)
	}
	a.Refresh, a.RefreshedAt, a.RefreshExpiresAt = token, r.now, r.now.AddDate(0, refreshTokenMonths, 0)
}

// refreshTokens issues tokens for a refresh token. A public app gets another one each
// time. If it uses an old one, one of the two is in wrong hands, so that all are
// revoked, as OAuth 2.1 demands. A confidential app keeps its refresh token.
func (r *run) refreshTokens(q tokenRequest) (tokenResponse, *apiError) {
	none := tokenResponse{}
	c, err := r.tokensFor(q, map[string]*string{"refresh_token": q.RefreshToken})
	if err != nil {
		return none, err
	}
	a := r.project.state.Authorizations.find(byToken, *q.RefreshToken)
	switch {
	case a == nil || a.Code == *q.RefreshToken || a.ClientID != q.ClientID:
		return none, invalidGrant("the app has no such refresh token")
	case a.Revoked:
		return none, invalidGrant("the refresh token was revoked")
	case a.Refresh != *q.RefreshToken:
		a.Revoked = true
		return none, invalidGrant("the refresh token was replaced by a newer one")
	case !r.now.Before(a.RefreshExpiresAt):
		return none, invalidGrant("the refresh token has expired")
	}
	scopes := a.Scopes
	if asked := strings.Fields(text(q.Scope)); len(asked) > 0 {
		scopes = asked
		for _, scope := range asked {
			if !slices.Contains(a.Scopes, scope) {
				return none, failf("invalid_scope", "the person did not grant the scope %q", scope)
			}
		}
	}
	next := a.Refresh
	if c.isPublic() {
		next = newToken()
	}
	r.renew(a, next)
	return r.tokens(c, a, scopes, ""), nil
}

// tokens issues the tokens of an authorization.
func (r *run) tokens(c *connectedApp, a *authorization, scopes []string, nonce string) tokenResponse {
	life := time.Duration(c.Profile.AccessTokenExpiryMinutes) * time.Minute
	token := accessToken{ID: newID("access-token"), IssuedAt: r.now, ExpiresAt: r.now.Add(life)}
	a.Access = append(slices.DeleteFunc(a.Access, func(t accessToken) bool { return !r.now.Before(t.ExpiresAt) }), token)
	scope := strings.Join(scopes, " ")
	claims := jwt.MapClaims{"client_id": a.ClientID, "scope": scope, "jti": token.ID}
	if audience := slices.Concat(a.Resources, strings.Fields(text(c.Profile.AccessTokenCustomAudience))); len(audience) > 0 {
		claims["aud"] = audience
	}
	if o := r.project.state.organizationByID(a.OrganizationID); o != nil {
		claims[organizationClaim] = map[string]any{"organization_id": a.OrganizationID, "slug": o.Profile.OrganizationSlug}
	}
	answer := tokenResponse{
		AccessToken: r.project.sign(claims, a.owner(), r.now, life), TokenType: "bearer", ExpiresIn: int(life / time.Second), Scope: scope,
	}
	if a.Refresh != "" {
		answer.RefreshToken = &a.Refresh
	}
	if slices.Contains(scopes, openIDScope) {
		answer.IDToken = new(r.idToken(a, scopes, nonce))
	}
	return answer
}

// idToken says who the person is. Its audience is the app, as OpenID Connect demands,
// so that it is no access token for the project.
func (r *run) idToken(a *authorization, scopes []string, nonce string) string {
	claims := r.project.aboutPerson(a, scopes)
	claims["iss"], claims["sub"], claims["aud"] = r.project.issuer(), a.owner(), []string{a.ClientID}
	claims["iat"], claims["nbf"], claims["exp"] = r.now.Unix(), r.now.Unix(), r.now.Add(idTokenLife).Unix()
	if nonce != "" {
		claims["nonce"] = nonce
	}
	return r.project.keys.sign(claims)
}

// aboutPerson returns what an app with these scopes may know about a person.
func (p *Project) aboutPerson(a *authorization, scopes []string) jwt.MapClaims {
	about := map[string]map[string]any{}
	if u := p.state.userByID(a.UserID); u != nil {
		about = u.about()
	} else if m := p.state.memberByID(a.OrganizationID, a.MemberID); m != nil {
		about = m.about()
	}
	claims := jwt.MapClaims{}
	for _, scope := range scopes {
		maps.Copy(claims, about[scope])
	}
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == "" })
	return claims
}

// about returns the claims about a user, by scope. Empty ones do not count.
func (u *user) about() map[string]map[string]any {
	about := map[string]map[string]any{profileScope: {}}
	if name := u.Profile.Name; name != nil {
		parts := slices.DeleteFunc([]string{text(name.FirstName), text(name.MiddleName), text(name.LastName)}, func(s string) bool { return s == "" })
		about[profileScope] = map[string]any{
			"name": strings.Join(parts, " "), "given_name": text(name.FirstName), "middle_name": text(name.MiddleName), "family_name": text(name.LastName),
		}
	}
	for _, o := range u.Profile.Providers {
		maps.Copy(about[profileScope], map[string]any{"picture": o.ProfilePictureURL, "locale": o.Locale})
	}
	for _, m := range u.Methods {
		scope, address, verified := phoneScope, "phone_number", "phone_number_verified"
		if m.isEmail() {
			scope, address, verified = emailScope, "email", "email_verified"
		}
		if have := about[scope]; have == nil || m.Verified && have[verified] == false {
			about[scope] = map[string]any{address: m.Address, verified: m.Verified}
		}
	}
	return about
}

// about returns the claims about a member, by scope.
func (m *member) about() map[string]map[string]any {
	p := m.Profile
	about := map[string]map[string]any{
		profileScope: {"name": p.Name},
		emailScope:   {"email": p.EmailAddress, "email_verified": p.EmailAddressVerified},
	}
	if p.MFAPhoneNumber != "" {
		about[phoneScope] = map[string]any{"phone_number": p.MFAPhoneNumber, "phone_number_verified": p.MFAPhoneNumberVerified}
	}
	return about
}

// introspectRequest is a request of both APIs, and of the revocation endpoint.
type introspectRequest struct {
	ClientID     string  `json:"client_id"`
	ClientSecret *string `json:"client_secret"`
	Token        string  `json:"token"`
}

// introspect tells an app about a token of its own. Any other token is not active. The
// hint about the kind of token does not matter.
func introspect(r *run, arguments map[string]any) (any, *apiError) {
	q := as[introspectRequest](arguments)
	if _, err := r.authenticateApp(q.ClientID, q.ClientSecret); err != nil {
		return nil, err
	}
	answer := map[string]any{"active": false}
	switch claims, a, t := r.accessToken(q.Token); {
	case a != nil && a.ClientID == q.ClientID && !a.Revoked && r.now.Before(t.ExpiresAt):
		maps.Copy(answer, claims)
		answer["active"], answer["token_type"] = true, stytch.IDPTokenTypeAccessToken
		delete(answer, "jti")
	case a == nil:
		a := r.project.state.Authorizations.find(byToken, q.Token)
		if a == nil || a.Refresh != q.Token || a.ClientID != q.ClientID || a.Revoked || !r.now.Before(a.RefreshExpiresAt) {
			break
		}
		maps.Copy(answer, map[string]any{
			"active": true, "token_type": stytch.IDPTokenTypeRefreshToken, "client_id": a.ClientID, "sub": a.owner(),
			"scope": strings.Join(a.Scopes, " "), "iss": r.project.issuer(), "aud": []string{r.project.ID},
			"iat": a.RefreshedAt.Unix(), "nbf": a.RefreshedAt.Unix(), "exp": a.RefreshExpiresAt.Unix(),
		})
		if o := r.project.state.organizationByID(a.OrganizationID); o != nil {
			answer[organizationClaim] = map[string]any{"organization_id": a.OrganizationID, "slug": o.Profile.OrganizationSlug}
		}
	}
	answer["request_id"], answer["status_code"] = newID("request-id"), r.status
	return answer, nil
}

// accessToken returns the claims of an access token that the project issued to a
// connected app, and its authorization. The token can have expired or be revoked.
// All are nil for any other text.
func (r *run) accessToken(text string) (jwt.MapClaims, *authorization, *accessToken) {
	claims, err := r.project.parse(text)
	if err != nil || !r.project.isOwn(claims) {
		return nil, nil, nil
	}
	id, _ := claims["jti"].(string)
	a := r.project.state.Authorizations.find(byID, id)
	if a == nil {
		return nil, nil, nil
	}
	i := slices.IndexFunc(a.Access, func(t accessToken) bool { return t.ID == id })
	return claims, a, &a.Access[i]
}
