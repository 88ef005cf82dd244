package stytchtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/crewjam/saml"
	"github.com/crewjam/saml/samlsp"
	"golang.org/x/oauth2"

	"github.com/stytchgen/sdk/b2b"
)

// Limits of a SAML connection. Those of private keys are guesses.
const (
	maxCertificates   = 5
	maxEncryptionKeys = 5
	maxPrivateKey     = 8192 // bytes of PEM
)

// emailNameID is the form of the name of a person unless a connection sets another.
const emailNameID = string(saml.EmailAddressNameIDFormat)

// signingLife is the lifetime of a signing certificate.
const signingLife = 5 * 365 * 24 * time.Hour

func (r *run) samlCreate(q b2b.SSOSAMLCreateConnectionRequest) (b2b.SSOSAMLCreateConnectionResponse, *apiError) {
	none := b2b.SSOSAMLCreateConnectionResponse{}
	o, err := r.ssoOrganization(q.OrganizationID, q.ActingMember, "create")
	if err != nil {
		return none, err
	}
	c := r.project.newSAML(b2b.SAMLConnection{
		OrganizationID: o.Profile.OrganizationID, ConnectionID: newID("saml-connection"), Status: b2b.SSOConnectionStatusPending,
		DisplayName: text(q.DisplayName), IdentityProvider: b2b.SSOIdentityProviderGeneric, NameIDFormat: emailNameID,
	}, r.now)
	set(&c.SAML.IdentityProvider, q.IdentityProvider)
	r.project.connect(o, c)
	return b2b.SSOSAMLCreateConnectionResponse{Connection: copyOf(r.project.saml(c))}, nil
}

// newSAML makes a SAML connection, which signs with the project's key.
func (p *Project) newSAML(profile b2b.SAMLConnection, now time.Time) *connection {
	c := &connection{SAML: &profile}
	_ = c.signWith(p.keys.current().private, now) // cannot fail: the project signs with the key
	return c
}

