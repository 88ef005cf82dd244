package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/internal/browsertest"
)

// TestBrowserMember joins an organization and sets up a second factor, without scripts. It
// checks every page with hostile values, wide and narrow, light and dark.
func TestBrowserMember(t *testing.T) {
	browser := browsertest.New(t)
	long := strings.Repeat("a-very-long-part-", 8) + strings.Repeat("x", 90) + "@example.com"
	name := "<b>" + strings.Repeat("Engines", 17)
	for _, width := range []int64{1280, 360} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			p := newSite(t).person(browsertest.Stranger(t, browser))
			if err := p.emulator.UpdateOrganization(p.organization("works").OrganizationID, func(o *b2b.Organization) { o.OrganizationName = name }); err != nil {
				t.Fatal(err)
			}
			browsertest.Do(t, p.tab, browsertest.WithoutScripts(), chromedp.EmulateViewport(width, 800))
			look := func(name string) {
				t.Helper()
				for _, scheme := range []string{"light", "dark"} {
					browsertest.Do(t, p.tab, browsertest.PreferColors(scheme))
					browsertest.Screenshot(t, p.tab, name+"-"+scheme)
				}
				if wide := browsertest.Get(t, p.tab, chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); wide > width {
					t.Errorf("%s is %d pixels wide in a window of %d", name, wide, width)
				}
			}
			p.open("/")
			look("1-login")
			p.types(long)
			p.sees("/login/code", long)
			p.types(p.code(long))
			p.sees("/login/organizations", name, "you can join")
			look("2-organizations")
			browsertest.Load(t, p.tab, chromedp.Click(chromedp.CSS(`button[value="`+p.organization("works").OrganizationID+`"]`)))
			p.sees("/login/phone", "Set up a second factor")
			look("3-phone")
			p.types("123")
			p.sees("/login/phone", "Please give the phone number with its country code")
			p.focuses("phone")
			look("4-phone-problem")
			browsertest.Do(t, p.tab, chromedp.Clear("#phone"))
			p.types(phone)
			p.sees("/login/code", "We sent six digits by SMS to "+phone)
			p.types(p.wrongCode(phone))
			p.sees("/login/code", "That code is wrong.")
			look("5-wrong-code")
			p.emulator.Clock().Advance(30 * time.Second)
			p.click("Send another code")
			p.sees("/login/code", "We sent another code.")
			p.types(p.code(phone))
			p.sees("/members", "You are logged in", long, phone)
			look("6-members")
			p.click("Log out")
			p.sees("/login", "You are logged out.")
			p.types("eve@example.org")
			p.types(p.code("eve@example.org"))
			p.sees("/login/organizations", "No organization here knows eve@example.org")
			look("7-none")
			p.types(name)
			p.sees("/members", "At the organization example")
		})
	}
}

// TestBrowserTeam invites a colleague, who follows the link in the inbox, and becomes an
// administrator. It checks the pages with a long name, wide and narrow, light and dark.
func TestBrowserTeam(t *testing.T) {
	browser := browsertest.New(t)
	for _, width := range []int64{1280, 360} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			s := newSite(t)
			engines := s.organization("engines").OrganizationID
			long := strings.Repeat("Maximiliana-", 12)
			if _, err := s.emulator.AddMember(b2b.Member{OrganizationID: engines, EmailAddress: strings.Repeat("m", 60) + "@example.com", Name: "<b>" + long}); err != nil {
				t.Fatal(err)
			}
			p, colleague := s.person(browsertest.Stranger(t, browser)), s.person(browsertest.Stranger(t, browser))
			look := func(p *person, name string) {
				t.Helper()
				browsertest.Do(t, p.tab, chromedp.EmulateViewport(width, 800))
				for _, scheme := range []string{"light", "dark"} {
					browsertest.Do(t, p.tab, browsertest.PreferColors(scheme))
					browsertest.Screenshot(t, p.tab, name+"-"+scheme)
				}
				if wide := browsertest.Get(t, p.tab, chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); wide > width {
					t.Errorf("%s is %d pixels wide in a window of %d", name, wide, width)
				}
			}
			p.open("/login")
			p.types(ada)
			p.types(p.code(ada))
			browsertest.Load(t, p.tab, chromedp.Click(chromedp.CSS(`button[value="`+engines+`"]`)))
			p.types(p.code(phone))
			p.open("/team")
			p.sees("/team", "Ada Lovelace (you)", "<b>"+long)
			look(p, "1-team")
			browsertest.Do(t, p.tab, chromedp.SendKeys("#address", ada))
			p.click("Send the invitation")
			p.sees("/team", "This person is a member already.")
			p.focuses("address")
			look(p, "2-problem")
			browsertest.Do(t, p.tab, chromedp.Clear("#address"))
			p.types(cyd)
			p.sees("/team", "The invitation is on its way.", cyd, "Member, invited")
			look(p, "3-invited")

			colleague.open("/inbox")
			look(colleague, "4-inbox")
			browsertest.Load(t, colleague.tab, chromedp.Click(chromedp.CSS("article a")))
			colleague.sees("/login/invitation", "You are invited")
			look(colleague, "5-invitation")
			colleague.click("Accept the invitation")
			colleague.types("+15005550008")
			colleague.types(colleague.code("+15005550008"))
			colleague.sees("/members", "You are logged in")
			colleague.open("/team")
			colleague.sees("/team", "Only an administrator may invite people or change roles.")
			look(colleague, "6-member")

			id := s.colleague("engines", cyd).MemberID
			p.open("/team")
			browsertest.Load(t, p.tab, chromedp.Click(chromedp.CSS("#"+id+" button[value=administrator]")))
			p.sees("/team", "The role is changed.")
			browsertest.Do(t, p.tab, chromedp.Click(chromedp.CSS("#"+id+" summary")))
			look(p, "7-remove")
			browsertest.Load(t, p.tab, chromedp.Click(chromedp.CSS("#"+id+" details button")))
			p.sees("/team", "The member is removed")
		})
	}
}

// TestBrowserTabs logs out in another tab.
func TestBrowserTabs(t *testing.T) {
	p := newSite(t).person(browsertest.New(t))
	p.open("/login")
	p.types(ada)
	p.types(p.code(ada))
	browsertest.Load(t, p.tab, chromedp.Click(chromedp.CSS(`button[value="`+p.organization("engines").OrganizationID+`"]`)))
	p.sees("/login/code", "Analytical Engines wants a second factor.")
	p.types(p.code(phone))
	p.sees("/members", "You are logged in")
	other := p.person(browsertest.Tab(t, p.tab))
	other.open("/members")
	other.click("Log out everywhere")
	other.sees("/login", "You are logged out everywhere.")
	p.open("/members")
	p.sees("/login")
}
