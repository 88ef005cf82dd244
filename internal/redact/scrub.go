package redact

import (
	"encoding/json"
	"net/url"
	"strings"
)

// shortSecret is the length, in bytes, below which a secret is matched only as a whole word: the
// "5" of a custom claim is not the 5 of "15 minutes".
const shortSecret = 4

// maxAddress limits each half of an e-mail address; RFC 5321 allows 64 and 255 bytes. Without the
// limit, a hostile text would take quadratic time.
const maxAddress = 320

// Scrub returns text with each of the secrets, and everything that looks like an e-mail address, a
// phone number, a JWT or a project secret, replaced by [Mark]. It is for foreign text,
// such as the message of an error.
func Scrub(text string, secrets []string) string {
	s := scrubber{text: text, hidden: make([]bool, len(text))}
	for _, secret := range secrets {
		for _, form := range forms(secret) {
			s.hide(form)
		}
	}
	for i := range len(text) {
		s.hideEmail(i)
		s.hidePhoneNumber(i)
		s.hideToken(i)
	}
	return s.String()
}

// forms returns a secret as it is and as others may write it: escaped for a URL or for JSON, a
// phone number without its plus, a code in two halves.
func forms(secret string) []string {
	list := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	if quoted, err := json.Marshal(secret); err == nil {
		list = append(list, string(quoted[1:len(quoted)-1]))
	}
	if number, ok := strings.CutPrefix(secret, "+"); ok && len(number) > shortSecret {
		list = append(list, number)
	}
	if len(secret) == 6 && strings.Trim(secret, "0123456789") == "" {
		list = append(list, secret[:3]+" "+secret[3:], secret[:3]+"-"+secret[3:])
	}
	return list
}

// scrubber first marks all bytes to hide and writes afterwards, so that overlapping secrets leave
// no rest.
type scrubber struct {
	text   string
	hidden []bool
}

func (s *scrubber) mark(from, to int) {
	for i := from; i < to; i++ {
		s.hidden[i] = true
	}
}

// String returns the text with each run of hidden bytes replaced.
func (s *scrubber) String() string {
	var b strings.Builder
	for i := range len(s.text) {
		switch {
		case !s.hidden[i]:
			b.WriteByte(s.text[i])
		case i == 0 || !s.hidden[i-1]:
			b.WriteString(Mark)
		}
	}
	return b.String()
}

// hide marks every occurrence of secret.
func (s *scrubber) hide(secret string) {
	if secret == "" {
		return
	}
	marked := 0
	for from := 0; ; from++ {
		i := strings.Index(s.text[from:], secret)
		if i < 0 {
			return
		}
		from += i
		to := from + len(secret)
		if len(secret) >= shortSecret || !s.wordAt(from-1) && !s.wordAt(to) {
			s.mark(max(from, marked), to)
			marked = to
		}
	}
}

// hideEmail marks the address around the @ at i, if there is one; %40 is the @ of a URL.
func (s *scrubber) hideEmail(i int) {
	domain := i + 1
	switch {
	case s.text[i] == '@':
	case strings.HasPrefix(s.text[i:], "%40"):
		domain = i + 3
	default:
		return
	}
	from, to := i, domain
	for from > 0 && i-from < maxAddress && isLocalPart(s.text[from-1]) {
		from--
	}
	for to < len(s.text) && to-domain < maxAddress && isDomain(s.text[to]) {
		to++
	}
	if from < i && to > domain {
		s.mark(from, trimDots(s.text, to))
	}
}

// hidePhoneNumber marks a number that begins at i: a plus and at least seven digits, with the
// separators that people write, or at least ten digits that are no part of an id.
func (s *scrubber) hidePhoneNumber(i int) {
	// %2B is the plus of a URL.
	plus := s.text[i] == '+' || isDigit(s.text[i]) && strings.EqualFold(s.text[max(i-3, 0):i], "%2B")
	if !plus && (!isDigit(s.text[i]) || s.wordAt(i-1) || s.oneOfAt(i-1, "-.")) {
		return
	}
	digits, end := 0, i
	for j := i; j < len(s.text); j++ {
		if isDigit(s.text[j]) {
			digits++
			end = j + 1
		} else if j > i && !(plus && s.oneOfAt(j, " -.()")) {
			break
		}
	}
	if plus && digits >= 7 || digits >= 10 && !s.wordAt(end) && !s.oneOfAt(end, "-") {
		s.mark(i, end)
	}
}

// hideToken marks a JWT or a project secret that begins at i.
func (s *scrubber) hideToken(i int) {
	if s.hidden[i] || s.wordAt(i-1) || s.oneOfAt(i-1, "-_") {
		return
	}
	rest := s.text[i:]
	jwt := strings.HasPrefix(rest, "eyJ")
	if !jwt && !strings.HasPrefix(rest, "secret-test-") && !strings.HasPrefix(rest, "secret-live-") {
		return
	}
	to := i
	for s.wordAt(to) || s.oneOfAt(to, "-_.") {
		to++
	}
	to = trimDots(s.text, to)
	if !jwt || strings.Contains(s.text[i:to], ".") {
		s.mark(i, to)
	}
}

// wordAt reports whether a letter or digit is at i; there is none before or behind the text.
func (s *scrubber) wordAt(i int) bool {
	if i < 0 || i >= len(s.text) {
		return false
	}
	c := s.text[i]
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80
}

func (s *scrubber) oneOfAt(i int, set string) bool {
	return i >= 0 && i < len(s.text) && strings.IndexByte(set, s.text[i]) >= 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isLocalPart accepts more than a mail server does: hiding one word too many is better than showing
// half an address.
func isLocalPart(c byte) bool {
	return c > ' ' && c != 0x7f && strings.IndexByte(`"<>()[]{},;:\|@`, c) < 0
}

func isDomain(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '-' || c == '.' || c >= 0x80
}

// trimDots moves to back over full stops that end the sentence.
func trimDots(text string, to int) int {
	for to > 0 && text[to-1] == '.' {
		to--
	}
	return to
}
