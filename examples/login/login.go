package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

// login is a login on its way: a code was sent, and not yet typed.
type login struct {
	channel  channel
	address  string
	methodID string
	sent     int // how many codes were
	tries    int // of the last of them
	expires  time.Time
}

// loginPage is what the first page shows.
type loginPage struct {
	Problem *problem // nil when nothing is wrong
	Notice  string
	Address string
	Channel channel
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
	a.show(w, http.StatusOK, "login", loginPage{Notice: notices[r.URL.Query().Get("notice")], Channel: sms})
}

// startLogin sends a code to the address in the form.
//
// Whether the address has an account, nobody learns: one call serves both cases, and
// the answer is the same. An application that lets nobody sign up uses Send, which
// fails for a stranger; it then shows the page for the code all the same, and says
// that a code was sent if the address is known.
func (a *app) startLogin(w http.ResponseWriter, r *http.Request) {
	typed := r.PostFormValue("address")
	address, way := addressOf(typed, channel(r.PostFormValue("channel")))
	methodID, err := a.send(r.Context(), way, address)
	var refused *guard.Error
	if have, ok := a.logins.find(r); ok && errors.As(err, &refused) && have.address == address && have.channel == way {
		http.Redirect(w, r, "/login/code", http.StatusSeeOther) // they went back, and that code still works
		return
	}
	if err != nil {
		p := a.problemOf("send a code", err)
		a.fail(w, p, "login", loginPage{Problem: p, Address: typed, Channel: way})
		return
	}
	a.logins.begin(w, r, login{channel: way, address: address, methodID: methodID, sent: 1})
	// A redirect, so that reloading the next page sends no second code.
	http.Redirect(w, r, "/login/code", http.StatusSeeOther)
}

// send has the service send a code, as often as the guard allows. A phone number lives longer than it takes to find
// the phone, and an e-mail as long as mail servers take.
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
