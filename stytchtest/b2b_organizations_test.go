package stytchtest_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

func TestOrganizations(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	api := c.b2b.Organizations
	made := must(api.Create(c.ctx, b2b.OrganizationsCreateRequest{
		OrganizationName: "Looms", OrganizationSlug: new("looms"), OrganizationExternalID: new("customer-7"),
		TrustedMetadata: map[string]any{"plan": "team", "seats": 3}, EmailAllowedDomains: []string{"looms.example"}, EmailJITProvisioning: new(b2b.JITProvisioningPolicyRestricted),
	}))(t).Organization
	if made.EmailInvites != b2b.AdmissionPolicyNotAllowed || made.SSOJITProvisioning != b2b.AdmissionPolicyAllAllowed || made.MFAPolicy != b2b.MFAPolicyOptional || made.CreatedAt == nil {
		t.Errorf("created %v", made)
	}
	if o := must(api.Create(c.ctx, b2b.OrganizationsCreateRequest{OrganizationName: "Plain"}))(t).Organization; o.EmailInvites != b2b.AdmissionPolicyAllAllowed {
		t.Errorf("without settings: email_invites %s", o.EmailInvites)
	}
	for _, id := range []string{made.OrganizationID, "looms", "customer-7"} {
		if got := must(api.Get(c.ctx, b2b.OrganizationsGetRequest{OrganizationID: id}))(t).Organization; got.OrganizationID != made.OrganizationID {
			t.Errorf("%s names %s", id, got.OrganizationID)
		}
	}
	c.Clock().Advance(time.Minute)
	changed := must(api.Update(c.ctx, b2b.OrganizationsUpdateRequest{
		OrganizationID: "looms", OrganizationName: new("Jacquard"), EmailAllowedDomains: []string{"jacquard.example"}, TrustedMetadata: map[string]any{"plan": nil, "tier": 2},
	}))(t).Organization
	if changed.OrganizationName != "Jacquard" || changed.OrganizationSlug != "looms" || !reflect.DeepEqual(changed.EmailAllowedDomains, []string{"jacquard.example"}) ||
		len(changed.TrustedMetadata) != 2 || changed.TrustedMetadata["plan"] != nil || !changed.UpdatedAt.After(*changed.CreatedAt) {
		t.Errorf("changed %v", changed)
	}
	if o := must(api.DeleteExternalID(c.ctx, b2b.OrganizationsDeleteExternalIDRequest{OrganizationID: "customer-7"}))(t).Organization; o.OrganizationExternalID != nil {
		t.Errorf("external ID %v", o.OrganizationExternalID)
	}
	_, err := api.Get(c.ctx, b2b.OrganizationsGetRequest{OrganizationID: "customer-7"})
	wants(t, err, stytch.ErrOrganizationNotFound)
}

// TestOrganizationDelete deletes members and sessions too, and frees the slug.
func TestOrganizationDelete(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	if n := must(c.b2b.Organizations.Metrics(c.ctx, b2b.OrganizationsMetricsRequest{OrganizationID: "engines"}))(t).MemberCount; n != 1 {
		t.Errorf("%d members", n)
	}
	if id := must(c.b2b.Organizations.Delete(c.ctx, b2b.OrganizationsDeleteRequest{OrganizationID: "engines"}))(t).OrganizationID; id != c.org.OrganizationID {
		t.Errorf("deleted %s", id)
	}
	_, err := c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &s.Token})
	wants(t, err, stytch.ErrSessionNotFound)
	_, err = c.b2b.Organizations.Members.DangerouslyGet(c.ctx, b2b.OrganizationsMembersDangerouslyGetRequest{MemberID: m.MemberID, IncludeDeleted: new(true)})
	wants(t, err, stytch.ErrMemberNotFound)
	_, err = c.b2b.Organizations.Delete(c.ctx, b2b.OrganizationsDeleteRequest{OrganizationID: "engines"})
	wants(t, err, stytch.ErrOrganizationNotFound)
	_, err = c.b2b.Organizations.Metrics(c.ctx, b2b.OrganizationsMetricsRequest{OrganizationID: "engines"})
	wants(t, err, stytch.ErrOrganizationNotFound)
	_, err = c.b2b.Organizations.DeleteExternalID(c.ctx, b2b.OrganizationsDeleteExternalIDRequest{OrganizationID: "engines"})
	wants(t, err, stytch.ErrOrganizationNotFound)
	must(c.b2b.Organizations.Create(c.ctx, b2b.OrganizationsCreateRequest{OrganizationName: "Next", OrganizationSlug: new("engines")}))(t)
}

