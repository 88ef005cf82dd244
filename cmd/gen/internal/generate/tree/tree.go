// Package tree is the set of generated files: it is compared with the files on disk, and written. What is
// no longer generated is removed.
package tree

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/disk"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// Tree is what the generator makes.
type Tree struct {
	// Files are wholly generated, by path from the root, with slashes.
	Files map[string][]byte
	// Regions are files of a person with a generated part between markers.
	Regions map[string]Region
	// Stubs are written once, where no file is, and are hand-written code from then on.
	Stubs map[string][]byte
	// Inputs are the files that the rest is made from; the sum file records
	// their hashes.
	Inputs map[string][]byte
	// Folders are where generated files may lie that are no longer wanted.
	Folders []string
}

// Region is a file of a person as it was read, and as it should be.
type Region struct {
	Read, Want []byte
}

// SumFile records the hash of every input, so that a check can tell a spec that
// is newer from a generated file that was edited. A name and its hash are two
// lines: between the hashes of two inputs is a line that stays, so that git merges
// branches that changed one input each.
const SumFile = "gen.sum"

// headers are how a generated file begins.
var headers = [][]byte{
	[]byte("// " + model.Generated + "\n"),
	[]byte("<!-- " + model.Generated + " -->\n"),
	[]byte("# " + model.Generated + "\n"),
}

// Generated reports whether a file's content says that it is generated.
func Generated(data []byte) bool {
	data = withoutCR(data)
	return slices.ContainsFunc(headers, func(h []byte) bool { return bytes.HasPrefix(data, h) })
}

// Kind tells how a file on disk differs from the generated one.
type Kind string

// The kinds of differences.
const (
	// Missing files are generated but not there.
	Missing Kind = "missing"
	// Outdated files are made from inputs that have changed since.
	Outdated Kind = "out of date"
	// Edited files are made from these inputs, and were changed after that.
	Edited Kind = "edited by hand"
	// Conflicted files have an unresolved merge conflict.
	Conflicted Kind = "in conflict"
	// Stale files carry the header but are no longer generated.
	Stale Kind = "stale"
	// Unwritten MANUAL() sections are declared, and no file has them.
	Unwritten Kind = "not written"
)

// Difference is one file that is not as it is generated.
type Difference struct {
	Path string
	Kind Kind
	// Reason says more in a sentence.
	Reason string
	// Diff is a unified diff from the disk to the generated file.
	Diff string

	change disk.Change
}

// OccupiedError says that files which are not generated are where
// generated ones belong.
type OccupiedError struct {
	Paths []string
}

func (e *OccupiedError) Error() string {
	return fmt.Sprintf("%s: not a generated file, so it is not overwritten; move it away, or remove it if gen made it", strings.Join(e.Paths, ", "))
}

// complete adds the sum file.
func (t *Tree) complete() map[string][]byte {
	files := maps.Clone(t.Files)
	var b bytes.Buffer
	b.Write(headers[2])
	for _, name := range slices.Sorted(maps.Keys(t.Inputs)) {
		fmt.Fprintf(&b, "%s\n  %s\n", name, hash(withoutCR(t.Inputs[name])))
	}
	files[SumFile] = b.Bytes()
	return files
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// withoutCR is a text with the line ends that are generated. A work tree can have
// others, which make no difference.
func withoutCR(data []byte) []byte { return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) }

// readSums reads a sum file. A damaged one reads as far as it makes sense.
func readSums(data []byte) map[string]string {
	sums := map[string]string{}
	name := ""
	for line := range strings.Lines(string(data)) {
		if sum, isSum := strings.CutPrefix(line, "  "); isSum && name != "" {
			sums[name] = strings.TrimSpace(sum)
		}
		name = strings.TrimSpace(line)
	}
	return sums
}

// Compare returns how the files under root differ from the tree, by path.
func (t *Tree) Compare(root string) ([]Difference, error) {
	opened, err := disk.Open(root)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	c := comparison{tree: t, disk: opened}
	sums, err := c.disk.Read(SumFile)
	if err != nil {
		return nil, err
	}
	c.sums = readSums(sums)
	want := t.complete()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if err := c.file(name, want[name]); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Regions)) {
		if err := c.region(name, t.Regions[name]); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Stubs)) {
		c.add(Difference{Path: name, Kind: Unwritten, Reason: "the spec declares a MANUAL() section that no file has"}, nil, t.Stubs[name])
	}
	if err := c.stale(want); err != nil {
		return nil, err
	}
	if len(c.occupied) > 0 {
		return nil, &OccupiedError{c.occupied}
	}
	return c.found, nil
}

