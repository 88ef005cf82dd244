package stytchtest

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stytchgen/sdk/stytch"
)

// userFilter makes a test of the value of a filter.
type userFilter func(value any) (userTest, *apiError)

// minFuzzy is how many characters a fuzzy filter needs.
const minFuzzy = 3

// userFilters are the filters of users.search, by name.
var userFilters = map[string]userFilter{
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
	"phone_verified": verified(func(u stytch.User) []bool {
		return each(u.PhoneNumbers, func(p stytch.UserPhoneNumber) bool { return p.Verified })
	}),

	"email_address":       addresses,
	"email_id":            anyOf("email_ids", emailValues(func(e stytch.UserEmail) string { return e.EmailID })),
	"email_address_fuzzy": fuzzy("email_address", func(u stytch.User) []string { return append(emailValues(address)(u), emailValues(domain)(u)...) }, strings.HasPrefix),
	"email_domain":        inDomain,
	"email_verified":      verified(func(u stytch.User) []bool { return each(u.Emails, func(e stytch.UserEmail) bool { return e.Verified }) }),

	"webauthn_registration_id": anyOf("webauthn_registration_ids", func(u stytch.User) []string {
		return each(u.WebAuthnRegistrations, func(w stytch.WebAuthnRegistration) string { return w.WebAuthnRegistrationID })
	}),
	"webauthn_registration_verified": verified(func(u stytch.User) []bool {
		return each(u.WebAuthnRegistrations, func(w stytch.WebAuthnRegistration) bool { return w.Verified })
	}),
	"biometric_registration_id": anyOf("biometric_registration_ids", func(u stytch.User) []string {
		return each(u.BiometricRegistrations, func(b stytch.BiometricRegistration) string { return b.BiometricRegistrationID })
	}),
	"biometric_verified": verified(func(u stytch.User) []bool {
		return each(u.BiometricRegistrations, func(b stytch.BiometricRegistration) bool { return b.Verified })
	}),
	"crypto_wallet_id": anyOf("crypto_wallet_id", func(u stytch.User) []string {
		return each(u.CryptoWallets, func(c stytch.CryptoWallet) string { return c.CryptoWalletID })
	}),
	"crypto_wallet_address": anyOf("crypto_wallet_address", func(u stytch.User) []string {
		return each(u.CryptoWallets, func(c stytch.CryptoWallet) string { return c.CryptoWalletAddress })
	}),
	"crypto_wallet_verified": verified(func(u stytch.User) []bool {
		return each(u.CryptoWallets, func(c stytch.CryptoWallet) bool { return c.Verified })
	}),
	"totp_id":       anyOf("totp_ids", func(u stytch.User) []string { return each(u.TOTPs, func(t stytch.TOTP) string { return t.TOTPID }) }),
	"totp_verified": verified(func(u stytch.User) []bool { return each(u.TOTPs, func(t stytch.TOTP) bool { return t.Verified }) }),
	"oauth_provider": anyOf("oauth_providers", func(u stytch.User) []string {
		return each(u.Providers, func(o stytch.OAuthProvider) string { return o.ProviderType })
	}),
	"password_exists": verified(func(u stytch.User) []bool { return []bool{u.Password != nil} }),
}

func each[T, V any](list []T, value func(T) V) []V {
	values := make([]V, len(list))
	for i, one := range list {
		values[i] = value(one)
	}
	return values
}

func phoneValues(value func(stytch.UserPhoneNumber) string) func(stytch.User) []string {
	return func(u stytch.User) []string { return each(u.PhoneNumbers, value) }
}

func emailValues(value func(stytch.UserEmail) string) func(stytch.User) []string {
	return func(u stytch.User) []string { return each(u.Emails, value) }
}

func address(e stytch.UserEmail) string { return e.Email }

func domain(e stytch.UserEmail) string {
	_, after, _ := strings.Cut(e.Email, "@")
	return after
}

// addresses finds users by e-mail addresses, whose case does not matter.
func addresses(value any) (userTest, *apiError) {
	wanted, err := texts(value, "email_addresses")
	return func(u stytch.User) bool {
		return slices.ContainsFunc(u.Emails, func(e stytch.UserEmail) bool {
			return slices.ContainsFunc(wanted, func(want string) bool { return sameAddress(want, e.Email) })
		})
	}, err
}

// inDomain finds users who have an e-mail address in a domain.
func inDomain(value any) (userTest, *apiError) {
	wanted, err := oneText(value, "email_domain")
	return func(u stytch.User) bool {
		return slices.ContainsFunc(u.Emails, func(e stytch.UserEmail) bool { return sameAddress(domain(e), wanted) })
	}, err
}

