package golang

import (
	"strconv"
	"time"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// structLiteral is a struct's Go literal with the values of an example, in the
// order of the struct.
func (e *emitter) structLiteral(t *model.Type, example *model.Value) *jen.Statement {
	literal := e.typeName(t)
	var set []*model.Field
	for _, f := range t.Fields {
		if v := example.Get(f.Wire); v != nil && v.Kind != "" {
			set = append(set, f)
		}
	}
	if len(set) == 0 {
		return literal.Values()
	}
	return literal.ValuesFunc(func(g *jen.Group) {
		for _, f := range set {
			g.Line().Id(f.Name).Op(":").Add(e.fieldLiteral(f, example.Get(f.Wire)))
		}
		g.Line()
	})
}

func (e *emitter) fieldLiteral(f *model.Field, v *model.Value) jen.Code {
	switch f.Kind {
	case model.Map:
		if f.Elem == "" {
			return freeForm(v)
		}
		return e.goType(f).ValuesFunc(func(g *jen.Group) {
			for _, m := range v.Sorted().Members {
				g.Line().Lit(m.Name).Op(":").Add(e.fieldLiteral(f.Item(), v.Get(m.Name)))
			}
			if len(v.Members) > 0 {
				g.Line()
			}
		})
	case model.Union:
		return e.structLiteral(f.Type.Variant(v), v)
	case model.Any:
		return freeForm(v)
	case model.Struct:
		literal := e.structLiteral(f.Type, v)
		if pointer(f) {
			return jen.Op("&").Add(literal)
		}
		return literal
	case model.List:
		return e.goType(f).ValuesFunc(func(g *jen.Group) {
			for _, item := range v.Items {
				g.Add(e.fieldLiteral(f.Item(), item))
			}
		})
	}
	value := e.scalarLiteral(f.Kind, f.Type, v)
	if pointer(f) {
		return jen.New(value)
	}
	return value
}

func (e *emitter) scalarLiteral(kind model.Kind, t *model.Type, v *model.Value) jen.Code {
	switch kind {
	case model.Integer:
		n, _ := strconv.Atoi(v.Text) // the schema accepted the example
		return jen.Lit(n)
	case model.Number:
		n, _ := strconv.ParseFloat(v.Text, 64)
		return jen.Lit(n)
	case model.Boolean:
		return jen.Lit(v.Text == "true")
	case model.Time:
		return timeLiteral(v.Text)
	case model.Enum:
		for _, value := range t.Values {
			if value.Wire == v.Text {
				return jen.Qual(e.sdk.Module+"/"+t.Package, value.Name)
			}
		}
		return e.typeName(t).Call(jen.Lit(v.Text))
	}
	return jen.Lit(v.Text)
}

// parseTime reads a time of an example, which the schema has accepted.
func parseTime(text string) time.Time {
	at, _ := time.Parse(time.RFC3339Nano, text)
	return at
}

func timeLiteral(text string) jen.Code {
	at := parseTime(text)
	location := jen.Qual("time", "UTC")
	if name, offset := at.Zone(); offset != 0 {
		location = jen.Qual("time", "FixedZone").Call(jen.Lit(name), jen.Lit(offset))
	}
	return jen.Qual("time", "Date").Call(
		jen.Lit(at.Year()), jen.Lit(int(at.Month())), jen.Lit(at.Day()),
		jen.Lit(at.Hour()), jen.Lit(at.Minute()), jen.Lit(at.Second()), jen.Lit(at.Nanosecond()), location)
}

// freeForm is the literal of a value in a free-form object.
func freeForm(v *model.Value) jen.Code {
	switch v.Kind {
	case model.Struct:
		return jen.Map(jen.String()).Any().ValuesFunc(func(g *jen.Group) {
			for _, m := range v.Members {
				g.Line().Lit(m.Name).Op(":").Add(freeForm(m.Value))
			}
			if len(v.Members) > 0 {
				g.Line()
			}
		})
	case model.List:
		return jen.Index().Any().ValuesFunc(func(g *jen.Group) {
			for _, item := range v.Items {
				g.Add(freeForm(item))
			}
		})
	case model.Integer, model.Number:
		n, err := strconv.ParseInt(v.Text, 10, 64)
		switch {
		case err != nil:
			x, _ := strconv.ParseFloat(v.Text, 64)
			return jen.Lit(x)
		case n != int64(int32(n)): // it does not fit into an int of 32 bits
			return jen.Lit(n)
		}
		return jen.Lit(int(n))
	case model.Boolean:
		return jen.Lit(v.Text == "true")
	case "":
		return jen.Nil()
	}
	return jen.Lit(v.Text)
}
