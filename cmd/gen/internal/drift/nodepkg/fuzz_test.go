package nodepkg

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// FuzzPackage reads a package of one class: whatever its two files hold, there
// is a result, or an error with a place.
func FuzzPackage(f *testing.F) {
	for _, name := range []string{"b2c/otps", "b2c/sessions", "b2b/sessions", "b2c/client"} {
		typed, err := os.ReadFile(filepath.Join("../testdata/package/types/lib", name+".d.ts"))
		if err != nil {
			typed = nil
		}
		script, err := os.ReadFile(filepath.Join("../testdata/package/dist", name+".js"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(typed, script)
	}
	f.Add([]byte("interface A extends B<C> { x?: (A | null)[]; [k: string]: any; }\ntype T = { a: 'x' | \"y\" } | undefined;\nexport declare class C { m({ a }: { a: A; }, f: () => void): Promise<A>; [Symbol.i](): void; }"),
		[]byte("class C extends D { x = /[/]/; async *[Symbol.i]() {} m(a) { return (0, _shared.request)(f, { method: 'GET', url: `/v1/${this.a.b}`, params: { ...a, x: a.x } }); } }"))
	f.Fuzz(func(t *testing.T, typed, script []byte) {
		p := &Package{types: "types", dist: "dist", declared: map[string]*declarations{}, headers: map[string][]header{"addAuthorizationHeaders": {{"X", "y"}}}}
		d, err := p.parse("types/a.d.ts", typed)
		if err != nil {
			located(t, err)
			return
		}
		p.declared["types/a.d.ts"] = d
		for _, ref := range d.types {
			resolve(t, ref, new(1000))
		}
		calls, err := p.scripts("dist/a.js", script)
		located(t, err)
		for _, c := range calls {
			for _, ref := range []*contract.Ref{c.Request, c.Response, c.Params[contract.InPath], c.Params[contract.InQuery], c.Params[contract.InHeader]} {
				resolve(t, ref, new(1000))
			}
		}
	})
}

// resolve reads what a type holds, a thousand types at most: they may hold one
// another in more ways than can be walked.
func resolve(t *testing.T, ref *contract.Ref, budget *int) {
	if *budget--; ref == nil || *budget < 0 {
		return
	}
	typ, err := ref.Type()
	if err != nil {
		located(t, err)
		return
	}
	resolve(t, typ.Elem, budget)
	for _, f := range typ.Fields {
		resolve(t, f.Type, budget)
	}
}

func located(t *testing.T, err error) {
	var at *contract.Error
	if err != nil && (!errors.As(err, &at) || at.Pos.File == "") {
		t.Errorf("the error has no place: %v", err)
	}
}
