package transport

import (
	"slices"
	"sync"

	"github.com/stytchgen/sdk/internal/shape"
)

// Drift is one difference between an answer and the spec.
type Drift struct {
	Call string // the full name of the call: "consumer.otps.sms.send"
	Path string // "user.emails[].verified"; empty for the answer as a whole
	What shape.Difference
}

// maxDrifts limits how many differences a client reports and remembers. Answers with ever new field
// names would otherwise use up memory.
const maxDrifts = 1000

// drifts reports each difference once.
type drifts struct {
	report    func(Drift)
	knownType func(errorType string) bool

	mu   sync.Mutex
	seen map[Drift]struct{}
}

func newDrifts(report func(Drift), knownType func(errorType string) bool) *drifts {
	if report == nil {
		return nil
	}
	return &drifts{report: report, knownType: knownType, seen: map[Drift]struct{}{}}
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
var problemType = shape.Type{Name: "error response", Fields: []shape.Field{
	{Name: "request_id", Kind: shape.String, Required: true},
	{Name: "status_code", Kind: shape.Integer, Required: true},
	{Name: "error_type", Kind: shape.String, Required: true},
	{Name: "error_message", Kind: shape.String, Required: true},
	{Name: "error_url", Kind: shape.String, Required: true},
	{Name: "error_details", Kind: shape.Map},
}}

// check compares an answer of the service with the spec. An error without an error type comes from a
// gateway and is ignored.
func (d *drifts) check(call string, types shape.Types, name string, a *answer) {
	switch {
	case a.success():
	case a.problem.errorType == "":
		return
	default:
		types, name = append(slices.Clip(types), problemType), problemType.Name
		if !d.knownType(a.problem.errorType) {
			d.add(Drift{Call: call, Path: "error_type", What: shape.UnknownValue})
		}
	}
	types.Check(a.body, name, func(path string, what shape.Difference) {
		d.add(Drift{Call: call, Path: path, What: what})
	})
}
