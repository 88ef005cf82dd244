package main

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// The service defines this resource and this role. An administrator may do everything with
// members; docs/permissions.md shows how to define roles and resources of your own.
const (
	memberResource = "stytch.member"
	adminRole      = "stytch_admin"
)

// administrators serves only members whose roles allow an action on members. It decides by
// the roles in the session JWT, which may be a minute old. So each change also names the
// member on whose behalf it is made, and the service checks the roles again.
func (a *app) administrators(action string, next http.HandlerFunc) http.Handler {
	return a.client.Sessions.Middleware(stytch.MiddlewareOptions{
		MaxTokenAge: maxTokenAge, Check: stytch.FixedCheck(memberResource, action),
		Unauthorized: http.HandlerFunc(a.toLogin), Forbidden: http.HandlerFunc(a.forbidden), Unavailable: http.HandlerFunc(a.unavailable),
	})(next)
}

// onBehalf names the member who makes a request.
func onBehalf(r *http.Request) *b2b.ActingMember {
	jwt := stytch.SessionJWTFrom(r) // behind the middleware, that of the valid session
	return &b2b.ActingMember{SessionJWT: &jwt}
}

// teamPage is the data of the page of members.
type teamPage struct {
	Problem      *problem // nil if nothing is wrong
	Notice       string
	Organization string
	Members      []colleague
	More         string // the cursor of the next members
	Invite       bool   // the visitor may invite
	Address      string // the entered address of an invitation
}

// colleague is a member of the visitor's organization.
type colleague struct {
	ID, Name, Address    string
	Self, Admin, Invited bool
	ChangeRole, Remove   bool // what the visitor may do
}

var teamNotices = map[string]string{
	"invited": "The invitation is on its way. It works for one week.",
	"changed": "The role is changed.",
	"removed": "The member is removed, and can no longer log in here.",
}

// membersPerPage limits the page of a large organization.
const membersPerPage = 100

// team returns the page of members. Every member may see it. The buttons are only for
// those who may use them: Allowed decides that without a call.
func (a *app) team(r *http.Request) (teamPage, error) {
	session, _ := b2b.SessionFrom(r.Context()) // the middleware requires a session
	organization := session.OrganizationID     // never one that the request names
	req := b2b.OrganizationsMembersSearchRequest{OrganizationIDs: []string{organization}, Limit: new(membersPerPage)}
	if after := r.URL.Query().Get("after"); after != "" {
		req.Cursor = &after
	}
	found, err := a.client.Organizations.Members.Search(r.Context(), req)
	if err != nil {
		return teamPage{}, err
	}
	may := func(action string) bool {
		ok, _ := b2b.Allowed(r.Context(), organization, memberResource, action)
		return ok
	}
	page := teamPage{Organization: session.OrganizationSlug, Invite: may("create")}
	changeRole, remove := may("update.settings.roles"), may("delete")
	if o, ok := found.Organizations[organization]; ok {
		page.Organization = o.OrganizationName
	}
	for _, m := range found.Members {
		self := m.MemberID == session.MemberID
		page.Members = append(page.Members, colleague{
			ID: m.MemberID, Name: m.Name, Address: m.EmailAddress,
			Self: self, Admin: m.IsAdmin, Invited: m.Status == b2b.MemberStatusInvited,
			ChangeRole: changeRole && !self, Remove: remove && !self,
		})
	}
	if next := found.ResultsMetadata.NextCursor; next != nil {
		page.More = *next
	}
	return page, nil
}

func (a *app) showTeam(w http.ResponseWriter, r *http.Request) {
	page, err := a.team(r)
	if err != nil {
		a.fail(w, a.problemOf("list the members", err), "problem", nil)
		return
	}
	page.Notice = teamNotices[r.URL.Query().Get("notice")]
	a.show(w, http.StatusOK, "team", page)
}

// invite sends an invitation by e-mail. Its link leads to the default redirect URL for
// invitations in the service's dashboard, which must be /login/invitation of this
// application. The request's Host is no source for it: an attacker can choose that.
func (a *app) invite(w http.ResponseWriter, r *http.Request) {
	session, _ := b2b.SessionFrom(r.Context())
	address := strings.TrimSpace(r.PostFormValue("address"))
	_, err := a.client.MagicLinks.Email.Invite(r.Context(), b2b.MagicLinksEmailInviteRequest{
		OrganizationID: session.OrganizationID, EmailAddress: address, InvitedByMemberID: &session.MemberID, ActingMember: onBehalf(r),
	})
	a.changed(w, r, "invited", address, err)
}

