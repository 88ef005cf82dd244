package stytchtest

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/stytch"
)

// oauthErrors are the error types of a token of OAuth.
var oauthErrors = linkErrors{"oauth_token_not_found", "oauth_token_not_found"}

// sandboxOAuthToken always logs the sandbox user in.
const sandboxOAuthToken = "hdPVZHHX0UoRa7hJTuuPHi1vlddffSnoweRbVFf5-H8g"

func (r *run) oauthAttach(q stytch.OAuthAttachRequest) (stytch.OAuthAttachResponse, *apiError) {
	none := stytch.OAuthAttachResponse{}
	one, ok := providerByName(q.Provider)
	if !ok || one.name == "hubspot" {
		return none, failf("invalid_oauth_provider", "there is no provider %q; want a name in lower case, such as google", q.Provider)
	}
	u, err := r.named(adding{q.UserID, q.SessionToken, q.SessionJWT})
	if err != nil {
		return none, err
	}
	token := r.addLink(link{Kind: attachLink, UserID: u.Profile.UserID, Account: &account{Provider: one.name}}, attachLife)
	return stytch.OAuthAttachResponse{OAuthAttachToken: token}, nil
}

// oauthUser returns the user of a login with an account, or nil for a new user: the
// one who has the account, the one that it is attached to, or the one whose
// address the provider vouches for.
func (r *run) oauthUser(l link) (*user, *apiError) {
	a := l.Account
	u := r.project.state.Users.find(bySubject, subjectKey(a.Provider, a.Subject))
	switch {
	case l.UserID != "":
		to := r.project.state.userByID(l.UserID)
		if to == nil {
			return nil, fail("user_not_found")
		}
		if u != nil && u != to {
			return nil, failf("bad_request", "the account at the provider belongs to another user")
		}
		return to, nil
	case u != nil:
		return u, nil
	case a.Vouched:
		u, _ = r.project.state.userByAddress(a.Email, r.now)
	}
	return u, nil
}

// subjectKey is the text of the key for an account at a provider.
func subjectKey(provider, subject string) string { return strings.ToLower(provider) + "\x00" + subject }

// connect gives a user an account, if they do not have it, and returns its
// registration.
func (u *user) connect(p provider, a account) stytch.OAuthProvider {
	for _, have := range u.Profile.Providers {
		if have.ProviderType == p.title && have.ProviderSubject == a.Subject {
			return have
		}
	}
	made := stytch.OAuthProvider{ProviderType: p.title, ProviderSubject: a.Subject, OAuthUserRegistrationID: newID("oauth-user")}
	u.Profile.Providers = append(slices.Clone(u.Profile.Providers), made)
	return made
}

func (r *run) oauthAuthenticate(q stytch.OAuthAuthenticateRequest) (stytch.OAuthAuthenticateResponse, *apiError) {
	none := stytch.OAuthAuthenticateResponse{}
	l, err := r.followOAuth(q.Token, q.CodeVerifier)
	if err != nil {
		return none, err
	}
	u, err := r.oauthUser(*l)
	if err != nil {
		return none, err
	}
	isNew := u == nil
	if isNew {
		u = r.newUser(nil)
	}
	if u.locked(r.now) {
		return none, fail("user_lock_limit_reached")
	}
	with := sessionArguments{q.SessionToken, q.SessionJWT, q.SessionDurationMinutes, q.SessionCustomClaims, nil, q.TelemetryID}
	extended, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	l.Used = true
	if isNew {
		r.project.state.Users.add(u)
	}
	one, _ := providerByName(l.Account.Provider)
	registration := u.connect(one, *l.Account)
	f := stytch.OAuthFactor{ID: registration.OAuthUserRegistrationID, ProviderSubject: registration.ProviderSubject}
	reset := false
	if m := r.vouchedMethod(u, *l.Account); m != nil {
		reset, f.EmailID = r.verify(u, m), &m.ID
	}
	in := r.logIn(u, extended, with, one.newFactor(f, r.now))
	tokens := r.providerTokens(*l.Account)
	return stytch.OAuthAuthenticateResponse{
		UserID: u.Profile.UserID, ProviderSubject: registration.ProviderSubject, ProviderType: one.title, OAuthUserRegistrationID: registration.OAuthUserRegistrationID,
		SessionToken: in.token, SessionJWT: in.jwt, User: in.user, UserSession: in.session, ResetSessions: reset, UserDevice: in.device,
		ProviderValues: stytch.OAuthProviderValues{
			AccessToken: tokens.Access, RefreshToken: tokens.Refresh, IDToken: tokens.ID, Scopes: l.Account.Scopes, ExpiresAt: &tokens.ExpiresAt,
		},
	}, nil
}

// vouchedMethod returns the address that a provider vouches for, which the user
// gets unless another user has it. It is nil if there is none.
func (r *run) vouchedMethod(u *user, a account) *method {
	if !a.Vouched {
		return nil
	}
	owner, m := r.project.state.userByAddress(a.Email, r.now)
	switch {
	case owner == u:
		return m
	case owner != nil:
		return nil
	}
	return u.add(a.Email)
}

// followOAuth returns the link of a token. The sandbox token always works.
func (r *run) followOAuth(token string, verifier *string) (*link, *apiError) {
	if token == sandboxOAuthToken {
		r.findOrCreate(SandboxEmail, nil)
		return &link{Account: &account{Provider: "google", Subject: "sandbox", Email: SandboxEmail, Vouched: true, Scopes: []string{"openid", "email", "profile"}}}, nil
	}
	return r.follow(token, verifier, oauthErrors, oauthLink)
}
