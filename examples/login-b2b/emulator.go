package main

import (
	"errors"
	"net"
	"net/netip"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytchtest"
)

// This file and inbox.go are for development. An application that always uses the real
// service can delete them, and so the dependency on the emulator.

// people lists who can log in.
const people = `Log in as             ada@example.com, the administrator of Analytical Engines, with a second factor;
                      bob@example.com, or any address at example.com: may join two organizations;
                      eve@example.org, unknown to every organization, who can create one
`

// startEmulator starts an emulator with organizations in this process.
func startEmulator() (*stytchtest.Server, error) {
	emulator, err := stytchtest.Start(stytchtest.Config{})
	if err != nil {
		return nil, err
	}
	if err := seed(emulator.Project); err != nil {
		return nil, errors.Join(err, emulator.Close())
	}
	return emulator, nil
}

// invitationsTo makes the links of invitations lead to the application, as the dashboard
// of the service does.
func invitationsTo(project *stytchtest.Project, listener net.Addr) error {
	host, port, err := net.SplitHostPort(listener.String())
	if err != nil {
		return err
	}
	if addr, err := netip.ParseAddr(host); err != nil || !addr.IsLoopback() {
		host = "localhost" // such as for 0.0.0.0, which is no address to open
	}
	return project.SetRedirectURLs(stytchtest.RedirectURL{
		URL: "http://" + net.JoinHostPort(host, port) + string(join), Types: []stytchtest.RedirectType{stytchtest.RedirectInvite}, Default: true,
	})
}

// seed adds four organizations. One requires a second factor, and one does not. In
// one, new members must set up a second factor. One does not accept codes by e-mail.
func seed(project *stytchtest.Project) error {
	const ada = "ada@example.com"
	engines := project.AddOrganization(b2b.Organization{
		OrganizationName: "Analytical Engines", OrganizationSlug: "engines", MFAPolicy: b2b.MFAPolicyRequiredForAll,
	})
	looms := project.AddOrganization(b2b.Organization{
		OrganizationName: "Jacquard Looms", OrganizationSlug: "looms",
		EmailJITProvisioning: b2b.JITProvisioningPolicyRestricted, EmailAllowedDomains: []string{"example.com"},
	})
	works := project.AddOrganization(b2b.Organization{
		OrganizationName: "Difference Works", OrganizationSlug: "works", MFAPolicy: b2b.MFAPolicyRequiredForAll,
		EmailJITProvisioning: b2b.JITProvisioningPolicyRestricted, EmailAllowedDomains: []string{"example.com"},
	})
	bank := project.AddOrganization(b2b.Organization{
		OrganizationName: "Bank of Numbers", OrganizationSlug: "bank",
		AuthMethods: b2b.MethodPolicyRestricted, AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodSSO},
	})
	assigned := []b2b.MemberRoleSource{{Type: "direct_assignment"}}
	administrator := []b2b.MemberRole{{RoleID: "stytch_member", Sources: assigned}, {RoleID: adminRole, Sources: assigned}}
	for _, member := range []b2b.Member{
		{OrganizationID: engines.OrganizationID, EmailAddress: ada, Name: "Ada Lovelace", Roles: administrator, MFAPhoneNumber: "+15005550006", MFAPhoneNumberVerified: true, MFAEnrolled: true},
		// People can join once a member has a verified address of the domain.
		{OrganizationID: looms.OrganizationID, EmailAddress: ada, EmailAddressVerified: true},
		{OrganizationID: works.OrganizationID, EmailAddress: "charles@example.com", EmailAddressVerified: true},
		{OrganizationID: bank.OrganizationID, EmailAddress: ada},
	} {
		if _, err := project.AddMember(member); err != nil {
			return err
		}
	}
	return nil
}
