package stytch_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// A handler asks what the user may do. All checks together fetch the policy once.
func ExampleAllowed() {
	srv, err := stytchtest.Start(stytchtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.Grant("editor", "documents", "read", "update")
	session, err := srv.AddSession(srv.AddUser(stytch.User{Roles: []string{"stytch_user", "editor"}}).UserID, time.Hour, nil)
	if err != nil {
		log.Fatal(err)
	}
	client := srv.Client() // in production: stytch.NewClient(projectID, secret)

	readers := client.Sessions.Middleware(stytch.MiddlewareOptions{Check: stytch.FixedCheck("documents", "read")})
	page := readers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ok, err := stytch.Allowed(r.Context(), "documents", r.URL.Query().Get("action")); !ok {
			stytch.PublicErrorOf(err).Write(w)
			return
		}
		fmt.Fprintln(w, "done")
	}))

	for _, action := range []string{"update", "delete"} {
		r, w := httptest.NewRequest(http.MethodPost, "/?action="+action, nil), httptest.NewRecorder()
		r.Header.Set("Authorization", "Bearer "+session.JWT)
		page.ServeHTTP(w, r)
		fmt.Print(action, ": ", w.Code, " ", w.Body)
	}
	fmt.Println("calls:", srv.Calls("consumer.rbac.policy"), srv.Calls("consumer.sessions.authenticate"))
	// Output:
	// update: 200 done
	// delete: 403 You are not allowed to do that.
	// calls: 1 0
}

// Test a handler that asks for permissions, without a server.
func ExampleContextWithPolicy() {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ok, _ := stytch.Allowed(r.Context(), "documents", "update")
		fmt.Fprint(w, "may update: ", ok)
	})

	r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
	ctx := stytch.ContextWithSession(r.Context(), &stytch.Session{UserID: "user-test-1", Roles: []string{"editor"}})
	ctx = stytch.ContextWithPolicy(ctx, &stytch.RBACPolicy{Roles: []stytch.RBACRole{
		{RoleID: "editor", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"*"}}}},
	}})
	page.ServeHTTP(w, r.WithContext(ctx))
	fmt.Println(w.Body)
	// Output: may update: true
}
