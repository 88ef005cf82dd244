package stytch_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"testing"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

func TestRedaction(t *testing.T) {
	wiretest.CheckRedaction(t, client)
}

func TestServicesOfNoClient(t *testing.T) {
	wiretest.CheckUnmade(t, reflect.TypeFor[*stytch.Client]())
}

func TestServicesPrinted(t *testing.T) {
	wiretest.CheckServices(t, client)
}

// printedWays returns a value in all ways in which it may be logged.
func printedWays(v any) map[string]string {
	var text, structured bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("m", "v", v)
	ways := map[string]string{"slog text": text.String(), "slog JSON": structured.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		ways[verb] = fmt.Sprintf(verb, v)
	}
	return ways
}
