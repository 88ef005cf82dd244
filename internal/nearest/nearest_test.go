package nearest

import "testing"

func TestName(t *testing.T) {
	names := []string{"x-retry", "x-errors", "minimum", "maximum", "user_id"}
	tests := map[string]string{
		"x-retri": "x-retry", "minimun": "minimum", "mniimum": "minimum", "User_ID": "user_id",
		"zzzzzz": "", "": "", "completely_different": "",
	}
	for name, want := range tests {
		if got := Name(name, names); got != want {
			t.Errorf("Name(%q) = %q, want %q", name, got, want)
		}
	}
}
