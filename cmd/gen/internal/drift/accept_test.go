package drift

import (
	"slices"
	"strings"
	"testing"
)

const head = "scope: [/v1/otps, /v1/sessions, /v1/b2b/sessions]\naccepted:\n"

// accept runs a comparison with a drift.yaml. The package has one value and
// one field that the spec lacks, each in more than one place.
func accept(t *testing.T, entries string) *Report {
	t.Helper()
	return check(t, tree(t, []edit{
		{sessTS, `"otp" |`, `"otp" | "sso" |`},
		{"package/types/lib/b2c/attribute.d.ts", "    user_agent?: string;", "    user_agent?: string;\n    port?: number;"},
		{"spec/drift.yaml", "scope: [/v1/otps, /v1/sessions, /v1/b2b/sessions]\n", head + entries},
	}), "package")
}

func TestAccepted(t *testing.T) {
	const about = "    reason: because\n    upstream: npm example 1.2.3\n"
	port := []string{
		"lacking field-only-there " + list + " response.sessions[].attributes.port",
		"lacking field-only-there " + auth + " request.attributes.port",
		"lacking field-only-there " + auth + " response.session.attributes.port",
	}
	sso := []string{
		"lacking value-only-there " + list + " response.sessions[].factors[].type sso",
		"lacking value-only-there " + auth + " response.session.factors[].type sso",
	}
	tests := []struct {
		name, entries string
		left          []string
		unused        []string
	}{
		{"all", "  - call: '*'\n    field: '**.attributes.port'\n    drift: field-only-there\n" + about +
			"  - call: '*'\n    field: '**.factors[].type'\n    drift: value-only-there\n    value: sso\n" + about, nil, nil},
		{"one place of three", "  - call: " + auth + "\n    field: request.attributes.port\n    drift: field-only-there\n" + about, slices.Concat(port[:1], port[2:], sso), nil},
		{"another value", "  - call: '*'\n    field: '**.type'\n    drift: value-only-there\n    value: saml\n" + about, slices.Concat(port, sso),
			[]string{"value-only-there saml at * **.type"}},
		{"another kind", "  - call: '*'\n    field: '**.type'\n    drift: value-only-here\n" + about, slices.Concat(port, sso), []string{"value-only-here at * **.type"}},
		{"another call", "  - call: GET /v1/users\n    field: '**.port'\n    drift: field-only-there\n" + about, slices.Concat(port, sso), []string{"field-only-there at GET /v1/users **.port"}},
		{"a dot is no pattern", "  - call: '*'\n    field: request.attributes?port\n    drift: field-only-there\n" + about, slices.Concat(port, sso), []string{"field-only-there at * request.attributes?port"}},
		{"of another kind of upstream", "  - call: GET /v1/none\n    drift: call-only-there\n    reason: because\n    upstream: openapi 1.0.0\n", slices.Concat(port, sso), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			report := accept(t, test.entries)
			if got := lines(report); !slices.Equal(got, slices.Sorted(slices.Values(test.left))) {
				t.Errorf("left:\n%s", strings.Join(got, "\n"))
			}
			var unused []string
			for _, e := range report.Unused {
				unused = append(unused, e.String())
			}
			if !slices.Equal(unused, test.unused) {
				t.Errorf("unused: %q", unused)
			}
			if want := len(port) + len(sso) - len(test.left); report.Accepted != want {
				t.Errorf("accepted %d, want %d", report.Accepted, want)
			}
			if want := len(test.left)+len(test.unused) == 0; report.Clean() != want {
				t.Errorf("clean is %t", report.Clean())
			}
		})
	}
}

func TestKnownRefuses(t *testing.T) {
	entry := func(s string) string { return head + "  - " + s + "\n" }
	tests := []struct{ name, data, want string }{
		{"no scope", "accepted: []\n", "spec/drift.yaml:1:1: the file needs the key scope"},
		{"scope that is no path", "scope: [otps]\n", "spec/drift.yaml:1:9: scope is a list of path prefixes"},
		{"unknown key", "scope: [/v1]\nignored: []\n", `spec/drift.yaml:2:1: unknown key "ignored"`},
		{"no reason", entry("{call: '*', drift: type, upstream: npm x 1}"), "spec/drift.yaml:3:5: an entry needs the key reason"},
		{"no version", entry("{call: '*', drift: type, reason: x}"), "spec/drift.yaml:3:5: an entry needs the key upstream"},
		{"empty reason", entry("{call: '*', drift: type, upstream: npm x 1, reason: ' '}"), "3:57: the text is empty"},
		{"unknown kind", entry("{call: '*', drift: typo, upstream: npm x 1, reason: x}"), `drift cannot be "typo"; it is one of call-only-here`},
		{"unknown key of an entry", entry("{call: '*', path: x, drift: type, reason: x, upstream: npm x 1}"), `spec/drift.yaml:3:17: unknown key "path"`},
		{"accepted is no list", "scope: [/v1]\naccepted: yes\n", "spec/drift.yaml:2:11: accepted must be a list"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseKnown("spec/drift.yaml", []byte(test.data))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}
