package main

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// problem is what a page says when something went wrong.
type problem struct {
	status  int
	Message string
	AtField bool // it is about what was typed
	Wait    wait // before it makes sense to try again, 0 when nobody knows
}

// problemOf makes a problem of an error. The person learns what they can do; what the
// service wrote, and what our own trouble is, stays in the log. The SDK's errors
// print without codes and addresses.
func (a *app) problemOf(what string, err error) *problem {
	public := stytch.PublicErrorOf(err)
	if public.Status >= http.StatusInternalServerError { // not of a visitor who has gone
		a.log.Error("could not "+what, "error", err)
	}
	p := &problem{status: public.Status, Message: public.Message, Wait: wait(public.RetryAfter)}
	switch public.Code {
	case stytch.CodeWrongCode, stytch.CodeExpiredCode, stytch.CodeInvalidAddress:
		p.AtField = true
	}
	return p
}

// fail shows a page with a problem.
func (a *app) fail(w http.ResponseWriter, p *problem, name string, page any) {
	if p.Wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(p.Wait.Seconds()))
	}
	if page == nil {
		page = p
	}
	a.show(w, p.status, name, page)
}

// unavailable answers when nobody can know who is calling. The person stays logged in.
func (a *app) unavailable(w http.ResponseWriter, r *http.Request) {
	a.fail(w, a.problemOf("check a session", stytch.SessionErrorFrom(r.Context())), "problem", nil)
}

// refused answers a form that a page of another site sent.
func (a *app) refused(w http.ResponseWriter, _ *http.Request) {
	a.fail(w, &problem{status: http.StatusForbidden, Message: "This came from another site, so we did nothing. Please use our own pages."}, "problem", nil)
}

// wait is a time to wait, as people read it.
type wait time.Duration

// Seconds are whole seconds, rounded up: who comes back then is not too early.
func (w wait) Seconds() int { return int((time.Duration(w) + time.Second - 1) / time.Second) }

func (w wait) String() string {
	switch seconds := w.Seconds(); {
	case seconds == 1:
		return "1 second"
	case seconds < 120:
		return fmt.Sprintf("%d seconds", seconds)
	default:
		return fmt.Sprintf("%d minutes", (seconds+59)/60)
	}
}
