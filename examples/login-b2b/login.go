package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/guard"
)

// login is a login in progress.
type login struct {
	email   string
	waiting waiting
	sent    int // codes sent for the current step
	tries   int // attempts with the last code
	expires time.Time

	// After the first code: the token that proves it, and the organizations to choose
	// from. Before an invitation is accepted: the token of its link. All of this stays on
	// the server.
	token         string
	organizations []b2b.DiscoveredOrganization

	// After the choice of an organization.
	organizationID, organizationName string
	memberID                         string
	phone                            string // empty if the member has to enter one
	newPhone                         bool   // the member has just entered it
}

// waiting is what a login waits for.
type waiting int

const (
	discoveryCode waiting = iota // the code by e-mail that proves the address
	organization                 // the choice of an organization, or its creation
	phoneNumber                  // the number for the second factor
	smsCode                      // the second factor
	invitation                   // that the person accepts it
)

// place is a page of a login.
type place string

const (
	askCode  place = "/login/code"
	choose   place = "/login/organizations"
	askPhone place = "/login/phone"
	join     place = "/login/invitation"
)

// at returns the page for the current step of a login.
func (one login) at() place {
	switch one.waiting {
	case organization:
		return choose
	case phoneNumber:
		return askPhone
	case invitation:
		return join
	}
	return askCode
}

// loginPage is the data of the first page.
type loginPage struct {
	Problem *problem // nil if nothing is wrong
	Notice  string
	Address string
}

// notices are messages that other pages show on the first page. The query only
// names one, so that a link cannot make the page show any text.
var notices = map[string]string{
	"logged-out":            "You are logged out.",
	"logged-out-here":       "You are logged out in this browser. We could not end your session everywhere; it ends by itself within a day.",
	"logged-out-everywhere": "You are logged out everywhere. A page that is open elsewhere may work for another minute.",
	"session-over":          "Your session has ended. Please log in again.",
	"start-again":           "That took too long, or it began in another browser. Please start again.",
}

func (a *app) showLogin(w http.ResponseWriter, r *http.Request) {
	a.show(w, http.StatusOK, "login", loginPage{Notice: notices[r.URL.Query().Get("notice")]})
}

// startLogin sends a code for discovery. The response is the same for every address. Only
// the owner of the mailbox learns which organizations know the address.
func (a *app) startLogin(w http.ResponseWriter, r *http.Request) {
	one := login{email: strings.TrimSpace(r.PostFormValue("address")), waiting: discoveryCode, sent: 1}
	var refused *guard.Error
	err := a.send(r.Context(), one)
	if have, ok := a.logins.find(r); ok && errors.As(err, &refused) && have.email == one.email {
		http.Redirect(w, r, string(have.at()), http.StatusSeeOther) // the browser went back; the login continues
		return
	}
	if err != nil {
		p := a.problemOf("send a code", err)
		a.fail(w, p, "login", loginPage{Problem: p, Address: one.email})
		return
	}
	a.logins.begin(w, r, one)
	http.Redirect(w, r, string(askCode), http.StatusSeeOther)
}

// next returns the code that a login waits for, in the same form in which the call
// reports it to the guard.
func (one login) next() guard.Send {
	if one.waiting == smsCode {
		send := guard.Send{Account: one.memberID, Purpose: one.organizationID}
		if one.newPhone {
			send.Address = one.phone
		}
		return send
	}
	return guard.Send{Address: one.email}
}

// send sends the code that a login waits for, if the guard allows it.
func (a *app) send(ctx context.Context, one login) error {
	if one.waiting == smsCode {
		req := b2b.OTPsSMSSendRequest{OrganizationID: one.organizationID, MemberID: one.memberID, IntermediateSessionToken: &one.token}
		if one.newPhone {
			req.MFAPhoneNumber = &one.phone
		}
		_, err := a.client.OTPs.SMS.Send(ctx, req)
		return err
	}
	_, err := a.client.OTPs.Email.Discovery.Send(ctx, b2b.OTPsEmailDiscoverySendRequest{EmailAddress: one.email})
	return err
}
