package stytchtest

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stytchgen/sdk/stytchtest/internal/contract"
)

// Fault is a failure on purpose. It says what fails and for which calls. The
// zero value of each filter matches all calls.
type Fault struct {
	// Call limits the fault to this call: "consumer.otps.sms.send".
	Call string `json:"call,omitempty"`
	// API limits the fault to the calls of this API: "consumer" or "b2b".
	API string `json:"api,omitempty"`
	// Address limits the fault to the calls that have this phone number or e-mail
	// address, or the ID or session token of its user or member, among their arguments.
	Address string `json:"address,omitempty"`
	// Times is how many calls fail before the fault is used up; 0 means all.
	Times int `json:"times,omitempty"`
	// Share is the share of the calls that fail, between 0 and 1; 0 means all. Which
	// calls these are follows from Seed, so a test that makes the same calls again sees
	// the same failures.
	Share float64 `json:"share,omitempty"`
	Seed  uint64  `json:"seed,omitempty"`
	// AfterEffect lets the call take effect before the fault: the message is sent,
	// and the response is lost.
	AfterEffect bool `json:"after_effect,omitempty"`

	// ErrorType makes the service return this error, with its usual status:
	// "too_many_requests". Status sets another one.
	ErrorType string `json:"error_type,omitempty"`
	Status    int    `json:"status,omitempty"`
	// RetryAfter is sent with the response, in whole seconds.
	RetryAfter time.Duration `json:"retry_after,omitempty"`
	// HTML returns a gateway's HTML page instead of JSON; Status is 502 unless
	// set.
	HTML bool `json:"html,omitempty"`
	// Truncate cuts the body in half.
	Truncate bool `json:"truncate,omitempty"`
	// Reset resets the connection instead of sending a response.
	Reset bool `json:"reset,omitempty"`
	// Delay delays the response, by the machine's clock.
	Delay time.Duration `json:"delay,omitempty"`
}

// Call is a call that the emulator knows.
type Call struct {
	// API is the API of the call: "consumer" or "b2b".
	API string
	// Name is the full name, as in a Fault and a Request: "consumer.otps.sms.send".
	Name string
}

