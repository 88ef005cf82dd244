package main

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/stytchtest"
)

// way is how other languages do what a method of stytchtest does: operations of the control
// API, separated by spaces. With a reason, there is none, or the reason says more.
type way struct{ method, operations, reason string }

// waysIn has every exported method of these types, in the order of the page.
var waysIn = []struct {
	name    string
	methods reflect.Type
	ways    []way
}{
	{"Project", reflect.TypeFor[*stytchtest.Project](), []way{
		{"Perform", "calls.perform calls.list", ""},
		{"Seed", "seed.apply", ""},
		{"AddUser", "seed.apply calls.perform", ""},
		{"UpdateUser", "users.update", ""},
		{"DeleteUser", "users.delete", ""},
		{"Users", "users.list", ""},
		{"FindUsers", "users.list", ""},
		{"AddOrganization", "seed.apply calls.perform", ""},
		{"UpdateOrganization", "organizations.update", ""},
		{"DeleteOrganization", "organizations.delete", ""},
		{"Organizations", "organizations.list", ""},
		{"FindOrganizations", "organizations.list", ""},
		{"AddMember", "seed.apply calls.perform", ""},
		{"UpdateMember", "members.update", ""},
		{"DeleteMember", "members.delete", ""},
		{"Members", "members.list", ""},
		{"FindMembers", "members.list", ""},
		{"AddSession", "sessions.add", ""},
		{"RevokeSession", "sessions.delete", ""},
		{"Sessions", "sessions.list", ""},
		{"FindSessions", "sessions.list", ""},
		{"SetPassword", "passwords.set", ""},
		{"SetPasswordPolicy", "seed.apply", ""},
		{"TOTPCode", "totps.list", ""},
		{"TOTPs", "totps.list", ""},
		{"Impersonate", "impersonations.add", ""},
		{"AddConnectedApp", "seed.apply calls.perform", ""},
		{"AddConsent", "consents.add", ""},
		{"AddSAMLConnection", "seed.apply calls.perform", ""},
		{"AddOIDCConnection", "seed.apply calls.perform", ""},
		{"AddFingerprint", "fingerprints.add", ""},
		{"SetEmailRisk", "email_risks.put", ""},
		{"SetTrustedTokenProfiles", "trusted_token_profiles.put", ""},
		{"SetUserInfoURL", "userinfo_url.put", ""},
		{"SetPolicy", "policy.put", ""},
		{"Policy", "policy.get", ""},
		{"Grant", "policy.put", "The whole policy is replaced."},
		{"SetRedirectURLs", "seed.apply", ""},
		{"RotateKeys", "keys.rotate", ""},
		{"Reset", "reset", ""},
		{"SaveSnapshot", "snapshots.save", ""},
		{"ReplaceSnapshot", "snapshots.save", "With `replace`."},
		{"Snapshots", "snapshots.list", ""},
		{"RestoreSnapshot", "snapshots.restore", ""},
		{"DeleteSnapshot", "snapshots.delete", ""},
		{"UndeleteSnapshot", "snapshots.undelete", ""},
		{"Inbox", "messages.list", ""},
		{"MessageDetails", "messages.list", ""},
		{"Clock", "clock.get", ""},
		{"Fail", "faults.add faults.choices", ""},
		{"Faults", "faults.list", ""},
		{"ClearFaults", "faults.clear", ""},
		{"Requests", "requests.list", ""},
		{"FindRequests", "requests.list", ""},
		{"Calls", "requests.list", "`total` of a list for one call."},
		{"Webhooks", "webhooks.endpoints", ""},
		{"Environment", "environment", ""},
		{"URL", "environment", ""},
		{"PublicToken", "environment", ""},
		{"Removed", "events", "The stream of a deleted project ends."},
		{"Client", "", "Only Go has this client; other clients take the variables of `environment`."},
		{"B2B", "", "Only Go has this client; other clients take the variables of `environment`."},
		{"Options", "", "Only Go has this client; other clients take the variables of `environment`."},
		{"Setenv", "", "It sets the variables of `environment` in a Go test."},
		{"Save", "", "Each call of the control API is saved."},
	}},
	{"Server", reflect.TypeFor[*stytchtest.Server](), []way{
		{"NewProject", "projects.create", ""},
		{"AddProject", "projects.create", "The credentials are generated; those of the first project are flags."},
		{"Projects", "projects.list", ""},
		{"ProjectByID", "projects.list", ""},
		{"RemoveProject", "projects.delete", ""},
		{"Snapshot", "snapshot.get", ""},
		{"Restore", "snapshot.put", ""},
		{"Close", "", "A signal ends the program."},
		{"Shutdown", "", "A signal ends the program."},
		{"ServeHTTP", "", "The program serves the calls."},
	}},
	{"Clock", reflect.TypeFor[*stytchtest.Clock](), []way{
		{"Now", "clock.get", ""},
		{"Running", "clock.get", ""},
		{"Advance", "clock.advance", ""},
		{"Stop", "clock.stop", ""},
		{"Run", "clock.run", ""},
		{"Reset", "clock.advance", "`clock.get` says how far; `reset` sets the clock, too."},
	}},
	{"Inbox", reflect.TypeFor[*stytchtest.Inbox](), []way{
		{"WaitFor", "messages.wait", ""},
		{"Messages", "messages.list", ""},
		{"Last", "messages.list", ""},
		{"Delete", "messages.delete", ""},
		{"Clear", "messages.delete", ""},
		{"Restore", "messages.restore", ""},
		{"Arrival", "events", ""},
		{"After", "events", ""},
	}},
	{"Webhooks", reflect.TypeFor[*stytchtest.Webhooks](), []way{
		{"AddEndpoint", "webhooks.add webhooks.types", ""},
		{"Endpoints", "webhooks.endpoints", ""},
		{"UpdateEndpoint", "webhooks.update", ""},
		{"DeleteEndpoint", "webhooks.delete", ""},
		{"RotateSecret", "webhooks.rotate", ""},
		{"Deliveries", "webhooks.deliveries", ""},
		{"WaitFor", "webhooks.wait", ""},
		{"Replay", "webhooks.replay", ""},
		{"ReplayFailed", "webhooks.replay_failed", ""},
	}},
}

