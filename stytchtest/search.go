package stytchtest

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stytchgen/sdk/stytch"
)

// searchRequest is a search as it was sent. What its operands are is up to the
// search, which has error types of its own for them.
type searchRequest struct {
	Cursor *string      `json:"cursor"`
	Limit  *int         `json:"limit"`
	Query  *searchQuery `json:"query"`
}

type searchQuery struct {
	Operator any              `json:"operator"`
	Operands []map[string]any `json:"operands"`
}

// defaultPage is how many results a page has when the request does not say.
const defaultPage = 100

// position is where a result is in the order of a search: by the time when it
// was created, then by its id. So pages stay right when others come and go.
type position struct {
	created time.Time
	id      string
}

func (p position) compare(to position) int {
	return cmp.Or(p.created.Compare(to.created), strings.Compare(p.id, to.id))
}

func (p position) cursor() string {
	return base64.URLEncoding.EncodeToString([]byte(p.created.UTC().Format(time.RFC3339Nano) + " " + p.id))
}

// readCursor returns the position that a cursor is for.
func readCursor(cursor string) (position, bool) {
	text, err := base64.URLEncoding.DecodeString(cursor)
	created, id, found := strings.Cut(string(text), " ")
	at, parseErr := time.Parse(time.RFC3339Nano, created)
	return position{at, id}, err == nil && found && parseErr == nil
}

// pageOf returns the page of what a search found that its cursor begins, and
// false for a cursor that no search returned.
func pageOf[T any](q searchRequest, found []T, at func(T) position) ([]T, stytch.ResultsMetadata, bool) {
	metadata := stytch.ResultsMetadata{Total: len(found)}
	slices.SortFunc(found, func(a, b T) int { return at(a).compare(at(b)) })
	if text(q.Cursor) != "" {
		last, ok := readCursor(*q.Cursor)
		if !ok {
			return nil, metadata, false
		}
		found = slices.DeleteFunc(found, func(one T) bool { return at(one).compare(last) <= 0 })
	}
	limit := defaultPage
	if q.Limit != nil && *q.Limit > 0 {
		limit = *q.Limit
	}
	if len(found) > limit {
		found = found[:limit]
		metadata.NextCursor = new(at(found[limit-1]).cursor())
	}
	return found, metadata, true
}

// search is a search call: its filters by name, and how its error types begin and
// name a list of texts and a boolean.
type search[T any] struct {
	errors, list, boolean string
	filters               map[string]filter[T]
}

// test reports whether a search finds something.
type test[T any] func(T) bool

// filter makes a test of the value of a filter.
type filter[T any] func(s *search[T], value any) (test[T], *apiError)

// minFuzzy is how many characters a fuzzy filter needs.
const minFuzzy = 3

// fail returns an error of the search.
func (s *search[T]) fail(what string) *apiError { return fail(s.errors + what) }

// query makes one test of the filters of a query.
func (s *search[T]) query(q *searchQuery) (test[T], *apiError) {
	if q == nil || q.Operator == nil && q.Operands == nil {
		return func(T) bool { return true }, nil
	}
	if q.Operator != "AND" && q.Operator != "OR" {
		return nil, fail("user_search_invalid_operator") // of every search
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
		is := func(test test[T]) bool { return test(one) }
		if q.Operator == "OR" && len(tests) > 0 {
			return slices.ContainsFunc(tests, is)
		}
		return !slices.ContainsFunc(tests, func(test test[T]) bool { return !test(one) })
	}, nil
}

func (s *search[T]) operand(operand map[string]any) (test[T], *apiError) {
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
		return nil, failf(s.errors+"filter_name_not_recognized", "the search knows no filter %q", name)
	}
	value := operand["filter_value"]
	if value == nil {
		return nil, failf(s.errors+"missing_filter_value", "the filter %s has no filter_value", name)
	}
	return filter(s, value)
}

// text is the value of a filter that takes a text.
func (s *search[T]) text(value any, name string) (string, *apiError) {
	given, ok := value.(string)
	if !ok {
		return "", s.fail("expected_string")
	}
	if given == "" {
		return "", s.fail("missing_" + name)
	}
	return given, nil
}

// texts is the value of a filter that takes a list of texts.
func (s *search[T]) texts(value any, name string) ([]string, *apiError) {
	list, ok := value.([]any)
	if !ok {
		return nil, s.fail(s.list)
	}
	given := make([]string, len(list))
	for i, one := range list {
		if given[i], ok = one.(string); !ok {
			return nil, s.fail(s.list)
		}
	}
	if len(given) == 0 {
		return nil, s.fail("missing_" + name)
	}
	return given, nil
}

// anyOf finds what has one of several texts.
func anyOf[T any](missing string, values func(T) []string) filter[T] {
	return anyLike(missing, values, func(a, b string) bool { return a == b })
}

// anyLike is anyOf for texts that are compared in a way of their own.
func anyLike[T any](missing string, values func(T) []string, same func(a, b string) bool) filter[T] {
	return func(s *search[T], value any) (test[T], *apiError) {
		wanted, err := s.texts(value, missing)
		return func(one T) bool {
			return slices.ContainsFunc(values(one), func(have string) bool {
				return slices.ContainsFunc(wanted, func(want string) bool { return same(want, have) })
			})
		}, err
	}
}

// fuzzy finds by a part of a text, in upper or lower case.
func fuzzy[T any](name string, values func(T) []string, match func(text, part string) bool) filter[T] {
	return fuzzyNamed(name+"_fuzzy", name, values, match)
}

// fuzzyNamed is fuzzy for a filter whose two error types name it differently.
func fuzzyNamed[T any](missing, short string, values func(T) []string, match func(text, part string) bool) filter[T] {
	return func(s *search[T], value any) (test[T], *apiError) {
		part, err := s.text(value, missing)
		if err == nil && utf8.RuneCountInString(part) < minFuzzy {
			err = s.fail(short + "_fuzzy_too_short")
		}
		return func(one T) bool {
			return slices.ContainsFunc(values(one), func(have string) bool { return match(strings.ToLower(have), strings.ToLower(part)) })
		}, err
	}
}

// whether finds what has something that is so, or something that is not.
func whether[T any](values func(T) []bool) filter[T] {
	return func(s *search[T], value any) (test[T], *apiError) {
		wanted, ok := value.(bool)
		if !ok {
			return nil, s.fail(s.boolean)
		}
		return func(one T) bool { return slices.Contains(values(one), wanted) }, nil
	}
}

// oneKind is an error if some ids are the service's own and some are not.
func oneKind(ids []string, own interface{ MatchString(string) bool }, otherwise *apiError) *apiError {
	if slices.ContainsFunc(ids, own.MatchString) && slices.ContainsFunc(ids, func(id string) bool { return !own.MatchString(id) }) {
		return otherwise
	}
	return nil
}

func each[T, V any](list []T, value func(T) V) []V {
	values := make([]V, len(list))
	for i, one := range list {
		values[i] = value(one)
	}
	return values
}
