package guard

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// Verdict is the result of a decision about a code.
type Verdict int

const (
	// Refuse means that the code must not be sent, now or later. It is the zero Verdict.
	Refuse Verdict = iota
	// Wait means that the code must not be sent before Decision.Wait has passed.
	Wait
	// Allow means that the code can be sent. It is counted.
	Allow
)

// String returns "refuse", "wait" or "allow".
func (v Verdict) String() string {
	switch v {
	case Allow:
		return "allow"
	case Wait:
		return "wait"
	default:
		return "refuse"
	}
}

// Reason is the reason of a [Decision].
type Reason string

// The reasons for [Wait] and [Refuse]. [Allow] has no reason, unless the store failed and
// Config.StoreDown is FailOpen.
const (
	ReasonGap            Reason = "gap"             // another code was sent to the address a moment ago
	ReasonAddress        Reason = "address"         // too many codes were sent to the address
	ReasonClient         Reason = "client"          // the client asked for too many codes
	ReasonNetwork        Reason = "network"         // the client's network asked for too many codes
	ReasonCountry        Reason = "country"         // too many codes were sent to phones of the country
	ReasonTotal          Reason = "total"           // too many codes were sent to all phones, or to all mailboxes
	ReasonFull           Reason = "full"            // the memory is full: see Config.MaxCounters
	ReasonCountryRefused Reason = "country refused" // Config does not allow the country
	ReasonInvalidAddress Reason = "invalid address" // it is neither a phone number nor an e-mail address
	ReasonStoreDown      Reason = "store down"      // the store failed
)

// Decision says whether a code may be sent. The zero Decision refuses it.
type Decision struct {
	// Verdict is what to do.
	Verdict Verdict
	// Wait is how long the person has to wait, with the verdict Wait.
	Wait time.Duration
	// Reason is the reason, for a log. It contains no address.
	Reason Reason
	// Limit is the limit that was reached, or zero.
	Limit Limit
	// Country is the country of the phone number. It is empty for an e-mail address, and for an
	// unknown country.
	Country string
	// Message tells the person in English what happened and what to do. It is empty if the code can
	// be sent.
	Message string

	receipt receipt
}

// receipt is what [Guard.NotSent] needs to remove a code from the counts.
type receipt struct {
	store    Store // nil if nothing was counted
	at       time.Time
	counters []Counter
}

// Allowed reports whether the code can be sent.
func (d Decision) Allowed() bool { return d.Verdict == Allow }

// Err returns nil if the code can be sent. Otherwise it returns an [*Error], which
// [stytch.PublicErrorOf] supports.
func (d Decision) Err() error {
	if d.Allowed() {
		return nil
	}
	return &Error{Decision: d}
}

// String returns the decision for a log: "wait 58m0s: address: 5 in 1h". It contains no
// address.
func (d Decision) String() string {
	var b strings.Builder
	b.WriteString(d.Verdict.String())
	if d.Verdict == Wait {
		fmt.Fprintf(&b, " %v", d.Wait)
	}
	if d.Reason != "" {
		fmt.Fprintf(&b, ": %s", d.Reason)
	}
	if d.Country != "" && (d.Reason == ReasonCountry || d.Reason == ReasonCountryRefused) {
		fmt.Fprintf(&b, " %s", d.Country)
	}
	if d.Limit != (Limit{}) {
		fmt.Fprintf(&b, ": %s", d.Limit)
	}
	return b.String()
}

// LogValue returns the decision for a log.
func (d Decision) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("verdict", d.Verdict.String())}
	if d.Verdict == Wait {
		attrs = append(attrs, slog.Duration("wait", d.Wait))
	}
	if d.Reason != "" {
		attrs = append(attrs, slog.String("reason", string(d.Reason)))
	}
	if d.Limit != (Limit{}) {
		attrs = append(attrs, slog.String("limit", d.Limit.String()))
	}
	if d.Country != "" {
		attrs = append(attrs, slog.String("country", d.Country))
	}
	return slog.GroupValue(attrs...)
}

// messages are the texts for a person, by reason. They do not say how many codes others
// asked for.
var messages = map[Reason]string{
	ReasonGap:            "Please wait a little before you ask for another code.",
	ReasonAddress:        "Please wait a little before you ask for another code.",
	ReasonClient:         "Too many codes were requested from here. Please wait a little and try again.",
	ReasonNetwork:        "Too many codes were requested from here. Please wait a little and try again.",
	ReasonCountry:        "We cannot send codes to that number right now. Please try again later.",
	ReasonTotal:          "We cannot send codes right now. Please try again later.",
	ReasonFull:           "We cannot send codes right now. Please try again later.",
	ReasonCountryRefused: "We do not send codes to phone numbers of that country.",
	ReasonInvalidAddress: "We cannot send a code there. Please check the phone number or e-mail address.",
}

// Error is the error of a code that must not be sent, or not yet.
type Error struct{ Decision Decision }

// Error returns the reason, for a log. It contains no address.
func (e *Error) Error() string { return "guard: the code was not sent: " + e.Decision.String() }

// PublicError returns what can be shown to a stranger, for [stytch.PublicErrorOf]. The status is 429
// with the time to wait, 400 for an address that never gets a code, and 503 without a decision.
func (e *Error) PublicError() stytch.PublicError {
	d := e.Decision
	switch {
	case d.Verdict == Wait:
		return stytch.PublicError{Status: http.StatusTooManyRequests, Code: stytch.CodeTooManyAttempts, Message: d.Message, RetryAfter: d.Wait}
	case d.Reason == ReasonCountryRefused, d.Reason == ReasonInvalidAddress:
		return stytch.PublicError{Status: http.StatusBadRequest, Code: stytch.CodeInvalidAddress, Message: d.Message}
	default:
		return stytch.PublicErrorOf(nil) // CodeOutage
	}
}
