package transport

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/internal/wire"
)

type pageRequest struct{ Cursor *string }

func (r *pageRequest) writeJSON(w *wire.Writer) {
	w.BeginObject()
	if r.Cursor != nil {
		w.Field("cursor").String(*r.Cursor)
	}
	w.EndObject()
}

type pageResponse struct {
	Items []string
	Next  *string
}

func (r *pageResponse) readJSON(d *wire.Reader) {
	for d.BeginObject(); d.NextField(); {
		switch d.Name() {
		case "items":
			r.Items = d.Strings()
		case "next":
			r.Next = d.StringPtr()
		default:
			d.Unknown()
		}
	}
}

var pageEndpoint = &Endpoint[*pageRequest, *pageResponse]{
	ID: CallID{"consumer", "users", "search"}, Method: http.MethodPost, Path: "/v1/users/search", Retry: Never,
	New:    newResponse[pageResponse],
	Encode: (*pageRequest).writeJSON, Decode: (*pageResponse).readJSON,
}

// TestPages loops over pages, and counts those that were asked for.
func TestPages(t *testing.T) {
	three := map[string]string{
		`{}`: `{"items":["a","b"],"next":"1"}`, `{"cursor":"1"}`: `{"items":[],"next":"2"}`, `{"cursor":"2"}`: `{"items":["c"],"next":""}`,
	}
	for _, test := range []struct {
		name   string
		pages  map[string]string
		cursor *string
		stop   int // the loop ends after so many items; 0: never
		want   []string
		asked  int
		err    string
	}{
		{"all", three, nil, 0, []string{"a", "b", "c"}, 3, ""},
		{"from a cursor", three, new("2"), 0, []string{"c"}, 1, ""},
		{"one that ends on the first page", three, nil, 1, []string{"a"}, 1, ""},
		{"one that ends at the end of a page", three, nil, 2, []string{"a", "b"}, 1, ""},
		{"null after the last", map[string]string{`{}`: `{"items":["a"],"next":null}`}, nil, 0, []string{"a"}, 1, ""},
		{"an error", map[string]string{`{}`: `{"items":["a"],"next":"1"}`}, nil, 0, []string{"a"}, 2, "failure 404"},
		{"the cursor that it began with", map[string]string{`{"cursor":"1"}`: `{"items":["a"],"next":"1"}`}, new("1"), 0, []string{"a"}, 1, "consumer.users.search: the service answers a cursor again"},
		{"cursors in a circle", map[string]string{`{}`: `{"items":["a"],"next":"1"}`, `{"cursor":"1"}`: `{"items":["b"],"next":"2"}`, `{"cursor":"2"}`: `{"items":["c"],"next":"1"}`},
			nil, 0, []string{"a", "b", "c"}, 3, "the service answers a cursor again"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var server *recorder
			server = record(t, func(w http.ResponseWriter, r *http.Request) {
				body, ok := test.pages[server.bodies[len(server.bodies)-1]]
				if !ok {
					w.WriteHeader(http.StatusNotFound)
				}
				fmt.Fprint(w, body)
			})
			loop := Pages(t.Context(), newClient(t, server.URL), pageEndpoint, pageRequest{test.cursor}, nil,
				func(r *pageRequest) **string { return &r.Cursor }, func(r *pageResponse) ([]string, *string) { return r.Items, r.Next })
			for range 2 { // a second loop begins again
				server.bodies = nil
				var got []string
				var failed error
				for item, err := range loop {
					if err != nil {
						failed = err
						continue
					}
					if got = append(got, item); len(got) == test.stop {
						break
					}
				}
				if !slices.Equal(got, test.want) || len(server.bodies) != test.asked {
					t.Errorf("got %q with %d calls, want %q with %d", got, len(server.bodies), test.want, test.asked)
				}
				if (failed == nil) != (test.err == "") || failed != nil && !strings.Contains(failed.Error(), test.err) {
					t.Errorf("error %v, want one with %q", failed, test.err)
				}
			}
		})
	}
}

func TestPagesOfAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := record(t, respond(http.StatusOK, `{"items":["a"],"next":"1"}`))
	loop := Pages(ctx, newClient(t, server.URL), pageEndpoint, pageRequest{}, nil,
		func(r *pageRequest) **string { return &r.Cursor }, func(r *pageResponse) ([]string, *string) { return r.Items, r.Next })
	turns := 0
	for _, err := range loop {
		if turns++; turns == 2 && err == nil {
			t.Error("no error after the context has ended")
		}
		cancel()
	}
	if turns != 2 || len(server.bodies) != 1 {
		t.Errorf("%d turns with %d calls, want 2 with 1", turns, len(server.bodies))
	}
}
