package wiretest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/internal/wire"
)

// FuzzResponse answers a call with any text, and checks that its response has the values that
// encoding/json finds in the text, and that the call fails where encoding/json does. Where only the
// call fails, it must say that the text breaks a rule which encoding/json does not have.
//
// call makes the call over an http.Client.
func FuzzResponse[T any](f *testing.F, x *Exchange, call func(context.Context, *http.Client) (*T, error)) {
	for _, text := range answers(x.ResponseBody) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !strings.HasPrefix(text, "{") || hasOtherNames(text) {
			return
		}
		got, err := call(t.Context(), &http.Client{Transport: always(text)})
		want := new(T)
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		wantErr := decoder.Decode(want)
		if wantErr == nil && !json.Valid([]byte(text)) {
			wantErr = errors.New("more than one value")
		}
		switch {
		case err != nil && wantErr != nil:
		case wantErr != nil:
			t.Errorf("no error, but encoding/json finds %v", wantErr)
		case err != nil:
			if !isStricter(err) {
				t.Errorf("%v, but encoding/json finds none", err)
			}
		default:
			// As JSON, times are equal when they are the same in different Locations.
			a, b := asJSON(t, got), asJSON(t, want)
			if !bytes.Equal(a, b) {
				t.Errorf("got\n%s\nwant\n%s", a, b)
			}
		}
	})
}

// answers are texts to begin with: the example, and what is often wrong with one.
func answers(example string) []string {
	replace := func(old, new string) string { return strings.Replace(example, old, new, 1) }
	return []string{
		example,
		example[:len(example)/2],
		example + "{}",
		replace("{", `{"new":{"a":[1,{"b":null}]},`),
		replace("{", `{"status_code":1e400,`),
		replace("200", "9223372036854775808"),
		replace("200", "200.0"),
		replace("200", "null"),
		replace("200", "NaN"),
		replace("Z", "+05:45"),
		replace("Z", ",5Z"),
		replace("-test-", `\ud83d\ude00`),
		replace("-test-", `\ud83d`),
		replace("-test-", "\xff"),
		replace("-test-", "\n"),
		replace("true", "null"),
		replace(`"request_id"`, `"request_id":"","request_id"`),
	}
}

// always is a RoundTripper with one answer.
type always string

func (a always) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a))), Request: r}, nil
}

// isStricter reports whether err is about one of the rules of encoding/json/v2 that encoding/json does
// not have, or about what a response must have.
func isStricter(err error) bool {
	var e *wire.Error
	rules := []string{
		"each name once", "valid UTF-8", "a pair of surrogates", "a time in the format of RFC 3339",
		"a value", // not null
	}
	return errors.As(err, &e) && (slices.Contains(rules, e.Want) || strings.HasPrefix(e.Want, "an object with "))
}

// hasOtherNames reports whether an object in text has a name that encoding/json could take for another
// one, as it does not look at case.
func hasOtherNames(text string) bool {
	decoder := json.NewDecoder(strings.NewReader(text))
	var open []bool // whether each value that is open is an object
	name := false   // whether a name may be next
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				open = append(open, token == '{')
				name = token == '{'
				continue
			}
			open = open[:len(open)-1]
		case string:
			if name {
				if strings.ContainsFunc(token, func(c rune) bool { return c >= 0x80 || 'A' <= c && c <= 'Z' }) {
					return true
				}
				name = false
				continue
			}
		}
		name = len(open) > 0 && open[len(open)-1]
	}
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
