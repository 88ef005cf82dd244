package main

import (
	"fmt"
	"io"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// explain prints the entry of a code, or says which one may be meant.
func explain(id string, stdout io.Writer) error {
	if code := codes.Lookup(id); code != nil {
		_, err := io.WriteString(stdout, code.Text())
		return err
	}
	var ids []string
	for _, code := range codes.All() {
		ids = append(ids, code.ID)
	}
	hint := diag.DidYouMean(id, ids)
	if hint == "" {
		hint = "docs/findings.md lists them all"
	}
	return fmt.Errorf("%q is not the code of a finding; %s", id, hint)
}
