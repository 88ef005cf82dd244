// Package wirename says what the names of the API's fields, parameters and headers tell about them.
package wirename

import (
	"strings"
	"unicode"
)

// sensitive are the last words of names of secrets and personal data. This is the only such list: the
// generator warns by it, gen drift --apply marks new fields by it, and the redaction tests check by it that
// nothing with such a name is printed. An exception is harmless, or has x-sensitive: false in the spec.
var sensitive = []string{
	// Secrets: who knows the value can log in, or act as the project.
	"challenge", "code", "codes", "credential", "credential_creation_options", "credential_request_options", "hash", "jwt",
	"password", "private_key", "salt", "secret", "session", "signature", "token", "verifier",
	// Personal data.
	"address", "addresses", "attributes", "browser_id", "cidr_block", "claims", "email", "emails", "external_id", "family_name",
	"fingerprint", "first_name", "full_name", "given_name", "last_name", "metadata", "middle_name", "nick_name", "phone",
	"phone_number", "phone_numbers", "picture_url", "postal_code", "subject", "telemetry_id", "user_agent", "user_name", "visitor_id",
}

// harmless are the last words of names that only look sensitive.
var harmless = []string{"code_challenge", "country_code", "status_code"}

// Sensitive reports whether a text, a list of texts or a map of this name is a secret or personal data,
// as far as the name tells.
func Sensitive(name string) bool {
	name = "_" + strings.ToLower(strings.Join(Words(name), "_"))
	return endsIn(name, sensitive) && !endsIn(name, harmless)
}

func endsIn(name string, endings []string) bool {
	for _, ending := range endings {
		if strings.HasSuffix(name, "_"+ending) {
			return true
		}
	}
	return false
}

// Time reports whether a text of this name is a time, as far as the name tells: created_at.
func Time(name string) bool {
	words := Words(name)
	return len(words) > 1 && strings.EqualFold(words[len(words)-1], "at")
}

// Words splits a name at everything that is neither letter nor digit, and before a capital behind a small
// letter: methodId is method_id. A name that is not ASCII has no words.
func Words(name string) []string {
	var apart strings.Builder
	for i, r := range name {
		if r > unicode.MaxASCII {
			return nil
		}
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(rune(name[i-1])) {
			apart.WriteByte('_')
		}
		apart.WriteRune(r)
	}
	return strings.FieldsFunc(apart.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
