package b2b_test

import (
	"testing"

	"github.com/stytchgen/sdk/internal/wiretest"
)

func TestRedaction(t *testing.T) {
	wiretest.CheckRedaction(t, client)
}

func TestServicesPrinted(t *testing.T) {
	wiretest.CheckServices(t, client)
}
