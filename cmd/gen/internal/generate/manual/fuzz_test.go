package manual

import (
	"testing"
	"testing/fstest"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// FuzzRead reads a hand-written file and a declaration that are anything at
// all. Each exported declaration of a file without findings is in a
// section that the spec declares.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"package stytch\n\n// MANUAL(Claims)(FUNCTION)\n\n// Claims returns claims.\nfunc Claims() int { return 1 }\n\n// ENDMANUAL(Claims)\n",
		"package stytch\r\n\r\n// MANUAL(Claims)(FUNCTION)\r\n// ENDMANUAL(Claims)\r\n",
		"\ufeffpackage stytch\n// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		"package stytch\n/*\n// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)\n*/\nfunc Claims() int",
		"package stytch\nvar s = `\n// MANUAL(Claims)(FUNCTION)\n`\n// ENDMANUAL(Claims)\n",
		"package stytch\n// MANUAL(A)(TYPE)\n// MANUAL(B)(TYPE)\n// ENDMANUAL(A)\n// ENDMANUAL(B)\n",
		"package stytch\n//MANUAL(A)(TYPE)\n//\tENDMANUAL(A)\n", "package stytch\n//line x.go:1\n// MANUAL(A)(TYPE)\n", "package", "",
		"package stytch\nfunc (", "package stytch\nfunc (_) f() {}", "package stytch\ntype T[P any] struct{}\nfunc (t *T[P]) Claims() int { return 0 }",
	} {
		f.Add([]byte(seed), "func Claims() int")
		f.Add([]byte(seed), seed)
	}
	f.Fuzz(func(t *testing.T, data []byte, declares string) {
		var list diag.List
		p := Read(fstest.MapFS{"stytch/x_manual.go": {Data: data}}, "stytch", &list)
		p.Declared()
		sections := []*model.Manual{{Name: "Claims", Kind: kindFunction, Declares: []model.Declaration{{Code: declares}}}}
		stubs, _, err := p.Check(sections, &list)
		if err != nil {
			t.Fatal(err)
		}
		if list.HasErrors() {
			return
		}
		file := p.files["stytch/x_manual.go"]
		if file == nil {
			return // a generated file, which is none of a person's
		}
		for _, decl := range file.Decls {
			for _, s := range shapesOf(decl) {
				if want, err := parseShape(declares); s.isExported() && (err != nil || s.name != want.name) {
					t.Errorf("%s is exported, in no declaration, and not found", s.name)
				}
			}
		}
		for name := range stubs {
			if name == "stytch/x_manual.go" {
				t.Error("a stub would replace a file")
			}
		}
	})
}
