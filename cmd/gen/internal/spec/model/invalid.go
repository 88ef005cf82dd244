package model

import (
	"slices"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// invalid checks the error types of x-invalid and x-choice. The call must expect each of them, and the
// client must have a check that leads to it.
func invalid(sdk *SDK, list *diag.List) {
	for _, pkg := range sdk.Packages {
		for _, m := range pkg.Methods() {
			invalidIn(sdk, m, m.Request, list, nil)
			for _, f := range m.Response.Fields {
				if f.keys["x-invalid"] != nil {
					list.Hintf(codes.UnreachableError, f.Pos, "remove x-invalid", "an answer is not checked, so that no %s is invalid", f.Wire)
				}
			}
		}
	}
}

func invalidIn(sdk *SDK, m *Method, t *Type, list *diag.List, seen []*Type) {
	if slices.Contains(seen, t) {
		return
	}
	expected := func(wire string, pos diag.Pos) {
		if m.unwritten {
			return
		}
		if i := slices.IndexFunc(sdk.Errors, func(e *ErrorType) bool { return e.Wire == wire }); i < 0 || sdk.Errors[i].Common {
			return // an unknown type has its own finding
		}
		if !slices.ContainsFunc(m.Errors, func(e *ErrorType) bool { return e.Wire == wire }) {
			list.Hintf(codes.UnexpectedError, pos, "add "+wire+" to x-errors of the call", "%s does not expect the error type %s", m.ID, wire)
		}
	}
	for _, f := range t.Fields {
		if f.Invalid != "" && !f.Limits.Limited() && !f.ItemLimits.Limited() && f.Kind != Enum && f.Elem != Enum {
			list.Hintf(codes.UnreachableError, f.Pos, "add a limit, or remove x-invalid", "nothing about %s is checked, so that no value is invalid", f.Wire)
			continue
		}
		expected(f.Invalid, f.Pos)
		if f.Type != nil {
			invalidIn(sdk, m, f.Type, list, append(seen, t))
		}
	}
	for _, rule := range t.Rules {
		if rule.Kind == AtMostOne && rule.None != "" {
			list.Hintf(codes.UnreachableError, rule.Pos, "remove none", "a request that sets none of these fields is fine")
		}
		if rule.Kind == AtLeastOne && rule.Several != "" {
			list.Hintf(codes.UnreachableError, rule.Pos, "remove several", "a request that sets several of these fields is fine")
		}
		expected(rule.None, rule.Pos)
		expected(rule.Several, rule.Pos)
	}
}
