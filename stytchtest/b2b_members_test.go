package stytchtest_test

import (
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

func TestMembers(t *testing.T) {
	c := newCompany(t, b2b.Organization{RBACEmailImplicitRoleAssignments: []b2b.EmailImplicitRoleAssignment{{Domain: "example.com", RoleID: "reader"}}})
	c.Grant("editor", "documents", "write")
	api := c.b2b.Organizations.Members
	made := must(api.Create(c.ctx, b2b.OrganizationsMembersCreateRequest{
		OrganizationID: "engines", EmailAddress: email, Name: new("Ada"), ExternalID: new("ada-1"), MFAPhoneNumber: new(phone), Roles: []string{"editor"},
		TrustedMetadata: map[string]any{"n": 1}, UntrustedMetadata: map[string]any{"theme": "dark"},
	}))(t)
	if m := made.Member; m.Status != b2b.MemberStatusActive || m.EmailAddressVerified || len(m.Roles) != 3 || m.Name != "Ada" || m.MFAPhoneNumber != phone || m.TrustedMetadata["n"] == nil || m.UntrustedMetadata["theme"] != "dark" {
		t.Errorf("created %v", m)
	}
	pending := must(api.Create(c.ctx, b2b.OrganizationsMembersCreateRequest{OrganizationID: "engines", EmailAddress: "grace@example.com", CreateMemberAsPending: new(true)}))(t)
	if pending.Member.Status != b2b.MemberStatusPending {
		t.Errorf("status %s", pending.Member.Status)
	}
	for _, q := range []b2b.OrganizationsMembersGetRequest{{MemberID: &made.MemberID}, {MemberID: new("ada-1")}, {EmailAddress: new("ADA@example.com")}} {
		q.OrganizationID = "engines"
		if got := must(api.Get(c.ctx, q))(t); got.MemberID != made.MemberID {
			t.Errorf("got %s", got.MemberID)
		}
	}
	if got := must(api.DangerouslyGet(c.ctx, b2b.OrganizationsMembersDangerouslyGetRequest{MemberID: made.MemberID}))(t); got.Organization.OrganizationID != c.org.OrganizationID {
		t.Errorf("organization %s", got.Organization.OrganizationID)
	}
	changed := must(api.Update(c.ctx, b2b.OrganizationsMembersUpdateRequest{OrganizationID: "engines", MemberID: "ada-1", Name: new("Countess"), Roles: []string{"stytch_admin"},
		EmailAddress: new("ada@example.org"), DefaultMFAMethod: new(b2b.MFAMethodSMSOTP), UntrustedMetadata: map[string]any{"theme": nil}, IsBreakglass: new(true), MFAEnrolled: new(true)}))(t).Member
	if changed.Name != "Countess" || !changed.IsAdmin || len(changed.Roles) != 2 || changed.EmailAddress != "ada@example.org" || changed.EmailAddressVerified || len(changed.RetiredEmailAddresses) != 1 ||
		changed.DefaultMFAMethod != "sms_otp" || len(changed.UntrustedMetadata) != 0 || !changed.IsBreakglass || !changed.MFAEnrolled {
		t.Errorf("changed %v", changed)
	}
	_, err := api.Create(c.ctx, b2b.OrganizationsMembersCreateRequest{OrganizationID: "engines", EmailAddress: email})
	wants(t, err, stytch.ErrRetiredMemberEmail)
	unlink := b2b.OrganizationsMembersUnlinkRetiredEmailRequest{OrganizationID: "engines", MemberID: "ada-1", EmailAddress: new(email)}
	if m := must(api.UnlinkRetiredEmail(c.ctx, unlink))(t).Member; len(m.RetiredEmailAddresses) != 0 {
		t.Errorf("retired %v", m.RetiredEmailAddresses)
	}
	_, err = api.UnlinkRetiredEmail(c.ctx, unlink)
	wants(t, err, stytch.ErrEmailNotFound)
	must(api.Create(c.ctx, b2b.OrganizationsMembersCreateRequest{OrganizationID: "engines", EmailAddress: email}))(t)
}

func TestMembersRefused(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.AddOrganization(b2b.Organization{OrganizationName: "Claims", ClaimedEmailDomains: []string{"claimed.example"}})
	c.member(b2b.Member{ExternalID: new("ada-1"), MFAPhoneNumber: phone})
	grace := must(c.AddMember(b2b.Member{OrganizationID: "engines", EmailAddress: "grace@example.com"}))(t)
	creates := []struct {
		q    b2b.OrganizationsMembersCreateRequest
		want stytch.ErrorType
	}{
		{b2b.OrganizationsMembersCreateRequest{OrganizationID: "none", EmailAddress: "new@example.com"}, stytch.ErrOrganizationNotFound},
		{b2b.OrganizationsMembersCreateRequest{EmailAddress: email}, stytch.ErrDuplicateMemberEmail},
		{b2b.OrganizationsMembersCreateRequest{EmailAddress: "new@claimed.example"}, stytch.ErrActionNotAllowedEmailDomainIsClaimed},
		{b2b.OrganizationsMembersCreateRequest{EmailAddress: "new@example.com", ExternalID: new("ada-1")}, stytch.ErrDuplicateMemberExternalID},
		{b2b.OrganizationsMembersCreateRequest{EmailAddress: "new@example.com", Roles: []string{"stytch_member"}}, stytch.ErrCannotAssignDefaultRBACRoleID},
		{b2b.OrganizationsMembersCreateRequest{EmailAddress: "new@example.com", Roles: []string{"none"}}, stytch.ErrInvalidRBACRoleAssignment},
	}
	for _, test := range creates {
		if test.q.OrganizationID == "" {
			test.q.OrganizationID = "engines"
		}
		_, err := c.b2b.Organizations.Members.Create(c.ctx, test.q)
		wants(t, err, test.want)
	}
	updates := []struct {
		q    b2b.OrganizationsMembersUpdateRequest
		want stytch.ErrorType
	}{
		{b2b.OrganizationsMembersUpdateRequest{MemberID: "none"}, stytch.ErrMemberNotFound},
		{b2b.OrganizationsMembersUpdateRequest{MemberID: "ada-1", MFAPhoneNumber: new("+15005550009")}, stytch.ErrDuplicateMemberPhoneNumberForMember},
		{b2b.OrganizationsMembersUpdateRequest{MemberID: "ada-1", DefaultMFAMethod: new(b2b.MFAMethodTOTP)}, stytch.ErrDefaultMFAMemberMissingFactor},
		{b2b.OrganizationsMembersUpdateRequest{MemberID: grace.MemberID, EmailAddress: new(email)}, stytch.ErrDuplicateMemberEmail},
		{b2b.OrganizationsMembersUpdateRequest{MemberID: grace.MemberID, ExternalID: new("ada-1")}, stytch.ErrDuplicateMemberExternalID},
	}
	for _, test := range updates {
		test.q.OrganizationID = "engines"
		_, err := c.b2b.Organizations.Members.Update(c.ctx, test.q)
		wants(t, err, test.want)
	}
	_, err := c.b2b.Organizations.Members.Get(c.ctx, b2b.OrganizationsMembersGetRequest{OrganizationID: "engines"})
	wants(t, err, stytch.ErrInvalidMemberGetFields)
	_, err = c.b2b.Organizations.Members.Get(c.ctx, b2b.OrganizationsMembersGetRequest{OrganizationID: "engines", MemberID: new("none")})
	wants(t, err, stytch.ErrMemberNotFound)
	_, err = c.b2b.Organizations.Members.UnlinkRetiredEmail(c.ctx, b2b.OrganizationsMembersUnlinkRetiredEmailRequest{OrganizationID: "engines", MemberID: "ada-1"})
	wants(t, err, stytch.ErrRetiredEmailMissingEmailIdentifiers)
}

// TestMemberDelete ends sessions, frees the address, and can be taken back until another
// member has it.
func TestMemberDelete(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	api := c.b2b.Organizations.Members
	m := c.member(b2b.Member{EmailAddressVerified: true, MFAPhoneNumber: phone, MFAPhoneNumberVerified: true})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	remove := b2b.OrganizationsMembersDeleteRequest{OrganizationID: "engines", MemberID: m.MemberID}
	back := b2b.OrganizationsMembersReactivateRequest{OrganizationID: "engines", MemberID: m.MemberID}
	_, err := api.Reactivate(c.ctx, back)
	wants(t, err, stytch.ErrNoDeletedMemberFoundForReactivation)
	must(api.Delete(c.ctx, remove))(t)
	_, err = api.Delete(c.ctx, remove)
	wants(t, err, stytch.ErrMemberNotFound)
	_, err = c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &s.Token})
	wants(t, err, stytch.ErrSessionNotFound)
	_, err = api.DangerouslyGet(c.ctx, b2b.OrganizationsMembersDangerouslyGetRequest{MemberID: m.MemberID})
	wants(t, err, stytch.ErrMemberNotFound)
	if got := must(api.DangerouslyGet(c.ctx, b2b.OrganizationsMembersDangerouslyGetRequest{MemberID: m.MemberID, IncludeDeleted: new(true)}))(t).Member; got.Status != b2b.MemberStatusDeleted || got.MFAPhoneNumber != "" {
		t.Errorf("deleted %v", got)
	}
	if got := must(api.Reactivate(c.ctx, back))(t).Member; got.Status != b2b.MemberStatusActive || got.EmailAddress != email {
		t.Errorf("reactivated %v", got)
	}
	must(c.login())(t)
	must(api.Delete(c.ctx, remove))(t)
	next := must(api.Create(c.ctx, b2b.OrganizationsMembersCreateRequest{OrganizationID: "engines", EmailAddress: email}))(t)
	if auth := must(c.login())(t); auth.MemberID != next.MemberID {
		t.Errorf("logged in %s, want the new member", auth.MemberID)
	}
	_, err = api.Reactivate(c.ctx, back)
	wants(t, err, stytch.ErrReactivationEmailBelongsToAnotherMember)
	fresh := must(api.Create(c.ctx, b2b.OrganizationsMembersCreateRequest{OrganizationID: "engines", EmailAddress: "new@example.com"}))(t).MemberID
	must(api.Delete(c.ctx, b2b.OrganizationsMembersDeleteRequest{OrganizationID: "engines", MemberID: fresh}))(t)
	_, err = api.Reactivate(c.ctx, b2b.OrganizationsMembersReactivateRequest{OrganizationID: "engines", MemberID: fresh})
	wants(t, err, stytch.ErrEmailUnverifiedForReactivation)
}

