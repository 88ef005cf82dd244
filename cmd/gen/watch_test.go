package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// buffer is written by the watch and read by the test.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// take returns what was written since it was last called.
func (b *buffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.b.Reset()
	return b.b.String()
}

// watching is a watch under a test: the test says when saving has come to
// rest, and hears when the watch has looked and run. A test that saves while
// the watch looks would show it half a file.
type watching struct {
	root     string
	out      buffer
	looked   chan int
	settling chan struct{}
	rest     chan time.Time
}

func startWatch(t *testing.T, root string) *watching {
	t.Helper()
	w := &watching{root: root, looked: make(chan int), settling: make(chan struct{}, 1000), rest: make(chan time.Time)}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- (&watch{
			command: command{name: "generate", format: formatText},
			root:    root, stdout: &w.out, stderr: &w.out,
			settle: func() <-chan time.Time { w.settling <- struct{}{}; return w.rest },
			looked: func(code int) { w.looked <- code },
		}).until(ctx)
	}()
	t.Cleanup(func() {
		stop()
		for {
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("the watch ended with %v", err)
				}
				return
			case <-w.looked: // a look that the test did not wait for
			}
		}
	})
	return w
}

// next waits for the next run, after something was saved, and wants its code
// and output. The system may tell of one save in several events; each but the
// last may be followed by a rest in which nothing is new.
func (w *watching) next(t *testing.T, code int, want string) {
	t.Helper()
	for {
		select {
		case got := <-w.looked:
			if got == unchanged {
				continue
			}
			if out := w.out.take(); got != code || !strings.Contains(out, want) {
				t.Fatalf("the run ended with %d, want %d and %q:\n%s", got, code, want, out)
			}
			return
		case w.rest <- time.Time{}:
		case <-w.settling:
		}
	}
}

// TestWatch saves files as editors and tools do, and looks what the watch says.
func TestWatch(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	spec := filepath.Join(root, consumerArea)
	good := string(read(t, spec))
	ends := func(what string) string {
		return strings.Replace(good, "summary: Reads a code.", "summary: Reads "+what+".", 1)
	}
	w := startProgram(t, root)
	w.until(t, "gen: watching")

	// A file is written in place.
	write(t, spec, ends("one code"))
	w.until(t, "updated  stytch/codes_gen.go")
	if !strings.Contains(string(read(t, filepath.Join(root, "stytch/codes_gen.go"))), "reads one code") {
		t.Error("the code is not that of the spec")
	}

	// An editor writes another file and renames it; the spec is broken for a while.
	replace(t, spec, strings.Replace(good, "x-retry: safe", "x-retri: safe", 1))
	w.until(t, `did you mean "x-retry"?`)
	replace(t, spec, "a: [")
	w.until(t, "not YAML")
	replace(t, spec, ends("two codes"))
	w.until(t, "updated  stytch/codes_gen.go")

	// A file goes and comes back.
	remove(t, spec)
	w.until(t, "needs the key paths")
	write(t, spec, ends("three codes"))
	w.until(t, "updated  stytch/codes_gen.go")

	// A folder goes and comes back, and is still watched.
	if err := os.Rename(filepath.Join(root, "spec"), filepath.Join(root, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	w.until(t, "no such file")
	if err := os.Rename(filepath.Join(root, "elsewhere"), filepath.Join(root, "spec")); err != nil {
		t.Fatal(err)
	}
	w.until(t, "gen: watching")
	write(t, spec, ends("four codes"))
	w.until(t, "updated  stytch/codes_gen.go")

	// Hand-written code counts; a missing section becomes a stub.
	manual := filepath.Join(root, manualFile)
	code := string(read(t, manual))
	replace(t, manual, strings.Replace(code, "// ENDMANUAL(TwoCodes)", "", 1))
	w.until(t, "MANUAL(TwoCodes) does not end")
	remove(t, manual)
	w.until(t, "stub     stytch/two_codes_manual.go")
	replace(t, manual, code)
	w.until(t, "gen: watching")

	if err := w.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, w.out); err != nil {
		t.Fatal(err)
	}
	if err := w.cmd.Wait(); err != nil {
		t.Errorf("interrupted, it ends with %v", err)
	}
}

// programWatching is the program as people run it, with what it prints.
type programWatching struct {
	cmd *exec.Cmd
	out *bufio.Reader
}

func startProgram(t *testing.T, root string) *programWatching {
	t.Helper()
	cmd := exec.Command(program, "--watch", "-C", root)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return &programWatching{cmd, bufio.NewReader(out)}
}

// until reads what is printed up to a line that has the text, and on to the
// end of that run.
func (w *programWatching) until(t *testing.T, text string) {
	t.Helper()
	var printed strings.Builder
	for found := false; ; {
		line, err := w.out.ReadString('\n')
		printed.WriteString(line)
		if err != nil {
			t.Fatalf("%v, and nothing holds %q:\n%s", err, text, printed.String())
		}
		found = found || strings.Contains(line, text)
		if found && strings.HasPrefix(line, "gen: watching") {
			return
		}
	}
}

// replace saves a file as many editors do.
func replace(t *testing.T, name, data string) {
	t.Helper()
	write(t, name+".swp", data)
	if err := os.Rename(name+".swp", name); err != nil {
		t.Fatal(err)
	}
}

// TestWatchDebounces saves several files, and what is none of the generator's,
// before saving comes to rest: that is one run.
func TestWatchDebounces(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	w := startWatch(t, root)
	<-w.looked
	w.out.take()
	area, b2b := filepath.Join(root, consumerArea), filepath.Join(root, b2bArea)
	write(t, filepath.Join(root, "spec/notes.txt"), "x")
	write(t, filepath.Join(root, "stytch/codes_gen.go~"), "x")
	edit(t, area, "summary: Reads a code.", "summary: Fetches a code.")
	<-w.settling
	edit(t, b2b, "summary: Ends a session", "summary: Stops a session")
	<-w.settling
	w.rest <- time.Time{}
	if code := <-w.looked; code != exitFine {
		t.Fatalf("exit code %d\n%s", code, w.out.take())
	}
	out := w.out.take()
	for _, want := range []string{"updated  stytch/codes_gen.go", "updated  b2b/sessions_gen.go"} {
		if !strings.Contains(out, want) {
			t.Errorf("one run did not do both; %q is missing:\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b[") {
		t.Error("the screen is cleared where there is none")
	}
	// Saving the same bytes again, and resting, is no reason to run.
	write(t, area, string(read(t, area)))
	<-w.settling
	w.rest <- time.Time{}
	if code := <-w.looked; code != unchanged {
		t.Errorf("nothing was new, and it ran:\n%s", w.out.take())
	}
	// Neither is the stub that a run has written.
	manual := filepath.Join(root, manualFile)
	code := string(read(t, manual))
	remove(t, manual)
	w.next(t, exitFine, "stub     stytch/two_codes_manual.go")
	w.rest <- time.Time{}
	if code := <-w.looked; code != unchanged {
		t.Errorf("after its own stub, it ran:\n%s", w.out.take())
	}
	write(t, manual, code)
	edit(t, area, "summary: Fetches a code.", "summary: Gets a code.")
	w.next(t, exitFine, "updated  stytch/codes_gen.go")
}
