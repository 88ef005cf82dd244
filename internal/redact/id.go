package redact

import "strings"

// ScrubID scrubs a request ID. An ID in the service's own form stays whole, even if a custom claim
// or header of the call contains the word "test": the service's support needs the whole ID.
func ScrubID(id string, scrub func(string) string) string {
	if isRequestID(id) {
		return id
	}
	return scrub(id)
}

// isRequestID reports whether id is request-id-<word>-<uuid>.
func isRequestID(id string) bool {
	rest, ok := strings.CutPrefix(id, "request-id-")
	word, uuid, found := strings.Cut(rest, "-")
	return ok && found && (word == "test" || word == "live") && isUUID(uuid)
}

// isUUID reports whether s is a UUID in small letters.
func isUUID(s string) bool {
	const pattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(s) != len(pattern) {
		return false
	}
	for i := range len(s) {
		hex := isDigit(s[i]) || 'a' <= s[i] && s[i] <= 'f'
		if pattern[i] == '-' && s[i] != '-' || pattern[i] == 'x' && !hex {
			return false
		}
	}
	return true
}
