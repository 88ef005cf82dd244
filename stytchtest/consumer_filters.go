package stytchtest

import (
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// userSearch is users.search.
var userSearch = &search[stytch.User]{
	errors: "user_search_", list: "expected_array_of_string", boolean: "expected_bool", filters: userFilters,
}

var userFilters = map[string]filter[stytch.User]{
	"created_at_greater_than": created("created_at_greater_than", time.Time.After),
	"created_at_less_than":    created("created_at_less_than", time.Time.Before),
	"created_at_between":      createdBetween,
	"status":                  hasStatus,
	"user_id":                 hasUserID,
	"full_name_fuzzy": fuzzy("full_name", func(u stytch.User) []string {
		if u.Name == nil {
			return nil
		}
		first, last := text(u.Name.FirstName), text(u.Name.LastName)
		return []string{first, last, first + " " + last}
	}, strings.HasPrefix),

	"phone_number":       anyOf("phone_numbers", phoneValues(func(p stytch.UserPhoneNumber) string { return p.PhoneNumber })),
	"phone_id":           anyOf("phone_ids", phoneValues(func(p stytch.UserPhoneNumber) string { return p.PhoneID })),
	"phone_number_fuzzy": fuzzy("phone_number", phoneValues(func(p stytch.UserPhoneNumber) string { return p.PhoneNumber }), strings.Contains),
	"phone_verified": whether(func(u stytch.User) []bool {
		return each(u.PhoneNumbers, func(p stytch.UserPhoneNumber) bool { return p.Verified })
	}),

	"email_address":       addresses,
	"email_id":            anyOf("email_ids", emailValues(func(e stytch.UserEmail) string { return e.EmailID })),
	"email_address_fuzzy": fuzzy("email_address", func(u stytch.User) []string { return append(emailValues(address)(u), emailValues(domain)(u)...) }, strings.HasPrefix),
	"email_domain":        inDomain,
	"email_verified":      whether(func(u stytch.User) []bool { return each(u.Emails, func(e stytch.UserEmail) bool { return e.Verified }) }),

	"webauthn_registration_id": anyOf("webauthn_registration_ids", func(u stytch.User) []string {
		return each(u.WebAuthnRegistrations, func(w stytch.WebAuthnRegistration) string { return w.WebAuthnRegistrationID })
	}),
	"webauthn_registration_verified": whether(func(u stytch.User) []bool {
		return each(u.WebAuthnRegistrations, func(w stytch.WebAuthnRegistration) bool { return w.Verified })
	}),
	"biometric_registration_id": anyOf("biometric_registration_ids", func(u stytch.User) []string {
		return each(u.BiometricRegistrations, func(b stytch.BiometricRegistration) string { return b.BiometricRegistrationID })
	}),
	"biometric_verified": whether(func(u stytch.User) []bool {
		return each(u.BiometricRegistrations, func(b stytch.BiometricRegistration) bool { return b.Verified })
	}),
	"crypto_wallet_id": anyOf("crypto_wallet_id", func(u stytch.User) []string {
		return each(u.CryptoWallets, func(c stytch.CryptoWallet) string { return c.CryptoWalletID })
	}),
	"crypto_wallet_address": anyOf("crypto_wallet_address", func(u stytch.User) []string {
		return each(u.CryptoWallets, func(c stytch.CryptoWallet) string { return c.CryptoWalletAddress })
	}),
	"crypto_wallet_verified": whether(func(u stytch.User) []bool {
		return each(u.CryptoWallets, func(c stytch.CryptoWallet) bool { return c.Verified })
	}),
	"totp_id":       anyOf("totp_ids", func(u stytch.User) []string { return each(u.TOTPs, func(t stytch.TOTP) string { return t.TOTPID }) }),
	"totp_verified": whether(func(u stytch.User) []bool { return each(u.TOTPs, func(t stytch.TOTP) bool { return t.Verified }) }),
	"oauth_provider": anyOf("oauth_providers", func(u stytch.User) []string {
		return each(u.Providers, func(o stytch.OAuthProvider) string { return o.ProviderType })
	}),
	"password_exists": whether(func(u stytch.User) []bool { return []bool{u.Password != nil} }),
}

func phoneValues(value func(stytch.UserPhoneNumber) string) func(stytch.User) []string {
	return func(u stytch.User) []string { return each(u.PhoneNumbers, value) }
}

func emailValues(value func(stytch.UserEmail) string) func(stytch.User) []string {
	return func(u stytch.User) []string { return each(u.Emails, value) }
}

func address(e stytch.UserEmail) string { return e.Email }

func domain(e stytch.UserEmail) string { return domainOf(e.Email) }

// addresses finds users by e-mail addresses, whose case does not matter.
func addresses(s *search[stytch.User], value any) (test[stytch.User], *apiError) {
	wanted, err := s.texts(value, "email_addresses")
	return func(u stytch.User) bool {
		return slices.ContainsFunc(u.Emails, func(e stytch.UserEmail) bool {
			return slices.ContainsFunc(wanted, func(want string) bool { return sameAddress(want, e.Email) })
		})
	}, err
}

// inDomain finds users who have an e-mail address in a domain.
func inDomain(s *search[stytch.User], value any) (test[stytch.User], *apiError) {
	wanted, err := s.text(value, "email_domain")
	return func(u stytch.User) bool {
		return slices.ContainsFunc(u.Emails, func(e stytch.UserEmail) bool { return sameAddress(domain(e), wanted) })
	}, err
}

// created finds users by the time when they were created.
func created(missing string, is func(created, than time.Time) bool) filter[stytch.User] {
	return func(s *search[stytch.User], value any) (test[stytch.User], *apiError) {
		given, ok := value.(string)
		if !ok {
			return nil, s.fail("expected_timestamp")
		}
		if given == "" {
			return nil, s.fail("missing_" + missing)
		}
		than, err := time.Parse(time.RFC3339, given)
		if err != nil {
			return nil, s.fail("expected_timestamp")
		}
		return func(u stytch.User) bool { return is(*u.CreatedAt, than) }, nil
	}
}

func createdBetween(s *search[stytch.User], value any) (test[stytch.User], *apiError) {
	ends, ok := value.(map[string]any)
	if !ok {
		return nil, s.fail("expected_object")
	}
	var tests []test[stytch.User]
	for _, end := range []struct {
		name string
		is   func(created, than time.Time) bool
	}{{"greater_than", time.Time.After}, {"less_than", time.Time.Before}} {
		given := ends[end.name]
		if given == nil {
			return nil, s.fail("missing_" + end.name)
		}
		test, err := created(end.name, end.is)(s, given)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(u stytch.User) bool { return tests[0](u) && tests[1](u) }, nil
}

func hasStatus(s *search[stytch.User], value any) (test[stytch.User], *apiError) {
	wanted, err := s.text(value, "status")
	status := stytch.UserStatus(wanted)
	if err == nil && status != stytch.UserStatusActive && status != stytch.UserStatusPending {
		err = s.fail("invalid_status_filter")
	}
	return func(u stytch.User) bool { return u.Status == status }, err
}

// hasUserID finds users by ids of one kind, the service's own or external ones.
func hasUserID(s *search[stytch.User], value any) (test[stytch.User], *apiError) {
	wanted, err := s.texts(value, "user_ids")
	if err == nil {
		err = oneKind(wanted, ownUserIDs, s.fail("cannot_mix_internal_and_external_user_ids"))
	}
	return func(u stytch.User) bool {
		return slices.Contains(wanted, u.UserID) || u.ExternalID != nil && slices.Contains(wanted, *u.ExternalID)
	}, err
}
