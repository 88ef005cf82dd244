package address

import (
	"slices"
	"strings"
	"unicode"
)

// maxMailbox is the length of the longest e-mail address, in bytes.
const maxMailbox = 64 + len("@") + 255

// ParseMailbox returns the form under which an e-mail address is counted, and whether it could be one.
//
// For every provider it drops what none of them tells apart: the case of the domain and a dot at its
// end, quotes and comments. It also drops the case of the local part and what follows a plus sign
// there. A provider may tell those apart, but then two people share a count and sometimes have to
// wait for each other; otherwise one mailbox would have as many counts as it likes. Dots in the local
// part are other people's mail at most providers, so they are dropped only where that is known to be
// safe.
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

// provider is what is known about the mailboxes of a domain.
type provider struct {
	domain  string   // the one under which they are counted
	others  []string // other names of it, with the same mailboxes
	ignored string   // characters of the local part that make no difference
	tags    string   // characters behind which anything may follow, next to the plus sign
}

// providers are those where a mailbox has more spellings than elsewhere.
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
		p.tags = "-" // a person has one name before the hyphen, and any number of words behind it
	}
	return p
}

// withoutComments removes what RFC 5322 lets people write in parentheses, outside of quotes.
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

// unquote removes the quotes around a local part, and the backslashes within.
func unquote(local string) string {
	if inside, ok := strings.CutPrefix(local, `"`); ok && len(inside) > 1 {
		if inside, ok = strings.CutSuffix(inside, `"`); ok {
			return strings.ReplaceAll(inside, `\`, "")
		}
	}
	return local
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
