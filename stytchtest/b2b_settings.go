package stytchtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
)

// orgSettings are what three calls can say about an organization. The update can say
// everything; the two that create one, a part of it under the same names.
type orgSettings = b2b.OrganizationsUpdateRequest

// createOrganization adds an organization, unless its settings are wrong.
func (p *Project) createOrganization(s orgSettings, now time.Time) (*organization, *apiError) {
	o := &organization{}
	if namesAdmission(s) {
		o.Profile.EmailInvites = b2b.AdmissionPolicyNotAllowed
	}
	ordinary(&o.Profile, now)
	if err := p.configure(o, s); err != nil {
		return nil, err
	}
	p.state.Organizations.add(o)
	return o, nil
}

// namesAdmission reports whether a request decides who may join or how members log in.
// Invitations are then off unless it allows them, too.
func namesAdmission(s orgSettings) bool {
	return s.EmailJITProvisioning != nil || s.EmailAllowedDomains != nil || s.SSOJITProvisioning != nil ||
		s.OAuthTenantJITProvisioning != nil || s.AllowedOAuthTenants != nil || s.AuthMethods != nil || s.AllowedAuthMethods != nil
}

// configure changes an organization, unless the result would be wrong.
func (p *Project) configure(o *organization, s orgSettings) *apiError {
	changed := o.Profile
	set(&changed.OrganizationName, s.OrganizationName)
	set(&changed.OrganizationSlug, s.OrganizationSlug)
	set(&changed.OrganizationLogoURL, s.OrganizationLogoURL)
	set(&changed.SSOJITProvisioning, s.SSOJITProvisioning)
	set(&changed.EmailJITProvisioning, s.EmailJITProvisioning)
	set(&changed.EmailInvites, s.EmailInvites)
	set(&changed.AuthMethods, s.AuthMethods)
	set(&changed.MFAPolicy, s.MFAPolicy)
	set(&changed.MFAMethods, s.MFAMethods)
	set(&changed.OAuthTenantJITProvisioning, s.OAuthTenantJITProvisioning)
	set(&changed.FirstPartyConnectedAppsAllowedType, s.FirstPartyConnectedAppsAllowedType)
	set(&changed.ThirdPartyConnectedAppsAllowedType, s.ThirdPartyConnectedAppsAllowedType)
	setList(&changed.SSOJITProvisioningAllowedConnections, s.SSOJITProvisioningAllowedConnections)
	setList(&changed.EmailAllowedDomains, s.EmailAllowedDomains)
	setList(&changed.AllowedAuthMethods, s.AllowedAuthMethods)
	setList(&changed.AllowedMFAMethods, s.AllowedMFAMethods)
	setList(&changed.RBACEmailImplicitRoleAssignments, s.RBACEmailImplicitRoleAssignments)
	setList(&changed.ClaimedEmailDomains, s.ClaimedEmailDomains)
	setList(&changed.AllowedFirstPartyConnectedApps, s.AllowedFirstPartyConnectedApps)
	setList(&changed.AllowedThirdPartyConnectedApps, s.AllowedThirdPartyConnectedApps)
	if s.OrganizationExternalID != nil {
		changed.OrganizationExternalID = s.OrganizationExternalID
	}
	if s.SSODefaultConnectionID != nil {
		changed.SSODefaultConnectionID = s.SSODefaultConnectionID
	}
	if s.AllowedOAuthTenants != nil {
		changed.AllowedOAuthTenants = s.AllowedOAuthTenants
	}
	var err *apiError
	if changed.TrustedMetadata, err = mergeMetadata(changed.TrustedMetadata, s.TrustedMetadata); err != nil {
		return err
	}
	for _, check := range p.organizationChecks() {
		if err := check(changed); err != nil {
			return err
		}
	}
	if err := checkSSO(s, changed); err != nil {
		return err
	}
	o.Profile = changed
	return nil
}

// checkSSO refuses settings for which the organization lacks an active connection.
func checkSSO(s orgSettings, o b2b.Organization) *apiError {
	id := s.SSODefaultConnectionID
	switch {
	case id != nil && !slices.ContainsFunc(o.SSOActiveConnections, func(c b2b.ActiveSSOConnection) bool { return c.ConnectionID == *id }):
		return failf("invalid_sso_default_connection_id", "sso_default_connection_id: the organization has no active connection with this id")
	case (s.AuthMethods != nil || s.AllowedAuthMethods != nil) && onlySSO(o) && len(o.SSOActiveConnections) == 0:
		return failf("requires_active_sso_connection", "allowed_auth_methods: only sso is left, and the organization has no active connection")
	}
	return nil
}

