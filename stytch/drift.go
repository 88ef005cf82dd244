package stytch

import "github.com/stytchgen/sdk/internal/transport"

// Drift is a difference between an answer of the service and this version of the SDK: the service has
// changed, or the SDK has a mistake. It contains no value of the answer.
type Drift struct {
	// Call is the full name of the call, such as "consumer.otps.sms.send".
	Call string
	// Path is the path of the field, such as "user.emails[].verified". All elements of a list have the
	// same path. A name that may be data is replaced by a question mark. Path is empty for the answer as
	// a whole.
	Path string
	// Kind says what kind of difference it is.
	Kind DriftKind
}

// DriftKind is the kind of a difference.
type DriftKind string

// The kinds of drift.
const (
	// DriftUnknownField is a field that the SDK does not know. The response's UnknownFields returns it.
	DriftUnknownField DriftKind = "unknown field"
	// DriftUnknownValue is a value that an enum does not have, such as a new [ErrorType].
	DriftUnknownValue DriftKind = "unknown value"
	// DriftMissingField is a required field that is missing.
	DriftMissingField DriftKind = "missing field"
	// DriftWrongType is a value of the wrong type, or null for a field that is never null. It is also a
	// time in an unusual form of RFC 3339, a string that is not valid Unicode, or a second value for a
	// field.
	DriftWrongType DriftKind = "wrong type"
)

// String returns, for example, "consumer.otps.authenticate: user.emails[].bounced: unknown field".
func (d Drift) String() string {
	if d.Path == "" {
		return d.Call + ": " + string(d.Kind)
	}
	return d.Call + ": " + d.Path + ": " + string(d.Kind)
}

// WithDriftReport sets a function that is called when an answer of the service differs from this version
// of the SDK. A client reports each difference once, and at most 1,000 differences.
//
// Reports do not change the result of a call. A value that does not fit is left empty: the zero value, a
// nil pointer, a list without that element. An answer is an error only if an essential field is missing
// or does not fit; the comment of each response lists these fields.
//
// The call waits while the function runs, and concurrent calls may call it at the same time. With nil,
// the default, nothing is reported and nothing is compared. Otherwise each answer is read a second time.
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
