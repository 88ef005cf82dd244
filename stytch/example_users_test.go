package stytch_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// Find, change and delete a user. Here the emulator answers, and a user is in it already.
func Example_users() {
	srv, err := stytchtest.Start(stytchtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.AddUser(stytch.User{ExternalID: new("customer-1815"), Emails: []stytch.UserEmail{{Email: "ada@example.com", Verified: true}}})
	client := srv.Client() // in production: stytch.NewClient(projectID, secret)
	ctx := context.Background()

	found, err := client.Users.Search(ctx, stytch.UsersSearchRequest{Query: &stytch.UserSearchQuery{
		Operator: stytch.SearchOperatorAnd,
		Operands: []stytch.UserFilter{
			stytch.UserFilterEmailAddress{FilterValue: []string{"ada@example.com"}},
			stytch.UserFilterStatus{FilterValue: stytch.UserStatusActive},
		},
	}})
	if err != nil {
		log.Fatal(err)
	}
	user := found.Results[0]

	// Metadata is merged: what the request does not name stays, and nil deletes a key.
	changed, err := client.Users.Update(ctx, stytch.UsersUpdateRequest{
		UserID:          user.UserID,
		Name:            &stytch.UserName{FirstName: new("Ada")},
		TrustedMetadata: map[string]any{"plan": "pro", "trial_ends": nil},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*changed.User.Name.FirstName, "has the plan", changed.User.TrustedMetadata["plan"])

	// An external id works wherever a user id does. The sessions of the user end as well.
	if _, err := client.Users.Delete(ctx, stytch.UsersDeleteRequest{UserID: "customer-1815"}); err != nil {
		log.Fatal(err)
	}
	_, err = client.Users.Get(ctx, stytch.UsersGetRequest{UserID: user.UserID})
	fmt.Println("gone:", errors.Is(err, stytch.ErrUserNotFound))
	// Output:
	// Ada has the plan pro
	// gone: true
}
