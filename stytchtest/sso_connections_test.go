package stytchtest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// keyPair is a key of an identity provider with its certificate.
type keyPair struct {
	private     *rsa.PrivateKey
	certificate *x509.Certificate
}

func newKeyPair() keyPair {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1815), Subject: pkix.Name{CommonName: "idp.test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return keyPair{key, certificate}
}

// idpKey is the key of the identity provider in the tests, and otherKey that of
// somebody else.
var idpKey, otherKey = sync.OnceValue(newKeyPair), sync.OnceValue(newKeyPair)

func (k keyPair) certificatePEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.certificate.Raw}))
}

func (k keyPair) privatePEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k.private)}))
}

// weakKey is an RSA key of 512 bits, too short to sign with.
var weakKey = strings.ReplaceAll(`-----BEGIN RSA TESTING KEY-----
MIIBPQIBAAJBAL18yZIjiSLJ7Z8h9Xe9c8MIEpCufrvSKaaRL+vsdYSpHfD6ubNf
1If6OQmtS+6gN4OmsQcPXOnCrfRV0Vaxf6sCAwEAAQJBALBJJxKRguTdrfctVbw3
gjpBCVyXKoq8ZEl1q3q2+0IVpj6h3QaJYNg0tDgwuHY46xszDq0GMN9qClSzyS3E
ShECIQDhONG9+up6lzxol0RZTS53XV/LZ+Y+2Asf5gAOzsrQmQIhANdh1G5SpoEN
njEhl+HrhDpOd2SF/nrbuvLTiA6L28jjAiEAk+OVhmRu99S7LAq4LNOLgYHk11IA
VJ/UnjuPKioL73ECIQC5btjeQvpnkbnowuto7sRhDr1sJpD6ZcOG3Of+3hrT0QIh
AJRqdmSuTjgUb3FiBHcCbOOMGz8BOLK7t7bJUtvecekJ
-----END RSA TESTING KEY-----`, "TESTING KEY", "PRIVATE KEY")

var mapping = map[string]any{"email": "NameID", "full_name": "displayName", "groups": "groups", "department": "dept"}

// saml creates a SAML connection and completes it.
func (c *company) saml(change ...func(*b2b.SSOSAMLUpdateConnectionRequest)) *b2b.SAMLConnection {
	c.t.Helper()
	made := must(c.b2b.SSO.SAML.CreateConnection(c.ctx, b2b.SSOSAMLCreateConnectionRequest{OrganizationID: "engines", DisplayName: new("Okta"), IdentityProvider: new(b2b.SSOIdentityProviderOkta)}))(c.t)
	q := b2b.SSOSAMLUpdateConnectionRequest{OrganizationID: "engines", ConnectionID: made.Connection.ConnectionID,
		IDPEntityID: new("https://idp.example.com/" + made.Connection.ConnectionID), IDPSSOURL: new("https://idp.example.com/sso"), X509Certificate: new(idpKey().certificatePEM()), AttributeMapping: mapping}
	for _, f := range change {
		f(&q)
	}
	return must(c.b2b.SSO.SAML.UpdateConnection(c.ctx, q))(c.t).Connection
}

// oidc creates an OIDC connection and completes it.
func (c *company) oidc(change ...func(*b2b.SSOOIDCUpdateConnectionRequest)) *b2b.OIDCConnection {
	c.t.Helper()
	made := must(c.b2b.SSO.OIDC.CreateConnection(c.ctx, b2b.SSOOIDCCreateConnectionRequest{OrganizationID: "engines", DisplayName: new("Entra")}))(c.t)
	const idp = "https://idp.example.com"
	q := b2b.SSOOIDCUpdateConnectionRequest{OrganizationID: "engines", ConnectionID: made.Connection.ConnectionID, Issuer: new(idp), ClientID: new("client"), ClientSecret: new("secret"),
		AuthorizationURL: new(idp + "/authorize"), TokenURL: new(idp + "/token"), UserInfoURL: new(idp + "/userinfo"), JWKSURL: new(idp + "/keys")}
	for _, f := range change {
		f(&q)
	}
	return must(c.b2b.SSO.OIDC.UpdateConnection(c.ctx, q))(c.t).Connection
}