// signWith makes a key sign the login requests from now on.
func (c *connection) signWith(key *rsa.PrivateKey, now time.Time) error {
	template := x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: c.SAML.ConnectionID},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(signingLife), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	c.SigningKey = string(pem.EncodeToMemory(&pem.Block{Type: pkcs1, Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	c.SAML.SigningCertificates = append(slices.Clone(c.SAML.SigningCertificates), b2b.X509Certificate{
		CertificateID: newID("saml-signing-key"), Certificate: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		Issuer: "Stytch", CreatedAt: &now, UpdatedAt: &now, ExpiresAt: new(template.NotAfter),
	})
	return nil
}

// findSAML returns the organization and the SAML connection of a call that changes it.
func (r *run) findSAML(organizationID, id string, by *b2b.ActingMember) (*organization, *connection, *apiError) {
	o, err := r.ssoOrganization(organizationID, by, "update")
	if err != nil {
		return nil, nil, err
	}
	c := r.project.state.connectionOf(o, id)
	if c == nil || c.SAML == nil {
		return nil, nil, fail("saml_connection_not_found")
	}
	return o, c, nil
}

func (r *run) samlUpdate(q b2b.SSOSAMLUpdateConnectionRequest) (b2b.SSOSAMLUpdateConnectionResponse, *apiError) {
	none := b2b.SSOSAMLUpdateConnectionResponse{}
	o, c, err := r.findSAML(q.OrganizationID, q.ConnectionID, q.ActingMember)
	if err != nil {
		return none, err
	}
	if err := r.checkGrants(q.ActingMember, o, grants{q.SAMLConnectionImplicitRoleAssignments, q.SAMLGroupImplicitRoleAssignments}); err != nil {
		return none, err
	}
	changed := &connection{SAML: new(*c.SAML), SigningKey: c.SigningKey}
	if err := r.changeSAML(o, changed, q); err != nil {
		return none, err
	}
	c.SAML, c.SigningKey = changed.SAML, changed.SigningKey
	r.project.listActive(o, c)
	r.project.regrant(c)
	return b2b.SSOSAMLUpdateConnectionResponse{Connection: copyOf(r.project.saml(c))}, nil
}

// changeSAML sets the fields that are given.
func (r *run) changeSAML(o *organization, c *connection, q b2b.SSOSAMLUpdateConnectionRequest) *apiError {
	s := c.SAML
	if err := checkIDP(*s, q); err != nil {
		return err
	}
	set(&s.IDPEntityID, q.IDPEntityID)
	set(&s.DisplayName, q.DisplayName)
	set(&s.IDPSSOURL, q.IDPSSOURL)
	set(&s.AlternativeAudienceURI, q.AlternativeAudienceURI)
	set(&s.AlternativeACSURL, q.AlternativeACSURL)
	set(&s.IdentityProvider, q.IdentityProvider)
	set(&s.NameIDFormat, q.NameIDFormat)
	set(&s.IDPInitiatedAuthDisabled, q.IDPInitiatedAuthDisabled)
	set(&s.AllowGatewayCallback, q.AllowGatewayCallback)
	setList(&s.SAMLConnectionImplicitRoleAssignments, q.SAMLConnectionImplicitRoleAssignments)
	setList(&s.SAMLGroupImplicitRoleAssignments, q.SAMLGroupImplicitRoleAssignments)
	if q.AttributeMapping != nil {
		s.AttributeMapping = q.AttributeMapping
	}
	switch {
	case len(s.SAMLGroupImplicitRoleAssignments) > 0 && mappedTo(s.AttributeMapping, "groups") == "":
		return fail("saml_connection_attribute_mapping_missing_groups_key")
	case r.project.sharesIDP(o, s):
		return fail("duplicate_saml_connection")
	}
	if q.X509Certificate != nil {
		if err := c.addCertificate(*q.X509Certificate, r.now); err != nil {
			return err
		}
	}
	if q.SigningPrivateKey != nil {
		key, err := parsePKCS1("signing_private_key", *q.SigningPrivateKey)
		if err != nil {
			return err
		}
		if c.signWith(key, r.now) != nil {
			return failf("saml_signing_private_key_invalid", "signing_private_key: the key cannot sign; want an RSA key of at least 1024 bits")
		}
	}
	if q.SAMLEncryptionPrivateKey != nil {
		if _, err := parsePKCS1("saml_encryption_private_key", *q.SAMLEncryptionPrivateKey); err != nil {
			return err
		}
		if len(s.EncryptionPrivateKeys) >= maxEncryptionKeys {
			return fail("too_many_encryption_certificates")
		}
		s.EncryptionPrivateKeys = append(slices.Clone(s.EncryptionPrivateKeys), b2b.SAMLEncryptionKey{
			PrivateKeyID: newID("saml-encryption-key"), PrivateKey: *q.SAMLEncryptionPrivateKey, CreatedAt: &r.now,
		})
	}
	c.activate()
	return nil
}

// sharesIDP reports whether another connection of the organization has the same
// identity provider.
func (p *Project) sharesIDP(o *organization, s *b2b.SAMLConnection) bool {
	return s.IDPEntityID != "" && slices.ContainsFunc(p.state.connectionsOf(o), func(other *connection) bool {
		return other.SAML != nil && other.id() != s.ConnectionID && other.SAML.IDPEntityID == s.IDPEntityID
	})
}

// checkIDP refuses to empty or to break what a SAML connection says about its identity
// provider.
func checkIDP(have b2b.SAMLConnection, q b2b.SSOSAMLUpdateConnectionRequest) *apiError {
	if q.IDPEntityID != nil && *q.IDPEntityID == "" && have.IDPEntityID != "" {
		return failf("invalid_idp_entity_id", "idp_entity_id: it is empty")
	}
	switch {
	case q.IDPSSOURL == nil:
	case *q.IDPSSOURL == "" && have.IDPSSOURL != "":
		return fail("saml_connection_idp_sso_url_required")
	case *q.IDPSSOURL != "":
		if err := checkSSOURL(*q.IDPSSOURL); err != nil {
			return err
		}
	}
	if q.AlternativeACSURL != nil && *q.AlternativeACSURL != "" {
		if _, secure := providerAddress(*q.AlternativeACSURL); !secure {
			return failf("bad_request", "alternative_acs_url: it is not an https URL; http works on this machine only")
		}
	}
	if q.AttributeMapping == nil {
		return nil
	}
	mapping := q.AttributeMapping
	for _, attribute := range mapping {
		if _, ok := attribute.(string); !ok {
			return fail("saml_connection_no_nested_keys_in_attribute_mapping")
		}
	}
	switch {
	case len(mapping) == 0:
		return fail("saml_connection_attribute_mapping_required")
	case mappedTo(mapping, "email") == "":
		return fail("saml_connection_email_mapping_required")
	case mappedTo(mapping, "full_name") == "" && (mappedTo(mapping, "first_name") == "" || mappedTo(mapping, "last_name") == ""):
		return fail("saml_connection_name_mapping_required")
	}
	return nil
}

func checkSSOURL(address string) *apiError {
	switch u, secure := providerAddress(address); {
	case u == nil:
		return fail("saml_connection_idp_sso_url_invalid_format")
	case !secure:
		return failf("saml_connection_idp_sso_url_not_https", "idp_sso_url: %q is not https; http works on this machine only", address)
	}
	return nil
}

// addCertificate adds a certificate that verifies the messages of the identity provider.
func (c *connection) addCertificate(text string, now time.Time) *apiError {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
		return failf("invalid_x509_certificate", "x509_certificate: it is not one certificate in PEM format")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return fail("invalid_x509_certificate")
	}
	if len(c.SAML.VerificationCertificates) >= maxCertificates {
		return fail("too_many_sso_verification_certificates")
	}
	c.SAML.VerificationCertificates = append(slices.Clone(c.SAML.VerificationCertificates), b2b.X509Certificate{
		CertificateID: newID("saml-verification-key"), Certificate: string(pem.EncodeToMemory(block)), Issuer: certificate.Issuer.String(),
		CreatedAt: &now, UpdatedAt: &now, ExpiresAt: new(certificate.NotAfter.UTC()),
	})
	return nil
}

// pkcs1 is the type of PEM of the private keys that the service takes.
const pkcs1 = "RSA PRIVATE KEY"

func parsePKCS1(field, text string) (*rsa.PrivateKey, *apiError) {
	if len(text) > maxPrivateKey {
		return nil, failf("private_key_too_long", "%s: %d bytes, and %d are allowed", field, len(text), maxPrivateKey)
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, failf("saml_signing_private_key_invalid", "%s: it is not PEM", field)
	}
	if block.Type != pkcs1 {
		return nil, failf("saml_signing_private_key_format_not_supported", "%s: it is %q, and should be %q", field, block.Type, pkcs1)
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return nil, failf("saml_signing_private_key_invalid", "%s: it is not an RSA key in PKCS#1 form", field)
	}
	return key, nil
}

func (r *run) samlUpdateByURL(q b2b.SSOSAMLUpdateByURLRequest) (b2b.SSOSAMLUpdateByURLResponse, *apiError) {
	none := b2b.SSOSAMLUpdateByURLResponse{}
	if _, _, err := r.findSAML(q.OrganizationID, q.ConnectionID, q.ActingMember); err != nil {
		return none, err
	}
	if _, secure := providerAddress(q.MetadataURL); !secure {
		return none, failf("invalid_saml_metadata_url", "metadata_url: it is not an https URL; http works on this machine only")
	}
	var data []byte
	var err *apiError
	r.unlocked(func(ctx context.Context) { data, err = fetch(ctx, q.MetadataURL) })
	if err != nil {
		return none, err
	}
	entity, ssoURL, certificates, err := readMetadata(data)
	if err != nil {
		return none, err
	}
	o, c, err := r.findSAML(q.OrganizationID, q.ConnectionID, q.ActingMember)
	if err != nil {
		return none, err
	}
	changed := &connection{SAML: new(*c.SAML)}
	changed.SAML.IDPEntityID, changed.SAML.IDPSSOURL = entity, ssoURL
	if r.project.sharesIDP(o, changed.SAML) {
		return none, fail("duplicate_saml_connection")
	}
	for _, certificate := range certificates {
		if slices.ContainsFunc(changed.SAML.VerificationCertificates, func(have b2b.X509Certificate) bool { return have.Certificate == certificate }) {
			continue
		}
		if err := changed.addCertificate(certificate, r.now); err != nil {
			return none, err
		}
	}
	changed.activate()
	c.SAML = changed.SAML
	r.project.listActive(o, c)
	return b2b.SSOSAMLUpdateByURLResponse{Connection: copyOf(r.project.saml(c))}, nil
}

// fetch reads the metadata of an identity provider.
func fetch(ctx context.Context, address string) ([]byte, *apiError) {
	client, _ := ctx.Value(oauth2.HTTPClient).(*http.Client)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fail("invalid_saml_metadata_url")
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, failf("invalid_saml_metadata_url", "metadata_url: the address does not answer")
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil, failf("invalid_saml_metadata_url", "metadata_url: the answer has the status %d, or is cut", resp.StatusCode)
	}
	return data, nil
}

