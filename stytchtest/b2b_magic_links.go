package stytchtest

import (
	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// magicLink is the factor type of a magic link.
const magicLink = stytch.AuthenticationFactorTypeMagicLink

// defaultInviteLife is the lifetime of a member's invitation, in minutes, when the
// request sets none.
const defaultInviteLife = 10080

func (r *run) linkLoginOrSignup(q b2b.MagicLinksEmailLoginOrSignupRequest) (b2b.MagicLinksEmailLoginOrSignupResponse, *apiError) {
	none := b2b.MagicLinksEmailLoginOrSignupResponse{}
	o, err := r.organizationOrSandbox(q.OrganizationID, q.EmailAddress)
	if err != nil {
		return none, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, q.EmailAddress)
	if !o.allows(m, b2b.AuthMethodMagicLink) {
		return none, fail("operation_restricted_by_organization_auth_methods")
	}
	if m == nil {
		if err := r.project.freeAddress(o, nil, q.EmailAddress); err != nil {
			return none, err
		}
		if err := r.project.admits(o, q.EmailAddress); err != nil {
			return none, err
		}
	}
	signsUp := m == nil || m.Profile.Status != b2b.MemberStatusActive
	url, err := r.eitherURL(signsUp, q.LoginRedirectURL, q.SignupRedirectURL, q.PKCECodeChallenge)
	if err != nil {
		return none, err
	}
	created := m == nil
	if created {
		m = r.project.join(o, q.EmailAddress, b2b.MemberStatusPending, r.now)
	}
	life, message := q.LoginExpirationMinutes, Message{Purpose: "login", Locale: text(q.Locale), TemplateID: text(q.LoginTemplateID)}
	if signsUp {
		life, message.Purpose, message.TemplateID = q.SignupExpirationMinutes, "signup", text(q.SignupTemplateID)
	}
	r.sendLink(m.link(memberLink, url, q.PKCECodeChallenge), minutes(life, defaultLinkLife), message)
	return b2b.MagicLinksEmailLoginOrSignupResponse{
		MemberID: m.Profile.MemberID, MemberCreated: created, Member: m.profile(r.now), Organization: o.Profile,
	}, nil
}

// eitherURL checks the URLs for logins and sign-ups that a request gives, and
// returns the one that is needed.
func (r *run) eitherURL(signsUp bool, login, signup, challenge *string) (string, *apiError) {
	if err := checkChallenge(challenge); err != nil {
		return "", err
	}
	var needed string
	for _, one := range []struct {
		kind   RedirectType
		given  *string
		needed bool
	}{{RedirectLogin, login, !signsUp}, {RedirectSignup, signup, signsUp}} {
		if one.given == nil && !one.needed {
			continue
		}
		url, err := r.project.destination(one.kind, one.given, challenge)
		if err != nil {
			return "", err
		}
		if one.needed {
			needed = url
		}
	}
	return needed, nil
}

// link returns a link for a member.
func (m *member) link(kind linkKind, url string, challenge *string) link {
	p := m.Profile
	return link{Kind: kind, URL: url, Challenge: text(challenge), Address: p.EmailAddress, OrganizationID: p.OrganizationID, MemberID: p.MemberID}
}

func (r *run) memberInvite(q b2b.MagicLinksEmailInviteRequest) (b2b.MagicLinksEmailInviteResponse, *apiError) {
	none := b2b.MagicLinksEmailInviteResponse{}
	o, err := r.organizationOrSandbox(q.OrganizationID, q.EmailAddress)
	if err != nil {
		return none, err
	}
	if err := r.permit(q.ActingMember, o, nil, memberResource, "create"); err != nil {
		return none, err
	}
	if q.InvitedByMemberID != nil {
		if _, _, err := r.member(q.OrganizationID, *q.InvitedByMemberID); err != nil {
			return none, err
		}
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, q.EmailAddress)
	if isSandbox(q.EmailAddress) && m != nil {
		return b2b.MagicLinksEmailInviteResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
	}
	if m != nil && m.Profile.Status == b2b.MemberStatusActive {
		return none, fail("duplicate_member_email")
	}
	if err := r.project.invites(o, m, q.EmailAddress); err != nil {
		return none, err
	}
	url, err := r.project.destination(RedirectInvite, q.InviteRedirectURL, nil)
	if err != nil {
		return none, err
	}
	invited := m
	if invited == nil {
		invited = &member{}
	}
	if err := r.changeMember(q.ActingMember, o, invited, b2b.OrganizationsMembersUpdateRequest{
		Name: q.Name, TrustedMetadata: q.TrustedMetadata, UntrustedMetadata: q.UntrustedMetadata, Roles: q.Roles,
	}); err != nil {
		return none, err
	}
	if m == nil {
		m = r.project.join(o, q.EmailAddress, b2b.MemberStatusInvited, r.now)
		m.take(invited.Profile)
	}
	if q.Roles != nil {
		m.assign(q.Roles...)
	}
	m.Profile.Status, m.Profile.UpdatedAt = b2b.MemberStatusInvited, new(r.now)
	r.sendLink(m.link(memberLink, url, nil), minutes(q.InviteExpirationMinutes, defaultInviteLife),
		Message{Purpose: "invite", Locale: text(q.Locale), TemplateID: text(q.InviteTemplateID)})
	return b2b.MagicLinksEmailInviteResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

// invites reports why an address cannot be invited. m is the member who has the
// address, or nil.
func (p *Project) invites(o *organization, m *member, address string) *apiError {
	if err := p.freeAddress(o, m, address); err != nil {
		return err
	}
	switch o.Profile.EmailInvites {
	case b2b.AdmissionPolicyAllAllowed:
		return nil
	case b2b.AdmissionPolicyRestricted:
		if hasDomain(o.Profile.EmailAllowedDomains, domainOf(address)) {
			return nil
		}
		return failf("invalid_email_for_invites", "email_invites of the organization is RESTRICTED, and the domain of the address is not among email_allowed_domains")
	}
	return failf("invalid_email_for_invites", "email_invites of the organization is %s", o.Profile.EmailInvites)
}

func (r *run) authenticateMemberLink(q b2b.MagicLinksAuthenticateRequest) (b2b.MagicLinksAuthenticateResponse, *apiError) {
	none := b2b.MagicLinksAuthenticateResponse{}
	l, err := r.followMemberLink(q.MagicLinksToken, q.PKCECodeVerifier)
	if err != nil {
		return none, err
	}
	o, m, gone := r.member(l.OrganizationID, l.MemberID)
	if gone != nil || !sameAddress(m.Profile.EmailAddress, l.Address) && r.movingTo(l.OrganizationID, l.Address) != m {
		return none, fail("unable_to_auth_magic_link")
	}
	switch {
	case m.locked(r.now):
		return none, fail("user_lock_limit_reached")
	case !o.allows(m, b2b.AuthMethodMagicLink):
		return none, fail("operation_restricted_by_organization_auth_methods")
	}
	p := proof{email: m.Profile.EmailAddress, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale)}
	if err := r.alongside(&p, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	if err := r.moved(o, m, l.Address); err != nil {
		return none, err
	}
	p.email = m.Profile.EmailAddress
	p.factors = addFactor(p.factors, emailFactor(magicLink, m.emailID(), m.Profile.EmailAddress, r.now))
	m.succeeded()
	l.Used = true
	in, err := r.login(o, m, p)
	if err != nil {
		return none, err
	}
	token, expires := in.intermediateToken()
	return b2b.MagicLinksAuthenticateResponse{
		MemberID: m.Profile.MemberID, MethodID: m.emailID(), OrganizationID: o.Profile.OrganizationID,
		Member: in.member, Organization: in.organization, SessionToken: in.token, SessionJWT: in.jwt,
		IntermediateSessionToken: token, IntermediateSessionTokenExpiresAt: expires,
		MemberAuthenticated: in.authenticated, MemberSession: in.memberSessions, MFARequired: in.mfa, PrimaryRequired: in.primary,
		MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

func (r *run) linkDiscoverySend(q b2b.MagicLinksEmailDiscoverySendRequest) (b2b.MagicLinksEmailDiscoverySendResponse, *apiError) {
	none := b2b.MagicLinksEmailDiscoverySendResponse{}
	if err := checkChallenge(q.PKCECodeChallenge); err != nil {
		return none, err
	}
	url, err := r.project.destination(RedirectDiscovery, q.DiscoveryRedirectURL, q.PKCECodeChallenge)
	if err != nil {
		return none, err
	}
	r.sendLink(link{Kind: discoveryLink, URL: url, Challenge: text(q.PKCECodeChallenge), Address: q.EmailAddress},
		minutes(q.DiscoveryExpirationMinutes, defaultLinkLife),
		Message{Purpose: "discovery", Locale: text(q.Locale), TemplateID: text(q.LoginTemplateID)})
	return none, nil
}

func (r *run) authenticateDiscoveryLink(q b2b.MagicLinksDiscoveryAuthenticateRequest) (b2b.MagicLinksDiscoveryAuthenticateResponse, *apiError) {
	l, err := r.follow(q.DiscoveryMagicLinksToken, q.PKCECodeVerifier, magicLinkErrors, discoveryLink)
	if err != nil {
		return b2b.MagicLinksDiscoveryAuthenticateResponse{}, err
	}
	l.Used = true
	return b2b.MagicLinksDiscoveryAuthenticateResponse(r.discovered(l.Address, magicLink)), nil
}

// The sandbox organization of the test environment, which has the sandbox
// address as a member.
const sandboxOrganizationID = "organization-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"

// organizationOrSandbox returns the organization that a call names. The sandbox
// organization always exists for the sandbox address.
func (r *run) organizationOrSandbox(id, address string) (*organization, *apiError) {
	if id == sandboxOrganizationID && isSandbox(address) {
		o, _ := r.sandboxMember()
		return o, nil
	}
	return r.organization(id)
}

func (r *run) sandboxMember() (*organization, *member) {
	o := r.project.state.organizationByID(sandboxOrganizationID)
	if o == nil {
		o = &organization{Profile: b2b.Organization{OrganizationID: sandboxOrganizationID, OrganizationName: "Sandbox", OrganizationSlug: "sandbox"}}
		ordinary(&o.Profile, r.now)
		r.project.state.Organizations.add(o)
	}
	m := r.project.state.memberByEmail(sandboxOrganizationID, SandboxEmail)
	if m == nil {
		m = r.project.join(o, SandboxEmail, b2b.MemberStatusActive, r.now)
	}
	return o, m
}

// followMemberLink returns the link of a token. The sandbox token always works.
func (r *run) followMemberLink(token string, verifier *string) (*link, *apiError) {
	if token == SandboxLinkToken {
		_, m := r.sandboxMember()
		return new(m.link(memberLink, "", nil)), nil
	}
	return r.follow(token, verifier, magicLinkErrors, memberLink)
}
