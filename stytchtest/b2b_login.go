package stytchtest

import (
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// defaultEmailLife is the lifetime of a member's e-mail code, in minutes, when
// the request does not set one.
const defaultEmailLife = 10

// organization returns the organization that a call names.
func (r *run) organization(id string) (*organization, *apiError) {
	if o := r.project.state.organizationByID(id); o != nil {
		return o, nil
	}
	return nil, fail("organization_not_found")
}

// member returns the organization and the member that a call names.
func (r *run) member(organizationID, memberID string) (*organization, *member, *apiError) {
	o, err := r.organization(organizationID)
	if err != nil {
		return nil, nil, err
	}
	if m := r.project.state.memberByID(o.Profile.OrganizationID, memberID); m != nil && m.Profile.Status != b2b.MemberStatusDeleted {
		return o, m, nil
	}
	return nil, nil, fail("member_not_found")
}

// deliverEmail sends a code to an address. It replaces every earlier code of the
// address, for any organization.
func (r *run) deliverEmail(address string, c code, life time.Duration, m Message) {
	m.Channel, m.Address, m.OrganizationID, m.MemberID = ChannelEmail, address, c.OrganizationID, c.MemberID
	var sent *code
	r.send(&sent, c, life, m)
	if have := r.project.state.emailCode(address); have != nil {
		*have = *sent
		return
	}
	r.project.state.EmailCodes.add(&emailCode{Address: strings.ToLower(address), code: *sent})
}

func (r *run) loginOrSignup(q b2b.OTPsEmailLoginOrSignupRequest) (b2b.OTPsEmailLoginOrSignupResponse, *apiError) {
	none := b2b.OTPsEmailLoginOrSignupResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, q.EmailAddress)
	created := m == nil
	life, purpose, template := minutes(q.LoginExpirationMinutes, defaultEmailLife), "login", text(q.LoginTemplateID)
	if created {
		if err := r.project.admits(o, q.EmailAddress); err != nil {
			return none, err
		}
		m = r.project.join(o, q.EmailAddress, b2b.MemberStatusPending, r.now)
	}
	if m.Profile.Status != b2b.MemberStatusActive {
		life, purpose, template = minutes(q.SignupExpirationMinutes, defaultEmailLife), "signup", text(q.SignupTemplateID)
	}
	r.deliverEmail(m.Profile.EmailAddress, code{OrganizationID: o.Profile.OrganizationID, MemberID: m.Profile.MemberID}, life,
		Message{Purpose: purpose, Locale: text(q.Locale), TemplateID: template})
	return b2b.OTPsEmailLoginOrSignupResponse{
		MemberID: m.Profile.MemberID, MemberCreated: created, Member: m.profile(r.now), Organization: o.Profile,
	}, nil
}

// memberLogin is the part of the response that several calls share: a session, or
// what the login still needs.
type memberLogin struct {
	session        *session
	authenticated  bool
	token, jwt     string
	intermediate   *intermediate
	mfa            *b2b.MFARequired
	primary        *b2b.PrimaryRequired
	organization   b2b.Organization
	member         b2b.Member
	memberSessions *b2b.MemberSession
}

func (l memberLogin) intermediateToken() (string, *time.Time) {
	if l.intermediate == nil {
		return "", nil
	}
	return l.intermediate.Token, &l.intermediate.ExpiresAt
}

// answer is the login in the form of the calls that end a discovery.
func (l memberLogin) answer() b2b.DiscoveryIntermediateSessionsExchangeResponse {
	token, expires := l.intermediateToken()
	return b2b.DiscoveryIntermediateSessionsExchangeResponse{
		MemberID: l.member.MemberID, Member: l.member, Organization: l.organization, SessionToken: l.token, SessionJWT: l.jwt,
		IntermediateSessionToken: token, IntermediateSessionTokenExpiresAt: expires,
		MemberAuthenticated: l.authenticated, MemberSession: l.memberSessions, MFARequired: l.mfa, PrimaryRequired: l.primary,
	}
}

// proof is what a member has proved so far.
type proof struct {
	factors []stytch.AuthenticationFactor
	email   string
	// verified says whether the login proves the e-mail address in another way
	// than by a factor.
	verified bool
	// account is an account at a provider of OAuth that the member gets when the
	// primary factors are complete, or nil.
	account *account
	// begun is the unfinished login to continue, nil for a new one.
	begun *intermediate
	// session is the session to extend, nil for a new one.
	session  *session
	duration *int
	claims   map[string]any
	locale   string
}

