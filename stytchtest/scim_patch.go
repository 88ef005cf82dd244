package stytchtest

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/elimity-com/scim"
	scimerrors "github.com/elimity-com/scim/errors"
	scimfilter "github.com/elimity-com/scim/filter"
	"github.com/elimity-com/scim/schema"
	filters "github.com/scim2/filter-parser/v2"
)

// maxFilter limits filters, whose parser is recursive.
const maxFilter = 1000

// passes reports whether a resource passes a filter. The library panics when a filter
// compares what cannot be compared, such as a name, which has parts.
func passes(v scimfilter.Validator, values map[string]any) (ok bool, err error) {
	defer func() {
		if recover() != nil {
			ok, err = false, scimerrors.ScimErrorInvalidFilter
		}
	}()
	return v.PassesFilter(values) == nil, nil
}

// anyElement makes filters on parts of lists, such as emails.value, ones on any element
// of the list, which the library knows.
func anyElement(e filters.Expression, attributes schema.Attributes) filters.Expression {
	switch e := e.(type) {
	case *filters.LogicalExpression:
		return &filters.LogicalExpression{Left: anyElement(e.Left, attributes), Right: anyElement(e.Right, attributes), Operator: e.Operator}
	case *filters.NotExpression:
		return &filters.NotExpression{Expression: anyElement(e.Expression, attributes)}
	case *filters.AttributeExpression:
		attribute, ok := attributes.ContainsAttribute(e.AttributePath.AttributeName)
		part := cmp.Or(e.AttributePath.SubAttributeName(), "value")
		if ok && attribute.MultiValued() && attribute.HasSubAttributes() && (e.AttributePath.SubAttribute != nil || e.Operator != filters.PR) {
			path := e.AttributePath
			path.SubAttribute = nil
			return &filters.ValuePath{AttributePath: path, ValueFilter: &filters.AttributeExpression{
				AttributePath: filters.AttributePath{AttributeName: part}, Operator: e.Operator, CompareValue: e.CompareValue,
			}}
		}
	}
	return e
}

// listsOf makes a list of each single element that a client has sent in place of one.
func listsOf(values map[string]any, of schema.Schema) map[string]any {
	all := merged(values, nil)
	for _, attribute := range of.Attributes {
		if one, ok := all[attribute.Name()].(map[string]any); ok && attribute.MultiValued() {
			all[attribute.Name()] = []any{one}
		}
	}
	return all
}

// patch changes the attributes of a resource as RFC 7644, section 3.5.2, says. The
// library has checked the operations, and their values.
func patch(values map[string]any, operations []scim.PatchOperation, core schema.Schema, extensions ...schema.Schema) error {
	for _, op := range operations {
		if op.Path != nil {
			if err := patchAt(values, op.Op, *op.Path, op.Value, core, extensions); err != nil {
				return err
			}
			continue
		}
		fields, _ := op.Value.(map[string]any)
		for name, value := range fields {
			if isExtension(extensions, name) {
				inner, _ := values[name].(map[string]any)
				more, _ := value.(map[string]any)
				values[name] = merged(inner, more)
				continue
			}
			path, err := filters.ParsePath([]byte(name))
			if err != nil {
				return scimerrors.ScimErrorInvalidPath
			}
			if err := patchAt(values, op.Op, path, value, core, extensions); err != nil {
				return err
			}
		}
	}
	return nil
}

func isExtension(extensions []schema.Schema, id string) bool {
	return slices.ContainsFunc(extensions, func(s schema.Schema) bool { return s.ID == id })
}

// merged adds fields to an object.
func merged(object, more map[string]any) map[string]any {
	all := map[string]any{}
	maps.Copy(all, object)
	maps.Copy(all, more)
	return all
}

