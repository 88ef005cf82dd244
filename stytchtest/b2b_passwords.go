package stytchtest

import (
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// memberPassword is the password of a member, or of an e-mail address if passwords
// are for all organizations.
type memberPassword struct {
	ID   string `json:"id"`
	Hash hashed `json:"hash"`
	// RequiresReset says whether the password must be reset before it is used
	// again.
	RequiresReset bool `json:"requires_reset,omitempty"`
	// attempts count the failures of an address. A member's are the member's own.
	attempts
}

// sharedPassword is the password of an e-mail address for all organizations.
type sharedPassword struct {
	place
	// Address is in lower case.
	Address string `json:"address"`
	memberPassword
}

// sharedPassword returns the password of an address for all organizations, or nil.
func (s *state) sharedPassword(address string) *memberPassword {
	if have := s.Passwords.find(byAddress, strings.ToLower(address)); have != nil {
		return &have.memberPassword
	}
	return nil
}

// passwordOf returns the password of a member, or nil.
func (p *Project) passwordOf(m *member) *memberPassword {
	if p.state.PasswordPolicy.CrossOrganization {
		return p.state.sharedPassword(m.Profile.EmailAddress)
	}
	return m.Password
}

// setMemberPassword gives a member a password, or all members with an e-mail
// address if passwords are for all organizations. m is nil for an address that has
// no member yet.
func (p *Project) setMemberPassword(address string, m *member, h hashed) {
	made := &memberPassword{ID: newID("member-password"), Hash: h}
	if !p.state.PasswordPolicy.CrossOrganization {
		m.Password, m.Profile.MemberPasswordID = made, made.ID
		return
	}
	key := strings.ToLower(address)
	if have := p.state.sharedPassword(key); have != nil {
		made.ID = have.ID
		*have = *made
	} else {
		p.state.Passwords.add(&sharedPassword{Address: key, memberPassword: *made})
	}
	p.sharePasswords(key)
}

// sharePasswords shows a password for all organizations, or that there is none, in
// the profiles of the members with an address.
func (p *Project) sharePasswords(address string) {
	for _, m := range p.state.Members.list(byPerson, address) {
		p.state.Members.lend(m)
		p.sharePassword(m)
	}
}

// sharePassword shows a password for all organizations in the profile of a member.
func (p *Project) sharePassword(m *member) {
	if !p.state.PasswordPolicy.CrossOrganization || m.deleted() {
		return
	}
	m.Profile.MemberPasswordID = ""
	if have := p.passwordOf(m); have != nil {
		m.Profile.MemberPasswordID = have.ID
	}
}

func (r *run) memberPasswordStrength(q b2b.PasswordsStrengthCheckRequest) (b2b.PasswordsStrengthCheckResponse, *apiError) {
	answer, err := r.passwordStrength(stytch.PasswordsStrengthCheckRequest{Password: q.Password, Email: q.EmailAddress})
	if err != nil {
		return b2b.PasswordsStrengthCheckResponse{}, err
	}
	mine := b2b.PasswordsStrengthCheckResponse{
		ValidPassword: answer.ValidPassword, Score: answer.Score, BreachedPassword: answer.BreachedPassword,
		StrengthPolicy: answer.StrengthPolicy, BreachDetectionOnCreate: answer.BreachDetectionOnCreate,
		LUDSFeedback: answer.Feedback.LUDSRequirements,
	}
	if mine.LUDSFeedback == nil {
		mine.ZxcvbnFeedback = &b2b.ZxcvbnFeedback{Warning: text(answer.Feedback.Warning), Suggestions: answer.Feedback.Suggestions}
	}
	return mine, nil
}

func (r *run) memberPasswordMigrate(q b2b.PasswordsMigrateRequest) (b2b.PasswordsMigrateResponse, *apiError) {
	none := b2b.PasswordsMigrateResponse{}
	h := hashed{q.HashType, q.Hash, q.MD5Config, q.SHA1Config, q.SHA512Config, q.Argon2Config, q.ScryptConfig, q.PBKDF2Config}
	if _, err := h.parse(); err != nil {
		return none, err
	}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, q.EmailAddress)
	created := m == nil
	if created {
		if err := r.project.freeAddress(o, nil, q.EmailAddress); err != nil {
			return none, err
		}
		m = &member{}
	} else if r.project.passwordOf(m) != nil && !r.project.state.PasswordPolicy.CrossOrganization {
		return none, fail("password_already_exists")
	}
	change := b2b.OrganizationsMembersUpdateRequest{
		Name: q.Name, TrustedMetadata: q.TrustedMetadata, UntrustedMetadata: q.UntrustedMetadata, Roles: q.Roles, MFAPhoneNumber: q.MFAPhoneNumber,
	}
	if created {
		change.ExternalID = q.ExternalID
	}
	if q.MFAPhoneNumber != nil && *q.MFAPhoneNumber == m.Profile.MFAPhoneNumber {
		change.MFAPhoneNumber = nil
	}
	if err := r.changeMember(nil, o, m, change); err != nil {
		return none, err
	}
	if created {
		changed := m.Profile
		m = r.project.join(o, q.EmailAddress, b2b.MemberStatusActive, r.now)
		m.take(changed)
	}
	if q.Roles != nil {
		m.assign(q.Roles...)
	}
	if q.SetPhoneNumberVerified != nil && *q.SetPhoneNumberVerified && m.Profile.MFAPhoneNumber != "" {
		m.Profile.MFAPhoneNumberVerified = true
	}
	m.Profile.EmailAddressVerified, m.Profile.UpdatedAt = true, new(r.now)
	if r.project.passwordOf(m) == nil {
		r.project.setMemberPassword(q.EmailAddress, m, h)
	}
	return b2b.PasswordsMigrateResponse{MemberID: m.Profile.MemberID, MemberCreated: created, Member: m.profile(r.now), Organization: o.Profile}, nil
}

