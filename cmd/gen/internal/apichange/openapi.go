package apichange

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	oasload "github.com/oasdiff/oasdiff/load"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/model"
	"github.com/stytchgen/sdk/cmd/gen/internal/pattern"
)

// judged holds the rules whose level the library sees otherwise.
var judged = map[string]Level{
	// Unknown enum values survive in the SDK, and the spec tells applications so.
	"response-property-enum-value-added": Minor,
	// Who reads it gets nothing from now on, whatever the spec allowed.
	"response-optional-property-removed": Major,
	// Who does not set the field gets something else from now on.
	"request-property-default-value-changed":  Major,
	"request-parameter-default-value-changed": Major,
	// The spec says, or no longer says, what the service does anyway.
	"request-property-default-value-added":    Minor,
	"request-parameter-default-value-added":   Minor,
	"request-property-default-value-removed":  Minor,
	"request-parameter-default-value-removed": Minor,
}

// onModel are the beginnings of rules that are compared on the model, which
// knows what they mean here.
var onModel = []string{
	"api-operation-id-", "api-tag-", "api-schema-removed", "api-version-", "api-major-version-",
	"request-body-one-of-", "request-body-all-of-", "request-body-wrapped-in-one-of",
	"request-property-one-of-", "response-property-one-of-", // a named type or null
}

// document has the library compare one API file.
func (c *comparison) document(file string) (err error) {
	before, after := c.base.Spec.Documents[file], c.head.Spec.Documents[file]
	name := path.Join(c.head.Spec.Dir, file)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: the comparison gave up on this document: %v", name, p)
		}
	}()
	report, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(),
		&oasload.SpecInfo{Url: name, Spec: before}, &oasload.SpecInfo{Url: name, Spec: after})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	config := checker.NewConfig(checker.GetAllChecks())
	text := checker.NewDefaultLocalizer()
	c.grouped = map[string]*Change{}
	for _, found := range checker.CheckBackwardCompatibilityUntilLevel(config, report, sources, checker.INFO) {
		c.found(name, found, text)
	}
	return nil
}

// aboutLimits are rules whose changes do nothing to a field in Go.
var aboutLimits = regexp.MustCompile(`-(max|min|pattern|default-value|deprecated|reactivated)(-|$)`)

// found takes over one finding. The library reports each once for every call;
// those that come from one place of the spec are one change.
func (c *comparison) found(file string, found checker.Change, localize checker.Localizer) {
	rule := found.GetId()
	for _, beginning := range onModel {
		if strings.HasPrefix(rule, beginning) {
			return
		}
	}
	key := callKey(file, found.GetOperation(), found.GetPath())
	base, head := c.base.calls[key], c.head.calls[key]
	change := Change{Rule: rule, Level: judge(found)}
	before, after := hits(rule, base, found.GetArgs()), hits(rule, head, found.GetArgs())
	for _, h := range before {
		change.Symbols = union(change.Symbols, h.symbols(c.head)...)
	}
	for _, h := range after {
		change.Symbols = union(change.Symbols, h.symbols(c.base)...)
	}
	constants := values(append(before, after...), found.GetArgs())
	change.Symbols = union(change.Symbols, constants...)
	change.covers = change.Symbols
	switch {
	case aboutLimits.MatchString(rule):
		change.Symbols = nil
	case strings.Contains(rule, "-enum-value-"): // the field itself is as it was
		change.Symbols = constants
	}
	change.Text = phrase(found, append(after, before...), localize)
	change.Pos, change.InBase = position(found.GetRevisionSource(), found.GetBaseSource())
	if change.Pos.Line == 0 && len(after) > 0 {
		change.Pos = after[0].field.Pos
	}
	where := head
	if where == nil {
		where = base
	}
	switch {
	case where == nil:
		change.Subject = file
	default:
		change.Calls = []string{where.String()}
		change.Subject = where.String()
		if change.Pos.Line == 0 {
			change.Pos = where.Pos
		}
	}
	switch {
	case head == nil && base != nil:
		change.Text = fmt.Sprintf("the call %s %s was removed", base.Verb, base.Path)
		change.Symbols = base.symbols(c.base, c.head)
	case rule == "endpoint-deprecated":
		change.Text = "the call is deprecated"
	case rule == "endpoint-reactivated":
		change.Text = "the call is no longer deprecated"
	case base == nil && head != nil:
		change.Text = fmt.Sprintf("the call %s %s is new", head.Verb, head.Path)
		change.Symbols = head.symbols(c.head, c.base)
	}
	side := c.head
	if change.InBase {
		side = c.base
	}
	if component := componentAt(side.Spec.Source(change.Pos.File), change.Pos.Line); component != "" {
		change.Subject = component
	}
	c.group(change, trimDirection(rule)+" "+samePlace(found, change.Pos))
}

