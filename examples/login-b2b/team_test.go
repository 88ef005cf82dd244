package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// administrator is a visitor who is logged in as the administrator of Analytical Engines.
func (s *site) administrator() *visitor {
	s.t.Helper()
	v := s.visitor()
	s.emulator.Clock().Advance(time.Minute)
	v.discover(ada)
	v.choose("engines")
	v.post("/login/code", "code", v.code(phone)).want(s.t, 200, "/members", "Members of your organization")
	return v
}

// link returns the path to which the newest link to an address leads, with its query.
func (s *site) link(address string) string {
	s.t.Helper()
	message, ok := s.emulator.Inbox().Last(address)
	if !ok || message.Link == "" {
		s.t.Fatalf("no link was sent to %q", address)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(message.Link)
	if err != nil {
		s.t.Fatal(err)
	}
	resp.Body.Close()
	to := resp.Header.Get("Location")
	path, ok := strings.CutPrefix(to, s.url)
	if !ok {
		s.t.Fatalf("the link leads to %q", to)
	}
	return path
}

// colleague returns a member of an organization.
func (s *site) colleague(slug, address string) b2b.Member {
	s.t.Helper()
	for _, m := range s.emulator.Members(s.organization(slug).OrganizationID) {
		if m.EmailAddress == address {
			return m
		}
	}
	s.t.Fatalf("%s has no member %q", slug, address)
	return b2b.Member{}
}

const cyd = "cyd@example.net"

// TestInvitation invites a colleague, who accepts, sets up a second factor, and becomes an
// administrator.
func TestInvitation(t *testing.T) {
	s := newSite(t)
	admin, guest := s.administrator(), s.visitor()
	admin.get("/team").want(t, 200, "/team", "Members of Analytical Engines", "Ada Lovelace (you) "+ada+" Administrator", "Invite a colleague")
	admin.post("/team/invite", "address", "cyd").want(t, 400, "/team/invite", "Please check the e-mail address.")
	admin.post("/team/invite", "address", ada).want(t, 409, "/team/invite", "This person is a member already.")
	admin.post("/team/invite", "address", cyd).want(t, 200, "/team", "The invitation is on its way.", cyd+" Member, invited")
	admin.post("/team/invite", "address", cyd).want(t, 429, "/team/invite", "You can try again in 30 seconds.")

	link := s.link(cyd)
	page := guest.get(link)
	page.want(t, 200, "/login/invitation", "You are invited")
	if strings.Contains(page.url, "token") {
		t.Error("the token stays in the browser's address")
	}
	s.visitor().get(link).want(t, 200, "/login/invitation") // as a program that scans mail
	guest.post("/login/invitation").want(t, 200, "/login/phone", "Analytical Engines wants a second factor")
	guest.post("/login/phone", "phone", "+15005550008").want(t, 200, "/login/code")
	guest.post("/login/code", "code", s.code("+15005550008")).want(t, 200, "/members", "At the organization engines")

	again := s.visitor()
	again.get(link)
	again.post("/login/invitation").want(t, 400, "/login/invitation", "That link was already used or has expired.")

	// A member sees the others, and can change nothing.
	page = guest.get("/team")
	page.want(t, 200, "/team", cyd+" (you) Member", "Only an administrator may")
	if strings.Contains(page.body, "/team/") {
		t.Error("the page of a member has forms")
	}
	id := s.colleague("engines", ada).MemberID
	for _, change := range [][]string{{"/team/invite", "address", bob}, {"/team/role", "member", id, "role", "member"}, {"/team/remove", "member", id}} {
		guest.post(change[0], change[1:]...).want(t, 403, change[0], "Only an administrator may do that.")
	}

	admin.post("/team/role", "member", s.colleague("engines", cyd).MemberID, "role", "administrator").
		want(t, 200, "/team", "The role is changed.", cyd+" Administrator")
	s.emulator.Clock().Advance(2 * maxTokenAge) // so that the new role is in the JWT
	guest.get("/team").want(t, 200, "/team", cyd+" (you) Administrator", "Invite a colleague")
}

// TestFormerAdministrator takes the role away while the JWT still has it. The application
// then decides by the JWT, and the service by the role.
func TestFormerAdministrator(t *testing.T) {
	s := newSite(t)
	engines := s.organization("engines").OrganizationID
	admin, id := s.administrator(), s.colleague("engines", ada).MemberID
	admin.get("/team").want(t, 200, "/team", "Invite a colleague")
	if _, err := s.emulator.B2B().Organizations.Members.Update(t.Context(), b2b.OrganizationsMembersUpdateRequest{OrganizationID: engines, MemberID: id, Roles: []string{}}); err != nil {
		t.Fatal(err)
	}
	other, err := s.emulator.AddMember(b2b.Member{OrganizationID: engines, EmailAddress: bob})
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][]string{
		{"/team/invite", "address", cyd}, {"/team/role", "member", other.MemberID, "role", "administrator"}, {"/team/remove", "member", other.MemberID},
	} {
		before := len(s.emulator.Requests())
		admin.post(change[0], change[1:]...).want(t, 403, change[0], "You are not allowed to do that.")
		if len(s.emulator.Requests()) == before {
			t.Errorf("%s: the service was not asked", change[0])
		}
	}
	if m := s.colleague("engines", bob); m.IsAdmin || m.Status != b2b.MemberStatusActive {
		t.Errorf("the member was changed: %+v", m)
	}
	s.emulator.Clock().Advance(2 * maxTokenAge)
	admin.post("/team/invite", "address", cyd).want(t, 403, "/team/invite", "Only an administrator may do that.")
}

