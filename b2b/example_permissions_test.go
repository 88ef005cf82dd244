package b2b_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// A handler asks what the member may do in the organization of the page.
func ExampleAllowed() {
	srv, err := stytchtest.Start(stytchtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.Grant("editor", "documents", "read", "update")
	srv.AddOrganization(b2b.Organization{OrganizationID: "organization-test-engines"})
	member, err := srv.AddMember(b2b.Member{
		OrganizationID: "organization-test-engines", EmailAddress: "ada@example.com",
		Roles: []b2b.MemberRole{{RoleID: "stytch_member"}, {RoleID: "editor"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	session, err := srv.AddSession(member.MemberID, time.Hour, nil)
	if err != nil {
		log.Fatal(err)
	}
	client := srv.B2B() // in production: b2b.NewClient(projectID, secret)

	members := client.Sessions.Middleware(stytch.MiddlewareOptions{})
	mux := http.NewServeMux()
	mux.Handle("POST /{organization}/documents", members(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ok, err := b2b.Allowed(r.Context(), r.PathValue("organization"), "documents", "update"); !ok {
			stytch.PublicErrorOf(err).Write(w)
			return
		}
		fmt.Fprintln(w, "done")
	})))

	for _, organization := range []string{"organization-test-engines", "organization-test-looms"} {
		r, w := httptest.NewRequest(http.MethodPost, "/"+organization+"/documents", nil), httptest.NewRecorder()
		r.Header.Set("Authorization", "Bearer "+session.JWT)
		mux.ServeHTTP(w, r)
		fmt.Print(organization, ": ", w.Code, " ", w.Body)
	}
	// Output:
	// organization-test-engines: 200 done
	// organization-test-looms: 403 You are not allowed to do that.
}
