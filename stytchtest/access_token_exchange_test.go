package stytchtest_test

import (
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// fullAccess is a setting of an app that acts as the person.
func fullAccess(app *stytch.ConnectedAppWithClientSecret) { app.FullAccessAllowed = true }

// TestExchangeAccessToken starts a session of a user with the token of an app.
func TestExchangeAccessToken(t *testing.T) {
	w := newWorld(t)
	u := w.ada()
	a := w.oauthApp(stytch.ConnectedAppTypeFirstParty, fullAccess)
	session := must(w.AddSession(u.UserID, 24*time.Hour, nil))(t)
	get := func(bound bool, scopes ...string) string {
		t.Helper()
		q := a.asks(u.UserID, scopes...)
		if bound {
			q.UserID, q.SessionToken = nil, &session.Token
		}
		return w.redeem(a, w.authCode(q)).access
	}
	exchange := func(token string) (*stytch.SessionsExchangeAccessTokenResponse, error) {
		return w.client.Sessions.ExchangeAccessToken(w.ctx, stytch.SessionsExchangeAccessTokenRequest{AccessToken: token, SessionDurationMinutes: new(30)})
	}
	token := get(true, "full_access")
	got := must(exchange(token))(t)
	if got.UserID != u.UserID || got.Session == nil || got.SessionToken == session.Token || len(got.Session.AuthenticationFactors) != 1 ||
		got.Session.AuthenticationFactors[0].OAuthAccessTokenExchangeFactor.ClientID != a.id {
		t.Errorf("the session %+v", got.Session)
	}
	must(w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionJWT: &got.SessionJWT}))(t)

	_, err := exchange(token)
	wants(t, err, stytch.ErrOAuthAccessTokenExchangeTokenInvalidGrant)
	_, err = exchange(get(true, "openid"))
	wants(t, err, stytch.ErrOAuthAccessTokenExchangeMissingFullAccess)
	_, err = exchange(get(false, "full_access"))
	wants(t, err, stytch.ErrIDPAccessTokenCouldNotBeExchanged)
	_, err = exchange("x")
	wants(t, err, stytch.ErrIDPAccessTokenNotFound)
	_, err = exchange(session.JWT)
	wants(t, err, stytch.ErrIDPAccessTokenNotFound)
	old := get(true, "full_access")
	w.Clock().Advance(5*time.Minute + time.Second)
	_, err = exchange(old)
	wants(t, err, stytch.ErrOAuthAccessTokenExchangeTokenTooOld)
	w.Clock().Advance(time.Hour)
	_, err = exchange(old)
	wants(t, err, stytch.ErrIDPAccessTokenExpired)
	revoked := get(true, "full_access")
	must(w.client.Users.Revoke(w.ctx, stytch.UsersRevokeRequest{UserID: u.UserID, ConnectedAppID: a.id}))(t)
	_, err = exchange(revoked)
	wants(t, err, stytch.ErrConnectedAppConsentRevoked)
	ended := get(true, "full_access")
	must(w.client.Sessions.Revoke(w.ctx, stytch.SessionsRevokeRequest{SessionToken: &session.Token}))(t)
	_, err = exchange(ended)
	wants(t, err, stytch.ErrIDPAccessTokenCouldNotBeExchanged)
	_, err = w.B2B().Sessions.ExchangeAccessToken(w.ctx, b2b.SessionsExchangeAccessTokenRequest{AccessToken: ended})
	wants(t, err, stytch.ErrIDPAccessTokenNotFound)
}

// TestMemberExchangeAccessToken gets the session back that the app was authorized with.
func TestMemberExchangeAccessToken(t *testing.T) {
	w := newIDPWorld(t)
	a := w.oauthApp(stytch.ConnectedAppTypeFirstParty, fullAccess)
	session := must(w.AddSession(w.member.MemberID, time.Hour, nil))(t)
	q := w.asks(a, "full_access")
	q.OrganizationID, q.MemberID, q.SessionToken = nil, nil, &session.Token
	token := w.redeem(a, *must(w.b2b.IDP.OAuth.Authorize(w.ctx, q))(t).AuthorizationCode).access
	exchange := b2b.SessionsExchangeAccessTokenRequest{AccessToken: token}
	got := must(w.b2b.Sessions.ExchangeAccessToken(w.ctx, exchange))(t)
	if got.MemberID != w.member.MemberID || got.SessionToken != session.Token || got.MemberSession.MemberSessionID != session.ID || len(got.MemberSession.AuthenticationFactors) != 2 {
		t.Errorf("the session %+v", got.MemberSession)
	}
	_, err := w.b2b.Sessions.ExchangeAccessToken(w.ctx, exchange)
	wants(t, err, stytch.ErrOAuthAccessTokenExchangeTokenInvalidGrant)
	_, err = w.b2b.Sessions.ExchangeAccessToken(w.ctx, b2b.SessionsExchangeAccessTokenRequest{AccessToken: w.grants(a, "full_access").access})
	wants(t, err, stytch.ErrIDPAccessTokenCouldNotBeExchanged)
}
