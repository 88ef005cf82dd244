package stytch

import "github.com/stytchgen/sdk/internal/transport"

// Drift is a place where the service answered something else than this version of the SDK knows: the
// service has changed, or the SDK is wrong about it. It holds no value of the answer.
type Drift struct {
	// Call is the full name of the call, such as "consumer.otps.sms.send".
	Call string
	// Path is the way to the field, such as "user.emails[].verified"; the elements of a list are not
	// told apart, and a name that may be data is shown as a question mark. It is empty for the answer as
	// a whole.
	Path string
	// Kind says what is not as the SDK knows it.
	Kind DriftKind
}

// DriftKind is what is not as the SDK knows it.
type DriftKind string

// The kinds of drift.
const (
	// DriftUnknownField is a field that the SDK does not know. UnknownFields of the response has it.
	DriftUnknownField DriftKind = "unknown field"
	// DriftUnknownValue is a value that an enum lacks, such as a new [ErrorType].
	DriftUnknownValue DriftKind = "unknown value"
	// DriftMissingField is a field that should always be there.
	DriftMissingField DriftKind = "missing field"
	// DriftWrongType is a value of another type, null where that should not be, a time that is not in the
	// usual form of RFC 3339, a string that is no valid Unicode, or a second value for a field.
	DriftWrongType DriftKind = "wrong type"
)

// String returns, for example, "consumer.otps.authenticate: user.emails[].bounced: unknown field".
func (d Drift) String() string {
	if d.Path == "" {
		return d.Call + ": " + string(d.Kind)
	}
	return d.Call + ": " + d.Path + ": " + string(d.Kind)
}

// WithDriftReport sets a function that is told where an answer of the service is not as this version
// of the SDK knows it: once for each place and client, for at most 1,000 places.
//
// Calls go on as they would without it. What does not fit is left empty: the zero value, a nil pointer,
// a list without that element. Only an answer without a field that the caller cannot go on without is
// an error; the comment of each response names these fields.
//
// The function is called while the call waits, by several calls at once if they run at once. Nil, the
// default, reports nothing and costs nothing; otherwise each answer is read a second time.
func WithDriftReport(report func(Drift)) Option {
	return transport.OptionFunc(func(c *transport.Config) {
		c.DriftReport = nil
		if report != nil {
			c.DriftReport = func(d transport.Drift) {
				report(Drift{Call: d.Call, Path: d.Path, Kind: DriftKind(d.What)})
			}
		}
	})
}
