package stytchtest_test

import (
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

const newEmail = "ada@lovelace.example.com"

// TestEmailUpdate changes the address of a member with a link and with a code.
func TestEmailUpdate(t *testing.T) {
	for _, method := range []b2b.EmailUpdateDeliveryMethod{b2b.EmailUpdateDeliveryMethodEmailMagicLink, b2b.EmailUpdateDeliveryMethodEmailOTP} {
		t.Run(string(method), func(t *testing.T) {
			w := newIDPWorld(t)
			id := w.organization.OrganizationID
			start := b2b.OrganizationsMembersStartEmailUpdateRequest{OrganizationID: id, MemberID: w.member.MemberID, EmailAddress: newEmail, DeliveryMethod: &method}
			prove := func(message string, token string) (b2b.Member, error) {
				if method == b2b.EmailUpdateDeliveryMethodEmailOTP {
					got, err := w.b2b.OTPs.Email.Authenticate(w.ctx, b2b.OTPsEmailAuthenticateRequest{OrganizationID: id, EmailAddress: newEmail, Code: message})
					if err != nil {
						return b2b.Member{}, err
					}
					return got.Member, nil
				}
				got, err := w.b2b.MagicLinks.Authenticate(w.ctx, b2b.MagicLinksAuthenticateRequest{MagicLinksToken: token})
				if err != nil {
					return b2b.Member{}, err
				}
				return got.Member, nil
			}
			if started := must(w.b2b.Organizations.Members.StartEmailUpdate(w.ctx, start))(t); started.Member.EmailAddress != email {
				t.Errorf("the address changed before it was proved: %s", started.Member.EmailAddress)
			}
			late := must(w.Inbox().WaitFor(w.ctx, newEmail))(t)
			w.Clock().Advance(5 * time.Minute)
			if _, err := prove(late.Code, late.Token); err == nil {
				t.Error("a message of five minutes ago changes the address")
			}
			must(w.b2b.Organizations.Members.StartEmailUpdate(w.ctx, start))(t)
			message := must(w.Inbox().WaitFor(w.ctx, newEmail))(t)
			moved := must(prove(message.Code, message.Token))(t)
			if moved.EmailAddress != newEmail || !moved.EmailAddressVerified || len(moved.RetiredEmailAddresses) != 1 || moved.RetiredEmailAddresses[0].EmailAddress != email {
				t.Errorf("the member %+v", moved)
			}
			if _, err := prove(message.Code, message.Token); err == nil {
				t.Error("a message works twice")
			}
		})
	}
}

func TestEmailUpdateErrors(t *testing.T) {
	w := newIDPWorld(t)
	id := w.organization.OrganizationID
	add := func(address string, status b2b.MemberStatus, verified bool) b2b.Member {
		t.Helper()
		return must(w.AddMember(b2b.Member{OrganizationID: id, EmailAddress: address, Status: status, EmailAddressVerified: verified}))(t)
	}
	charles := add("charles@example.com", b2b.MemberStatusActive, true)
	start := func(memberID, address string, change ...func(*b2b.OrganizationsMembersStartEmailUpdateRequest)) error {
		q := b2b.OrganizationsMembersStartEmailUpdateRequest{OrganizationID: id, MemberID: memberID, EmailAddress: address}
		for _, f := range change {
			f(&q)
		}
		_, err := w.b2b.Organizations.Members.StartEmailUpdate(w.ctx, q)
		return err
	}
	wants(t, start(w.member.MemberID, charles.EmailAddress), stytch.ErrDuplicateMemberEmail)
	wants(t, start(w.member.MemberID, email), stytch.ErrDuplicateMemberEmail)
	wants(t, start(add("invited@example.com", b2b.MemberStatusInvited, true).MemberID, newEmail), stytch.ErrEmailUpdatesAvailableOnlyForActiveMembers)
	wants(t, start(add("new@example.com", b2b.MemberStatusActive, false).MemberID, newEmail), stytch.ErrMemberHasNoActiveVerifiedEmail)
	wants(t, start("nobody", newEmail), stytch.ErrMemberNotFound)
	session := must(w.AddSession(charles.MemberID, time.Hour, nil))(t)
	wants(t, start(w.member.MemberID, newEmail, func(q *b2b.OrganizationsMembersStartEmailUpdateRequest) {
		q.ActingMember = &b2b.ActingMember{SessionToken: &session.Token}
	}), stytch.ErrSessionAuthorizationError)

	if err := start(w.member.MemberID, newEmail); err != nil {
		t.Fatal(err)
	}
	wants(t, start(charles.MemberID, newEmail), stytch.ErrDesiredEmailUpdatingForDifferentMember)
	w.Clock().Advance(5 * time.Minute)
	if err := start(charles.MemberID, newEmail); err != nil {
		t.Errorf("error %v, and the reservation has expired", err)
	}
	// The link to the new address is no way to log in with the old one.
	link := must(w.Inbox().WaitFor(w.ctx, newEmail))(t)
	must(w.b2b.Organizations.Members.Update(w.ctx, b2b.OrganizationsMembersUpdateRequest{OrganizationID: id, MemberID: w.member.MemberID, EmailAddress: new(newEmail)}))(t)
	if _, err := w.b2b.MagicLinks.Authenticate(w.ctx, b2b.MagicLinksAuthenticateRequest{MagicLinksToken: link.Token}); err == nil {
		t.Error("the address belongs to another member by now")
	}
}
