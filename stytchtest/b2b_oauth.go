package stytchtest

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// memberAccount is an account of a member at a provider, with the tokens of the
// last login.
type memberAccount struct {
	account
	Tokens providerTokens `json:"tokens"`
}

// oauthMember returns the member of a login with an account, or nil: the one who
// has the account, or the one with its address.
func (r *run) oauthMember(o *organization, a account) *member {
	if m := r.project.state.Members.find(bySubject, within(o.Profile.OrganizationID, subjectKey(a.Provider, a.Subject))); m != nil {
		return m
	}
	return r.project.state.memberByEmail(o.Profile.OrganizationID, a.Email)
}

// has returns the member's account, or nil.
func (m *member) has(a account) *memberAccount {
	i := slices.IndexFunc(m.Accounts, func(have *memberAccount) bool { return have.Provider == a.Provider && have.Subject == a.Subject })
	if i < 0 {
		return nil
	}
	return m.Accounts[i]
}

// connectMember gives a member an account, with new tokens.
func (r *run) connectMember(m *member, a account) {
	have := m.has(a)
	if have == nil {
		have = &memberAccount{}
		m.Accounts = append(m.Accounts, have)
		one, _ := providerByName(a.Provider)
		m.Profile.OAuthRegistrations = append(slices.Clone(m.Profile.OAuthRegistrations), b2b.OAuthRegistration{
			ProviderType: one.title, ProviderSubject: a.Subject, MemberOAuthRegistrationID: a.RegistrationID,
		})
	}
	have.account, have.Tokens = a, r.providerTokens(a)
}

// tenantOf returns the tenant of an account that may join the organization, or "".
func (o *organization) tenantOf(a *account) string {
	if a == nil || o.Profile.OAuthTenantJITProvisioning != b2b.JITProvisioningPolicyRestricted {
		return ""
	}
	for _, tenant := range a.Tenants {
		if slices.Contains(o.Profile.AllowedOAuthTenants[a.Provider], tenant) {
			return tenant
		}
	}
	return ""
}

// admitsAccount reports why a person with an account cannot join by themselves.
func (p *Project) admitsAccount(o *organization, a *account) *apiError {
	if a.Email == "" {
		return failf("invalid_email_for_jit_provisioning", "the provider gives no e-mail address, and no member has the account")
	}
	if err := p.freeAddress(o, nil, a.Email); err != nil {
		return err
	}
	err := p.admits(o, a.Email)
	switch {
	case err == nil || o.tenantOf(a) != "":
		return nil
	case len(a.Tenants) > 0 && o.Profile.OAuthTenantJITProvisioning == b2b.JITProvisioningPolicyRestricted:
		return fail("invalid_oauth_tenant_for_jit_provisioning")
	case len(a.Tenants) > 0 && o.Profile.EmailJITProvisioning == b2b.JITProvisioningPolicyNotAllowed:
		return fail("oauth_tenant_jit_provisioning_not_allowed")
	}
	return err
}

// memberFactor returns the factor of a member's login with an account.
func memberFactor(a account, emailID string, now time.Time) stytch.AuthenticationFactor {
	one, _ := providerByName(a.Provider)
	return one.newFactor(stytch.OAuthFactor{ID: a.RegistrationID, ProviderSubject: a.Subject, EmailID: &emailID}, now)
}

func (r *run) memberOAuthAuthenticate(q b2b.OAuthAuthenticateRequest) (b2b.OAuthAuthenticateResponse, *apiError) {
	none := b2b.OAuthAuthenticateResponse{}
	l, err := r.follow(q.OAuthToken, q.PKCECodeVerifier, oauthErrors, memberOAuthLink)
	if err != nil {
		return none, err
	}
	o, err := r.organization(l.OrganizationID)
	if err != nil {
		return none, err
	}
	a := *l.Account
	m := r.oauthMember(o, a)
	if !o.allows(m, b2b.AuthMethod(a.Provider+"_oauth")) {
		return none, fail("operation_restricted_by_organization_auth_methods")
	}
	joins := m == nil
	if joins {
		if err := r.project.admitsAccount(o, &a); err != nil {
			return none, err
		}
		m = r.project.newMember(o, a.Email, b2b.MemberStatusPending, r.now)
		m.Profile.Name = a.Name
	}
	if m.locked(r.now) {
		return none, fail("user_lock_limit_reached")
	}
	p := proof{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale)}
	if err := r.alongside(&p, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	if joins {
		r.project.state.Members.add(m)
	}
	if have := m.has(a); have != nil {
		a.RegistrationID = have.RegistrationID
		r.follows(o, m, a)
		r.connectMember(m, a)
	} else {
		a.RegistrationID = newID("oauth-user")
		p.account = &a
	}
	p.email, p.verified = m.Profile.EmailAddress, p.verified || a.Vouched && sameAddress(a.Email, m.Profile.EmailAddress)
	p.factors = addFactor(p.factors, memberFactor(a, m.emailID(), r.now))
	l.Used = true
	m.succeeded()
	in, err := r.login(o, m, p)
	if err != nil {
		return none, err
	}
	one, _ := providerByName(a.Provider)
	answer := b2b.OAuthAuthenticateResponse{
		MemberID: m.Profile.MemberID, ProviderSubject: a.Subject, ProviderType: one.title, OrganizationID: o.Profile.OrganizationID,
		Member: in.member, Organization: in.organization, SessionToken: in.token, SessionJWT: in.jwt,
		MemberAuthenticated: in.authenticated, MemberSession: in.memberSessions, MFARequired: in.mfa, PrimaryRequired: in.primary,
		MemberDevice: device(q.TelemetryID, nil, r.now), ProviderValues: &b2b.OAuthProviderValues{Scopes: a.Scopes},
	}
	answer.IntermediateSessionToken, answer.IntermediateSessionTokenExpiresAt = in.intermediateToken()
	if have := m.has(a); have != nil {
		v := answer.ProviderValues
		v.AccessToken, v.RefreshToken, v.IDToken, v.ExpiresAt = &have.Tokens.Access, &have.Tokens.Refresh, &have.Tokens.ID, &have.Tokens.ExpiresAt
	}
	return answer, nil
}