func TestRemoveMember(t *testing.T) {
	s := newSite(t)
	engines := s.organization("engines").OrganizationID
	member, err := s.emulator.AddMember(b2b.Member{OrganizationID: engines, EmailAddress: bob, MFAPhoneNumber: "+15005550009", MFAPhoneNumberVerified: true})
	if err != nil {
		t.Fatal(err)
	}
	leaver, admin := s.visitor(), s.administrator()
	leaver.discover(bob)
	leaver.choose("engines")
	leaver.post("/login/code", "code", s.code("+15005550009")).want(t, 200, "/members")

	own := s.colleague("engines", ada).MemberID
	admin.post("/team/remove", "member", own).want(t, 409, "/team/remove", "Another administrator has to change you.")
	admin.post("/team/role", "member", own, "role", "member").want(t, 409, "/team/role", "Another administrator has to change you.")
	// Of another organization:
	admin.post("/team/remove", "member", s.colleague("looms", ada).MemberID).want(t, 404, "/team/remove", "This person is no longer a member.")
	admin.post("/team/role", "member", s.colleague("looms", ada).MemberID, "role", "administrator").want(t, 404, "/team/role", "This person is no longer a member.")
	if s.colleague("looms", ada).IsAdmin {
		t.Error("the administrator of one organization changed another one")
	}

	admin.post("/team/remove", "member", member.MemberID).want(t, 200, "/team", "The member is removed")
	if page := admin.get("/team"); strings.Contains(page.body, bob) {
		t.Error("the member is still listed")
	}
	s.emulator.Clock().Advance(2 * maxTokenAge)
	leaver.get("/members").want(t, 200, "/login", "Your session has ended.")
}

// TestOtherRoles keeps the roles that the page does not know.
func TestOtherRoles(t *testing.T) {
	s := newSite(t)
	s.emulator.Grant("editor", "documents", "update")
	engines := s.organization("engines").OrganizationID
	made, err := s.emulator.B2B().Organizations.Members.Create(t.Context(), b2b.OrganizationsMembersCreateRequest{OrganizationID: engines, EmailAddress: bob, Roles: []string{"editor"}})
	if err != nil {
		t.Fatal(err)
	}
	admin := s.administrator()
	for _, role := range []string{"administrator", "member"} {
		admin.post("/team/role", "member", made.MemberID, "role", role).want(t, 200, "/team", "The role is changed.")
		var roles []string
		for _, r := range s.colleague("engines", bob).Roles {
			roles = append(roles, r.RoleID)
		}
		want := "[stytch_member editor]"
		if role == "administrator" {
			want = "[stytch_member editor stytch_admin]"
		}
		if got := fmt.Sprint(roles); got != want {
			t.Errorf("as %s: roles %s, want %s", role, got, want)
		}
	}
}

// TestManyMembers turns the pages of a large organization.
func TestManyMembers(t *testing.T) {
	s := newSite(t)
	engines := s.organization("engines").OrganizationID
	for i := range membersPerPage {
		if _, err := s.emulator.AddMember(b2b.Member{OrganizationID: engines, EmailAddress: fmt.Sprintf("member%03d@example.com", i)}); err != nil {
			t.Fatal(err)
		}
	}
	admin := s.administrator()
	first := admin.get("/team")
	first.want(t, 200, "/team", "More members")
	_, after, _ := strings.Cut(first.body, `href="/team?after=`)
	after, _, _ = strings.Cut(after, `"`)
	second := admin.get("/team?after=" + after)
	second.want(t, 200, "/team")
	if n := strings.Count(first.body, "<article") + strings.Count(second.body, "<article"); n != membersPerPage+1 || strings.Contains(second.body, "More members") {
		t.Errorf("%d members on two pages, want %d", n, membersPerPage+1)
	}
	admin.get("/team?after="+url.QueryEscape("<b>")).want(t, 503, "/team", "That did not work")
}

// TestTeamProblems does not lose what was entered.
func TestTeamProblems(t *testing.T) {
	s := newSite(t)
	s.visitor().get("/team").want(t, 200, "/login", "Log in")
	s.visitor().post("/team/invite", "address", cyd).want(t, 200, "/login", "Log in")
	admin := s.administrator()
	s.emulator.Fail(stytchtest.Fault{Call: "b2b.magic_links.email.invite", ErrorType: "too_many_requests", RetryAfter: 20 * time.Second, Times: 1})
	page := admin.post("/team/invite", "address", cyd)
	page.want(t, 429, "/team/invite", "You can try again in 20 seconds.")
	if !strings.Contains(page.body, `value="`+cyd+`"`) {
		t.Error("the entered address is lost")
	}
	if err := s.emulator.UpdateOrganization(s.organization("engines").OrganizationID, func(o *b2b.Organization) { o.EmailInvites = b2b.AdmissionPolicyNotAllowed }); err != nil {
		t.Fatal(err)
	}
	admin.post("/team/invite", "address", cyd).want(t, 409, "/team/invite", "Your organization does not allow invitations to this address.")
	s.emulator.Fail(stytchtest.Fault{HTML: true})
	admin.get("/team").want(t, 503, "/team", "Something is out of order on our side.")
	s.emulator.ClearFaults()
	for _, session := range s.emulator.Sessions() {
		if _, err := s.emulator.B2B().Sessions.Revoke(t.Context(), b2b.SessionsRevokeRequest{MemberSessionID: &session.ID}); err != nil && !errors.Is(err, stytch.ErrSessionNotFound) {
			t.Fatal(err)
		}
	}
	admin.post("/team/invite", "address", bob).want(t, 200, "/login", "Your session has ended.")
	if strings.Contains(s.log.String(), cyd) {
		t.Error("the log contains an address")
	}
}
