package stytch_test

import (
	"errors"
	"testing"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestNilFilter: a filter that is nil is reported before anything is sent, whether
// the interface is nil or has a nil pointer.
func TestNilFilter(t *testing.T) {
	client := stytchtest.NewServer(t).Client()
	for name, filter := range map[string]stytch.UserFilter{"interface": nil, "pointer": (*stytch.UserFilterStatus)(nil)} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Users.Search(t.Context(), stytch.UsersSearchRequest{Query: &stytch.UserSearchQuery{
				Operator: stytch.SearchOperatorAnd, Operands: []stytch.UserFilter{filter},
			}})
			invalid := new(stytch.ValidationError)
			if !errors.As(err, &invalid) || len(invalid.Violations) != 1 || invalid.Violations[0].Field != "query.operands[0]" {
				t.Errorf("got %v, want a violation of query.operands[0]", err)
			}
		})
	}
}