// readMetadata returns what a connection takes from the metadata of an identity provider.
func readMetadata(data []byte) (entity, ssoURL string, certificates []string, failed *apiError) {
	metadata, err := samlsp.ParseMetadata(data)
	if err != nil {
		if xml.Unmarshal(data, new(struct{})) != nil {
			return "", "", nil, fail("invalid_xml_from_saml_metadata_url")
		}
		return "", "", nil, failf("saml_connection_metadata_invalid_format", "the metadata have no EntityDescriptor that can be read")
	}
	lacks := func(what string) (string, string, []string, *apiError) {
		return "", "", nil, failf("saml_connection_metadata_invalid_format", "the metadata have no %s", what)
	}
	ssoURL = (&saml.ServiceProvider{IDPMetadata: metadata}).GetSSOBindingLocation(saml.HTTPRedirectBinding)
	switch {
	case metadata.EntityID == "":
		return lacks("entityID")
	case ssoURL == "":
		return lacks("SingleSignOnService with the redirect binding")
	}
	if err := checkSSOURL(ssoURL); err != nil {
		return "", "", nil, err
	}
	for _, descriptor := range metadata.IDPSSODescriptors {
		for _, key := range descriptor.KeyDescriptors {
			if key.Use != "" && key.Use != "signing" {
				continue
			}
			for _, one := range key.KeyInfo.X509Data.X509Certificates {
				der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(one.Data), ""))
				if err != nil {
					return lacks("certificate that can be read")
				}
				certificates = append(certificates, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
			}
		}
	}
	if len(certificates) == 0 {
		return lacks("certificate that verifies signatures")
	}
	return metadata.EntityID, ssoURL, certificates, nil
}

