// Package manual reads the hand-written Go files next to the generated ones and
// compares their MANUAL() sections with what the spec declares:
//
//	// MANUAL(CustomClaims)(FUNCTION)
//	...
//	// ENDMANUAL(CustomClaims)
//
// It never writes into a file that exists.
package manual

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// Package is the hand-written part of a Go package.
type Package struct {
	dir  string
	fset *token.FileSet
	// files are the parsed files, by path from the module's root.
	files map[string]*ast.File
	bytes map[string][]byte
	// sections are those found in *_manual.go files.
	sections []*section
}

// section is a MANUAL() section as it is in a file.
type section struct {
	name, kind string
	file       string
	pos, end   token.Pos
	at         diag.Pos
	decls      []ast.Decl
}

func (s *section) stillOpen() diag.Related {
	return diag.Related{Pos: s.at, Message: "this section is still open"}
}

// anyGenerator is the line that marks what any generator made.
var anyGenerator = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.\r?$`)

// byOthers reports whether another generator made a file.
func byOthers(data []byte) bool {
	line := anyGenerator.Find(data)
	return line != nil && !bytes.Contains(line, []byte(model.Generated))
}

// Read parses the files of a package that are not generated. A file that is
// not Go is a finding.
func Read(fsys fs.FS, dir string, list *diag.List) *Package {
	p := &Package{dir: dir, fset: token.NewFileSet(), files: map[string]*ast.File{}, bytes: map[string][]byte{}}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		list.Reportf(codes.UnreadableFile, diag.Pos{File: dir}, "the folder cannot be read: %v", err)
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		if !strings.HasSuffix(name, ".go") || entry.IsDir() || strings.HasPrefix(entry.Name(), "_") || strings.HasPrefix(entry.Name(), ".") {
			continue // the go command reads no such file either
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			list.Reportf(codes.UnreadableFile, diag.Pos{File: name}, "the file cannot be read: %v", err)
			continue
		}
		generated := bytes.HasPrefix(data, []byte("// "+model.Generated))
		if generated && strings.HasSuffix(name, "_manual.go") {
			list.Hintf(codes.ManualGenerated, diag.Pos{File: name, Line: 1, Column: 1}, "remove the line",
				"a hand-written file begins with the line that marks generated ones")
		}
		if model.HasGeneratedName(name) && diag.Conflict(data) > 0 && bytes.Contains(data, []byte(model.Generated)) {
			continue // gen makes it again
		}
		if model.HasGeneratedName(name) && !generated && !byOthers(data) {
			list.Hintf(codes.GeneratedUnmarked, diag.Pos{File: name, Line: 1, Column: 1}, "remove it and run gen, or rename it if a person wrote it",
				"the file has the name of a generated one, but does not begin with the line that marks one")
			continue
		}
		if !generated || strings.HasSuffix(name, "_manual.go") {
			p.parse(name, data, list)
		}
	}
	return p
}

func (p *Package) parse(name string, data []byte, list *diag.List) {
	p.bytes[name] = data
	file, err := parser.ParseFile(p.fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
	var failures scanner.ErrorList
	if line := diag.Conflict(data); err != nil && line > 0 {
		list.Conflict(name, line)
		return
	}
	if errors.As(err, &failures) {
		for _, e := range failures {
			list.Reportf(codes.NotGo, diag.Pos{File: name, Line: e.Pos.Line, Column: e.Pos.Column}, "%s", e.Msg)
		}
		return
	}
	p.files[name] = file
	if strings.HasSuffix(name, "_manual.go") {
		p.constraint(file, list)
		p.scan(name, file, list)
	}
}

// constraint reports what leaves a file out of some builds.
func (p *Package) constraint(file *ast.File, list *diag.List) {
	report := func(at token.Pos, what string) {
		list.Hintf(codes.BuildConstraint, p.at(at), "remove it; what differs from system to system goes into a file not called *_manual.go",
			"%s leaves this file out of some builds, but its sections are documented for all", what)
	}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if comment.Pos() < file.Package && (constraint.IsGoBuild(comment.Text) || constraint.IsPlusBuild(comment.Text)) {
				report(comment.Pos(), "a build constraint")
			}
		}
	}
	for _, spec := range file.Imports {
		if spec.Path.Value == `"C"` {
			report(spec.Pos(), "cgo")
		}
	}
}

// Bytes returns the content of a hand-written file.
func (p *Package) Bytes(file string) []byte { return p.bytes[file] }

// Declared returns the names that the hand-written files declare, with their
// places; that of a method has its type before it: User.Initials.
func (p *Package) Declared() map[string]diag.Pos {
	names := map[string]diag.Pos{}
	for name, file := range p.files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				for _, s := range shapesOf(decl) {
					names[s.name] = p.at(s.pos)
				}
			case *ast.GenDecl:
				for _, id := range declaredBy(decl) {
					names[id.Name] = p.at(id.Pos())
				}
			}
		}
	}
	delete(names, "_")
	delete(names, "init")
	return names
}

func declaredBy(decl *ast.GenDecl) []*ast.Ident {
	var ids []*ast.Ident
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			ids = append(ids, spec.Name)
		case *ast.ValueSpec:
			ids = append(ids, spec.Names...)
		}
	}
	return ids
}

func (p *Package) at(pos token.Pos) diag.Pos {
	position := p.fset.PositionFor(pos, false) // ignore //line directives
	return diag.Pos{File: position.Filename, Line: position.Line, Column: position.Column}
}

var (
	begins = regexp.MustCompile(`^// MANUAL\(([^()]*)\)\(([^()]*)\)$`)
	ends   = regexp.MustCompile(`^// ENDMANUAL\(([^()]*)\)$`)
	marker = regexp.MustCompile(`^//\s*(END)?MANUAL\b`)
)

