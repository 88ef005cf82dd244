package main

import (
	"net/http"
	"slices"

	"github.com/stytchgen/sdk/b2b"
)

// organizationsPage is the data of the page of organizations.
type organizationsPage struct {
	Problem *problem // nil if nothing is wrong
	Address string
	List    []choice
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
// The first code proved the e-mail address. If the organization requires a second factor,
// that factor completes the login. Otherwise the organization sends a code of its own:
// this application does not use the call that exchanges the discovery for a session at
// once.
func (a *app) chooseOrganization(w http.ResponseWriter, r *http.Request, one login) {
	id := r.PostFormValue("organization")
	i := slices.IndexFunc(one.organizations, func(d b2b.DiscoveredOrganization) bool {
		return d.Organization != nil && d.Organization.OrganizationID == id
	})
	if i < 0 {
		http.Redirect(w, r, string(choose), http.StatusSeeOther)
		return
	}
	chosen := one.organizations[i]
	one.organizationID, one.organizationName = id, chosen.Organization.OrganizationName
	active := chosen.Membership != nil && chosen.Membership.Type == b2b.MembershipTypeActiveMember && chosen.Membership.Member != nil

	var err error
	switch next := chosen.Next(); {
	case next == b2b.StepPrimary:
		page := a.organizationsPage(one)
		page.Problem = notByEmail(one.organizationName)
		a.fail(w, page.Problem, "organizations", page)
		return
	case active && next == b2b.StepEnroll:
		one.memberID, one.waiting = chosen.Membership.Member.MemberID, phoneNumber
		a.goOn(w, r, one)
		return
	case active && next == b2b.StepSendSMS:
		one.memberID, one.phone = chosen.Membership.Member.MemberID, chosen.MFARequired.MemberOptions.MFAPhoneNumber
		err = a.sendSMS(w, r, one)
	default:
		one.waiting, one.sent = organizationCode, 1
		if err = a.send(r.Context(), one); err == nil {
			a.goOn(w, r, one)
		}
	}
	if err == nil || a.tooLate(w, r, err) {
		return
	}
	page := a.organizationsPage(one)
	page.Problem = a.problemOf("send a code", err)
	a.fail(w, page.Problem, "organizations", page)
}

// notByEmail is the problem of an organization that does not accept codes by
// e-mail.
func notByEmail(name string) *problem {
	return &problem{status: http.StatusForbidden, Message: name + " does not take codes by e-mail. Please log in as your administrator explained."}
}
