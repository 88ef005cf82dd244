package apichange

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// calls compares every call with the one of the same verb and path.
func (c *comparison) calls() {
	for _, key := range slices.Sorted(maps.Keys(c.base.calls)) {
		if base := c.base.calls[key]; c.head.calls[key] == nil {
			c.add(Change{
				Rule: "call-removed", Level: Major, Pos: base.Pos, InBase: true, Subject: base.String(), Calls: []string{base.String()},
				Text: fmt.Sprintf("the call %s %s was removed", base.Verb, base.Path), Symbols: base.symbols(c.base, c.head),
			})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.head.calls)) {
		base, head := c.base.calls[key], c.head.calls[key]
		if base == nil {
			c.add(Change{
				Rule: "call-added", Level: Minor, Pos: head.Pos, Subject: head.String(), Calls: []string{head.String()},
				Text: fmt.Sprintf("the call %s %s is new", head.Verb, head.Path), Symbols: head.symbols(c.head, c.base),
			})
			continue
		}
		c.call(base, head)
		c.callErrors(base, head)
		c.rules(base, head)
		c.body(base.Request, head.Request, head, sent, pathNames(base, head))
		c.body(base.Response, head.Response, head, received, nil)
	}
}

// addTo records a change of a call, at one of its keys.
func (c *comparison) addTo(head *call, key string, change Change) {
	change.Subject, change.Calls = head.String(), []string{head.String()}
	if pos, ok := keyPos(head.Pos.File, c.head.nodes[head.Pos], key); ok && change.Pos == (diag.Pos{}) {
		change.Pos = pos
	}
	change.Pos = cmp.Or(change.Pos, head.Pos)
	c.add(change)
}

// call compares what a call says apart from its fields.
func (c *comparison) call(base, head *call) {
	if base.ID != head.ID {
		c.addTo(head, "", Change{
			Rule: "call-renamed", Level: Patch, Text: fmt.Sprintf("the call `%s` is now named `%s`, the same on the wire", base.ID, head.ID),
			Symbols: union(base.symbols(c.base, c.head), head.symbols(c.head, c.base)...),
		})
	}
	if base.Docs.Deprecated != head.Docs.Deprecated {
		c.addTo(head, "deprecated", Change{Rule: "call-deprecated", Level: Minor, Text: "the call is " + deprecation(head.Docs)})
	}
	if base.Retry != head.Retry {
		// A client that repeats more may do something twice. One that repeats less
		// fails where it did not.
		c.addTo(head, "x-retry", Change{
			Rule: "retry-changed", Level: Major, InClient: true, Text: fmt.Sprintf("`x-retry` changed from `%s` to `%s`", base.Retry, head.Retry),
		})
	}
	if base.Body != head.Body {
		c.addTo(head, "requestBody", Change{
			Rule: "body-changed", Level: Patch, InClient: true, Text: fmt.Sprintf("the client now sends %s, not %s", bodyNames[head.Body], bodyNames[base.Body]),
		})
	}
	if base.Server != head.Server {
		c.addTo(head, "servers", Change{
			Rule: "server-changed", Level: Patch, InClient: true, Text: "the client now sends the call to " + cmp.Or(head.Server, "the host of all calls"),
		})
	}
	if base.OAuthErrors != head.OAuthErrors {
		c.addTo(head, "responses", Change{Rule: "errors-changed", Level: Patch, Text: "errors of the call have another form"})
	}
	switch {
	case base.NoAnswer == head.NoAnswer:
	case head.NoAnswer:
		c.addTo(head, "responses", Change{Rule: "answer-changed", Level: Major, Text: "the call is now answered without a body"})
	default:
		c.addTo(head, "responses", Change{Rule: "answer-changed", Level: Minor, Text: "the call is now answered with a body"})
	}
	if base.Anonymous != head.Anonymous {
		text := "the client no longer sends credentials with the call"
		if base.Anonymous {
			text = "the client now sends credentials with the call"
		}
		c.addTo(head, "security", Change{Rule: "credentials-changed", Level: Major, InClient: true, Text: text})
	}
}

// bodyNames are what texts call the body of a request.
var bodyNames = map[model.Body]string{model.NoBody: "no body", model.JSONBody: "a JSON body", model.FormBody: "a form"}

// deprecation says what a thing is that changed whether it is deprecated.
func deprecation(now model.Docs) string {
	if now.Deprecated {
		return "deprecated"
	}
	return "no longer deprecated"
}

// callErrors compares the error types that a call lists.
func (c *comparison) callErrors(base, head *call) {
	before, after := wires(base.Errors), wires(head.Errors)
	for _, wire := range after {
		if !slices.Contains(before, wire) && !slices.Contains(wires(c.base.SDK.Common()), wire) {
			pos, _ := itemPos(head.Pos.File, c.head.nodes[head.Pos], "x-errors", wire)
			c.addTo(head, "x-errors", Change{Rule: "call-error-added", Level: Minor, Pos: pos, Text: fmt.Sprintf("the call can now answer the error `%s`", wire)})
		}
	}
	for _, wire := range before {
		if !slices.Contains(after, wire) && !slices.Contains(wires(c.head.SDK.Common()), wire) {
			c.addTo(head, "x-errors", Change{Rule: "call-error-removed", Level: Patch, Text: fmt.Sprintf("the call no longer lists the error `%s`", wire)})
		}
	}
}

func wires(errors []*model.ErrorType) []string {
	var all []string
	for _, e := range errors {
		all = append(all, e.Wire)
	}
	return all
}

// requestBody is where the schema of a call's request is.
func (c *comparison) requestBody(head *call) (schema, diag.Pos) {
	n := requestSchema(c.head.nodes[head.Pos])
	if n == nil {
		return schema{}, head.Pos
	}
	return schema{file: head.Pos.File, node: n}, diag.Pos{File: head.Pos.File, Line: n.Line, Column: n.Column}
}

// requestSchema is the schema of a call's body, or nil.
func requestSchema(call *yaml.Node) *yaml.Node {
	for _, media := range load.Pairs(load.Get(load.Get(call, "requestBody"), "content")) {
		return load.Get(media, "schema")
	}
	return nil
}

// pathNames returns what HEAD calls the parameters in a path, by their names
// in BASE: what is in the same part of the path is the same on the wire.
func pathNames(base, head *call) map[string]string {
	names := map[string]string{}
	after := strings.Split(head.Path, "/")
	for i, part := range strings.Split(base.Path, "/") {
		if strings.HasPrefix(part, "{") {
			names[strings.Trim(part, "{}")] = strings.Trim(after[i], "{}")
		}
	}
	return names
}
