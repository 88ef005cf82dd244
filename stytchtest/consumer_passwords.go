package stytchtest

import (
	"fmt"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

const (
	// defaultResetLife is the lifetime of a link that resets a password, in
	// minutes, when the request sets none.
	defaultResetLife = 30
	// freshFactor is how long a login allows to reset a password within its
	// session.
	freshFactor = 5 * time.Minute
)

// passwordFactor returns the factor that a password proves.
func passwordFactor(now time.Time) stytch.AuthenticationFactor {
	return newFactor(stytch.AuthenticationFactorTypePassword, stytch.AuthenticationFactorDeliveryMethodKnowledge, now)
}

// wrongPassword is the error of a password that is not the right one.
func wrongPassword() *apiError { return failf("unauthorized_credentials", "the password is wrong") }

// setPassword gives a user a password, in place of an earlier one.
func (u *user) setPassword(h hashed) {
	id := newID("password")
	if u.Profile.Password != nil {
		id = u.Profile.Password.PasswordID
	}
	u.Password, u.Profile.Password = &h, &stytch.Password{PasswordID: id}
}

// SetPassword gives a user or member a password, whatever the project's policy says.
// The user or member needs an e-mail address.
func (p *Project) SetPassword(id, password string) error {
	defer p.lock()()
	if u := p.state.userByID(id); u != nil {
		u.setPassword(hashPassword(password))
		return nil
	}
	if m := p.state.Members.find(byID, id); m != nil && !m.deleted() {
		p.setMemberPassword(m.Profile.EmailAddress, m, hashPassword(password))
		return nil
	}
	return fmt.Errorf("stytchtest: no user or member has the id %q", id)
}

func (r *run) passwordCreate(q stytch.PasswordsCreateRequest) (stytch.PasswordsCreateResponse, *apiError) {
	none := stytch.PasswordsCreateResponse{}
	u, _ := r.project.state.userByAddress(q.Email, r.now)
	var m *method
	sandbox := sameAddress(q.Email, SandboxEmail)
	switch {
	case sandbox:
		u, m, _ = r.findOrCreate(q.Email, nil)
	case u != nil:
		return none, fail("duplicate_email")
	default:
		if err := r.project.state.PasswordPolicy.acceptable(q.Password, q.Email); err != nil {
			return none, err
		}
		u = r.newUser(nil)
		m = u.add(q.Email)
		if err := r.set(u, settings{name: q.Name, trusted: q.TrustedMetadata, untrusted: q.UntrustedMetadata}); err != nil {
			return none, err
		}
	}
	with := sessionArguments{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, telemetryID: q.TelemetryID}
	session, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	if !sandbox {
		u.setPassword(hashPassword(q.Password))
		r.project.state.Users.add(u)
	}
	in := r.logIn(u, session, with, passwordFactor(r.now))
	return stytch.PasswordsCreateResponse{
		UserID: u.Profile.UserID, EmailID: m.ID, SessionToken: in.token, SessionJWT: in.jwt, User: in.user, Session: in.session, UserDevice: in.device,
	}, nil
}

func (r *run) passwordAuthenticate(q stytch.PasswordsAuthenticateRequest) (stytch.PasswordsAuthenticateResponse, *apiError) {
	none := stytch.PasswordsAuthenticateResponse{}
	u, _ := r.project.state.userByAddress(q.Email, r.now)
	sandbox := sameAddress(q.Email, SandboxEmail)
	if sandbox {
		u, _, _ = r.findOrCreate(q.Email, nil)
	}
	if u == nil {
		return none, fail("email_not_found")
	}
	with := sessionArguments{q.SessionToken, q.SessionJWT, q.SessionDurationMinutes, q.SessionCustomClaims, nil, q.TelemetryID}
	session, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	if !sandbox {
		if err := r.tryPassword(u, q.Password, "reset_password"); err != nil {
			return none, err
		}
		if r.project.state.PasswordPolicy.needsReset(q.Password, q.Email) {
			u.Profile.Password = &stytch.Password{PasswordID: u.Profile.Password.PasswordID, RequiresReset: true}
			return none, fail("reset_password")
		}
	}
	in := r.logIn(u, session, with, passwordFactor(r.now))
	return stytch.PasswordsAuthenticateResponse{
		UserID: u.Profile.UserID, SessionToken: in.token, SessionJWT: in.jwt, User: in.user, Session: in.session, UserDevice: in.device,
	}, nil
}

// tryPassword checks a user's password. A wrong one counts as a failure. due is
// the error type of a password that must be reset.
func (r *run) tryPassword(u *user, password, due string) *apiError {
	switch {
	case u.locked(r.now):
		return fail("user_lock_limit_reached")
	case u.Profile.Password == nil:
		return fail("no_user_password")
	case u.Profile.Password.RequiresReset:
		return fail(due)
	case u.Password == nil || !u.Password.matches(password):
		u.failed(r.now, r.project.server.limits)
		return wrongPassword()
	}
	return nil
}

func (r *run) passwordStrength(q stytch.PasswordsStrengthCheckRequest) (stytch.PasswordsStrengthCheckResponse, *apiError) {
	policy := r.project.state.PasswordPolicy
	j := policy.judge(q.Password, text(q.Email))
	leaked := q.Email != nil && policy.checksBreachOnCreation() && isBreached(q.Password)
	feedback := &stytch.PasswordFeedback{Warning: &j.warning, Suggestions: j.suggestions, LUDSRequirements: j.luds}
	answer := stytch.PasswordsStrengthCheckResponse{
		ValidPassword: j.strong && !leaked, Score: j.score, BreachedPassword: leaked, StrengthPolicy: stytch.PasswordStrengthPolicyLUDS,
		BreachDetectionOnCreate: policy.checksBreachOnCreation(), Feedback: feedback,
	}
	if j.luds == nil {
		answer.StrengthPolicy = stytch.PasswordStrengthPolicyZxcvbn
	}
	return answer, nil
}

func (r *run) passwordMigrate(q stytch.PasswordsMigrateRequest) (stytch.PasswordsMigrateResponse, *apiError) {
	none := stytch.PasswordsMigrateResponse{}
	h := hashed{q.HashType, q.Hash, q.MD5Config, q.SHA1Config, q.SHA512Config, q.Argon2Config, q.ScryptConfig, q.PBKDF2Config}
	if _, err := h.parse(); err != nil {
		return none, err
	}
	st := &r.project.state
	u, m := st.userByAddress(q.Email, r.now)
	created := u == nil
	to := settings{name: q.Name, trusted: q.TrustedMetadata, untrusted: q.UntrustedMetadata}
	switch {
	case created:
		u = r.newUser(nil)
		m = u.add(q.Email)
		to.externalID, to.roles = q.ExternalID, q.Roles
	case u.Profile.Password != nil:
		return none, fail("password_already_exists")
	}
	emailVerified := m.Verified || q.SetEmailVerified != nil && *q.SetEmailVerified
	phoneVerified := q.SetPhoneNumberVerified != nil && *q.SetPhoneNumberVerified
	if q.PhoneNumber != nil {
		switch owner, _ := st.userByAddress(*q.PhoneNumber, r.now); {
		case owner != nil && owner != u:
			return none, fail("duplicate_phone_number")
		case !emailVerified && !phoneVerified:
			return none, failf("too_many_unverified_factors", "neither the e-mail address nor the phone number is verified")
		}
	}
	if err := r.set(u, to); err != nil {
		return none, err
	}
	m.Verified = emailVerified
	if q.PhoneNumber != nil {
		number := u.method(*q.PhoneNumber)
		if number == nil {
			number = u.add(*q.PhoneNumber)
		}
		number.Verified = number.Verified || phoneVerified
	}
	u.setPassword(h)
	if created {
		st.Users.add(u)
	}
	return stytch.PasswordsMigrateResponse{UserID: u.Profile.UserID, EmailID: m.ID, UserCreated: created, User: u.profile(r.now)}, nil
}

func (r *run) passwordResetStart(q stytch.PasswordsEmailResetStartRequest) (stytch.PasswordsEmailResetStartResponse, *apiError) {
	none := stytch.PasswordsEmailResetStartResponse{}
	u, m := r.project.state.userByAddress(q.Email, r.now)
	if u == nil && isSandbox(q.Email) {
		u, m, _ = r.findOrCreate(q.Email, nil)
	}
	if u == nil {
		return none, fail("email_not_found")
	}
	reset, login, err := r.resetURLs(q.ResetPasswordRedirectURL, q.LoginRedirectURL, q.CodeChallenge, RedirectLogin)
	if err != nil {
		return none, err
	}
	r.sendReset(link{
		Kind: resetLink, URL: reset, Challenge: text(q.CodeChallenge), Attributes: q.Attributes,
		Address: m.Address, UserID: u.Profile.UserID, MethodID: m.ID,
	}, minutes(q.ResetPasswordExpirationMinutes, defaultResetLife), passwordlessLink, login,
		Message{Locale: text(q.Locale), TemplateID: text(q.ResetPasswordTemplateID)})
	return stytch.PasswordsEmailResetStartResponse{UserID: u.Profile.UserID, EmailID: m.ID}, nil
}

func (r *run) passwordReset(q stytch.PasswordsEmailResetRequest) (stytch.PasswordsEmailResetResponse, *apiError) {
	none := stytch.PasswordsEmailResetResponse{}
	l, err := r.follow(q.Token, q.CodeVerifier, resetLinkErrors, resetLink)
	if err != nil {
		return none, err
	}
	u := r.project.state.userByID(l.UserID)
	if u == nil || u.methodByID(l.MethodID) == nil {
		return none, fail(resetLinkErrors.dead)
	}
	if u.locked(r.now) {
		return none, fail("user_lock_limit_reached")
	}
	if match := q.Options; match != nil {
		if err := sameClient(match.IPMatchRequired, match.UserAgentMatchRequired, q.Attributes, l.Attributes); err != nil {
			return none, err
		}
	}
	in, err := r.replacePassword(u, l.Address, q.Password, sessionArguments{q.SessionToken, q.SessionJWT, q.SessionDurationMinutes, q.SessionCustomClaims, q.Attributes, q.TelemetryID})
	if err != nil {
		return none, err
	}
	l.Used = true
	m := u.methodByID(l.MethodID)
	m.Verified, m.RemoveAt = true, time.Time{}
	return stytch.PasswordsEmailResetResponse{
		UserID: u.Profile.UserID, SessionToken: in.token, SessionJWT: in.jwt, User: u.profile(r.now), Session: in.session, UserDevice: in.device,
	}, nil
}

// replacePassword gives a user another password, and ends all their sessions. It
// starts a new session if a duration is given.
func (r *run) replacePassword(u *user, address, password string, with sessionArguments) (loggedIn, *apiError) {
	if err := r.project.state.PasswordPolicy.acceptable(password, address); err != nil {
		return loggedIn{}, err
	}
	if _, err := r.extended(u, with); err != nil { // checks the session that was given, which ends too
		return loggedIn{}, err
	}
	with.token, with.jwt = nil, nil
	started, err := r.extended(u, with)
	if err != nil {
		return loggedIn{}, err
	}
	u.setPassword(hashPassword(password))
	r.project.state.endSessions(u.Profile.UserID, nil)
	return r.logIn(u, started, with, passwordFactor(r.now)), nil
}

func (r *run) passwordExistingReset(q stytch.PasswordsExistingPasswordResetRequest) (stytch.PasswordsExistingPasswordResetResponse, *apiError) {
	none := stytch.PasswordsExistingPasswordResetResponse{}
	u, _ := r.project.state.userByAddress(q.Email, r.now)
	if u == nil {
		return none, fail("email_not_found")
	}
	if err := r.tryPassword(u, q.ExistingPassword, "cannot_reset_password_with_existing_password"); err != nil {
		return none, err
	}
	in, err := r.replacePassword(u, q.Email, q.NewPassword, sessionArguments{q.SessionToken, q.SessionJWT, q.SessionDurationMinutes, q.SessionCustomClaims, nil, q.TelemetryID})
	if err != nil {
		return none, err
	}
	return stytch.PasswordsExistingPasswordResetResponse{
		UserID: u.Profile.UserID, SessionToken: in.token, SessionJWT: in.jwt, User: in.user, Session: in.session, UserDevice: in.device,
	}, nil
}

func (r *run) passwordSessionReset(q stytch.PasswordsSessionResetRequest) (stytch.PasswordsSessionResetResponse, *apiError) {
	none := stytch.PasswordsSessionResetResponse{}
	s, err := r.find(q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	u := r.project.state.userByID(s.UserID)
	if u == nil {
		return none, failf("session_not_found", "the session belongs to a member; the B2B call takes it")
	}
	if err := s.mutable(); err != nil {
		return none, err
	}
	if !freshlyProved(s.Factors, r.now) {
		return none, fail("session_too_old_to_reset_password")
	}
	if err := r.project.state.PasswordPolicy.acceptable(q.Password, u.account()); err != nil {
		return none, err
	}
	with := sessionArguments{q.SessionToken, q.SessionJWT, q.SessionDurationMinutes, q.SessionCustomClaims, nil, q.TelemetryID}
	extended, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	u.setPassword(hashPassword(q.Password))
	r.project.state.endSessions(u.Profile.UserID, s)
	in := r.logIn(u, extended, with, passwordFactor(r.now))
	return stytch.PasswordsSessionResetResponse{
		UserID: u.Profile.UserID, SessionToken: in.token, SessionJWT: in.jwt, User: in.user, Session: in.session, UserDevice: in.device,
	}, nil
}

// freshlyProved reports whether a password, or an e-mail address, was proved in
// the last minutes.
func freshlyProved(factors []stytch.AuthenticationFactor, now time.Time) bool {
	for _, f := range factors {
		recent := f.LastAuthenticatedAt != nil && !f.LastAuthenticatedAt.Before(now.Add(-freshFactor))
		if recent && (f.Type == stytch.AuthenticationFactorTypePassword || f.EmailFactor != nil) {
			return true
		}
	}
	return false
}
