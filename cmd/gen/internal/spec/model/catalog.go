package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// errors reads the types and groups of errors.yaml.
func (b *builder) errors() []*ErrorType {
	root := b.spec.Sources[load.ErrorsFile].Root
	src := b.spec.Sources[load.ErrorsFile]
	docs := load.Text(root, "docs")
	common := load.Texts(load.Get(root, "common"))
	var types []*ErrorType
	area := ""
	for key, entry := range load.Pairs(load.Get(root, "errors")) {
		e := &ErrorType{
			Wire: key.Value, Name: "Err" + GoName(key.Value), Pos: src.Pos(key),
			When: prose(load.Text(entry, "description")), Action: prose(load.Text(entry, "action")),
			Retry: load.Text(entry, "retry") == "true", Common: slices.Contains(common, key.Value),
		}
		// A heading is for the types below it, too.
		area = cmp.Or(load.Text(entry, "area"), area)
		e.Area = area
		status := load.Text(entry, "status")
		_, _ = fmt.Sscan(status, &e.Status) // the structure is checked before
		page := cmp.Or(load.Text(entry, "docs"), docs)
		e.URL = strings.NewReplacer("{status}", status, "{type}", e.Wire).Replace(page)
		types = append(types, e)
		b.errorLists[e.Wire] = []*ErrorType{e}
	}
	for key, list := range load.Pairs(load.Get(root, "groups")) {
		b.errorLists["@"+key.Value] = b.errorTypes(load.Texts(list))
	}
	return types
}

// publicErrors reads what visitors can be shown.
func (b *builder) publicErrors() []*PublicError {
	src := b.spec.Sources[load.ErrorsFile]
	var public []*PublicError
	for key, entry := range load.Pairs(load.Get(src.Root, "public")) {
		e := &PublicError{
			Wire: key.Value, Name: "Code" + GoName(key.Value), Pos: src.Pos(key), Message: load.Text(entry, "message"),
		}
		_, _ = fmt.Sscan(load.Text(entry, "status"), &e.Status) // the structure is checked before
		e.Types = b.errorTypes(load.Texts(load.Get(entry, "types")))
		public = append(public, e)
	}
	return public
}

// errorTypes returns the types of a list of x-errors, each once. A group has only
// groups above it in its list, so no group contains itself.
func (b *builder) errorTypes(names []string) []*ErrorType {
	var types []*ErrorType
	for _, name := range names {
		for _, e := range b.errorLists[name] {
			if !slices.Contains(types, e) {
				types = append(types, e)
			}
		}
	}
	return types
}

// manual reads x-manual.
func (b *builder) manual(file string) []*Manual {
	src := b.spec.Sources[file]
	var sections []*Manual
	for _, item := range load.Items(load.Get(src.Root, "x-manual")) {
		name := load.Get(item, "name")
		section := &Manual{
			Name: load.Text(item, "name"), Kind: load.Text(item, "kind"), Pos: src.Pos(name),
			Docs: Docs{Text: prose(load.Text(item, "description"))},
		}
		if !IsExported(section.Name) || GoName(section.Name) == "" {
			b.list.Hintf(codes.NotExported, section.Pos, "write a name like CustomClaims", "the section's name %q is not one that Go exports", section.Name)
		}
		for _, d := range load.Items(load.Get(item, "declares")) {
			section.Declares = append(section.Declares, Declaration{Code: d.Value, Pos: src.Pos(d)})
		}
		if i := slices.IndexFunc(sections, func(s *Manual) bool { return s.Name == section.Name }); i >= 0 {
			b.list.Relatef(codes.DeclaredTwice, section.Pos, "", diag.Related{Pos: sections[i].Pos, Message: "first declared here"},
				"the MANUAL() section %q is declared twice", section.Name)
		}
		sections = append(sections, section)
	}
	return sections
}
