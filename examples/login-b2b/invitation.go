package main

import (
	"net/http"

	"github.com/stytchgen/sdk/b2b"
)

// openInvitation begins a login with the link of an invitation. It keeps the token on the
// server, and takes it out of the browser's address and history. It does not use the token
// up, because programs that scan mail open links too: the person presses a button.
func (a *app) openInvitation(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	if token == "" {
		a.during(join, a.showInvitation)(w, r)
		return
	}
	a.logins.begin(w, r, login{waiting: invitation, token: token})
	http.Redirect(w, r, string(join), http.StatusSeeOther)
}

func (a *app) showInvitation(w http.ResponseWriter, _ *http.Request, _ login) {
	a.show(w, http.StatusOK, "invitation", nil)
}

// acceptInvitation logs in with an invitation. It proves the address like a code by e-mail,
// so an organization that requires a second factor asks for it next.
func (a *app) acceptInvitation(w http.ResponseWriter, r *http.Request, one login) {
	auth, err := a.client.MagicLinks.Authenticate(r.Context(), b2b.MagicLinksAuthenticateRequest{
		MagicLinksToken: one.token, SessionDurationMinutes: new(sessionMinutes),
	})
	if err != nil {
		a.fail(w, a.problemOf("accept an invitation", err), "invitation", nil)
		return
	}
	if auth.Next() == b2b.StepDone {
		a.logIn(w, r, auth.SessionToken, auth.SessionJWT, auth.MemberSession)
		return
	}
	one.email, one.token = auth.Member.EmailAddress, auth.IntermediateSessionToken
	one.organizations = []b2b.DiscoveredOrganization{{Organization: &auth.Organization, MFARequired: auth.MFARequired, PrimaryRequired: auth.PrimaryRequired}}
	a.goOnAt(w, r, one, auth.Organization, auth.Member, auth.Next())
}
