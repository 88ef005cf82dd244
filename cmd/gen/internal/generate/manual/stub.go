package manual

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/types"
	"path"
	"text/template"

	"golang.org/x/tools/imports"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/templates"
)

// Stub is the file of a section that is missing, with the place of its
// declaration.
type Stub struct {
	Data []byte
	Pos  diag.Pos
}

// notWritten is what the comments of a stub say, and stubPanic what its
// functions do. A section that keeps either is not done.
const notWritten = "is declared by the spec and not written yet."

func stubPanic(section string) string { return "MANUAL(" + section + ") is not written yet" }

// panics reports whether a function is one that a stub of the section has.
func panics(decl ast.Decl, section string) bool {
	f, ok := decl.(*ast.FuncDecl)
	if !ok || f.Body == nil || len(f.Body.List) != 1 {
		return false
	}
	statement, _ := f.Body.List[0].(*ast.ExprStmt)
	if statement == nil {
		return false
	}
	return types.ExprString(statement.X) == fmt.Sprintf("panic(%q)", stubPanic(section))
}

// stub makes the file of a section that is missing, unless what it is to
// declare is wrong, which read has said.
func (p *Package) stub(want *model.Manual, declarations []declaration, stubs map[string]Stub, list *diag.List) error {
	name := path.Join(p.dir, model.FileName(want.Name)+"_manual.go")
	if p.files[name] != nil {
		list.Hintf(codes.NoRoomForStub, want.Pos, fmt.Sprintf("write it into %s, or rename that file and run gen again for a stub", name),
			"MANUAL(%s) is missing, and %s exists", want.Name, name)
		return nil
	}
	if len(declarations) < len(want.Declares) {
		return nil
	}
	data, err := renderStub(path.Base(p.dir), want, declarations)
	stubs[name] = Stub{data, want.Pos}
	return err
}

func renderStub(pkg string, want *model.Manual, declarations []declaration) ([]byte, error) {
	t, err := templates.Parse(templates.Manual, template.FuncMap{
		"own":    func(d declaration) string { return d.own() },
		"isFunc": func(d declaration) bool { return d.kind != kindType },
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "stub", map[string]any{
		"Package": pkg, "Section": want, "Declarations": declarations, "NotWritten": notWritten, "Panic": stubPanic(want.Name),
	}); err != nil {
		return nil, err
	}
	// The shapes can name packages; the stub imports them.
	return imports.Process("", b.Bytes(), nil)
}
