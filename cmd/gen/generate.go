package main

import (
	"fmt"
	"io"
	"time"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/pipeline"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/tree"
)

// once runs the stages and ends as the command says.
func (c *command) once(root string, stdout, stderr io.Writer) (int, error) {
	c.wrote = nil
	opts := pipeline.Options{Root: root}
	if c.name == "dump" {
		opts.Until = map[string]string{"model": "model", "files": "emit"}[c.stage]
	}
	result, err := pipeline.Run(opts)
	if c.verbose {
		for _, s := range result.Stages {
			printStage(stderr, s.Name, s.Did, s.Took)
		}
	}
	if err != nil {
		return exitBad, err
	}
	if err := c.report(result, stdout, stderr); err != nil || result.Failed() {
		return exitBad, err
	}
	switch c.name {
	case "dump":
		return exitFine, c.dump(result, stdout)
	case "check":
		return c.check(result, stdout)
	}
	return exitFine, c.generate(result, stdout, stderr)
}

func printStage(w io.Writer, name, did string, took time.Duration) {
	fmt.Fprintf(w, "%-7s %8s  %s\n", name, took.Round(100*time.Microsecond), did)
}

func (c *command) generate(result *pipeline.Result, stdout, stderr io.Writer) error {
	start := time.Now()
	differences, err := result.Tree.Compare(result.Root)
	if err != nil {
		return err
	}
	if err := result.Tree.Write(result.Root, differences); err != nil {
		return err
	}
	for _, d := range differences {
		c.wrote = append(c.wrote, d.Path)
	}
	if c.verbose {
		printStage(stderr, "write", diag.Count(len(differences), "file"), time.Since(start))
	}
	if c.format == formatJSON {
		return writeJSON(stdout, result, differences)
	}
	for _, d := range differences {
		verb := map[tree.Kind]string{tree.Missing: "new", tree.Stale: "removed", tree.Unwritten: "stub"}[d.Kind]
		if verb == "" {
			verb = "updated"
		}
		fmt.Fprintf(stdout, "%-8s %s\n", verb, d.Path)
	}
	return nil
}

// check prints each difference and its diff.
func (c command) check(result *pipeline.Result, stdout io.Writer) (int, error) {
	differences, err := result.Tree.Compare(result.Root)
	if err != nil {
		return exitBad, err
	}
	code := exitFine
	if len(differences) > 0 {
		code = exitDiffers
	}
	if c.format == formatJSON {
		return code, writeJSON(stdout, result, differences)
	}
	if c.format == formatGitHub {
		if err := annotate(stdout, differences); err != nil {
			return exitBad, err
		}
	}
	if len(differences) == 0 {
		fmt.Fprintf(stdout, "%s as generated\n", diag.Count(len(result.Tree.Files)+len(result.Tree.Regions), "file"))
		return code, nil
	}
	for _, d := range differences {
		fmt.Fprintf(stdout, "%s: %s: %s\n", d.Path, d.Kind, d.Reason)
	}
	for _, d := range differences {
		fmt.Fprintf(stdout, "\n%s", d.Diff)
	}
	fmt.Fprintf(stdout, "\n%s not as generated. Run make gen, which overwrites edits, read the diff, and commit it.\n",
		diag.Count(len(differences), "file"))
	return code, nil
}
