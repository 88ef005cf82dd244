package stytchtest

import (
	"slices"

	"github.com/stytchgen/sdk/stytch"
)

// ownUserIDs are the ids that the service gives users.
var ownUserIDs = idForm("user")

func (r *run) searchUsers(q searchRequest) (stytch.UsersSearchResponse, *apiError) {
	none := stytch.UsersSearchResponse{}
	matches, err := userQuery(q.Query)
	if err != nil {
		return none, err
	}
	var found []stytch.User
	for u := range r.project.state.Users.all() {
		if p := u.profile(r.now); matches(p) {
			found = append(found, p)
		}
	}
	results, metadata, ok := pageOf(q, found, func(u stytch.User) position { return position{*u.CreatedAt, u.UserID} })
	if !ok {
		return none, fail("user_search_invalid_cursor")
	}
	return stytch.UsersSearchResponse{Results: results, ResultsMetadata: metadata}, nil
}

// userTest reports whether a search finds a user.
type userTest func(stytch.User) bool

// userQuery makes one test of the filters of a query.
func userQuery(q *searchQuery) (userTest, *apiError) {
	if q == nil || q.Operator == nil && q.Operands == nil {
		return func(stytch.User) bool { return true }, nil
	}
	if q.Operator != "AND" && q.Operator != "OR" {
		return nil, fail("user_search_invalid_operator")
	}
	var tests []userTest
	for _, operand := range q.Operands {
		test, err := userOperand(operand)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(u stytch.User) bool {
		is := func(test userTest) bool { return test(u) }
		if q.Operator == "OR" && len(tests) > 0 {
			return slices.ContainsFunc(tests, is)
		}
		return !slices.ContainsFunc(tests, func(test userTest) bool { return !test(u) })
	}, nil
}

func userOperand(operand map[string]any) (userTest, *apiError) {
	given, ok := operand["filter_name"]
	if !ok {
		return nil, fail("user_search_missing_filter_name")
	}
	name, ok := given.(string)
	if !ok {
		return nil, fail("user_search_filter_name_must_be_string")
	}
	filter := userFilters[name]
	if filter == nil {
		return nil, failf("user_search_filter_name_not_recognized", "the search knows no filter %q", name)
	}
	value := operand["filter_value"]
	if value == nil {
		return nil, failf("user_search_missing_filter_value", "the filter %s has no filter_value", name)
	}
	return filter(value)
}
