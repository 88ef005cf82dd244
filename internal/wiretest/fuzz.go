package wiretest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzResponse answers a call with any text, and holds what comes of it against encoding/json. The call
// must fail exactly where the text is no JSON object, or lacks an essential field. Where encoding/json
// decodes the text, the response must have the same values; where it finds that something does not fit,
// drift must be reported.
//
// call makes the call over an http.Client and reports drift.
func FuzzResponse[T any](f *testing.F, x *Exchange, call func(context.Context, *http.Client, func(drift string)) (*T, error)) {
	for _, text := range answers(x.ResponseBody) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !strings.HasPrefix(text, "{") {
			return
		}
		drift, misfits := 0, 0
		got, err := call(t.Context(), &http.Client{Transport: always(text)}, func(text string) {
			drift++
			if strings.HasSuffix(text, ": wrong type") {
				misfits++
			}
		})
		if !json.Valid([]byte(text)) {
			if err == nil {
				t.Error("no error, but encoding/json finds one")
			}
			return
		}
		odd := lookAt(text)
		if odd.otherNames || odd.duplicates {
			return // encoding/json takes the last of several
		}
		lacks := lacking(x, text)
		if lacks == "" && len(x.Essential) == 0 {
			return // such an answer needs one field of several
		}
		if (lacks == "") != (err == nil) && !odd.malformed {
			t.Errorf("error %v, and the answer lacks %q", err, lacks)
		}
		if err != nil {
			return
		}
		want := new(T)
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if wantErr := decoder.Decode(want); wantErr != nil {
			if drift == 0 {
				t.Errorf("no drift, but encoding/json finds %v", wantErr)
			}
			return
		}
		if misfits > 0 || odd.nullElements { // these are left out, where encoding/json keeps something
			return
		}
		// As JSON, times are equal when they are the same in different Locations.
		if a, b := asJSON(t, got), asJSON(t, want); !sameTree(decodeTree(t, a), decodeTree(t, b)) {
			t.Errorf("got\n%s\nwant\n%s", a, b)
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
		replace("{", `{"new":1e700,"Status_Code":100,`),
		replace("200", "9223372036854775808"),
		replace("200", "200.0"),
		replace("200", "null"),
		replace("200", "NaN"),
		replace("Z", "+05:45"),
		replace("Z", ",5Z"),
		replace("Z", "z"),
		replace("-test-", `\ud83d\ude00`),
		replace("-test-", `\ud83d`),
		replace("-test-", "\xff"),
		replace("-test-", "\n"),
		replace("true", "null"),
		replace("true", `"true"`),
		replace("[{", `[null,5,{`),
		replace("[{", `"[{`),
		replace(`"request_id"`, `"request_id":"","request_id"`),
	}
}

// oddities are what encoding/json and the SDK take in different ways.
type oddities struct {
	otherNames   bool // a name that encoding/json could take for another one, as it does not look at case
	duplicates   bool // a name that its object has twice
	nullElements bool // null in a list
	malformed    bool // a text that is no valid Unicode, or may have been none
}

// lookAt finds the oddities of a valid text.
func lookAt(text string) oddities {
	odd := oddities{malformed: !utf8.ValidString(text)}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()        // which a float64 need not hold
	var open []map[string]bool // the names of each value that is open; nil for a list
	name := false              // whether a name may be next
	for {
		token, err := decoder.Token()
		if err != nil {
			return odd
		}
		if s, ok := token.(string); ok && strings.ContainsRune(s, utf8.RuneError) {
			odd.malformed = true
		}
		switch token := token.(type) {
		case json.Delim:
			switch token {
			case '{':
				open, name = append(open, map[string]bool{}), true
				continue
			case '[':
				open, name = append(open, nil), false
				continue
			}
			open = open[:len(open)-1]
		case string:
			if name {
				names := open[len(open)-1]
				odd.duplicates = odd.duplicates || names[token]
				names[token] = true
				odd.otherNames = odd.otherNames || strings.ContainsFunc(token, func(c rune) bool { return c >= 0x80 || 'A' <= c && c <= 'Z' })
				name = false
				continue
			}
		case nil:
			odd.nullElements = odd.nullElements || len(open) > 0 && open[len(open)-1] == nil
		}
		name = len(open) > 0 && open[len(open)-1] != nil
	}
}

// sameTree compares JSON values, and numbers by what they are.
func sameTree(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, value := range a {
			other, ok := b[name]
			if !ok || !sameTree(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i, value := range a {
			if !sameTree(value, b[i]) {
				return false
			}
		}
		return true
	case json.Number:
		b, ok := b.(json.Number)
		if a == b || !ok {
			return ok
		}
		x, _ := a.Float64()
		y, _ := b.Float64()
		return x == y
	}
	return a == b
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
