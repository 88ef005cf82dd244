package main

import (
	"net/http"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

// codePage is the data of the page for the code.
type codePage struct {
	Problem *problem // nil if nothing is wrong
	Address string
	Channel channel
	Another bool   // another code was sent
	Code    string // the entered code, if it may still be right
	Wait    wait   // the time until another code can be sent
}

func (a *app) showCode(w http.ResponseWriter, r *http.Request) {
	one, ok := a.logins.find(r)
	if !ok {
		http.Redirect(w, r, "/login?notice=start-again", http.StatusSeeOther)
		return
	}
	a.show(w, http.StatusOK, "code", a.codePage(r, one))
}

func (a *app) codePage(r *http.Request, one login) codePage {
	return codePage{Address: one.address, Channel: one.channel, Another: one.sent > 1, Wait: a.left(r, guard.Send{Address: one.address})}
}

// sessionMinutes is how long a person stays logged in. The middleware renews the
// JWT, which is valid for five minutes, but not the session.
const sessionMinutes = 24 * 60

// checkCode checks the code and logs in the user. The service counts wrong codes
// too, and locks the user after ten in a row.
func (a *app) checkCode(w http.ResponseWriter, r *http.Request) {
	one, ok := a.logins.find(r)
	if !ok {
		http.Redirect(w, r, "/login?notice=start-again", http.StatusSeeOther)
		return
	}
	if !a.logins.try(r) {
		page := a.codePage(r, one)
		page.Problem, page.Another = tooManyTries, false
		a.fail(w, tooManyTries, "code", page)
		return
	}
	typed := r.PostFormValue("code")
	auth, err := a.client.OTPs.Authenticate(r.Context(), stytch.OTPsAuthenticateRequest{
		MethodID: one.methodID, Code: stytch.CleanCode(typed), SessionDurationMinutes: new(sessionMinutes),
	})
	if err != nil {
		p := a.problemOf("check a code", err)
		page := a.codePage(r, one)
		page.Problem, page.Another = p, false
		if !p.AtField {
			page.Code = typed // the code may still be right
		}
		a.fail(w, p, "code", page)
		return
	}
	// The session is always new, even if the browser had cookies before. So an
	// attacker cannot prepare a session and wait until a victim logs in to it.
	a.logins.end(w, r)
	a.client.Sessions.SetCookies(w, r, auth.SessionToken, auth.SessionJWT, auth.Session)
	http.Redirect(w, r, "/members", http.StatusSeeOther)
}

// resendCode sends another code, which replaces the earlier one.
func (a *app) resendCode(w http.ResponseWriter, r *http.Request) {
	one, ok := a.logins.find(r)
	if !ok {
		http.Redirect(w, r, "/login?notice=start-again", http.StatusSeeOther)
		return
	}
	methodID, err := a.send(r.Context(), one.channel, one.address)
	if err != nil {
		p := a.problemOf("send another code", err)
		p.AtField = false // the field of this page is for the code
		page := a.codePage(r, one)
		page.Problem, page.Another = p, false
		a.fail(w, p, "code", page)
		return
	}
	a.logins.update(r, func(one *login) { one.methodID, one.sent, one.tries = methodID, one.sent+1, 0 })
	http.Redirect(w, r, "/login/code", http.StatusSeeOther)
}