// changeRole makes a member an administrator, or takes that role away. Other roles stay.
func (a *app) changeRole(w http.ResponseWriter, r *http.Request) {
	session, id, ok := a.other(w, r)
	if !ok {
		return
	}
	found, err := a.client.Organizations.Members.Get(r.Context(), b2b.OrganizationsMembersGetRequest{OrganizationID: session.OrganizationID, MemberID: &id})
	if err != nil {
		a.changed(w, r, "changed", "", err)
		return
	}
	roles := assigned(found.Member)
	if r.PostFormValue("role") == "administrator" {
		roles = append(roles, adminRole)
	}
	_, err = a.client.Organizations.Members.Update(r.Context(), b2b.OrganizationsMembersUpdateRequest{
		OrganizationID: session.OrganizationID, MemberID: id, Roles: roles, ActingMember: onBehalf(r),
	})
	a.changed(w, r, "changed", "", err)
}

// assigned returns the roles that were assigned to a member, except that of
// administrators. Roles that follow from something else, such as the domain of the
// address, are not assigned.
func assigned(m b2b.Member) []string {
	roles := []string{} // not nil: an empty list takes all roles away
	for _, role := range m.Roles {
		direct := slices.ContainsFunc(role.Sources, func(s b2b.MemberRoleSource) bool { return s.Type == "direct_assignment" })
		if direct && role.RoleID != adminRole && role.RoleID != "stytch_member" {
			roles = append(roles, role.RoleID)
		}
	}
	return roles
}

// remove removes a member or an invitation. The service ends the sessions of the member.
func (a *app) remove(w http.ResponseWriter, r *http.Request) {
	session, id, ok := a.other(w, r)
	if !ok {
		return
	}
	_, err := a.client.Organizations.Members.Delete(r.Context(), b2b.OrganizationsMembersDeleteRequest{
		OrganizationID: session.OrganizationID, MemberID: id, ActingMember: onBehalf(r),
	})
	a.changed(w, r, "removed", "", err)
}

// other returns the member that a form names, if that is not the visitor. So an
// organization always keeps an administrator.
func (a *app) other(w http.ResponseWriter, r *http.Request) (session *b2b.MemberSession, id string, ok bool) {
	session, _ = b2b.SessionFrom(r.Context())
	if id = r.PostFormValue("member"); id == session.MemberID {
		a.failTeam(w, r, &problem{status: http.StatusConflict, Message: "Another administrator has to change you."}, "")
		return nil, "", false
	}
	return session, id, true
}

// changed redirects to the members after a change, or shows what went wrong.
func (a *app) changed(w http.ResponseWriter, r *http.Request, notice, address string, err error) {
	switch {
	case err == nil:
		http.Redirect(w, r, "/team?notice="+notice, http.StatusSeeOther)
	case stytch.LoggedOut(err):
		a.toLogin(w, r)
	case errors.Is(err, stytch.ErrDuplicateMemberEmail):
		a.failTeam(w, r, &problem{status: http.StatusConflict, AtField: true, Message: "This person is a member already."}, address)
	case errors.Is(err, stytch.ErrMemberNotFound):
		a.failTeam(w, r, &problem{status: http.StatusNotFound, Message: "This person is no longer a member."}, "")
	case errors.Is(err, stytch.ErrInvalidEmailForInvites):
		a.failTeam(w, r, &problem{status: http.StatusConflict, AtField: true, Message: "Your organization does not allow invitations to this address."}, address)
	default:
		a.failTeam(w, r, a.problemOf("change the members", err), address)
	}
}

// failTeam shows the members with a problem.
func (a *app) failTeam(w http.ResponseWriter, r *http.Request, p *problem, address string) {
	page, err := a.team(r)
	if err != nil {
		a.fail(w, p, "problem", nil)
		return
	}
	page.Problem, page.Address = p, address
	a.fail(w, p, "team", page)
}

// forbidden answers a member whose roles do not allow a change.
func (a *app) forbidden(w http.ResponseWriter, _ *http.Request) {
	a.fail(w, &problem{status: http.StatusForbidden, Message: "Only an administrator may do that."}, "problem", nil)
}