// TestOrganizationSettings refuses settings that contradict each other, and keeps the
// organization as it was.
func TestOrganizationSettings(t *testing.T) {
	type update = b2b.OrganizationsUpdateRequest
	many := map[string]any{}
	for i := range 21 {
		many[strings.Repeat("x", i+1)] = 1
	}
	tests := []struct {
		change update
		want   stytch.ErrorType
	}{
		{update{OrganizationSlug: new("taken")}, stytch.ErrOrganizationSlugAlreadyUsed},
		{update{OrganizationSlug: new("..")}, stytch.ErrInvalidOrganizationSlug},
		{update{OrganizationExternalID: new("customer-1")}, stytch.ErrOrganizationExternalIDAlreadyUsed},
		{update{OrganizationName: new(" ")}, stytch.ErrOrganizationNameMissing},
		{update{OrganizationLogoURL: new("https://example.com/" + strings.Repeat("x", 2048))}, stytch.ErrOrganizationLogoURLTooLong},
		{update{SSODefaultConnectionID: new("none")}, stytch.ErrInvalidSSODefaultConnectionID},
		{update{EmailInvites: new(b2b.AdmissionPolicyNotAllowed), SSOJITProvisioning: new(b2b.AdmissionPolicyNotAllowed)}, stytch.ErrInvalidOrganizationAuthMethodSettings},
		{update{EmailInvites: new(b2b.AdmissionPolicyRestricted)}, stytch.ErrInvalidRestrictedEmailSetting},
		{update{EmailJITProvisioning: new(b2b.JITProvisioningPolicyRestricted)}, stytch.ErrInvalidRestrictedEmailSetting},
		{update{AuthMethods: new(b2b.MethodPolicyRestricted)}, stytch.ErrAllowedAuthMethodsRequiredForRestricted},
		{update{MFAMethods: new(b2b.MethodPolicyRestricted)}, stytch.ErrAllowedMFAMethodsRequiredForRestricted},
		{update{SSOJITProvisioning: new(b2b.AdmissionPolicyRestricted)}, stytch.ErrInvalidRestrictedSSOSetting},
		{update{OAuthTenantJITProvisioning: new(b2b.JITProvisioningPolicyRestricted)}, stytch.ErrInvalidRestrictedOAuthTenantsSetting},
		{update{AllowedOAuthTenants: map[string][]string{"google": {"1"}}}, stytch.ErrInvalidOAuthAllowedTenantsFormat},
		{update{EmailAllowedDomains: []string{"yahoo.co.uk"}}, stytch.ErrOrganizationSettingsDomainTooCommon},
		{update{EmailAllowedDomains: []string{"mailinator.com"}}, stytch.ErrOrganizationSettingsDisposableDomain},
		{update{EmailAllowedDomains: []string{"a.example", "A.example"}}, stytch.ErrOrganizationSettingsDuplicateDomain},
		{update{EmailAllowedDomains: []string{"example"}}, stytch.ErrOrganizationSettingsInvalidDomain},
		{update{ClaimedEmailDomains: []string{"gmail.com"}}, stytch.ErrOrganizationSettingsClaimedDomainTooCommon},
		{update{ClaimedEmailDomains: []string{"a.example", "a.example"}}, stytch.ErrOrganizationSettingsDuplicateClaimedDomain},
		{update{ClaimedEmailDomains: []string{"-"}}, stytch.ErrOrganizationSettingsInvalidClaimedDomain},
		{update{RBACEmailImplicitRoleAssignments: []b2b.EmailImplicitRoleAssignment{{Domain: "gmail.com", RoleID: "editor"}}}, stytch.ErrRBACDomainTooCommon},
		{update{RBACEmailImplicitRoleAssignments: []b2b.EmailImplicitRoleAssignment{{Domain: "x", RoleID: "editor"}}}, stytch.ErrRBACInvalidDomain},
		{update{TrustedMetadata: many}, stytch.ErrMetadataTooManyKeys},
		{update{TrustedMetadata: map[string]any{"big": strings.Repeat("x", 4096)}}, stytch.ErrMetadataTooLarge},
	}
	c := newCompany(t, b2b.Organization{})
	c.AddOrganization(b2b.Organization{OrganizationName: "Taken", OrganizationSlug: "taken", OrganizationExternalID: new("customer-1")})
	before := c.Organizations()
	for _, test := range tests {
		t.Run(string(test.want), func(t *testing.T) {
			test.change.OrganizationID = "engines"
			_, err := c.b2b.Organizations.Update(c.ctx, test.change)
			wants(t, err, test.want)
		})
	}
	if after := c.Organizations(); !reflect.DeepEqual(before, after) {
		t.Errorf("an error changed %v to %v", before, after)
	}
	// Neither can the list be emptied while it is needed.
	must(c.b2b.Organizations.Update(c.ctx, update{OrganizationID: "engines", AuthMethods: new(b2b.MethodPolicyRestricted), AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodMagicLink}}))(t)
	_, err := c.b2b.Organizations.Update(c.ctx, update{OrganizationID: "engines", AllowedAuthMethods: []b2b.AuthMethod{}})
	wants(t, err, stytch.ErrAllowedAuthMethodsRequiredForRestricted)
	_, err = c.b2b.Organizations.Update(c.ctx, update{OrganizationID: "none"})
	wants(t, err, stytch.ErrOrganizationNotFound)
}

