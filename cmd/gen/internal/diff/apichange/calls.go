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

// about begins a change of a call, at one of its keys.
func (c *comparison) about(head *call, key string) Change {
	change := Change{Pos: head.Pos, Subject: head.String(), Calls: []string{head.String()}}
	if pos, ok := keyPos(head.Pos.File, c.head.nodes[head.Pos], key); ok {
		change.Pos = pos
	}
	return change
}

// call compares what a call says apart from its fields.
func (c *comparison) call(base, head *call) {
	if base.ID != head.ID {
		renamed := c.about(head, "")
		renamed.Rule, renamed.Level = "call-renamed", Patch
		renamed.Text = fmt.Sprintf("the call `%s` is now named `%s`, the same on the wire", base.ID, head.ID)
		renamed.Symbols = union(base.symbols(c.base, c.head), head.symbols(c.head, c.base)...)
		c.add(renamed)
	}
	if base.Docs.Deprecated != head.Docs.Deprecated {
		change := c.about(head, "deprecated")
		change.Rule, change.Level, change.Text = "call-deprecated", Minor, "the call is "+deprecation(head.Docs)
		c.add(change)
	}
	if base.Retry != head.Retry {
		// A client that repeats more may do something twice. One that repeats less
		// fails where it did not.
		change := c.about(head, "x-retry")
		change.Rule, change.Level, change.InClient = "retry-changed", Major, true
		change.Text = fmt.Sprintf("`x-retry` changed from `%s` to `%s`", base.Retry, head.Retry)
		c.add(change)
	}
	if base.Body != head.Body {
		change := c.about(head, "requestBody")
		change.Rule, change.Level, change.InClient = "body-changed", Patch, true
		change.Text = fmt.Sprintf("the client now sends %s, not %s", bodyNames[head.Body], bodyNames[base.Body])
		c.add(change)
	}
	if base.Server != head.Server {
		change := c.about(head, "servers")
		change.Rule, change.Level, change.InClient = "server-changed", Patch, true
		change.Text = fmt.Sprintf("the client now sends the call to %s", cmp.Or(head.Server, "the host of all calls"))
		c.add(change)
	}
	if base.OAuthErrors != head.OAuthErrors {
		change := c.about(head, "responses")
		change.Rule, change.Level, change.Text = "errors-changed", Patch, "errors of the call have another form"
		c.add(change)
	}
	if base.NoAnswer != head.NoAnswer {
		change := c.about(head, "responses")
		change.Rule, change.Level, change.Text = "answer-changed", Minor, "the call is now answered with a body"
		if head.NoAnswer {
			change.Level, change.Text = Major, "the call is now answered without a body"
		}
		c.add(change)
	}
	if base.Anonymous != head.Anonymous {
		change := c.about(head, "security")
		change.Rule, change.Level, change.InClient = "credentials-changed", Major, true
		change.Text = "the client no longer sends credentials with the call"
		if base.Anonymous {
			change.Text = "the client now sends credentials with the call"
		}
		c.add(change)
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
		if !slices.Contains(before, wire) && !slices.Contains(wires(common(c.base.SDK)), wire) {
			change := c.about(head, "x-errors")
			change.Rule, change.Level = "call-error-added", Minor
			change.Text = fmt.Sprintf("the call can now answer the error `%s`", wire)
			if pos, ok := itemPos(head.Pos.File, c.head.nodes[head.Pos], "x-errors", wire); ok {
				change.Pos = pos
			}
			c.add(change)
		}
	}
	for _, wire := range before {
		if !slices.Contains(after, wire) && !slices.Contains(wires(common(c.head.SDK)), wire) {
			change := c.about(head, "x-errors")
			change.Rule, change.Level = "call-error-removed", Patch
			change.Text = fmt.Sprintf("the call no longer lists the error `%s`", wire)
			c.add(change)
		}
	}
}

func common(sdk *model.SDK) []*model.ErrorType {
	return slices.DeleteFunc(slices.Clone(sdk.Errors), func(e *model.ErrorType) bool { return !e.Common })
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
