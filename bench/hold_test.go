package main

import "testing"

func TestWorse(t *testing.T) {
	allocs, opened := 22.0, 32.0
	want := map[string]committed{
		"a call: SDK / floor":                  {Ratio: 2, Allocs: &allocs},
		connectionsCase + ": SDK / floor":      {Ratio: 1, Count: &opened},
		"a call: reflective / floor":           {Ratio: 1},
		"validate: SDK, a send / one regexp":   {Ratio: 0.5, Allocs: &allocs},
		"a figure that is no longer measured:": {},
	}
	call := func(low, extra float64) figure {
		return figure{caseName: "a call", subject: "SDK", base: "floor", ratio: ratio{low + 1, low, low + 2}, allocs: 24 + extra, baseAllocs: 24}
	}
	tests := []struct {
		name   string
		figure figure
		worse  bool
	}{
		{"as committed", call(1.9, 22), false},
		{"within the margins", call(3.9, 25), false},
		{"slower", call(4.1, 22), true},
		{"more allocations", call(1.9, 26), true},
		{"fewer allocations", call(1.9, 2), false},
		{"connections", exact(connectionsCase, "SDK", "floor", count(48, ""), count(1, "")), false},
		{"more connections", exact(connectionsCase, "SDK", "floor", count(49, ""), count(500, "")), true},
		{"a subject of the SDK by its first word", exact("validate", "SDK, a send", "one regexp", nanoseconds(11), nanoseconds(10)), true},
		{"another client", exact("a call", "reflective", "floor", nanoseconds(90), nanoseconds(10)), false},
		{"a new figure", exact("new", "SDK", "floor", nanoseconds(90), nanoseconds(10)), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := chapter{figures: []figure{tt.figure}}.worse(want)
			if (len(got) > 0) != tt.worse {
				t.Errorf("got %q, want worse %v", got, tt.worse)
			}
		})
	}
}

// TestExamples checks the input of the measurements: every call with a passcode is measured, the responses
// have the stated size, and all readers read the same values.
func TestExamples(t *testing.T) {
	calls, err := allCalls()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(typical(calls[0].response)); n < 1900 || n > 2000 {
		t.Errorf("the typical answer has %d bytes, want 1.9 kB", n)
	}
	if n := len(largeUser(calls[0].response)); n < 64<<10 || n > 65<<10 {
		t.Errorf("the large answer has %d bytes, want 64 kB", n)
	}
	if err := sameUsers(typical(calls[0].response)); err != nil {
		t.Error(err)
	}
}
