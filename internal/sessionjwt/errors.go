// Package sessionjwt verifies session JWTs locally, with the project's published
// keys, which it caches. It remembers the tokens that it has verified.
//
// It reads tokens itself, with the strict JSON reader of package wire and the
// RSA of the standard library: one pass over the claims, no duplicate names, no
// other dependency for the application. Its tests compare it with a JOSE library.
package sessionjwt

import "errors"

// Why a token is not accepted. Each is matched with errors.Is.
var (
	ErrMalformed       = errors.New("stytch: JWT: it is malformed")
	ErrAlgorithm       = errors.New("stytch: JWT: it is not signed with RS256")
	ErrUnknownKey      = errors.New("stytch: JWT: it is signed with an unknown key")
	ErrKeysUnreachable = errors.New("stytch: JWT: the keys of the project could not be fetched")
	ErrSignature       = errors.New("stytch: JWT: its signature does not verify")
	ErrMissingClaim    = errors.New("stytch: JWT: it lacks a claim")
	ErrIssuer          = errors.New("stytch: JWT: its issuer is unknown; WithJWTIssuers adds one")
	ErrAudience        = errors.New("stytch: JWT: it is for another project")
	ErrOfMember        = errors.New("stytch: JWT: it is a member's, not a user's: package b2b checks those")
	ErrNotAccess       = errors.New("stytch: JWT: it is the JWT of a session, not an access token")
	ErrExpired         = errors.New("stytch: JWT: it has expired")
	ErrNotYetValid     = errors.New("stytch: JWT: it is not valid yet")
)