func (c *company) organization() b2b.Organization {
	c.t.Helper()
	return must(c.b2b.Organizations.Get(c.ctx, b2b.OrganizationsGetRequest{OrganizationID: "engines"}))(c.t).Organization
}

// TestSAMLConnection creates, completes and changes a SAML connection.
func TestSAMLConnection(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.Grant("editor", "documents", "update")
	made := must(c.b2b.SSO.SAML.CreateConnection(c.ctx, b2b.SSOSAMLCreateConnectionRequest{OrganizationID: "engines"}))(t).Connection
	callback := c.URL() + "/v1/b2b/sso/callback/" + made.ConnectionID
	if made.Status != b2b.SSOConnectionStatusPending || made.ACSURL != callback || made.AudienceURI != callback || made.IdentityProvider != b2b.SSOIdentityProviderGeneric ||
		len(made.SigningCertificates) != 1 || made.SigningCertificates[0].Issuer != "Stytch" || made.NameIDFormat != "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" {
		t.Errorf("connection %v", made)
	}
	if o := c.organization(); *o.SSODefaultConnectionID != made.ConnectionID || len(o.SSOActiveConnections) != 0 {
		t.Errorf("organization %v", o)
	}
	type update = b2b.SSOSAMLUpdateConnectionRequest
	change := func(q update) *b2b.SAMLConnection {
		t.Helper()
		q.OrganizationID, q.ConnectionID = "engines", made.ConnectionID
		return must(c.b2b.SSO.SAML.UpdateConnection(c.ctx, q))(t).Connection
	}
	for _, q := range []update{{IDPEntityID: new("https://idp.example.com")}, {IDPSSOURL: new("https://idp.example.com/sso")}, {X509Certificate: new(idpKey().certificatePEM())}} {
		if got := change(q); got.Status != b2b.SSOConnectionStatusPending {
			t.Errorf("it is active too early: %v", got)
		}
	}
	done := change(update{AttributeMapping: mapping, DisplayName: new("Okta"), SAMLGroupImplicitRoleAssignments: []b2b.SSOGroupRoleAssignment{{RoleID: "editor", Group: "editors"}},
		SigningPrivateKey: new(otherKey().privatePEM()), SAMLEncryptionPrivateKey: new(otherKey().privatePEM()), IDPInitiatedAuthDisabled: new(true)})
	if done.Status != b2b.SSOConnectionStatusActive || len(done.SigningCertificates) != 2 || len(done.EncryptionPrivateKeys) != 1 || len(done.VerificationCertificates) != 1 ||
		!done.VerificationCertificates[0].ExpiresAt.Equal(idpKey().certificate.NotAfter) || !done.IDPInitiatedAuthDisabled {
		t.Errorf("connection %v", done)
	}
	if o := c.organization(); !reflect.DeepEqual(o.SSOActiveConnections, []b2b.ActiveSSOConnection{{ConnectionID: made.ConnectionID, DisplayName: "Okta", IdentityProvider: "generic"}}) {
		t.Errorf("active connections %v", o.SSOActiveConnections)
	}
	found := must(c.b2b.SSO.GetConnections(c.ctx, b2b.SSOGetConnectionsRequest{OrganizationID: "engines"}))(t)
	if len(found.SAMLConnections) != 1 || !reflect.DeepEqual(found.SAMLConnections[0], *done) || len(found.OIDCConnections)+len(found.ExternalConnections) != 0 {
		t.Errorf("connections %v", found)
	}

	wrong := []struct {
		change update
		want   stytch.ErrorType
	}{
		{update{IDPSSOURL: new("")}, stytch.ErrSAMLConnectionIDPSSOURLRequired},
		{update{IDPSSOURL: new("idp")}, stytch.ErrSAMLConnectionIDPSSOURLInvalidFormat},
		{update{IDPSSOURL: new("http://idp.example.com")}, stytch.ErrSAMLConnectionIDPSSOURLNotHTTPS},
		{update{IDPEntityID: new("")}, stytch.ErrInvalidIDPEntityID},
		{update{X509Certificate: new("certificate")}, stytch.ErrInvalidX509Certificate},
		{update{X509Certificate: new(idpKey().privatePEM())}, stytch.ErrInvalidX509Certificate},
		{update{SigningPrivateKey: new("key")}, stytch.ErrSAMLSigningPrivateKeyInvalid},
		{update{SigningPrivateKey: new(idpKey().certificatePEM())}, stytch.ErrSAMLSigningPrivateKeyFormatNotSupported},
		{update{SAMLEncryptionPrivateKey: new(strings.Repeat("k", 8193))}, stytch.ErrPrivateKeyTooLong},
		{update{AttributeMapping: map[string]any{}}, stytch.ErrSAMLConnectionAttributeMappingRequired},
		{update{AttributeMapping: map[string]any{"full_name": "name"}}, stytch.ErrSAMLConnectionEmailMappingRequired},
		{update{AttributeMapping: map[string]any{"email": "NameID", "first_name": "name"}}, stytch.ErrSAMLConnectionNameMappingRequired},
		{update{AttributeMapping: map[string]any{"email": map[string]any{"a": "b"}}}, stytch.ErrSAMLConnectionNoNestedKeysInAttributeMapping},
		{update{AttributeMapping: map[string]any{"email": "NameID", "full_name": "name"}}, stytch.ErrSAMLConnectionAttributeMappingMissingGroupsKey},
		{update{SAMLConnectionImplicitRoleAssignments: []b2b.SSOConnectionRoleAssignment{{RoleID: "none"}}}, stytch.ErrInvalidRBACRoleID},
		{update{SigningPrivateKey: &weakKey}, stytch.ErrSAMLSigningPrivateKeyInvalid},
		{update{ConnectionID: "none"}, stytch.ErrSAMLConnectionNotFound},
		{update{OrganizationID: "none"}, stytch.ErrOrganizationNotFound},
	}
	for _, test := range wrong {
		if test.change.OrganizationID == "" {
			test.change.OrganizationID = "engines"
		}
		if test.change.ConnectionID == "" {
			test.change.ConnectionID = made.ConnectionID
		}
		_, err := c.b2b.SSO.SAML.UpdateConnection(c.ctx, test.change)
		wants(t, err, test.want)
	}
	if after := must(c.b2b.SSO.GetConnections(c.ctx, b2b.SSOGetConnectionsRequest{OrganizationID: "engines"}))(t).SAMLConnections[0]; !reflect.DeepEqual(after, *done) {
		t.Errorf("an error changed %v to %v", done, after)
	}
	for range 4 {
		change(update{X509Certificate: new(otherKey().certificatePEM())})
	}
	_, err := c.b2b.SSO.SAML.UpdateConnection(c.ctx, update{OrganizationID: "engines", ConnectionID: made.ConnectionID, X509Certificate: new(otherKey().certificatePEM())})
	wants(t, err, stytch.ErrTooManySSOVerificationCertificates)
	all := change(update{}).VerificationCertificates
	for i, one := range all {
		q := b2b.SSOSAMLDeleteVerificationCertificateRequest{OrganizationID: "engines", ConnectionID: made.ConnectionID, CertificateID: one.CertificateID}
		_, err := c.b2b.SSO.SAML.DeleteVerificationCertificate(c.ctx, q)
		if i == len(all)-1 {
			wants(t, err, stytch.ErrCannotDeleteLastSSOVerificationKey)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	_, err = c.b2b.SSO.SAML.DeleteVerificationCertificate(c.ctx, b2b.SSOSAMLDeleteVerificationCertificateRequest{OrganizationID: "engines", ConnectionID: made.ConnectionID, CertificateID: all[0].CertificateID})
	wants(t, err, stytch.ErrSSOVerificationKeyNotFound)
	key := b2b.SSOSAMLDeleteEncryptionPrivateKeyRequest{OrganizationID: "engines", ConnectionID: made.ConnectionID, PrivateKeyID: done.EncryptionPrivateKeys[0].PrivateKeyID}
	must(c.b2b.SSO.SAML.DeleteEncryptionPrivateKey(c.ctx, key))(t)
	_, err = c.b2b.SSO.SAML.DeleteEncryptionPrivateKey(c.ctx, key)
	wants(t, err, stytch.ErrSSOEncryptionPrivateKeyNotFound)
	_, err = c.b2b.SSO.SAML.UpdateConnection(c.ctx, update{OrganizationID: "engines", ConnectionID: c.saml().ConnectionID, IDPEntityID: new("https://idp.example.com")})
	wants(t, err, stytch.ErrDuplicateSAMLConnection)
}

// TestSAMLMetadata takes the settings of a connection from the metadata of the identity
// provider.
func TestSAMLMetadata(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	made := must(c.b2b.SSO.SAML.CreateConnection(c.ctx, b2b.SSOSAMLCreateConnectionRequest{OrganizationID: "engines"}))(t).Connection
	certificate := strings.Join(strings.Split(strings.TrimSpace(idpKey().certificatePEM()), "\n")[1:], "\n")
	certificate = strings.TrimSuffix(certificate, "-----END CERTIFICATE-----")
	const head = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com/metadata"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">`
	key := `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + certificate + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
	service := func(url string) string {
		return `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="` + url + `"/>`
	}
	const tail = `</IDPSSODescriptor></EntityDescriptor>`
	good := head + key + service("https://idp.example.com/sso") + tail
	served := map[string]string{
		"/good": good, "/html": "<html><br>", "/text": "not XML", "/other": "<a/>", "/keyless": head + service("https://idp.example.com/sso") + tail,
		"/without": head + key + tail, "/http": head + key + service("http://idp.example.com/sso") + tail, "/long": good + strings.Repeat(" ", 1<<20),
	}
	idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := served[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(idp.Close)
	ask := b2b.SSOSAMLUpdateByURLRequest{OrganizationID: "engines", ConnectionID: made.ConnectionID}
	for path, want := range map[string]stytch.ErrorType{
		idp.URL + "/none": stytch.ErrInvalidSAMLMetadataURL, "ftp://idp.example.com": stytch.ErrInvalidSAMLMetadataURL, "http://idp.example.com": stytch.ErrInvalidSAMLMetadataURL,
		idp.URL + "/long": stytch.ErrInvalidSAMLMetadataURL, idp.URL + "/html": stytch.ErrInvalidXMLFromSAMLMetadataURL, idp.URL + "/text": stytch.ErrInvalidXMLFromSAMLMetadataURL,
		idp.URL + "/other": stytch.ErrSAMLConnectionMetadataInvalidFormat, idp.URL + "/keyless": stytch.ErrSAMLConnectionMetadataInvalidFormat,
		idp.URL + "/without": stytch.ErrSAMLConnectionMetadataInvalidFormat, idp.URL + "/http": stytch.ErrSAMLConnectionIDPSSOURLNotHTTPS,
	} {
		ask.MetadataURL = path
		_, err := c.b2b.SSO.SAML.UpdateByURL(c.ctx, ask)
		wants(t, err, want)
	}
	ask.MetadataURL = idp.URL + "/good"
	must(c.b2b.SSO.SAML.UpdateByURL(c.ctx, ask))(t)
	got := must(c.b2b.SSO.SAML.UpdateByURL(c.ctx, ask))(t).Connection // the certificate is there only once
	if got.IDPEntityID != "https://idp.example.com/metadata" || got.IDPSSOURL != "https://idp.example.com/sso" || len(got.VerificationCertificates) != 1 || got.Status != b2b.SSOConnectionStatusPending {
		t.Errorf("connection %v", got)
	}
	done := must(c.b2b.SSO.SAML.UpdateConnection(c.ctx, b2b.SSOSAMLUpdateConnectionRequest{OrganizationID: "engines", ConnectionID: made.ConnectionID, AttributeMapping: mapping}))(t)
	if done.Connection.Status != b2b.SSOConnectionStatusActive {
		t.Errorf("connection %v", done.Connection)
	}
}

// TestOIDCConnection completes an OIDC connection by the discovery document of its issuer.
func TestOIDCConnection(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	type update = b2b.SSOOIDCUpdateConnectionRequest
	made := must(c.b2b.SSO.OIDC.CreateConnection(c.ctx, b2b.SSOOIDCCreateConnectionRequest{OrganizationID: "engines", IdentityProvider: new(b2b.SSOIdentityProviderOkta)}))(t).Connection
	if made.Status != b2b.SSOConnectionStatusPending || made.RedirectURL != c.URL()+"/v1/b2b/sso/callback/"+made.ConnectionID || made.AttributeMapping != nil {
		t.Errorf("connection %v", made)
	}
	change := func(q update) (*b2b.SSOOIDCUpdateConnectionResponse, error) {
		q.OrganizationID, q.ConnectionID = "engines", made.ConnectionID
		return c.b2b.SSO.OIDC.UpdateConnection(c.ctx, q)
	}
	idp := newOIDCProvider(t)
	got := must(change(update{Issuer: &idp.URL, JWKSURL: new("https://idp.example.com/keys"), CustomScopes: new("openid email")}))(t)
	if o := got.Connection; *got.Warning != "" || o.Status != b2b.SSOConnectionStatusPending || o.AuthorizationURL != idp.URL+"/authorize" || o.TokenURL != idp.URL+"/token" || o.UserInfoURL != idp.URL+"/userinfo" || o.JWKSURL != "https://idp.example.com/keys" {
		t.Errorf("answer %v", got)
	}
	done := must(change(update{ClientID: new("client"), ClientSecret: new("secret"), DisplayName: new("Okta")}))(t)
	if done.Connection.Status != b2b.SSOConnectionStatusActive || *done.Warning != "" || done.Connection.ClientSecret != "secret" {
		t.Errorf("answer %v", done)
	}
	if o := c.organization(); len(o.SSOActiveConnections) != 1 || o.SSOActiveConnections[0].IdentityProvider != "okta" {
		t.Errorf("active connections %v", o.SSOActiveConnections)
	}
	for _, issuer := range []string{"https://idp.example.com", idp.URL + "/other"} {
		if unread := must(change(update{Issuer: &issuer}))(t); *unread.Warning == "" || unread.Connection.Issuer != issuer || unread.Connection.TokenURL != idp.URL+"/token" {
			t.Errorf("answer %v", unread)
		}
	}
	for _, test := range []struct {
		change update
		want   stytch.ErrorType
	}{
		{update{Issuer: new("")}, stytch.ErrOIDCConnectionIssuerRequired},
		{update{Issuer: new("idp")}, stytch.ErrOIDCConnectionIssuerURLInvalidFormat},
		{update{ClientID: new("")}, stytch.ErrOIDCConnectionClientIDRequired},
		{update{ClientSecret: new("")}, stytch.ErrOIDCConnectionClientSecretRequired},
		{update{ClientSecret: new(strings.Repeat("s", 4097))}, stytch.ErrClientSecretTooLong},
		{update{AuthorizationURL: new("")}, stytch.ErrOIDCConnectionAuthorizationURLRequired},
		{update{AuthorizationURL: new("http://idp.example.com")}, stytch.ErrOIDCConnectionAuthorizationURLInvalidFormat},
		{update{TokenURL: new("")}, stytch.ErrOIDCConnectionTokenURLRequired},
		{update{TokenURL: new("token")}, stytch.ErrOIDCConnectionTokenURLInvalidFormat},
		{update{UserInfoURL: new("me")}, stytch.ErrOIDCConnectionUserInfoURLInvalidFormat},
		{update{JWKSURL: new("")}, stytch.ErrOIDCConnectionJWKSURLRequired},
		{update{JWKSURL: new("keys")}, stytch.ErrOIDCConnectionJWKSURLInvalidFormat},
	} {
		_, err := change(test.change)
		wants(t, err, test.want)
	}
	_, err := c.b2b.SSO.OIDC.UpdateConnection(c.ctx, update{OrganizationID: "engines", ConnectionID: c.saml().ConnectionID})
	wants(t, err, stytch.ErrOIDCConnectionNotFound)
	_, err = c.b2b.SSO.OIDC.CreateConnection(c.ctx, b2b.SSOOIDCCreateConnectionRequest{OrganizationID: "none"})
	wants(t, err, stytch.ErrOrganizationNotFound)
}

// TestExternalConnection uses the connection of another organization.
func TestExternalConnection(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.Grant("editor", "documents", "update")
	c.AddOrganization(b2b.Organization{OrganizationName: "Works", OrganizationSlug: "works"})
	target := c.saml()
	pending := must(c.b2b.SSO.OIDC.CreateConnection(c.ctx, b2b.SSOOIDCCreateConnectionRequest{OrganizationID: "engines"}))(t).Connection
	ask := b2b.SSOExternalCreateConnectionRequest{OrganizationID: "works", ExternalOrganizationID: "engines", ExternalConnectionID: target.ConnectionID, DisplayName: new("Engines"),
		ConnectionImplicitRoleAssignments: []b2b.SSOConnectionRoleAssignment{{RoleID: "editor"}}}
	made := must(c.b2b.SSO.External.CreateConnection(c.ctx, ask))(t).Connection
	if made.Status != b2b.SSOConnectionStatusActive || made.ExternalOrganizationID != c.org.OrganizationID || len(made.ExternalConnectionImplicitRoleAssignments) != 1 {
		t.Errorf("connection %v", made)
	}
	works := must(c.b2b.Organizations.Get(c.ctx, b2b.OrganizationsGetRequest{OrganizationID: "works"}))(t).Organization
	if len(works.SSOActiveConnections) != 1 || works.SSOActiveConnections[0].IdentityProvider != "okta" || *works.SSODefaultConnectionID != made.ConnectionID {
		t.Errorf("organization %v", works)
	}
	changed := must(c.b2b.SSO.External.UpdateConnection(c.ctx, b2b.SSOExternalUpdateConnectionRequest{OrganizationID: "works", ConnectionID: made.ConnectionID, DisplayName: new("Looms"),
		ExternalConnectionImplicitRoleAssignments: []b2b.SSOConnectionRoleAssignment{}, ExternalGroupImplicitRoleAssignments: []b2b.SSOGroupRoleAssignment{{RoleID: "editor", Group: "a"}}}))(t).Connection
	if changed.DisplayName != "Looms" || len(changed.ExternalConnectionImplicitRoleAssignments) != 0 || len(changed.ExternalGroupImplicitRoleAssignments) != 1 {
		t.Errorf("connection %v", changed)
	}
	type create = b2b.SSOExternalCreateConnectionRequest
	for _, test := range []struct {
		change create
		want   stytch.ErrorType
	}{
		{ask, stytch.ErrDuplicateExternalSSOConnection},
		{create{OrganizationID: "works", ExternalOrganizationID: "engines", ExternalConnectionID: pending.ConnectionID}, stytch.ErrExternalConnectionNotActive},
		{create{OrganizationID: "works", ExternalOrganizationID: "engines", ExternalConnectionID: made.ConnectionID}, stytch.ErrExternalConnectionIDNotFound},
		{create{OrganizationID: "works", ExternalOrganizationID: "works", ExternalConnectionID: target.ConnectionID}, stytch.ErrExternalOrganizationIDSameAsOrganizationID},
		{create{OrganizationID: "works", ExternalOrganizationID: "none", ExternalConnectionID: target.ConnectionID}, stytch.ErrOrganizationNotFound},
		{create{OrganizationID: "works", ExternalOrganizationID: c.AddOrganization(b2b.Organization{OrganizationName: "Looms"}).OrganizationID, ExternalConnectionID: target.ConnectionID}, stytch.ErrSSOConnectionOrganizationMismatch},
		{create{OrganizationID: "works", ExternalOrganizationID: "engines", ExternalConnectionID: target.ConnectionID, ConnectionImplicitRoleAssignments: []b2b.SSOConnectionRoleAssignment{{RoleID: "none"}}}, stytch.ErrInvalidRBACRoleID},
	} {
		_, err := c.b2b.SSO.External.CreateConnection(c.ctx, test.change)
		wants(t, err, test.want)
	}
	_, err := c.b2b.SSO.External.UpdateConnection(c.ctx, b2b.SSOExternalUpdateConnectionRequest{OrganizationID: "engines", ConnectionID: made.ConnectionID})
	wants(t, err, stytch.ErrSSOConnectionNotFound)
}

// TestDeleteConnection deletes connections that are needed, and others.
func TestDeleteConnection(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	first, second := c.saml(), c.oidc()
	remove := func(id string) error {
		_, err := c.b2b.SSO.DeleteConnection(c.ctx, b2b.SSODeleteConnectionRequest{OrganizationID: "engines", ConnectionID: id})
		return err
	}
	type update = b2b.OrganizationsUpdateRequest
	wants(t, remove("none"), stytch.ErrSSOConnectionNotFound)
	wants(t, remove(first.ConnectionID), stytch.ErrCannotDeleteDefaultSSOConnection)
	must(c.b2b.Organizations.Update(c.ctx, update{OrganizationID: "engines", SSODefaultConnectionID: &second.ConnectionID, AuthMethods: new(b2b.MethodPolicyRestricted), AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodSSO},
		SSOJITProvisioningAllowedConnections: []string{first.ConnectionID, second.ConnectionID}}))(t)
	if err := remove(first.ConnectionID); err != nil {
		t.Fatal(err)
	}
	if o := c.organization(); !reflect.DeepEqual(o.SSOJITProvisioningAllowedConnections, []string{second.ConnectionID}) {
		t.Errorf("members can join by %v", o.SSOJITProvisioningAllowedConnections)
	}
	wants(t, remove(first.ConnectionID), stytch.ErrSSOConnectionNotFound)
	wants(t, remove(second.ConnectionID), stytch.ErrRequiresActiveSSOConnection)
	must(c.b2b.Organizations.Update(c.ctx, update{OrganizationID: "engines", AuthMethods: new(b2b.MethodPolicyAllAllowed)}))(t)
	if err := remove(second.ConnectionID); err != nil {
		t.Fatal(err)
	}
	if o := c.organization(); o.SSODefaultConnectionID != nil || len(o.SSOActiveConnections) != 0 {
		t.Errorf("organization %v", o)
	}
	_, err := c.b2b.Organizations.Update(c.ctx, update{OrganizationID: "engines", AuthMethods: new(b2b.MethodPolicyRestricted), AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodSSO}})
	wants(t, err, stytch.ErrRequiresActiveSSOConnection)
	c.saml()
	must(c.b2b.Organizations.Delete(c.ctx, b2b.OrganizationsDeleteRequest{OrganizationID: "engines"}))(t)
	if _, err := c.Snapshot(); err != nil || c.Restore(must(c.Snapshot())(t)) != nil {
		t.Error("a snapshot after the organization was deleted cannot be restored")
	}
}

// TestActingForConnections checks the permissions of acting members.
func TestActingForConnections(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.Grant("it", "stytch.sso", "create", "get", "update")
	m := c.member(b2b.Member{})
	session := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	by := &b2b.ActingMember{SessionToken: &session.Token}
	create := b2b.SSOSAMLCreateConnectionRequest{OrganizationID: "engines", ActingMember: by}
	_, err := c.b2b.SSO.SAML.CreateConnection(c.ctx, create)
	wants(t, err, stytch.ErrSessionAuthorizationError)
	must(c.b2b.Organizations.Members.Update(c.ctx, b2b.OrganizationsMembersUpdateRequest{OrganizationID: "engines", MemberID: m.MemberID, Roles: []string{"it"}}))(t)
	made := must(c.b2b.SSO.SAML.CreateConnection(c.ctx, create))(t).Connection
	must(c.b2b.SSO.GetConnections(c.ctx, b2b.SSOGetConnectionsRequest{OrganizationID: "engines", ActingMember: by}))(t)
	change := b2b.SSOSAMLUpdateConnectionRequest{OrganizationID: "engines", ConnectionID: made.ConnectionID, ActingMember: by, DisplayName: new("Okta")}
	must(c.b2b.SSO.SAML.UpdateConnection(c.ctx, change))(t)
	change.SAMLConnectionImplicitRoleAssignments = []b2b.SSOConnectionRoleAssignment{{RoleID: "it"}}
	_, err = c.b2b.SSO.SAML.UpdateConnection(c.ctx, change)
	wants(t, err, stytch.ErrSessionAuthorizationError)
	_, err = c.b2b.SSO.DeleteConnection(c.ctx, b2b.SSODeleteConnectionRequest{OrganizationID: "engines", ConnectionID: made.ConnectionID, ActingMember: by})
	wants(t, err, stytch.ErrSessionAuthorizationError)
	c.AddOrganization(b2b.Organization{OrganizationName: "Works", OrganizationSlug: "works"})
	_, err = c.b2b.SSO.GetConnections(c.ctx, b2b.SSOGetConnectionsRequest{OrganizationID: "works", ActingMember: by})
	wants(t, err, stytch.ErrSessionAuthorizationTenancyError)
}
