package wiretest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzResponse answers a call with any text and compares the result with encoding/json. The call must
// fail exactly if the text is not a JSON object or an essential field is missing. If encoding/json
// decodes the text, the response must have the same values. If encoding/json finds a value that does not
// fit, drift must be reported.
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
			return // encoding/json uses the last of several values
		}
		lacks := lacking(x, text)
		if lacks == "" && len(x.Essential) == 0 {
			return // the answer needs one of several fields
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
		if misfits > 0 || odd.nullElements { // the SDK leaves them out, encoding/json does not
			return
		}
		// In JSON, equal times in different Locations are equal.
		for _, difference := range differences("", decodeTree(t, marshal(t, got)), decodeTree(t, marshal(t, want))) {
			t.Error(difference)
		}
	})
}

// answers are the seeds: the example, and the same with common mistakes.
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

// oddities are cases in which encoding/json and the SDK differ.
type oddities struct {
	otherNames   bool // a name that encoding/json could match, because it ignores case
	duplicates   bool // a repeated name in an object
	nullElements bool // null in a list
	malformed    bool // a string that is not valid Unicode, or may not have been
}

// lookAt finds the oddities of a valid text.
func lookAt(text string) oddities {
	odd := oddities{malformed: !utf8.ValidString(text)}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()        // which may not fit into a float64
	var open []map[string]bool // the names in each open object; nil for a list
	name := false              // whether a name can be next
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

// differences compares two JSON values, and numbers by their value. It describes each difference.
func differences(path string, got, want any) (found []string) {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		for name := range got {
			if _, has := want[name]; !has {
				found = append(found, fmt.Sprintf("%s.%s: %v, want none", path, name, got[name]))
			}
		}
		for name, value := range want {
			if _, has := got[name]; !has {
				found = append(found, fmt.Sprintf("%s.%s: none, want %v", path, name, value))
			} else {
				found = append(found, differences(path+"."+name, got[name], value)...)
			}
		}
		if ok {
			return found
		}
	case []any:
		got, ok := got.([]any)
		for i := range min(len(got), len(want)) {
			found = append(found, differences(path+"["+strconv.Itoa(i)+"]", got[i], want[i])...)
		}
		if ok && len(got) == len(want) {
			return found
		}
	case json.Number:
		if got, ok := got.(json.Number); ok {
			x, _ := got.Float64()
			if y, _ := want.Float64(); got == want || x == y {
				return nil
			}
		}
	default:
		if got == want {
			return nil
		}
	}
	return append(found, fmt.Sprintf("%s: %v, want %v", path, got, want))
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
