package validate

import (
	"reflect"
	"strings"
	"testing"
)

type color string

var (
	colors   = []color{"red", "pale blue"}
	code     = Pattern{Source: "^[0-9]{6}$", Want: "a code of six digits", Steps: []Step{{Ranges: [][2]rune{{'0', '9'}}, Min: 6, Max: 6}}}
	wordlike = Pattern{Source: "^[a-z]+$", Steps: []Step{{Ranges: [][2]rune{{'a', 'z'}}, Min: 1, Max: -1}}}
)

func TestChecker(t *testing.T) {
	tests := []struct {
		name  string
		check func(*Validator)
		want  string // the violations, joined; empty if there are none
	}{
		{"pattern", func(c *Validator) { c.Pattern("f", "482913", code) }, ""},
		{"pattern, broken", func(c *Validator) { c.Pattern("f", "secret", code) }, "f: must be a code of six digits"},
		{"pattern, without words", func(c *Validator) { c.Pattern("f", "1", wordlike) }, "f: must match ^[a-z]+$"},
		{"shortest", func(c *Validator) { c.MinLength("f", "éé", 2) }, ""},
		{"too short", func(c *Validator) { c.MinLength("f", "é", 2) }, "f: must have at least 2 characters"},
		{"empty", func(c *Validator) { c.MinLength("f", "", 1) }, "f: must not be empty"},
		{"longest", func(c *Validator) { c.MaxLength("f", "éé", 2) }, ""},
		{"too long", func(c *Validator) { c.MaxLength("f", "éé", 1) }, "f: must have at most 1 character"},
		{"lower end of the range", func(c *Validator) { c.Range("f", 1, 1, 10) }, ""},
		{"upper end of the range", func(c *Validator) { c.Range("f", 10, 1, 10) }, ""},
		{"below the range", func(c *Validator) { c.Range("f", 0, 1, 10) }, "f: must be between 1 and 10"},
		{"above the range", func(c *Validator) { c.Range("f", 11, 1, 10) }, "f: must be between 1 and 10"},
		{"minimum", func(c *Validator) { c.Min("f", -1, -1) }, ""},
		{"below the minimum", func(c *Validator) { c.Min("f", -2, -1) }, "f: must be at least -1"},
		{"maximum", func(c *Validator) { c.Max("f", 5, 5) }, ""},
		{"above the maximum", func(c *Validator) { c.Max("f", 6, 5) }, "f: must be at most 5"},
		{"enough items", func(c *Validator) { c.MinItems("f", 1, 1) }, ""},
		{"too few items", func(c *Validator) { c.MinItems("f", 0, 1) }, "f: must have at least 1 item"},
		{"few enough items", func(c *Validator) { c.MaxItems("f", 2, 2) }, ""},
		{"too many items", func(c *Validator) { c.MaxItems("f", 3, 2) }, "f: must have at most 2 items"},
		{"enum", func(c *Validator) { Enum(c, "f", "pale blue", colors) }, ""},
		{"enum, unknown", func(c *Validator) { Enum(c, "f", "secret", colors) }, `f: must be one of "red", "pale blue"`},
		{"enum list", func(c *Validator) { Enums(c, "f", []color{"red", "red"}, colors) }, ""},
		{"enum list, unknown", func(c *Validator) { Enums(c, "f", []color{"red", "secret"}, colors) },
			`f[1]: must be one of "red", "pale blue"`},
		{"exactly one", func(c *Validator) { c.ExactlyOne(Field("a", false), Field("b", true)) }, ""},
		{"exactly one, none", func(c *Validator) { c.ExactlyOne(Field("a", false), Field("b", false)) },
			"exactly one of a, b must be set, not 0"},
		{"exactly one, all", func(c *Validator) { c.ExactlyOne(Field("a", true), Field("b", true), Field("c", true)) },
			"exactly one of a, b, c must be set, not 3"},
		{"at most one, none", func(c *Validator) { c.AtMostOne(Field("a", false), Field("b", false)) }, ""},
		{"at most one, one", func(c *Validator) { c.AtMostOne(Field("a", true), Field("b", false)) }, ""},
		{"at most one, two", func(c *Validator) { c.AtMostOne(Field("a", true), Field("b", false), Field("c", true)) },
			"at most one of a, b, c must be set, not 2"},
		{"at least one, none", func(c *Validator) { c.AtLeastOne(Field("a", false), Field("b", false)) },
			"at least one of a, b must be set"},
		{"at least one, two", func(c *Validator) { c.AtLeastOne(Field("a", true), Field("b", true)) }, ""},
		{"values", func(c *Validator) {
			Values(c, "m", map[string]string{"secret": "long", "b": "longer"}, func(v *string, c *Validator) { c.MaxLength("", *v, 3) })
			Values(c, "n", map[string]string{"a": "x"}, func(v *string, c *Validator) { c.MaxLength("", *v, 3) })
		}, "m[]: must have at most 3 characters"},
		{"several", func(c *Validator) { c.Min("a", 0, 1); c.Min("b", 1, 1); c.Max("c", 1, 0) },
			"a: must be at least 1; c: must be at most 0"},
		{"in an object", func(c *Validator) {
			c.Min("before", 0, 1)
			c.In("o", func(c *Validator) {
				c.Min("a", 0, 1)
				c.In("p", func(c *Validator) { c.Min("b", 0, 1) })
				c.ExactlyOne(Field("x", false), Field("y", false))
			})
			c.Min("after", 0, 1)
		}, "before: must be at least 1; o.a: must be at least 1; o.p.b: must be at least 1; " +
			"o: exactly one of x, y must be set, not 0; after: must be at least 1"},
		{"in a list of objects", func(c *Validator) {
			Each(c, "l", []int{1, 0, 0}, func(n *int, c *Validator) { c.Min("n", *n, 1) })
		}, "l[1].n: must be at least 1; l[2].n: must be at least 1"},
		{"in a list of values", func(c *Validator) {
			c.In("o", func(c *Validator) {
				Each(c, "l", []string{"x", ""}, func(s *string, c *Validator) { c.MinLength("", *s, 1) })
			})
		}, "o.l[1]: must not be empty"},
		{"in a list of lists", func(c *Validator) {
			Each(c, "l", [][]int{{1}, {1, 0}}, func(l *[]int, c *Validator) {
				Each(c, "", *l, func(n *int, c *Validator) { c.Min("", *n, 1) })
			})
		}, "l[1][1]: must be at least 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var c Validator
			test.check(&c)
			var got []string
			for _, v := range c.Violations() {
				got = append(got, v.String())
			}
			if got := strings.Join(got, "; "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if test.want == "" && c.Violations() != nil {
				t.Error("violations are not nil")
			}
		})
	}
}

