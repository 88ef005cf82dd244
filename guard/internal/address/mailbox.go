package address

import (
	"slices"
	"strings"
	"unicode"
)

// maxMailbox is the length of the longest e-mail address, in bytes.
const maxMailbox = 64 + len("@") + 255

// ParseMailbox returns the key under which an e-mail address is counted, and whether the address may be
// valid.
//
// For every provider it drops what no provider distinguishes: the case of the domain, a dot at its end,
// quotes and comments. It also drops the case of the local part, and everything after a plus sign. A
// provider may distinguish those; then two people share a count and sometimes have to wait for each
// other. Otherwise one mailbox could have any number of counts. Dots in the local part belong to
// different people at most providers, so they are dropped only for known providers.
func ParseMailbox(mailbox string) (key string, ok bool) {
	at := strings.LastIndexByte(mailbox, '@')
	if at < 0 || len(mailbox) > maxMailbox || strings.ContainsFunc(mailbox, unprintable) {
		return "", false
	}
	local := strings.ToLower(unquote(withoutComments(mailbox[:at])))
	domain := strings.ToLower(strings.TrimSuffix(withoutComments(mailbox[at+1:]), "."))
	if local == "" || domain == "" {
		return "", false
	}
	p := providerOf(domain)
	if i := strings.IndexAny(local, "+"+p.tags); i > 0 {
		local = local[:i]
	}
	kept := strings.Map(func(r rune) rune {
		if strings.ContainsRune(p.ignored, r) {
			return -1
		}
		return r
	}, local)
	if kept == "" {
		kept = local
	}
	return kept + "@" + p.domain, true
}

// provider describes how a provider spells the mailboxes of a domain.
type provider struct {
	domain  string   // the domain under which they are counted
	others  []string // other domains with the same mailboxes
	ignored string   // characters that the provider ignores in the local part
	tags    string   // characters that begin a tag, in addition to the plus sign
}

// providers are those with more spellings of a mailbox than usual.
var providers = []provider{
	{domain: "gmail.com", others: []string{"googlemail.com"}, ignored: "."},
	{domain: "icloud.com", others: []string{"me.com", "mac.com"}},
	{domain: "proton.me", others: []string{"protonmail.com", "protonmail.ch", "pm.me"}, ignored: ".-_"},
	{domain: "yandex.ru", others: []string{"ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua"}, ignored: ".-"},
}

func providerOf(domain string) provider {
	for _, p := range providers {
		if domain == p.domain || slices.Contains(p.others, domain) {
			return p
		}
	}
	p := provider{domain: domain}
	if strings.HasPrefix(domain, "yahoo.") || domain == "ymail.com" || domain == "rocketmail.com" {
		p.tags = "-" // an account has one name before the hyphen, and any number of words after it
	}
	return p
}

// withoutComments removes the comments of RFC 5322, which are in parentheses outside of
// quotes.
func withoutComments(s string) string {
	if !strings.Contains(s, "(") || strings.HasPrefix(s, `"`) {
		return s
	}
	depth := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r == '(':
			depth++
			return -1
		case r == ')' && depth > 0:
			depth--
			return -1
		case depth > 0:
			return -1
		}
		return r
	}, s)
}

// unquote removes the quotes around a local part, and its backslashes.
func unquote(local string) string {
	if inside, ok := strings.CutPrefix(local, `"`); ok && len(inside) > 1 {
		if inside, ok = strings.CutSuffix(inside, `"`); ok {
			return strings.ReplaceAll(inside, `\`, "")
		}
	}
	return local
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