// TestSettingsHaveOneName compares what creating and updating call the settings: the
// emulator reads both in the same way.
func TestSettingsHaveOneName(t *testing.T) {
	updates := map[string]bool{}
	for f := range reflect.TypeFor[b2b.OrganizationsUpdateRequest]().Fields() {
		updates[f.Tag.Get("json")] = true
	}
	login := "intermediate_session_token session_duration_minutes session_custom_claims telemetry_id organization_name"
	for _, create := range []reflect.Type{reflect.TypeFor[b2b.OrganizationsCreateRequest](), reflect.TypeFor[b2b.DiscoveryOrganizationsCreateRequest]()} {
		for f := range create.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !updates[f.Tag.Get("json")] && !strings.Contains(login, name) {
				t.Errorf("%s.%s is not in the update", create, f.Name)
			}
		}
	}
}

// TestActingForMember checks the permissions of the member that a call is for.
func TestActingForMember(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	actor := func(organization, address string, roles ...string) *b2b.ActingMember {
		m := b2b.Member{OrganizationID: organization, EmailAddress: address, Roles: []b2b.MemberRole{{RoleID: "stytch_member"}}}
		for _, role := range roles {
			m.Roles = append(m.Roles, b2b.MemberRole{RoleID: role})
		}
		s := must(c.AddSession(must(c.AddMember(m))(t).MemberID, time.Hour, nil))(t)
		return &b2b.ActingMember{SessionToken: &s.Token}
	}
	c.Grant("renamer", "stytch.organization", "update.info.name")
	other := c.AddOrganization(b2b.Organization{OrganizationName: "Other"})
	member, admin, renamer := actor("engines", email), actor("engines", "admin@example.com", "stytch_admin"), actor("engines", "r@example.com", "renamer")
	stranger := actor(other.OrganizationID, "s@example.com", "stytch_admin")
	update := func(by *b2b.ActingMember, change b2b.OrganizationsUpdateRequest) error {
		change.OrganizationID, change.ActingMember = "engines", by
		_, err := c.b2b.Organizations.Update(c.ctx, change)
		return err
	}
	name, policy := b2b.OrganizationsUpdateRequest{OrganizationName: new("New")}, b2b.OrganizationsUpdateRequest{OrganizationName: new("New"), MFAPolicy: new(b2b.MFAPolicyOptional)}
	wants(t, update(member, name), stytch.ErrSessionAuthorizationError)
	wants(t, update(stranger, name), stytch.ErrSessionAuthorizationTenancyError)
	wants(t, update(renamer, policy), stytch.ErrSessionAuthorizationError)
	wants(t, update(&b2b.ActingMember{SessionToken: new("none")}, name), stytch.ErrSessionNotFound)
	wants(t, update(admin, b2b.OrganizationsUpdateRequest{TrustedMetadata: map[string]any{"a": 1}}), stytch.ErrCannotUpdateTrustedMetadata)
	for _, err := range []error{update(renamer, name), update(admin, policy)} {
		if err != nil {
			t.Error(err)
		}
	}
	self := must(c.b2b.Organizations.Members.Get(c.ctx, b2b.OrganizationsMembersGetRequest{OrganizationID: "engines", EmailAddress: new(email)}))(t).MemberID
	change := func(by *b2b.ActingMember, q b2b.OrganizationsMembersUpdateRequest) error {
		q.OrganizationID, q.MemberID, q.ActingMember = "engines", self, by
		_, err := c.b2b.Organizations.Members.Update(c.ctx, q)
		return err
	}
	wants(t, change(renamer, b2b.OrganizationsMembersUpdateRequest{Name: new("Ada")}), stytch.ErrSessionAuthorizationError)
	wants(t, change(member, b2b.OrganizationsMembersUpdateRequest{Roles: []string{"stytch_admin"}}), stytch.ErrSessionAuthorizationError)
	for _, err := range []error{change(member, b2b.OrganizationsMembersUpdateRequest{Name: new("Ada")}), change(admin, b2b.OrganizationsMembersUpdateRequest{Roles: []string{"stytch_admin"}})} {
		if err != nil {
			t.Error(err)
		}
	}
	wants(t, change(member, b2b.OrganizationsMembersUpdateRequest{EmailAddress: new("new@example.com")}), stytch.ErrMemberCannotUpdateTheirEmailAddress)
	_, err := c.b2b.Organizations.Delete(c.ctx, b2b.OrganizationsDeleteRequest{OrganizationID: "engines", ActingMember: renamer})
	wants(t, err, stytch.ErrSessionAuthorizationError)
	must(c.b2b.Organizations.Delete(c.ctx, b2b.OrganizationsDeleteRequest{OrganizationID: "engines", ActingMember: admin}))(t)
	if p := must(c.b2b.RBAC.Policy(c.ctx, b2b.RBACPolicyRequest{}))(t).Policy; len(p.Roles) != 3 || p.Roles[2].RoleID != "renamer" {
		t.Errorf("policy %v", p)
	}
}
