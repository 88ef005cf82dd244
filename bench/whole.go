package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// firstCalls is a commit with 22 calls, of one-time passcodes and sessions, before the others were added.
const firstCalls = "e84aa66e0fc4890bf0d8b45e23849a768ceb9b74"

// The cases about the whole spec that have goals.
const (
	coldCase   = "generate all files, with types"
	smsCase    = "processor time to build a program that sends one SMS, nothing built before"
	sizeCase   = "binary size of a program that makes one call"
	beforeCase = "otps.authenticate in memory, answer of 1.9 kB"
)

// cold measures gen on a folder without generated files. The packages that the generated code imports are
// built.
func (b *bench) cold(ctx context.Context) ([]figure, error) {
	program, err := b.buildGen(ctx)
	if err != nil {
		return nil, err
	}
	cold, check := series{name: "gen", allocs: notCounted}, series{name: "gen check", allocs: notCounted}
	for round := range 6 {
		folder := filepath.Join(b.temp, fmt.Sprintf("cold-%d", round))
		if err := b.synthetic(folder, 0); err != nil {
			return nil, err
		}
		first, err := b.generate(ctx, program, folder)
		if err != nil {
			return nil, err
		}
		again, err := b.generate(ctx, program, folder, "check")
		if err != nil {
			return nil, err
		}
		if round > 0 { // the first round builds the packages
			cold.ns, check.ns = append(cold.ns, float64(first.total)), append(check.ns, float64(again.total))
		}
	}
	return []figure{beside(coldCase, cold, check)}, nil
}

// smsBuilds compares the builds of a program with the SDK and with a client that another generator makes of
// the same document.
func (b *bench) smsBuilds(ctx context.Context) ([]figure, error) {
	generator, err := b.installOapi(ctx)
	if err != nil {
		b.note("oapi-codegen could not be installed, so builds are not compared: %v", err)
		return nil, nil
	}
	folder := filepath.Join(b.temp, "oapi-program")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("programs", "oapi"))); err != nil {
		return nil, err
	}
	if err := os.Mkdir(filepath.Join(folder, "client"), 0o755); err != nil {
		return nil, err
	}
	if err := b.bundle("consumer"); err != nil {
		return nil, err
	}
	if err := b.oapi(ctx, generator, "consumer", filepath.Join(folder, "client", "client.go")); err != nil {
		return nil, err
	}
	if _, err := b.command(ctx, folder, nil, "go", "mod", "download"); err != nil {
		return nil, err
	}
	ours, theirs := series{name: "SDK", allocs: notCounted}, series{name: "oapi-codegen's client", allocs: notCounted}
	for range 5 {
		for _, s := range []struct {
			*series
			folder, pkg string
		}{{&ours, ".", "./programs/sms"}, {&theirs, folder, "."}} {
			cache := filepath.Join(b.temp, "cache-sms")
			took, err := b.buildIn(ctx, s.folder, s.pkg, b.program("sms"), "GOCACHE="+cache)
			if err != nil {
				return nil, err
			}
			if err := os.RemoveAll(cache); err != nil {
				return nil, err
			}
			s.ns = append(s.ns, float64(took))
		}
	}
	return []figure{beside(smsCase, ours, theirs)}, nil
}

// beforeAndAfter compares programs with the SDK of today and with that of firstCalls.
func (b *bench) beforeAndAfter(ctx context.Context) ([]figure, error) {
	old := filepath.Join(b.temp, "before")
	archive := filepath.Join(b.temp, "before.tar")
	if _, err := b.command(ctx, b.root, nil, "git", "archive", "-o", archive, firstCalls, "go.mod", "stytch", "internal"); err != nil {
		b.note("The commit with 22 calls is not there, so nothing is compared with it: %v", err)
		return nil, nil
	}
	if err := os.Mkdir(old, 0o755); err != nil {
		return nil, err
	}
	if _, err := b.command(ctx, old, nil, "tar", "-xf", archive); err != nil {
		return nil, err
	}
	root, err := filepath.Abs(b.root)
	if err != nil {
		return nil, err
	}
	before, after := series{name: "SDK of 22 calls", allocs: notCounted}, series{name: "SDK", allocs: notCounted}
	programs := map[*series]string{}
	size := map[*series]int64{}
	for s, sdk := range map[*series]string{&before: old, &after: root} {
		folder := filepath.Join(b.temp, "module-"+filepath.Base(sdk))
		if err := os.CopyFS(folder, os.DirFS("programs")); err != nil {
			return nil, err
		}
		module := "module example.com/programs\n\ngo 1.26.0\n\nrequire github.com/stytchgen/sdk v0.0.0\n\nreplace github.com/stytchgen/sdk => " + sdk + "\n"
		if err := os.WriteFile(filepath.Join(folder, "go.mod"), []byte(module), 0o644); err != nil {
			return nil, err
		}
		programs[s] = filepath.Join(folder, "program")
		for _, name := range []string{"sdk", "authenticate"} { // authenticate stays
			if _, err := b.buildIn(ctx, folder, "./"+name, programs[s], "GOFLAGS=-mod=mod"); err != nil {
				return nil, err
			}
			if info, err := os.Stat(programs[s]); err != nil {
				return nil, err
			} else if name == "sdk" {
				size[s] = info.Size()
			}
		}
	}
	response := b.authenticate().response
	for range 41 {
		for _, s := range []*series{&before, &after} {
			cmd := exec.CommandContext(ctx, programs[s])
			cmd.Stdin = strings.NewReader(response)
			output, err := cmd.Output()
			if err != nil {
				return nil, fmt.Errorf("authenticate: %w", err)
			}
			var ns float64
			if _, err := fmt.Sscan(string(output), &ns, &s.allocs); err != nil {
				return nil, fmt.Errorf("authenticate says %q: %w", output, err)
			}
			s.ns = append(s.ns, ns)
		}
	}
	return []figure{
		exact(sizeCase, "SDK", "SDK of 22 calls", sizeInBytes(size[&after]), sizeInBytes(size[&before])),
		beside(beforeCase, after, before),
	}, nil
}
