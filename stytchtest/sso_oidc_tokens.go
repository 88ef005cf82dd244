package stytchtest

import (
	"context"
	"time"

	"golang.org/x/oauth2"

	"github.com/stytchgen/sdk/b2b"
)

// oidcTokens are the tokens of a member's last login with an OIDC connection.
type oidcTokens struct {
	providerTokens
	Scopes []string `json:"scopes"`
}

// take takes over what a provider issued. A provider that issues no new refresh token
// leaves the old one valid.
func (t *oidcTokens) take(issued *oauth2.Token, now time.Time) {
	t.Access, t.ExpiresAt = issued.AccessToken, now.Add(accessLife)
	if issued.ExpiresIn > 0 {
		t.ExpiresAt = now.Add(time.Duration(issued.ExpiresIn) * time.Second)
	}
	if issued.RefreshToken != "" {
		t.Refresh = issued.RefreshToken
	}
	if id, _ := issued.Extra("id_token").(string); id != "" {
		t.ID = id
	}
}

func (r *run) oidcProviders(q b2b.OrganizationsMembersOIDCProvidersRequest) (b2b.OrganizationsMembersOIDCProvidersResponse, *apiError) {
	answer := b2b.OrganizationsMembersOIDCProvidersResponse{}
	_, m, err := r.member(q.OrganizationID, q.MemberID)
	if err != nil {
		return answer, err
	}
	registrations := m.Profile.SSORegistrations
	for _, registration := range registrations {
		tokens, have := m.OIDCTokens[registration.ConnectionID]
		if !have {
			continue
		}
		if !r.now.Before(tokens.ExpiresAt) {
			if tokens, err = r.refreshOIDC(registration.ConnectionID, tokens); err != nil {
				return answer, err
			}
			if _, m, err = r.member(q.OrganizationID, q.MemberID); err != nil {
				return answer, err
			}
			if _, still := m.OIDCTokens[registration.ConnectionID]; still {
				m.OIDCTokens[registration.ConnectionID] = tokens
			}
		}
		info := b2b.OIDCProviderInfo{
			ProviderSubject: registration.ExternalID, IDToken: tokens.ID, AccessToken: tokens.Access, Scopes: tokens.Scopes,
			AccessTokenExpiresIn: int(tokens.ExpiresAt.Sub(r.now).Seconds()), ConnectionID: registration.ConnectionID,
		}
		if q.IncludeRefreshToken != nil && *q.IncludeRefreshToken && tokens.Refresh != "" {
			info.RefreshToken = new(tokens.Refresh)
		}
		answer.Registrations = append(answer.Registrations, info)
	}
	if len(answer.Registrations) == 0 {
		return answer, fail("member_oidc_token_not_found")
	}
	return answer, nil
}

// refreshOIDC gets a new access token from the provider, as the service does by itself.
func (r *run) refreshOIDC(connectionID string, tokens oidcTokens) (oidcTokens, *apiError) {
	c := r.project.state.Connections.find(byID, connectionID)
	if c != nil {
		c = r.project.state.target(c)
	}
	switch {
	case tokens.Refresh == "":
		return tokens, fail("missing_oidc_refresh_token")
	case c == nil || c.OIDC == nil:
		return tokens, fail("unable_to_refresh_oidc_token")
	case emulatedProvider(c.OIDC.AuthorizationURL):
		tokens.Access, tokens.ExpiresAt = newToken(), r.now.Add(accessLife)
		return tokens, nil
	}
	config, old := r.project.oauthConfig(c), &oauth2.Token{RefreshToken: tokens.Refresh}
	var issued *oauth2.Token
	var err error
	r.unlocked(func(ctx context.Context) { issued, err = config.TokenSource(ctx, old).Token() })
	if err != nil { // err can contain the answer of the provider
		return tokens, fail("unable_to_refresh_oidc_token")
	}
	tokens.take(issued, r.now)
	return tokens, nil
}
