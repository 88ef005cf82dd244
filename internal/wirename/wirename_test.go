package wirename

import "testing"

func TestTime(t *testing.T) {
	for name, want := range map[string]bool{"created_at": true, "lastSeenAt": true, "at": false, "format": false, "": false} {
		if got := Time(name); got != want {
			t.Errorf("Time(%q) is %v", name, got)
		}
	}
}

func TestSensitive(t *testing.T) {
	for name, want := range map[string]bool{
		"session_token":              true,
		"X-Stytch-Member-Session":    true,
		"X-Stytch-Member-SessionJWT": true,
		"refreshToken":               true,
		"JWT":                        true,
		"code":                       true,
		"recovery_codes":             true,
		"mfa_phone_number":           true,
		"email":                      true,
		"trusted_metadata":           true,
		"status_code":                false,
		"countryCode":                false,
		"pkce_code_challenge":        false,
		"token_type":                 false,
		"encode":                     false,
		"session_id":                 false,
		"email_id":                   false,
		"":                           false,
		"token\u00e9":                false,
	} {
		if got := Sensitive(name); got != want {
			t.Errorf("Sensitive(%q) is %v", name, got)
		}
	}
}
