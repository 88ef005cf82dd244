package stytchtest

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stytchgen/sdk/stytchtest/internal/contract"
)

// search is a search with its filters, by name.
type search[T any] struct {
	searchErrors
	filters map[string]filter[T]
}

// test reports whether a search finds something.
type test[T any] func(T) bool

// filter makes a test of the value of a filter.
type filter[T any] func(e searchErrors, value any) (test[T], *apiError)

// searchErrors are the error types of a search: what they begin with, and the two
// that the searches call by different names.
type searchErrors struct{ prefix, expectedTexts, expectedBoolean string }

// fail returns the search's error of a kind, or bad_request if the search has none.
func (e searchErrors) fail(kind string) *apiError {
	if _, ok := contract.ErrorTypeOf(e.prefix + kind); !ok {
		return failf("bad_request", "query: %s", strings.ReplaceAll(kind, "_", " "))
	}
	return fail(e.prefix + kind)
}

// test makes one test of the filters of a query.
func (s search[T]) test(q *searchQuery) (test[T], *apiError) {
	if q == nil || q.Operator == nil && q.Operands == nil {
		return func(T) bool { return true }, nil
	}
	if q.Operator != "AND" && q.Operator != "OR" {
		return nil, s.fail("invalid_operator")
	}
	var tests []test[T]
	for _, operand := range q.Operands {
		test, err := s.operand(operand)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(one T) bool {
		if q.Operator == "OR" && len(tests) > 0 {
			return slices.ContainsFunc(tests, func(test test[T]) bool { return test(one) })
		}
		return !slices.ContainsFunc(tests, func(test test[T]) bool { return !test(one) })
	}, nil
}

func (s search[T]) operand(operand map[string]any) (test[T], *apiError) {
	given, ok := operand["filter_name"]
	if !ok {
		return nil, s.fail("missing_filter_name")
	}
	name, ok := given.(string)
	if !ok {
		return nil, s.fail("filter_name_must_be_string")
	}
	filter := s.filters[name]
	if filter == nil {
		return nil, failf(s.prefix+"filter_name_not_recognized", "the search knows no filter %q", name)
	}
	value := operand["filter_value"]
	if value == nil {
		return nil, failf(s.prefix+"missing_filter_value", "the filter %s has no filter_value", name)
	}
	return filter(s.searchErrors, value)
}

// anyOf finds what has one of several texts.
func anyOf[T any](missing string, values func(T) []string) filter[T] {
	return func(e searchErrors, value any) (test[T], *apiError) {
		wanted, err := e.texts(value, missing)
		return func(one T) bool {
			return slices.ContainsFunc(values(one), func(have string) bool { return slices.Contains(wanted, have) })
		}, err
	}
}

// anyOfFolded is anyOf for texts whose case does not matter, such as addresses.
func anyOfFolded[T any](missing string, values func(T) []string) filter[T] {
	return func(e searchErrors, value any) (test[T], *apiError) {
		wanted, err := e.texts(value, missing)
		return func(one T) bool {
			return slices.ContainsFunc(values(one), func(have string) bool {
				return slices.ContainsFunc(wanted, func(want string) bool { return strings.EqualFold(have, want) })
			})
		}, err
	}
}

// minFuzzy is how many characters a fuzzy filter needs.
const minFuzzy = 3

// fuzzy finds by a part of a text, in upper or lower case.
func fuzzy[T any](name string, values func(T) []string, match func(text, part string) bool) filter[T] {
	return func(e searchErrors, value any) (test[T], *apiError) {
		part, err := e.text(value, name+"_fuzzy")
		if err == nil && utf8.RuneCountInString(part) < minFuzzy {
			err = e.fail(name + "_fuzzy_too_short")
		}
		return func(one T) bool {
			return slices.ContainsFunc(values(one), func(have string) bool { return match(strings.ToLower(have), strings.ToLower(part)) })
		}, err
	}
}

// exists finds what has something that is so, or something that is not.
func exists[T any](values func(T) []bool) filter[T] {
	return func(e searchErrors, value any) (test[T], *apiError) {
		wanted, ok := value.(bool)
		if !ok {
			return nil, e.fail(e.expectedBoolean)
		}
		return func(one T) bool { return slices.Contains(values(one), wanted) }, nil
	}
}

// text is the value of a filter that takes a text.
func (e searchErrors) text(value any, name string) (string, *apiError) {
	given, ok := value.(string)
	if !ok {
		return "", e.fail("expected_string")
	}
	if given == "" {
		return "", e.fail("missing_" + name)
	}
	return given, nil
}

// texts is the value of a filter that takes a list of texts.
func (e searchErrors) texts(value any, name string) ([]string, *apiError) {
	list, ok := value.([]any)
	if !ok {
		return nil, e.fail(e.expectedTexts)
	}
	given := make([]string, len(list))
	for i, one := range list {
		if given[i], ok = one.(string); !ok {
			return nil, e.fail(e.expectedTexts)
		}
	}
	if len(given) == 0 {
		return nil, e.fail("missing_" + name)
	}
	return given, nil
}

func each[T, V any](list []T, value func(T) V) []V {
	values := make([]V, len(list))
	for i, one := range list {
		values[i] = value(one)
	}
	return values
}
