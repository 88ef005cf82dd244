package stytchtest

import (
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// emailOTP is the factor type of an e-mail code in a member's session.
const emailOTP = stytch.AuthenticationFactorTypeEmailOTP

func (r *request) authenticateEmail(q b2b.OTPsEmailAuthenticateRequest) (b2b.OTPsEmailAuthenticateResponse, *apiError) {
	none := b2b.OTPsEmailAuthenticateResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, q.EmailAddress)
	if m == nil || m.Profile.Status == b2b.MemberStatusDeleted {
		return none, fail("member_not_found")
	}
	c := r.project.state.EmailCodes[strings.ToLower(q.EmailAddress)]
	if c != nil && c.MemberID != m.Profile.MemberID {
		c = nil // the code is for another organization, or for discovery
	}
	if err := r.try(c, q.Code, q.EmailAddress, &m.attempts); err != nil {
		return none, err
	}
	p := proof{email: m.Profile.EmailAddress, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale)}
	begun, err := r.continued(&p, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	p.factors = addFactor(p.factors, emailFactor(emailOTP, m.emailID(), m.Profile.EmailAddress, r.now))
	if _, err := mergeClaims(nil, q.SessionCustomClaims); err != nil {
		return none, err
	}
	m.succeeded()
	if c != nil {
		c.Used = true
	}
	m.Profile.EmailAddressVerified, m.Profile.Status = true, b2b.MemberStatusActive
	l, err := r.login(o, m, p)
	if err != nil {
		return none, err
	}
	if begun != nil {
		r.consume(begun)
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
// proof. At most one of the two is given. It returns the intermediate session.
func (r *request) continued(p *proof, m *member, token, sessionToken, sessionJWT *string) (*intermediate, *apiError) {
	switch {
	case token != nil:
		i, err := r.findIntermediate(*token)
		if err != nil {
			return nil, err
		}
		if i.MemberID != "" && i.MemberID != m.Profile.MemberID || i.MemberID == "" && !sameAddress(i.Email, m.Profile.EmailAddress) {
			return nil, failf("invalid_intermediate_session_token_for_organization", "the intermediate session is for another member")
		}
		p.factors = append(p.factors, i.Factors...)
		return i, nil
	case sessionToken != nil || sessionJWT != nil:
		s, err := r.find(sessionToken, sessionJWT)
		if err != nil {
			return nil, err
		}
		if s.MemberID != m.Profile.MemberID {
			return nil, failf("session_not_found", "the session belongs to another person")
		}
		p.session = s
		p.factors = append(p.factors, s.Factors...)
	}
	return nil, nil
}

func (r *request) memberSMSSend(q b2b.OTPsSMSSendRequest) (b2b.OTPsSMSSendResponse, *apiError) {
	none := b2b.OTPsSMSSendResponse{}
	o, m, err := r.member(q.OrganizationID, q.MemberID)
	if err != nil {
		return none, err
	}
	if _, err := r.continued(&proof{}, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	given := text(q.MFAPhoneNumber)
	switch {
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

func (r *request) memberSMSAuthenticate(q b2b.OTPsSMSAuthenticateRequest) (b2b.OTPsSMSAuthenticateResponse, *apiError) {
	none := b2b.OTPsSMSAuthenticateResponse{}
	o, m, err := r.member(q.OrganizationID, q.MemberID)
	if err != nil {
		return none, err
	}
	p := proof{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims}
	begun, err := r.continued(&p, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	if begun != nil && o.wantsPrimary(p.factors) {
		return none, failf("bad_request", "the organization does not accept these primary factors; want one of allowed_auth_methods before an SMS code")
	}
	if err := r.try(m.MFACode, q.Code, m.Profile.MFAPhoneNumber, &m.attempts); err != nil {
		return none, err
	}
	p.factors = addFactor(p.factors, phoneFactor(ChannelSMS, m.phoneID(), m.Profile.MFAPhoneNumber, r.now))
	l, err := r.start(memberLogin{organization: o.Profile}, o, m, p)
	if err != nil {
		return none, err
	}
	m.succeeded()
	if m.MFACode != nil {
		m.MFACode.Used = true
	}
	if begun != nil {
		r.consume(begun)
	}
	m.enroll(o, q)
	return b2b.OTPsSMSAuthenticateResponse{
		MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile,
		SessionToken: l.token, SessionJWT: l.jwt, MemberSession: l.memberSessions, MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

// enroll sets whether the member needs a second factor from now on.
func (m *member) enroll(o *organization, q b2b.OTPsSMSAuthenticateRequest) {
	m.Profile.MFAPhoneNumberVerified = true
	switch {
	case o.Profile.MFAPolicy == b2b.MFAPolicyRequiredForAll:
		m.Profile.MFAEnrolled = true
	case text(q.SetMFAEnrollment) == "enroll":
		m.Profile.MFAEnrolled = true
	case text(q.SetMFAEnrollment) == "unenroll":
		m.Profile.MFAEnrolled = false
	}
	if m.Profile.DefaultMFAMethod == "" || q.SetDefaultMFA != nil && *q.SetDefaultMFA {
		m.Profile.DefaultMFAMethod = string(b2b.MFAMethodSMSOTP)
	}
}

func (r *request) discoverySend(q b2b.OTPsEmailDiscoverySendRequest) (b2b.OTPsEmailDiscoverySendResponse, *apiError) {
	r.deliverEmail(q.EmailAddress, code{}, minutes(q.DiscoveryExpirationMinutes, defaultEmailLife),
		Message{Purpose: "discovery", Locale: text(q.Locale), TemplateID: text(q.LoginTemplateID)})
	return b2b.OTPsEmailDiscoverySendResponse{}, nil
}

func (r *request) discoveryAuthenticate(q b2b.OTPsEmailDiscoveryAuthenticateRequest) (b2b.OTPsEmailDiscoveryAuthenticateResponse, *apiError) {
	none := b2b.OTPsEmailDiscoveryAuthenticateResponse{}
	c := r.project.state.EmailCodes[strings.ToLower(q.EmailAddress)]
	if c != nil && c.MemberID != "" {
		c = nil // the code is for an organization
	}
	if err := r.try(c, q.Code, q.EmailAddress, new(attempts)); err != nil {
		return none, err
	}
	if c != nil {
		c.Used = true
	}
	id := "email" + strings.TrimPrefix(newID("email"), "email")
	i := r.intermediate(intermediate{Email: q.EmailAddress, Factors: []stytch.AuthenticationFactor{emailFactor(emailOTP, id, q.EmailAddress, r.now)}})
	return b2b.OTPsEmailDiscoveryAuthenticateResponse{
		IntermediateSessionToken: i.Token, IntermediateSessionTokenExpiresAt: &i.ExpiresAt,
		EmailAddress: q.EmailAddress, DiscoveredOrganizations: r.discover(q.EmailAddress),
	}, nil
}

// discover lists the organizations that a person belongs to or may join.
func (r *request) discover(address string) []b2b.DiscoveredOrganization {
	var found []b2b.DiscoveredOrganization
	for _, o := range r.project.state.Organizations {
		membership := &b2b.Membership{}
		m := r.project.state.memberByEmail(o.Profile.OrganizationID, address)
		switch {
		case m != nil && m.Profile.Status != b2b.MemberStatusDeleted:
			membership.Type = b2b.MembershipType(string(m.Profile.Status) + "_member")
			membership.Member = new(m.profile(r.now))
		case m == nil && o.admits(address) == nil:
			membership.Type = b2b.MembershipType("eligible_to_join_by_email_domain")
			membership.Details = map[string]any{"domain": address[strings.LastIndex(address, "@")+1:]}
		default:
			continue
		}
		d := b2b.DiscoveredOrganization{Organization: new(o.Profile), Membership: membership, MemberAuthenticated: true}
		switch {
		case o.Profile.AuthMethods == b2b.MethodPolicyRestricted && !hasPrimary([]stytch.AuthenticationFactor{{Type: emailOTP}}, o.Profile.AllowedAuthMethods):
			d.MemberAuthenticated, d.PrimaryRequired = false, &b2b.PrimaryRequired{AllowedAuthMethods: o.Profile.AllowedAuthMethods}
		case o.Profile.MFAPolicy == b2b.MFAPolicyRequiredForAll || m != nil && m.Profile.MFAEnrolled:
			d.MemberAuthenticated, d.MFARequired = false, &b2b.MFARequired{}
			if m != nil {
				d.MFARequired.MemberOptions = &b2b.MFAMemberOptions{MFAPhoneNumber: m.Profile.MFAPhoneNumber, TOTPRegistrationID: m.Profile.TOTPRegistrationID}
			}
		}
		found = append(found, d)
	}
	return found
}