// follows changes a member's address to the one that the provider of their account
// vouches for by now. The old one is retired.
func (r *run) follows(o *organization, m *member, a account) {
	if a.Vouched && !sameAddress(a.Email, m.Profile.EmailAddress) && r.project.freeAddress(o, m, a.Email) == nil {
		m.move(a.Email, false)
		r.project.sharePassword(m)
		m.assignByDomain(o)
	}
}

func (r *run) discoveryOAuthAuthenticate(q b2b.OAuthDiscoveryAuthenticateRequest) (b2b.OAuthDiscoveryAuthenticateResponse, *apiError) {
	none := b2b.OAuthDiscoveryAuthenticateResponse{}
	l, err := r.follow(q.DiscoveryOAuthToken, q.PKCECodeVerifier, oauthErrors, discoveryOAuthLink)
	if err != nil {
		return none, err
	}
	a := *l.Account
	a.RegistrationID = newID("oauth-user")
	l.Used = true
	begun := r.beginDiscovery(intermediate{
		Email: a.Email, Verified: a.Vouched, Account: &a, Factors: []stytch.AuthenticationFactor{memberFactor(a, newID("email"), r.now)},
	})
	one, _ := providerByName(a.Provider)
	answer := b2b.OAuthDiscoveryAuthenticateResponse{
		IntermediateSessionToken: begun.IntermediateSessionToken, IntermediateSessionTokenExpiresAt: begun.IntermediateSessionTokenExpiresAt,
		EmailAddress: a.Email, DiscoveredOrganizations: begun.DiscoveredOrganizations, ProviderType: one.title, ProviderTenantIDs: a.Tenants, FullName: a.Name,
	}
	if len(a.Tenants) == 1 {
		answer.ProviderTenantID = a.Tenants[0]
	}
	return answer, nil
}

// exchanged returns factors as a session in another organization has them: those
// of providers say only which address they are for.
func exchanged(factors []stytch.AuthenticationFactor) []stytch.AuthenticationFactor {
	list := slices.Clone(factors)
	for i, f := range list {
		from := oauthOf(f)
		name := strings.TrimPrefix(string(f.DeliveryMethod), "oauth_")
		if from == nil || !slices.Contains([]string{"google", "slack", "hubspot", "github"}, name) {
			continue
		}
		made := stytch.AuthenticationFactor{
			Type: f.Type, DeliveryMethod: stytch.AuthenticationFactorDeliveryMethod("oauth_exchange_" + name),
			LastAuthenticatedAt: f.LastAuthenticatedAt, CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt,
		}
		field := map[string]any{name + "_oauth_exchange_factor": stytch.OAuthExchangeFactor{EmailID: text(from.EmailID)}}
		_ = json.Unmarshal(encode(field), &made) // cannot fail: it is an object
		list[i] = made
	}
	return list
}

// accountsOf returns the accounts of a member at a provider, the last one first,
// with access tokens that have not expired.
func (r *run) accountsOf(organizationID, memberID, provider string) ([]*memberAccount, *apiError) {
	_, m, err := r.member(organizationID, memberID)
	if err != nil {
		return nil, err
	}
	var found []*memberAccount
	for _, a := range slices.Backward(m.Accounts) {
		if a.Provider != provider {
			continue
		}
		if !r.now.Before(a.Tokens.ExpiresAt) { // the service refreshes it by itself
			a.Tokens.Access, a.Tokens.ExpiresAt = newToken(), r.now.Add(accessLife)
		}
		found = append(found, a)
	}
	if len(found) == 0 {
		return nil, fail("member_oauth_token_not_found")
	}
	return found, nil
}

