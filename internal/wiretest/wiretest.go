// Package wiretest compares a generated client with the examples of the spec: the bytes that it sends,
// and the fields that it reads. Only tests import it.
package wiretest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/wire"
)

// The credentials of a client under test.
const (
	ProjectID = "project-test-7d5f3c1e-9b2a-4e68-8c40-1f6a2b9d3e57"
	Secret    = "secret-test-nT4wZ8kQ2vB6yH1mX5cR9dL3jF7sG0pA"
)

// Exchange is one call: the request that the client must send, and the answer.
type Exchange struct {
	// Call is the service and the method: "OTPsSMSService.Send".
	Call        string
	Method, URI string
	// Header has the headers that the call itself sets.
	Header map[string]string
	// Anonymous calls must have no credentials.
	Anonymous bool
	// RequestBody is the body, byte for byte; empty for none. With Form, it is a form.
	RequestBody  string
	Form         bool
	ResponseBody string
	// Essential lists the essential fields of the answer: "session.user_id".
	Essential []string

	mu    sync.Mutex
	calls int
	wrong []string
}

// Serve starts a server on loopback that answers the exchanges and records mistakes in the requests. It
// runs until the process or the given test ends.
func Serve(t testing.TB, exchanges ...*Exchange) (url string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, x := range exchanges {
			if x.Method == r.Method && x.URI == r.URL.RequestURI() {
				x.serve(w, r)
				return
			}
		}
		http.Error(w, "no exchange for "+r.Method+" "+r.URL.RequestURI(), http.StatusNotFound)
	}))
	if t != nil {
		for _, x := range exchanges {
			x.reset()
		}
		t.Cleanup(server.Close)
	}
	return server.URL
}

func (x *Exchange) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	x.mu.Lock()
	x.calls++
	if err != nil {
		x.note("the body cannot be read: %v", err)
	}
	x.inspect(r, string(body))
	x.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Wiretest", "answered")
	_, _ = io.WriteString(w, x.ResponseBody)
}

func (x *Exchange) note(format string, args ...any) {
	x.wrong = append(x.wrong, fmt.Sprintf(format, args...))
}

func (x *Exchange) inspect(r *http.Request, body string) {
	if body != x.RequestBody {
		x.note("body sent:\n  %s\nwant:\n  %s", body, x.RequestBody)
	}
	id, secret, ok := r.BasicAuth()
	if x.Anonymous == ok || ok && (id != ProjectID || secret != Secret) {
		x.note("credentials sent: %t (project id %q); want them sent: %t", ok, id, !x.Anonymous)
	}
	want := map[string]string{"Accept": "application/json"}
	if x.RequestBody != "" {
		want["Content-Type"] = "application/json"
		if x.Form {
			want["Content-Type"] = "application/x-www-form-urlencoded"
		}
		if r.ContentLength != int64(len(x.RequestBody)) {
			x.note("Content-Length %d, want %d", r.ContentLength, len(x.RequestBody))
		}
	}
	for name, value := range x.Header {
		want[name] = value
	}
	for name, value := range want {
		if got := r.Header.Get(name); got != value {
			x.note("header %s: %q, want %q", name, got, value)
		}
	}
	if agent := r.UserAgent(); !strings.HasPrefix(agent, "stytchgen-go/") {
		x.note("User-Agent %q does not say whose client this is", agent)
	}
}

// Response is the interface of every generated response.
type Response interface {
	RawJSON() string
	Header() http.Header
	UnknownFields() map[string]json.RawMessage
}

