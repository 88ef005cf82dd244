package stytchtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestResetCallsCount checks that a call is counted before the client sees that its
// connection was reset.
func TestResetCallsCount(t *testing.T) {
	w := newWorld(t)
	client := w.Client(stytch.WithMaxRetries(0))
	w.Fail(stytchtest.Fault{Reset: true})
	for i := range 200 {
		if _, err := client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: phone}); err == nil {
			t.Fatal("the connection was not reset")
		}
		if n := w.Calls("consumer.otps.sms.send"); n != i+1 {
			t.Fatalf("%d calls are counted after %d", n, i+1)
		}
	}
}

// TestFaultsByAddress fails the calls about one person only.
func TestFaultsByAddress(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.client = c.Client(noDrift(t), stytch.WithMaxRetries(0))
	ada := c.AddUser(stytch.User{PhoneNumbers: []stytch.UserPhoneNumber{{PhoneNumber: phone, Verified: true}}})
	other := c.AddUser(stytch.User{PhoneNumbers: []stytch.UserPhoneNumber{{PhoneNumber: "+15005550001", Verified: true}}})
	session := must(c.AddSession(ada.UserID, 3600e9, nil))(t)
	member := c.member(b2b.Member{MFAPhoneNumber: phone})
	c.Fail(stytchtest.Fault{Address: phone, Status: 500})
	fails := func(err error) bool { return err != nil && strings.Contains(err.Error(), "500") }
	send := func(number string) error {
		_, err := c.client.OTPs.SMS.Send(c.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: number})
		return err
	}
	get := func(id string) error {
		_, err := c.client.Users.Get(c.ctx, stytch.UsersGetRequest{UserID: id})
		return err
	}
	_, bySession := c.client.Sessions.Authenticate(c.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &session.Token})
	_, byMember := c.B2B(stytch.WithMaxRetries(0)).OTPs.SMS.Send(c.ctx, b2b.OTPsSMSSendRequest{OrganizationID: c.org.OrganizationID, MemberID: member.MemberID})
	for name, err := range map[string]error{"the number": send(phone), "the user": get(ada.UserID), "the session": bySession, "the member": byMember} {
		if !fails(err) {
			t.Errorf("the call with %s: %v", name, err)
		}
	}
	for name, err := range map[string]error{"another number": send("+15005550001"), "another user": get(other.UserID)} {
		if err != nil {
			t.Errorf("the call with %s: %v", name, err)
		}
	}
}

// TestShareOfFaults checks that the same calls fail each time, about as many as the
// share says.
func TestShareOfFaults(t *testing.T) {
	run := func(seed uint64) string {
		w := newWorld(t)
		client := w.Client(stytch.WithMaxRetries(0))
		w.Fail(stytchtest.Fault{Share: 0.1, Seed: seed, Status: 500})
		var failed []string
		for i := range 200 {
			if _, err := client.Sessions.GetJWKS(w.ctx, stytch.SessionsGetJWKSRequest{ProjectID: w.ID}); err != nil {
				failed = append(failed, fmt.Sprint(i))
			}
		}
		if len(failed) < 5 || len(failed) > 40 {
			t.Errorf("%d of 200 calls failed, want about 20", len(failed))
		}
		return strings.Join(failed, " ")
	}
	if first := run(1); run(1) != first || run(2) == first {
		t.Error("which calls fail does not follow from the seed alone")
	}
}
