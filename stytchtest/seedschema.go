package stytchtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/internal/nearest"
)

//go:embed seed.schema.yaml
var seedSchemaYAML []byte

// SeedSchema returns the JSON Schema (2020-12) of a seed file, for editors. [Project.Seed]
// also compares the values with each other and with the project.
func SeedSchema() []byte {
	var schema any
	err := yaml.Unmarshal(seedSchemaYAML, &schema)
	var data []byte
	if err == nil {
		data, err = json.MarshalIndent(schema, "", "  ")
	}
	if err != nil {
		panic("stytchtest: the schema of a seed: " + err.Error()) // a test reads it
	}
	return append(data, '\n')
}

// seedSchema has the keywords of JSON Schema that seed.schema.yaml uses.
type seedSchema struct {
	Ref           string                 `yaml:"$ref"`
	Defs          map[string]*seedSchema `yaml:"$defs"`
	Type          string                 `yaml:"type"`
	Properties    map[string]*seedSchema `yaml:"properties"`
	Required      []string               `yaml:"required"`
	MinProperties int                    `yaml:"minProperties"`
	Items         *seedSchema            `yaml:"items"`
	MinItems      int                    `yaml:"minItems"`
	UniqueItems   bool                   `yaml:"uniqueItems"`
	Enum          []string               `yaml:"enum"`
	Pattern       string                 `yaml:"pattern"`
	Want          string                 `yaml:"x-want"`
	MinLength     int                    `yaml:"minLength"`
	MaxLength     *int                   `yaml:"maxLength"`
	Minimum       *int                   `yaml:"minimum"`
	Maximum       *int                   `yaml:"maximum"`

	form *regexp.Regexp // the pattern
}

// loadSeedSchema returns the schema with its references resolved.
var loadSeedSchema = sync.OnceValue(func() *seedSchema {
	top := &seedSchema{}
	if err := yaml.Unmarshal(seedSchemaYAML, top); err != nil {
		panic("stytchtest: the schema of a seed: " + err.Error()) // a test reads it
	}
	for _, s := range top.Defs {
		s.resolve(top.Defs)
	}
	top.resolve(top.Defs)
	return top
})

func (s *seedSchema) resolve(defs map[string]*seedSchema) {
	if s.Pattern != "" {
		s.form = regexp.MustCompile(s.Pattern)
	}
	deref := func(one *seedSchema) *seedSchema {
		if name, ok := strings.CutPrefix(one.Ref, "#/$defs/"); ok {
			return defs[name]
		}
		one.resolve(defs)
		return one
	}
	for name, one := range s.Properties {
		s.Properties[name] = deref(one)
	}
	if s.Items != nil {
		s.Items = deref(s.Items)
	}
}

// Limits of a seed. With aliases, a short file could otherwise be endless.
const (
	maxAliased   = 100_000
	maxSeedDepth = 64
)

// seedChecker compares a file with the schema.
type seedChecker struct {
	found   seedErrors
	inside  int  // how many aliases the value is in
	aliased int  // how many values were in aliases
	full    bool // whether a limit was reported
}

// check returns the value of a node as encoding/json would. A nil schema allows
// everything that JSON can have.
func (c *seedChecker) check(n *yaml.Node, s *seedSchema, path []string) any {
	if n.Kind == yaml.AliasNode {
		c.inside++
		defer func() { c.inside-- }()
		n = n.Alias
	}
	if c.inside > 0 {
		c.aliased++
	}
	if c.aliased > maxAliased || len(path) > maxSeedDepth {
		if !c.full {
			c.full = true
			c.found.add(n, nil, "aliases repeat more than %d values, or more than %d values are inside each other", maxAliased, maxSeedDepth)
		}
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		if s != nil && s.Type != "object" {
			c.found.add(n, path, "want %s, not an object", s.kind())
			return nil
		}
		return c.object(n, s, path)
	case yaml.SequenceNode:
		if s != nil && s.Type != "array" {
			c.found.add(n, path, "want %s, not a list", s.kind())
			return nil
		}
		return c.list(n, s, path)
	}
	return c.scalar(n, s, path)
}

func (c *seedChecker) object(n *yaml.Node, s *seedSchema, path []string) any {
	object, lines := map[string]any{}, map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		inside := append(slices.Clone(path), key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str":
			c.found.add(key, path, "want a string as the key; put it in quotes")
			continue
		case lines[key.Value] != 0:
			c.found.add(key, path, "the key %q is in line %d already", short(key.Value), lines[key.Value])
			continue
		}
		lines[key.Value] = key.Line
		var of *seedSchema
		if s != nil && s.Properties != nil {
			if of = s.Properties[key.Value]; of == nil {
				c.found.add(key, path, "unknown key %q; %s", short(key.Value), meant(key.Value, slices.Sorted(maps.Keys(s.Properties))))
				continue
			}
		}
		object[key.Value] = c.check(value, of, inside)
	}
	if s == nil {
		return object
	}
	for _, name := range s.Required {
		if lines[name] == 0 {
			c.found.add(n, path, "%s is missing", name)
		}
	}
	if len(n.Content)/2 < s.MinProperties {
		c.found.add(n, path, "it is empty; want at least one of %s", strings.Join(slices.Sorted(maps.Keys(s.Properties)), ", "))
	}
	return object
}

