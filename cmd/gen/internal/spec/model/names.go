package model

import (
	"go/token"
	"regexp"
	"strings"
	"unicode"

	"github.com/stytchgen/sdk/internal/wirename"
)

// initialisms are the words that Go and the field write in a way of their own.
var initialisms = map[string]string{
	"acs": "ACS", "api": "API", "asn": "ASN", "b2b": "B2B", "cidr": "CIDR", "cname": "CNAME", "csrf": "CSRF",
	"dfp": "DFP", "github": "GitHub", "gitlab": "GitLab", "html": "HTML", "http": "HTTP", "https": "HTTPS",
	"hubspot": "HubSpot", "id": "ID", "idp": "IDP", "ids": "IDs", "ims": "IMs", "ip": "IP", "jit": "JIT",
	"json": "JSON", "jwk": "JWK", "jwks": "JWKS", "jwt": "JWT", "linkedin": "LinkedIn", "luds": "LUDS",
	"m2m": "M2M", "md": "MD", "mfa": "MFA", "mx": "MX", "nameid": "NameID", "oauth": "OAuth",
	"oauth2": "OAuth2", "oidc": "OIDC", "otp": "OTP", "otps": "OTPs", "pbkdf": "PBKDF", "pem": "PEM",
	"pkce": "PKCE", "qr": "QR", "rbac": "RBAC", "saml": "SAML", "scim": "SCIM", "sdk": "SDK", "sha": "SHA",
	"siwe": "SIWE", "sms": "SMS", "sso": "SSO", "tiktok": "TikTok", "totp": "TOTP", "totps": "TOTPs",
	"ttl": "TTL", "uri": "URI", "uris": "URIs", "url": "URL", "urls": "URLs", "userinfo": "UserInfo",
	"uuid": "UUID", "vpn": "VPN", "webauthn": "WebAuthn", "whatsapp": "WhatsApp", "xml": "XML",
}

// GoName turns a name of the wire (phone_number, otps.sms, zh-Hans) into an
// exported Go name (PhoneNumber, OTPsSMS, ZhHans). It returns "" when nothing
// is left that Go can export.
func GoName(wire string) string {
	var b strings.Builder
	for _, word := range wirename.Words(wire) {
		if known, ok := initialisms[strings.ToLower(word)]; ok {
			b.WriteString(known)
			continue
		}
		if word == strings.ToUpper(word) && len(word) > 1 {
			word = strings.ToLower(word)
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
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
		for _, known := range initialisms {
			// The longest one that ends where a word can end: JWKS, not JWK.
			if rest, ok := strings.CutPrefix(name, known); ok && len(known) > n && !startsLower(rest) {
				n = len(known)
			}
		}
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
	if strings.ToUpper(strings.TrimSuffix(first, "s")) == strings.TrimSuffix(first, "s") {
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
