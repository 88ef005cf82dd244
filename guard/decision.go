package guard

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// Verdict is what to do with a code that was asked for.
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

// Reason says what a [Decision] is based on.
type Reason string

// The reasons for [Wait] and [Refuse]. A decision to allow has none, unless the store failed and
// Config.StoreDown is FailOpen.
const (
	ReasonGap            Reason = "gap"             // another code went to the address a moment ago
	ReasonAddress        Reason = "address"         // too many codes went to the address
	ReasonClient         Reason = "client"          // too many were asked for by the client
	ReasonNetwork        Reason = "network"         // too many were asked for from the client's network
	ReasonCountry        Reason = "country"         // too many went to phones of the country
	ReasonTotal          Reason = "total"           // too many went to phones, or to mailboxes, as a whole
	ReasonFull           Reason = "full"            // the memory is full: see Config.MaxCounters
	ReasonCountryRefused Reason = "country refused" // Config says not to send to the country
	ReasonInvalidAddress Reason = "invalid address" // it is no phone number and no e-mail address
	ReasonStoreDown      Reason = "store down"      // the store failed
)

// Decision says whether a code may be sent. The zero Decision refuses it.
type Decision struct {
	// Verdict is what to do.
	Verdict Verdict
	// Wait is how long the person has to wait, with the verdict Wait.
	Wait time.Duration
	// Reason says why, for a log; no address is in it.
	Reason Reason
	// Limit is the one that was reached, zero if it was none.
	Limit Limit
	// Country is that of the phone number, empty if the code goes to no phone or nothing is known
	// about its country.
	Country string
	// Message says in English to the person what happened and what to do. It is empty when the code
	// can be sent.
	Message string

	receipt receipt
}

// receipt is what [Guard.NotSent] takes back.
type receipt struct {
	store    Store // nil: nothing was counted
	at       time.Time
	counters []Counter
}

// Allowed reports whether the code can be sent.
func (d Decision) Allowed() bool { return d.Verdict == Allow }

// Err returns nil when the code can be sent, and otherwise an [*Error], which [stytch.PublicErrorOf]
// understands.
func (d Decision) Err() error {
	if d.Allowed() {
		return nil
	}
	return &Error{Decision: d}
}

// String says the decision for a log: "wait 58m0s: address: 5 in 1h". No address is in it.
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

// messages are what a person is told, by the reason. Not how many codes others asked for.
var messages = map[Reason]string{
	ReasonGap:            "Please wait a little before you ask for another code.",
	ReasonAddress:        "Please wait a little before you ask for another code.",
	ReasonClient:         "Too many codes were asked for from here. Please wait a little and try again.",
	ReasonNetwork:        "Too many codes were asked for from here. Please wait a little and try again.",
	ReasonCountry:        "We cannot send codes to that number right now. Please try again later.",
	ReasonTotal:          "We cannot send codes right now. Please try again later.",
	ReasonFull:           "We cannot send codes right now. Please try again later.",
	ReasonCountryRefused: "We do not send codes to phone numbers of that country.",
	ReasonInvalidAddress: "We cannot send a code there. Please check the phone number or e-mail address.",
}

// Error is a code that must not be sent, or not yet.
type Error struct{ Decision Decision }

// Error says why, for a log. No address is in it.
func (e *Error) Error() string { return "guard: the code was not sent: " + e.Decision.String() }

// PublicError is what a stranger may know, for [stytch.PublicErrorOf]: 429 with the time to wait, 400
// for an address to which no code is ever sent, and 503 when there was no decision.
func (e *Error) PublicError() stytch.PublicError {
	d := e.Decision
	switch {
	case d.Verdict == Wait:
		return stytch.PublicError{Status: http.StatusTooManyRequests, Code: stytch.CodeTooMany, Message: d.Message, RetryAfter: d.Wait}
	case d.Reason == ReasonCountryRefused, d.Reason == ReasonInvalidAddress:
		return stytch.PublicError{Status: http.StatusBadRequest, Code: stytch.CodeInvalidAddress, Message: d.Message}
	default:
		return stytch.PublicErrorOf(nil) // an outage
	}
}
