package apichange

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// errorTypes compares errors.yaml.
func (c *comparison) errorTypes() {
	before := map[string]*model.ErrorType{}
	for _, e := range c.base.SDK.Errors {
		before[e.Wire] = e
	}
	for _, e := range c.head.SDK.Errors {
		add := func(change Change) {
			change.Pos, change.Subject, change.Symbols = e.Pos, "error "+e.Wire, []Symbol{{c.head.SDK.Packages[0].Name, e.Name}}
			c.add(change)
		}
		old := before[e.Wire]
		delete(before, e.Wire)
		if old == nil {
			add(Change{Rule: "error-added", Level: Minor, Text: "the error type is new"})
			continue
		}
		if old.Status != e.Status {
			add(Change{Rule: "error-status-changed", Level: Major, Text: fmt.Sprintf("the status changed from `%d` to `%d`", old.Status, e.Status)})
		}
		// A client that repeats more may keep a locked user locked. One that repeats
		// less fails where it did not.
		switch {
		case old.Retry && !e.Retry:
			add(Change{Rule: "error-retry-changed", Level: Major, InClient: true, Text: "the client no longer waits and repeats the call after it"})
		case !old.Retry && e.Retry:
			add(Change{Rule: "error-retry-changed", Level: Major, InClient: true, Text: "the client now waits and repeats the call after it"})
		}
		if was, is := publicCode(c.base.SDK, old), publicCode(c.head.SDK, e); was != is {
			add(Change{Rule: "error-public-changed", Level: Minor, InClient: true, Text: fmt.Sprintf("visitors now see it as `%s`, not as `%s`", is, was)})
		}
		switch {
		case old.Common && !e.Common:
			add(Change{Rule: "error-common-changed", Level: Patch, Text: "only the calls that list it answer it now"})
		case !old.Common && e.Common:
			add(Change{Rule: "error-common-changed", Level: Minor, Text: "every call can now answer it"})
		}
	}
	for _, wire := range slices.Sorted(maps.Keys(before)) {
		e := before[wire]
		c.add(Change{
			Rule: "error-removed", Level: Major, Pos: e.Pos, InBase: true, Subject: "error " + wire,
			Text: "the error type was removed", Symbols: []Symbol{{c.head.SDK.Packages[0].Name, e.Name}},
		})
	}
}

// publicCode returns the code that visitors see for an error type.
func publicCode(sdk *model.SDK, e *model.ErrorType) string {
	for _, p := range sdk.Public {
		if slices.Contains(p.Types, e) {
			return p.Wire
		}
	}
	return "outage"
}

// publicErrors compares what visitors see. The constants of the codes are Go
// code, which is compared elsewhere.
func (c *comparison) publicErrors() {
	before := map[string]*model.PublicError{}
	for _, p := range c.base.SDK.Public {
		before[p.Wire] = p
	}
	for _, p := range c.head.SDK.Public {
		old := before[p.Wire]
		if old == nil {
			continue
		}
		change := Change{
			Rule: "public-error-changed", Pos: p.Pos, Subject: "public error " + p.Wire, InClient: true,
			Symbols: []Symbol{{c.head.SDK.Packages[0].Name, p.Name}},
		}
		if old.Status != p.Status {
			status := change
			status.Level, status.Text = Minor, fmt.Sprintf("the status changed from `%d` to `%d`", old.Status, p.Status)
			c.add(status)
		}
		if old.Message != p.Message {
			change.Level, change.Text = Patch, "the message changed"
			c.add(change)
		}
	}
}

// servers compares where the client goes by itself.
func (c *comparison) servers() {
	src := c.head.Spec.Sources[load.ConsumerFile]
	for i, urls := range [][2]string{{c.base.SDK.TestURL, c.head.SDK.TestURL}, {c.base.SDK.LiveURL, c.head.SDK.LiveURL}} {
		if urls[0] == urls[1] {
			continue
		}
		node, _ := load.At(src.Root, fmt.Sprintf("/servers/%d/url", i))
		c.add(Change{
			Rule: "server-changed", Level: Major, Pos: src.Pos(node), Subject: "servers",
			Text: fmt.Sprintf("the server changed from `%s` to `%s`", urls[0], urls[1]), InClient: true,
		})
	}
}
