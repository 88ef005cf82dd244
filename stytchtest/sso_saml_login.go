package stytchtest

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
)

// serviceProvider is the connection as SAML sees it. The identity provider answers to
// one of the addresses.
func (r *run) serviceProvider(c *connection, acs string) (*saml.ServiceProvider, *apiError) {
	broken := func(what string) (*saml.ServiceProvider, *apiError) {
		return nil, failf("internal_server_error", "the %s of the connection cannot be read", what)
	}
	key, err := parsePKCS1("signing key", c.SigningKey)
	if err != nil {
		return broken("signing key")
	}
	block, _ := pem.Decode([]byte(c.SAML.SigningCertificates[len(c.SAML.SigningCertificates)-1].Certificate))
	if block == nil {
		return broken("signing certificate")
	}
	certificate, bad := x509.ParseCertificate(block.Bytes)
	address, wrong := url.Parse(acs)
	if bad != nil || wrong != nil {
		return broken("signing certificate or ACS URL")
	}
	audiences := []string{r.project.callbackURL(c), c.SAML.AlternativeAudienceURI}
	var keys []saml.KeyDescriptor
	for _, one := range c.SAML.VerificationCertificates {
		block, _ := pem.Decode([]byte(one.Certificate))
		if block == nil {
			return broken("verification certificate")
		}
		keys = append(keys, saml.KeyDescriptor{Use: "signing", KeyInfo: saml.KeyInfo{X509Data: saml.X509Data{
			X509Certificates: []saml.X509Certificate{{Data: base64.StdEncoding.EncodeToString(block.Bytes)}}}}})
	}
	return &saml.ServiceProvider{
		EntityID: audiences[0], AcsURL: *address, Key: key, Certificate: certificate, SignatureMethod: dsig.RSASHA256SignatureMethod,
		AuthnNameIDFormat: saml.NameIDFormat(c.SAML.NameIDFormat), AllowIDPInitiated: !c.SAML.IDPInitiatedAuthDisabled,
		Clock: dsig.NewFakeClockAt(r.now), ReplayCache: assertions{c, r.now},
		ValidateAudienceRestriction: func(a *saml.Assertion) error { return checkAudience(a, audiences) },
		IDPMetadata: &saml.EntityDescriptor{EntityID: c.SAML.IDPEntityID, IDPSSODescriptors: []saml.IDPSSODescriptor{{
			SSODescriptor:        saml.SSODescriptor{RoleDescriptor: saml.RoleDescriptor{KeyDescriptors: keys}},
			SingleSignOnServices: []saml.Endpoint{{Binding: saml.HTTPRedirectBinding, Location: c.SAML.IDPSSOURL}},
		}}},
	}, nil
}

// checkAudience refuses an assertion that is not for one of the audiences of a connection.
func checkAudience(a *saml.Assertion, audiences []string) error {
	if len(a.Conditions.AudienceRestrictions) == 0 {
		return errors.New("the assertion is for any audience")
	}
	for i := range a.Conditions.AudienceRestrictions {
		allowed := false
		for _, have := range a.Conditions.AudienceRestrictions[i].AllAudiences() {
			allowed = allowed || have.Value == audiences[0] || have.Value == audiences[1] && have.Value != ""
		}
		if !allowed {
			return errors.New("the assertion is for another audience")
		}
	}
	return nil
}

// assertions remembers the accepted assertions of a connection.
type assertions struct {
	of  *connection
	now time.Time
}

// Consume notes an assertion, which is refused afterwards.
func (a assertions) Consume(id string, until time.Time) error {
	maps.DeleteFunc(a.of.Assertions, func(_ string, until time.Time) bool { return a.now.After(until) })
	if _, seen := a.of.Assertions[id]; seen {
		return saml.ErrAssertionReplayed
	}
	if a.of.Assertions == nil {
		a.of.Assertions = map[string]time.Time{}
	}
	a.of.Assertions[id] = until
	return nil
}

// acsURLs are the addresses that the identity provider may answer to. The first one is in
// the requests. What arrives at an alternative one is forwarded by the application.
func (r *run) acsURLs(c *connection) []string {
	if c.SAML.AlternativeACSURL != "" {
		return []string{c.SAML.AlternativeACSURL, r.project.callbackURL(c)}
	}
	return []string{r.project.callbackURL(c)}
}

// askSAML returns the address of the provider at which a login continues, with a signed
// request.
func (r *run) askSAML(l ssoLogin) (string, *apiError) {
	sp, failed := r.serviceProvider(l.target, r.acsURLs(l.target)[0])
	if failed != nil {
		return "", failed
	}
	request, err := sp.MakeAuthenticationRequest(l.target.SAML.IDPSSOURL, saml.HTTPRedirectBinding, saml.HTTPPostBinding)
	if err == nil {
		var to *url.URL
		if to, err = request.Redirect(r.beginAt(l, request.ID), sp); err == nil {
			return to.String(), nil
		}
	}
	return "", failf("internal_server_error", "the login request could not be made")
}

