//go:build conformance

package conformance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/spec"
	"github.com/stytchgen/sdk/stytchtest"
)

// operation is a call of the spec.
type operation struct {
	api   string // consumer or b2b
	route string // method and path
	*openapi3.Operation
}

func (op operation) String() string { return op.api + "." + op.OperationID }

// operations returns the calls of the spec that the emulator has rules for.
var operations = sync.OnceValues(func() ([]operation, error) {
	emulated := map[string]bool{}
	for _, call := range stytchtest.Calls() {
		emulated[call.Name] = true
	}
	var all []operation
	for _, api := range []string{"consumer", "b2b"} {
		document, err := spec.Document(api)
		if err != nil {
			return nil, err
		}
		data, err := json.Marshal(document)
		if err != nil {
			return nil, err
		}
		doc, err := openapi3.NewLoader().LoadFromData(data)
		if err != nil {
			return nil, err
		}
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				if one := (operation{api, method + " " + path, op}); emulated[one.String()] {
					all = append(all, one)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(b.api+a.OperationID, a.api+b.OperationID) })
	return all, nil
})

func mustOperations(t *testing.T) []operation {
	t.Helper()
	all, err := operations()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sdk is an official SDK.
type sdk struct {
	name string
	// userAgent is the prefix of the SDK's User-Agent.
	userAgent string
	// lacking are the calls of the spec that the SDK does not have, such as
	// "consumer.otps.sms.send", each with the reason.
	lacking map[string]string
}

// covers reports each call of the spec that never succeeded with the SDK, and
// each that never failed without a fault.
func (s sdk) covers(t *testing.T, requests []stytchtest.Request) {
	var table strings.Builder
	fmt.Fprintf(&table, "%-42s %9s  %s\n", "call", s.name, "error types it got")
	routes := map[string]string{} // of each call
	for _, op := range mustOperations(t) {
		routes[op.String()] = op.route
	}
	for _, op := range mustOperations(t) {
		succeeded, errorTypes := 0, []string{}
		for _, r := range requests {
			switch {
			case routes[r.Call] != op.route || !strings.HasPrefix(r.Header.Get("User-Agent"), s.userAgent) || r.Fault:
			case r.Status == http.StatusOK || r.Status == http.StatusCreated:
				succeeded++
			case !slices.Contains(errorTypes, r.ErrorType):
				errorTypes = append(errorTypes, r.ErrorType)
			}
		}
		slices.Sort(errorTypes)
		fmt.Fprintf(&table, "%-42s %6d ok  %s\n", op, succeeded, strings.Join(errorTypes, " "))
		switch reason, lacks := s.lacking[op.String()]; {
		case lacks && succeeded > 0:
			t.Errorf("%s: the SDK for %s has this call now: delete it from lacking (%s)", op, s.name, reason)
		case !lacks && succeeded == 0:
			t.Errorf("%s: it never succeeds in a test with the SDK for %s; if the SDK does not have it, add it to lacking", op, s.name)
		case !lacks && len(errorTypes) == 0:
			t.Errorf("%s: it never fails in a test with the SDK for %s", op, s.name)
		}
	}
	fmt.Fprintln(t.Output(), table.String())
}
