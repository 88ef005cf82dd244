package apichange

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/internal/validate"
)

// side reads the test's spec with texts of consumer.yaml replaced.
func side(t *testing.T, replaced ...string) Side {
	t.Helper()
	files := fixtureFiles(t)
	s, ok := build(files, strings.NewReplacer(replaced...).Replace(string(files[load.ConsumerFile])))
	if !ok {
		t.Fatalf("no model can be made with %q", replaced)
	}
	return s
}

func fixtureFiles(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{load.ConsumerFile, load.B2BFile, load.SharedFile, load.ErrorsFile} {
		data, err := os.ReadFile("../../../testdata/diff/base/spec/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files
}

// build makes a side of the fixture with another consumer.yaml, if one can be
// made of it.
func build(files map[string][]byte, consumer string) (side Side, ok bool) {
	defer func() {
		if recover() != nil { // the model relies on what lint refuses
			ok = false
		}
	}()
	fsys := fstest.MapFS{}
	for name, data := range files {
		if name == load.ConsumerFile {
			data = []byte(consumer)
		}
		fsys["spec/"+name] = &fstest.MapFile{Data: data}
	}
	var list diag.List
	spec := load.Read(fsys, "spec", &list)
	if list.HasErrors() {
		return Side{}, false
	}
	spec.Resolve(&list)
	if list.HasErrors() {
		return Side{}, false
	}
	sdk := model.Build(spec, model.Input{}, &list)
	return Side{spec, sdk}, !list.HasErrors()
}

// notCompared are the parts of the model that no change is reported of, each
// with the reason.
var notCompared = map[string]string{
	"SDK.Module":   "gen diff compares the names in go.mod",
	"SDK.Packages": "compared call by call", "SDK.Errors": "compared one by one",
	"SDK.ErrorAnswer": "hand-written code reads errors", "SDK.OAuthErrorAnswer": "hand-written code reads errors",

	"Package.API": "is a constant of the generator", "Package.Name": "is a constant of the generator", "Package.Spec": "is a constant of the generator",
	"Package.Services": "compared call by call", "Package.Types": "compared where a call uses them",
	"Package.Manual": "the Go code is compared", "Package.Offers": "the Go code is compared",

	"Service.Tag": "changes with the names of its calls", "Service.Name": "derived from the tag", "Service.Field": "derived from the tag",
	"Service.Methods": "compared one by one", "Service.Children": "derived from the places", "Service.Pos": "is a position",

	"Method.Name": "derived from the id", "Method.Operation": "part of the id", "Method.Request": "compared field by field", "Method.Response": "compared field by field",
	"Method.Paging": "the Go code is compared", "Method.Pos": "is a position",

	"Type.Package": "is part of the name in Go", "Type.Role": "derived from the schema", "Type.File": "the Go code is compared",
	"Type.Fields": "compared one by one", "Type.Rules": "compared one by one", "Type.Values": "compared one by one",
	"Type.Constants": "compared one by one", "Type.Variants": "compared one by one", "Type.VariantOf": "the inverse of Type.Variants",
	"Type.Sensitive": "derived from the fields", "Type.InRequest": "derived from the calls", "Type.InResponse": "derived from the calls",
	"Type.Recursive": "derived from the fields",
	"Type.Exported":  "derived from the calls", "Type.Copied": "says which copies hand-written code makes", "Type.Pos": "is a position",

	"EnumValue.Name": "derived from the wire",

	"Field.Limits": "compared one by one", "Field.ItemLimits": "compared one by one", "Field.Pos": "is a position",
	"Field.Essential":  "compared in answers: the case \"essential no more\" of gen diff",
	"Field.Public":     "says why Field.Sensitive is not set",
	"Limits.PatternOf": "names the schema that the limits are in", "ItemLimits.PatternOf": "names the schema that the limits are in",
	"ItemLimits.Default": "an item has none",

	"ErrorType.Name": "derived from the wire", "ErrorType.URL": "derived from the docs key", "ErrorType.Pos": "is a position",
	"ErrorType.Area": "a heading of the documentation", "Rule.Pos": "is a position",
	"PublicError.Name": "derived from the wire", "PublicError.Pos": "is a position",

	"Manual.Name": "the Go code is compared", "Manual.Kind": "the Go code is compared", "Manual.Declares": "the Go code is compared",
	"Manual.Pos": "is a position",
}

// TestEveryPartOfTheModel changes one part of the model after the other: each
// is reported, or is listed above with the reason why not.
func TestEveryPartOfTheModel(t *testing.T) {
	base := withMore(side(t))
	field := func(sdk *model.SDK, wire string) *model.Field {
		return sdk.Packages[0].Methods()[0].Request.Field(wire)
	}
	for _, part := range []struct {
		name string
		pick func(sdk *model.SDK) any
	}{
		{"SDK", func(sdk *model.SDK) any { return sdk }},
		{"Package", func(sdk *model.SDK) any { return sdk.Packages[0] }},
		{"Service", func(sdk *model.SDK) any { return sdk.Packages[0].Services[0] }},
		{"Method", func(sdk *model.SDK) any { return sdk.Packages[0].Methods()[0] }},
		{"Type", func(sdk *model.SDK) any { return field(sdk, "locale").Type }},
		{"EnumValue", func(sdk *model.SDK) any { return &field(sdk, "locale").Type.Values[0] }},
		{"Field", func(sdk *model.SDK) any { return field(sdk, "locale") }},
		{"Limits", func(sdk *model.SDK) any { return &field(sdk, "expiration_minutes").Limits }},
		{"ItemLimits", func(sdk *model.SDK) any { return &field(sdk, "labels").ItemLimits }},
		{"Rule", func(sdk *model.SDK) any { return &sdk.Packages[0].Methods()[0].Request.Rules[0] }},
		{"ErrorType", func(sdk *model.SDK) any { return sdk.Errors[0] }},
		{"PublicError", func(sdk *model.SDK) any { return sdk.Public[0] }},
		{"Manual", func(sdk *model.SDK) any { return sdk.Packages[0].Manual[0] }},
		{"Docs", func(sdk *model.SDK) any { return &field(sdk, "note").Docs }},
		{"Docs", func(sdk *model.SDK) any { return &sdk.Packages[0].Methods()[0].Docs }},
	} {
		kind := reflect.TypeOf(part.pick(base.SDK)).Elem()
		for i := range kind.NumField() {
			name := part.name + "." + kind.Field(i).Name
			if notCompared[name] != "" || !kind.Field(i).IsExported() {
				continue
			}
			t.Run(name, func(t *testing.T) {
				head := withMore(side(t))
				other := field(head.SDK, "user_id")
				alter(t, reflect.ValueOf(part.pick(head.SDK)).Elem().Field(i), head.SDK, other)
				if len(Compare(base, head)) == 0 {
					t.Error("no change is reported")
				}
			})
		}
	}
}

// withMore adds a hand-written section and a public error, which the fixture
// has none of.
func withMore(s Side) Side {
	s.SDK.Packages[0].Manual = []*model.Manual{{Name: "Clean", Docs: model.Docs{Text: "It cleans."}}}
	s.SDK.Public = []*model.PublicError{{Wire: "wrong_code", Status: 400, Message: "That code is wrong.", Types: s.SDK.Errors[:1]}}
	return s
}

// alter gives a part of a model another value.
func alter(t *testing.T, v reflect.Value, sdk *model.SDK, other *model.Field) {
	t.Helper()
	switch value := v.Addr().Interface().(type) {
	case *model.In:
		*value = model.InHeader
	case *model.RuleKind:
		*value = model.ExactlyOne
	case *model.Docs:
		value.Text += "x"
	case **int:
		if *value == nil {
			*value = new(int)
		}
		*value = new(**value + 1)
	case **validate.Pattern:
		*value = &validate.Pattern{Source: "^x$"}
	case **model.Value:
		*value = &model.Value{Kind: model.Struct}
	case **model.Type:
		*value = sdk.Packages[0].Types[0]
	case *[]*model.ErrorType:
		*value = nil
	case *[]*model.PublicError:
		*value = nil
	case *[]*model.Field:
		*value = []*model.Field{other}
	case *bool:
		*value = !*value
	case *int:
		*value++
	default:
		if v.Kind() != reflect.String {
			t.Fatalf("the test does not know how to alter a %T", value)
		}
		v.SetString(v.String() + "x")
	}
}

// TestChangeOfSharedSchema wants a change of a shared schema reported once,
// with all its calls.
func TestChangeOfSharedSchema(t *testing.T) {
	changes := Compare(side(t), side(t, "enum: [active, pending]", "enum: [active]"))
	want := []string{"consumer.codes.check", "consumer.codes.send"}
	if len(changes) != 1 || !slices.Equal(changes[0].Calls, want) {
		t.Errorf("got %d changes, want one in %v: %+v", len(changes), want, changes)
	}
}

// TestDirections wants the level of a change of a schema to be the worse one
// of its uses.
func TestDirections(t *testing.T) {
	both := []string{"                note:\n", "                seen:\n                  $ref: '#/components/schemas/UserName'\n                note:\n"}
	required := "      required: [first, last]\n"
	for _, test := range []struct {
		name          string
		before, after []string
		level         Level
		text          string
	}{
		{"optional, received", nil, []string{required, "      required: [first]\n"}, Major, "the field `last` is now optional (in responses)"},
		{"required, received", []string{required, "      required: [first]\n"}, nil, Minor, "the field `last` is now required (in responses)"},
		{"optional, both ways", both, append([]string{required, "      required: [first]\n"}, both...), Major, "the field `last` is now optional (in requests and responses)"},
		{"required, both ways", append([]string{required, "      required: [first]\n"}, both...), both, Major, "the field `last` is now required (in requests and responses)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			changes := Compare(side(t, test.before...), side(t, test.after...))
			if len(changes) != 1 || changes[0].Level != test.level || changes[0].Text != test.text {
				t.Errorf("got %+v", changes)
			}
		})
	}
}

// TestPositions finds every field of the model in the files that it was read
// from.
func TestPositions(t *testing.T) {
	x := newIndex(side(t))
	for _, pkg := range x.SDK.Packages {
		for _, typ := range pkg.AllTypes() {
			if x.nodes[typ.Pos] == nil {
				t.Errorf("nothing is at %s, where %s is", typ.Pos, typ.Name)
			}
			for _, f := range typ.Fields {
				s := x.schemaOf(f)
				if kind := load.Get(s.node, "type"); kind == nil {
					t.Errorf("no schema is at %s, where %s.%s is", f.Pos, typ.Name, f.Wire)
				}
			}
		}
	}
}

// TestEachLine deletes every third line of consumer.yaml in turn, which is
// enough to meet each kind of line, and compares both ways. Each change is in that file and has a name of its own, so that an
// entry of accepted-breaks.yaml accepts one break.
func TestEachLine(t *testing.T) {
	files := fixtureFiles(t)
	lines := strings.SplitAfter(string(files[load.ConsumerFile]), "\n")
	base := side(t)
	compared := 0
	for i := 0; i < len(lines); i += 3 {
		head, ok := build(files, strings.Join(slices.Delete(slices.Clone(lines), i, i+1), ""))
		if !ok {
			continue
		}
		compared++
		for _, changes := range [][]*Change{Compare(base, head), Compare(head, base)} {
			names := map[string]bool{}
			for _, c := range changes {
				name := c.Subject + ": " + c.Text
				if names[name] || c.Pos.File != "spec/"+load.ConsumerFile || c.Pos.Line == 0 {
					t.Errorf("line %d, %q: %s: %s is there twice, or elsewhere", i+1, lines[i], c.Pos, name)
				}
				names[name] = true
			}
		}
	}
	if compared < len(lines)/9 {
		t.Errorf("a model could be made without a line in %d cases only", compared)
	}
}
