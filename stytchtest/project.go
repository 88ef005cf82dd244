package stytchtest

import (
	"errors"
	"sync"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// Project is a project of the service: its credentials and all its data, its inbox,
// clock, keys, faults and requests. Projects share only the server's address.
type Project struct {
	// ID and Secret are the credentials.
	ID, Secret string

	server   *Server
	clock    Clock
	inbox    *Inbox
	keys     keyring
	faults   faults
	webhooks *Webhooks
	requests requestLog
	removed  chan struct{} // closed when the project is removed

	publicToken string

	mu    sync.Mutex
	state state
	kept  kept // in the server's store
	named namedSnapshots
}

func newProject(server *Server, id, secret string) *Project {
	p := &Project{ID: id, Secret: secret, server: server, inbox: newInbox(), removed: make(chan struct{}), publicToken: derivedID("public-token", id)}
	p.keys.first = server.key
	p.webhooks = newWebhooks(p)
	return p
}

// lock locks the state. It returns the function that unlocks it after the tables
// have read what changed. The webhooks say that the dashboard changed it.
func (p *Project) lock() (unlock func()) { return p.lockFor(dashboard) }

// lockFor is lock for a change that does not come from the dashboard.
func (p *Project) lockFor(source eventSource) (unlock func()) {
	p.mu.Lock()
	end := p.watch(source)
	return func() {
		end()
		if p.server.journal == nil {
			p.state.rest()
			p.mu.Unlock()
			return
		}
		number, err := p.collect()
		p.state.rest()
		p.mu.Unlock()
		p.server.journal.note(errors.Join(err, p.server.journal.wait(number)))
	}
}

// secret returns the secret, which Restore can change.
func (p *Project) secret() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Secret
}

// Inbox returns the messages that the project's calls sent.
func (p *Project) Inbox() *Inbox { return p.inbox }

// RotateKeys adds a new key that signs JWTs. The old keys stay published, as
// they do for a month at the service, unless forget is set.
func (p *Project) RotateKeys(forget bool) { p.keys.rotate(forget) }

// Limits are the limits that a project can configure at the service.
type Limits struct {
	// Attempts is how many failures in a row lock a user or member.
	Attempts int
	// Lock is how long they stay locked.
	Lock time.Duration
	// UnverifiedFactors is how many unverified phone numbers and e-mail addresses
	// can be added to a user.
	UnverifiedFactors int
}

// defaultLimits are the defaults of the service.
var defaultLimits = Limits{Attempts: 10, Lock: time.Hour, UnverifiedFactors: 5}

// Times of the service that a project cannot configure.
const (
	unverifiedLife   = 5 * time.Minute
	intermediateLife = 10 * time.Minute
	jwtLife          = 5 * time.Minute
	mfaCodeLife      = 2 * time.Minute
	// defaultDuration is the duration of a member's session when the request
	// sets none.
	defaultDuration = 60
)

// The sandbox values of the test environment. They always authenticate.
const (
	SandboxPhoneNumber   = "+10000000000"
	SandboxEmail         = "sandbox@stytch.com"
	SandboxCode          = "000000"
	SandboxSessionToken  = "WJtR5BCy38Szd5AfoDpf0iqFKEt4EE5JhjlWUY7l3FtY"
	SandboxLinkToken     = "DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94="
	sandboxUsedLink      = "3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU="
	sandboxMissingToken  = "59cnLELtq5cFVS6uYK9f-pAWzBkhqZl8AvLhbhOvKNWw"
	sandboxUserID        = "user-test-e3795c81-f849-4167-bfda-e4a6e9c280fd"
	sandboxEmailID       = "email-test-23873e89-d4ed-4e92-b3b9-e5c7198fa286"
	sandboxSessionLength = 60 * time.Minute
)

// isSandbox reports whether an address belongs to the sandbox.
func isSandbox(address string) bool {
	return sameAddress(address, SandboxEmail) || address == SandboxPhoneNumber
}

// run is one call while the server performs it.
type run struct {
	project *Project
	now     time.Time
	header  header
	status  int // of the answer when the call succeeds
	// dashboard is set for a call of Project.Perform, which does what a person does in
	// the service's dashboard.
	dashboard bool
	// unlock unlocks the project.
	unlock func()
}

// lock locks the project for the call.
func (r *run) lock() {
	source := direct
	if r.dashboard {
		source = dashboard
	}
	r.unlock = r.project.lockFor(source)
}

// handle performs the call, and encodes the response before it unlocks the project: the
// response can share data with the state.
func (r *run) handle(perform handler, arguments map[string]any) (response []byte, err *apiError) {
	r.lock()
	defer func() { r.unlock() }()
	result, err := perform(r, arguments)
	if err != nil {
		return nil, err
	}
	return encode(result), nil
}

// header gives the header parameters of a call.
type header interface{ Get(name string) string }

// send makes a code, stores it in place of an earlier one, and puts the message
// into the inbox.
func (r *run) send(slot **code, c code, life time.Duration, m Message) {
	c.Digits = r.project.server.nextCode(m.Address)
	c.Channel, c.ExpiresAt = m.Channel, r.now.Add(life)
	*slot = &c
	m.Code, m.ExpiresAt = c.Digits, c.ExpiresAt
	r.post(m)
}

