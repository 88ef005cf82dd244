package redact

import "testing"

func TestScrubID(t *testing.T) {
	const uuid = "b5f0d6c4-1111-4222-8333-444444444444"
	tests := []struct{ id, want string }{
		{"", ""},
		{"request-id-test-" + uuid, "request-id-test-" + uuid},
		{"request-id-live-" + uuid, "request-id-live-" + uuid},
		{"request-id-test-1", "request-id-[redacted]-1"},
		{"request-id-test-" + uuid + " ", "request-id-[redacted]-" + uuid + " "},
		{"request-id-test-x" + uuid[1:], "request-id-[redacted]-x" + uuid[1:]},
		{"request-id-test-" + uuid[:8] + "0" + uuid[9:], "request-id-[redacted]-" + uuid[:8] + "0" + uuid[9:]},
		{"request-id-test." + uuid, "request-id-[redacted]." + uuid},
		{"request-id-swordfish-" + uuid, "request-id-[redacted]-" + uuid},
		{"session-test-" + uuid, "session-[redacted]-" + uuid},
		{"+15005550006", "[redacted]"},
	}
	scrub := func(text string) string { return Scrub(text, []string{"test", "live", "swordfish"}) }
	for _, tt := range tests {
		if got := ScrubID(tt.id, scrub); got != tt.want {
			t.Errorf("%q became %q, want %q", tt.id, got, tt.want)
		}
	}
}
