package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	yaml "github.com/oasdiff/yaml3"
)

// finding is an error in a seed, with its line.
type finding struct {
	line int
	text string
}

// checkSeed compares a seed with its schema, and reports each error with its
// line: "7: unknown key ...".
func checkSeed(document *yaml.Node, value any) []string {
	doc, err := loadControl()
	if err != nil {
		return []string{err.Error()}
	}
	var found []finding
	visit := doc.Components.Schemas["Seed"].Value.VisitJSON(value, openapi3.MultiErrors())
	for _, e := range schemaErrors(visit) {
		found = append(found, findingOf(document.Content[0], e))
	}
	if len(found) == 0 {
		found = duplicates(document.Content[0])
	}
	slices.SortStableFunc(found, func(a, b finding) int { return a.line - b.line })
	var list []string
	for _, f := range found {
		list = append(list, fmt.Sprintf("%d: %s", f.line, f.text))
	}
	return list
}

func schemaErrors(err error) []*openapi3.SchemaError {
	switch e := err.(type) {
	case openapi3.MultiError:
		var all []*openapi3.SchemaError
		for _, one := range e {
			all = append(all, schemaErrors(one)...)
		}
		return all
	case *openapi3.SchemaError:
		return []*openapi3.SchemaError{e}
	}
	return nil
}

func findingOf(top *yaml.Node, e *openapi3.SchemaError) finding {
	at, rest := nodeAt(top, e.JSONPointer())
	where := strings.Join(e.JSONPointer(), ".")
	switch {
	case e.SchemaField == "required" && len(rest) > 0:
		return finding{at.Line, fmt.Sprintf("%s is missing", rest[0])}
	case e.SchemaField == "properties" && at.Kind == yaml.MappingNode:
		for i := 0; i < len(at.Content); i += 2 {
			key := at.Content[i]
			if e.Reason == fmt.Sprintf("property %q is unsupported", key.Value) {
				known := slices.Sorted(maps.Keys(e.Schema.Properties))
				return finding{key.Line, fmt.Sprintf("unknown key %q; the known keys are %s", key.Value, strings.Join(known, ", "))}
			}
		}
	case e.SchemaField == "type" && at.Kind == yaml.ScalarNode && e.Schema.Type.Is("string"):
		return finding{at.Line, fmt.Sprintf("%s: want a string; quote %s", where, at.Value)}
	}
	return finding{at.Line, strings.TrimPrefix(where+": ", ": ") + e.Reason}
}

// nodeAt follows a path as far as possible, and returns the rest of it.
func nodeAt(node *yaml.Node, path []string) (at *yaml.Node, rest []string) {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if len(path) == 0 {
		return node, nil
	}
	switch node.Kind {
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(node.Content) {
			return nodeAt(node.Content[i], path[1:])
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == path[0] {
				return nodeAt(node.Content[i+1], path[1:])
			}
		}
	}
	return node, path
}

// duplicates finds organizations and members that occur twice.
func duplicates(top *yaml.Node) []finding {
	var found []finding
	seen := map[string]int{}
	once := func(key string, at *yaml.Node, what string) {
		if line, twice := seen[key]; twice {
			found = append(found, finding{at.Line, fmt.Sprintf("%s is already in line %d", what, line)})
			return
		}
		seen[key] = at.Line
	}
	organizations, rest := nodeAt(top, []string{"organizations"})
	if len(rest) > 0 {
		return nil
	}
	for i, organization := range organizations.Content {
		if name, rest := nodeAt(organization, []string{"organization_name"}); len(rest) == 0 {
			slug := slugOf(name.Value)
			if given, rest := nodeAt(organization, []string{"organization_slug"}); len(rest) == 0 {
				name, slug = given, given.Value
			}
			once("slug "+slug, name, fmt.Sprintf("the slug %q", slug))
		}
		if id, rest := nodeAt(organization, []string{"organization_id"}); len(rest) == 0 {
			once("id "+id.Value, id, fmt.Sprintf("the id %q", id.Value))
		}
		members, rest := nodeAt(organization, []string{"members"})
		if len(rest) > 0 {
			continue
		}
		for _, member := range members.Content {
			email, _ := nodeAt(member, []string{"email_address"})
			once(fmt.Sprintf("email %d %s", i, strings.ToLower(email.Value)), email, fmt.Sprintf("the e-mail address %q", email.Value))
			if id, rest := nodeAt(member, []string{"member_id"}); len(rest) == 0 {
				once("member "+id.Value, id, fmt.Sprintf("the id %q", id.Value))
			}
		}
	}
	return found
}