func TestViolationFields(t *testing.T) {
	var c Validator
	c.In("attributes", func(c *Validator) { c.MinLength("ip_address", "", 1) })
	want := []Violation{{Field: "attributes.ip_address", Message: "must not be empty"}}
	if got := c.Violations(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got := c.Violations()
	c.Reset()
	if c.Violations() != nil {
		t.Error("there are violations after Reset")
	}
	c.Min("other", 0, 1)
	if got[0] != want[0] {
		t.Errorf("Reset lets go of the old slice, but it became %+v", got)
	}
}

type request struct {
	phone, code string
	minutes     *int
	color       color
	colors      []color
	emails      []string
	nested      *request
}

func (r *request) validate(c *Validator) {
	c.MinLength("phone", r.phone, 1)
	c.MaxLength("phone", r.phone, 20)
	c.Pattern("code", r.code, code)
	if r.minutes != nil {
		c.Range("minutes", *r.minutes, 1, 10)
	}
	Enum(c, "color", r.color, colors)
	Enums(c, "colors", r.colors, colors)
	c.MinItems("emails", len(r.emails), 1)
	Each(c, "emails", r.emails, func(s *string, c *Validator) { c.MinLength("", *s, 1) })
	if r.nested != nil {
		c.In("nested", r.nested.validate)
	}
	c.AtMostOne(Field("minutes", r.minutes != nil), Field("phone", false))
	c.ExactlyOne(Field("phone", r.phone != ""), Field("nested", false))
}

type node struct {
	value    int
	next     *node
	children []node
}

func (n *node) validate(c *Validator) {
	c.Min("value", n.value, 1)
	if n.next != nil {
		c.In("next", n.next.validate)
	}
	Each(c, "children", n.children, (*node).validate)
}

// TestDepth checks deeply nested values, and values that contain themselves.
func TestDepth(t *testing.T) {
	deep := &node{}
	for range 1000 {
		deep = &node{value: 1, next: deep}
	}
	round := &node{value: 1}
	round.next = round
	everywhere := &node{value: 1, children: make([]node, 2)}
	everywhere.children[0] = node{value: 1, next: everywhere, children: everywhere.children}
	everywhere.children[1] = everywhere.children[0]
	const tooDeep = "must not nest more than 1000 levels deep"
	tests := []struct {
		name          string
		value         *node
		field, reason string
	}{
		{"as deep as can be", deep, "next.next.next.", "must be at least 1"},
		{"a level more", &node{value: 1, next: deep}, "next.next.next.", tooDeep},
		{"a ring", round, "next.next.next.", tooDeep},
		{"many rings", everywhere, "children[0].next.children[0].next.", tooDeep},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var c Validator
			for range 2 { // a Validator can be reused
				test.value.validate(&c)
				v := c.Violations()
				if len(v) != 1 || v[0].Message != test.reason || !strings.HasPrefix(v[0].Field, test.field) || len(v[0].Field) > 300 {
					t.Fatalf("got %d violations, %+v; want one: %s... %s", len(v), v, test.field, test.reason)
				}
				c.Reset()
			}
		})
	}
}

