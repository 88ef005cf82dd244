package apply

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
)

const sessionsFile = "spec/b2b/sessions.yaml"

// areaTree is tree with the sessions of the B2B API in an area file.
func areaTree(t *testing.T, edits []swap) string {
	t.Helper()
	dir := tree(t, nil)
	data, err := os.ReadFile(filepath.Join(dir, b2b))
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(data), "tags:\n")
	area, components, _ := strings.Cut(rest, "components:\n")
	if err := os.Mkdir(filepath.Join(dir, "spec/b2b"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{b2b: head + "components:\n" + components, sessionsFile: "tags:\n" + area} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	change(t, dir, edits)
	return dir
}

// A call goes into the file of its area, which is made if it is not there. So do
// the types that only the call has; what the other files have is referred to.
func TestAreaFiles(t *testing.T) {
	const (
		status    = "                  status_code: {type: integer, description: The status.}\n"
		newStatus = "                  status_code:\n                    type: integer\n                    description: TODO\n"
		answer    = "                $ref: '#/components/schemas/api_b2b_session_v1_RevokeResponse'\n"
	)
	call := func(id, tag, path, properties string) string {
		return strings.Replace(written(path, "post", id, tag, "[status_code]", properties), "/docs}", "/docs/b2b}", 1)
	}
	tests := []struct {
		name         string
		edits, wants []swap
		// made is a new file and what it has.
		made, text string
	}{
		{"call of an area that is there",
			[]swap{{document, "components:\n", newCall("/v1/b2b/sessions/renew", "post", "api_b2b_session_v1_RevokeResponse") + "components:\n"}},
			[]swap{{sessionsFile, status, status + call("sessions.renew", "sessions", "/v1/b2b/sessions/renew", newStatus)}}, "", ""},
		{"another verb of a path that is there",
			[]swap{{document, "  /v1/b2b/sessions/revoke:\n", "  /v1/b2b/sessions/revoke:\n" + strings.SplitAfterN(newCall("/x", "put", "api_b2b_session_v1_RevokeResponse"), "\n", 2)[1]}},
			[]swap{{sessionsFile, status, status + strings.Replace(strings.SplitAfterN(call("sessions.put_revoke", "sessions", "/x", newStatus), "\n", 2)[1], "post:", "put:", 1)}}, "", ""},
		{"call of a new area, with a type that only it has",
			[]swap{{drifts, "scope: [", "scope: [/v1/b2b/totps, "},
				{document, "components:\n", strings.Replace(newCall("/v1/b2b/totps/sms/check", "post", "api_b2b_session_v1_RevokeResponse"), answer,
					"                type: object\n                required: [status_code]\n                properties:\n                  status_code: {type: integer}\n"+
						"                  state: {type: string, enum: [locked, open]}\n", 1) + "components:\n"}},
			nil, "spec/b2b/totps.yaml",
			"tags:\n  - name: totps\n    description: TODO\n  - name: totps.sms\n    description: TODO\npaths:\n" +
				call("totps.sms.check", "totps.sms", "/v1/b2b/totps/sms/check", newStatus+
					"                  state:\n                    description: TODO\n                    oneOf:\n                      - $ref: '#/components/schemas/State'\n                      - type: 'null'\n") +
				"components:\n  schemas:\n    State:\n      type: string\n      enum: [locked, open]\n      description: TODO\n"},
		{"field of the kind of a component in the API's own file",
			[]swap{{document, "components:\n", strings.Replace(newCall("/v1/b2b/sessions/renew", "post", "api_b2b_session_v1_RevokeResponse"), "      responses:\n",
				"      requestBody:\n        content:\n          application/json:\n            schema:\n              type: object\n              properties:\n                member_id: {type: string}\n      responses:\n", 1) + "components:\n"}},
			[]swap{{sessionsFile, status, status + strings.Replace(call("sessions.renew", "sessions", "/v1/b2b/sessions/renew", newStatus), "      responses:\n",
				"      requestBody:\n        required: true\n        content:\n          application/json:\n            schema:\n              type: object\n              properties:\n                member_id:\n                  $ref: '#/components/schemas/MemberID'\n      responses:\n", 1)}}, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := areaTree(t, test.edits)
			report, edits := propose(t, dir, test.edits)
			if len(edits.Left) > 0 || len(edits.Done) != len(report.Differences) || len(edits.Done) == 0 {
				t.Errorf("%d of %d differences were applied: %q", len(edits.Done), len(report.Differences), edits.Notes)
			}
			expected := areaTree(t, test.wants)
			if test.made != "" {
				if err := os.WriteFile(filepath.Join(expected, test.made), []byte(test.text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for name, data := range edits.Files {
				want, err := os.ReadFile(filepath.Join(expected, name))
				if err != nil || !bytes.Equal(data, want) {
					t.Errorf("%s", udiff.Unified("want/"+name, "got/"+name, string(want), string(data)))
				}
				if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if after, _ := propose(t, dir, test.edits); len(after.Differences) > 0 {
				t.Errorf("%d differences are left", len(after.Differences))
			}
		})
	}
}
