package stytchtest

import (
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// state is the whole state of a project. A snapshot contains it.
type state struct {
	Users         table[user, *user]                 `json:"users"`
	Organizations table[organization, *organization] `json:"organizations"`
	Members       table[member, *member]             `json:"members"`
	Sessions      table[session, *session]           `json:"sessions"`
	Intermediates table[intermediate, *intermediate] `json:"intermediate_sessions"`
	M2MClients    table[m2mClient, *m2mClient]       `json:"m2m_clients"`
	ConnectedApps table[connectedApp, *connectedApp] `json:"connected_apps"`
	// SCIMConnections are those of directories, at most one for an organization.
	SCIMConnections table[scimConnection, *scimConnection] `json:"scim_connections"`
	// Consents are what people let connected apps do, and Authorizations the codes and tokens of the apps.
	Consents       table[consent, *consent]             `json:"consents"`
	Authorizations table[authorization, *authorization] `json:"authorizations"`
	// Connections are those of organizations for single sign-on.
	Connections table[connection, *connection] `json:"sso_connections"`
	// Fraud is what the project knows about devices and addresses.
	Fraud fraud `json:"fraud"`
	// EmailCodes are the e-mail codes of members. A new code of an address replaces
	// the earlier one.
	EmailCodes table[emailCode, *emailCode] `json:"email_codes"`
	// Policy is the access policy, without what every project has.
	Policy stytch.RBACPolicy `json:"policy"`
	// Links are the links of messages, and the tokens of links that the
	// application delivers itself.
	Links table[link, *link] `json:"links"`
	// Ceremonies are the challenges that wait for an authenticator.
	Ceremonies table[ceremony, *ceremony] `json:"ceremonies"`
	// Passwords are the passwords of e-mail addresses, if they are for all
	// organizations.
	Passwords table[sharedPassword, *sharedPassword] `json:"passwords"`
	// PasswordPolicy is what the project configures about passwords.
	PasswordPolicy PasswordPolicy `json:"password_policy"`
	// RedirectURLs are the URLs that links can lead to. It is nil while they can
	// lead to any URL.
	RedirectURLs []RedirectURL `json:"redirect_urls"`
	// TrustedTokenProfiles say which tokens of other issuers are accepted.
	TrustedTokenProfiles []TrustedTokenProfile `json:"trusted_token_profiles"`
	// UserInfoURL is where tokens of sessions of another provider are sent, or empty.
	UserInfoURL string `json:"userinfo_url"`
	// Endpoints get webhooks, which are Deliveries.
	Endpoints  table[endpoint, *endpoint] `json:"webhook_endpoints"`
	Deliveries table[delivery, *delivery] `json:"webhook_deliveries"`
}

// code is a code that was sent.
type code struct {
	Digits    string    `json:"digits"`
	Channel   Channel   `json:"channel"`
	ExpiresAt time.Time `json:"expires_at"`
	Used      bool      `json:"used"`
	// Attributes describe the client that asked for the code.
	Attributes *stytch.Attributes `json:"attributes,omitempty"`
	// OrganizationID and MemberID name the member that the code logs in. Both
	// are empty for discovery.
	OrganizationID string `json:"organization_id,omitempty"`
	MemberID       string `json:"member_id,omitempty"`
}

// emailCode is the code that was sent to the e-mail address of a member, or of a person
// who looks for organizations.
type emailCode struct {
	place
	// Address is in lower case.
	Address string `json:"address"`
	code
}

// attempts counts the failures in a row of a user or member.
type attempts struct {
	Failures    int       `json:"failures"`
	LockedAt    time.Time `json:"locked_at,omitzero"`
	LockedUntil time.Time `json:"locked_until,omitzero"`
}

func (a *attempts) locked(now time.Time) bool { return now.Before(a.LockedUntil) }

// failed counts a failure, and locks after too many in a row.
func (a *attempts) failed(now time.Time, limits Limits) {
	a.Failures++
	if a.Failures >= limits.Attempts {
		a.Failures = 0
		a.LockedAt, a.LockedUntil = now, now.Add(limits.Lock)
	}
}

func (a *attempts) succeeded() { *a = attempts{} }

// lockTimes returns the fields that show a lock in a response.
func (a *attempts) lockTimes(now time.Time) (locked bool, since, until *time.Time) {
	if !a.locked(now) {
		return false, nil, nil
	}
	return true, new(a.LockedAt), new(a.LockedUntil)
}

// user is a consumer user. The phone numbers and e-mail addresses of the
// profile come from the methods.
type user struct {
	place
	attempts
	Profile stytch.User `json:"profile"`
	Methods []*method   `json:"methods"`
	// Password is the password, or nil. A user who was added by a test can have
	// one in the profile that no password matches.
	Password *hashed `json:"password,omitempty"`
	// TOTP is the authenticator app, or nil.
	TOTP *app `json:"totp,omitempty"`
	// Credentials are the keys of passkeys and security keys.
	Credentials []*credential `json:"credentials,omitempty"`
	// WalletChallenges are the texts that wallets are to sign, at most one for each.
	WalletChallenges []*walletChallenge `json:"wallet_challenges,omitempty"`
	// Registering is the challenge of the registration that was begun last, or
	// empty.
	Registering string `json:"registering,omitempty"`
	// Invited says whether an invitation of the user is open.
	Invited bool `json:"invited,omitempty"`
}

// method is a phone number or e-mail address of a user.
type method struct {
	ID       string `json:"id"`
	Address  string `json:"address"`
	Verified bool   `json:"verified"`
	// RemoveAt is when a number that was added to an existing user is removed,
	// unless it is verified before.
	RemoveAt time.Time `json:"remove_at,omitzero"`
	Code     *code     `json:"code,omitempty"`
}

func (m *method) isEmail() bool { return isEmail(m.Address) }

// isEmail tells an e-mail address from a phone number.
func isEmail(address string) bool { return strings.Contains(address, "@") }

// prune removes methods that were not verified in time.
func (u *user) prune(now time.Time) {
	u.Methods = slices.DeleteFunc(u.Methods, func(m *method) bool {
		return !m.Verified && !m.RemoveAt.IsZero() && !now.Before(m.RemoveAt)
	})
}

// method returns the method with an address.
func (u *user) method(address string) *method {
	for _, m := range u.Methods {
		if sameAddress(m.Address, address) {
			return m
		}
	}
	return nil
}

// profile returns the user as a response shows them.
func (u *user) profile(now time.Time) stytch.User {
	u.prune(now)
	p := u.Profile
	p.Emails, p.PhoneNumbers = nil, nil
	for _, m := range u.Methods {
		if m.isEmail() {
			p.Emails = append(p.Emails, stytch.UserEmail{EmailID: m.ID, Email: m.Address, Verified: m.Verified})
		} else {
			p.PhoneNumbers = append(p.PhoneNumbers, stytch.UserPhoneNumber{PhoneID: m.ID, PhoneNumber: m.Address, Verified: m.Verified})
		}
	}
	p.IsLocked, p.LockCreatedAt, p.LockExpiresAt = u.lockTimes(now)
	return p
}

// organization is an organization, as created or changed.
type organization struct {
	place
	Profile b2b.Organization `json:"profile"`
}

// member is a member of an organization.
type member struct {
	place
	attempts
	Profile b2b.Member `json:"profile"`
	// MFACode is the last code sent by SMS.
	MFACode *code `json:"mfa_code,omitempty"`
	// Accounts are the accounts at providers of OAuth. The profile shows them as
	// registrations.
	Accounts []*memberAccount `json:"accounts,omitempty"`
	// NewAddress is the address that the member wants to have, or nil.
	NewAddress *newAddress `json:"new_address,omitempty"`
	// OIDCTokens are the tokens of logins by single sign-on, by connection.
	OIDCTokens map[string]oidcTokens `json:"oidc_tokens,omitempty"`
	// Password is the password, or nil. It is not used if passwords are for all
	// organizations.
	Password *memberPassword `json:"password,omitempty"`
	// SCIM is what a directory says about the member, nil if none manages them.
	SCIM *scimUser `json:"scim,omitempty"`
	// TOTP is the authenticator app, or nil. The profile shows it once it is
	// verified.
	TOTP *app `json:"totp,omitempty"`
}

// profile returns the member as a response shows them.
func (m *member) profile(now time.Time) b2b.Member {
	p := m.Profile
	p.IsLocked, p.LockCreatedAt, p.LockExpiresAt = m.lockTimes(now)
	p.IsAdmin = slices.ContainsFunc(p.Roles, func(role b2b.MemberRole) bool { return role.RoleID == adminRole })
	return p
}

// deleted reports whether the member was deleted. The record is kept, so that the
// member can be reactivated.
func (m *member) deleted() bool { return m.Profile.Status == b2b.MemberStatusDeleted }

// session is an active session of a user or of a member. Ended sessions are
// removed.
type session struct {
	place
	ID    string `json:"id"`
	Token string `json:"token"`
	// UserID, or OrganizationID and MemberID, name the owner.
	UserID         string `json:"user_id,omitempty"`
	OrganizationID string `json:"organization_id,omitempty"`
	MemberID       string `json:"member_id,omitempty"`

	StartedAt      time.Time                     `json:"started_at"`
	LastAccessedAt time.Time                     `json:"last_accessed_at"`
	ExpiresAt      time.Time                     `json:"expires_at"`
	Factors        []stytch.AuthenticationFactor `json:"factors"`
	Attributes     *stytch.Attributes            `json:"attributes,omitempty"`
	Claims         map[string]any                `json:"claims,omitempty"`
}

// hasSecond reports whether a second factor is among the factors.
func hasSecond(factors []stytch.AuthenticationFactor) bool {
	return slices.ContainsFunc(factors, isSecond)
}

func isSecond(f stytch.AuthenticationFactor) bool {
	return f.PhoneNumberFactor != nil || f.AuthenticatorAppFactor != nil || f.RecoveryCodeFactor != nil
}

// intermediate is a login that is not complete yet.
type intermediate struct {
	place
	Token     string                        `json:"token"`
	ExpiresAt time.Time                     `json:"expires_at"`
	Factors   []stytch.AuthenticationFactor `json:"factors"`
	Email     string                        `json:"email"`
	// OrganizationID and MemberID are empty after discovery.
	OrganizationID string `json:"organization_id,omitempty"`
	MemberID       string `json:"member_id,omitempty"`
	// Verified says whether the login proved the e-mail address in another way
	// than by a factor: with a first password.
	Verified bool `json:"verified,omitempty"`
	// Account is an account at a provider of OAuth that the member does not have
	// yet, or nil.
	Account *account `json:"account,omitempty"`
}

// verified reports whether the login proved the e-mail address.
func (i *intermediate) verified() bool { return i.Verified || proves(i.Factors, i.Email) }