// post puts a message into the inbox.
func (r *run) post(m Message) {
	m.ID, m.SentAt = newID("message"), r.now
	if m.Locale == "" {
		m.Locale = "en"
	}
	r.project.inbox.put(m)
}

// try compares an entered code with the code that was sent. A wrong code counts
// as a failure of the user or member.
func (r *run) try(c *code, typed, address string, a *attempts) *apiError {
	if a.locked(r.now) {
		return fail("user_lock_limit_reached")
	}
	if isSandbox(address) && typed == SandboxCode {
		a.succeeded()
		return nil
	}
	switch {
	case c == nil || c.Digits != typed:
		a.failed(r.now, r.project.server.limits)
		return fail("otp_code_not_found")
	case c.Used || !r.now.Before(c.ExpiresAt):
		a.failed(r.now, r.project.server.limits)
		return fail("unable_to_auth_otp_code")
	}
	return nil
}

// minutes converts an optional lifetime in minutes.
func minutes(given *int, otherwise int) time.Duration {
	if given != nil {
		otherwise = *given
	}
	return time.Duration(otherwise) * time.Minute
}

// text returns an optional string, "" if it is not set.
func text[T ~string](given *T) string {
	if given == nil {
		return ""
	}
	return string(*given)
}

// mergeClaims sets claims as the service does: null deletes a claim, reserved
// claims are ignored, and the limit is 4 kB.
func mergeClaims(have, more map[string]any) (map[string]any, *apiError) {
	allowed := map[string]any{}
	for name, value := range more {
		switch {
		case isReservedClaim(name):
		case hasStytchPrefix(name):
			return nil, failf("stytch_claims_in_custom_claims", "the claim %q begins with the prefix that the service reserves", name)
		default:
			allowed[name] = value
		}
	}
	merged := merge(have, allowed)
	if size := jsonSize(merged); size > maxClaims {
		return nil, failf("custom_claims_too_large", "the claims take %d bytes; at most %d are allowed", size, maxClaims)
	}
	if len(merged) == 0 {
		return nil, nil
	}
	return merged, nil
}

// addFactor adds a factor to a list. It replaces an earlier factor of the same
// kind and address.
func addFactor(factors []stytch.AuthenticationFactor, f stytch.AuthenticationFactor) []stytch.AuthenticationFactor {
	var kept []stytch.AuthenticationFactor
	for _, have := range factors {
		if have.Type == f.Type && have.DeliveryMethod == f.DeliveryMethod && sameTarget(have, f) {
			f.CreatedAt = have.CreatedAt
			continue
		}
		kept = append(kept, have)
	}
	return append(kept, f)
}

func sameTarget(a, b stytch.AuthenticationFactor) bool { return target(a) == target(b) }

// target is the id of what a factor proves. It is "" for what a person has only one of, such as a password.
func target(f stytch.AuthenticationFactor) string {
	switch {
	case f.EmailFactor != nil:
		return f.EmailFactor.EmailID
	case f.PhoneNumberFactor != nil:
		return f.PhoneNumberFactor.PhoneID
	case f.EmbeddableMagicLinkFactor != nil:
		return f.EmbeddableMagicLinkFactor.EmbeddedID
	case f.AuthenticatorAppFactor != nil:
		return f.AuthenticatorAppFactor.TOTPID
	case f.WebAuthnFactor != nil:
		return f.WebAuthnFactor.WebAuthnRegistrationID
	case f.CryptoWalletFactor != nil:
		return f.CryptoWalletFactor.CryptoWalletID
	case f.RecoveryCodeFactor != nil:
		return f.RecoveryCodeFactor.TOTPRecoveryCodeID
	}
	if sso := ssoOf(f); sso != nil {
		return sso.ID
	}
	if oauth := oauthOf(f); oauth != nil {
		return oauth.ID
	}
	return ""
}

// newFactor returns a factor that was proved just now.
func newFactor(kind stytch.AuthenticationFactorType, delivery stytch.AuthenticationFactorDeliveryMethod, now time.Time) stytch.AuthenticationFactor {
	return stytch.AuthenticationFactor{
		Type: kind, DeliveryMethod: delivery, LastAuthenticatedAt: &now, CreatedAt: &now, UpdatedAt: &now,
	}
}

// emailFactor and phoneFactor return the factors that a code or link proves.
func emailFactor(kind stytch.AuthenticationFactorType, id, address string, now time.Time) stytch.AuthenticationFactor {
	f := newFactor(kind, stytch.AuthenticationFactorDeliveryMethodEmail, now)
	f.EmailFactor = &stytch.EmailFactor{EmailID: id, EmailAddress: address}
	return f
}

func phoneFactor(channel Channel, id, number string, now time.Time) stytch.AuthenticationFactor {
	f := newFactor(stytch.AuthenticationFactorTypeOTP, stytch.AuthenticationFactorDeliveryMethod(channel), now)
	f.PhoneNumberFactor = &stytch.PhoneNumberFactor{PhoneID: id, PhoneNumber: number}
	return f
}
