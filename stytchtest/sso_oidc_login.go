package stytchtest

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/stytchgen/sdk/b2b"
)

// oidcScopes are what a login asks for unless the connection says so.
const oidcScopes = "openid email profile"

// oauthConfig is the connection as a client of its provider.
func (p *Project) oauthConfig(c *connection) oauth2.Config {
	return oauth2.Config{
		ClientID: c.OIDC.ClientID, ClientSecret: c.OIDC.ClientSecret, RedirectURL: p.callbackURL(c),
		Endpoint: oauth2.Endpoint{AuthURL: c.OIDC.AuthorizationURL, TokenURL: c.OIDC.TokenURL},
	}
}

// scopes are what a login asks for: the scopes of the connection, and more.
func (c *connection) scopes(more []string) []string {
	text := c.OIDC.CustomScopes
	if text == "" {
		text = oidcScopes
	}
	var scopes []string
	for _, scope := range append(strings.Fields(text), more...) {
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// askOIDC returns the address of the provider at which a login continues.
func (r *run) askOIDC(l ssoLogin) (string, *apiError) {
	config := r.project.oauthConfig(l.target)
	config.Scopes = l.target.scopes(l.scopes)
	nonce := newToken()
	return config.AuthCodeURL(r.beginAt(l, nonce), oidc.Nonce(nonce)), nil
}

// returnOIDC completes a login with what the provider says about the person.
func (r *run) returnOIDC(c *connection, q url.Values) (string, *apiError) {
	state := q.Get("state")
	if state == "" {
		return "", fail("missing_oidc_state_param")
	}
	l, _ := r.begun(state, c)
	switch {
	case l == nil || l.Used:
		return "", fail("unsolicited_oidc_response")
	case !r.now.Before(l.ExpiresAt):
		return "", fail("expired_oidc_response")
	}
	l.Used = true
	switch failed := q.Get("error"); {
	case failed == "access_denied":
		return "", fail("oidc_user_not_assigned_to_app_in_idp")
	case failed != "":
		return "", failf("oidc_invalid_callback_request", "the provider answers with the error %s", described(failed))
	case q.Get("code") == "":
		return "", failf("oidc_invalid_callback_request", "the provider sent no code")
	}
	config, of, nonce := r.project.oauthConfig(c), *c.OIDC, l.Begun.Nonce
	var claims map[string]any
	var issued *oauth2.Token
	var err *apiError
	r.unlocked(func(ctx context.Context) { claims, issued, err = r.claimsOf(ctx, config, of, q.Get("code"), nonce) })
	if err != nil {
		return "", err
	}
	if c = r.project.state.Connections.find(byID, of.ConnectionID); c == nil {
		return "", fail("sso_connection_not_found")
	}
	_, connection := r.begun(state, c)
	if connection == nil {
		return "", fail("unsolicited_oidc_response")
	}
	subject, _ := claims["sub"].(string)
	i, err := c.identify(subject, claims)
	if err != nil {
		return "", err
	}
	i.Tokens = &oidcTokens{Scopes: c.scopes(nil)}
	if granted, _ := issued.Extra("scope").(string); granted != "" {
		i.Tokens.Scopes = strings.Fields(granted)
	}
	i.Tokens.take(issued, r.now)
	return r.landSSO(connection, i, l.Challenge, l.Begun.URLs)
}

// protocolClaims are the claims of an ID token that do not describe the person.
var protocolClaims = []string{"iss", "aud", "exp", "iat", "nbf", "jti", "nonce", "at_hash", "c_hash", "azp", "auth_time"}

// claimsOf exchanges a code. It returns the claims of the ID token and of UserInfo, and
// the tokens.
func (r *run) claimsOf(ctx context.Context, config oauth2.Config, of b2b.OIDCConnection, code, nonce string) (map[string]any, *oauth2.Token, *apiError) {
	token, err := config.Exchange(ctx, code)
	if err != nil { // err can contain the answer of the provider
		return nil, nil, failf("oidc_auth_code_error", "the provider did not exchange the code")
	}
	provider := (&oidc.ProviderConfig{IssuerURL: of.Issuer, AuthURL: of.AuthorizationURL, TokenURL: of.TokenURL, UserInfoURL: of.UserInfoURL, JWKSURL: of.JWKSURL}).NewProvider(ctx)
	raw, _ := token.Extra("id_token").(string)
	idToken, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: of.ClientID, Now: r.project.clock.Now}).Verify(ctx, raw)
	if err != nil || idToken.Nonce != nonce {
		return nil, nil, fail("oidc_invalid_id_token")
	}
	claims := map[string]any{}
	if idToken.Claims(&claims) != nil {
		return nil, nil, fail("oidc_invalid_id_token")
	}
	if of.UserInfoURL != "" {
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		more := map[string]any{}
		if err != nil || info.Claims(&more) != nil {
			return nil, nil, fail("oidc_invalid_userinfo")
		}
		if info.Subject != idToken.Subject {
			return nil, nil, fail("oidc_response_subject_mismatch")
		}
		maps.Copy(claims, more)
	}
	if claims["email_verified"] == false || claims["email_verified"] == "false" {
		return nil, nil, fail("oidc_response_unverified_email")
	}
	maps.DeleteFunc(claims, func(name string, _ any) bool { return slices.Contains(protocolClaims, name) })
	return claims, token, nil
}
