package stytchtest

import (
	"github.com/stytchgen/sdk/stytch"
)

// ownUserIDs are the ids that the service gives users.
var ownUserIDs = idForm("user")

func (r *run) searchUsers(q searchRequest) (stytch.UsersSearchResponse, *apiError) {
	all := func(yield func(stytch.User) bool) {
		for u := range r.project.state.Users.all() {
			if !yield(u.profile(r.now)) {
				return
			}
		}
	}
	results, metadata, err := userSearch.page(q, all, func(u stytch.User) position { return position{*u.CreatedAt, u.UserID} })
	if err != nil {
		return stytch.UsersSearchResponse{}, err
	}
	return stytch.UsersSearchResponse{Results: results, ResultsMetadata: metadata}, nil
}
