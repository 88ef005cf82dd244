package stytchtest

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"image/png"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// What the service's codes of authenticator apps look like, as RFC 6238 calls it.
const (
	totpPeriod = 30 // seconds
	totpDrift  = 1  // periods before and after the current one whose codes pass too
	totpSecret = 20 // bytes
	qrCodeSize = 200

	recoveryCodes = 10
)

// emulatorName is the name of the application that authenticators show.
const emulatorName = "stytch-emulator"

// app is the registration of an authenticator app.
type app struct {
	ID       string `json:"id"`
	Secret   string `json:"secret"` // in base32
	Verified bool   `json:"verified"`
	// ExpiresAt ends a registration that was not verified.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// LastPeriod is the period of the last code that was accepted. Codes up to
	// it are used up.
	LastPeriod    int64    `json:"last_period,omitempty"`
	RecoveryCodes []string `json:"recovery_codes"`
}

func newApp(kind string, expires time.Time) *app {
	var secret [totpSecret]byte
	_, _ = rand.Read(secret[:]) // never fails
	return &app{
		ID: newID(kind), Secret: base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret[:]),
		ExpiresAt: expires, RecoveryCodes: newRecoveryCodes(recoveryCodes),
	}
}

// newRecoveryCodes returns codes like 4h2k-9wqd-m7xp.
func newRecoveryCodes(n int) []string {
	codes := make([]string, n)
	for i := range codes {
		text := strings.ToLower(rand.Text())
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:12]
	}
	return codes
}

// pending reports whether the registration waits for its first code.
func (a *app) pending(now time.Time) bool { return !a.Verified && now.Before(a.ExpiresAt) }

// code returns the code of a period. It is "" for a secret that is not base32.
func (a *app) code(period int64) string {
	code, err := hotp.GenerateCodeCustom(a.Secret, uint64(period), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return ""
	}
	return code
}

func periodOf(now time.Time) int64 { return now.Unix() / totpPeriod }

// qrCode returns a data URL with a PNG image of the secret, for the app to scan.
func (a *app) qrCode(prefix, account string) (string, *apiError) {
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(a.Secret)
	if err != nil {
		return "", failf("internal_server_error", "the secret is not base32")
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: emulatorName, AccountName: account, Secret: secret})
	if err != nil {
		return "", failf("internal_server_error", "the QR code could not be made: %v", err)
	}
	image, err := key.Image(qrCodeSize, qrCodeSize)
	if err != nil {
		return "", failf("internal_server_error", "the QR code could not be made: %v", err)
	}
	var data bytes.Buffer
	if err := png.Encode(&data, image); err != nil {
		return "", failf("internal_server_error", "the QR code could not be made: %v", err)
	}
	return prefix + base64.StdEncoding.EncodeToString(data.Bytes()), nil
}

var recoveryCodeForm = regexp.MustCompile(`^[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$`)

// tryApp checks a code of an authenticator app. A wrong code counts as a failure
// of the user or member. missing is the error type if there is no registration.
func (r *run) tryApp(a *app, typed, missing string, of *attempts) *apiError {
	switch {
	case of.locked(r.now):
		return fail("user_lock_limit_reached")
	case a == nil:
		return fail(missing)
	case !a.Verified && !a.pending(r.now):
		return fail("expired_totp")
	case slices.Contains(a.RecoveryCodes, typed):
		return fail("recovery_code_used_as_totp_code")
	case !sixDigits(typed):
		return failf("invalid_totp_code", "the code does not have six digits")
	}
	now := periodOf(r.now)
	for period := now - totpDrift; period <= now+totpDrift; period++ {
		if a.code(period) != typed {
			continue
		}
		if period <= a.LastPeriod {
			return fail("totp_code_already_authenticated")
		}
		a.LastPeriod, a.Verified, a.ExpiresAt = period, true, time.Time{}
		of.succeeded()
		return nil
	}
	of.failed(r.now, r.project.server.limits)
	return fail("unable_to_authenticate_totp")
}

// tryRecovery checks a recovery code, and uses it up.
func (r *run) tryRecovery(a *app, typed string, of *attempts) *apiError {
	switch {
	case of.locked(r.now):
		return fail("user_lock_limit_reached")
	case len(a.RecoveryCodes) == 0:
		return fail("recovery_codes_not_found")
	case sixDigits(typed):
		return fail("totp_code_used_as_recovery_code")
	case !recoveryCodeForm.MatchString(typed) && !slices.Contains(a.RecoveryCodes, typed): // migrated codes can have any form
		return failf("invalid_recovery_code", "the recovery code does not have the form of one, such as 4h2k-9wqd-m7xp")
	case !drop(&a.RecoveryCodes, func(have string) bool { return have == typed }):
		of.failed(r.now, r.project.server.limits)
		return fail("unable_to_authenticate_recovery_code")
	}
	of.succeeded()
	return nil
}

// TOTP is the registration of an authenticator app, of a user or of a member.
type TOTP struct {
	ID string `json:"id"`
	// UserID, or OrganizationID and MemberID, name the owner.
	UserID         string `json:"user_id,omitempty"`
	OrganizationID string `json:"organization_id,omitempty"`
	MemberID       string `json:"member_id,omitempty"`
	// Verified says whether a code of the app was accepted.
	Verified bool `json:"verified"`
	// Code is the code that the app shows now, and ExpiresAt when it shows the next one. A code works once.
	Code      string    `json:"code"`
	ExpiresAt time.Time `json:"expires_at"`
}

// TOTPs returns every registration of an authenticator app, with its current
// code.
func (p *Project) TOTPs() []TOTP {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	found := []TOTP{}
	add := func(a *app, owner TOTP) {
		if a == nil {
			return
		}
		period := periodOf(now)
		owner.ID, owner.Verified, owner.Code, owner.ExpiresAt = a.ID, a.Verified, a.code(period), time.Unix((period+1)*totpPeriod, 0).UTC()
		found = append(found, owner)
	}
	for u := range p.state.Users.all() {
		add(u.TOTP, TOTP{UserID: u.Profile.UserID})
	}
	for m := range p.state.Members.all() {
		add(m.TOTP, TOTP{OrganizationID: m.Profile.OrganizationID, MemberID: m.Profile.MemberID})
	}
	return found
}

// TOTPCode returns the code that an authenticator app shows now. The ID is that
// of the registration, the user or the member. A code works once: for another
// login, advance the clock by 30 seconds.
func (p *Project) TOTPCode(id string) (string, error) {
	for _, t := range p.TOTPs() {
		if id != "" && (t.ID == id || t.UserID == id || t.MemberID == id) {
			return t.Code, nil
		}
	}
	return "", fmt.Errorf("stytchtest: no authenticator app is registered for %q", id)
}
