package model

import (
	"go/token"
	"regexp"
	"strings"
	"unicode"

	"github.com/stytchgen/sdk/internal/wirename"
)

// special are the words that Go and the field do not write with one capital at their beginning. Their plurals,
// and the same words with a number, follow: IDs, SHA256.
var special = strings.Fields(`
	ACS API ASN CAPTCHA CIDR CNAME CSRF DFP HTML HTTP HTTPS ID IDP IMs IP JIT JSON JWK JWKS JWT LUDS MD MFA MX OIDC
	OTP PBKDF PEM PKCE QR RBAC SAML SCIM SDK SHA SIWE SMS SSO TOTP TTL URI URL UUID VPN XML

	ClassLink CyberArk GitHub GitLab HubSpot JumpCloud LinkedIn MiniOrange NameID OAuth OneLogin PingFederate TikTok
	UserInfo WebAuthn WhatsApp
`)

var spellings = func() map[string]string {
	all := map[string]string{}
	for _, word := range special {
		all[strings.ToLower(word)] = word
	}
	return all
}()

const digits = "0123456789"

// around is a number between two letters, which are capitals then: M2M, X5C.
var around = regexp.MustCompile(`^[A-Z][0-9]+[A-Z]`)

// spell returns how Go writes a word of the wire.
func spell(word string) string {
	lower, upper := strings.ToLower(word), strings.ToUpper(word)
	stem := strings.TrimRight(lower, digits)
	one := spellings[strings.TrimSuffix(lower, "s")]
	switch {
	case spellings[lower] != "":
		return spellings[lower]
	case spellings[stem] != "":
		return spellings[stem] + lower[len(stem):]
	case isCapitals(one):
		return one + "s"
	case around.FindString(upper) == upper:
		return upper
	case isCapitals(word) && len(word) > 1:
		word = lower
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

func isCapitals(word string) bool { return word != "" && word == strings.ToUpper(word) }

// languageTag is a language with a region, which is written in capitals: pt-BR.
var languageTag = regexp.MustCompile(`^([a-z]{2})-([A-Za-z]{2})$`)

// GoName turns a name of the wire (phone_number, otps.sms, zh-Hans) into an
// exported Go name (PhoneNumber, OTPsSMS, ZhHans). It returns "" when nothing
// is left that Go can export.
func GoName(wire string) string {
	if tag := languageTag.FindStringSubmatch(wire); tag != nil {
		return spell(tag[1]) + strings.ToUpper(tag[2])
	}
	var b strings.Builder
	for _, word := range wirename.Words(wire) {
		b.WriteString(spell(word))
	}
	if name := b.String(); IsExported(name) {
		return name
	}
	return ""
}

var exported = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)

// IsExported reports whether a name is one that Go exports, as Go programs write
// such names: of ASCII letters and digits.
func IsExported(name string) bool { return exported.MatchString(name) }

// goWords splits a Go name into its words: OTPs, SMS, Send.
func goWords(name string) []string {
	var parts []string
	for name != "" {
		n := 1
		for n < len(name) && !unicode.IsUpper(rune(name[n])) {
			n++
		}
		ends := func(rest string) {
			if !startsLower(rest) {
				n = max(n, len(name)-len(rest))
			}
		}
		for _, word := range special {
			if rest, ok := strings.CutPrefix(name, word); ok {
				ends(strings.TrimLeft(rest, digits))
				if isCapitals(word) {
					ends(strings.TrimPrefix(rest, "s"))
				}
			}
		}
		ends(strings.TrimPrefix(name, around.FindString(name)))
		parts = append(parts, name[:n])
		name = name[n:]
	}
	return parts
}

func startsLower(s string) bool { return s != "" && unicode.IsLower(rune(s[0])) }

// Unexported is a Go name with its first word in lower case: otpsSMS for
// OTPsSMS, id for ID, whatsAppSend for WhatsAppSend.
func Unexported(name string) string {
	first := goWords(name)[0]
	rest := name[len(first):]
	if len(first) > 1 && !startsLower(first[1:]) {
		first = strings.ToLower(first)
	} else {
		first = strings.ToLower(first[:1]) + first[1:]
	}
	if name := first + rest; !token.IsKeyword(name) {
		return name
	}
	return first + "_"
}

// FileName is a Go name as a file name: authentication_factor.
func FileName(name string) string {
	return strings.ToLower(strings.Join(goWords(name), "_"))
}
