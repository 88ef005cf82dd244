package stytchtest

import (
	"fmt"

	"github.com/stytchgen/sdk/b2b"
)

// The identity provider of a connection that a test adds without one: the emulator's page.
const (
	emulatedIDP    = "https://idp.example.com"
	emulatedClient = "client"
)

// AddSAMLConnection adds a SAML connection to an existing organization. A missing ID is
// generated, a missing status is active, and members log in on the emulator's page unless
// there is an IDPSSOURL. Without an attribute mapping, it maps email, full_name and groups.
// It returns the connection as the API would.
func (p *Project) AddSAMLConnection(s b2b.SAMLConnection) (b2b.SAMLConnection, error) {
	defer p.lock()()
	return p.addSAML(s)
}

func (p *Project) addSAML(s b2b.SAMLConnection) (b2b.SAMLConnection, error) {
	setIfEmpty(&s.ConnectionID, newID("saml-connection"))
	o, err := p.organizationFor(s.OrganizationID, s.ConnectionID)
	if err != nil {
		return b2b.SAMLConnection{}, err
	}
	s.OrganizationID = o.Profile.OrganizationID
	setIfEmpty(&s.Status, b2b.SSOConnectionStatusActive)
	setIfEmpty(&s.IdentityProvider, b2b.SSOIdentityProviderGeneric)
	setIfEmpty(&s.NameIDFormat, emailNameID)
	setIfEmpty(&s.IDPSSOURL, emulatedIDP+"/sso")
	setIfEmpty(&s.IDPEntityID, emulatedIDP+"/"+s.ConnectionID)
	if s.AttributeMapping == nil {
		s.AttributeMapping = map[string]any{"email": nameID, "full_name": "displayName", "groups": "groups"}
	}
	c := p.newSAML(s, p.clock.Now())
	p.connect(o, c)
	return *copyOf(p.saml(c)), nil
}

// AddOIDCConnection is AddSAMLConnection for an OIDC connection. Members log in on the
// emulator's page unless there is an Issuer, which then needs the other settings, too.
func (p *Project) AddOIDCConnection(s b2b.OIDCConnection) (b2b.OIDCConnection, error) {
	defer p.lock()()
	return p.addOIDC(s)
}

func (p *Project) addOIDC(s b2b.OIDCConnection) (b2b.OIDCConnection, error) {
	setIfEmpty(&s.ConnectionID, newID("oidc-connection"))
	o, err := p.organizationFor(s.OrganizationID, s.ConnectionID)
	if err != nil {
		return b2b.OIDCConnection{}, err
	}
	s.OrganizationID = o.Profile.OrganizationID
	setIfEmpty(&s.Status, b2b.SSOConnectionStatusActive)
	setIfEmpty(&s.IdentityProvider, b2b.SSOIdentityProviderGeneric)
	if s.Issuer == "" {
		s.Issuer, s.AuthorizationURL, s.TokenURL = emulatedIDP, emulatedIDP+"/authorize", emulatedIDP+"/token"
		s.UserInfoURL, s.JWKSURL = emulatedIDP+"/userinfo", emulatedIDP+"/keys"
		setIfEmpty(&s.ClientID, emulatedClient)
		setIfEmpty(&s.ClientSecret, newToken())
	}
	c := &connection{OIDC: &s}
	p.connect(o, c)
	return *copyOf(p.oidc(c)), nil
}

// organizationFor returns the organization that gets a connection.
func (p *Project) organizationFor(id, connectionID string) (*organization, error) {
	o := p.state.organizationByID(id)
	switch {
	case o == nil:
		return nil, fmt.Errorf("stytchtest: the connection's organization %q does not exist", id)
	case p.state.Connections.find(byID, connectionID) != nil:
		return nil, fmt.Errorf("stytchtest: there is a connection with the id %q already", connectionID)
	}
	return o, nil
}