func set[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}

// setList replaces a list as a whole, where one is given.
func setList[T any](field *[]T, given []T) {
	if given != nil {
		*field = given
	}
}

var (
	alphanumeric = regexp.MustCompile(`[A-Za-z0-9]`)
	notInSlug    = regexp.MustCompile(`[^A-Za-z0-9._~-]+`)
)

// maxLogoURL is a guess: the service refuses URLs that are too long.
const maxLogoURL = 2048

// organizationChecks refuse settings that no organization can have.
func (p *Project) organizationChecks() []func(b2b.Organization) *apiError {
	return []func(b2b.Organization) *apiError{p.checkNames, checkPolicies, checkDomains}
}

// checkNames refuses names that are none, or that another organization has.
func (p *Project) checkNames(o b2b.Organization) *apiError {
	switch {
	case strings.TrimSpace(o.OrganizationName) == "":
		return fail("organization_name_missing")
	case !alphanumeric.MatchString(o.OrganizationSlug):
		return failf("invalid_organization_slug", "organization_slug: at least one letter or digit is needed")
	case len(o.OrganizationLogoURL) > maxLogoURL:
		return failf("organization_logo_url_too_long", "organization_logo_url: %d bytes, and %d are allowed", len(o.OrganizationLogoURL), maxLogoURL)
	}
	if other := p.state.Organizations.find(bySlug, o.OrganizationSlug); other != nil && other.Profile.OrganizationID != o.OrganizationID {
		return failf("organization_slug_already_used", "another organization has the slug %q", o.OrganizationSlug)
	}
	if other := p.state.Organizations.find(byExternalID, text(o.OrganizationExternalID)); other != nil && other.Profile.OrganizationID != o.OrganizationID {
		return fail("organization_external_id_already_used")
	}
	return nil
}

// freeSlug makes a slug out of a name that no organization has yet.
func (p *Project) freeSlug(name string) string {
	slug := strings.ToLower(name)
	for n := 2; len(slug) < 2 || p.state.organizationByID(slug) != nil; n++ {
		slug = fmt.Sprintf("%s-%d", strings.ToLower(name), n)
	}
	return slug
}

// checkPolicies refuses policies that contradict each other, or that restrict to a list
// which is empty.
func checkPolicies(o b2b.Organization) *apiError {
	restricted := func(policy b2b.AdmissionPolicy) bool { return policy == b2b.AdmissionPolicyRestricted }
	switch {
	case o.SSOJITProvisioning == b2b.AdmissionPolicyNotAllowed && o.EmailInvites == b2b.AdmissionPolicyNotAllowed && o.EmailJITProvisioning == b2b.JITProvisioningPolicyNotAllowed:
		return failf("invalid_organization_auth_method_settings", "sso_jit_provisioning, email_jit_provisioning and email_invites are all NOT_ALLOWED: nobody could join")
	case len(o.EmailAllowedDomains) == 0 && (restricted(o.EmailInvites) || o.EmailJITProvisioning == b2b.JITProvisioningPolicyRestricted):
		return failf("invalid_restricted_email_setting", "email_invites or email_jit_provisioning is RESTRICTED, and email_allowed_domains is empty")
	case len(o.AllowedAuthMethods) == 0 && o.AuthMethods == b2b.MethodPolicyRestricted:
		return fail("allowed_auth_methods_required_for_restricted")
	case len(o.AllowedMFAMethods) == 0 && o.MFAMethods == b2b.MethodPolicyRestricted:
		return fail("allowed_mfa_methods_required_for_restricted")
	case len(o.SSOJITProvisioningAllowedConnections) == 0 && restricted(o.SSOJITProvisioning):
		return fail("invalid_restricted_sso_setting")
	case len(o.AllowedOAuthTenants) == 0 && o.OAuthTenantJITProvisioning == b2b.JITProvisioningPolicyRestricted:
		return fail("invalid_restricted_oauth_tenants_setting")
	}
	for provider := range o.AllowedOAuthTenants {
		if !slices.Contains([]string{"slack", "hubspot", "github"}, provider) {
			return failf("invalid_oauth_allowed_tenants_format", "allowed_oauth_tenants: %q has no tenants; slack, hubspot and github have", provider)
		}
	}
	return nil
}
