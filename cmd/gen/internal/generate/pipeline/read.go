package pipeline

import (
	"fmt"
	"os"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// Read makes the model of a spec that nothing is generated from, such as one of
// long ago: findings are only what keeps the model from being made, not what
// the rules of today ask for beyond that.
func Read(root string) (spec *load.Spec, sdk *model.SDK, findings []diag.Finding, err error) {
	defer func() {
		if p := recover(); p != nil { // stages rely on rules that are not asked for here
			err = fmt.Errorf("no model can be made of the spec in %s: %v", SpecFolder, p)
		}
	}()
	var list diag.List
	spec = load.Read(os.DirFS(root), SpecFolder, &list)
	if list.HasErrors() {
		return spec, nil, list.Sorted(), nil
	}
	var structure diag.List
	lint.Structure(spec, &structure)
	spec.Resolve(&list)
	if !list.HasErrors() {
		sdk = model.Build(spec, model.Input{}, &list)
	}
	switch {
	case !list.HasErrors():
		return spec, sdk, nil, nil
	case structure.HasErrors(): // says better what keeps the model from being made
		return spec, nil, structure.Sorted(), nil
	}
	return spec, nil, list.Sorted(), nil
}