func (r *run) samlDeleteCertificate(q b2b.SSOSAMLDeleteVerificationCertificateRequest) (b2b.SSOSAMLDeleteVerificationCertificateResponse, *apiError) {
	none := b2b.SSOSAMLDeleteVerificationCertificateResponse{}
	_, c, err := r.findSAML(q.OrganizationID, q.ConnectionID, q.ActingMember)
	if err != nil {
		return none, err
	}
	left := c.SAML.VerificationCertificates
	switch {
	case !drop(&left, func(one b2b.X509Certificate) bool { return one.CertificateID == q.CertificateID }):
		return none, fail("sso_verification_key_not_found")
	case len(left) == 0 && c.active():
		return none, fail("cannot_delete_last_sso_verification_key")
	}
	c.SAML.VerificationCertificates = left
	return b2b.SSOSAMLDeleteVerificationCertificateResponse{CertificateID: q.CertificateID}, nil
}

func (r *run) samlDeleteKey(q b2b.SSOSAMLDeleteEncryptionPrivateKeyRequest) (b2b.SSOSAMLDeleteEncryptionPrivateKeyResponse, *apiError) {
	none := b2b.SSOSAMLDeleteEncryptionPrivateKeyResponse{}
	_, c, err := r.findSAML(q.OrganizationID, q.ConnectionID, q.ActingMember)
	if err != nil {
		return none, err
	}
	if !drop(&c.SAML.EncryptionPrivateKeys, func(one b2b.SAMLEncryptionKey) bool { return one.PrivateKeyID == q.PrivateKeyID }) {
		return none, fail("sso_encryption_private_key_not_found")
	}
	return b2b.SSOSAMLDeleteEncryptionPrivateKeyResponse{PrivateKeyID: q.PrivateKeyID}, nil
}
