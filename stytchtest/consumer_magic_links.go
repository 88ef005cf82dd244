package stytchtest

import (
	"github.com/stytchgen/sdk/stytch"
)

// Lifetimes of links in minutes, for requests that set none.
const (
	defaultLinkLife       = 60
	defaultSignupLinkLife = 10080
)

// linkMail is what the calls that send a magic link to a user have in common.
type linkMail struct {
	address    string
	challenge  *string
	attributes *stytch.Attributes
	locale     string
	login      mailing
	signup     mailing
	invite     mailing
}

// mailing is what a request sets for mails of one purpose.
type mailing struct {
	url      *string
	life     *int
	template *string
}

// mailPurpose decides which mail a user gets. u is nil for a user who does not
// exist yet.
func mailPurpose(u *user) string {
	switch {
	case u != nil && u.Invited:
		return "invite"
	case u == nil || u.Profile.Status == stytch.UserStatusPending:
		return "signup"
	}
	return "login"
}

// prepared is a mail that can be sent.
type prepared struct {
	purpose, url string
	life         int // minutes
	mailing      mailing
}

// prepare checks everything about a mail before the call changes anything.
func (r *run) prepare(mail linkMail, purpose string) (prepared, *apiError) {
	if err := checkChallenge(mail.challenge); err != nil {
		return prepared{}, err
	}
	var ready prepared
	for _, one := range []struct {
		purpose string
		kind    RedirectType
		mailing mailing
		life    int
	}{
		{"login", RedirectLogin, mail.login, defaultLinkLife},
		{"signup", RedirectSignup, mail.signup, defaultSignupLinkLife},
		{"invite", RedirectInvite, mail.invite, defaultLinkLife},
	} {
		if one.mailing.url == nil && one.purpose != purpose {
			continue
		}
		url, err := r.project.destination(one.kind, one.mailing.url, mail.challenge)
		if err != nil {
			return prepared{}, err
		}
		if one.purpose == purpose {
			if one.mailing.life != nil {
				one.life = *one.mailing.life
			}
			ready = prepared{purpose, url, one.life, one.mailing}
		}
	}
	return ready, nil
}

func (r *run) sendPrepared(mail linkMail, ready prepared, u *user, m *method) {
	r.sendLink(link{
		Kind: loginLink, URL: ready.url, Challenge: text(mail.challenge), Attributes: mail.attributes,
		Address: m.Address, UserID: u.Profile.UserID, MethodID: m.ID,
	}, minutes(&ready.life, 0), Message{Purpose: ready.purpose, Locale: mail.locale, TemplateID: text(ready.mailing.template)})
}

func (r *run) linkSend(q stytch.MagicLinksEmailSendRequest) (stytch.MagicLinksEmailSendResponse, *apiError) {
	none := stytch.MagicLinksEmailSendResponse{}
	mail := linkMail{
		address: q.Email, challenge: q.CodeChallenge, attributes: q.Attributes, locale: text(q.Locale),
		login:  mailing{q.LoginMagicLinkURL, q.LoginExpirationMinutes, q.LoginTemplateID},
		signup: mailing{q.SignupMagicLinkURL, q.SignupExpirationMinutes, q.SignupTemplateID},
	}
	to := adding{q.UserID, q.SessionToken, q.SessionJWT}
	u, _ := r.project.state.userByAddress(q.Email, r.now)
	if to != (adding{}) {
		var err *apiError
		if u, err = r.named(to); err != nil {
			return none, err
		}
	}
	ready, err := r.prepare(mail, mailPurpose(u))
	if err != nil {
		return none, err
	}
	u, m, err := r.recipient(q.Email, to)
	if err != nil {
		return none, err
	}
	r.sendPrepared(mail, ready, u, m)
	return stytch.MagicLinksEmailSendResponse{UserID: u.Profile.UserID, EmailID: m.ID}, nil
}

func (r *run) linkLoginOrCreate(q stytch.MagicLinksEmailLoginOrCreateRequest) (stytch.MagicLinksEmailLoginOrCreateResponse, *apiError) {
	mail := linkMail{
		address: q.Email, challenge: q.CodeChallenge, attributes: q.Attributes, locale: text(q.Locale),
		login:  mailing{q.LoginMagicLinkURL, q.LoginExpirationMinutes, q.LoginTemplateID},
		signup: mailing{q.SignupMagicLinkURL, q.SignupExpirationMinutes, q.SignupTemplateID},
	}
	u, _ := r.project.state.userByAddress(q.Email, r.now)
	ready, err := r.prepare(mail, mailPurpose(u))
	if err != nil {
		return stytch.MagicLinksEmailLoginOrCreateResponse{}, err
	}
	u, m, created := r.findOrCreate(q.Email, q.CreateUserAsPending)
	r.sendPrepared(mail, ready, u, m)
	return stytch.MagicLinksEmailLoginOrCreateResponse{UserID: u.Profile.UserID, EmailID: m.ID, UserCreated: created}, nil
}

