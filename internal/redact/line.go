package redact

import (
	"net/netip"
	"strings"
	"unicode"
)

const (
	// maxLine limits how much of a foreign text is shown, in bytes.
	maxLine = 500
	// maxScrubbed is how much of a longer text is searched for secrets at first.
	maxScrubbed = 16 << 10
	// longestForm is the most bytes that one byte of a secret takes in an escaped form: \u002b.
	longestForm = 6
)

// Line prepares a foreign text for printing: without secrets, on one line, and not too long.
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

// scrubStart scrubs at least as much of a text as a line shows.
func scrubStart(text string, secrets []string) string {
	most := maxScrubbed
	for _, secret := range secrets {
		most = max(most, 2*(maxLine+longestForm*len(secret)))
	}
	if len(text) > most {
		// A secret at the cut is not recognized, but it is also not shown if half of the text remains.
		if start := Scrub(text[:most], secrets); len(start) >= most/2 {
			return start
		}
	}
	return Scrub(text, secrets)
}

// addressMark replaces the address of a machine.
const addressMark = "[address]"

// Addresses returns text with IP addresses replaced, with or without a port.
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