// returnSAML completes a login with the response of the identity provider.
func (r *run) returnSAML(c *connection, form url.Values) (string, *apiError) {
	encoded := form.Get("SAMLResponse")
	if encoded == "" {
		return "", fail("missing_saml_response")
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	if err != nil {
		return "", failf("invalid_xml_saml_response", "the response is not base64")
	}
	root, failed := readXML(data)
	if failed != nil {
		return "", failed
	}
	l, of := r.begun(form.Get("RelayState"), c)
	var requests []string
	switch {
	case root.InResponseTo == "" && c.SAML.IDPInitiatedAuthDisabled:
		return "", fail("saml_idp_initiated_auth_disabled")
	case root.InResponseTo == "":
		l, of = &link{Begun: &ssoBegun{}}, c
	case form.Get("RelayState") == "":
		return "", fail("missing_saml_relay_state")
	case l == nil || !r.now.Before(l.ExpiresAt):
		return "", fail("unsolicited_saml_response")
	default:
		requests = []string{l.Begun.Nonce}
	}
	assertion, failed := r.verifySAML(c, data, requests)
	switch {
	case failed != nil:
		return "", failed
	case l.Used: // by another assertion
		return "", fail("unsolicited_saml_response")
	}
	subject, attributes := attributesOf(assertion)
	i, failed := c.identify(subject, attributes)
	if failed != nil {
		return "", failed
	}
	l.Used = true
	return r.landSSO(of, i, l.Challenge, l.Begun.URLs)
}

// rootOfResponse is the part of a response that no signature has to cover.
type rootOfResponse struct {
	XMLName      xml.Name `xml:"urn:oasis:names:tc:SAML:2.0:protocol Response"`
	InResponseTo string   `xml:"InResponseTo,attr"`
}

// readXML reads the root of a response. It refuses document types, which SAML does not
// have and which can define entities.
func readXML(data []byte) (rootOfResponse, *apiError) {
	var root rootOfResponse
	decoder := xml.NewDecoder(strings.NewReader(string(data)))
	for {
		token, err := decoder.RawToken()
		if token == nil || err != nil {
			break
		}
		if _, is := token.(xml.Directive); is {
			return root, failf("invalid_xml_saml_response", "the response has a document type")
		}
	}
	if err := xml.Unmarshal(data, &root); err != nil {
		return root, fail("invalid_xml_saml_response")
	}
	return root, nil
}

// verifySAML returns the assertion of a response, if the identity provider made it for
// the connection and now.
func (r *run) verifySAML(c *connection, data []byte, requests []string) (*saml.Assertion, *apiError) {
	var err error
	for _, acs := range r.acsURLs(c) {
		sp, failed := r.serviceProvider(c, acs)
		if failed != nil {
			return nil, failed
		}
		var assertion *saml.Assertion
		keys := c.SAML.EncryptionPrivateKeys
		for n := 0; n == 0 || n < len(keys); n++ {
			if n < len(keys) {
				key, failed := parsePKCS1("encryption key", keys[n].PrivateKey)
				if failed != nil {
					continue
				}
				sp.Key = key
			}
			assertion, err = sp.ParseXMLResponse(data, requests, sp.AcsURL)
			if err == nil {
				return assertion, nil
			}
			if !errors.Is(err, saml.ErrDecryptionFailed) {
				break
			}
		}
		if !errors.Is(err, saml.ErrDestinationMismatch) {
			break
		}
	}
	return nil, samlError(err)
}

// samlError returns the service's error for one of the library. The text of the library
// can contain the response.
func samlError(err error) *apiError {
	var status saml.ErrBadStatus
	if errors.As(err, &status) {
		return failf("failed_saml_response", "the identity provider says %s", described(status.Status))
	}
	for _, known := range []struct {
		err       error
		errorType string
		message   string
	}{
		{dsig.ErrMissingSignature, "missing_signature_saml_response", ""},
		{saml.ErrInvalidSignature, "invalid_signature_saml_response", ""},
		{saml.ErrAssertionReplayed, "duplicate_saml_response", ""},
		{saml.ErrExpired, "expired_saml_response", ""},
		{saml.ErrNotYetValid, "not_yet_valid_saml_response", ""},
		{saml.ErrAudienceMismatch, "invalid_audience_saml_response", ""},
		{saml.ErrRequestIDMismatch, "unsolicited_saml_response", ""},
		{saml.ErrDestinationMismatch, "invalid_saml_response", "the response is for another address than the ACS URL of the connection"},
		{saml.ErrIssuerMismatch, "invalid_saml_response", "the issuer is not the entity id of the connection's identity provider"},
		{saml.ErrDecryptionFailed, "invalid_saml_response", "no key of the connection decrypts the response"},
		{saml.ErrMalformedMessage, "invalid_xml_saml_response", ""},
	} {
		if errors.Is(err, known.err) {
			return &apiError{errorType: known.errorType, message: known.message}
		}
	}
	return fail("invalid_saml_response")
}

// attributesOf returns the name of the person and the attributes of an assertion: a string
// for one value, and a list for several.
func attributesOf(a *saml.Assertion) (subject string, attributes map[string]any) {
	if a.Subject != nil && a.Subject.NameID != nil {
		subject = a.Subject.NameID.Value
	}
	attributes = map[string]any{}
	for _, statement := range a.AttributeStatements {
		for _, attribute := range statement.Attributes {
			var list []string
			for _, value := range attribute.Values {
				list = append(list, value.Value)
			}
			switch {
			case len(list) == 1:
				attributes[attribute.Name] = list[0]
			case len(list) > 1:
				attributes[attribute.Name] = list
			}
			if _, taken := attributes[attribute.FriendlyName]; attribute.FriendlyName != "" && !taken && attributes[attribute.Name] != nil {
				attributes[attribute.FriendlyName] = attributes[attribute.Name]
			}
		}
	}
	return subject, attributes
}