// login gives a member a session, or reports what is missing: another primary
// factor, or a second one. An accepted primary factor makes the member active.
func (r *run) login(o *organization, m *member, p proof) (memberLogin, *apiError) {
	if m.locked(r.now) {
		return memberLogin{}, fail("user_lock_limit_reached")
	}
	l := memberLogin{organization: o.Profile}
	if p.verified || proves(p.factors, m.Profile.EmailAddress) {
		m.Profile.EmailAddressVerified = true
	}
	if l.primary = o.lacksPrimary(m, p); l.primary == nil {
		m.Profile.Status = b2b.MemberStatusActive
		if p.account != nil {
			r.connectMember(m, *p.account)
			p.account = nil
		}
		if o.wantsMFA(m) && p.session == nil && !hasSecond(p.factors) {
			l.mfa = r.demandMFA(o, m, p.locale)
		}
	}
	if l.primary == nil && l.mfa == nil {
		return r.start(l, o, m, p)
	}
	if l.intermediate = p.begun; l.intermediate == nil {
		l.intermediate = r.intermediate(intermediate{Email: p.email, OrganizationID: o.Profile.OrganizationID, MemberID: m.Profile.MemberID})
	}
	l.intermediate.Factors, l.intermediate.Verified, l.intermediate.Account = p.factors, p.verified, p.account
	l.member = m.profile(r.now)
	return l, nil
}

// proves reports whether one of the factors verified the e-mail address.
func proves(factors []stytch.AuthenticationFactor, address string) bool {
	return slices.ContainsFunc(factors, func(f stytch.AuthenticationFactor) bool {
		return f.EmailFactor != nil && sameAddress(f.EmailFactor.EmailAddress, address)
	})
}

// lacksPrimary returns the primary factors that a login can continue with, or nil
// if it needs no other. A provider that does not vouch for the address of an
// account proves nothing until the member has the account.
func (o *organization) lacksPrimary(m *member, p proof) *b2b.PrimaryRequired {
	address := m.Profile.EmailAddress
	if p.account != nil && !p.verified && !proves(p.factors, address) {
		return o.primaryRequired(false)
	}
	if verified := m.Profile.EmailAddressVerified; o.wantsPrimary(m, p.factors, verified) {
		return o.primaryRequired(verified)
	}
	return nil
}

// wantsPrimary reports whether a login needs another primary factor: the
// organization accepts none of the factors, or a person joins it without a verified
// address. m is nil for a person who is not a member yet.
func (o *organization) wantsPrimary(m *member, factors []stytch.AuthenticationFactor, verified bool) bool {
	if !verified && (m == nil || m.Profile.Status != b2b.MemberStatusActive) {
		return true
	}
	if o.Profile.AuthMethods != b2b.MethodPolicyRestricted || m != nil && m.Profile.IsBreakglass {
		return false
	}
	return !slices.ContainsFunc(factors, func(f stytch.AuthenticationFactor) bool {
		return slices.Contains(o.Profile.AllowedAuthMethods, methodOf(f))
	})
}

// methodOf returns the method of a primary factor.
func methodOf(f stytch.AuthenticationFactor) b2b.AuthMethod {
	if f.Type != stytch.AuthenticationFactorTypeOAuth {
		return b2b.AuthMethod(f.Type)
	}
	name := strings.TrimPrefix(string(f.DeliveryMethod), "oauth_")
	return b2b.AuthMethod(strings.TrimPrefix(name, "exchange_") + "_oauth")
}

// verifying are the methods that verify an e-mail address.
var verifying = []b2b.AuthMethod{b2b.AuthMethodMagicLink, b2b.AuthMethodEmailOTP, b2b.AuthMethodGoogleOAuth, b2b.AuthMethodMicrosoftOAuth}

// primaryRequired lists the methods that a login can continue with.
func (o *organization) primaryRequired(verified bool) *b2b.PrimaryRequired {
	methods := o.Profile.AllowedAuthMethods
	switch {
	case verified:
	case o.Profile.AuthMethods != b2b.MethodPolicyRestricted:
		methods = verifying
	default:
		methods = slices.DeleteFunc(slices.Clone(methods), func(m b2b.AuthMethod) bool { return !slices.Contains(verifying, m) })
	}
	return &b2b.PrimaryRequired{AllowedAuthMethods: methods}
}

// allows reports whether an organization lets a member log in by a method. m is
// nil for a person who is not a member yet.
func (o *organization) allows(m *member, method b2b.AuthMethod) bool {
	return o.Profile.AuthMethods != b2b.MethodPolicyRestricted || m != nil && m.Profile.IsBreakglass ||
		slices.Contains(o.Profile.AllowedAuthMethods, method)
}

