package redact

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// The types below have the shape of generated ones.

type locale string

type raw struct{ body string }

func (r raw) Format(f fmt.State, _ rune) { fmt.Fprint(f, r.body) }

type Response struct{ raw *raw }

type factor struct {
	Type        string     `json:"type"`
	PhoneNumber string     `json:"phone_number" stytch:"sensitive"`
	At          *time.Time `json:"at"`
}

type attributes struct {
	IPAddress *string `json:"ip_address,omitempty" stytch:"sensitive"`
	UserAgent *string `json:"user_agent,omitempty"`
}

type sample struct {
	Response
	PhoneNumber string             `json:"phone_number" stytch:"sensitive"`
	Token       *string            `json:"session_token,omitempty" stytch:"sensitive"`
	Minutes     *int               `json:"expiration_minutes,omitempty"`
	Locale      *locale            `json:"locale,omitempty"`
	Attributes  *attributes        `json:"attributes,omitempty"`
	Claims      map[string]any     `json:"claims,omitempty" stytch:"sensitive"`
	Emails      []string           `json:"emails,omitempty" stytch:"sensitive"`
	Free        map[string]any     `json:"free,omitempty"`
	Factors     []factor           `json:"factors,omitempty"`
	ByName      map[string]*factor `json:"by_name,omitempty"`
	Roles       []string           `json:"roles,omitempty"`
	Since       time.Time          `json:"since"`
	Ratio       float64            `json:"-"`
	Data        []byte             `json:"data,omitempty"`
	Notify      chan int           `json:"notify,omitempty"`
	secret      string
}

func (s sample) Format(f fmt.State, verb rune) { Format(f, verb, s) }
func (s sample) LogValue() slog.Value          { return LogValue(s) }

var day = time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)

// full has a secret, which begins with SECRET, in every place that can hold one.
func full() *sample {
	s := &sample{
		Response:    Response{&raw{"SECRETbody"}},
		PhoneNumber: "SECRETphone",
		Token:       new("SECRETtoken"),
		Minutes:     new(5),
		Locale:      new(locale("pt-br")),
		Attributes:  &attributes{IPAddress: new("SECRETip"), UserAgent: new("curl \"8\"\n")},
		Claims:      map[string]any{"a": "SECRETclaim", "b": []any{map[string]any{"c": "SECRETdeep"}}, "n": json.Number("42")},
		Emails:      []string{"SECRETemail"},
		Free:        map[string]any{"z": nil, "b": true, "a": []any{1.5, "x", json.Number("9007199254740993")}},
		Factors:     []factor{{"otp", "SECRETfactor", &day}, {"totp", "", nil}},
		ByName:      map[string]*factor{"one": {"otp", "SECRETmapped", nil}, "none": nil},
		Roles:       []string{},
		Since:       day,
		Data:        []byte("data"),
		secret:      "SECRETunexported",
	}
	return s
}

const fullText = `redact.sample{PhoneNumber: [redacted], Token: [redacted], Minutes: 5, Locale: "pt-br", ` +
	`Attributes: redact.attributes{IPAddress: [redacted], UserAgent: "curl \"8\"\n"}, Claims: [redacted], ` +
	`Emails: [redacted], Free: {"a": [1.5, "x", 9007199254740993], "b": true, "z": nil}, ` +
	`Factors: [redact.factor{Type: "otp", PhoneNumber: [redacted], At: 2026-03-02T09:41:07Z}, ` +
	`redact.factor{Type: "totp", PhoneNumber: ""}], ` +
	`ByName: {"none": nil, "one": redact.factor{Type: "otp", PhoneNumber: [redacted]}}, Roles: [], ` +
	`Since: 2026-03-02T09:41:07Z, Ratio: 0, Data: [4 bytes]}`

func TestFormat(t *testing.T) {
	s := full()
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%10v", "%-5s"} {
		for name, value := range map[string]any{"value": *s, "pointer": s} {
			got := fmt.Sprintf(format, value)
			if got != fullText {
				t.Errorf("%s of a %s prints\n%s\nwant\n%s", format, name, got, fullText)
			}
		}
	}
	if got := fmt.Sprint([]sample{*s}, map[string]*sample{"k": s}, struct{ S sample }{*s}); strings.Contains(got, "SECRET") {
		t.Errorf("inside other values: %s", got)
	}
}

