package stytchtest

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
)

// ownMemberIDs are the ids that the service gives members.
var ownMemberIDs = idForm("member")

func (r *run) searchOrganizations(q searchRequest) (b2b.OrganizationsSearchResponse, *apiError) {
	none := b2b.OrganizationsSearchResponse{}
	matches, err := r.project.organizationSearch().query(q.Query)
	if err != nil {
		return none, err
	}
	var found []b2b.Organization
	for o := range r.project.state.Organizations.all() {
		if matches(o.Profile) {
			found = append(found, o.Profile)
		}
	}
	results, metadata, ok := pageOf(q, found, func(o b2b.Organization) position { return position{*o.CreatedAt, o.OrganizationID} })
	if !ok {
		return none, fail("user_search_invalid_cursor")
	}
	return b2b.OrganizationsSearchResponse{Organizations: results, ResultsMetadata: metadata}, nil
}

// organizationSearch is organizations.search, which also looks at the members.
func (p *Project) organizationSearch() *search[b2b.Organization] {
	emails := func(o b2b.Organization) []string {
		var list []string
		for _, m := range p.state.Members.list(byOrganization, o.OrganizationID) {
			if m.Profile.Status != b2b.MemberStatusDeleted {
				list = append(list, m.Profile.EmailAddress)
			}
		}
		return list
	}
	one := func(field func(b2b.Organization) string) func(b2b.Organization) []string {
		return func(o b2b.Organization) []string { return []string{field(o)} }
	}
	name := one(func(o b2b.Organization) string { return o.OrganizationName })
	slug := one(func(o b2b.Organization) string { return o.OrganizationSlug })
	domains := func(o b2b.Organization) []string { return o.EmailAllowedDomains }
	return &search[b2b.Organization]{
		errors: "organization_search_", list: "expected_array_of_strings", boolean: "expected_boolean",
		filters: map[string]filter[b2b.Organization]{
			"organization_ids": anyOf("organization_ids", func(o b2b.Organization) []string {
				return []string{o.OrganizationID, text(o.OrganizationExternalID)}
			}),
			"organization_slugs":      anyOf("organization_slugs", slug),
			"organization_name_fuzzy": fuzzy("organization_name", name, strings.Contains),
			"organization_slug_fuzzy": fuzzy("organization_slug", slug, strings.Contains),
			"member_emails":           anyLike("member_emails", emails, sameAddress),
			"member_email_fuzzy":      fuzzy("member_email", emails, strings.Contains),
			"allowed_domains":         anyLike("allowed_domains", domains, strings.EqualFold),
			"allowed_domain_fuzzy":    fuzzy("allowed_domain", domains, strings.Contains),
			"claimed_email_domains": anyLike("claimed_email_domains", func(o b2b.Organization) []string { return o.ClaimedEmailDomains },
				strings.EqualFold),
			"has_active_sso_connection": whether(func(o b2b.Organization) []bool { return []bool{len(o.SSOActiveConnections) > 0} }),
			"sso_connection_id": func(s *search[b2b.Organization], value any) (test[b2b.Organization], *apiError) {
				wanted, err := s.text(value, "sso_connection_id")
				return func(o b2b.Organization) bool {
					return slices.ContainsFunc(o.SSOActiveConnections, func(c b2b.ActiveSSOConnection) bool { return c.ConnectionID == wanted })
				}, err
			},
		},
	}
}

// memberSearchRequest is a search for members of some organizations.
type memberSearchRequest struct {
	searchRequest
	OrganizationIDs []string          `json:"organization_ids"`
	ActingMember    *b2b.ActingMember `json:"acting_member"`
}

