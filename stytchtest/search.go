package stytchtest

import (
	"cmp"
	"encoding/base64"
	"iter"
	"slices"
	"strings"
	"time"

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

// page returns what a search finds, as far as it is on the page that is asked for.
func (s search[T]) page(q searchRequest, all iter.Seq[T], at func(T) position) ([]T, stytch.ResultsMetadata, *apiError) {
	matches, err := s.test(q.Query)
	if err != nil {
		return nil, stytch.ResultsMetadata{}, err
	}
	var found []T
	for one := range all {
		if matches(one) {
			found = append(found, one)
		}
	}
	results, metadata, ok := pageOf(q, found, at)
	if !ok {
		return nil, metadata, s.fail("invalid_cursor")
	}
	return results, metadata, nil
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
