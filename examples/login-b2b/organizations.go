package main

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// organizationsPage is the data of the page of organizations.
type organizationsPage struct {
	Problem *problem // nil if nothing is wrong
	Address string
	List    []choice
	Name    string // that was typed for a new organization
}

// choice is an organization to choose.
type choice struct {
	ID, Name string
	Note     string // what the login needs
}

func (a *app) organizationsPage(one login) organizationsPage {
	page := organizationsPage{Address: one.email}
	for _, d := range one.organizations {
		if d.Organization == nil {
			continue
		}
		note := ""
		switch {
		case d.Next() == b2b.StepPrimary:
			note = "does not take codes by e-mail"
		case d.Membership != nil && d.Membership.Member == nil:
			note = "you can join"
		case d.Next() != b2b.StepDone:
			note = "wants a second factor"
		}
		page.List = append(page.List, choice{d.Organization.OrganizationID, d.Organization.OrganizationName, note})
	}
	return page
}

func (a *app) showOrganizations(w http.ResponseWriter, _ *http.Request, one login) {
	a.show(w, http.StatusOK, "organizations", a.organizationsPage(one))
}

// chooseOrganization continues with one of the discovered organizations. It looks up
// the form's value in the list, so no other organization can be chosen.
//
// The first code proved the e-mail address. That is enough for an organization without a
// second factor, so no second e-mail is sent.
func (a *app) chooseOrganization(w http.ResponseWriter, r *http.Request, one login) {
	id := r.PostFormValue("organization")
	i := slices.IndexFunc(one.organizations, func(d b2b.DiscoveredOrganization) bool {
		return d.Organization != nil && d.Organization.OrganizationID == id
	})
	if i < 0 {
		http.Redirect(w, r, string(choose), http.StatusSeeOther)
		return
	}
	auth, err := a.client.Discovery.IntermediateSessions.Exchange(r.Context(), b2b.DiscoveryIntermediateSessionsExchangeRequest{
		IntermediateSessionToken: one.token, OrganizationID: id, SessionDurationMinutes: new(sessionMinutes),
	})
	if err != nil {
		a.failOrganizations(w, r, one, "", err)
		return
	}
	if auth.Next() == b2b.StepDone {
		a.logIn(w, r, auth.SessionToken, auth.SessionJWT, auth.MemberSession)
		return
	}
	one.token = auth.IntermediateSessionToken
	a.goOnAt(w, r, one, auth.Organization, auth.Member, auth.Next())
}

// createOrganization makes an organization, of which the person is the administrator.
func (a *app) createOrganization(w http.ResponseWriter, r *http.Request, one login) {
	name := strings.TrimSpace(r.PostFormValue("name"))
	auth, err := a.client.Discovery.Organizations.Create(r.Context(), b2b.DiscoveryOrganizationsCreateRequest{
		IntermediateSessionToken: one.token, OrganizationName: &name, SessionDurationMinutes: new(sessionMinutes),
	})
	if err != nil {
		a.failOrganizations(w, r, one, name, err)
		return
	}
	if auth.Next() == b2b.StepDone {
		a.logIn(w, r, auth.SessionToken, auth.SessionJWT, auth.MemberSession)
		return
	}
	one.token = auth.IntermediateSessionToken
	a.goOnAt(w, r, one, auth.Organization, auth.Member, auth.Next())
}

// goOnAt goes on with what an organization wants beyond the first code.
func (a *app) goOnAt(w http.ResponseWriter, r *http.Request, one login, o b2b.Organization, m b2b.Member, next b2b.Step) {
	at := one
	at.organizationID, at.organizationName = o.OrganizationID, o.OrganizationName
	at.memberID, at.phone = m.MemberID, m.MFAPhoneNumber
	switch next {
	case b2b.StepSMSCode: // the service has sent it with its answer
		at.waiting, at.sent = smsCode, 1
		a.goOn(w, r, at)
	case b2b.StepSendSMS:
		if err := a.sendSMS(w, r, at); err != nil {
			a.failOrganizations(w, r, one, "", err)
		}
	case b2b.StepEnroll:
		at.waiting = phoneNumber
		a.goOn(w, r, at)
	default:
		page := a.organizationsPage(one)
		page.Problem = notByEmail(o.OrganizationName)
		a.fail(w, page.Problem, "organizations", page)
	}
}

// failOrganizations shows the organizations again, with what went wrong.
func (a *app) failOrganizations(w http.ResponseWriter, r *http.Request, one login, name string, err error) {
	if a.tooLate(w, r, err) {
		return
	}
	page := a.organizationsPage(one)
	page.Name = name
	page.Problem = a.problemOf("log in to an organization", err)
	if errors.Is(err, stytch.ErrInvalidOrganizationName) {
		page.Problem = &problem{status: http.StatusBadRequest, AtField: true, Message: "Please give the organization a name of at most 128 characters."}
	}
	a.fail(w, page.Problem, "organizations", page)
}

// notByEmail is the problem of an organization that does not accept codes by
// e-mail.
func notByEmail(name string) *problem {
	return &problem{status: http.StatusForbidden, Message: name + " does not take codes by e-mail. Please log in as your administrator explained."}
}