func TestValidRequestDoesNotAllocate(t *testing.T) {
	inner := request{phone: "+1", code: "482913", color: "red", colors: colors, emails: []string{"a"}}
	outer := inner
	outer.minutes, outer.nested = new(5), &inner
	var c Validator
	allocs := testing.AllocsPerRun(100, func() { outer.validate(&c) })
	if v := c.Violations(); v != nil {
		t.Fatal(v)
	}
	if allocs != 0 {
		t.Errorf("%v allocations, want 0", allocs)
	}
}

func TestErrorTypes(t *testing.T) {
	tests := []struct {
		name  string
		check func(*Validator)
		want  string
	}{
		{"nothing wrong", func(c *Validator) { c.Min("a", 1, 1); c.ErrorType("a", "x") }, ""},
		{"one field", func(c *Validator) { c.Min("a", 0, 1); c.ErrorType("a", "x") }, "a=x"},
		{"two rules of a field", func(c *Validator) { c.Min("a", 0, 1); c.Max("a", 0, -1); c.ErrorType("a", "x") }, "a=x a=x"},
		{"fields without and with a type", func(c *Validator) {
			c.Min("a", 0, 1)
			c.Min("b", 0, 1)
			c.ErrorType("b", "x")
			c.Min("c", 0, 1)
			c.Min("d", 1, 1)
			c.ErrorType("d", "y")
		}, "a= b=x c="},
		{"a name that another begins with", func(c *Validator) { c.Min("a_b", 0, 1); c.Min("a", 0, 1); c.ErrorType("a", "x") }, "a_b= a=x"},
		{"items", func(c *Validator) { Enums(c, "l", []color{"a", "red", "b"}, colors); c.ErrorType("l", "x") }, "l[0]=x l[2]=x"},
		{"in an object, beside a field of the same name", func(c *Validator) {
			c.Min("a", 0, 1)
			c.In("o", func(c *Validator) { c.Min("a", 0, 1); c.ErrorType("a", "x"); c.Min("b", 0, 1) })
			c.Min("b", 0, 1)
			c.ErrorType("b", "y")
		}, "a= o.a=x o.b= b=y"},
		{"in a list", func(c *Validator) {
			Each(c, "l", []int{0, 1, 0}, func(n *int, c *Validator) { c.Min("n", *n, 1); c.ErrorType("n", "x") })
		}, "l[0].n=x l[2].n=x"},
		{"none of several", func(c *Validator) {
			c.ExactlyOne(Field("a", false), Field("b", false))
			c.ChoiceErrorType("none", "several")
		}, "=none"},
		{"too many of several", func(c *Validator) {
			c.ExactlyOne(Field("a", true), Field("b", true))
			c.ChoiceErrorType("none", "several")
		}, "=several"},
		{"too many of several that may be none", func(c *Validator) {
			c.Min("a", 0, 1)
			c.AtMostOne(Field("a", true), Field("b", true))
			c.ChoiceErrorType("", "several")
		}, "a= =several"},
		{"none of several of which one is needed", func(c *Validator) {
			c.AtLeastOne(Field("a", false), Field("b", false))
			c.ChoiceErrorType("none", "")
		}, "=none"},
		{"one of several", func(c *Validator) {
			c.Min("a", 0, 1)
			c.AtMostOne(Field("a", true), Field("b", false))
			c.ChoiceErrorType("", "several")
		}, "a="},
		{"two choices", func(c *Validator) {
			c.ExactlyOne(Field("a", true), Field("b", true))
			c.ExactlyOne(Field("c", false), Field("d", false))
			c.ChoiceErrorType("none", "several")
		}, "=none =none"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var c Validator
			test.check(&c)
			var got []string
			for _, v := range c.Violations() {
				got = append(got, v.Field+"="+v.Type)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
