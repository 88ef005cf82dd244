package stytchtest

import (
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// The kinds of keys. The text of a key that is unique in an organization only
// begins with the organization's: see within.
const (
	byID keyKind = iota
	byExternalID
	byAddress       // of a user, an e-mail code or a shared password
	byFactor        // the ID of what a user logs in with
	byCredential    // the ID of a passkey or security key
	byWallet        // the type and address of a crypto wallet
	bySubject       // the account of a user or member at a provider of OAuth
	bySSO           // the account of a member at the identity provider of a connection
	bySlug          // of an organization
	byClaimedDomain // of an organization
	byAllowedDomain // of an organization
	byOrganization  // of a member, a connection or a consent
	byEmail         // of a member
	byPerson        // the e-mail address of a member of any organization
	byRetiredEmail  // of a member
	byProvenDomain  // the domain of a member's verified address
	byPassword      // of a member
	byNewAddress    // the address that a member wants to have
	byPhone         // of a member
	byToken         // of a session, an authorization or a link; the challenge of a ceremony
	byOwner         // the user or member of a session, a consent, an authorization or a link; the endpoint of a webhook
	byPending       // the endpoint of a webhook that is still to be sent
)

// within returns the text of a key that is unique in an organization.
func within(organizationID, text string) string {
	if text == "" {
		return ""
	}
	return organizationID + "\x00" + text
}

func (u *user) keys() []key {
	p := &u.Profile
	keys := []key{{byID, p.UserID}}
	if text(p.ExternalID) != "" {
		keys = append(keys, key{byExternalID, *p.ExternalID})
	}
	for _, m := range u.Methods {
		keys = append(keys, key{byAddress, strings.ToLower(m.Address)}, key{byFactor, m.ID})
	}
	for _, id := range slices.Concat(
		each(p.WebAuthnRegistrations, func(w stytch.WebAuthnRegistration) string { return w.WebAuthnRegistrationID }),
		each(p.BiometricRegistrations, func(b stytch.BiometricRegistration) string { return b.BiometricRegistrationID }),
		each(p.TOTPs, func(t stytch.TOTP) string { return t.TOTPID }),
		each(p.CryptoWallets, func(c stytch.CryptoWallet) string { return c.CryptoWalletID }),
		each(p.Providers, func(o stytch.OAuthProvider) string { return o.OAuthUserRegistrationID }),
	) {
		keys = append(keys, key{byFactor, id})
	}
	for _, c := range p.CryptoWallets {
		if c.CryptoWalletAddress != "" {
			keys = append(keys, key{byWallet, walletKey(c.CryptoWalletType, c.CryptoWalletAddress)})
		}
	}
	for _, o := range p.Providers {
		keys = append(keys, key{bySubject, subjectKey(o.ProviderType, o.ProviderSubject)})
	}
	for _, c := range u.Credentials {
		keys = append(keys, key{byCredential, string(c.ID)})
	}
	if p.Password != nil {
		keys = append(keys, key{byFactor, p.Password.PasswordID})
	}
	return keys
}

// userByID returns the user with an ID, the service's own or an external one, or
// nil.
func (s *state) userByID(id string) *user {
	if u := s.Users.find(byID, id); u != nil {
		return u
	}
	return s.Users.find(byExternalID, id)
}

// userByAddress returns the user who has a phone number or e-mail address.
func (s *state) userByAddress(address string, now time.Time) (*user, *method) {
	u := s.Users.find(byAddress, strings.ToLower(address))
	if u == nil {
		return nil, nil
	}
	u.prune(now)
	if m := u.method(address); m != nil {
		return u, m
	}
	return nil, nil
}

// userByMethod returns the user who has a method.
func (s *state) userByMethod(id string, now time.Time) (*user, *method) {
	u := s.Users.find(byFactor, id)
	if u == nil {
		return nil, nil
	}
	u.prune(now)
	for _, m := range u.Methods {
		if m.ID == id {
			return u, m
		}
	}
	return nil, nil
}

func (o *organization) keys() []key {
	p := &o.Profile
	keys := []key{{byID, p.OrganizationID}, {bySlug, p.OrganizationSlug}}
	if text(p.OrganizationExternalID) != "" {
		keys = append(keys, key{byExternalID, *p.OrganizationExternalID})
	}
	for _, domain := range p.ClaimedEmailDomains {
		keys = append(keys, key{byClaimedDomain, strings.ToLower(domain)})
	}
	for _, domain := range p.EmailAllowedDomains {
		keys = append(keys, key{byAllowedDomain, strings.ToLower(domain)})
	}
	return keys
}

// organizationByID returns an organization by its ID, slug or external ID.
func (s *state) organizationByID(id string) *organization {
	for _, kind := range []keyKind{byID, bySlug, byExternalID} {
		if o := s.Organizations.find(kind, id); o != nil {
			return o
		}
	}
	return nil
}

func (m *member) keys() []key {
	p := &m.Profile
	keys := []key{{byID, p.MemberID}, {byOrganization, p.OrganizationID}}
	if m.deleted() { // only the ID is left
		return keys
	}
	email := strings.ToLower(p.EmailAddress)
	keys = append(keys, key{byEmail, within(p.OrganizationID, email)}, key{byPerson, email})
	if p.EmailAddressVerified {
		keys = append(keys, key{byProvenDomain, within(p.OrganizationID, domainOf(email))})
	}
	if text(p.ExternalID) != "" {
		keys = append(keys, key{byExternalID, within(p.OrganizationID, *p.ExternalID)})
	}
	if p.MemberPasswordID != "" {
		keys = append(keys, key{byPassword, within(p.OrganizationID, p.MemberPasswordID)})
	}
	for _, o := range p.OAuthRegistrations {
		keys = append(keys, key{bySubject, within(p.OrganizationID, subjectKey(o.ProviderType, o.ProviderSubject))})
	}
	for _, s := range p.SSORegistrations {
		keys = append(keys, key{bySSO, within(s.ConnectionID, s.ExternalID)})
	}
	if p.MFAPhoneNumber != "" {
		keys = append(keys, key{byPhone, p.MFAPhoneNumber})
	}
	if m.NewAddress != nil {
		keys = append(keys, key{byNewAddress, within(p.OrganizationID, strings.ToLower(m.NewAddress.Address))})
	}
	for _, retired := range p.RetiredEmailAddresses {
		keys = append(keys, key{byRetiredEmail, within(p.OrganizationID, strings.ToLower(retired.EmailAddress))})
	}
	return keys
}

// memberByID returns a member of an organization by their ID or external ID. A
// deleted member has only the ID.
func (s *state) memberByID(organizationID, id string) *member {
	if m := s.Members.find(byID, id); m != nil && m.Profile.OrganizationID == organizationID {
		return m
	}
	return s.Members.find(byExternalID, within(organizationID, id))
}

// memberByEmail returns a member of an organization by their e-mail address. A
// deleted member has none.
func (s *state) memberByEmail(organizationID, address string) *member {
	return s.Members.find(byEmail, within(organizationID, strings.ToLower(address)))
}

// membersOf returns the members of an organization, the deleted ones too.
func (s *state) membersOf(o *organization) []*member {
	return s.Members.list(byOrganization, o.Profile.OrganizationID)
}

// organizationsFor returns the organizations that a person with an address belongs
// to, or may be able to join.
func (s *state) organizationsFor(address string, a *account) []*organization {
	found := s.Organizations.list(byAllowedDomain, strings.ToLower(domainOf(address)))
	for _, m := range s.Members.list(byPerson, strings.ToLower(address)) {
		if o := s.organizationByID(m.Profile.OrganizationID); !slices.Contains(found, o) {
			found = append(found, o)
		}
	}
	if a != nil && len(a.Tenants) > 0 {
		for o := range s.Organizations.all() {
			if o.tenantOf(a) != "" && !slices.Contains(found, o) {
				found = append(found, o)
			}
		}
	}
	slices.SortFunc(found, func(a, b *organization) int { return int(a.at - b.at) })
	return found
}

func (s *session) keys() []key {
	return []key{{byID, s.ID}, {byToken, s.Token}, {byOwner, s.UserID + s.MemberID}} // one of the two is empty
}

func (s *session) expired(now time.Time) bool { return !now.Before(s.ExpiresAt) }

// session returns the active session with an ID or a token, or nil.
func (s *state) session(kind keyKind, text string, now time.Time) *session {
	found := s.Sessions.find(kind, text)
	if found != nil && found.expired(now) {
		s.Sessions.remove(found)
		return nil
	}
	return found
}

func (c *emailCode) keys() []key { return []key{{byAddress, c.Address}} }

func (c *emailCode) setKey(address string) { c.Address = address }

// emailCode returns the code that was sent to an address last, or nil.
func (s *state) emailCode(address string) *code {
	if c := s.EmailCodes.find(byAddress, strings.ToLower(address)); c != nil {
		return &c.code
	}
	return nil
}

func (l *link) keys() []key { return []key{{byToken, l.Token}, {byOwner, l.MemberID}} }

func (l *link) setKey(token string) { l.Token = token }

func (c *ceremony) keys() []key { return []key{{byToken, c.Challenge}} }

func (c *ceremony) setKey(challenge string) { c.Challenge = challenge }

func (p *sharedPassword) keys() []key { return []key{{byAddress, p.Address}} }

func (p *sharedPassword) setKey(address string) { p.Address = address }

// sessionsOf returns the active sessions of a user or member.
func (s *state) sessionsOf(ownerID string, now time.Time) []*session {
	return slices.DeleteFunc(s.Sessions.list(byOwner, ownerID), func(one *session) bool { return one.expired(now) })
}

// keep stores a session and replaces its earlier version.
func (r *run) keep(s *session) {
	sessions := &r.project.state.Sessions
	if have := sessions.find(byID, s.ID); have != nil {
		sessions.remove(have)
	}
	sessions.add(s)
	sessions.sweep(func(one *session) bool { return one.expired(r.now) })
}

// endSessions ends the sessions of a user or member, but not the one to keep, if it
// is not nil.
func (s *state) endSessions(ownerID string, keep *session) {
	for _, one := range slices.Backward(s.Sessions.list(byOwner, ownerID)) {
		if one != keep {
			s.Sessions.remove(one)
		}
	}
}

func (i *intermediate) keys() []key { return []key{{byToken, i.Token}, {byOwner, i.MemberID}} }

// rest ends a call: the tables read the keys of what it changed.
func (s *state) rest() {
	for _, p := range s.parts {
		p.rest()
	}
}
