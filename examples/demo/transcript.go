package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/stytchgen/sdk/stytchtest"
)

// transcript prints what is sent and received. It hides nothing, because the
// emulator just made all of it up.
type transcript struct {
	out io.Writer
}

func (t transcript) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

func (t transcript) title(text string) { t.printf("\n%s\n%s\n", text, strings.Repeat("-", len(text))) }

func (t transcript) note(format string, args ...any) { t.printf("     "+format+"\n", args...) }

func (t transcript) message(m stytchtest.Message) {
	content := "your code is " + m.Code
	if m.Link != "" {
		content = "your link is " + m.Link
	}
	t.printf("  @  %s to %s (%s): %s\n", m.Channel, m.Address, m.Locale, content)
}

// watch is a middleware that prints each request and its response.
func (t transcript) watch(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		var sent []byte
		if r.Body != nil {
			var err error
			if sent, err = io.ReadAll(r.Body); err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(sent))
		}
		t.printf("  >  %s %s %s\n", r.Method, r.URL.RequestURI(), brief(sent))
		resp, err := next.RoundTrip(r)
		if err != nil {
			t.printf("  <  %v\n", err)
			return nil, err
		}
		defer resp.Body.Close()
		received, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(bytes.NewReader(received))
		t.printf("  <  %d %s\n", resp.StatusCode, brief(received))
		return resp, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// brief returns a body on one line. Nested objects and lists become dots, long
// strings are cut, and fields that are empty or the same in every response are
// left out.
func brief(body []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return ""
	}
	var fields []string
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return ""
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return ""
		}
		if name == "request_id" || name == "status_code" || name == "error_url" || string(value) == `""` || string(value) == "null" {
			continue
		}
		fields = append(fields, fmt.Sprintf("%v: %s", name, short(value)))
	}
	if len(fields) == 0 {
		return ""
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// longest is the most characters of a string that are shown.
const longest = 30

func short(value json.RawMessage) string {
	switch text := []rune(string(value)); {
	case text[0] == '{' && len(text) > longest:
		return "{...}"
	case text[0] == '[' && len(text) > longest:
		return "[...]"
	case len(text) > longest:
		return string(text[:longest]) + `..."`
	default:
		return string(text)
	}
}
