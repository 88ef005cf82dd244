package main

import (
	"errors"
	"net/http"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// codePage is what the page for a code shows: for both kinds of codes.
type codePage struct {
	Problem      *problem // nil when nothing is wrong
	Organization string   // that wants the second factor
	Second       bool     // it is the second factor
	Address      string
	Another      bool   // another code was sent
	Code         string // what was typed, when it may still be right
	Wait         wait   // until another code can be sent
}

func (a *app) codePage(r *http.Request, one login) codePage {
	page := codePage{Address: one.email, Another: one.sent > 1, Wait: a.left(r, one.next())}
	if one.waiting == smsCode {
		page.Second, page.Organization, page.Address = true, one.organizationName, one.phone
		if !one.newPhone {
			// The first factor alone does not tell the whole number.
			page.Address = "the number that ends in " + one.phone[max(0, len(one.phone)-2):]
		}
	}
	return page
}

func (a *app) showCode(w http.ResponseWriter, r *http.Request, one login) {
	a.show(w, http.StatusOK, "code", a.codePage(r, one))
}

// checkCode checks the code that a login is waiting for.
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
		page.Code = typed // nothing is known to be wrong with it
	}
	a.fail(w, p, "code", page)
}

// tooLate ends a login of which the service has forgotten the first factor, after ten
// minutes. It reports whether that is what the error says.
func (a *app) tooLate(w http.ResponseWriter, r *http.Request, err error) bool {
	if !errors.Is(err, stytch.ErrIntermediateSessionNotFound) && !errors.Is(err, stytch.ErrInvalidIntermediateSessionTokenForOrganization) {
		return false
	}
	a.logins.end(w, r)
	http.Redirect(w, r, "/login?notice=start-again", http.StatusSeeOther)
	return true
}

// checkDiscovery finds out the organizations of whoever has the code.
func (a *app) checkDiscovery(w http.ResponseWriter, r *http.Request, one login, code string) error {
	found, err := a.client.OTPs.Email.Discovery.Authenticate(r.Context(), b2b.OTPsEmailDiscoveryAuthenticateRequest{EmailAddress: one.email, Code: code})
	if err != nil {
		return err
	}
	one.token, one.organizations, one.waiting = found.IntermediateSessionToken, found.DiscoveredOrganizations, organization
	a.goOn(w, r, one)
	return nil
}

// resendCode sends another code. It takes the place of the one before.
func (a *app) resendCode(w http.ResponseWriter, r *http.Request, one login) {
	if err := a.send(r.Context(), one); err != nil {
		if a.tooLate(w, r, err) {
			return
		}
		p := a.problemOf("send another code", err)
		p.AtField = false // the field of this page is the code
		page := a.codePage(r, one)
		page.Problem, page.Another = p, false
		a.fail(w, p, "code", page)
		return
	}
	one.sent++
	a.goOn(w, r, one)
}
