package stytchtest

import (
	"github.com/stytchgen/sdk/stytch"
)

// ownUserIDs are the ids that the service gives users.
var ownUserIDs = idForm("user")

func (r *run) searchUsers(q searchRequest) (stytch.UsersSearchResponse, *apiError) {
	none := stytch.UsersSearchResponse{}
	matches, err := userSearch.query(q.Query)
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
