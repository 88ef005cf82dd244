package stytchtest

import (
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// maxExchangeAge is how old an access token can be that is exchanged for a session.
const maxExchangeAge = 5 * time.Minute

// exchangeable returns the access token that a call exchanges for a session, with the session that the
// person authorized the app with.
func (r *run) exchangeable(text string, isPerson func(*authorization) bool) (*authorization, *accessToken, *session, *apiError) {
	claims, a, t := r.accessToken(text)
	if a == nil || !isPerson(a) {
		return nil, nil, nil, fail("idp_access_token_not_found")
	}
	scope, _ := claims["scope"].(string)
	s := r.project.state.session(byID, a.SessionID, r.now)
	var wrong string
	switch {
	case a.Revoked:
		wrong = "connected_app_consent_revoked"
	case !r.now.Before(t.ExpiresAt):
		wrong = "idp_access_token_expired"
	case !slices.Contains(strings.Fields(scope), fullAccessScope):
		wrong = "oauth_access_token_exchange_missing_full_access"
	case t.Exchanged:
		wrong = "oauth_access_token_exchange_token_invalid_grant"
	case r.now.Sub(t.IssuedAt) > maxExchangeAge:
		wrong = "oauth_access_token_exchange_token_too_old"
	case s == nil:
		wrong = "idp_access_token_could_not_be_exchanged"
	default:
		return a, t, s, nil
	}
	return nil, nil, nil, fail(wrong)
}

// exchangeFactor is the factor of a session that an app got for an access token.
func exchangeFactor(clientID string, now time.Time) stytch.AuthenticationFactor {
	f := newFactor("oauth", stytch.AuthenticationFactorDeliveryMethodOAuthAccessTokenExchange, now)
	f.OAuthAccessTokenExchangeFactor = &stytch.OAuthAccessTokenExchangeFactor{ClientID: clientID}
	return f
}

func (r *run) exchangeAccessToken(q stytch.SessionsExchangeAccessTokenRequest) (stytch.SessionsExchangeAccessTokenResponse, *apiError) {
	none := stytch.SessionsExchangeAccessTokenResponse{}
	a, t, _, err := r.exchangeable(q.AccessToken, func(a *authorization) bool { return a.UserID != "" })
	if err != nil {
		return none, err
	}
	u, err := r.user(a.UserID)
	if err != nil {
		return none, err
	}
	with := sessionArguments{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, telemetryID: q.TelemetryID}
	s, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	t.Exchanged = true
	in := r.logIn(u, s, with, exchangeFactor(a.ClientID, r.now))
	return stytch.SessionsExchangeAccessTokenResponse{
		UserID: u.Profile.UserID, User: in.user, Session: in.session, SessionToken: in.token, SessionJWT: in.jwt, UserDevice: in.device,
	}, nil
}

// memberExchangeAccessToken returns the session that the member authorized the app with.
func (r *run) memberExchangeAccessToken(q b2b.SessionsExchangeAccessTokenRequest) (b2b.SessionsExchangeAccessTokenResponse, *apiError) {
	none := b2b.SessionsExchangeAccessTokenResponse{}
	a, t, s, err := r.exchangeable(q.AccessToken, func(a *authorization) bool { return a.MemberID != "" })
	if err != nil {
		return none, err
	}
	o, m, err := r.ownerOf(s)
	if err != nil {
		return none, err
	}
	in, err := r.start(memberLogin{organization: o.Profile}, o, m, proof{
		session: s, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, factors: []stytch.AuthenticationFactor{exchangeFactor(a.ClientID, r.now)},
	})
	if err != nil {
		return none, err
	}
	t.Exchanged = true
	return b2b.SessionsExchangeAccessTokenResponse{
		MemberID: m.Profile.MemberID, Member: in.member, Organization: in.organization, MemberSession: in.memberSessions,
		SessionToken: in.token, SessionJWT: in.jwt, MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}
