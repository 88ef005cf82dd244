package stytchtest

import (
	"cmp"
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// emailOTP is the factor type of an e-mail code in a member's session.
const emailOTP = stytch.AuthenticationFactorTypeEmailOTP

func (r *run) authenticateEmail(q b2b.OTPsEmailAuthenticateRequest) (b2b.OTPsEmailAuthenticateResponse, *apiError) {
	none := b2b.OTPsEmailAuthenticateResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, q.EmailAddress)
	if m == nil {
		m = r.movingTo(o.Profile.OrganizationID, q.EmailAddress)
	}
	if m == nil {
		return none, fail("member_not_found")
	}
	c := r.project.state.emailCode(q.EmailAddress)
	if c != nil && c.MemberID != m.Profile.MemberID {
		c = nil // the code is for another organization, or for discovery
	}
	if err := r.try(c, q.Code, q.EmailAddress, &m.attempts); err != nil {
		return none, err
	}
	p := proof{email: m.Profile.EmailAddress, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale)}
	if err := r.continued(&p, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	if err := r.moved(o, m, q.EmailAddress); err != nil {
		return none, err
	}
	p.email = m.Profile.EmailAddress
	p.factors = addFactor(p.factors, emailFactor(emailOTP, m.emailID(), m.Profile.EmailAddress, r.now))
	m.succeeded()
	if c != nil {
		c.Used = true
	}
	l, err := r.login(o, m, p)
	if err != nil {
		return none, err
	}
	token, expires := l.intermediateToken()
	return b2b.OTPsEmailAuthenticateResponse{
		MemberID: m.Profile.MemberID, MethodID: m.emailID(), OrganizationID: o.Profile.OrganizationID,
		Member: l.member, Organization: l.organization, SessionToken: l.token, SessionJWT: l.jwt,
		IntermediateSessionToken: token, IntermediateSessionTokenExpiresAt: expires,
		MemberAuthenticated: l.authenticated, MemberSession: l.memberSessions, MFARequired: l.mfa, PrimaryRequired: l.primary,
		MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

// emailID returns the method ID of a member's e-mail address. It is derived
// from the member ID, so it does not change.
func (m *member) emailID() string {
	return "member-email" + strings.TrimPrefix(m.Profile.MemberID, "member")
}

// phoneID returns the method ID of a member's phone number.
func (m *member) phoneID() string {
	return "member-phone" + strings.TrimPrefix(m.Profile.MemberID, "member")
}

// continued adds the factors of an intermediate session or of a session to a
// proof. At most one of the two is given.
func (r *run) continued(p *proof, m *member, token, sessionToken, sessionJWT *string) *apiError {
	switch {
	case token != nil:
		i, err := r.findIntermediate(*token)
		if err != nil {
			return err
		}
		if i.MemberID != "" && i.MemberID != m.Profile.MemberID || i.MemberID == "" && !sameAddress(i.Email, m.Profile.EmailAddress) {
			return failf("invalid_intermediate_session_token_for_organization", "the intermediate session is for another member")
		}
		p.begun, p.verified, p.account = i, p.verified || i.Verified, cmp.Or(p.account, i.Account)
		p.factors = append(p.factors, i.Factors...)
	case sessionToken != nil || sessionJWT != nil:
		s, err := r.find(sessionToken, sessionJWT)
		if err != nil {
			return err
		}
		if s.MemberID != m.Profile.MemberID {
			return fail("member_session_member_id_mismatch")
		}
		if err := s.mutable(); err != nil {
			return err
		}
		p.session = s
		p.factors = append(p.factors, s.Factors...)
	}
	return p.checkClaims()
}

// checkClaims reports claims that the login cannot set, before anything is used up.
func (p *proof) checkClaims() *apiError {
	var have map[string]any
	if p.session != nil {
		have = p.session.Claims
	}
	_, err := mergeClaims(have, p.claims)
	return err
}

// alongside is continued for a primary factor, which a session of another member
// does not prevent.
func (r *run) alongside(p *proof, m *member, token, sessionToken, sessionJWT *string) *apiError {
	if sessionToken != nil || sessionJWT != nil {
		s, err := r.find(sessionToken, sessionJWT)
		if err != nil {
			return err
		}
		if s.MemberID != m.Profile.MemberID {
			return p.checkClaims()
		}
	}
	return r.continued(p, m, token, sessionToken, sessionJWT)
}

func (r *run) memberSMSSend(q b2b.OTPsSMSSendRequest) (b2b.OTPsSMSSendResponse, *apiError) {
	none := b2b.OTPsSMSSendResponse{}
	o, m, err := r.member(q.OrganizationID, q.MemberID)
	if err != nil {
		return none, err
	}
	if err := r.continued(&proof{}, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	given := text(q.MFAPhoneNumber)
	switch {
	case !o.allowsMFA(m, b2b.MFAMethodSMSOTP):
		return none, fail("operation_restricted_by_organization_mfa_methods")
	case m.Profile.MFAPhoneNumber == "" && given == "":
		return none, failf("member_phone_number_not_found", "the member has no phone number, and mfa_phone_number is not given")
	case m.Profile.MFAPhoneNumber == "":
		m.Profile.MFAPhoneNumber, m.Profile.MFAPhoneNumberVerified = given, false
	case given != "" && given != m.Profile.MFAPhoneNumber:
		return none, failf("duplicate_member_phone_number", "the member has another phone number already")
	}
	r.deliverMFA(o, m, text(q.Locale))
	return b2b.OTPsSMSSendResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

func (r *run) memberSMSAuthenticate(q b2b.OTPsSMSAuthenticateRequest) (b2b.OTPsSMSAuthenticateResponse, *apiError) {
	none := b2b.OTPsSMSAuthenticateResponse{}
	step, err := r.second(q.OrganizationID, q.MemberID, b2b.MFAMethodSMSOTP, proof{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims},
		q.IntermediateSessionToken, q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	o, m := step.o, step.m
	if err := r.try(m.MFACode, q.Code, m.Profile.MFAPhoneNumber, &m.attempts); err != nil {
		return none, err
	}
	m.succeeded()
	if m.MFACode != nil {
		m.MFACode.Used = true
	}
	m.Profile.MFAPhoneNumberVerified = true
	m.enroll(o, b2b.MFAMethodSMSOTP, q.SetMFAEnrollment, q.SetDefaultMFA)
	step.p.factors = addFactor(step.p.factors, phoneFactor(ChannelSMS, m.phoneID(), m.Profile.MFAPhoneNumber, r.now))
	l, err := r.start(memberLogin{organization: o.Profile}, o, m, step.p)
	if err != nil {
		return none, err
	}
	return b2b.OTPsSMSAuthenticateResponse{
		MemberID: m.Profile.MemberID, Member: l.member, Organization: o.Profile,
		SessionToken: l.token, SessionJWT: l.jwt, MemberSession: l.memberSessions, MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

// enroll sets whether the member needs a second factor from now on, after a login
// by one.
func (m *member) enroll(o *organization, method b2b.MFAMethod, set *b2b.MFAEnrollment, setDefault *bool) {
	switch {
	case o.Profile.MFAPolicy == b2b.MFAPolicyRequiredForAll:
		m.Profile.MFAEnrolled = true
	case text(set) == "enroll":
		m.Profile.MFAEnrolled = true
	case text(set) == "unenroll":
		m.Profile.MFAEnrolled = false
	}
	if m.Profile.DefaultMFAMethod == "" || setDefault != nil && *setDefault {
		m.Profile.DefaultMFAMethod = string(method)
	}
}
