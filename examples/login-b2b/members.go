package main

import (
	"net/http"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// membersPage is what the members' page shows.
type membersPage struct {
	Session *b2b.MemberSession
	Factors []factor
}

// factor is how a member proved who they are.
type factor struct{ Way, Address string }

// showMembers is behind the middleware. What it shows was in the JWT: while that is
// fresh, the service is not asked.
func (a *app) showMembers(w http.ResponseWriter, r *http.Request) {
	session, _ := b2b.SessionFrom(r.Context()) // the middleware lets nobody through without
	page := membersPage{Session: session}
	for _, f := range session.AuthenticationFactors {
		switch {
		case f.PhoneNumberFactor != nil:
			page.Factors = append(page.Factors, factor{"SMS", f.PhoneNumberFactor.PhoneNumber})
		case f.EmailFactor != nil:
			page.Factors = append(page.Factors, factor{"e-mail", f.EmailFactor.EmailAddress})
		}
	}
	a.show(w, http.StatusOK, "members", page)
}

// toLogin answers who is not logged in, instead of the members' page.
func (a *app) toLogin(w http.ResponseWriter, r *http.Request) {
	target := "/login"
	if stytch.SessionTokenFrom(r) != "" {
		target += "?notice=session-over"
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// logout ends every session that this browser shows. The cookies go in any case: at a
// computer that others use, too, that is what counts.
func (a *app) logout(w http.ResponseWriter, r *http.Request) {
	notice := "logged-out"
	if err := a.client.Sessions.Logout(w, r); err != nil {
		a.log.Error("could not end a session", "error", err)
		notice = "logged-out-here"
	}
	http.Redirect(w, r, "/login?notice="+notice, http.StatusSeeOther)
}

// logoutEverywhere ends every session of the member, with one call. The middleware in
// front of it asks the service for each request: who was logged out elsewhere a moment
// ago cannot do the same to the others.
func (a *app) logoutEverywhere(w http.ResponseWriter, r *http.Request) {
	session, _ := b2b.SessionFrom(r.Context())
	if _, err := a.client.Sessions.Revoke(r.Context(), b2b.SessionsRevokeRequest{MemberID: &session.MemberID}); err != nil {
		a.fail(w, a.problemOf("end all sessions", err), "problem", nil)
		return
	}
	stytch.ClearSessionCookies(w, r)
	http.Redirect(w, r, "/login?notice=logged-out-everywhere", http.StatusSeeOther)
}