func (c *seedChecker) list(n *yaml.Node, s *seedSchema, path []string) any {
	list, lines := []any{}, map[any]int{}
	var of *seedSchema
	if s != nil {
		of = s.Items
		if len(n.Content) < s.MinItems {
			c.found.add(n, path, "the list is empty")
		}
	}
	for i, one := range n.Content {
		value := c.check(one, of, append(slices.Clone(path), strconv.Itoa(i)))
		list = append(list, value)
		if text, ok := value.(string); ok && s != nil && s.UniqueItems {
			if lines[text] != 0 {
				c.found.add(one, path, "it is the same as in line %d", lines[text])
			}
			lines[text] = one.Line
		}
	}
	return list
}

var (
	numberForm  = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	integerForm = regexp.MustCompile(`^[-+]?[0-9_]+$`)
	zeroForm    = regexp.MustCompile(`^[-+]?0[0-9_]+$`)
)

// scalar does not repeat the values in errors: they can be passwords.
func (c *seedChecker) scalar(n *yaml.Node, s *seedSchema, path []string) any {
	wrong := func(format string, args ...any) any {
		c.found.add(n, path, format, args...)
		return nil
	}
	kind := n.ShortTag()
	if s != nil && s.Type != map[string]string{"!!str": "string", "!!int": "integer", "!!bool": "boolean"}[kind] {
		switch {
		case kind == "!!null":
			return wrong("there is no value; want %s", s.kind())
		case s.Type == "string" && kind != "!!binary":
			return wrong("want a string; put it in quotes")
		}
		return wrong("want %s", s.kind())
	}
	switch kind {
	case "!!null":
		return nil
	case "!!str":
		if s != nil {
			return c.text(n, s, path)
		}
		if n.Style&(yaml.TaggedStyle|yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 && numberForm.MatchString(n.Value) {
			return wrong("the number is too large; put it in quotes if it is a text")
		}
		return n.Value
	case "!!timestamp":
		return n.Value
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int":
		var number int64
		switch {
		case zeroForm.MatchString(n.Value):
			return wrong("a number does not keep the 0 at its beginning; put it in quotes if it is a text")
		case n.Decode(&number) != nil:
			return wrong("the number does not fit into 64 bits; put it in quotes if it is a text")
		case s != nil && (s.Minimum != nil && number < int64(*s.Minimum) || s.Maximum != nil && number > int64(*s.Maximum)):
			return wrong("want %s, not %d", s.kind(), number)
		}
		return number
	case "!!float":
		var number float64
		switch {
		case integerForm.MatchString(n.Value):
			return wrong("the number does not fit into 64 bits; put it in quotes if it is a text")
		case n.Decode(&number) != nil || math.IsNaN(number) || math.IsInf(number, 0):
			return wrong("JSON has no such number")
		}
		return number
	}
	return wrong("YAML values with the tag %s have no meaning here", short(n.Tag))
}

// text checks a string.
func (c *seedChecker) text(n *yaml.Node, s *seedSchema, path []string) any {
	length := utf8.RuneCountInString(n.Value)
	switch {
	case s.form != nil && !s.form.MatchString(n.Value):
		c.found.add(n, path, "want %s", s.Want)
	case s.Enum != nil && !slices.Contains(s.Enum, n.Value):
		c.found.add(n, path, "%q is not one of the values; %s", short(n.Value), meant(n.Value, s.Enum))
	case length < s.MinLength:
		c.found.add(n, path, "it is empty")
	case s.MaxLength != nil && length > *s.MaxLength:
		c.found.add(n, path, "it has %d characters; at most %d are allowed", length, *s.MaxLength)
	}
	return n.Value
}

// kind says what a schema wants.
func (s *seedSchema) kind() string {
	switch s.Type {
	case "object":
		return "an object"
	case "array":
		return "a list"
	case "boolean":
		return "true or false"
	case "integer":
		if s.Minimum != nil && s.Maximum != nil {
			return fmt.Sprintf("a whole number from %d to %d", *s.Minimum, *s.Maximum)
		}
		return "a whole number"
	}
	return "a string"
}

// short limits a text of a file in an error.
func short(text string) string {
	if runes := []rune(text); len(runes) > 64 {
		return string(runes[:64]) + "..."
	}
	return text
}

// meant names the candidate that is most like a name, or all.
func meant(name string, candidates []string) string {
	if len(name) <= 64 { // the time grows with the length
		if best := nearest.Name(name, candidates); best != "" {
			return fmt.Sprintf("did you mean %q?", best)
		}
	}
	return "want one of " + strings.Join(candidates, ", ")
}
