package stytchtest_test

import (
	"testing"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestCheckout is the test of docs/emulator/go.md.
func TestCheckout(t *testing.T) {
	srv := stytchtest.NewServer(t)
	user := srv.AddUser(stytch.User{})
	if _, err := srv.SaveSnapshot("before checkout"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"with a card", "by invoice"} {
		t.Run(name, func(t *testing.T) {
			if err := srv.RestoreSnapshot("before checkout"); err != nil {
				t.Fatal(err)
			}
			// The user, the sessions, the messages and the clock are those of the snapshot.
			if _, err := srv.Client().Users.Delete(t.Context(), stytch.UsersDeleteRequest{UserID: user.UserID}); err != nil {
				t.Error(err)
			}
		})
	}
}