func TestSprint(t *testing.T) {
	loop := map[string]any{}
	loop["loop"] = loop
	var pointer any
	pointer = &pointer
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"unset", sample{}, `redact.sample{PhoneNumber: "", Since: 0001-01-01T00:00:00Z, Ratio: 0}`},
		{"empty sensitive values", sample{Token: new(""), Claims: map[string]any{}, Emails: []string{}},
			`redact.sample{PhoneNumber: "", Token: "", Claims: {}, Emails: [], Since: 0001-01-01T00:00:00Z, Ratio: 0}`},
		{"nil", nil, "nil"},
		{"nil pointer", (*sample)(nil), "nil"},
		{"unnamed", struct{ A int }{1}, "{A: 1}"},
		{"sensitive number", struct {
			Pin int `stytch:"sensitive"`
		}{0}, "{Pin: [redacted]}"},
		{"sensitive struct", struct {
			F factor `stytch:"sensitive"`
		}{}, "{F: [redacted]}"},
		{"channel", struct{ C chan int }{make(chan int)}, "{C: chan int}"},
		{"array", struct{ A [2]int }{}, "{A: [0, 0]}"},
		{"keys of other types", struct{ M map[int]bool }{map[int]bool{2: true, 1: false}}, `{M: {"1": false, "2": true}}`},
		{"a pointer to itself", struct{ P any }{pointer}, "{}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Sprint(tt.value); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestLoops prints maps that hold themselves, under so many keys that following each to some depth
// would never end.
func TestLoops(t *testing.T) {
	loop := map[string]any{"text": "s3cret"}
	for _, key := range []string{"a", "b", "c"} {
		loop[key] = loop
	}
	list := []any{nil}
	list[0] = list
	loop["list"] = list
	value := struct {
		M map[string]any
		S map[string]any `stytch:"sensitive"`
	}{loop, loop}
	if got := Sprint(value); !strings.Contains(got, tooMuch) || len(got) > 1<<20 {
		t.Errorf("it prints %d bytes: %.200s", len(got), got)
	}
	if got := LogValue(value).Group(); len(got) != 2 || got[1].Value.String() != Mark {
		t.Errorf("it logs %d attributes", len(got))
	}
	if got := Values(value); len(got) == 0 || got[0] != "s3cret" {
		t.Errorf("%d values", len(got))
	}
}

// team and person hold each other, as records of a database often do.
type team struct {
	Lead *person `json:"lead"`
}

type person struct {
	Name string `json:"name"`
	Team *team  `json:"team"`
	Boss *team  `json:"-"`
}

// TestLoopsOfStructs is about structs that lead back to themselves, of which JSON may see nothing.
func TestLoopsOfStructs(t *testing.T) {
	lead := &person{Name: "s3cret", Team: &team{}, Boss: &team{Lead: &person{Name: "not sent"}}}
	lead.Team.Lead = lead
	for name, value := range map[string]any{
		"claims": sample{Claims: map[string]any{"lead": lead}},
		"free": struct {
			Free   any `json:"free"`
			Secret any `json:"secret" stytch:"sensitive"`
		}{lead, lead},
	} {
		if got := Values(value); !slices.Equal(got, []string{"s3cret"}) {
			t.Errorf("%s: the secrets are %q", name, got)
		}
		if got := Sprint(value) + fmt.Sprint(LogValue(value)); len(got) > 10<<20 {
			t.Errorf("%s: it prints %d bytes", name, len(got))
		}
	}
}

func TestLogValue(t *testing.T) {
	s := full()
	withoutTime := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key != "v" {
			return slog.Attr{}
		}
		return a
	}}
	const inJSON = `{"v":{"phone_number":"[redacted]","session_token":"[redacted]","expiration_minutes":5,"locale":"pt-br",` +
		`"attributes":{"ip_address":"[redacted]","user_agent":"curl \"8\"\n"},"claims":"[redacted]","emails":"[redacted]",` +
		`"free":{"a":[1.5,"x","9007199254740993"],"b":true,"z":null},` +
		`"factors":[{"at":"2026-03-02T09:41:07Z","phone_number":"[redacted]","type":"otp"},{"phone_number":"","type":"totp"}],` +
		`"by_name":{"none":null,"one":{"phone_number":"[redacted]","type":"otp"}},"roles":[],` +
		`"since":"2026-03-02T09:41:07Z","Ratio":0,"data":"[4 bytes]"}}` + "\n"
	var b strings.Builder
	slog.New(slog.NewJSONHandler(&b, withoutTime)).Info("", "v", s)
	if b.String() != inJSON {
		t.Errorf("JSON handler wrote\n%s\nwant\n%s", &b, inJSON)
	}

	b.Reset()
	slog.New(slog.NewTextHandler(&b, withoutTime)).Info("", "v", *s)
	for _, want := range []string{
		"v.phone_number=[redacted]", "v.attributes.ip_address=[redacted]", "v.expiration_minutes=5",
		"v.locale=pt-br", `phone_number:[redacted] type:otp`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("text handler wrote %s, which lacks %s", &b, want)
		}
	}
	if strings.Contains(b.String(), "SECRET") {
		t.Errorf("text handler wrote %s", &b)
	}
}

func TestLogValueOfOthers(t *testing.T) {
	tests := []struct {
		name  string
		value any
		want  any
	}{
		{"nil", nil, nil},
		{"text", locale("en"), "en"},
		{"unsigned", uint8(7), uint64(7)},
		{"time", day, day},
		{"function", func() {}, "func()"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := LogValue(tt.value).Any(); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	got := Values(full())
	slices.Sort(got)
	want := []string{"42", "SECRETclaim", "SECRETdeep", "SECRETemail", "SECRETfactor", "SECRETip",
		"SECRETmapped", "SECRETphone", "SECRETtoken"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, v := range maps.All(map[string]any{"unset": sample{}, "nil": nil, "nil pointer": (*sample)(nil)}) {
		if got := Values(v); len(got) != 0 {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