// patchAt performs an operation at a path.
func patchAt(values map[string]any, op string, path filters.Path, value any, core schema.Schema, extensions []schema.Schema) error {
	in, attributes := values, core.Attributes
	for _, one := range extensions {
		_, known := core.Attributes.ContainsAttribute(path.AttributePath.AttributeName)
		_, extends := one.Attributes.ContainsAttribute(path.AttributePath.AttributeName)
		if path.AttributePath.URI() == one.ID || path.AttributePath.URI() == "" && !known && extends {
			inner, _ := values[one.ID].(map[string]any)
			in, attributes = merged(inner, nil), one.Attributes
			defer func() { values[one.ID] = in }()
		}
	}
	name := path.AttributePath.AttributeName
	attribute, known := attributes.ContainsAttribute(name)
	if known {
		name = attribute.Name() // paths ignore case
	} else if name != schema.CommonAttributeExternalID {
		return scimerrors.ScimErrorInvalidPath
	}
	sub := path.AttributePath.SubAttributeName() + path.SubAttributeName() // one of the two
	if found, ok := attribute.SubAttributes().ContainsAttribute(sub); ok {
		sub = found.Name()
	}
	switch {
	case path.ValueExpression != nil:
		return patchElements(in, op, name, sub, path.ValueExpression, value, attribute)
	case sub != "" && attribute.MultiValued():
		list, ok := in[name].([]any)
		if !ok {
			break
		}
		in[name] = each(list, func(one any) any {
			element, _ := one.(map[string]any)
			element = merged(element, nil) // the stored one stays until the whole request is accepted
			patchField(element, op, sub, value)
			return element
		})
	case sub != "":
		object, _ := in[name].(map[string]any)
		object = merged(object, nil)
		patchField(object, op, sub, value)
		in[name] = object
	case attribute.MultiValued() && op != scim.PatchOperationReplace:
		list, _ := in[name].([]any)
		some, _ := value.([]any)
		if value == nil {
			list = nil
		}
		in[name] = patchList(list, op, some)
	case attribute.HasSubAttributes() && !attribute.MultiValued() && op != scim.PatchOperationRemove:
		object, _ := in[name].(map[string]any)
		more, _ := value.(map[string]any)
		in[name] = merged(object, more)
	default:
		patchField(in, op, name, value)
	}
	return nil
}

func patchField(object map[string]any, op, name string, value any) {
	if op == scim.PatchOperationRemove {
		delete(object, name)
		return
	}
	object[name] = value
}

// patchList adds elements to a list, or removes them. Elements with a value are the same
// if they have the same one.
func patchList(list []any, op string, some []any) []any {
	same := func(a, b any) bool {
		x, _ := a.(map[string]any)
		y, _ := b.(map[string]any)
		if x["value"] != nil && y["value"] != nil {
			return reflect.DeepEqual(x["value"], y["value"]) && (x["type"] == nil || y["type"] == nil || x["type"] == y["type"])
		}
		return reflect.DeepEqual(a, b)
	}
	left := slices.DeleteFunc(slices.Clone(list), func(have any) bool {
		return slices.ContainsFunc(some, func(one any) bool { return same(have, one) })
	})
	if op == scim.PatchOperationAdd {
		left = append(left, some...)
	}
	return left
}

// patchElements performs an operation on the elements of a list that a filter selects.
func patchElements(in map[string]any, op, name, sub string, expression filters.Expression, value any, attribute schema.CoreAttribute) error {
	validator := scimfilter.NewFilterValidator(expression, schema.Schema{Attributes: scimfilter.MultiValuedFilterAttributes(attribute)})
	list, _ := in[name].([]any)
	var changed []any
	found := false
	for _, one := range list {
		element, _ := one.(map[string]any)
		selected, err := passes(validator, element)
		if err != nil {
			return err
		}
		if !selected {
			changed = append(changed, one)
			continue
		}
		found = true
		element = merged(element, nil)
		switch more, _ := value.(map[string]any); {
		case sub != "":
			patchField(element, op, sub, value)
		case op == scim.PatchOperationRemove:
			continue
		default:
			element = merged(element, more)
		}
		changed = append(changed, element)
	}
	if !found {
		// Directories add the work address of a user by the path emails[type eq "work"].value.
		element, ok := elementOf(expression)
		if op != scim.PatchOperationAdd || !ok {
			return scimerrors.ScimErrorNoTarget
		}
		if sub != "" {
			element[sub] = value
		} else if more, ok := value.(map[string]any); ok {
			element = merged(element, more)
		}
		changed = append(changed, element)
	}
	in[name] = changed
	return nil
}

// elementOf is the element that a filter of the form `type eq "work"` describes.
func elementOf(expression filters.Expression) (map[string]any, bool) {
	e, ok := expression.(*filters.AttributeExpression)
	if !ok || e.Operator != filters.EQ {
		return nil, false
	}
	return map[string]any{e.AttributePath.AttributeName: e.CompareValue}, true
}
