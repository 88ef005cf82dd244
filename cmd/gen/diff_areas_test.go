package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestDiffAreas compares a spec of one file for each API, whose references name
// the shared file, with one of area files. Moving things is no change, and what
// changes is shown in the file that has it.
func TestDiffAreas(t *testing.T) {
	t.Parallel()
	base, head := smallModule(t), smallModule(t)
	for _, file := range []string{consumer, b2bSpec} {
		name := filepath.Join(base, file)
		write(t, name, strings.NewReplacer(
			"'#/components/schemas/Code'", "'shared.yaml#/components/schemas/Code'",
			"'#/components/schemas/PhoneNumber'", "'shared.yaml#/components/schemas/PhoneNumber'",
			"'#/components/responses/Error'", "'shared.yaml#/components/responses/Error'").Replace(string(read(t, name))))
	}
	moveArea(t, head, consumer, consumerArea)
	area := filepath.Join(head, consumerArea)
	for _, sides := range [][]string{{base, head}, {head, base}} {
		if code, stdout, stderr := gen(t, "diff", sides[0], sides[1]); code != exitFine || !strings.Contains(stdout, "nothing that applications can see") {
			t.Errorf("exit code %d: %s%s", code, stdout, stderr)
		}
	}
	edit(t, area, "summary: Reads a code.", "summary: Fetches a code.")
	edit(t, area, "maximum: 10", "maximum: 8")
	_, stdout, stderr := gen(t, "diff", base, head)
	for _, want := range []string{
		"spec/consumer/codes.yaml:27: consumer.codes.send: the request field `expiration_minutes` has the maximum `8` instead of `10`",
		"spec/consumer/codes.yaml:124: documentation: descriptions or examples changed: consumer.codes.get",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing:\n%s%s", want, stdout, stderr)
		}
	}
}
