package stytchtest

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

func (r *run) discoverySend(q b2b.OTPsEmailDiscoverySendRequest) (b2b.OTPsEmailDiscoverySendResponse, *apiError) {
	r.deliverEmail(q.EmailAddress, code{}, minutes(q.DiscoveryExpirationMinutes, defaultEmailLife),
		Message{Purpose: "discovery", Locale: text(q.Locale), TemplateID: text(q.LoginTemplateID)})
	return b2b.OTPsEmailDiscoverySendResponse{}, nil
}

func (r *run) discoveryAuthenticate(q b2b.OTPsEmailDiscoveryAuthenticateRequest) (b2b.OTPsEmailDiscoveryAuthenticateResponse, *apiError) {
	none := b2b.OTPsEmailDiscoveryAuthenticateResponse{}
	c := r.project.state.emailCode(q.EmailAddress)
	if c != nil && c.MemberID != "" {
		c = nil // the code is for an organization
	}
	if err := r.try(c, q.Code, q.EmailAddress, new(attempts)); err != nil {
		return none, err
	}
	if c != nil {
		c.Used = true
	}
	return r.discovered(q.EmailAddress, emailOTP), nil
}

// discovered begins a login without an organization, for a person who proved an
// e-mail address.
func (r *run) discovered(address string, kind stytch.AuthenticationFactorType) b2b.OTPsEmailDiscoveryAuthenticateResponse {
	return r.beginDiscovery(intermediate{Email: address, Factors: []stytch.AuthenticationFactor{emailFactor(kind, newID("email"), address, r.now)}})
}

func (r *run) beginDiscovery(begun intermediate) b2b.OTPsEmailDiscoveryAuthenticateResponse {
	i := r.intermediate(begun)
	return b2b.OTPsEmailDiscoveryAuthenticateResponse{
		IntermediateSessionToken: i.Token, IntermediateSessionTokenExpiresAt: &i.ExpiresAt,
		EmailAddress: i.Email, DiscoveredOrganizations: r.discover(i),
	}
}

// discover lists the organizations that a person belongs to or may join, with what each
// would still want beyond the factors.
func (r *run) discover(i *intermediate) []b2b.DiscoveredOrganization {
	var found []b2b.DiscoveredOrganization
	address, verified := i.Email, i.verified()
	for _, o := range r.project.state.organizationsFor(address, i.Account) {
		membership := &b2b.Membership{}
		m := r.project.state.memberByEmail(o.Profile.OrganizationID, address)
		switch {
		case m != nil:
			membership.Type = b2b.MembershipType(string(m.Profile.Status) + "_member")
			membership.Member = new(m.profile(r.now))
		case r.project.discoverable(o, address) == nil:
			membership.Type = b2b.MembershipTypeEligibleToJoinByEmailDomain
			membership.Details = map[string]any{"domain": domainOf(address)}
		case o.tenantOf(i.Account) != "":
			membership.Type = b2b.MembershipTypeEligibleToJoinByOAuthTenant
			membership.Details = map[string]any{"provider": i.Account.Provider, "tenant": o.tenantOf(i.Account)}
		default:
			continue
		}
		d := b2b.DiscoveredOrganization{Organization: new(o.Profile), Membership: membership}
		switch {
		case o.wantsPrimary(m, i.Factors, verified):
			d.PrimaryRequired = o.primaryRequired(verified)
		case o.wantsMFA(m):
			d.MFARequired = &b2b.MFARequired{}
			if m != nil {
				d.MFARequired.MemberOptions = o.options(m)
			}
		default:
			d.MemberAuthenticated = true
		}
		found = append(found, d)
	}
	return found
}

