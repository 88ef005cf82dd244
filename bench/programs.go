package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/wiretest"
)

// The programs that are built: one that makes no call, and three that make one call.
var programs = []string{"hello", "bare", "reflective", "sdk"}

// builds compares programs that make one call with one that makes none: the size, and the processor
// time of the build.
func (b *bench) builds(ctx context.Context) ([]figure, error) {
	size := map[string]int64{}
	sdk, reflective := series{name: "SDK", allocs: notCounted}, series{name: "reflective", allocs: notCounted}
	for range 3 { // single builds differ by a fifth
		took := map[string]float64{}
		for _, name := range programs {
			cache := filepath.Join(b.temp, "cache-"+name)
			empty, err := b.build(ctx, name, "GOCACHE="+cache)
			if err != nil {
				return nil, err
			}
			took[name] = float64(empty)
			if err := os.RemoveAll(cache); err != nil {
				return nil, err
			}
			info, err := os.Stat(b.program(name))
			if err != nil {
				return nil, err
			}
			size[name] = info.Size()
		}
		sdk.ns = append(sdk.ns, took["sdk"]-took["hello"])
		reflective.ns = append(reflective.ns, took["reflective"]-took["hello"])
	}
	added := func(name string) quantity { return sizeInBytes(size[name] - size["hello"]) }
	b.note("A program that makes no call has %v.", sizeInBytes(size["hello"]))
	list := []figure{
		exact("binary size that one call adds", "SDK", "reflective", added("sdk"), added("reflective")),
		exact("binary size that one call adds", "bare net/http", "reflective", added("bare"), added("reflective")),
		beside("build time that one call adds, nothing built before", sdk, reflective),
	}
	first, err := b.firstBuilds(ctx)
	return append(list, first...), err
}

// firstBuilds measures the first build with a compiled standard library, and later builds.
func (b *bench) firstBuilds(ctx context.Context) ([]figure, error) {
	cache := "GOCACHE=" + filepath.Join(b.temp, "cache-std")
	if _, err := b.command(ctx, ".", []string{cache}, "go", "build", "std"); err != nil {
		return nil, err
	}
	first := map[string]time.Duration{}
	for _, name := range []string{"reflective", "sdk"} {
		took, err := b.build(ctx, name, cache)
		if err != nil {
			return nil, err
		}
		first[name] = took
	}
	again, err := b.buildAgain(ctx, cache)
	return append([]figure{
		exact("the first build, standard library ready", "SDK", "reflective", duration(first["sdk"]), duration(first["reflective"])),
	}, again...), err
}

// buildAgain measures builds after a change of the program.
func (b *bench) buildAgain(ctx context.Context, cache string) ([]figure, error) {
	names := []series{{name: "reflective", allocs: notCounted}, {name: "SDK", allocs: notCounted}}
	for round := range 9 {
		for i := range names {
			took, err := b.build(ctx, strings.ToLower(names[i].name), cache, "-ldflags", fmt.Sprintf("-X main.round=%d", round))
			if err != nil {
				return nil, err
			}
			names[i].ns = append(names[i].ns, float64(took))
		}
	}
	return []figure{beside("each build after that", names[1], names[0])}, nil
}

func (b *bench) program(name string) string { return filepath.Join(b.temp, "program-"+name) }

// build builds a program and returns the processor time. Unlike the elapsed time, it does not depend
// on other programs on the machine.
func (b *bench) build(ctx context.Context, name, cache string, flags ...string) (time.Duration, error) {
	return b.buildIn(ctx, ".", "./programs/"+name, b.program(name), cache, flags...)
}

// buildIn builds a package of a module in a folder.
func (b *bench) buildIn(ctx context.Context, folder, pkg, program, cache string, flags ...string) (time.Duration, error) {
	args := append(append([]string{"build", "-buildvcs=false"}, flags...), "-o", program, pkg)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), cache)
	if output, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, output)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// coldCalls measures whole runs of programs that make one call over TLS: the cost of a first call, from
// the start of the process.
func (b *bench) coldCalls(ctx context.Context) ([]figure, error) {
	s, err := b.serve(b.authenticate().response, true)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	env := append(os.Environ(), "STYTCH_BASE_URL="+s.URL,
		"STYTCH_PROJECT_ID="+wiretest.ProjectID, "STYTCH_SECRET="+wiretest.Secret)
	var subjects []subject
	for _, p := range []struct{ name, program string }{{"floor", "bare"}, {"SDK", "sdk"}, {"reflective", "reflective"}} {
		if _, err := b.command(ctx, ".", nil, "go", "build", "-buildvcs=false", "-o", b.program(p.program), "./programs/"+p.program); err != nil {
			return nil, err
		}
		subjects = append(subjects, subject{name: p.name, run: each(func() error {
			cmd := exec.CommandContext(ctx, b.program(p.program))
			cmd.Env = env
			if output, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("%w\n%s", err, output)
			}
			return nil
		})})
	}
	return b.compare("a process that makes one call", b.effort, subjects...)
}
