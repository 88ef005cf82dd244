package stytch_test

import (
	"testing"

	"github.com/stytchgen/sdk/stytch"
)

func TestCleanCode(t *testing.T) {
	tests := map[string]string{
		"482913": "482913", " 482 913\n": "482913", "482-913": "482913", "482\u2013913": "482913",
		"\u202a482\u00a0913\u202c": "482913", "４８２９１３": "482913", "۴۸۲۹۱۳": "482913", "٤٨٢٩١٣": "482913",
		"48291a": "48291a", "": "", "48.2913": "48.2913",
	}
	for typed, want := range tests {
		if got := stytch.CleanCode(typed); got != want {
			t.Errorf("CleanCode(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestCleanPhoneNumber(t *testing.T) {
	tests := map[string]string{
		"+1 (500) 555-0006": "+15005550006", "+1.500.555.0006": "+15005550006", "＋１５００５５５０００６": "+15005550006",
		"500 555 0006": "5005550006", "+49 (0)30/123": "+4930123", "+44 (0) 20 7946 0958": "+442079460958", "(+44) (0)20": "+4420",
		"+1 (005) 55": "+100555", "(0)30 123": "030123", "+1500abc": "+1500abc",
	}
	for typed, want := range tests {
		if got := stytch.CleanPhoneNumber(typed); got != want {
			t.Errorf("CleanPhoneNumber(%q) = %q, want %q", typed, got, want)
		}
	}
}
