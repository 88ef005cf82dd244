package stytchtest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

func TestMembersSearch(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	other := c.AddOrganization(b2b.Organization{OrganizationName: "Looms", OrganizationSlug: "looms"})
	ada := c.member(b2b.Member{ExternalID: new("ada-1"), MFAPhoneNumber: phone, IsBreakglass: true, Name: "Ada", Roles: []b2b.MemberRole{{RoleID: "stytch_admin"}}})
	grace := must(c.AddMember(b2b.Member{OrganizationID: "engines", EmailAddress: "Grace@Navy.example", Status: b2b.MemberStatusInvited, MemberPasswordID: "password-1"}))(t)
	gone := must(c.AddMember(b2b.Member{OrganizationID: "engines", EmailAddress: "gone@example.com"}))(t)
	must(c.b2b.Organizations.Members.Delete(c.ctx, b2b.OrganizationsMembersDeleteRequest{OrganizationID: "engines", MemberID: gone.MemberID}))(t)
	far := must(c.AddMember(b2b.Member{OrganizationID: other.OrganizationID, EmailAddress: email}))(t)
	names := map[string]string{ada.MemberID: "ada", grace.MemberID: "grace", gone.MemberID: "gone", far.MemberID: "far"}

	find := func(operator stytch.SearchOperator, filters ...b2b.MemberFilter) string {
		t.Helper()
		q := b2b.OrganizationsMembersSearchRequest{OrganizationIDs: []string{"engines"}}
		if filters != nil {
			q.Query = &b2b.MemberSearchQuery{Operator: operator, Operands: filters}
		}
		got := must(c.b2b.Organizations.Members.Search(c.ctx, q))(t)
		var found []string
		for _, m := range got.Members {
			found = append(found, names[m.MemberID])
			if got.Organizations[m.OrganizationID].OrganizationSlug != "engines" {
				t.Errorf("organizations %v", got.Organizations)
			}
		}
		slices.Sort(found)
		if got.ResultsMetadata.Total != len(got.Members) {
			t.Errorf("total %d", got.ResultsMetadata.Total)
		}
		return strings.Join(found, " ")
	}
	for _, search := range []struct {
		filter b2b.MemberFilter
		want   string
	}{
		{b2b.MemberFilterMemberIDs{FilterValue: []string{grace.MemberID, far.MemberID}}, "grace"},
		{b2b.MemberFilterMemberIDs{FilterValue: []string{"ada-1"}}, "ada"},
		{b2b.MemberFilterMemberEmails{FilterValue: []string{"grace@navy.example"}}, "grace"},
		{b2b.MemberFilterMemberEmailFuzzy{FilterValue: "NAVY"}, "grace"},
		{b2b.MemberFilterStatuses{FilterValue: []b2b.MemberStatus{b2b.MemberStatusInvited}}, "grace"},
		{b2b.MemberFilterStatuses{FilterValue: []b2b.MemberStatus{b2b.MemberStatusDeleted}}, "gone"},
		{b2b.MemberFilterMemberIsBreakglass{FilterValue: true}, "ada"},
		{b2b.MemberFilterMemberIsBreakglass{FilterValue: false}, "grace"},
		{b2b.MemberFilterMemberMFAPhoneNumbers{FilterValue: []string{phone}}, "ada"},
		{b2b.MemberFilterMemberMFAPhoneNumberFuzzy{FilterValue: phone[2:8]}, "ada"},
		{b2b.MemberFilterMemberPasswordExists{FilterValue: true}, "grace"},
		{b2b.MemberFilterMemberRoles{FilterValue: []string{"stytch_admin"}}, "ada"},
	} {
		if got := find(stytch.SearchOperatorAnd, search.filter); got != search.want {
			t.Errorf("%#v: found %q, want %q", search.filter, got, search.want)
		}
	}
	if got := find(stytch.SearchOperatorAnd); got != "ada grace" {
		t.Errorf("without a query: %q", got)
	}
	if got := find(stytch.SearchOperatorAnd, b2b.MemberFilterMemberIsBreakglass{FilterValue: true}, b2b.MemberFilterMemberEmailFuzzy{FilterValue: "navy"}); got != "" {
		t.Errorf("both: %q", got)
	}
	if got := find(stytch.SearchOperatorOr, b2b.MemberFilterMemberIsBreakglass{FilterValue: true}, b2b.MemberFilterMemberEmailFuzzy{FilterValue: "navy"}); got != "ada grace" {
		t.Errorf("either: %q", got)
	}

	var pages []string
	for m, err := range c.b2b.Organizations.Members.SearchAll(c.ctx, b2b.OrganizationsMembersSearchRequest{OrganizationIDs: []string{"engines", "looms"}, Limit: new(1)}) {
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, names[m.MemberID])
	}
	if len(pages) != 3 {
		t.Errorf("pages of one: %v", pages)
	}
	if n := c.Calls("b2b.organizations.members.search"); n < 3 {
		t.Errorf("%d calls", n)
	}
}