// wantsMFA reports whether a login needs a second factor.
func (o *organization) wantsMFA(m *member) bool {
	return o.Profile.MFAPolicy == b2b.MFAPolicyRequiredForAll || m != nil && m.Profile.MFAEnrolled
}

// start gives a member a session with the factors proved so far.
func (r *run) start(l memberLogin, o *organization, m *member, p proof) (memberLogin, *apiError) {
	s := &session{ID: newID("member-session"), Token: newToken(), OrganizationID: o.Profile.OrganizationID, MemberID: m.Profile.MemberID, StartedAt: r.now}
	if p.session != nil {
		s = new(*p.session)
	}
	merged, err := mergeClaims(s.Claims, p.claims)
	if err != nil {
		return memberLogin{}, err
	}
	s.Claims, s.LastAccessedAt = merged, r.now
	if p.session == nil || p.duration != nil {
		s.ExpiresAt = r.now.Add(minutes(p.duration, defaultDuration))
	}
	for _, f := range p.factors {
		s.Factors = addFactor(s.Factors, f)
	}
	r.keep(s)
	if p.begun != nil {
		r.project.state.Intermediates.remove(p.begun)
	}
	l.session, l.authenticated = s, true
	l.token, l.jwt = s.Token, r.project.issue(s, r.now)
	l.memberSessions, l.member = r.project.memberSession(s), m.profile(r.now)
	return l, nil
}

// demandMFA asks for a second factor. It sends a code if the member has a phone
// number for it.
func (r *run) demandMFA(o *organization, m *member, locale string) *b2b.MFARequired {
	mfa := &b2b.MFARequired{MemberOptions: o.options(m)}
	if mfa.MemberOptions != nil && mfa.MemberOptions.MFAPhoneNumber != "" && m.Profile.DefaultMFAMethod != string(b2b.MFAMethodTOTP) {
		mfa.SecondaryAuthInitiated = new(b2b.MFAMethodSMSOTP)
		r.deliverMFA(o, m, locale)
	}
	return mfa
}

// options are the second factors that a member has set up and the organization
// allows, nil for none.
func (o *organization) options(m *member) *b2b.MFAMemberOptions {
	var options b2b.MFAMemberOptions
	if o.allowsMFA(m, b2b.MFAMethodTOTP) {
		options.TOTPRegistrationID = m.Profile.TOTPRegistrationID
	}
	if m.Profile.MFAPhoneNumberVerified && o.allowsMFA(m, b2b.MFAMethodSMSOTP) {
		options.MFAPhoneNumber = m.Profile.MFAPhoneNumber
	}
	if options == (b2b.MFAMemberOptions{}) {
		return nil
	}
	return &options
}

func (r *run) deliverMFA(o *organization, m *member, locale string) {
	r.send(&m.MFACode, code{OrganizationID: o.Profile.OrganizationID, MemberID: m.Profile.MemberID}, mfaCodeLife, Message{
		Channel: ChannelSMS, Address: m.Profile.MFAPhoneNumber, Purpose: "mfa", Locale: locale,
		OrganizationID: o.Profile.OrganizationID, MemberID: m.Profile.MemberID,
	})
}

// intermediate stores a login that is not complete yet.
func (r *run) intermediate(i intermediate) *intermediate {
	i.Token, i.ExpiresAt = newToken(), r.now.Add(intermediateLife)
	intermediates := &r.project.state.Intermediates
	intermediates.add(&i)
	intermediates.sweep(func(one *intermediate) bool { return !r.now.Before(one.ExpiresAt) })
	return &i
}

// findIntermediate returns the login of an intermediate session token.
func (r *run) findIntermediate(token string) (*intermediate, *apiError) {
	if i := r.project.state.Intermediates.find(byToken, token); i != nil && r.now.Before(i.ExpiresAt) {
		return i, nil
	}
	return nil, fail("intermediate_session_not_found")
}

// memberSession returns a member's session as a response shows it.
func (p *Project) memberSession(s *session) *b2b.MemberSession {
	slug := ""
	if o := p.state.organizationByID(s.OrganizationID); o != nil {
		slug = o.Profile.OrganizationSlug
	}
	return &b2b.MemberSession{
		MemberSessionID: s.ID, MemberID: s.MemberID, OrganizationID: s.OrganizationID, OrganizationSlug: slug,
		StartedAt: s.StartedAt, LastAccessedAt: s.LastAccessedAt, ExpiresAt: s.ExpiresAt,
		AuthenticationFactors: slices.Clone(s.Factors), Roles: p.rolesOf(s), CustomClaims: s.Claims,
	}
}