// samePlace is what findings of one place have in common: where it was and is.
func samePlace(found checker.Change, pos diag.Pos) string {
	base, revision := found.GetBaseSource(), found.GetRevisionSource()
	if base == nil && revision == nil {
		return pos.String()
	}
	before, _ := position(base)
	after, _ := position(revision)
	return before.String() + " " + after.String()
}

func (c *comparison) group(change Change, key string) {
	have := c.grouped[key]
	if have == nil {
		c.grouped[key] = c.add(change)
		return
	}
	have.Level = max(have.Level, change.Level)
	have.Calls = union(have.Calls, change.Calls...)
	have.Symbols = union(have.Symbols, change.Symbols...)
	have.covers = union(have.covers, change.covers...)
	if have.Rule != change.Rule && !strings.Contains(have.Text, change.Text) {
		have.Text += "; " + change.Text
	}
}

// trimDirection takes from a rule whether it is about requests or responses.
func trimDirection(rule string) string {
	for _, direction := range []string{"request-", "response-"} {
		rule = strings.TrimPrefix(rule, direction)
	}
	return rule
}

func position(sources ...*checker.Source) (pos diag.Pos, second bool) {
	for i, s := range sources {
		if s != nil && s.Line > 0 {
			return diag.Pos{File: s.File, Line: s.Line, Column: s.Column}, i > 0
		}
	}
	return diag.Pos{}, false
}

// judge gives a finding its level.
func judge(found checker.Change) Level {
	rule := found.GetId()
	if level, ok := judged[rule]; ok {
		return level
	}
	if args := found.GetArgs(); strings.HasSuffix(rule, "-pattern-changed") && len(args) >= 3 {
		from, to := fmt.Sprint(args[len(args)-2]), fmt.Sprint(args[len(args)-1])
		if strings.HasPrefix(rule, "response-") {
			from, to = to, from
			if len(args) >= 4 { // the status comes last
				from, to = fmt.Sprint(args[2]), fmt.Sprint(args[1])
			}
		}
		if pattern.Widens(from, to) {
			return Minor
		}
		return Major
	}
	if found.GetLevel() >= checker.WARN {
		return Major
	}
	return Minor
}

// hits are the properties and parameters of a call that a finding names.
func hits(rule string, c *call, args []any) []hit {
	if c == nil {
		return nil
	}
	body := c.Request
	if strings.HasPrefix(rule, "response-") {
		body = c.Response
	}
	for _, arg := range args {
		if path, ok := arg.(string); ok {
			if h, ok := follow(body, path); ok {
				return []hit{h}
			}
		}
	}
	return nil
}

// values are the constants of the enum values that a finding names.
func values(hits []hit, args []any) []Symbol {
	var all []Symbol
	for _, h := range hits {
		if h.field.Type == nil || h.field.Type.Role != model.RoleEnum {
			continue
		}
		for _, v := range h.field.Type.Values {
			for _, arg := range args {
				if fmt.Sprint(arg) == v.Wire {
					all = union(all, Symbol{h.field.Type.Package, v.Name})
				}
			}
		}
	}
	return all
}

var (
	// status is how the library names the only status that the spec describes.
	status = strings.NewReplacer(" for the status `200`", "", " for status `200`", "",
		" for the response status `200`", "", " with the `200` status", "")
	wholeNumber = regexp.MustCompile("`(-?[0-9]+)\\.00`")
)

// phrase is the library's sentence, with properties as the spec calls them and
// whole numbers as such.
func phrase(found checker.Change, hits []hit, localize checker.Localizer) string {
	change, ok := found.(checker.ApiChange)
	if !ok {
		return found.GetUncolorizedText(localize)
	}
	change = change.WithSharedSchema(nil)
	args := make([]any, len(change.Args))
	for i, arg := range change.Args {
		args[i] = arg
		path, isText := arg.(string)
		for _, h := range hits {
			local := "/" + strings.TrimSuffix(strings.TrimSuffix(path, "/"), "/items")
			if isText && strings.HasSuffix(local, "/"+h.field.Wire) {
				args[i] = h.name()
			}
		}
	}
	change.Args = args
	return wholeNumber.ReplaceAllString(status.Replace(change.GetUncolorizedText(localize)), "`$1`")
}

// componentAt names the component that a line of a file lies in.
func componentAt(src *load.Source, line int) string {
	if src == nil || line == 0 {
		return ""
	}
	found, foundLine, inPaths := "", 0, false
	for key := range load.Pairs(src.Root) {
		if key.Line <= line {
			inPaths = key.Value == "paths"
		}
	}
	if inPaths {
		return ""
	}
	for kind, all := range load.Pairs(load.Get(src.Root, "components")) {
		for name := range load.Pairs(all) {
			if name.Line <= line && name.Line > foundLine {
				found, foundLine = strings.TrimSuffix(kind.Value, "s")+" "+name.Value, name.Line
			}
		}
	}
	return found
}
