package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/pipeline"
)

// dump prints what the stage made.
func (c command) dump(result *pipeline.Result, stdout io.Writer) error {
	if c.stage == "files" {
		files := maps.Clone(result.Tree.Files)
		for name, region := range result.Tree.Regions {
			files[name] = region.Want
		}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(stdout, "%x  %7d  %s\n", sha256.Sum256(files[name]), len(files[name]), name)
		}
		return nil
	}
	return diag.JSON(stdout, result.Model)
}
