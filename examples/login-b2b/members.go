package main

import (
	"net/http"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// membersPage is the data of the members' page.
type membersPage struct {
	Session *b2b.MemberSession
	Factors []factor
}

// factor is one proof of a login.
type factor struct{ Way, Address string }

// showMembers is behind the middleware. It shows data from the JWT, so it does not
// ask the service while the JWT is fresh.
func (a *app) showMembers(w http.ResponseWriter, r *http.Request) {
	session, _ := b2b.SessionFrom(r.Context()) // the middleware requires a session
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

// toLogin redirects visitors without a session.
func (a *app) toLogin(w http.ResponseWriter, r *http.Request) {
	target := "/login"
	if stytch.SessionTokenFrom(r) != "" {
		target += "?notice=session-over"
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// logout ends every session of this browser. It always clears the cookies: on a shared
// computer that matters most.
func (a *app) logout(w http.ResponseWriter, r *http.Request) {
	notice := "logged-out"
	if err := a.client.Sessions.Logout(w, r); err != nil {
		a.log.Error("could not end a session", "error", err)
		notice = "logged-out-here"
	}
	http.Redirect(w, r, "/login?notice="+notice, http.StatusSeeOther)
}

// logoutEverywhere ends every session of the member, with one call. The middleware in
// front of it asks the service for each request. So a session that ended elsewhere
// cannot end the others.
func (a *app) logoutEverywhere(w http.ResponseWriter, r *http.Request) {
	session, _ := b2b.SessionFrom(r.Context())
	if _, err := a.client.Sessions.Revoke(r.Context(), b2b.SessionsRevokeRequest{MemberID: &session.MemberID}); err != nil {
		a.fail(w, a.problemOf("end all sessions", err), "problem", nil)
		return
	}
	stytch.ClearSessionCookies(w, r)
	http.Redirect(w, r, "/login?notice=logged-out-everywhere", http.StatusSeeOther)
}