func TestOrganizationsSearch(t *testing.T) {
	c := newCompany(t, b2b.Organization{OrganizationName: "Analytical Engines", EmailAllowedDomains: []string{"example.com"}, OrganizationExternalID: new("crm-1")})
	c.AddOrganization(b2b.Organization{
		OrganizationName: "Jacquard Looms", OrganizationSlug: "looms", ClaimedEmailDomains: []string{"looms.example"},
		SSOActiveConnections: []b2b.ActiveSSOConnection{{ConnectionID: "saml-1"}},
	})
	c.member(b2b.Member{})
	find := func(filters ...b2b.OrganizationFilter) string {
		t.Helper()
		got := must(c.b2b.Organizations.Search(c.ctx, b2b.OrganizationsSearchRequest{Query: &b2b.OrganizationSearchQuery{Operator: stytch.SearchOperatorAnd, Operands: filters}}))(t)
		var found []string
		for _, o := range got.Organizations {
			found = append(found, o.OrganizationSlug)
		}
		slices.Sort(found)
		return strings.Join(found, " ")
	}
	for _, search := range []struct {
		filter b2b.OrganizationFilter
		want   string
	}{
		{b2b.OrganizationFilterOrganizationIDs{FilterValue: []string{c.org.OrganizationID}}, "engines"},
		{b2b.OrganizationFilterOrganizationIDs{FilterValue: []string{"crm-1"}}, "engines"},
		{b2b.OrganizationFilterOrganizationSlugs{FilterValue: []string{"looms", "none"}}, "looms"},
		{b2b.OrganizationFilterOrganizationNameFuzzy{FilterValue: "jacq"}, "looms"},
		{b2b.OrganizationFilterOrganizationSlugFuzzy{FilterValue: "ENGI"}, "engines"},
		{b2b.OrganizationFilterMemberEmails{FilterValue: []string{strings.ToUpper(email)}}, "engines"},
		{b2b.OrganizationFilterMemberEmailFuzzy{FilterValue: email[:4]}, "engines"},
		{b2b.OrganizationFilterAllowedDomains{FilterValue: []string{"EXAMPLE.com"}}, "engines"},
		{b2b.OrganizationFilterAllowedDomainFuzzy{FilterValue: "exam"}, "engines"},
		{b2b.OrganizationFilterClaimedEmailDomains{FilterValue: []string{"looms.example"}}, "looms"},
		{b2b.OrganizationFilterHasActiveSSOConnection{FilterValue: true}, "looms"},
		{b2b.OrganizationFilterHasActiveSSOConnection{FilterValue: false}, "engines"},
		{b2b.OrganizationFilterSSOConnectionID{FilterValue: "saml-1"}, "looms"},
	} {
		if got := find(search.filter); got != search.want {
			t.Errorf("%#v: found %q, want %q", search.filter, got, search.want)
		}
	}
	if got := find(); got != "engines looms" {
		t.Errorf("without operands: %q", got)
	}
}

func TestB2BSearchRefused(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	operand := func(name, value string) string {
		return `"query":{"operator":"AND","operands":[{"filter_name":"` + name + `","filter_value":` + value + `}]}`
	}
	for _, wrong := range []struct{ path, body, want string }{
		{"/members/search", `{"organization_ids":["engines"],` + operand("member_ids", "[]") + `}`, "member_search_missing_member_ids"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("member_ids", `["ada-1","member`+uuid+`"]`) + `}`, "member_search_cannot_mix_internal_and_external_member_ids"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("member_email_fuzzy", `"ad"`) + `}`, "member_search_member_email_fuzzy_too_short"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("member_email_fuzzy", `""`) + `}`, "member_search_missing_member_email_fuzzy"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("member_mfa_phone_number_fuzzy", `"12"`) + `}`, "member_search_member_mfa_phone_number_fuzzy_too_short"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("member_mfa_phone_numbers", `[]`) + `}`, "member_search_missing_mfa_member_phone_numbers"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("statuses", `["gone"]`) + `}`, "search_invalid_status_filter"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("statuses", `[]`) + `}`, "member_search_missing_statuses"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("member_is_breakglass", `"yes"`) + `}`, "member_search_expected_boolean"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("member_roles", `"x"`) + `}`, "member_search_expected_array_of_strings"},
		{"/members/search", `{"organization_ids":["engines"],` + operand("planet", `"x"`) + `}`, "member_search_filter_name_not_recognized"},
		{"/members/search", `{"organization_ids":["engines"],"cursor":"x"}`, "user_search_invalid_cursor"},
		{"/members/search", `{"organization_ids":["nowhere"]}`, "organization_not_found"},
		{"/search", `{` + operand("organization_ids", "[]") + `}`, "organization_search_missing_organization_ids"},
		{"/search", `{` + operand("sso_connection_id", "[]") + `}`, "organization_search_expected_string"},
		{"/search", `{` + operand("allowed_domain_fuzzy", `"ab"`) + `}`, "organization_search_allowed_domain_fuzzy_too_short"},
		{"/search", `{"query":{"operator":"XOR","operands":[]}}`, "user_search_invalid_operator"},
	} {
		status, got := c.request(http.MethodPost, "/v1/b2b/organizations"+wrong.path, wrong.body, c.ID, c.Secret)
		if got["error_type"] != wrong.want || status < 400 {
			t.Errorf("%s: got %d %v, want %s", wrong.body, status, got["error_type"], wrong.want)
		}
	}
	for _, none := range []b2b.OrganizationsMembersSearchRequest{{}, {OrganizationIDs: []string{}}} {
		_, err := c.b2b.Organizations.Members.Search(c.ctx, none)
		wants(t, err, stytch.ErrMemberSearchOrganizationIDsEmpty)
	}
}
