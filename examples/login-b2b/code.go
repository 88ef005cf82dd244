package main

import (
	"errors"
	"net/http"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// codePage is the data of the page for both kinds of codes.
type codePage struct {
	Problem      *problem // nil if nothing is wrong
	Organization string   // the organization that requires the second factor
	Second       bool     // whether the code is the second factor
	Address      string
	Another      bool   // another code was sent
	Code         string // the entered code, if it may still be right
	Wait         wait   // the time until another code can be sent
}

func (a *app) codePage(r *http.Request, one login) codePage {
	page := codePage{Address: one.email, Another: one.sent > 1, Wait: a.left(r, one.next())}
	if one.waiting == smsCode {
		page.Second, page.Organization, page.Address = true, one.organizationName, one.phone
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
	if one.waiting == discoveryCode {
		err = a.checkDiscovery(w, r, one, stytch.CleanCode(typed))
	} else {
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