// anyOf finds users who have one of several texts.
func anyOf(missing string, values func(stytch.User) []string) userFilter {
	return func(value any) (userTest, *apiError) {
		wanted, err := texts(value, missing)
		return func(u stytch.User) bool {
			return slices.ContainsFunc(values(u), func(have string) bool { return slices.Contains(wanted, have) })
		}, err
	}
}

// fuzzy finds users by a part of a text, in upper or lower case.
func fuzzy(name string, values func(stytch.User) []string, match func(text, part string) bool) userFilter {
	return func(value any) (userTest, *apiError) {
		part, err := oneText(value, name+"_fuzzy")
		if err == nil && utf8.RuneCountInString(part) < minFuzzy {
			err = fail("user_search_" + name + "_fuzzy_too_short")
		}
		return func(u stytch.User) bool {
			return slices.ContainsFunc(values(u), func(have string) bool { return match(strings.ToLower(have), strings.ToLower(part)) })
		}, err
	}
}

// verified finds users who have something that is so, or something that is not.
func verified(values func(stytch.User) []bool) userFilter {
	return func(value any) (userTest, *apiError) {
		wanted, ok := value.(bool)
		if !ok {
			return nil, fail("user_search_expected_bool")
		}
		return func(u stytch.User) bool { return slices.Contains(values(u), wanted) }, nil
	}
}

// created finds users by the time when they were created.
func created(missing string, is func(created, than time.Time) bool) userFilter {
	return func(value any) (userTest, *apiError) {
		given, ok := value.(string)
		if !ok {
			return nil, fail("user_search_expected_timestamp")
		}
		if given == "" {
			return nil, fail("user_search_missing_" + missing)
		}
		than, err := time.Parse(time.RFC3339, given)
		if err != nil {
			return nil, fail("user_search_expected_timestamp")
		}
		return func(u stytch.User) bool { return is(*u.CreatedAt, than) }, nil
	}
}

func createdBetween(value any) (userTest, *apiError) {
	ends, ok := value.(map[string]any)
	if !ok {
		return nil, fail("user_search_expected_object")
	}
	var tests []userTest
	for _, end := range []struct {
		name string
		is   func(created, than time.Time) bool
	}{{"greater_than", time.Time.After}, {"less_than", time.Time.Before}} {
		given := ends[end.name]
		if given == nil {
			return nil, fail("user_search_missing_" + end.name)
		}
		test, err := created(end.name, end.is)(given)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(u stytch.User) bool { return tests[0](u) && tests[1](u) }, nil
}

func hasStatus(value any) (userTest, *apiError) {
	wanted, err := oneText(value, "status")
	status := stytch.UserStatus(wanted)
	if err == nil && status != stytch.UserStatusActive && status != stytch.UserStatusPending {
		err = fail("user_search_invalid_status_filter")
	}
	return func(u stytch.User) bool { return u.Status == status }, err
}

// hasUserID finds users by ids of one kind, the service's own or external ones.
func hasUserID(value any) (userTest, *apiError) {
	wanted, err := texts(value, "user_ids")
	own := slices.ContainsFunc(wanted, ownUserIDs.MatchString)
	external := slices.ContainsFunc(wanted, func(id string) bool { return !ownUserIDs.MatchString(id) })
	if err == nil && own && external {
		err = fail("user_search_cannot_mix_internal_and_external_user_ids")
	}
	return func(u stytch.User) bool {
		return slices.Contains(wanted, u.UserID) || u.ExternalID != nil && slices.Contains(wanted, *u.ExternalID)
	}, err
}

// oneText is the value of a filter that takes a text.
func oneText(value any, name string) (string, *apiError) {
	given, ok := value.(string)
	if !ok {
		return "", fail("user_search_expected_string")
	}
	if given == "" {
		return "", fail("user_search_missing_" + name)
	}
	return given, nil
}

// texts is the value of a filter that takes a list of texts.
func texts(value any, name string) ([]string, *apiError) {
	list, ok := value.([]any)
	if !ok {
		return nil, fail("user_search_expected_array_of_string")
	}
	given := make([]string, len(list))
	for i, one := range list {
		if given[i], ok = one.(string); !ok {
			return nil, fail("user_search_expected_array_of_string")
		}
	}
	if len(given) == 0 {
		return nil, fail("user_search_missing_" + name)
	}
	return given, nil
}
