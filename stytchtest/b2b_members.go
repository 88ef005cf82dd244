package stytchtest

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
)

func (r *run) memberCreate(q b2b.OrganizationsMembersCreateRequest) (b2b.OrganizationsMembersCreateResponse, *apiError) {
	none := b2b.OrganizationsMembersCreateResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	by := q.ActingMember
	if err := r.permit(by, o, nil, memberResource, "create"); err != nil {
		return none, err
	}
	if err := r.project.freeAddress(o, nil, q.EmailAddress); err != nil {
		return none, err
	}
	m := &member{}
	if err := r.changeMember(by, o, m, b2b.OrganizationsMembersUpdateRequest{
		Name: q.Name, TrustedMetadata: q.TrustedMetadata, UntrustedMetadata: q.UntrustedMetadata, IsBreakglass: q.IsBreakglass,
		MFAPhoneNumber: q.MFAPhoneNumber, MFAEnrolled: q.MFAEnrolled, ExternalID: q.ExternalID, Roles: q.Roles,
	}); err != nil {
		return none, err
	}
	status := b2b.MemberStatusActive
	if q.CreateMemberAsPending != nil && *q.CreateMemberAsPending {
		status = b2b.MemberStatusPending
	}
	joined := r.project.join(o, q.EmailAddress, status, r.now)
	joined.take(m.Profile)
	joined.assign(q.Roles...)
	return b2b.OrganizationsMembersCreateResponse{MemberID: joined.Profile.MemberID, Member: joined.profile(r.now), Organization: o.Profile}, nil
}

// take copies what a request can set.
func (m *member) take(from b2b.Member) {
	to := &m.Profile
	to.Name, to.IsBreakglass, to.ExternalID = from.Name, from.IsBreakglass, from.ExternalID
	to.MFAPhoneNumber, to.MFAEnrolled, to.DefaultMFAMethod = from.MFAPhoneNumber, from.MFAEnrolled, from.DefaultMFAMethod
	to.TrustedMetadata, to.UntrustedMetadata = from.TrustedMetadata, from.UntrustedMetadata
}

// changeMember sets the fields that are given. After an error the member is as before.
func (r *run) changeMember(by *b2b.ActingMember, o *organization, m *member, q b2b.OrganizationsMembersUpdateRequest) *apiError {
	changed := &member{Profile: m.Profile}
	p := &changed.Profile
	if by != nil && q.TrustedMetadata != nil {
		return failf("cannot_update_trusted_metadata", "trusted_metadata: no member may change it, whatever their roles")
	}
	if q.MFAPhoneNumber != nil && p.MFAPhoneNumber != "" {
		return failf("duplicate_member_phone_number_for_member", "the member has a phone number already; delete it first")
	}
	if q.ExternalID != nil {
		if have := r.project.state.memberByID(o.Profile.OrganizationID, *q.ExternalID); have != nil && have != m {
			return fail("duplicate_member_external_id")
		}
		p.ExternalID = q.ExternalID
	}
	if err := r.project.checkRoles(o, q.Roles); err != nil {
		return err
	}
	set(&p.Name, q.Name)
	set(&p.IsBreakglass, q.IsBreakglass)
	set(&p.MFAPhoneNumber, q.MFAPhoneNumber)
	set(&p.MFAEnrolled, q.MFAEnrolled)
	if q.DefaultMFAMethod != nil {
		if !changed.hasMethod(*q.DefaultMFAMethod) {
			return fail("default_mfa_member_missing_factor")
		}
		p.DefaultMFAMethod = string(*q.DefaultMFAMethod)
	}
	var err *apiError
	if p.TrustedMetadata, err = mergeMetadata(p.TrustedMetadata, q.TrustedMetadata); err != nil {
		return err
	}
	if p.UntrustedMetadata, err = mergeMetadata(p.UntrustedMetadata, q.UntrustedMetadata); err != nil {
		return err
	}
	m.take(changed.Profile)
	return nil
}

// hasMemberRole reports whether there is a role that members of the organization can
// be given.
func (p *Project) hasMemberRole(o *organization, id string) bool {
	return id == adminRole || p.hasRole(id) || slices.ContainsFunc(o.Profile.CustomRoles, func(role b2b.CustomRole) bool { return role.RoleID == id })
}

// checkRoles refuses roles that the organization's members cannot be given.
func (p *Project) checkRoles(o *organization, roles []string) *apiError {
	for _, id := range roles {
		switch {
		case id == memberRole:
			return fail("cannot_assign_default_rbac_role_id")
		case !p.hasMemberRole(o, id):
			return failf("invalid_rbac_role_assignment", "the policy has no role %q", id)
		}
	}
	return nil
}

