package stytch_test

import (
	"log"
	"testing"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// client is the client of the generated examples. Its server answers as the examples of the spec do.
var client = newClient(wiretest.Serve(nil, exchanges...))

// wireClient returns a client whose only server expects the exchange.
func wireClient(t *testing.T, x *wiretest.Exchange) *stytch.Client {
	t.Helper()
	return newClient(wiretest.Serve(t, x), stytch.WithDriftReport(func(d stytch.Drift) {
		t.Errorf("the example is not as the spec says: %s", d)
	}))
}

func newClient(url string, opts ...stytch.Option) *stytch.Client {
	c, err := stytch.NewClient(wiretest.ProjectID, wiretest.Secret, append(opts, stytch.WithBaseURL(url))...)
	if err != nil {
		log.Fatal(err)
	}
	return c
}