func (r *run) searchMembers(q memberSearchRequest) (b2b.OrganizationsMembersSearchResponse, *apiError) {
	none := b2b.OrganizationsMembersSearchResponse{}
	if len(q.OrganizationIDs) == 0 {
		return none, fail("member_search_organization_ids_empty")
	}
	organizations := map[string]b2b.Organization{}
	for _, id := range q.OrganizationIDs {
		o, err := r.organization(id)
		if err != nil {
			return none, err
		}
		if err := r.permit(q.ActingMember, o, nil, memberResource, "search"); err != nil {
			return none, err
		}
		organizations[o.Profile.OrganizationID] = o.Profile
	}
	matches, err := memberSearch.query(q.Query)
	if err != nil {
		return none, err
	}
	deleted := asksForDeleted(q.Query)
	var found []b2b.Member
	for id := range organizations {
		for _, m := range r.project.state.Members.list(byOrganization, id) {
			if p := m.profile(r.now); matches(p) && (deleted || p.Status != b2b.MemberStatusDeleted) {
				found = append(found, p)
			}
		}
	}
	results, metadata, ok := pageOf(q.searchRequest, found, func(m b2b.Member) position { return position{*m.CreatedAt, m.MemberID} })
	if !ok {
		return none, fail("user_search_invalid_cursor")
	}
	page := map[string]b2b.Organization{}
	for _, m := range results {
		page[m.OrganizationID] = organizations[m.OrganizationID]
	}
	return b2b.OrganizationsMembersSearchResponse{Members: results, Organizations: page, ResultsMetadata: metadata}, nil
}

// asksForDeleted reports whether a query names the status of deleted members, who are left out otherwise.
func asksForDeleted(q *searchQuery) bool {
	return q != nil && slices.ContainsFunc(q.Operands, func(operand map[string]any) bool {
		list, _ := operand["filter_value"].([]any)
		return operand["filter_name"] == "statuses" && slices.Contains(list, any(string(b2b.MemberStatusDeleted)))
	})
}

// memberSearch is organizations.members.search.
var memberSearch = &search[b2b.Member]{
	errors: "member_search_", list: "expected_array_of_strings", boolean: "expected_boolean",
	filters: map[string]filter[b2b.Member]{
		"member_ids": func(s *search[b2b.Member], value any) (test[b2b.Member], *apiError) {
			wanted, err := s.texts(value, "member_ids")
			if err == nil {
				err = oneKind(wanted, ownMemberIDs, s.fail("cannot_mix_internal_and_external_member_ids"))
			}
			return func(m b2b.Member) bool {
				return slices.Contains(wanted, m.MemberID) || m.ExternalID != nil && slices.Contains(wanted, *m.ExternalID)
			}, err
		},
		"member_emails":      anyLike("member_emails", memberValue(func(m b2b.Member) string { return m.EmailAddress }), sameAddress),
		"member_email_fuzzy": fuzzy("member_email", memberValue(func(m b2b.Member) string { return m.EmailAddress }), strings.Contains),
		"statuses": func(s *search[b2b.Member], value any) (test[b2b.Member], *apiError) {
			wanted, err := s.texts(value, "statuses")
			known := []string{
				string(b2b.MemberStatusActive), string(b2b.MemberStatusPending), string(b2b.MemberStatusInvited), string(b2b.MemberStatusDeleted),
			}
			if err == nil && slices.ContainsFunc(wanted, func(status string) bool { return !slices.Contains(known, status) }) {
				err = fail("search_invalid_status_filter")
			}
			return func(m b2b.Member) bool { return slices.Contains(wanted, string(m.Status)) }, err
		},
		"member_is_breakglass":     whether(func(m b2b.Member) []bool { return []bool{m.IsBreakglass} }),
		"member_password_exists":   whether(func(m b2b.Member) []bool { return []bool{m.MemberPasswordID != ""} }),
		"member_mfa_phone_numbers": anyOf("mfa_member_phone_numbers", memberValue(func(m b2b.Member) string { return m.MFAPhoneNumber })),
		"member_mfa_phone_number_fuzzy": fuzzyNamed("mfa_member_phone_number_fuzzy", "member_mfa_phone_number",
			memberValue(func(m b2b.Member) string { return m.MFAPhoneNumber }), strings.Contains),
		"member_roles": anyOf("member_roles", func(m b2b.Member) []string {
			return each(m.Roles, func(r b2b.MemberRole) string { return r.RoleID })
		}),
	},
}

func memberValue(value func(b2b.Member) string) func(b2b.Member) []string {
	return func(m b2b.Member) []string { return []string{value(m)} }
}
