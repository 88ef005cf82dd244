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
	docs := scalar(load.Get(root, "docs"))
	var common []string
	if n := load.Get(root, "common"); n != nil {
		for _, item := range n.Content {
			common = append(common, item.Value)
		}
	}
	var types []*ErrorType
	area := ""
	for key, entry := range load.Pairs(load.Get(root, "errors")) {
		e := &ErrorType{
			Wire: key.Value, Name: "Err" + GoName(key.Value), Pos: src.Pos(key),
			When: prose(scalar(load.Get(entry, "description"))), Action: prose(scalar(load.Get(entry, "action"))),
			Retry: scalar(load.Get(entry, "retry")) == "true", Common: slices.Contains(common, key.Value),
		}
		// A heading is for the types below it, too.
		area = cmp.Or(scalar(load.Get(entry, "area")), area)
		e.Area = area
		status := scalar(load.Get(entry, "status"))
		_, _ = fmt.Sscan(status, &e.Status) // the structure is checked before
		page := cmp.Or(scalar(load.Get(entry, "docs")), docs)
		e.URL = strings.NewReplacer("{status}", status, "{type}", e.Wire).Replace(page)
		types = append(types, e)
		b.errorLists[e.Wire] = []*ErrorType{e}
	}
	for key, list := range load.Pairs(load.Get(root, "groups")) {
		var names []string
		for _, item := range list.Content {
			names = append(names, item.Value)
		}
		b.errorLists["@"+key.Value] = b.errorTypes(names)
	}
	return types
}

// publicErrors reads what visitors can be shown.
func (b *builder) publicErrors() []*PublicError {
	src := b.spec.Sources[load.ErrorsFile]
	var public []*PublicError
	for key, entry := range load.Pairs(load.Get(src.Root, "public")) {
		e := &PublicError{
			Wire: key.Value, Name: "Code" + GoName(key.Value), Pos: src.Pos(key), Message: scalar(load.Get(entry, "message")),
		}
		_, _ = fmt.Sscan(scalar(load.Get(entry, "status")), &e.Status) // the structure is checked before
		if types := load.Get(entry, "types"); types != nil {
			var names []string
			for _, item := range types.Content {
				names = append(names, item.Value)
			}
			e.Types = b.errorTypes(names)
		}
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
	n := load.Get(src.Root, "x-manual")
	if n == nil {
		return nil
	}
	var sections []*Manual
	for _, item := range n.Content {
		name := load.Get(item, "name")
		section := &Manual{
			Name: scalar(name), Kind: scalar(load.Get(item, "kind")), Pos: src.Pos(name),
			Docs: Docs{Text: prose(scalar(load.Get(item, "description")))},
		}
		if !IsExported(section.Name) || GoName(section.Name) == "" {
			b.list.Hintf(codes.NotExported, section.Pos, "write a name like CustomClaims", "the section's name %q is not one that Go exports", section.Name)
		}
		if declares := load.Get(item, "declares"); declares != nil {
			for _, d := range declares.Content {
				section.Declares = append(section.Declares, Declaration{Code: d.Value, Pos: src.Pos(d)})
			}
		}
		if i := slices.IndexFunc(sections, func(s *Manual) bool { return s.Name == section.Name }); i >= 0 {
			b.list.Relatef(codes.DeclaredTwice, section.Pos, "", diag.Related{Pos: sections[i].Pos, Message: "first declared here"},
				"the MANUAL() section %q is declared twice", section.Name)
		}
		sections = append(sections, section)
	}
	return sections
}
