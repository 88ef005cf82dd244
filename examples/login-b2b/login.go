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

// login is a login on its way.
type login struct {
	email   string
	waiting waiting
	sent    int // codes for what it is waiting for
	tries   int // of the last of them
	expires time.Time

	// After the first code: what it proved, and the organizations to choose from. The
	// token stays on the server, as everything else here.
	token         string
	organizations []b2b.DiscoveredOrganization

	// After choosing.
	organizationID, organizationName string
	memberID                         string
	phone                            string // empty when the member has yet to give one
	newPhone                         bool   // the member has just given it
}

// waiting is what a login is waiting for.
type waiting int

const (
	discoveryCode waiting = iota // the code by e-mail that says who it is
	organization                 // that one is chosen, or created
	phoneNumber                  // for the second factor
	smsCode                      // the second factor
)

// place is a page of a login.
type place string

const (
	askCode  place = "/login/code"
	choose   place = "/login/organizations"
	askPhone place = "/login/phone"
)

// at is the page for what a login is waiting for.
func (one login) at() place {
	switch one.waiting {
	case organization:
		return choose
	case phoneNumber:
		return askPhone
	}
	return askCode
}

// loginPage is what the first page shows.
type loginPage struct {
	Problem *problem // nil when nothing is wrong
	Notice  string
	Address string
}

// notices are what other pages send people to the first one with. The query only
// names one: a text in it would let everybody put words into our mouth.
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

// startLogin sends a code for discovery: the answer is the same for everybody, and only
// who reads the e-mail learns which organizations know the address.
func (a *app) startLogin(w http.ResponseWriter, r *http.Request) {
	one := login{email: strings.TrimSpace(r.PostFormValue("address")), waiting: discoveryCode, sent: 1}
	var refused *guard.Error
	err := a.send(r.Context(), one)
	if have, ok := a.logins.find(r); ok && errors.As(err, &refused) && have.email == one.email {
		http.Redirect(w, r, string(have.at()), http.StatusSeeOther) // they went back, and that login goes on
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

// next is the code that a login is waiting for, as the guard knows it from the call.
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

// send has the service send the code that a login is waiting for, as often as the guard
// allows.
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
