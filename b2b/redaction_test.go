package b2b_test

import (
	"reflect"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/internal/wiretest"
)

func TestRedaction(t *testing.T) {
	wiretest.CheckRedaction(t, client)
}

func TestServicesOfNoClient(t *testing.T) {
	wiretest.CheckUnmade(t, reflect.TypeFor[*b2b.Client]())
}

func TestServicesPrinted(t *testing.T) {
	wiretest.CheckServices(t, client)
}
