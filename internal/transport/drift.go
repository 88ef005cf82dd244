package transport

import (
	"reflect"
	"sync"

	"github.com/stytchgen/sdk/internal/grammar"
)

// Drift is one difference between an answer and the spec.
type Drift struct {
	Call string // the full name of the call: "consumer.otps.sms.send"
	Path string // "user.emails[].verified"; empty for the answer as a whole
	What grammar.Difference
}

// maxDrifts limits how many differences a client reports and remembers. Answers with ever new field
// names would otherwise use up memory.
const maxDrifts = 1000

// drifts reports each difference once.
type drifts struct {
	report    func(Drift)
	knownType func(errorType string) bool
	types     *grammar.Types

	mu   sync.Mutex
	seen map[Drift]struct{}
}

func newDrifts(report func(Drift), knownType func(errorType string) bool, enums grammar.Enums) *drifts {
	if report == nil {
		return nil
	}
	return &drifts{report: report, knownType: knownType, types: grammar.NewTypes(enums), seen: map[Drift]struct{}{}}
}

func (d *drifts) add(drift Drift) {
	d.mu.Lock()
	_, seen := d.seen[drift]
	fresh := !seen && len(d.seen) < maxDrifts
	if fresh {
		d.seen[drift] = struct{}{}
	}
	d.mu.Unlock()
	if fresh {
		d.report(drift) // outside of the lock: it may make calls
	}
}

// problemType is the body of an error answer of the service.
var problemType = grammar.Type{Fields: []grammar.Field{
	{Name: "request_id", Kind: grammar.String, Required: true},
	{Name: "status_code", Kind: grammar.Integer, Required: true},
	{Name: "error_type", Kind: grammar.String, Required: true},
	{Name: "error_message", Kind: grammar.String, Required: true},
	{Name: "error_url", Kind: grammar.String, Required: true},
	{Name: "error_details", Kind: grammar.Map},
}}

// oauthProblemType is the body of an error in the form of OAuth.
var oauthProblemType = grammar.Type{Fields: []grammar.Field{
	{Name: "error", Kind: grammar.String, Required: true},
	{Name: "error_description", Kind: grammar.String},
	{Name: "error_uri", Kind: grammar.String},
	{Name: "request_id", Kind: grammar.String},
	{Name: "status_code", Kind: grammar.Integer},
}}

// compare reports how an answer of the service differs from the spec. response is the struct type of a
// success. oauth means that errors have the form of OAuth. An error without an error type comes from a
// gateway and is ignored.
func (d *drifts) compare(call string, response reflect.Type, a *answer, oauth bool) {
	want, errorType := &problemType, "error_type"
	if oauth {
		want, errorType = &oauthProblemType, "error"
	}
	switch {
	case a.success():
		want = d.types.Of(response)
	case a.problem.errorType == "":
		return
	case !d.knownType(a.problem.errorType):
		d.add(Drift{Call: call, Path: errorType, What: grammar.UnknownValue})
	}
	want.Compare(a.body, func(path string, what grammar.Difference) {
		d.add(Drift{Call: call, Path: path, What: what})
	})
}
