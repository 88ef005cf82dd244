package b2b_test

import (
	"net/http"
	"testing"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// TestEveryField compares every field of every request and response with encoding/json.
func TestEveryField(t *testing.T) {
	wiretest.CheckFields(t, types, patterns, func(client *http.Client, drift func(text string), validates bool) any {
		if validates {
			return over(client, drift)
		}
		return over(client, drift, stytch.WithoutValidation())
	})
}