// Check reports what was wrong with the only call that was made: in the request, and in the response.
func (x *Exchange) Check(t *testing.T, resp Response, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("the call failed: %v", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.calls != 1 {
		t.Errorf("the call reached the server %d times, want once", x.calls)
	}
	for _, w := range x.wrong {
		t.Error(w)
	}
	if got := resp.RawJSON(); got != x.ResponseBody {
		t.Errorf("RawJSON is not what was answered: %s", got)
	}
	if got := resp.Header().Get("X-Wiretest"); got != "answered" {
		t.Errorf("Header lacks what was answered: %v", resp.Header())
	}
	for path := range resp.UnknownFields() {
		t.Errorf("the response does not know %s", path)
	}
	if x.ResponseBody != "" {
		compareJSON(t, x.ResponseBody, resp)
	}
}

// compareJSON compares a decoded struct with its JSON, which it reads in another way.
func compareJSON(t *testing.T, body string, resp any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	var want any
	if err := decoder.Decode(&want); err != nil {
		t.Fatalf("the example is not JSON: %v", err)
	}
	compare(t, "", reflect.ValueOf(resp).Elem(), want)
}

func compare(t *testing.T, path string, got reflect.Value, want any) {
	t.Helper()
	if got.Kind() == reflect.Pointer {
		if got.IsNil() != (want == nil) {
			t.Errorf("%s: is nil: %t; null in the example: %t", path, got.IsNil(), want == nil)
		}
		if got.IsNil() || want == nil {
			return
		}
		got = got.Elem()
	}
	switch want := want.(type) {
	case map[string]any:
		compareObject(t, path, got, want)
	case []any:
		if got.Kind() != reflect.Slice || got.IsNil() || got.Len() != len(want) {
			t.Errorf("%s: %d items read, want %d", path, got.Len(), len(want))
			return
		}
		for i, item := range want {
			compare(t, path+"["+strconv.Itoa(i)+"]", got.Index(i), item)
		}
	default:
		if !same(got, want) {
			t.Errorf("%s: read %v, want %v", path, got.Interface(), want)
		}
	}
}

// compareObject compares a struct or a free-form map with an object. A struct must have a field for
// every member, and no other field may be set.
func compareObject(t *testing.T, path string, got reflect.Value, want map[string]any) {
	t.Helper()
	if got.Kind() == reflect.Map && got.Type().Elem().Kind() != reflect.Interface {
		compareMap(t, path, got, want)
		return
	}
	if got.Kind() == reflect.Map {
		if !reflect.DeepEqual(got.Interface(), freeForm(want)) {
			t.Errorf("%s: read %v, want %v", path, got.Interface(), want)
		}
		return
	}
	seen := 0
	for i := range got.NumField() {
		name := jsonName(got.Type().Field(i))
		if name == "" {
			continue
		}
		member, ok := want[name]
		if ok {
			seen++
			compare(t, path+"."+name, got.Field(i), member)
		} else if !got.Field(i).IsZero() {
			t.Errorf("%s.%s: read %v, but the example has no such member", path, name, got.Field(i).Interface())
		}
	}
	if seen != len(want) {
		t.Errorf("%s: %d members of the example have a field, want %d", path, seen, len(want))
	}
}

// compareMap compares a typed map with an object.
func compareMap(t *testing.T, path string, got reflect.Value, want map[string]any) {
	t.Helper()
	if got.IsNil() || got.Len() != len(want) {
		t.Errorf("%s: %d values read, want %d", path, got.Len(), len(want))
	}
	for name, value := range want {
		if v := got.MapIndex(reflect.ValueOf(name)); v.IsValid() {
			compare(t, path+"["+name+"]", v, value)
		} else {
			t.Errorf("%s: no value %q was read", path, name)
		}
	}
}

// freeForm converts free-form data to the values that a response has.
func freeForm(v any) any {
	switch v := v.(type) {
	case map[string]any:
		free := map[string]any{}
		for name, value := range v {
			free[name] = freeForm(value)
		}
		return free
	case []any:
		free := []any{}
		for _, value := range v {
			free = append(free, freeForm(value))
		}
		return free
	case json.Number:
		return wire.FreeNumber(v)
	}
	return v
}

func same(got reflect.Value, want any) bool {
	if stamp, ok := got.Interface().(time.Time); ok {
		text, _ := want.(string)
		parsed, err := time.Parse(time.RFC3339Nano, text)
		return err == nil && parsed.Equal(stamp)
	}
	switch want := want.(type) {
	case nil:
		return got.IsZero()
	case string:
		return got.Kind() == reflect.String && got.String() == want
	case bool:
		return got.Kind() == reflect.Bool && got.Bool() == want
	case json.Number:
		if got.Kind() == reflect.Float64 { // a number can be written in several ways
			n, err := want.Float64()
			return err == nil && got.Float() == n
		}
		return fmt.Sprint(got.Interface()) == want.String()
	}
	return false
}

// reset clears the calls of earlier servers, so that a test counts only its own.
func (x *Exchange) reset() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.calls, x.wrong = 0, nil
}
