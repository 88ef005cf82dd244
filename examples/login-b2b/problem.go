package main

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// problem is an error as a page shows it.
type problem struct {
	status  int
	Message string
	AtField bool // it is about the entered value
	Wait    wait // time to wait before trying again, 0 if it is not known
}

// problemOf returns the problem of an error. It says what the person can do. The
// service's message and internal errors go to the log only. The SDK's errors do not
// contain codes and addresses.
func (a *app) problemOf(what string, err error) *problem {
	public := stytch.PublicErrorOf(err)
	if public.Status >= http.StatusInternalServerError { // not if the visitor has left
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

// unavailable responds if it is not known whether a visitor is logged in. The person
// stays logged in.
func (a *app) unavailable(w http.ResponseWriter, r *http.Request) {
	a.fail(w, a.problemOf("check a session", stytch.SessionErrorFrom(r.Context())), "problem", nil)
}

// refused rejects a form that a page of another site sent.
func (a *app) refused(w http.ResponseWriter, _ *http.Request) {
	a.fail(w, &problem{status: http.StatusForbidden, Message: "This came from another site, so we did nothing. Please use our own pages."}, "problem", nil)
}

// wait is a time to wait, formatted for people.
type wait time.Duration

// Seconds rounds up to whole seconds, so that it is never too short.
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