// scan finds the sections of a file. Markers are comments that begin a line;
// what looks like one inside a string or behind code is none.
func (p *Package) scan(name string, file *ast.File, list *diag.List) {
	var open *section
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if !marker.MatchString(comment.Text) {
				continue
			}
			pos := p.at(comment.Pos())
			if pos.Column != 1 {
				list.Reportf(codes.MarkerColumn, pos, "a MANUAL() marker begins its line")
				continue
			}
			begin, end := begins.FindStringSubmatch(comment.Text), ends.FindStringSubmatch(comment.Text)
			switch {
			case begin != nil && open != nil:
				list.Relatef(codes.SectionNested, pos, "", open.stillOpen(), "MANUAL(%s) begins inside MANUAL(%s)", begin[1], open.name)
			case begin != nil:
				open = &section{name: begin[1], kind: begin[2], file: name, pos: comment.Pos(), at: pos}
			case end != nil && open == nil:
				list.Reportf(codes.SectionNotBegun, pos, "ENDMANUAL(%s) ends a section that has not begun", end[1])
			case end != nil && end[1] != open.name:
				list.Relatef(codes.SectionWrongEnd, pos, "", open.stillOpen(), "ENDMANUAL(%s) is where MANUAL(%s) should end", end[1], open.name)
			case end != nil:
				open.end = comment.End()
				p.sections = append(p.sections, open)
				open = nil
			default:
				list.Hintf(codes.MarkerUnreadable, pos, "write // MANUAL(Name)(METHOD), (FUNCTION) or (TYPE), and // ENDMANUAL(Name)", "this MANUAL() marker cannot be read")
			}
		}
	}
	if open != nil {
		list.Hintf(codes.SectionOpen, open.at, fmt.Sprintf("add // ENDMANUAL(%s)", open.name), "MANUAL(%s) does not end", open.name)
		return
	}
	p.place(name, file, list)
}

// place gives each declaration to the section that it is in.
func (p *Package) place(name string, file *ast.File, list *diag.List) {
	for _, decl := range file.Decls {
		if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.IMPORT {
			continue
		}
		i := slices.IndexFunc(p.sections, func(s *section) bool {
			return s.file == name && s.pos < decl.Pos() && decl.End() <= s.end
		})
		if i < 0 {
			list.Hintf(codes.OutsideSection, p.at(decl.Pos()), "put it between // MANUAL(Name)(KIND) and // ENDMANUAL(Name), or into a file not called *_manual.go",
				"this declaration is outside of every MANUAL() section")
			continue
		}
		p.sections[i].decls = append(p.sections[i].decls, decl)
	}
}
