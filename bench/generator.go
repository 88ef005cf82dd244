package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/spec"
)

const oapiCodegen = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2"

// buildGen builds the generator and returns the program's path.
func (b *bench) buildGen(ctx context.Context) (string, error) {
	program := filepath.Join(b.temp, "gen")
	_, err := b.command(ctx, b.root, nil, "go", "build", "-buildvcs=false", "-o", program, "./cmd/gen")
	return program, err
}

// command runs a program in a folder and returns its standard error.
func (b *bench) command(ctx context.Context, folder string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	var output, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, output.String(), stderr.String())
	}
	return stderr.String(), nil
}

// stages reads the time of each stage from the output of gen -v.
func stages(output string) (map[string]time.Duration, error) {
	took := map[string]time.Duration{}
	for line := range strings.Lines(output) {
		if fields := strings.Fields(line); len(fields) > 1 {
			d, err := time.ParseDuration(fields[1])
			if err != nil {
				return nil, fmt.Errorf("gen -v says %q: want a stage and its time", line)
			}
			took[fields[0]] = d
		}
	}
	return took, nil
}

var stageNames = []string{"load", "lint", "model", "emit", "verify", "write"}

// A generation is one run of the generator.
type generation struct {
	total  time.Duration
	stages map[string]time.Duration
}

func (b *bench) generate(ctx context.Context, program, folder string, args ...string) (g generation, err error) {
	start := time.Now()
	output, err := b.command(ctx, folder, nil, program, append(args, "-v")...)
	if err != nil {
		return g, err
	}
	g.total = time.Since(start)
	g.stages, err = stages(output)
	return g, err
}

// growth measures how the time of the generator grows with the spec.
func (b *bench) growth(ctx context.Context) ([]figure, error) {
	program, err := b.buildGen(ctx)
	if err != nil {
		return nil, err
	}
	sizes := []int{200, 400, 800, 1600} // calls
	folders := map[int]string{}
	for _, n := range sizes {
		folders[n] = filepath.Join(b.temp, fmt.Sprintf("calls-%d", n))
		if err := b.synthetic(folders[n], n); err != nil {
			return nil, err
		}
	}
	const rounds = 3
	runs := map[int][]generation{}
	for round := range rounds + 1 {
		for _, n := range sizes {
			g, err := b.generate(ctx, program, folders[n])
			if err != nil {
				return nil, fmt.Errorf("%d calls: %w", n, err)
			}
			if round > 0 { // the first round writes all files, and the others write none
				runs[n] = append(runs[n], g)
			}
		}
	}
	var list []figure
	for i, n := range sizes[1:] {
		half := sizes[i]
		quotients := make([]float64, rounds)
		for round := range rounds {
			quotients[round] = float64(runs[n][round].total) / float64(runs[half][round].total)
		}
		name := fmt.Sprintf("generate %d calls", n)
		list = append(list, figure{
			caseName: name, subject: "gen", base: fmt.Sprintf("%d calls", half), ratio: summarize(quotients),
			value: medianTime(runs[n], total), baseValue: medianTime(runs[half], total), allocs: notCounted, baseAllocs: notCounted,
		})
	}
	for _, n := range sizes {
		b.note("Stages of %d calls: %s.", n, stageTimes(runs[n]))
	}
	return list, nil
}

func total(g generation) time.Duration { return g.total }

func medianTime(runs []generation, of func(generation) time.Duration) quantity {
	var times []float64
	for _, g := range runs {
		times = append(times, float64(of(g)))
	}
	slices.Sort(times)
	return nanoseconds(median(times))
}

// stageTimes lists the median time of each stage.
func stageTimes(runs []generation) string {
	var list []string
	for _, name := range stageNames {
		if _, ran := runs[0].stages[name]; ran {
			list = append(list, name+" "+medianTime(runs, func(g generation) time.Duration { return g.stages[name] }).String())
		}
	}
	return strings.Join(list, ", ")
}

