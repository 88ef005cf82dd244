package main

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/emulator/supported.md and ways.md")

func TestCoverage(t *testing.T) {
	var out strings.Builder
	if code := run(t.Context(), []string{"coverage"}, &out, os.Stderr); code != exitFine {
		t.Fatalf("exit code %d", code)
	}
	const page = "../../docs/emulator/supported.md"
	if *update {
		if err := os.WriteFile(page, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != out.String() {
		t.Error("docs/emulator/supported.md is out of date: go test ./cmd/stytch-emulator -run TestCoverage -update")
	}
	if !strings.Contains(out.String(), "| `consumer.otps.sms` |  | `login_or_create`, `send` |  |") {
		t.Error("the row of consumer.otps.sms is missing")
	}
	if code := run(t.Context(), []string{"coverage", "now"}, &out, &out); code != exitBad {
		t.Errorf("exit code %d for an argument too many", code)
	}
}
