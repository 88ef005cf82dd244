package b2b

import "github.com/stytchgen/sdk/internal/claims"

// MANUAL(CustomClaims)(FUNCTION)

// CustomClaims decodes the custom claims of a member's session into a type of the application. It
// follows the rules of encoding/json:
//
//	claims, err := b2b.CustomClaims[struct{ Plan string }](auth.MemberSession)
//
// Without a session or without claims, it returns the zero T and no error. A login that still needs a
// second factor returns no session. If the claims do not fit T, it returns an error that contains none
// of their values.
//
// A number in a field of type any becomes a float64. The exception is an integer that a float64 cannot
// represent exactly, as most above 2^53: it becomes a json.Number. The CustomClaims field of a session
// follows the same rule. A field with a numeric type, such as int64, accepts every number that fits.
func CustomClaims[T any](session *MemberSession) (T, error) {
	if session == nil {
		var none T
		return none, nil
	}
	return claims.Decode[T](session.CustomClaims)
}

// NewCustomClaims returns the SessionCustomClaims of a request, from a value of a type of the
// application. A nil field deletes its claim, because JSON encodes it as null. A field that omitempty or
// omitzero leaves out keeps its claim.
//
// It returns an error if the value is not a JSON object, if the object is larger than 4 kB, or if a
// claim has a name that the service reserves.
func NewCustomClaims(value any) (map[string]any, error) {
	return claims.Encode(value)
}

// ENDMANUAL(CustomClaims)
