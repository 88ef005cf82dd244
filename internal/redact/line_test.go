package redact

import (
	"strings"
	"testing"
)

func TestLine(t *testing.T) {
	const secret = "swordfish"
	long := strings.Repeat("x ", maxScrubbed)
	tests := []struct {
		name, text, want string
	}{
		{"short", "a swordfish\nand\x00more", "a [redacted] and more"},
		{"at the limit", strings.Repeat("x", maxLine), strings.Repeat("x", maxLine)},
		{"over the limit", strings.Repeat("x", maxLine+1), strings.Repeat("x", maxLine) + "..."},
		{"within a letter", strings.Repeat("x", maxLine-1) + "é", strings.Repeat("x", maxLine-1) + "..."},
		{"long", "a swordfish " + long, "a [redacted] " + long[:maxLine-13] + "..."},
		{"secrets up to the cut", strings.Repeat("swordfish", maxScrubbed/9) + "swordfish" + long,
			Mark + long[:maxLine-len(Mark)] + "..."},
		{"secret at the cut", strings.Repeat("swordfish ", maxScrubbed/10) + "swordfish" + long,
			strings.Repeat(Mark+" ", 50)[:maxLine] + "..."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Line(tt.text, []string{secret}); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLineWithLongSecret has a secret that is longer than what is searched of other texts.
func TestLineWithLongSecret(t *testing.T) {
	secret := strings.Repeat("+é", maxScrubbed)
	for _, form := range forms(secret) {
		if got, want := Line("a "+form+strings.Repeat(" x", 10*maxScrubbed), []string{secret}), "a "+Mark+" x"; !strings.HasPrefix(got, want) {
			t.Errorf("got %.40q, want %q", got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{"no address: 10.5 or 1:2", "no address: 10.5 or 1:2"},
		{"dial tcp 192.0.2.7:443: connection refused", "dial tcp [address]: connection refused"},
		{"read tcp 192.0.2.7:1->[2001:db8::1]:80: reset", "read tcp [address]->[address]: reset"},
		{"lookup a.example on [::1]:53: (192.0.2.7), ::1.", "lookup a.example on [address]: ([address]), [address]."},
	}
	for _, tt := range tests {
		if got := Addresses(tt.text); got != tt.want {
			t.Errorf("%q became %q, want %q", tt.text, got, tt.want)
		}
	}
}
