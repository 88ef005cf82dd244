package b2b

import "github.com/stytchgen/sdk/internal/claims"

// MANUAL(CustomClaims)(FUNCTION)

// CustomClaims decodes the custom claims of a member's session into a type of the application, with
// the rules of encoding/json:
//
//	claims, err := b2b.CustomClaims[struct{ Plan string }](auth.MemberSession)
//
// Without a session, which is what a login answers that still needs a second factor, or without
// claims it returns the zero T and no error. Claims that do not fit T are an error, which holds
// none of their values.
//
// A number behind an any in T is a float64, with one exception: an integer that a float64 cannot hold
// exactly, such as most of more than 2^53, is a json.Number, so that no digit is lost. The same is true
// of the CustomClaims of a session. A field of T with a type of its own, such as int64, takes every
// number that fits.
func CustomClaims[T any](session *MemberSession) (T, error) {
	if session == nil {
		var none T
		return none, nil
	}
	return claims.Decode[T](session.CustomClaims)
}

// NewCustomClaims makes the SessionCustomClaims of a request from a type of the application. A
// value that is nil, or tagged to be left out, keeps its claim as it is or deletes it, just as JSON
// writes it: a null deletes. It is an error if JSON does not write an object, if the object takes
// more than 4 kB, or if a claim has a name that the service keeps for itself.
func NewCustomClaims(value any) (map[string]any, error) {
	return claims.Encode(value)
}

// ENDMANUAL(CustomClaims)
