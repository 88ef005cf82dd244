package stytchtest

import (
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
)

// emailUpdateLife is how long a new address is reserved for a member, in minutes.
const emailUpdateLife = 5

// newAddress is the address that a member wants to have.
type newAddress struct {
	Address   string    `json:"address"`
	ExpiresAt time.Time `json:"expires_at"`
}

// movingTo returns the member of an organization who wants to have an address, or nil.
func (r *run) movingTo(organizationID, address string) *member {
	m := r.project.state.Members.find(byNewAddress, within(organizationID, strings.ToLower(address)))
	if m == nil || !r.now.Before(m.NewAddress.ExpiresAt) {
		return nil
	}
	return m
}

func (r *run) memberStartEmailUpdate(q b2b.OrganizationsMembersStartEmailUpdateRequest) (b2b.OrganizationsMembersStartEmailUpdateResponse, *apiError) {
	none := b2b.OrganizationsMembersStartEmailUpdateResponse{}
	o, m, err := r.memberFor(q.ActingMember, q.OrganizationID, q.MemberID, "update.info.email")
	if err != nil {
		return none, err
	}
	id := o.Profile.OrganizationID
	switch other := r.movingTo(id, q.EmailAddress); {
	case m.Profile.Status != b2b.MemberStatusActive:
		return none, fail("email_updates_available_only_for_active_members")
	case !m.Profile.EmailAddressVerified:
		return none, fail("member_has_no_active_verified_email")
	case sameAddress(q.EmailAddress, m.Profile.EmailAddress):
		return none, fail("duplicate_member_email")
	case other != nil && other != m:
		return none, fail("desired_email_updating_for_different_member")
	}
	switch err := r.project.freeAddress(o, m, q.EmailAddress); {
	case err != nil && err.errorType == "retired_member_email":
		return none, fail("desired_email_deactivated_by_different_member")
	case err != nil:
		return none, err
	}
	life, message := minutes(nil, emailUpdateLife), Message{Purpose: "email_update", Locale: text(q.Locale), TemplateID: text(q.LoginTemplateID)}
	if text(q.DeliveryMethod) == string(b2b.EmailUpdateDeliveryMethodEmailOTP) {
		r.deliverEmail(q.EmailAddress, code{OrganizationID: id, MemberID: m.Profile.MemberID}, life, message)
	} else {
		url, err := r.project.destination(RedirectLogin, q.LoginRedirectURL, nil)
		if err != nil {
			return none, err
		}
		l := m.link(memberLink, url, nil)
		l.Address = q.EmailAddress
		r.sendLink(l, life, message)
	}
	m.NewAddress = &newAddress{q.EmailAddress, r.now.Add(life)}
	return b2b.OrganizationsMembersStartEmailUpdateResponse{MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile}, nil
}

// moved gives a member the address that they want to have, after a link or a code
// proved it. It changes nothing for the address that they have already.
func (r *run) moved(o *organization, m *member, address string) *apiError {
	if sameAddress(m.Profile.EmailAddress, address) {
		return nil
	}
	if err := r.project.freeAddress(o, m, address); err != nil {
		return err
	}
	m.NewAddress = nil
	m.move(address, false)
	r.project.sharePassword(m)
	m.assignByDomain(o)
	m.Profile.UpdatedAt = new(r.now)
	return nil
}