// TestWaysIn finds methods of stytchtest that the control API cannot do and that have no
// reason, and operations that no method needs.
func TestWaysIn(t *testing.T) {
	doc := contract(t)
	var out strings.Builder
	fmt.Fprint(&out, "# Go and the control API\n\nWhat a Go test does with `stytchtest`, a test in another language does with the [control API](README.md#control-api).\n"+
		"The names are operation ids of its [description](../../cmd/stytch-emulator/control.yaml).\n")
	used := map[string]bool{"ready": true, "openapi": true, "seed.schema": true} // about the program itself
	project := reflect.TypeFor[*stytchtest.Project]()
	for _, of := range waysIn {
		fmt.Fprintf(&out, "\n## %s\n\n| Method | Control API |\n|---|---|\n", of.name)
		listed := map[string]bool{}
		for _, w := range of.ways {
			if _, ok := of.methods.MethodByName(w.method); !ok || listed[w.method] {
				t.Errorf("%s.%s does not exist, or is in the list twice", of.name, w.method)
			}
			if listed[w.method] = true; w.operations == "" && w.reason == "" {
				t.Errorf("%s.%s has neither an operation nor a reason", of.name, w.method)
			}
			operations := strings.Fields(w.operations)
			for _, operation := range operations {
				if used[operation] = true; findOperation(doc, operation) == nil {
					t.Errorf("%s.%s: control.yaml has no operation %s", of.name, w.method, operation)
				}
			}
			fmt.Fprintf(&out, "| `%s` | %s |\n", w.method, strings.TrimSpace(codes(operations)+" "+w.reason))
		}
		for i := range of.methods.NumMethod() {
			name := of.methods.Method(i).Name
			if _, promoted := project.MethodByName(name); of.name == "Server" && promoted && !listed[name] {
				continue
			}
			if !listed[name] {
				t.Errorf("waysIn lacks %s.%s: enter the operation of control.yaml that does the same, or the reason why there is none", of.name, name)
			}
		}
	}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if !used[operation.OperationID] {
				t.Errorf("no method of waysIn has the operation %s", operation.OperationID)
			}
		}
	}
	const page = "../../docs/emulator/ways.md"
	if *update {
		if err := os.WriteFile(page, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(page); err != nil || string(have) != out.String() {
		t.Errorf("docs/emulator/ways.md is out of date (%v): go test ./cmd/stytch-emulator -run TestWaysIn -update", err)
	}
}