// passwordMember returns the member of a call that takes an organization, an address and a password.
func (r *run) passwordMember(organizationID, address string) (*organization, *member, *apiError) {
	o, err := r.organization(organizationID)
	if err != nil {
		return nil, nil, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, address)
	switch {
	case m == nil:
		return nil, nil, fail("member_not_found")
	case !o.allows(m, b2b.AuthMethodPassword):
		return nil, nil, fail("operation_restricted_by_organization_auth_methods")
	}
	return o, m, nil
}

// tryMemberPassword checks a password. A wrong one counts as a failure. due is the
// error type of a password that must be reset.
func (r *run) tryMemberPassword(have *memberPassword, of *attempts, password, due string) *apiError {
	switch {
	case of.locked(r.now):
		return fail("user_lock_limit_reached")
	case have == nil:
		return fail("member_password_not_found")
	case have.RequiresReset:
		return fail(due)
	case !have.Hash.matches(password):
		of.failed(r.now, r.project.server.limits)
		return wrongPassword()
	}
	return nil
}

func (r *run) memberPasswordAuthenticate(q b2b.PasswordsAuthenticateRequest) (b2b.PasswordsAuthenticateResponse, *apiError) {
	none := b2b.PasswordsAuthenticateResponse{}
	o, m, err := r.passwordMember(q.OrganizationID, q.EmailAddress)
	if err != nil {
		return none, err
	}
	p := proof{email: m.Profile.EmailAddress, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale)}
	if err := r.alongside(&p, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	have := r.project.passwordOf(m)
	if err := r.tryMemberPassword(have, &m.attempts, q.Password, "member_reset_password"); err != nil {
		return none, err
	}
	if r.project.state.PasswordPolicy.needsReset(q.Password, m.Profile.EmailAddress) {
		have.RequiresReset = true
		return none, fail("member_reset_password")
	}
	m.succeeded()
	p.factors = addFactor(p.factors, passwordFactor(r.now))
	in, err := r.login(o, m, p)
	if err != nil {
		return none, err
	}
	token, expires := in.intermediateToken()
	return b2b.PasswordsAuthenticateResponse{
		MemberID: m.Profile.MemberID, OrganizationID: o.Profile.OrganizationID, Member: in.member, Organization: in.organization,
		SessionToken: in.token, SessionJWT: in.jwt, IntermediateSessionToken: token, IntermediateSessionTokenExpiresAt: expires,
		MemberAuthenticated: in.authenticated, MemberSession: in.memberSessions, MFARequired: in.mfa, PrimaryRequired: in.primary,
		MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

func (r *run) memberPasswordResetStart(q b2b.PasswordsEmailResetStartRequest) (b2b.PasswordsEmailResetStartResponse, *apiError) {
	none := b2b.PasswordsEmailResetStartResponse{}
	_, m, err := r.passwordMember(q.OrganizationID, q.EmailAddress)
	if err != nil {
		return none, err
	}
	reset, login, err := r.resetURLs(q.ResetPasswordRedirectURL, q.LoginRedirectURL, q.CodeChallenge, RedirectLogin)
	if err != nil {
		return none, err
	}
	template := text(q.ResetPasswordTemplateID)
	if r.project.passwordOf(m) == nil && q.VerifyEmailTemplateID != nil {
		template = *q.VerifyEmailTemplateID
	}
	r.sendReset(m.link(memberResetLink, reset, q.CodeChallenge), minutes(q.ResetPasswordExpirationMinutes, defaultResetLife),
		memberLink, login, Message{Locale: text(q.Locale), TemplateID: template})
	return b2b.PasswordsEmailResetStartResponse{MemberID: m.Profile.MemberID, MemberEmailID: m.emailID(), Member: m.profile(r.now)}, nil
}

func (r *run) memberPasswordReset(q b2b.PasswordsEmailResetRequest) (b2b.PasswordsEmailResetResponse, *apiError) {
	none := b2b.PasswordsEmailResetResponse{}
	l, err := r.follow(q.PasswordResetToken, q.CodeVerifier, resetLinkErrors, memberResetLink)
	if err != nil {
		return none, err
	}
	o, m, err := r.member(l.OrganizationID, l.MemberID)
	switch {
	case err != nil || !sameAddress(m.Profile.EmailAddress, l.Address):
		return none, fail(resetLinkErrors.dead)
	case m.locked(r.now):
		return none, fail("user_lock_limit_reached")
	case !o.allows(m, b2b.AuthMethodPassword):
		return none, fail("operation_restricted_by_organization_auth_methods")
	}
	p := proof{verified: true, email: m.Profile.EmailAddress, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale)}
	if err := r.alongside(&p, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	in, err := r.replaceMemberPassword(o, m, q.Password, p)
	if err != nil {
		return none, err
	}
	l.Used = true
	token, expires := in.intermediateToken()
	return b2b.PasswordsEmailResetResponse{
		MemberID: m.Profile.MemberID, MemberEmailID: m.emailID(), OrganizationID: o.Profile.OrganizationID, Member: in.member, Organization: in.organization,
		SessionToken: in.token, SessionJWT: in.jwt, IntermediateSessionToken: token, IntermediateSessionTokenExpiresAt: expires,
		MemberAuthenticated: in.authenticated, MemberSession: in.memberSessions, MFARequired: in.mfa, PrimaryRequired: in.primary,
		MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

// replaceMemberPassword gives a member another password, ends all their sessions,
// and logs them in.
func (r *run) replaceMemberPassword(o *organization, m *member, password string, p proof) (memberLogin, *apiError) {
	if err := r.project.state.PasswordPolicy.acceptable(password, m.Profile.EmailAddress); err != nil {
		return memberLogin{}, err
	}
	r.project.setMemberPassword(m.Profile.EmailAddress, m, hashPassword(password))
	r.project.state.endSessions(m.Profile.MemberID, nil)
	m.succeeded()
	p.session = nil // it has ended too
	p.factors = addFactor(p.factors, passwordFactor(r.now))
	return r.login(o, m, p)
}

func (r *run) memberPasswordExistingReset(q b2b.PasswordsExistingPasswordResetRequest) (b2b.PasswordsExistingPasswordResetResponse, *apiError) {
	none := b2b.PasswordsExistingPasswordResetResponse{}
	o, m, err := r.passwordMember(q.OrganizationID, q.EmailAddress)
	if err != nil {
		return none, err
	}
	p := proof{email: m.Profile.EmailAddress, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale)}
	if err := r.alongside(&p, m, nil, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	if err := r.tryMemberPassword(r.project.passwordOf(m), &m.attempts, q.ExistingPassword, "cannot_reset_password_with_existing_password"); err != nil {
		return none, err
	}
	in, err := r.replaceMemberPassword(o, m, q.NewPassword, p)
	if err != nil {
		return none, err
	}
	token, expires := in.intermediateToken()
	return b2b.PasswordsExistingPasswordResetResponse{
		MemberID: m.Profile.MemberID, Member: in.member, Organization: in.organization,
		SessionToken: in.token, SessionJWT: in.jwt, IntermediateSessionToken: token, IntermediateSessionTokenExpiresAt: expires,
		MemberAuthenticated: in.authenticated, MemberSession: in.memberSessions, MFARequired: in.mfa, PrimaryRequired: in.primary,
		MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

func (r *run) memberPasswordSessionReset(q b2b.PasswordsSessionsResetRequest) (b2b.PasswordsSessionsResetResponse, *apiError) {
	none := b2b.PasswordsSessionsResetResponse{}
	s, err := r.find(q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	if err := s.mutable(); err != nil {
		return none, err
	}
	o, m, err := r.ownerOf(s)
	if err != nil {
		return none, err
	}
	switch {
	case r.project.state.organizationByID(q.OrganizationID) != o:
		return none, fail("organization_not_found")
	case m.locked(r.now):
		return none, fail("user_lock_limit_reached")
	case !o.allows(m, b2b.AuthMethodPassword):
		return none, fail("operation_restricted_by_organization_auth_methods")
	case !freshlyAdded(s.Factors, r.now):
		return none, fail("session_too_old_to_reset_password")
	}
	if err := r.project.state.PasswordPolicy.acceptable(q.Password, m.Profile.EmailAddress); err != nil {
		return none, err
	}
	if _, err := mergeClaims(s.Claims, q.SessionCustomClaims); err != nil {
		return none, err
	}
	r.project.setMemberPassword(m.Profile.EmailAddress, m, hashPassword(q.Password))
	r.project.state.endSessions(m.Profile.MemberID, s)
	in, err := r.login(o, m, proof{
		factors: addFactor(s.Factors, passwordFactor(r.now)), email: m.Profile.EmailAddress, session: s,
		duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale),
	})
	if err != nil {
		return none, err
	}
	return b2b.PasswordsSessionsResetResponse{
		MemberID: m.Profile.MemberID, Member: in.member, Organization: in.organization, SessionToken: in.token, SessionJWT: in.jwt,
		MemberAuthenticated: in.authenticated, MemberSession: in.memberSessions, MFARequired: in.mfa, MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

// freshlyAdded reports whether a session has any factor of the last minutes.
func freshlyAdded(factors []stytch.AuthenticationFactor, now time.Time) bool {
	return slices.ContainsFunc(factors, func(f stytch.AuthenticationFactor) bool {
		return f.LastAuthenticatedAt != nil && !f.LastAuthenticatedAt.Before(now.Add(-freshFactor))
	})
}

// memberPasswordRequireReset makes an address reset its password. If one active
// member has the address, the password is deleted.
func (r *run) memberPasswordRequireReset(q b2b.PasswordsEmailRequireResetRequest) (b2b.PasswordsEmailRequireResetResponse, *apiError) {
	none := b2b.PasswordsEmailRequireResetResponse{}
	st := &r.project.state
	o, m, err := r.requireResetOf(q)
	if err != nil {
		return none, err
	}
	if !st.PasswordPolicy.CrossOrganization {
		return none, fail("cross_org_passwords_not_enabled")
	}
	key := strings.ToLower(q.EmailAddress)
	have := st.Passwords.find(byAddress, key)
	if have == nil {
		return none, fail("member_password_not_found")
	}
	active := 0
	for _, one := range st.Members.list(byPerson, key) {
		if one.Profile.Status == b2b.MemberStatusActive {
			active++
		}
	}
	if active == 1 {
		st.Passwords.remove(have)
		r.project.sharePasswords(key)
	} else {
		have.RequiresReset = true
	}
	if m == nil {
		return none, nil
	}
	return b2b.PasswordsEmailRequireResetResponse{MemberID: new(m.Profile.MemberID), Member: new(m.profile(r.now)), Organization: new(o.Profile)}, nil
}

// requireResetOf returns the member that the call names, if it names an
// organization, and checks the permissions of the member on whose behalf it is.
func (r *run) requireResetOf(q b2b.PasswordsEmailRequireResetRequest) (*organization, *member, *apiError) {
	if q.OrganizationID == nil {
		if q.ActingMember != nil {
			return nil, nil, failf("bad_request", "organization_id: the field is required for a call on behalf of a member")
		}
		return nil, nil, nil
	}
	o, err := r.organization(*q.OrganizationID)
	if err != nil {
		return nil, nil, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, q.EmailAddress)
	if m == nil || q.MemberID != nil && r.project.state.memberByID(o.Profile.OrganizationID, *q.MemberID) != m {
		return nil, nil, fail("member_not_found")
	}
	return o, m, r.permit(q.ActingMember, o, m, memberResource, "update.info.delete.password")
}

func (r *run) discoveryPasswordAuthenticate(q b2b.PasswordsDiscoveryAuthenticateRequest) (b2b.PasswordsDiscoveryAuthenticateResponse, *apiError) {
	none := b2b.PasswordsDiscoveryAuthenticateResponse{}
	st := &r.project.state
	if !st.PasswordPolicy.CrossOrganization {
		return none, fail("cross_org_passwords_not_enabled")
	}
	have := st.sharedPassword(q.EmailAddress)
	of := new(attempts)
	if have != nil {
		of = &have.attempts
	}
	if err := r.tryMemberPassword(have, of, q.Password, "member_reset_password"); err != nil {
		return none, err
	}
	if st.PasswordPolicy.needsReset(q.Password, q.EmailAddress) {
		have.RequiresReset = true
		return none, fail("member_reset_password")
	}
	of.succeeded()
	return b2b.PasswordsDiscoveryAuthenticateResponse(r.beginDiscovery(intermediate{
		Email: q.EmailAddress, Factors: []stytch.AuthenticationFactor{passwordFactor(r.now)},
	})), nil
}

func (r *run) discoveryPasswordResetStart(q b2b.PasswordsDiscoveryEmailResetStartRequest) (b2b.PasswordsDiscoveryEmailResetStartResponse, *apiError) {
	none := b2b.PasswordsDiscoveryEmailResetStartResponse{}
	if !r.project.state.PasswordPolicy.CrossOrganization {
		return none, fail("cross_org_passwords_not_enabled")
	}
	reset, login, err := r.resetURLs(q.ResetPasswordRedirectURL, q.DiscoveryRedirectURL, q.PKCECodeChallenge, RedirectDiscovery)
	if err != nil {
		return none, err
	}
	template := text(q.ResetPasswordTemplateID)
	if r.project.state.sharedPassword(q.EmailAddress) == nil && q.VerifyEmailTemplateID != nil {
		template = *q.VerifyEmailTemplateID
	}
	r.sendReset(link{Kind: discoveryResetLink, URL: reset, Challenge: text(q.PKCECodeChallenge), Address: q.EmailAddress},
		minutes(q.ResetPasswordExpirationMinutes, defaultResetLife), discoveryLink, login, Message{Locale: text(q.Locale), TemplateID: template})
	return none, nil
}

func (r *run) discoveryPasswordReset(q b2b.PasswordsDiscoveryEmailResetRequest) (b2b.PasswordsDiscoveryEmailResetResponse, *apiError) {
	none := b2b.PasswordsDiscoveryEmailResetResponse{}
	l, err := r.follow(q.PasswordResetToken, q.PKCECodeVerifier, resetLinkErrors, discoveryResetLink)
	if err != nil {
		return none, err
	}
	st := &r.project.state
	if !st.PasswordPolicy.CrossOrganization {
		return none, fail("cross_org_passwords_not_enabled")
	}
	if err := st.PasswordPolicy.acceptable(q.Password, l.Address); err != nil {
		return none, err
	}
	l.Used = true
	r.project.setMemberPassword(l.Address, nil, hashPassword(q.Password))
	for _, m := range st.Members.list(byPerson, strings.ToLower(l.Address)) {
		st.endSessions(m.Profile.MemberID, nil)
	}
	return b2b.PasswordsDiscoveryEmailResetResponse(r.beginDiscovery(intermediate{
		Email: l.Address, Factors: []stytch.AuthenticationFactor{passwordFactor(r.now)}, Verified: true,
	})), nil
}
