package redact

import (
	"net/netip"
	"strings"
	"unicode"
)

const (
	// maxLine bounds what is shown of a text that came from elsewhere.
	maxLine = 500
	// maxScrubbed is how much of a longer text is searched, if that is enough.
	maxScrubbed = 16 << 10
	// longestForm is how many bytes one byte of a secret may take as others write it: \u002b.
	longestForm = 6
)

// Line prepares a text that came from elsewhere to be printed: without secrets, on one line, of a
// sensible length.
func Line(text string, secrets []string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, scrubStart(text, secrets))
	if len(text) > maxLine {
		text = strings.ToValidUTF8(text[:maxLine], "") + "..."
	}
	return text
}

// scrubStart scrubs as much of a text as a line may show, or more.
func scrubStart(text string, secrets []string) string {
	most := maxScrubbed
	for _, secret := range secrets {
		most = max(most, 2*(maxLine+longestForm*len(secret)))
	}
	if len(text) > most {
		// A secret at the cut is not recognized. It is not shown either, if half of the text is left.
		if start := Scrub(text[:most], secrets); len(start) >= most/2 {
			return start
		}
	}
	return Scrub(text, secrets)
}

// addressMark stands where the address of a machine was.
const addressMark = "[address]"

// Addresses returns text with addresses of IP, with or without a port, replaced.
func Addresses(text string) string {
	words := strings.Split(text, " ")
	for i, word := range words {
		ends := strings.Split(word, "->") // read tcp 127.0.0.1:1->127.0.0.1:2: ...
		for j, end := range ends {
			address := strings.Trim(end, `()"',;.`)
			if !isAddress(address) {
				address = strings.TrimRight(address, ":")
			}
			if isAddress(address) {
				ends[j] = strings.Replace(end, address, addressMark, 1)
			}
		}
		words[i] = strings.Join(ends, "->")
	}
	return strings.Join(words, " ")
}

func isAddress(s string) bool {
	if _, err := netip.ParseAddrPort(s); err == nil {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return err == nil
}
