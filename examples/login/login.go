package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

// login is a login in progress: a code was sent and not yet verified.
type login struct {
	channel  channel
	address  string
	methodID string
	sent     int // codes sent
	tries    int // attempts with the last code
	expires  time.Time
}

// loginPage is the data of the first page.
type loginPage struct {
	Problem *problem // nil if nothing is wrong
	Notice  string
	Address string
	Channel channel
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
	a.show(w, http.StatusOK, "login", loginPage{Notice: notices[r.URL.Query().Get("notice")], Channel: sms})
}

// startLogin sends a code to the address in the form.
//
// The page does not reveal whether the address has an account: one call covers both
// cases, and the response is the same. An application without sign-up uses Send
// instead, which fails for an unknown address. It must then show the same page, and
// say that a code was sent if the address is known.
func (a *app) startLogin(w http.ResponseWriter, r *http.Request) {
	typed := r.PostFormValue("address")
	address, way := addressOf(typed, channel(r.PostFormValue("channel")))
	methodID, err := a.send(r.Context(), way, address)
	var refused *guard.Error
	if have, ok := a.logins.find(r); ok && errors.As(err, &refused) && have.address == address && have.channel == way {
		http.Redirect(w, r, "/login/code", http.StatusSeeOther) // the browser went back; the code is still valid
		return
	}
	if err != nil {
		p := a.problemOf("send a code", err)
		a.fail(w, p, "login", loginPage{Problem: p, Address: typed, Channel: way})
		return
	}
	a.logins.begin(w, r, login{channel: way, address: address, methodID: methodID, sent: 1})
	// Redirect, so that reloading the next page does not send a second code.
	http.Redirect(w, r, "/login/code", http.StatusSeeOther)
}

// send sends a code if the guard allows it. Codes by phone live long enough to find the phone, and codes by
// e-mail as long as mail servers may take.
func (a *app) send(ctx context.Context, way channel, address string) (methodID string, err error) {
	switch way {
	case email:
		sent, err := a.client.OTPs.Email.LoginOrCreate(ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: address, ExpirationMinutes: new(10)})
		if err != nil {
			return "", err
		}
		return sent.EmailID, nil
	case whatsApp:
		sent, err := a.client.OTPs.WhatsApp.LoginOrCreate(ctx, stytch.OTPsWhatsAppLoginOrCreateRequest{PhoneNumber: address, ExpirationMinutes: new(5)})
		if err != nil {
			return "", err
		}
		return sent.PhoneID, nil
	default:
		sent, err := a.client.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: address, ExpirationMinutes: new(5)})
		if err != nil {
			return "", err
		}
		return sent.PhoneID, nil
	}
}