// synthetic copies the SDK without its generated files, and adds n calls to its spec, ten to an area.
// They are copies of one call.
func (b *bench) synthetic(folder string, n int) error {
	for _, name := range []string{"internal", "stytch", "b2b", "stytchtest", "spec", "go.mod", "go.sum", "README.md"} {
		if err := copySources(filepath.Join(b.root, name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(filepath.Join(folder, "spec", "consumer", "otps.yaml"))
	if err != nil {
		return err
	}
	text := string(data)
	const path, operation, tag = "  /v1/otps/sms/send:\n", "operationId: otps.sms.send\n", "tags: [otps.sms]\n"
	_, block, found := strings.Cut(text, path)
	block, _, ends := strings.Cut(block, "\n  /v1/")
	if !found || !ends || !strings.Contains(block, operation) || !strings.Contains(block, tag) {
		return errors.New("the spec has no otps.sms.send to copy")
	}
	for first := 0; first < n; first += 10 {
		area := fmt.Sprintf("area%d", first/10)
		var file strings.Builder
		fmt.Fprintf(&file, "tags:\n  - name: %s\n    description: Sends codes for the area %d.\npaths:\n", area, first/10)
		for i := range min(10, n-first) {
			copied := strings.Replace(block, operation, fmt.Sprintf("operationId: %s.send%d\n", area, i), 1)
			copied = strings.Replace(copied, tag, "tags: ["+area+"]\n", 1)
			fmt.Fprintf(&file, "  /v1/%s/send%d:\n%s\n", area, i, copied)
		}
		if err := os.WriteFile(filepath.Join(folder, "spec", "consumer", area+".yaml"), []byte(file.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// copySources copies a file or folder without generated files.
func copySources(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.Contains(entry.Name(), "_gen") {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
}

// otherGenerator compares gen check with oapi-codegen, which generates a client from the same
// documents. gen's stage that checks types is left out, because oapi-codegen has none.
func (b *bench) otherGenerator(ctx context.Context) ([]figure, error) {
	program, err := b.buildGen(ctx)
	if err != nil {
		return nil, err
	}
	other, err := b.installOapi(ctx)
	if err != nil {
		b.note("oapi-codegen could not be installed, so gen check is not compared with it: %v", err)
		return nil, nil
	}
	documents := []string{"consumer", "b2b"}
	for _, name := range documents {
		if err := b.bundle(name); err != nil {
			return nil, err
		}
	}
	const rounds = 9
	var ours, theirs []generation
	quotients := make([]float64, rounds)
	for round := range rounds {
		g, err := b.generate(ctx, program, b.root, "check")
		if err != nil {
			return nil, err
		}
		g.total -= g.stages["verify"]
		ours = append(ours, g)
		start := time.Now()
		for _, name := range documents {
			if err := b.oapi(ctx, other, name, filepath.Join(b.temp, name+".go")); err != nil {
				return nil, err
			}
		}
		theirs = append(theirs, generation{total: time.Since(start)})
		quotients[round] = float64(g.total) / float64(theirs[round].total)
	}
	b.note("Stages of gen check: %s.", stageTimes(ours))
	return []figure{{
		caseName: "the whole spec", subject: "gen check without types", base: "oapi-codegen, types and client",
		ratio: summarize(quotients), value: medianTime(ours, total), baseValue: medianTime(theirs, total),
		allocs: notCounted, baseAllocs: notCounted,
	}}, nil
}

// installOapi installs oapi-codegen and returns its path.
func (b *bench) installOapi(ctx context.Context) (string, error) {
	bin := filepath.Join(b.temp, "bin")
	_, err := b.command(ctx, b.temp, []string{"GOBIN=" + bin, "GOFLAGS=-mod=mod"}, "go", "install", oapiCodegen)
	return filepath.Join(bin, "oapi-codegen"), err
}

// oapi has oapi-codegen generate the types and the client of a bundled document. The spec has a parameter and
// a schema of the same name, which it does not rename by default.
func (b *bench) oapi(ctx context.Context, program, name, out string) error {
	config := filepath.Join(b.temp, name+".config")
	text := "package: client\ngenerate: {models: true, client: true}\noutput-options: {resolve-type-name-collisions: true}\noutput: " + out + "\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return err
	}
	_, err := b.command(ctx, b.temp, nil, program, "-config", config, filepath.Join(b.temp, name))
	return err
}

// bundle writes a document of the spec that contains its shared components: oapi-codegen
// treats references to other files as references to other packages.
func (b *bench) bundle(api string) error {
	document, err := spec.Document(api)
	if err != nil {
		return err
	}
	data, err := yaml.Marshal(document)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.temp, api), data, 0o644)
}