// freeAddress refuses an address that another member has, or had and did not give up.
func (p *Project) freeAddress(o *organization, m *member, address string) *apiError {
	if other := p.state.memberByEmail(o.Profile.OrganizationID, address); other != nil && other != m {
		return fail("duplicate_member_email")
	}
	retired := within(o.Profile.OrganizationID, strings.ToLower(address))
	if other := p.state.Members.find(byRetiredEmail, retired); other != nil && other != m {
		return fail("retired_member_email")
	}
	return p.unclaimed(o, address)
}

func (r *run) memberGet(q b2b.OrganizationsMembersGetRequest) (b2b.OrganizationsMembersGetResponse, *apiError) {
	none := b2b.OrganizationsMembersGetResponse{}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	if (q.MemberID == nil) == (q.EmailAddress == nil) {
		return none, fail("invalid_member_get_fields")
	}
	var m *member
	if q.EmailAddress != nil {
		m = r.project.state.memberByEmail(o.Profile.OrganizationID, *q.EmailAddress)
	} else {
		m = r.project.state.memberByID(o.Profile.OrganizationID, *q.MemberID)
	}
	if m == nil || m.deleted() {
		return none, fail("member_not_found")
	}
	return b2b.OrganizationsMembersGetResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

func (r *run) memberDangerouslyGet(q b2b.OrganizationsMembersDangerouslyGetRequest) (b2b.OrganizationsMembersDangerouslyGetResponse, *apiError) {
	deleted := q.IncludeDeleted != nil && *q.IncludeDeleted
	m := r.project.state.Members.find(byID, q.MemberID)
	if m == nil || m.deleted() && !deleted {
		return b2b.OrganizationsMembersDangerouslyGetResponse{}, fail("member_not_found")
	}
	o := r.project.state.organizationByID(m.Profile.OrganizationID)
	return b2b.OrganizationsMembersDangerouslyGetResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

func (r *run) memberUpdate(q b2b.OrganizationsMembersUpdateRequest) (b2b.OrganizationsMembersUpdateResponse, *apiError) {
	none := b2b.OrganizationsMembersUpdateResponse{}
	o, m, err := r.member(q.OrganizationID, q.MemberID)
	if err != nil {
		return none, err
	}
	by := q.ActingMember
	if err := r.mayChange(by, o, m, q); err != nil {
		return none, err
	}
	if q.EmailAddress != nil {
		if err := r.project.freeAddress(o, m, *q.EmailAddress); err != nil {
			return none, err
		}
	}
	if err := r.changeMember(by, o, m, q); err != nil {
		return none, err
	}
	if q.Roles != nil {
		m.assign(q.Roles...)
	}
	if q.EmailAddress != nil && !sameAddress(*q.EmailAddress, m.Profile.EmailAddress) {
		m.move(*q.EmailAddress, q.UnlinkEmail != nil && *q.UnlinkEmail)
		r.project.sharePassword(m)
		m.assignByDomain(o)
	}
	m.Profile.UpdatedAt = new(r.now)
	return b2b.OrganizationsMembersUpdateResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

// mayChange checks the permissions for each field that is given.
func (r *run) mayChange(by *b2b.ActingMember, o *organization, m *member, q b2b.OrganizationsMembersUpdateRequest) *apiError {
	for _, field := range []struct {
		action string
		given  bool
		self   bool // whether members may change it for themselves
	}{
		{"update.info.name", q.Name != nil, true},
		{"update.info.untrusted-metadata", q.UntrustedMetadata != nil, true},
		{"update.info.mfa-phone", q.MFAPhoneNumber != nil, true},
		{"update.settings.mfa-enrolled", q.MFAEnrolled != nil, true},
		{"update.settings.default-mfa-method", q.DefaultMFAMethod != nil, true},
		{"update.settings.is-breakglass", q.IsBreakglass != nil, false},
		{"update.settings.roles", q.Roles != nil, false},
		{"update.info.email", q.EmailAddress != nil, false},
	} {
		if !field.given {
			continue
		}
		target := m
		if !field.self {
			target = nil
		}
		if err := r.permit(by, o, target, memberResource, field.action); err != nil {
			return err
		}
	}
	if by == nil || q.EmailAddress == nil {
		return r.permit(by, o, m, memberResource)
	}
	if s, err := r.find(by.SessionToken, by.SessionJWT); err == nil && s.MemberID == m.Profile.MemberID {
		return fail("member_cannot_update_their_email_address")
	}
	return nil
}

// move gives a member another address. Nobody has proved it yet, and the password goes.
func (m *member) move(address string, unlink bool) {
	p := &m.Profile
	p.RetiredEmailAddresses = slices.DeleteFunc(slices.Clone(p.RetiredEmailAddresses), func(e b2b.RetiredEmail) bool { return sameAddress(e.EmailAddress, address) })
	if !unlink {
		p.RetiredEmailAddresses = append(p.RetiredEmailAddresses, b2b.RetiredEmail{EmailID: newID("email"), EmailAddress: p.EmailAddress})
	}
	p.EmailAddress, p.EmailAddressVerified, p.MemberPasswordID, m.Password = address, false, "", nil
}
