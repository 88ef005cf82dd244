package sessionjwt

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/wire"
)

// The service's own claims begin with servicePrefix. Only these two are read here.
const (
	servicePrefix     = "https://stytch.com/"
	SessionClaim      = servicePrefix + "session"
	OrganizationClaim = servicePrefix + "organization"
)

// claims are the claims of a token.
type claims struct {
	Token
	issuer    string
	audience  []string
	notBefore time.Time
	session   bool // it has the service's claim about a session
}

// read reads the payload of a token.
func (c *claims) read(payload string, own func(name string, d *wire.Reader) bool) error {
	err := wire.Read(payload, func(d *wire.Reader) {
		for d.BeginObject(); d.NextField(); {
			c.field(d, own)
		}
	})
	if err != nil {
		return fmt.Errorf("%w: its claims: %w", ErrMalformed, err)
	}
	return nil
}

// field reads one claim.
func (c *claims) field(d *wire.Reader, own func(name string, d *wire.Reader) bool) {
	switch name := d.Name(); name {
	case "iss":
		c.issuer = d.String()
	case "sub":
		c.Subject = d.String()
	case "aud":
		c.audience = audience(d)
	case "exp":
		c.Expires = date(d)
	case "nbf":
		c.notBefore = date(d)
	case "iat":
		c.IssuedAt = date(d)
	case "jti":
		d.Skip()
	default:
		if !strings.HasPrefix(name, servicePrefix) {
			c.custom(name, d)
			return
		}
		if name == SessionClaim {
			c.session = true
		}
		if !own(name, d) {
			d.Skip()
		}
	}
}

// missing returns the name of a required claim that is not there, or is there
// without a value.
func (c *claims) missing() string {
	switch {
	case c.Expires.IsZero():
		return "exp"
	case c.IssuedAt.IsZero():
		return "iat"
	case c.notBefore.IsZero():
		return "nbf"
	case len(c.audience) == 0:
		return "aud"
	case c.issuer == "":
		return "iss"
	case c.Subject == "":
		return "sub"
	}
	return ""
}

// at returns what the token says, checked at a time.
func (c *claims) at(t time.Time) Token {
	token := c.Token
	token.Checked = t
	return token
}

func (c *claims) custom(name string, d *wire.Reader) {
	if c.Custom == nil {
		c.Custom = map[string]any{}
	}
	c.Custom[name] = d.Any()
}

// audience reads one audience or several.
func audience(d *wire.Reader) []string {
	if d.IsString() {
		return []string{d.String()}
	}
	return d.Strings()
}

// date reads a time in seconds since 1970, which may have a fraction. A number
// outside the range of time.Time is not a time.
func date(d *wire.Reader) time.Time {
	seconds := d.Float()
	if seconds <= 0 || seconds > 1<<40 {
		return time.Time{}
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)).UTC()
}
