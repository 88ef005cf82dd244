package stytchtest

import (
	"slices"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// factorKind is one kind of what users log in with.
type factorKind struct {
	prefix   string // of its ids
	invalid  string // error type of an id of another form, "" if there is none
	notFound string // error type of an id that no user has
	// drop takes the one with the id from a user, and reports whether there was one.
	drop func(u *user, id string) bool
}

var (
	emails = factorKind{"email", "invalid_email_id", "email_not_found", func(u *user, id string) bool {
		return drop(&u.Methods, func(m *method) bool { return m.isEmail() && m.ID == id })
	}}
	phoneNumbers = factorKind{"phone-number", "", "phone_number_not_found", func(u *user, id string) bool {
		return drop(&u.Methods, func(m *method) bool { return !m.isEmail() && m.ID == id })
	}}
	webAuthnRegistrations = factorKind{
		"webauthn-registration", "invalid_webauthn_registration_id", "webauthn_registration_not_found", func(u *user, id string) bool {
			drop(&u.Credentials, func(c *credential) bool { return c.RegistrationID == id })
			return drop(&u.Profile.WebAuthnRegistrations, func(w stytch.WebAuthnRegistration) bool { return w.WebAuthnRegistrationID == id })
		}}
	biometricRegistrations = factorKind{
		"biometric-registration", "invalid_biometric_registration_id", "biometric_registration_not_found", func(u *user, id string) bool {
			return drop(&u.Profile.BiometricRegistrations, func(b stytch.BiometricRegistration) bool { return b.BiometricRegistrationID == id })
		}}
	totps = factorKind{"totp", "invalid_totp_id", "totp_not_found", func(u *user, id string) bool {
		if u.TOTP != nil && u.TOTP.ID == id {
			u.TOTP = nil
		}
		return drop(&u.Profile.TOTPs, func(t stytch.TOTP) bool { return t.TOTPID == id })
	}}
	cryptoWallets = factorKind{"crypto-wallet", "invalid_crypto_wallet_id", "crypto_wallet_not_found", func(u *user, id string) bool {
		u.dropChallenge(id)
		return drop(&u.Profile.CryptoWallets, func(c stytch.CryptoWallet) bool { return c.CryptoWalletID == id })
	}}
	passwords = factorKind{"password", "invalid_password_id", "password_not_found", func(u *user, id string) bool {
		if u.Profile.Password == nil || u.Profile.Password.PasswordID != id {
			return false
		}
		u.Profile.Password, u.Password = nil, nil
		return true
	}}
	oauthRegistrations = factorKind{
		"oauth-user", "invalid_oauth_user_registration_id", "oauth_user_registration_not_found", func(u *user, id string) bool {
			return drop(&u.Profile.Providers, func(o stytch.OAuthProvider) bool { return o.OAuthUserRegistrationID == id })
		}}
)

// drop removes the elements that match is from a list, and reports whether there
// were any. It copies the list, so earlier copies of the slice do not change.
func drop[T any](list *[]T, is func(T) bool) bool {
	kept := slices.DeleteFunc(slices.Clone(*list), is)
	dropped := len(kept) < len(*list)
	*list = kept
	return dropped
}

// primary counts what a user can log in with on its own. One of them has to stay.
func (u *user) primary() int { return len(u.Methods) + len(u.Profile.Providers) }

// factors counts everything that a user can log in with.
func (u *user) factors() int {
	p := u.Profile
	n := u.primary() + len(p.WebAuthnRegistrations) + len(p.BiometricRegistrations) + len(p.TOTPs) + len(p.CryptoWallets)
	if p.Password != nil {
		n++
	}
	return n
}

// remove takes a factor from the user who has it. Sessions live on without it.
func (r *run) remove(kind factorKind, id string) (stytch.User, *apiError) {
	if u := r.project.state.Users.find(byFactor, id); u != nil {
		u.prune(r.now)
		before := *u
		if kind.drop(u, id) {
			if u.primary() == 0 && before.primary() > 0 {
				*u = before
				return stytch.User{}, fail("cannot_delete_last_primary_factor")
			}
			r.forget(u, id)
			return u.profile(r.now), nil
		}
	}
	if kind.invalid != "" && !idForm(kind.prefix).MatchString(id) {
		return stytch.User{}, fail(kind.invalid)
	}
	return stytch.User{}, fail(kind.notFound)
}

// forget takes a factor that is gone out of a user's sessions.
func (r *run) forget(u *user, id string) {
	for _, s := range r.project.state.sessionsOf(u.Profile.UserID, r.now) {
		drop(&s.Factors, func(f stytch.AuthenticationFactor) bool { return target(f) == id })
	}
}

func (r *run) deleteEmail(q stytch.UsersDeleteEmailRequest) (stytch.UsersDeleteEmailResponse, *apiError) {
	u, err := r.remove(emails, q.EmailID)
	return stytch.UsersDeleteEmailResponse{UserID: u.UserID, User: u}, err
}

func (r *run) deletePhoneNumber(q stytch.UsersDeletePhoneNumberRequest) (stytch.UsersDeletePhoneNumberResponse, *apiError) {
	u, err := r.remove(phoneNumbers, q.PhoneID)
	return stytch.UsersDeletePhoneNumberResponse{UserID: u.UserID, User: u}, err
}

func (r *run) deleteWebAuthnRegistration(q stytch.UsersDeleteWebAuthnRegistrationRequest) (stytch.UsersDeleteWebAuthnRegistrationResponse, *apiError) {
	u, err := r.remove(webAuthnRegistrations, q.WebAuthnRegistrationID)
	return stytch.UsersDeleteWebAuthnRegistrationResponse{UserID: u.UserID, User: u}, err
}

func (r *run) deleteBiometricRegistration(q stytch.UsersDeleteBiometricRegistrationRequest) (stytch.UsersDeleteBiometricRegistrationResponse, *apiError) {
	u, err := r.remove(biometricRegistrations, q.BiometricRegistrationID)
	return stytch.UsersDeleteBiometricRegistrationResponse{UserID: u.UserID, User: u}, err
}

func (r *run) deleteTOTP(q stytch.UsersDeleteTOTPRequest) (stytch.UsersDeleteTOTPResponse, *apiError) {
	u, err := r.remove(totps, q.TOTPID)
	return stytch.UsersDeleteTOTPResponse{UserID: u.UserID, User: u}, err
}

func (r *run) deleteCryptoWallet(q stytch.UsersDeleteCryptoWalletRequest) (stytch.UsersDeleteCryptoWalletResponse, *apiError) {
	u, err := r.remove(cryptoWallets, q.CryptoWalletID)
	return stytch.UsersDeleteCryptoWalletResponse{UserID: u.UserID, User: u}, err
}

func (r *run) deletePassword(q stytch.UsersDeletePasswordRequest) (stytch.UsersDeletePasswordResponse, *apiError) {
	u, err := r.remove(passwords, q.PasswordID)
	return stytch.UsersDeletePasswordResponse{UserID: u.UserID, User: u}, err
}

func (r *run) deleteOAuthRegistration(q stytch.UsersDeleteOAuthRegistrationRequest) (stytch.UsersDeleteOAuthRegistrationResponse, *apiError) {
	u, err := r.remove(oauthRegistrations, q.OAuthUserRegistrationID)
	return stytch.UsersDeleteOAuthRegistrationResponse{UserID: u.UserID, User: u}, err
}

// exchangePrimaryFactor replaces the only factor of a user, and takes the word
// of the application that the new one is theirs.
func (r *run) exchangePrimaryFactor(q stytch.UsersExchangePrimaryFactorRequest) (stytch.UsersExchangePrimaryFactorResponse, *apiError) {
	none := stytch.UsersExchangePrimaryFactorResponse{}
	u, err := r.user(q.UserID)
	if err != nil {
		return none, err
	}
	address := text(q.EmailAddress) + text(q.PhoneNumber) // one of the two
	owner, have := r.project.state.userByAddress(address, r.now)
	if owner != nil && owner != u {
		return none, taken(address)
	}
	if u.prune(r.now); u.factors() != 1 || len(u.Methods) != 1 {
		return none, fail("invalid_exchange_primary_factor_user")
	}
	if have == nil { // otherwise the call is a repetition
		old := u.Methods[0]
		u.Methods = nil
		have = u.add(address)
		r.forget(u, old.ID)
	}
	have.Verified, have.RemoveAt = true, time.Time{}
	return stytch.UsersExchangePrimaryFactorResponse{UserID: u.Profile.UserID, User: u.profile(r.now)}, nil
}
