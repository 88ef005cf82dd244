package sessionjwt

import (
	"slices"
	"time"

	"github.com/stytchgen/sdk/internal/wire"
)

// Claim is what a token says before it is verified. It can show that the service
// need not be asked about the token, but never who is logged in.
type Claim struct {
	Subject  string
	Ends     time.Time // of the session; zero when the token does not say
	audience []string
}

// Peek reads a token without verifying it, and reports whether it can be read.
func Peek(token string) (Claim, bool) {
	parts, err := split(token)
	if err != nil {
		return Claim{}, false
	}
	return peek(parts.payload)
}

func peek(payload string) (Claim, bool) {
	var c claims
	var claim Claim
	err := c.read(payload, func(name string, d *wire.Reader) bool {
		if name != SessionClaim {
			return false
		}
		claim.readSession(d)
		return true
	})
	claim.Subject, claim.audience = c.Subject, c.audience
	return claim, err == nil
}

func (c *Claim) readSession(d *wire.Reader) {
	for d.BeginObject(); d.NextField(); {
		if d.Name() == "expires_at" {
			c.Ends = d.Time()
		} else {
			d.Skip()
		}
	}
}

// ForAnother reports whether a token says that it is for other projects than this.
func (c Claim) ForAnother(projectID string) bool {
	return len(c.audience) > 0 && !slices.Contains(c.audience, projectID)
}