// expiresIn returns the remaining lifetime of an access token, in seconds.
func (a *memberAccount) expiresIn(now time.Time) int {
	return int(a.Tokens.ExpiresAt.Sub(now).Seconds())
}

// refresh returns the refresh token if it is asked for.
func (a *memberAccount) refresh(include *bool) *string {
	if include == nil || !*include {
		return nil
	}
	return &a.Tokens.Refresh
}

func (r *run) googleTokens(q b2b.OrganizationsMembersOAuthProvidersGoogleRequest) (b2b.OrganizationsMembersOAuthProvidersGoogleResponse, *apiError) {
	found, err := r.accountsOf(q.OrganizationID, q.MemberID, "google")
	if err != nil {
		return b2b.OrganizationsMembersOAuthProvidersGoogleResponse{}, err
	}
	a := found[0]
	return b2b.OrganizationsMembersOAuthProvidersGoogleResponse{
		ProviderType: "Google", ProviderSubject: a.Subject, IDToken: a.Tokens.ID, Scopes: a.Scopes,
		AccessToken: &a.Tokens.Access, AccessTokenExpiresIn: new(a.expiresIn(r.now)), RefreshToken: a.refresh(q.IncludeRefreshToken),
	}, nil
}

func (r *run) microsoftTokens(q b2b.OrganizationsMembersOAuthProvidersMicrosoftRequest) (b2b.OrganizationsMembersOAuthProvidersMicrosoftResponse, *apiError) {
	found, err := r.accountsOf(q.OrganizationID, q.MemberID, "microsoft")
	if err != nil {
		return b2b.OrganizationsMembersOAuthProvidersMicrosoftResponse{}, err
	}
	a := found[0]
	return b2b.OrganizationsMembersOAuthProvidersMicrosoftResponse{
		ProviderType: "Microsoft", ProviderSubject: a.Subject, IDToken: a.Tokens.ID, Scopes: a.Scopes,
		AccessToken: a.Tokens.Access, AccessTokenExpiresIn: a.expiresIn(r.now), RefreshToken: a.refresh(q.IncludeRefreshToken),
	}, nil
}

func (r *run) slackTokens(q b2b.OrganizationsMembersOAuthProvidersSlackRequest) (b2b.OrganizationsMembersOAuthProvidersSlackResponse, *apiError) {
	found, err := r.accountsOf(q.OrganizationID, q.MemberID, "slack")
	answer := b2b.OrganizationsMembersOAuthProvidersSlackResponse{ProviderType: "Slack"}
	for _, a := range found {
		answer.Registrations = append(answer.Registrations, b2b.SlackProviderInfo{
			ProviderSubject: a.Subject, ProviderTenantID: a.tenant(), AccessToken: a.Tokens.Access, Scopes: a.Scopes,
		})
	}
	return answer, err
}

// tenant returns the first tenant of an account, or "".
func (a *memberAccount) tenant() string { return strings.Join(a.Tenants[:min(1, len(a.Tenants))], "") }

func (r *run) hubSpotTokens(q b2b.OrganizationsMembersOAuthProvidersHubSpotRequest) (b2b.OrganizationsMembersOAuthProvidersHubSpotResponse, *apiError) {
	found, err := r.accountsOf(q.OrganizationID, q.MemberID, "hubspot")
	answer := b2b.OrganizationsMembersOAuthProvidersHubSpotResponse{ProviderType: "HubSpot"}
	for _, a := range found {
		answer.Registrations = append(answer.Registrations, b2b.HubSpotProviderInfo{
			ProviderSubject: a.Subject, ProviderTenantID: a.tenant(), AccessToken: a.Tokens.Access, Scopes: a.Scopes,
			AccessTokenExpiresIn: a.expiresIn(r.now), RefreshToken: a.refresh(q.IncludeRefreshToken),
		})
	}
	return answer, err
}

func (r *run) gitHubTokens(q b2b.OrganizationsMembersOAuthProvidersGitHubRequest) (b2b.OrganizationsMembersOAuthProvidersGitHubResponse, *apiError) {
	found, err := r.accountsOf(q.OrganizationID, q.MemberID, "github")
	answer := b2b.OrganizationsMembersOAuthProvidersGitHubResponse{ProviderType: "GitHub"}
	for _, a := range found {
		answer.Registrations = append(answer.Registrations, b2b.GitHubProviderInfo{
			ProviderSubject: a.Subject, ProviderTenantIDs: a.Tenants, AccessToken: a.Tokens.Access, Scopes: a.Scopes,
		})
	}
	return answer, err
}
