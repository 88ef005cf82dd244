package docs_test

import (
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

var (
	fence      = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	inline     = regexp.MustCompile("`[^`\n]+`")
	mention    = regexp.MustCompile(`\b(stytch|b2b|guard|stytchtest)\.([A-Z]\w*)(?:\.([A-Z]\w*))?`)
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
	unanchored = regexp.MustCompile(`[^\p{L}\p{N}\-_ ]`)
)

// further are the pages for contributors.
var further = []string{"CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "spec/README.md", "bench/README.md"}

// textOf returns a page without its blocks of code.
func textOf(t *testing.T, page string) string {
	t.Helper()
	return fence.ReplaceAllString(read(t, filepath.Join(root, filepath.FromSlash(page))), "")
}

// TestNames looks up the names of the packages that the text of a page mentions, such as in a table. TestSnippets
// compiles the blocks of code.
func TestNames(t *testing.T) {
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps, Dir: root,
	}, "./stytch", "./b2b", "./guard", "./stytchtest")
	if err != nil {
		t.Fatal(err)
	}
	scopes := map[string]*types.Scope{}
	for _, p := range loaded {
		scopes[p.Name] = p.Types.Scope()
	}
	found := 0
	for _, page := range append(pages(t), "CONTRIBUTING.md", "SECURITY.md") {
		for _, code := range inline.FindAllString(textOf(t, page), -1) {
			for _, m := range mention.FindAllStringSubmatch(code, -1) {
				found++
				object := scopes[m[1]].Lookup(m[2])
				if object != nil && m[3] != "" {
					object, _, _ = types.LookupFieldOrMethod(object.Type(), true, object.Pkg(), m[3])
				}
				if object == nil && m[2] != "ABCallRequest" { // a pattern, of the names of all requests
					t.Errorf("%s: %s does not exist", page, m[0])
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d names found", found)
	}
}

// TestLinks follows the links from one page to another, and to a heading.
func TestLinks(t *testing.T) {
	anchors := map[string][]string{}
	found := 0
	for _, page := range append(append(pages(t), further...), "docs/findings.md") {
		folder := filepath.Dir(filepath.Join(root, filepath.FromSlash(page)))
		for _, m := range link.FindAllStringSubmatch(inline.ReplaceAllString(textOf(t, page), "code"), -1) {
			name, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(name, ":") {
				continue // of another site
			}
			found++
			target := filepath.Join(folder, filepath.FromSlash(name))
			if name == "" {
				target = filepath.Join(root, filepath.FromSlash(page))
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: the link %s leads to no file", page, m[1])
				continue
			}
			if anchor == "" || filepath.Ext(target) != ".md" {
				continue
			}
			if anchors[target] == nil {
				anchors[target] = anchorsOf(read(t, target))
			}
			if !slices.Contains(anchors[target], anchor) {
				t.Errorf("%s: the link %s leads to no heading", page, m[1])
			}
		}
	}
	if found < 500 {
		t.Errorf("only %d links found", found)
	}
}

// anchorsOf returns the anchors that GitHub gives the headings of a page: the words in lower case, with hyphens.
func anchorsOf(text string) (list []string) {
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		words := link.ReplaceAllString(strings.ToLower(m[1]), "")
		list = append(list, strings.ReplaceAll(unanchored.ReplaceAllString(words, ""), " ", "-"))
	}
	return list
}
