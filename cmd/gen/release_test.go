package main

import (
	"strings"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/diff/apichange"
)

func TestCheckRelease(t *testing.T) {
	tests := []struct {
		before, version string
		verdict         apichange.Level
		want            string // empty: the version is large enough
	}{
		{"v1.2.3", "v2.0.0", apichange.Major, ""},
		{"v1.2.3", "v1.3.0", apichange.Major, "v1.3.0 is too small: the changes since v1.2.3 are major, so the next version is at least v2.0.0"},
		{"v1.2.3", "v2.0.0-rc.1", apichange.Major, "at least v2.0.0"},
		{"v1.2.3", "v1.3.0", apichange.Minor, ""},
		{"v1.2.3", "v1.2.4", apichange.Minor, "at least v1.3.0"},
		{"v1.2.3", "v1.2.4", apichange.Patch, ""},
		{"v1.2.3", "v1.2.3", apichange.Patch, "v1.2.3 does not follow v1.2.3"},
		{"v1.2.3", "v1.2.2", apichange.Patch, "does not follow"},
		{"v0.1.0", "v0.2.0", apichange.Major, ""},
		{"v0.1.0", "v0.1.1", apichange.Major, "at least v0.2.0"},
		{"v0.1.0", "v0.1.1", apichange.Patch, ""},
	}
	for _, tt := range tests {
		t.Run(tt.before+" to "+tt.version, func(t *testing.T) {
			err := checkRelease(tt.before, tt.version, tt.verdict)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got %v, want no error", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestDiffRelease gives the flag to the command: the tags are real.
func TestDiffRelease(t *testing.T) {
	base := smallModule(t)
	git(t, base, "init", "-q")
	git(t, base, "add", "-A")
	git(t, base, "commit", "-qm", "one")
	git(t, base, "tag", "v0.1.0")
	head := severalEdits.apply(t, base)
	tests := []struct {
		args []string
		code int
		want string
	}{
		{[]string{"v0.1.0", "--release", "v0.1.1"}, exitDiffers, "v0.1.1 is too small"},
		{[]string{"v0.1.0", "--release", "v0.2.0"}, exitFine, ""},
		{[]string{"v0.1.0", "--release", "1.2"}, exitBad, `--release "1.2": want a version, such as v1.3.0`},
		{[]string{"main", "--release", "v0.2.0"}, exitBad, `"main" is not one`},
	}
	for _, tt := range tests {
		code, _, stderr := gen(t, append([]string{"diff", "-C", head}, tt.args...)...)
		if code != tt.code || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: exit code %d and %q, want %d and %q", tt.args, code, stderr, tt.code, tt.want)
		}
	}
}