func (r *run) discoveredOrganizations(q b2b.DiscoveryOrganizationsListRequest) (b2b.DiscoveryOrganizationsListResponse, *apiError) {
	none := b2b.DiscoveryOrganizationsListResponse{}
	if q.IntermediateSessionToken != nil {
		i, err := r.findDiscovery(*q.IntermediateSessionToken)
		if err != nil {
			return none, err
		}
		answer := b2b.DiscoveryOrganizationsListResponse{EmailAddress: i.Email, DiscoveredOrganizations: r.discover(i)}
		if i.OrganizationID != "" {
			answer.OrganizationIDHint = new(i.OrganizationID)
		}
		return answer, nil
	}
	s, err := r.find(q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	_, m, err := r.ownerOf(s)
	if err != nil {
		return none, err
	}
	// A session leads to where the person is a member; joining takes a fresh login.
	found := slices.DeleteFunc(r.discover(&intermediate{Email: m.Profile.EmailAddress, Factors: primaryFactors(s.Factors), Verified: m.Profile.EmailAddressVerified}), func(d b2b.DiscoveredOrganization) bool {
		return d.Membership.Member == nil
	})
	return b2b.DiscoveryOrganizationsListResponse{EmailAddress: m.Profile.EmailAddress, DiscoveredOrganizations: found}, nil
}

// findDiscovery returns the login of an intermediate session token that leads to any
// organization. One by single sign-on is for one organization.
func (r *run) findDiscovery(token string) (*intermediate, *apiError) {
	i, err := r.findIntermediate(token)
	if err == nil && slices.ContainsFunc(i.Factors, func(f stytch.AuthenticationFactor) bool { return ssoOf(f) != nil }) {
		return nil, failf("invalid_intermediate_session_token_for_organization", "the login used single sign-on, which is for one organization")
	}
	return i, err
}

func (r *run) exchangeIntermediate(q b2b.DiscoveryIntermediateSessionsExchangeRequest) (b2b.DiscoveryIntermediateSessionsExchangeResponse, *apiError) {
	none := b2b.DiscoveryIntermediateSessionsExchangeResponse{}
	i, err := r.findDiscovery(q.IntermediateSessionToken)
	if err != nil {
		return none, err
	}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	if _, err := mergeClaims(nil, q.SessionCustomClaims); err != nil {
		return none, err
	}
	if i.MemberID != "" && i.OrganizationID != o.Profile.OrganizationID && !r.project.state.PasswordPolicy.CrossOrganization && hasPassword(i.Factors) {
		return none, failf("invalid_intermediate_session_token_for_organization", "the login used a password of another organization")
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, i.Email)
	if m == nil {
		if err := r.project.discoverable(o, i.Email); err != nil && o.tenantOf(i.Account) == "" {
			return none, err
		}
		m = r.project.join(o, i.Email, b2b.MemberStatusPending, r.now)
	}
	l, err := r.login(o, m, proof{
		factors: i.Factors, email: i.Email, verified: i.Verified, account: i.Account, begun: i,
		duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale),
	})
	if err != nil {
		return none, err
	}
	answer := l.answer()
	answer.MemberDevice = device(q.TelemetryID, nil, r.now)
	return answer, nil
}

func (r *run) createDiscovered(q b2b.DiscoveryOrganizationsCreateRequest) (b2b.DiscoveryOrganizationsCreateResponse, *apiError) {
	none := b2b.DiscoveryOrganizationsCreateResponse{}
	i, err := r.findDiscovery(q.IntermediateSessionToken)
	if err != nil {
		return none, err
	}
	if _, err := mergeClaims(nil, q.SessionCustomClaims); err != nil {
		return none, err
	}
	if err := r.project.unclaimed(nil, i.Email); err != nil {
		return none, err
	}
	s := as[orgSettings](q)
	name := nameFrom(i.Email)
	if s.OrganizationName == nil {
		s.OrganizationName = &name
	}
	if s.OrganizationSlug == nil {
		s.OrganizationSlug = new(r.project.freeSlug(name))
	}
	o, err := r.project.createOrganization(s, r.now)
	if err != nil {
		return none, err
	}
	m := r.project.join(o, i.Email, b2b.MemberStatusPending, r.now)
	m.assign(adminRole)
	l, err := r.login(o, m, proof{
		factors: i.Factors, email: i.Email, verified: i.Verified, account: i.Account, begun: i, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims,
	})
	if err != nil {
		return none, err
	}
	answer := b2b.DiscoveryOrganizationsCreateResponse(l.answer())
	answer.MemberDevice = device(q.TelemetryID, nil, r.now)
	return answer, nil
}

// nameFrom names an organization after the e-mail address of who creates it: after the
// domain, or after the person where the domain says nothing of a company.
func nameFrom(address string) string {
	domain := domainOf(address)
	if isPublicDomain(domain) || strings.HasSuffix(strings.ToLower(domain), ".edu") {
		return strings.Trim(notInSlug.ReplaceAllString(address[:len(address)-len(domain)-1], "-"), "-")
	}
	name, _, _ := strings.Cut(domain, ".")
	return name
}
