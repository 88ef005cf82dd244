package revision

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// git runs git in the module's root.
type git struct {
	ctx         context.Context
	dir         string
	environment []string
}

// newGit returns git for the repository that holds a folder. For a hook, git
// sets variables such as GIT_DIR: they name the repository of the hook, which
// can be another one, and they change how paths are read. So they are left
// out, unless the repository is found only with them.
func newGit(ctx context.Context, dir string) git {
	g := git{ctx, dir, os.Environ()}
	names, err := g.output("rev-parse", "--local-env-vars")
	if err != nil {
		return g // the next command says why
	}
	local := strings.Fields(names)
	found := git{ctx, dir, slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		isSetting := strings.HasPrefix(name, "GIT_CONFIG") // such as safe.directory
		return slices.Contains(local, name) && !isSetting
	})}
	if _, err := found.output("rev-parse", "--git-dir"); err != nil {
		return g
	}
	return found
}

func (g git) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(g.ctx, "git", args...)
	cmd.Dir = g.dir
	cmd.Env = append(slices.Clip(g.environment), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	return cmd
}

// output returns what git prints, without the last line end.
func (g git) output(args ...string) (string, error) {
	cmd := g.command(args...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("git is not installed; compare folders instead")
	}
	if err != nil {
		if g.ctx.Err() != nil {
			return "", g.ctx.Err()
		}
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(failure.String()))
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

// commit returns the hash of a revision.
func (g git) commit(name string) (string, error) {
	if _, err := g.output("rev-parse", "--git-dir"); err != nil {
		if _, missing := exec.LookPath("git"); missing != nil {
			return "", err
		}
		return "", fmt.Errorf("%q is no folder, and no revision either: %w", name, err)
	}
	// The name does not begin with a dash, and --verify takes exactly one
	// object, so none of it is read as an option.
	hash, err := g.output("rev-parse", "--verify", "--quiet", name+"^{commit}")
	if err == nil {
		return hash, nil
	}
	if g.ctx.Err() != nil {
		return "", g.ctx.Err()
	}
	if shallow, _ := g.output("rev-parse", "--is-shallow-repository"); shallow == "true" {
		return "", fmt.Errorf("unknown revision %q; this clone is shallow, so fetch it first: git fetch --unshallow (in CI: fetch-depth: 0)", name)
	}
	return "", fmt.Errorf("unknown revision %q: neither a folder nor a branch, tag or commit of this repository", name)
}

// extract puts the files of a commit into a temporary folder: those of the
// module, byte by byte as they are committed.
func (g git) extract(name, commit string) (r *Revision, err error) {
	root, err := os.MkdirTemp("", "gen-diff-")
	if err != nil {
		return nil, err
	}
	r = &Revision{Name: name, Commit: commit, Root: root, temporary: true}
	if !strings.HasPrefix(commit, name) || len(name) < 7 {
		r.Name += " (" + commit[:min(len(commit), 10)] + ")"
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
			r = nil
		}
	}()
	// ls-tree in a folder lists what is below it, and -r leaves trees out.
	listing, err := g.output("ls-tree", "-r", "-z", commit)
	if err != nil {
		return r, err
	}
	if err := g.copyBlobs(root, blobs(listing)); err != nil {
		return r, err
	}
	return r, r.check()
}

// blob is a regular file of a commit.
type blob struct {
	hash, path string
}

// blobs reads the listing of ls-tree: mode, type, hash, tab, path. Links and
// submodules are left out: nothing that is compared is one.
func blobs(listing string) []blob {
	var all []blob
	for entry := range strings.SplitSeq(listing, "\x00") {
		head, path, ok := strings.Cut(entry, "\t")
		fields := strings.Fields(head)
		if ok && len(fields) == 3 && fields[1] == "blob" && fields[0] != "120000" {
			all = append(all, blob{fields[2], path})
		}
	}
	return all
}

// copyBlobs writes blobs below a folder, with one process for all. Unlike an
// archive of git, it honours no attribute that leaves files out or edits them.
func (g git) copyBlobs(folder string, files []blob) error {
	root, err := os.OpenRoot(folder) // no path of a commit leads out of it
	if err != nil {
		return err
	}
	defer root.Close()
	cmd := g.command("cat-file", "--batch")
	var request strings.Builder
	for _, f := range files {
		request.WriteString(f.hash + "\n")
	}
	cmd.Stdin = strings.NewReader(request.String())
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	answers := bufio.NewReader(out)
	for _, f := range files {
		if err = copyBlob(root, f, answers); err != nil {
			break
		}
	}
	if err != nil {
		_ = cmd.Process.Kill()
	}
	if waitErr := cmd.Wait(); err == nil && waitErr != nil {
		err = fmt.Errorf("git cat-file: %w", waitErr)
	}
	if g.ctx.Err() != nil {
		return g.ctx.Err()
	}
	return err
}

// copyBlob reads one answer of cat-file: "hash type size", the bytes, a line
// end.
func copyBlob(root *os.Root, f blob, answers *bufio.Reader) error {
	head, err := answers.ReadString('\n')
	if err != nil {
		return fmt.Errorf("git cat-file: %s: %w", f.path, err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 {
		return fmt.Errorf("git cat-file: %s: %s", f.path, strings.TrimSpace(head))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return fmt.Errorf("git cat-file: %s: %w", f.path, err)
	}
	data := make([]byte, size+1)
	if _, err := io.ReadFull(answers, data); err != nil {
		return fmt.Errorf("git cat-file: %s: %w", f.path, err)
	}
	if err := root.MkdirAll(filepath.FromSlash(filepath.Dir(f.path)), 0o755); err != nil {
		return err
	}
	return root.WriteFile(filepath.FromSlash(f.path), data[:size], 0o644)
}

// Missing returns how many commits of a revision the commit that is checked
// out in root does not have, and their common ancestor. It is 0 for a folder.
func Missing(ctx context.Context, root string, r *Revision) (int, string) {
	if r.Commit == "" {
		return 0, ""
	}
	g := newGit(ctx, root)
	list, err := g.output("rev-list", "--count", r.Commit, "^HEAD")
	if err != nil {
		return 0, ""
	}
	n, _ := strconv.Atoi(list)
	base, err := g.output("merge-base", r.Commit, "HEAD")
	if err != nil {
		return 0, ""
	}
	return n, base[:min(len(base), 10)]
}