// TestMemberDeletes takes single things from a member, whose session goes on.
func TestMemberDeletes(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	api := c.b2b.Organizations.Members
	m := c.member(b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true, DefaultMFAMethod: "sms_otp", TOTPRegistrationID: "member-totp-test-1", MemberPasswordID: "member-password-test-1", ExternalID: new("ada-1")})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	phoneRequest := b2b.OrganizationsMembersDeleteMFAPhoneNumberRequest{OrganizationID: "engines", MemberID: m.MemberID}
	if got := must(api.DeleteMFAPhoneNumber(c.ctx, phoneRequest))(t).Member; got.MFAPhoneNumber != "" || got.MFAPhoneNumberVerified || got.DefaultMFAMethod != "" {
		t.Errorf("without a phone number: %v", got)
	}
	_, err := api.DeleteMFAPhoneNumber(c.ctx, phoneRequest)
	wants(t, err, stytch.ErrMemberPhoneNumberNotFound)
	totp := b2b.OrganizationsMembersDeleteTOTPRequest{OrganizationID: "engines", MemberID: m.MemberID}
	if got := must(api.DeleteTOTP(c.ctx, totp))(t).Member; got.TOTPRegistrationID != "" {
		t.Errorf("without TOTP: %v", got)
	}
	_, err = api.DeleteTOTP(c.ctx, totp)
	wants(t, err, stytch.ErrTOTPNotFound)
	password := b2b.OrganizationsMembersDeletePasswordRequest{OrganizationID: "engines", MemberPasswordID: m.MemberPasswordID}
	if got := must(api.DeletePassword(c.ctx, password))(t).Member; got.MemberPasswordID != "" {
		t.Errorf("without a password: %v", got)
	}
	_, err = api.DeletePassword(c.ctx, password)
	wants(t, err, stytch.ErrMemberPasswordNotFound)
	if got := must(api.DeleteExternalID(c.ctx, b2b.OrganizationsMembersDeleteExternalIDRequest{OrganizationID: "engines", MemberID: "ada-1"}))(t).Member; got.ExternalID != nil {
		t.Errorf("without an external ID: %v", got)
	}
	_, err = api.DeleteExternalID(c.ctx, b2b.OrganizationsMembersDeleteExternalIDRequest{OrganizationID: "engines", MemberID: "ada-1"})
	wants(t, err, stytch.ErrMemberNotFound)
	must(c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &s.Token}))(t)
}
