package main

import (
	"errors"
	"net/http"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// codePage is the data of the page for all three kinds of codes.
type codePage struct {
	Problem      *problem // nil if nothing is wrong
	Organization string   // the organization that asks for the code; empty for the first code
	Second       bool     // whether the code is the second factor
	Address      string
	Another      bool   // another code was sent
	Code         string // the entered code, if it may still be right
	Wait         wait   // the time until another code can be sent
}

func (a *app) codePage(r *http.Request, one login) codePage {
	page := codePage{Address: one.email, Another: one.sent > 1, Wait: a.left(r, one.next())}
	if one.waiting != discoveryCode {
		page.Organization = one.organizationName
	}
	if one.waiting == smsCode {
		page.Second, page.Address = true, one.phone
		if !one.newPhone {
			// After the first factor alone, the whole number must not be shown.
			page.Address = "the number that ends in " + one.phone[max(0, len(one.phone)-2):]
		}
	}
	return page
}

func (a *app) showCode(w http.ResponseWriter, r *http.Request, one login) {
	a.show(w, http.StatusOK, "code", a.codePage(r, one))
}

// checkCode checks the code that a login waits for.
func (a *app) checkCode(w http.ResponseWriter, r *http.Request, one login) {
	if !a.logins.try(r) {
		page := a.codePage(r, one)
		page.Problem, page.Another = tooManyTries, false
		a.fail(w, tooManyTries, "code", page)
		return
	}
	typed := r.PostFormValue("code")
	var err error
	switch one.waiting {
	case discoveryCode:
		err = a.checkDiscovery(w, r, one, stytch.CleanCode(typed))
	case organizationCode:
		err = a.checkOrganization(w, r, one, stytch.CleanCode(typed))
	default:
		err = a.checkSMS(w, r, one, stytch.CleanCode(typed))
	}
	if err == nil || a.tooLate(w, r, err) {
		return
	}
	p := a.problemOf("check a code", err)
	page := a.codePage(r, one)
	page.Problem, page.Another = p, false
	if !p.AtField {
		page.Code = typed // the code may still be right
	}
	a.fail(w, p, "code", page)
}

// tooLate ends a login whose first factor has expired at the service, after ten
// minutes. It reports whether the error means that.
func (a *app) tooLate(w http.ResponseWriter, r *http.Request, err error) bool {
	if !errors.Is(err, stytch.ErrIntermediateSessionNotFound) && !errors.Is(err, stytch.ErrInvalidIntermediateSessionTokenForOrganization) {
		return false
	}
	a.logins.end(w, r)
	http.Redirect(w, r, "/login?notice=start-again", http.StatusSeeOther)
	return true
}

// checkDiscovery lists the organizations of the person with the code.
func (a *app) checkDiscovery(w http.ResponseWriter, r *http.Request, one login, code string) error {
	found, err := a.client.OTPs.Email.Discovery.Authenticate(r.Context(), b2b.OTPsEmailDiscoveryAuthenticateRequest{EmailAddress: one.email, Code: code})
	if err != nil {
		return err
	}
	one.token, one.organizations, one.waiting = found.IntermediateSessionToken, found.DiscoveredOrganizations, organization
	a.goOn(w, r, one)
	return nil
}

// checkOrganization logs in to an organization by e-mail. It also sends the token of
// the discovery, so that the first code counts too.
func (a *app) checkOrganization(w http.ResponseWriter, r *http.Request, one login, code string) error {
	auth, err := a.client.OTPs.Email.Authenticate(r.Context(), b2b.OTPsEmailAuthenticateRequest{
		OrganizationID: one.organizationID, EmailAddress: one.email, Code: code,
		IntermediateSessionToken: &one.token, SessionDurationMinutes: new(sessionMinutes),
	})
	if err != nil {
		return err
	}
	one.memberID, one.token = auth.MemberID, auth.IntermediateSessionToken
	switch auth.Next() {
	case b2b.StepDone:
		a.logIn(w, r, auth.SessionToken, auth.SessionJWT, auth.MemberSession)
	case b2b.StepSMSCode: // the service sent it together with this response
		one.phone, one.waiting, one.sent = auth.Member.MFAPhoneNumber, smsCode, 1
		a.goOn(w, r, one)
	case b2b.StepSendSMS:
		// The first code is used up. So the login moves on, even if the next code could
		// not be sent.
		one.phone, one.waiting, one.sent = auth.Member.MFAPhoneNumber, smsCode, 0
		one.tries = 0
		a.logins.update(r, func(have *login) { *have = one })
		a.resendCode(w, r, one)
	case b2b.StepEnroll:
		one.waiting = phoneNumber
		a.goOn(w, r, one)
	default:
		a.logins.end(w, r)
		a.fail(w, notByEmail(one.organizationName), "problem", nil)
	}
	return nil
}

// resendCode sends another code, which replaces the earlier one.
func (a *app) resendCode(w http.ResponseWriter, r *http.Request, one login) {
	if err := a.send(r.Context(), one); err != nil {
		if a.tooLate(w, r, err) {
			return
		}
		p := a.problemOf("send another code", err)
		p.AtField = false // the field of this page is for the code
		page := a.codePage(r, one)
		page.Problem, page.Another = p, false
		a.fail(w, p, "code", page)
		return
	}
	one.sent++
	a.goOn(w, r, one)
}