// Write makes the files under root what the differences say, as disk.Write does. If it is stopped, the next
// run finishes. So stubs come last, because gen refuses to run while there is one. The sums come before
// them: until they are written, check says that the other files are out of date.
func (t *Tree) Write(root string, differences []Difference) error {
	turn := func(d Difference) int {
		switch {
		case d.Kind == Unwritten:
			return 2
		case d.Path == SumFile:
			return 1
		}
		return 0
	}
	ordered := slices.Clone(differences)
	slices.SortStableFunc(ordered, func(a, b Difference) int { return cmp.Compare(turn(a), turn(b)) })
	var changes []disk.Change
	for _, d := range ordered {
		changes = append(changes, d.change)
	}
	folders := slices.Clone(t.Folders)
	for name := range t.complete() {
		folders = append(folders, path.Dir(name))
	}
	return disk.Write(root, folders, changes)
}

type comparison struct {
	tree     *Tree
	disk     disk.Folder
	sums     map[string]string
	found    []Difference
	occupied []string
}

func (c *comparison) add(d Difference, have, want []byte) {
	d.change = disk.Change{Path: d.Path, Before: have, After: want}
	from, to := "a/"+d.Path, "b/"+d.Path
	if have == nil {
		from = "/dev/null"
	}
	if want == nil {
		to = "/dev/null"
	}
	d.Diff = udiff.Unified(from, to, string(withoutCR(have)), string(withoutCR(want)))
	c.found = append(c.found, d)
}

func (c *comparison) file(name string, want []byte) error {
	have, err := c.disk.Read(name)
	switch line := diag.Conflict(have); {
	case err != nil:
		return err
	case have == nil:
		c.add(Difference{Path: name, Kind: Missing, Reason: "the file is generated but not there"}, nil, want)
	case bytes.Equal(withoutCR(have), want):
	case line > 0 && bytes.Contains(have, []byte(model.Generated)): // the mark can be below a conflict
		c.add(Difference{Path: name, Kind: Conflicted, Reason: fmt.Sprintf("line %d begins a merge conflict; gen makes the file again", line)}, have, want)
	case !Generated(have) && name != SumFile:
		c.occupied = append(c.occupied, name)
	default:
		d := Difference{Path: name}
		d.Kind, d.Reason = c.why(name)
		c.add(d, have, want)
	}
	return nil
}

// why says why a generated file differs.
func (c *comparison) why(name string) (Kind, string) {
	var changed []string
	sums := maps.Clone(c.sums)
	for input, data := range c.tree.Inputs {
		if sums[input] != hash(withoutCR(data)) {
			changed = append(changed, input)
		}
		delete(sums, input)
	}
	changed = slices.AppendSeq(changed, maps.Keys(sums)) // those that are gone
	slices.Sort(changed)
	switch {
	case name == SumFile && len(c.sums) == 0:
		return Outdated, "it does not say what the generated files are made from"
	case len(c.sums) == 0:
		return Outdated, SumFile + " does not say what it is made from"
	case len(changed) > 0:
		return Outdated, strings.Join(changed, ", ") + " changed since it was generated"
	}
	return Edited, "the spec and the templates have not changed, so the file was edited, or the code of the generator was; edit the spec or a template instead, or write a MANUAL() section"
}

func (c *comparison) region(name string, region Region) error {
	have, err := c.disk.Read(name)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(have, region.Read):
		return fmt.Errorf("%s: changed while the generator ran; run it again", name)
	case !bytes.Equal(withoutCR(have), withoutCR(region.Want)):
		c.add(Difference{Path: name, Kind: Outdated, Reason: "the generated part between the markers differs"}, have, region.Want)
	}
	return nil
}

// ours reports whether a file has a name that the generator gives. A copy that
// a person keeps under another name is left alone.
func ours(name string) bool {
	return model.HasGeneratedName(name) || strings.HasSuffix(name, ".md")
}

// stale finds generated files in the tree's folders that nothing generates.
func (c *comparison) stale(want map[string][]byte) error {
	for _, folder := range c.tree.Folders {
		entries, err := fs.ReadDir(c.disk.FS(), folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, entry := range entries {
			name := path.Join(folder, entry.Name())
			if want[name] != nil || !entry.Type().IsRegular() || !ours(name) {
				continue
			}
			have, err := c.disk.Read(name)
			if err != nil {
				return err
			}
			if Generated(have) {
				c.add(Difference{Path: name, Kind: Stale, Reason: "nothing in the spec makes this file now"}, have, nil)
			}
		}
	}
	return nil
}
