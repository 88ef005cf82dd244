package stytchtest

import (
	"github.com/stytchgen/sdk/b2b"
)

func (r *run) memberDelete(q b2b.OrganizationsMembersDeleteRequest) (b2b.OrganizationsMembersDeleteResponse, *apiError) {
	none := b2b.OrganizationsMembersDeleteResponse{}
	_, m, err := r.memberFor(q.ActingMember, q.OrganizationID, q.MemberID, "delete")
	if err != nil {
		return none, err
	}
	r.deleteMember(m)
	r.project.assignByGroups(m)
	return b2b.OrganizationsMembersDeleteResponse{MemberID: m.Profile.MemberID}, nil
}

func (r *run) memberReactivate(q b2b.OrganizationsMembersReactivateRequest) (b2b.OrganizationsMembersReactivateResponse, *apiError) {
	none := b2b.OrganizationsMembersReactivateResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	if err := r.permit(q.ActingMember, o, nil, memberResource, "create"); err != nil {
		return none, err
	}
	m := r.project.state.memberByID(o.Profile.OrganizationID, q.MemberID)
	switch {
	case m == nil || !m.deleted():
		return none, fail("no_deleted_member_found_for_reactivation")
	case !m.Profile.EmailAddressVerified:
		return none, fail("email_unverified_for_reactivation")
	case r.project.freeAddress(o, m, m.Profile.EmailAddress) != nil:
		return none, fail("reactivation_email_belongs_to_another_member")
	}
	if id := m.Profile.ExternalID; id != nil && r.project.state.memberByID(o.Profile.OrganizationID, *id) != nil {
		m.Profile.ExternalID = nil // another member has it by now
	}
	m.Profile.Status, m.Profile.UpdatedAt = b2b.MemberStatusActive, new(r.now)
	if m.SCIM != nil { // the directory had taken the roles
		m.assign()
		m.assignByDomain(o)
	}
	r.project.assignByGroups(m)
	return b2b.OrganizationsMembersReactivateResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

func (r *run) memberDeletePhone(q b2b.OrganizationsMembersDeleteMFAPhoneNumberRequest) (b2b.OrganizationsMembersDeleteMFAPhoneNumberResponse, *apiError) {
	none := b2b.OrganizationsMembersDeleteMFAPhoneNumberResponse{}
	o, m, err := r.memberFor(q.ActingMember, q.OrganizationID, q.MemberID, "update.info.delete.mfa-phone")
	if err != nil {
		return none, err
	}
	if m.Profile.MFAPhoneNumber == "" {
		return none, fail("member_phone_number_not_found")
	}
	m.Profile.MFAPhoneNumber, m.Profile.MFAPhoneNumberVerified, m.MFACode = "", false, nil
	m.noDefault(b2b.MFAMethodSMSOTP)
	m.Profile.UpdatedAt = new(r.now)
	return b2b.OrganizationsMembersDeleteMFAPhoneNumberResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

// noDefault takes back a default second factor that is gone.
func (m *member) noDefault(method b2b.MFAMethod) {
	if m.Profile.DefaultMFAMethod == string(method) {
		m.Profile.DefaultMFAMethod = ""
	}
}

func (r *run) memberDeleteTOTP(q b2b.OrganizationsMembersDeleteTOTPRequest) (b2b.OrganizationsMembersDeleteTOTPResponse, *apiError) {
	none := b2b.OrganizationsMembersDeleteTOTPResponse{}
	o, m, err := r.memberFor(q.ActingMember, q.OrganizationID, q.MemberID, "update.info.delete.mfa-totp")
	if err != nil {
		return none, err
	}
	if m.TOTP == nil {
		return none, fail("totp_not_found")
	}
	m.TOTP, m.Profile.TOTPRegistrationID = nil, ""
	m.noDefault(b2b.MFAMethodTOTP)
	m.Profile.UpdatedAt = new(r.now)
	return b2b.OrganizationsMembersDeleteTOTPResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

func (r *run) memberDeletePassword(q b2b.OrganizationsMembersDeletePasswordRequest) (b2b.OrganizationsMembersDeletePasswordResponse, *apiError) {
	none := b2b.OrganizationsMembersDeletePasswordResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	if r.project.state.PasswordPolicy.CrossOrganization {
		return none, fail("cross_org_passwords_enabled")
	}
	m := r.project.state.Members.find(byPassword, within(o.Profile.OrganizationID, q.MemberPasswordID))
	if err := r.permit(q.ActingMember, o, m, memberResource, "update.info.delete.password"); err != nil {
		return none, err
	}
	if m == nil {
		return none, fail("member_password_not_found")
	}
	m.Password, m.Profile.MemberPasswordID, m.Profile.UpdatedAt = nil, "", new(r.now)
	return b2b.OrganizationsMembersDeletePasswordResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

func (r *run) memberDeleteExternalID(q b2b.OrganizationsMembersDeleteExternalIDRequest) (b2b.OrganizationsMembersDeleteExternalIDResponse, *apiError) {
	none := b2b.OrganizationsMembersDeleteExternalIDResponse{}
	o, m, err := r.memberFor(q.ActingMember, q.OrganizationID, q.MemberID)
	if err != nil {
		return none, err
	}
	m.Profile.ExternalID, m.Profile.UpdatedAt = nil, new(r.now)
	return b2b.OrganizationsMembersDeleteExternalIDResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

func (r *run) memberUnlinkEmail(q b2b.OrganizationsMembersUnlinkRetiredEmailRequest) (b2b.OrganizationsMembersUnlinkRetiredEmailResponse, *apiError) {
	none := b2b.OrganizationsMembersUnlinkRetiredEmailResponse{}
	o, m, err := r.memberFor(q.ActingMember, q.OrganizationID, q.MemberID, "update.info.unlink.retired-email")
	if err != nil {
		return none, err
	}
	if q.EmailID == nil && q.EmailAddress == nil {
		return none, fail("retired_email_missing_email_identifiers")
	}
	if !drop(&m.Profile.RetiredEmailAddresses, func(e b2b.RetiredEmail) bool {
		return (q.EmailID == nil || *q.EmailID == e.EmailID) && (q.EmailAddress == nil || sameAddress(*q.EmailAddress, e.EmailAddress))
	}) {
		return none, fail("email_not_found")
	}
	m.Profile.UpdatedAt = new(r.now)
	return b2b.OrganizationsMembersUnlinkRetiredEmailResponse{
		MemberID: m.Profile.MemberID, OrganizationID: o.Profile.OrganizationID, Member: m.profile(r.now), Organization: o.Profile,
	}, nil
}