// Calls returns every call that the emulator knows, sorted by name.
func Calls() []Call {
	var list []Call
	for api, handlers := range handlers {
		for operationID := range handlers {
			list = append(list, newCall(api, operationID))
		}
	}
	slices.SortFunc(list, func(a, b Call) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// SpecCall is a call of the API.
type SpecCall struct {
	Call
	// Method and Path are the call on the wire. Parameters of the path are in braces.
	Method, Path string
	// Emulated reports whether the emulator has rules for the call. Without, it answers 501.
	Emulated bool
}

// SpecCalls returns every call of the API, sorted by name, whether the emulator has
// rules for it or not.
func SpecCalls() []SpecCall {
	var list []SpecCall
	for _, e := range contract.Endpoints() {
		list = append(list, SpecCall{newCall(e.API, e.ID), e.Method, e.Path, handlers[e.API][e.ID] != nil})
	}
	slices.SortFunc(list, func(a, b SpecCall) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// newCall returns the call of an API with this operation ID.
func newCall(api, operationID string) Call { return Call{API: api, Name: api + "." + operationID} }

// Check returns an error for a fault that could never match, has no effect, or
// cannot be sent. [Calls] and [ErrorTypes] list the valid names.
func (f Fault) Check() error {
	_, known := contract.ErrorTypeOf(f.ErrorType)
	switch {
	case !slices.ContainsFunc(Calls(), f.names):
		return fmt.Errorf("call: no emulated call of %[2]s is named %[1]q", f.Call, cmp.Or(f.API, "any API"))
	case f.ErrorType != "" && !known:
		return fmt.Errorf("error_type: no error type of the spec is named %q", f.ErrorType)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status: %d is not valid; want 200 to 599", f.Status)
	case f.Status != 0 && f.Status < 400 && !f.HTML:
		return fmt.Errorf("status: %d is not the status of an error; only html can have it", f.Status)
	case f.ErrorType == "" && f.Status == 0 && !f.HTML && !f.Truncate && !f.Reset && f.Delay == 0:
		return errors.New("it has no effect: set error_type, status, html, truncate, reset or delay")
	case f.Times < 0 || f.Share < 0 || f.Share > 1 || f.RetryAfter < 0 || f.Delay < 0:
		return errors.New("times, share and durations must not be negative, and share must be at most 1")
	}
	return nil
}

// names reports whether a fault applies to a call.
func (f *Fault) names(call Call) bool {
	return (f.Call == "" || f.Call == call.Name) && (f.API == "" || f.API == call.API)
}

// faults are the faults of a server.
type faults struct {
	mu   sync.Mutex
	list []*armedFault
}

// armedFault is a fault of a server.
type armedFault struct {
	Fault
	random *rand.Rand // decides which calls are in the share
}

func (f *faults) add(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, &armedFault{fault, rand.New(rand.NewPCG(fault.Seed, 0))})
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}

func (f *faults) all() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []Fault
	for _, fault := range f.list {
		list = append(list, fault.Fault)
	}
	return list
}

// meet returns the first fault that applies to a call, and counts it. concerns reports
// whether the call is about an address.
func (f *faults) meet(call Call, concerns func(address string) bool) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.list {
		if !fault.names(call) || fault.Address != "" && !concerns(fault.Address) ||
			fault.Share > 0 && fault.random.Float64() >= fault.Share {
			continue
		}
		met := fault.Fault
		if fault.Times == 1 {
			f.list = append(f.list[:i:i], f.list[i+1:]...)
		} else if fault.Times > 1 {
			fault.Times--
		}
		return &met
	}
	return nil
}

// concerns reports whether an argument of a request is an address, or belongs to the
// user or the members who have it.
func (p *Project) concerns(q *request, address string) bool {
	given := texts(argumentsOf(q))
	if slices.ContainsFunc(given, func(text string) bool { return sameAddress(text, address) }) {
		return true
	}
	defer p.lock()()
	owners := map[string]bool{}
	for _, u := range p.state.Users.list(byAddress, strings.ToLower(address)) {
		owners[u.Profile.UserID], owners[text(u.Profile.ExternalID)] = true, true
		for _, m := range u.Methods {
			owners[m.ID] = owners[m.ID] || sameAddress(m.Address, address)
		}
	}
	for _, m := range slices.Concat(p.state.Members.list(byPerson, strings.ToLower(address)), p.state.Members.list(byPhone, address)) {
		owners[m.Profile.MemberID], owners[text(m.Profile.ExternalID)] = true, true
	}
	delete(owners, "")
	return slices.ContainsFunc(given, func(text string) bool {
		return owners[text] || slices.ContainsFunc(p.state.Sessions.list(byToken, text), func(s *session) bool { return owners[s.UserID+s.MemberID] })
	})
}

// texts returns every string in a value of JSON.
func texts(v any) []string {
	var found []string
	switch v := v.(type) {
	case string:
		found = append(found, v)
	case map[string]any:
		for _, one := range v {
			found = append(found, texts(one)...)
		}
	case []any:
		for _, one := range v {
			found = append(found, texts(one)...)
		}
	}
	return found
}

// apply changes a response.
func (f *Fault) apply(r *http.Request, a *answer, s *Server) {
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		case <-s.closing:
			a.reset = true
			return
		}
	}
	if f.RetryAfter > 0 {
		a.header.Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
	}
	switch {
	case f.Reset:
		a.reset = true
	case f.HTML:
		a.status = http.StatusBadGateway
		if f.Status != 0 {
			a.status = f.Status
		}
		a.gateway = true
		a.header.Set("Content-Type", "text/html")
		a.body = []byte("<!DOCTYPE html><html><head><title>" + http.StatusText(a.status) + "</title></head><body><h1>" + http.StatusText(a.status) + "</h1></body></html>\n")
	case f.ErrorType != "" || f.Status != 0:
		e := apiError{errorType: f.ErrorType, status: f.Status}
		if e.errorType == "" {
			e.errorType = "internal_server_error"
		}
		s.fail(a, &e)
	}
	a.truncated = f.Truncate
}

// resetConnection closes a connection with a TCP reset.
func resetConnection(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