// linkInvite invites a person. A second invitation sends another mail; the first
// one stays open.
func (r *run) linkInvite(q stytch.MagicLinksEmailInviteRequest) (stytch.MagicLinksEmailInviteResponse, *apiError) {
	none := stytch.MagicLinksEmailInviteResponse{}
	mail := linkMail{
		address: q.Email, attributes: q.Attributes, locale: text(q.Locale),
		invite: mailing{q.InviteMagicLinkURL, q.InviteExpirationMinutes, q.InviteTemplateID},
	}
	ready, err := r.prepare(mail, "invite")
	if err != nil {
		return none, err
	}
	u, m := r.project.state.userByAddress(q.Email, r.now)
	if isSandbox(q.Email) {
		u, m, _ = r.findOrCreate(q.Email, nil)
		return stytch.MagicLinksEmailInviteResponse{UserID: u.Profile.UserID, EmailID: m.ID}, nil
	}
	if u != nil && u.Profile.Status != stytch.UserStatusPending {
		return none, fail("duplicate_email")
	}
	isNew := u == nil
	if isNew {
		u = r.newUser(new(true))
		m = u.add(q.Email)
	}
	if err := r.set(u, settings{name: q.Name, trusted: q.TrustedMetadata, untrusted: q.UntrustedMetadata}); err != nil {
		return none, err
	}
	if isNew {
		r.project.state.Users.add(u)
	}
	u.Invited = true
	r.sendPrepared(mail, ready, u, m)
	return stytch.MagicLinksEmailInviteResponse{UserID: u.Profile.UserID, EmailID: m.ID}, nil
}

// linkRevokeInvite takes an invitation back. The user goes with it, so that the
// address is free again.
func (r *run) linkRevokeInvite(q stytch.MagicLinksEmailRevokeInviteRequest) (stytch.MagicLinksEmailRevokeInviteResponse, *apiError) {
	none := stytch.MagicLinksEmailRevokeInviteResponse{}
	if isSandbox(q.Email) {
		return none, nil
	}
	u, _ := r.project.state.userByAddress(q.Email, r.now)
	if u == nil || !u.Invited {
		return none, failf("email_not_found", "no open invitation was sent to the address")
	}
	_, err := r.deleteUser(stytch.UsersDeleteRequest{UserID: u.Profile.UserID})
	return none, err
}

// createLink makes a link that the application delivers itself.
func (r *run) createLink(q stytch.MagicLinksCreateRequest) (stytch.MagicLinksCreateResponse, *apiError) {
	u, err := r.user(q.UserID)
	if err != nil {
		return stytch.MagicLinksCreateResponse{}, err
	}
	token := r.addLink(link{
		Kind: loginLink, Attributes: q.Attributes, UserID: u.Profile.UserID, MethodID: newID("embedded"),
	}, minutes(q.ExpirationMinutes, defaultLinkLife))
	return stytch.MagicLinksCreateResponse{UserID: u.Profile.UserID, Token: token}, nil
}

func (r *run) authenticateLink(q stytch.MagicLinksAuthenticateRequest) (stytch.MagicLinksAuthenticateResponse, *apiError) {
	none := stytch.MagicLinksAuthenticateResponse{}
	l, err := r.followUserLink(q.Token, q.CodeVerifier)
	if err != nil {
		return none, err
	}
	u := r.project.state.userByID(l.UserID)
	if u == nil {
		return none, fail("unable_to_auth_magic_link")
	}
	u.prune(r.now)
	m := u.methodByID(l.MethodID)
	switch {
	case u.locked(r.now):
		return none, fail("user_lock_limit_reached")
	case l.Address != "" && m == nil: // the address was not verified in time, or was removed
		return none, fail("unable_to_auth_magic_link")
	}
	if match := q.Options; match != nil {
		if err := sameClient(match.IPMatchRequired, match.UserAgentMatchRequired, q.Attributes, l.Attributes); err != nil {
			return none, err
		}
	}
	with := sessionArguments{q.SessionToken, q.SessionJWT, q.SessionDurationMinutes, q.SessionCustomClaims, q.Attributes, q.TelemetryID}
	session, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	l.Used = true
	reset, factor := false, newFactor(stytch.AuthenticationFactorTypeMagicLink, stytch.AuthenticationFactorDeliveryMethodEmbedded, r.now)
	if m != nil {
		reset, factor = r.verify(u, m), emailFactor(stytch.AuthenticationFactorTypeMagicLink, m.ID, m.Address, r.now)
	} else {
		factor.EmbeddableMagicLinkFactor = &stytch.EmbeddableMagicLinkFactor{EmbeddedID: l.MethodID}
	}
	in := r.logIn(u, session, with, factor)
	return stytch.MagicLinksAuthenticateResponse{
		UserID: u.Profile.UserID, MethodID: l.MethodID, User: in.user, Session: in.session, SessionToken: in.token, SessionJWT: in.jwt,
		ResetSessions: reset, UserDevice: in.device,
	}, nil
}

// followUserLink returns the link of a token. The sandbox token always works.
func (r *run) followUserLink(token string, verifier *string) (*link, *apiError) {
	if token == SandboxLinkToken {
		u, m, _ := r.findOrCreate(SandboxEmail, nil)
		return &link{Address: m.Address, UserID: u.Profile.UserID, MethodID: m.ID}, nil
	}
	return r.follow(token, verifier, magicLinkErrors, loginLink, passwordlessLink)
}

// methodByID returns the method with an ID.
func (u *user) methodByID(id string) *method {
	for _, m := range u.Methods {
		if m.ID == id {
			return m
		}
	}
	return nil
}
