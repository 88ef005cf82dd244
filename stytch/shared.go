package stytch

import "github.com/stytchgen/sdk/internal/share"

// shared has what other packages of the SDK use and applications should not see.
type shared struct{}

var _ = share.Put(shared{})
