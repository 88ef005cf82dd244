package stytchtest_test

import (
	"strings"
	"testing"
)

// TestSnapshotsOfVersion1 reads the parts of such a snapshot that later ones do not have. The emulator's tests read a
// whole one.
func TestSnapshotsOfVersion1(t *testing.T) {
	w := newWorld(t)
	snapshot := func(state string) []byte {
		return []byte(strings.ReplaceAll(`{"version":1,"clock":{"ahead":0},"projects":[{"id":"ID","secret":"secret-test-x","keys":[],"messages":null,"state":`+state+`}]}`, "ID", w.ID))
	}
	const lists = `"users":[],"organizations":[],"members":[],"sessions":[],"intermediate_sessions":null,"email_codes":{}`
	if err := w.Restore(snapshot(`{` + lists + `,"grants":[{"role":"reader","resource":"documents","actions":["read","*"]}]}`)); err != nil {
		t.Fatal(err)
	}
	policy := w.Policy()
	if len(policy.Roles) != 1 || policy.Roles[0].RoleID != "reader" || strings.Join(policy.Roles[0].Permissions[0].Actions, " ") != "read *" ||
		len(policy.Resources) != 1 || strings.Join(policy.Resources[0].Actions, " ") != "read" {
		t.Errorf("the policy is %+v", policy)
	}
	for name, test := range map[string]struct{ state, want string }{
		"null":            {`null`, "null"},
		"no grants":       {`{` + lists + `}`, "grants"},
		"other grants":    {`{` + lists + `,"grants":[1]}`, "grants"},
		"no users":        {`{"grants":null}`, "users"},
		"a later part":    {`{` + lists + `,"grants":null,"links":{}}`, "links"},
		"an unknown part": {`{` + lists + `,"grants":null,"x":1}`, "x"},
	} {
		if err := w.Restore(snapshot(test.state)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
