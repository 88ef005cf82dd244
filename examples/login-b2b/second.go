package main

import (
	"net/http"
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// phonePage is the data of the page for a phone number.
type phonePage struct {
	Problem      *problem // nil if nothing is wrong
	Organization string
	Phone        string
}

func (a *app) showPhone(w http.ResponseWriter, _ *http.Request, one login) {
	a.show(w, http.StatusOK, "phone", phonePage{Organization: one.organizationName})
}

// takePhone sets up the second factor. The number is verified when the code that is sent
// to it is entered.
func (a *app) takePhone(w http.ResponseWriter, r *http.Request, one login) {
	typed := r.PostFormValue("phone")
	one.phone, one.newPhone = phoneOf(typed), true
	err := a.sendSMS(w, r, one)
	if err == nil || a.tooLate(w, r, err) {
		return
	}
	p := a.problemOf("send a code", err)
	a.fail(w, p, "phone", phonePage{Problem: p, Organization: one.organizationName, Phone: typed})
}

// phoneOf normalizes an entered phone number. The SDK rejects invalid ones.
func phoneOf(typed string) string {
	number := stytch.CleanPhoneNumber(typed)
	if rest, ok := strings.CutPrefix(number, "00"); ok {
		number = "+" + rest
	}
	return number
}

// sendSMS sends the code of the second factor, and redirects to the page for it.
func (a *app) sendSMS(w http.ResponseWriter, r *http.Request, one login) error {
	one.waiting, one.sent = smsCode, 1
	if err := a.send(r.Context(), one); err != nil {
		return err
	}
	a.goOn(w, r, one)
	return nil
}

// checkSMS completes a login with the second factor.
func (a *app) checkSMS(w http.ResponseWriter, r *http.Request, one login, code string) error {
	auth, err := a.client.OTPs.SMS.Authenticate(r.Context(), b2b.OTPsSMSAuthenticateRequest{
		OrganizationID: one.organizationID, MemberID: one.memberID, Code: code,
		IntermediateSessionToken: &one.token, SessionDurationMinutes: new(sessionMinutes),
	})
	if err != nil {
		return err
	}
	a.logIn(w, r, auth.SessionToken, auth.SessionJWT, auth.MemberSession)
	return nil
}

// sessionMinutes is how long a member stays logged in.
const sessionMinutes = 24 * 60

// logIn gives the browser its session.
func (a *app) logIn(w http.ResponseWriter, r *http.Request, token, jwt string, session *b2b.MemberSession) {
	a.logins.end(w, r)
	a.client.Sessions.SetCookies(w, r, token, jwt, session)
	http.Redirect(w, r, "/members", http.StatusSeeOther)
}
