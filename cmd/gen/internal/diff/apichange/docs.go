package apichange

import (
	"maps"
	"slices"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// prose is what a part of the spec says to people.
type prose struct {
	pos  diag.Pos
	text string
}

// documentation records what changed in descriptions and examples only: one
// change for each file.
func (c *comparison) documentation() {
	before, after := proseOf(c.base), proseOf(c.head)
	byFile := map[string][]string{}
	first := map[string]diag.Pos{}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		old, ok := before[name]
		if !ok || old.text == after[name].text {
			continue
		}
		pos := after[name].pos
		byFile[pos.File] = append(byFile[pos.File], name)
		if have, ok := first[pos.File]; !ok || pos.Compare(have) < 0 {
			first[pos.File] = pos
		}
	}
	for file, names := range byFile {
		c.add(Change{
			Rule: "documentation", Level: Patch, Pos: first[file], Subject: "documentation",
			Text: "descriptions or examples changed: " + diag.Some(names, 5),
		})
	}
}

// proseOf collects the prose of one side, by what it is about.
func proseOf(x *index) map[string]prose {
	all := map[string]prose{}
	docs := func(d model.Docs) string { return d.Summary + "\n" + d.Text + "\n" + d.URL }
	for _, pkg := range x.SDK.Packages {
		all["package "+pkg.Name] = prose{diag.Pos{File: pkg.Spec, Line: 1}, pkg.Title + "\n" + docs(pkg.Docs)}
		for _, s := range pkg.Services {
			all[pkg.API+"."+s.Tag] = prose{s.Pos, docs(s.Docs)}
		}
		for _, section := range pkg.Manual {
			all[pkg.Name+" "+section.Name] = prose{section.Pos, docs(section.Docs)}
		}
		for _, m := range pkg.Methods() {
			text := docs(m.Docs) + "\n" + example(m.RequestExample) + "\n" + example(m.ResponseExample)
			all[pkg.FullName(m)] = prose{m.Pos, text}
		}
		for _, t := range pkg.AllTypes() {
			if t.Role == model.RoleObject || t.Role == model.RoleEnum {
				all[t.Package+" "+t.Name] = prose{t.Pos, docs(t.Docs)}
			}
			for _, f := range t.Fields {
				text := docs(f.Docs)
				if f.Limits.Pattern != nil {
					text += "\n" + f.Limits.Pattern.Want
				}
				all[t.Package+" "+t.Name+"."+f.Wire] = prose{f.Pos, text}
			}
		}
	}
	for _, e := range x.SDK.Errors {
		all["error "+e.Wire] = prose{e.Pos, e.When + "\n" + e.Action}
	}
	return all
}

// example is an example as JSON, in whatever order it is written.
func example(v *model.Value) string {
	if v == nil {
		return ""
	}
	return v.Sorted().JSON()
}
