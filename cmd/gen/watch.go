package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// settleTime is how long nothing may be saved before the next run: editors
// write a file in several steps, and tools write several files.
const settleTime = 80 * time.Millisecond

// unchanged takes the place of an exit code when nothing was run.
const unchanged = -1

// watch runs the command again whenever something that it reads is saved.
type watch struct {
	command
	root           string
	stdout, stderr io.Writer
	// settle returns a channel that receives when nothing has been saved for a moment.
	settle func() <-chan time.Time
	// looked is called when a look at the inputs is over, with the code of the
	// run that followed, or with unchanged.
	looked func(code int)
}

func (w *watch) until(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching: %w", err)
	}
	defer watcher.Close()
	if err := w.add(watcher); err != nil {
		return fmt.Errorf("watching: %w", err)
	}
	seen := w.run()
	var settled <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case event := <-watcher.Events:
			if w.isFolder(event.Name) && event.Has(fsnotify.Create) {
				// A folder that is back has to be watched again.
				if err := w.add(watcher); err != nil {
					return fmt.Errorf("watching: %w", err)
				}
				settled = w.settle()
			} else if w.reads(event.Name) || w.isFolder(event.Name) {
				settled = w.settle()
			}
		case err := <-watcher.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watching: %w", err)
			}
			settled = w.settle() // some saves were missed: look at everything
		case <-settled:
			settled = nil
			if maps.Equal(seen, w.inputs()) {
				w.looked(unchanged)
			} else {
				seen = w.run()
			}
		}
	}
}

// run runs the command once, and returns the inputs that it has seen.
func (w *watch) run() map[string][sha256.Size]byte {
	if isTerminal(w.stdout) {
		fmt.Fprint(w.stdout, "\x1b[H\x1b[2J")
	}
	seen := w.inputs()
	code, err := w.once(w.root, w.stdout, w.stderr)
	if err != nil {
		fmt.Fprintf(w.stderr, "gen: %v\n", err)
	}
	// What the run itself wrote, a stub or the README, is no reason to run again.
	after := w.inputs()
	for _, name := range w.wrote {
		if sum, ok := after[name]; ok {
			seen[name] = sum
		}
	}
	fmt.Fprintln(w.stderr, "gen: watching; Ctrl-C ends it")
	w.looked(code)
	return seen
}

// folders are those whose files the generator reads.
func (w *watch) folders() []string {
	folders := append(model.PackageNames(), spec.Folder)
	for _, api := range load.APIFiles {
		folders = append(folders, path.Join(spec.Folder, load.AreaFolder(api)))
	}
	return folders
}

func (w *watch) add(watcher *fsnotify.Watcher) error {
	if err := watcher.Add(w.root); err != nil {
		return err
	}
	for _, folder := range w.folders() {
		err := watcher.Add(filepath.Join(w.root, folder))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (w *watch) isFolder(name string) bool {
	return slices.Contains(w.folders(), w.relative(name))
}

func (w *watch) relative(name string) string {
	rel, err := filepath.Rel(w.root, name)
	if err != nil {
		return name
	}
	return filepath.ToSlash(rel)
}

// reads reports whether the generator reads a file: what it generates, and what
// editors leave next to a file, is none of these.
func (w *watch) reads(name string) bool {
	folder, file := path.Split(w.relative(name))
	folder = strings.TrimSuffix(folder, "/")
	switch {
	case folder == "":
		return file == "README.md" || file == "go.mod"
	case folder == spec.Folder || path.Dir(folder) == spec.Folder:
		return strings.HasSuffix(file, ".yaml")
	}
	return slices.Contains(w.folders(), folder) && strings.HasSuffix(file, ".go") && !model.HasGeneratedName(file)
}

// inputs returns the hash of each file that the generator reads.
func (w *watch) inputs() map[string][sha256.Size]byte {
	sums := map[string][sha256.Size]byte{}
	for _, folder := range append(w.folders(), ".") {
		entries, _ := os.ReadDir(filepath.Join(w.root, folder)) // the run says what is wrong
		for _, entry := range entries {
			name := filepath.Join(w.root, folder, entry.Name())
			if !w.reads(name) {
				continue
			}
			if data, err := os.ReadFile(name); err == nil {
				sums[w.relative(name)] = sha256.Sum256(data)
			}
		}
	}
	return sums
}
