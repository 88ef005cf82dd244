package main

import (
	"os/exec"
	"strings"
	"testing"
)

// goTest runs tests of a copy and wants them to run and pass.
func goTest(t *testing.T, root string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"test", "-trimpath"}, args...)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestCodesVoiceService_Send") {
		t.Errorf("go test %v: %v\n%s", args, err, out)
	}
}
