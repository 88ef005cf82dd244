package b2b_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// renewalGate calls an emulator without a network, and blocks renewals of sessions until it is opened.
type renewalGate struct {
	srv  *stytchtest.Server
	open chan struct{}
}

func (g renewalGate) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/sessions/authenticate") {
		<-g.open
	}
	w := httptest.NewRecorder()
	g.srv.ServeHTTP(w, r)
	return w.Result(), nil
}

// TestOneRenewalForAll makes requests with an expired JWT at once, as a page with many images does.
func TestOneRenewalForAll(t *testing.T) {
	srv := stytchtest.NewServer(t)
	srv.Clock().Stop()
	organization := srv.AddOrganization(b2b.Organization{OrganizationSlug: "engines"})
	member, err := srv.AddMember(b2b.Member{OrganizationID: organization.OrganizationID, EmailAddress: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := srv.AddSession(member.MemberID, time.Hour, map[string]any{"plan": "pro"})
	if err != nil {
		t.Fatal(err)
	}
	srv.Clock().Advance(6 * time.Minute)
	synctest.Test(t, func(t *testing.T) {
		gate := renewalGate{srv, make(chan struct{})}
		client := srv.B2B(stytch.WithHTTPClient(&http.Client{Transport: gate}))
		page := client.Sessions.Middleware(stytch.MiddlewareOptions{})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			session, _ := b2b.SessionFrom(r.Context())
			if session.CustomClaims["plan"] != "pro" || session.Roles[0] != "stytch_member" || session.AuthenticationFactors[0].EmailFactor.EmailAddress != "ada@example.com" {
				t.Errorf("session %v", session)
			}
			session.CustomClaims["plan"], session.Roles[0] = "free", "stytch_admin" // which is no other's business
			session.AuthenticationFactors[0].EmailFactor.EmailAddress = "eve@example.com"
		}))
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				r, w := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), httptest.NewRecorder()
				r.AddCookie(&http.Cookie{Name: "stytch_session_jwt", Value: s.JWT})
				page.ServeHTTP(w, r)
				if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Set-Cookie"), "stytch_session=") {
					t.Errorf("status %d, cookies %q", w.Code, w.Header()["Set-Cookie"])
				}
			})
		}
		synctest.Wait() // until one waits for the gate, and the others for it
		close(gate.open)
		group.Wait()
		if n := srv.Calls("b2b.sessions.authenticate"); n != 1 {
			t.Errorf("%d calls, want one", n)
		}
	})
}
