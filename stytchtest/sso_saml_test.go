package stytchtest_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/stytchgen/sdk/b2b"
)

// samlLogin is a login of a company with a real identity provider. The test does what the
// browser does.
type samlLogin struct {
	*company
	connection *b2b.SAMLConnection
	idp        *saml.IdentityProvider
	// session is the person, and encrypt the key that assertions are encrypted for.
	session saml.Session
	encrypt *keyPair
	// change changes each assertion before it is signed.
	change func(*saml.Assertion)
}

func newSAMLLogin(t *testing.T, change ...func(*b2b.SSOSAMLUpdateConnectionRequest)) *samlLogin {
	c := newCompany(t, b2b.Organization{})
	l := &samlLogin{company: c, session: saml.Session{ID: "1", Index: "1", NameID: email, NameIDFormat: string(saml.EmailAddressNameIDFormat), CreateTime: c.Clock().Now(), ExpireTime: c.Clock().Now().Add(time.Hour),
		CustomAttributes: []saml.Attribute{attribute("displayName", "Ada Lovelace"), attribute("dept", "Analysis"), attribute("groups", "staff", "editors")}}}
	l.idp = &saml.IdentityProvider{Key: idpKey().private, Certificate: idpKey().certificate, MetadataURL: *must(url.Parse("https://idp.test/metadata"))(t), SSOURL: *must(url.Parse("https://idp.test/sso"))(t),
		ServiceProviderProvider: l, AssertionMaker: saml.DefaultAssertionMaker{}, SignatureMethod: dsig.RSASHA256SignatureMethod}
	l.connection = c.saml(append(change, func(q *b2b.SSOSAMLUpdateConnectionRequest) {
		q.IDPEntityID, q.IDPSSOURL = new(l.idp.MetadataURL.String()), new(l.idp.SSOURL.String())
	})...)
	return l
}

func attribute(name string, values ...string) saml.Attribute {
	a := saml.Attribute{Name: name}
	for _, value := range values {
		a.Values = append(a.Values, saml.AttributeValue{Type: "xs:string", Value: value})
	}
	return a
}

// GetServiceProvider returns what a person registers with the provider.
func (l *samlLogin) GetServiceProvider(_ *http.Request, id string) (*saml.EntityDescriptor, error) {
	if id != l.connection.AudienceURI {
		return nil, os.ErrNotExist
	}
	acs := l.connection.ACSURL
	if l.connection.AlternativeACSURL != "" {
		acs = l.connection.AlternativeACSURL
	}
	last := l.connection.SigningCertificates[len(l.connection.SigningCertificates)-1].Certificate
	keys := []saml.KeyDescriptor{keyDescriptor("signing", last)}
	if l.encrypt != nil {
		keys = append(keys, keyDescriptor("encryption", l.encrypt.certificatePEM()))
	}
	return &saml.EntityDescriptor{EntityID: id, SPSSODescriptors: []saml.SPSSODescriptor{{
		SSODescriptor:             saml.SSODescriptor{RoleDescriptor: saml.RoleDescriptor{KeyDescriptors: keys}},
		AuthnRequestsSigned:       new(true),
		AssertionConsumerServices: []saml.IndexedEndpoint{{Binding: saml.HTTPPostBinding, Location: acs}},
	}}}, nil
}

func keyDescriptor(use, certificate string) saml.KeyDescriptor {
	lines := strings.Split(strings.TrimSpace(certificate), "\n")
	return saml.KeyDescriptor{Use: use, KeyInfo: saml.KeyInfo{X509Data: saml.X509Data{X509Certificates: []saml.X509Certificate{{Data: strings.Join(lines[1:len(lines)-1], "")}}}}}
}

// ask begins a login, and returns the request as the provider gets it.
func (l *samlLogin) ask(query ...string) *saml.IdpAuthnRequest {
	l.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp := must(client.Get(l.startURL(ssoStart, append(query, "connection_id", l.connection.ConnectionID)...)))(l.t)
	defer resp.Body.Close()
	to := must(resp.Location())(l.t)
	l.idp.Clock = dsig.NewFakeClockAt(l.Clock().Now())
	request := must(saml.NewIdpAuthnRequest(l.idp, must(http.NewRequest(http.MethodGet, to.String(), nil))(l.t)))(l.t)
	if err := request.Validate(); err != nil {
		l.t.Fatalf("the provider refuses the request: %v", err)
	}
	return request
}

// answer makes the response to a request.
func (l *samlLogin) answer(request *saml.IdpAuthnRequest) *etree.Element {
	l.t.Helper()
	if err := l.idp.AssertionMaker.MakeAssertion(request, &l.session); err != nil {
		l.t.Fatal(err)
	}
	if l.change != nil {
		l.change(request.Assertion)
	}
	request.AssertionEl = nil // of an earlier answer
	if err := request.MakeResponse(); err != nil {
		l.t.Fatal(err)
	}
	return request.ResponseEl
}

// post posts a response to the connection. An error of the service is the second result.
func (l *samlLogin) post(response, relayState string) (*url.URL, string) {
	return l.choose(l.connection.ACSURL, "SAMLResponse", base64.StdEncoding.EncodeToString([]byte(response)), "RelayState", relayState)
}

func (l *samlLogin) text(response *etree.Element) string {
	document := etree.NewDocument()
	document.SetRoot(response.Copy())
	return must(document.WriteToString())(l.t)
}

// TestSAMLLogin logs in with a real provider.
func TestSAMLLogin(t *testing.T) {
	l := newSAMLLogin(t)
	request := l.ask("signup_redirect_url", "https://app.example.com/welcome", "pkce_code_challenge", *challenge(verifier))
	if format := *request.Request.NameIDPolicy.Format; format != l.connection.NameIDFormat || request.Request.AssertionConsumerServiceURL != l.connection.ACSURL {
		t.Errorf("request %+v", request.Request)
	}
	response := l.text(l.answer(request))
	to, failed := l.post(response, request.RelayState)
	if failed != "" || to.Path != "/welcome" {
		t.Fatalf("the login ends with %q, at %v", failed, to)
	}
	auth := must(l.sso(to, func(q *b2b.SSOAuthenticateRequest) { q.PKCECodeVerifier = new(verifier) }))(t)
	m := auth.Member
	if m.EmailAddress != email || m.Name != "Ada Lovelace" || m.TrustedMetadata["department"] != "Analysis" || len(m.SSORegistrations[0].SSOAttributes["groups"].([]any)) != 2 {
		t.Errorf("member %v", m)
	}
	if _, failed := l.post(response, request.RelayState); failed != "duplicate_saml_response" {
		t.Errorf("the second time ends with %q", failed)
	}
	if _, failed := l.post(l.text(l.answer(request)), request.RelayState); failed != "unsolicited_saml_response" {
		t.Errorf("a second response to one request ends with %q", failed)
	}
}

// initiated makes a response that answers no request.
func (l *samlLogin) initiated() string {
	request := l.ask()
	request.Request.ID = ""
	return l.text(l.answer(request))
}

func TestSAMLSettings(t *testing.T) {
	t.Run("begun at the provider", func(t *testing.T) {
		l := newSAMLLogin(t)
		response := l.initiated()
		to, failed := l.post(response, "")
		if failed != "" {
			t.Fatalf("the login ends with %q", failed)
		}
		must(l.sso(to))(t)
		if _, failed := l.post(response, ""); failed != "duplicate_saml_response" {
			t.Errorf("the second time ends with %q", failed)
		}
	})
	t.Run("begun at the provider, and not allowed", func(t *testing.T) {
		l := newSAMLLogin(t, func(q *b2b.SSOSAMLUpdateConnectionRequest) { q.IDPInitiatedAuthDisabled = new(true) })
		if _, failed := l.post(l.initiated(), ""); failed != "saml_idp_initiated_auth_disabled" {
			t.Errorf("it ends with %q", failed)
		}
		request := l.ask()
		if to, failed := l.post(l.text(l.answer(request)), request.RelayState); failed != "" {
			t.Errorf("a login that was begun here ends with %q, at %v", failed, to)
		}
	})
	t.Run("encrypted", func(t *testing.T) {
		l := newSAMLLogin(t, func(q *b2b.SSOSAMLUpdateConnectionRequest) { q.SAMLEncryptionPrivateKey = new(otherKey().privatePEM()) })
		for _, key := range []keyPair{otherKey(), idpKey()} {
			l.encrypt = &key
			request := l.ask()
			response := l.text(l.answer(request))
			want := ""
			if key == idpKey() {
				want = "invalid_saml_response"
			}
			if _, failed := l.post(response, request.RelayState); failed != want || !strings.Contains(response, "EncryptedAssertion") || strings.Contains(response, email) {
				t.Errorf("it ends with %q, want %q", failed, want)
			}
		}
	})
	t.Run("alternative addresses", func(t *testing.T) {
		l := newSAMLLogin(t, func(q *b2b.SSOSAMLUpdateConnectionRequest) {
			q.AlternativeACSURL, q.AlternativeAudienceURI = new("https://app.example.com/acs"), new("https://app.example.com")
		})
		l.change = func(a *saml.Assertion) {
			a.Conditions.AudienceRestrictions = []saml.AudienceRestriction{{Audience: saml.Audience{Value: "https://app.example.com"}}}
		}
		request := l.ask()
		if request.ACSEndpoint.Location != "https://app.example.com/acs" {
			t.Errorf("the provider answers to %s", request.ACSEndpoint.Location)
		}
		to, failed := l.post(l.text(l.answer(request)), request.RelayState)
		if failed != "" {
			t.Fatalf("the login ends with %q", failed)
		}
		must(l.sso(to))(t)
	})
	t.Run("a new certificate", func(t *testing.T) {
		l := newSAMLLogin(t)
		l.idp.Key, l.idp.Certificate = otherKey().private, otherKey().certificate
		login := func() string {
			request := l.ask()
			_, failed := l.post(l.text(l.answer(request)), request.RelayState)
			return failed
		}
		if failed := login(); failed != "invalid_signature_saml_response" {
			t.Errorf("before it is added, the login ends with %q", failed)
		}
		must(l.b2b.SSO.SAML.UpdateConnection(l.ctx, b2b.SSOSAMLUpdateConnectionRequest{OrganizationID: "engines", ConnectionID: l.connection.ConnectionID, X509Certificate: new(otherKey().certificatePEM())}))(t)
		if failed := login(); failed != "" {
			t.Errorf("after it is added, the login ends with %q", failed)
		}
		l.idp.Key, l.idp.Certificate = idpKey().private, idpKey().certificate
		if failed := login(); failed != "" {
			t.Errorf("with the old one, the login ends with %q", failed)
		}
	})
	t.Run("a new signing key", func(t *testing.T) {
		l := newSAMLLogin(t, func(q *b2b.SSOSAMLUpdateConnectionRequest) { q.SigningPrivateKey = new(otherKey().privatePEM()) })
		if l.ask(); len(l.connection.SigningCertificates) != 2 {
			t.Errorf("certificates %v", l.connection.SigningCertificates)
		}
	})
}

// TestSAMLRefusals posts responses that are not for the connection, or not valid now.
func TestSAMLRefusals(t *testing.T) {
	recipient := func(to string) func(*saml.Assertion) {
		return func(a *saml.Assertion) { a.Subject.SubjectConfirmations[0].SubjectConfirmationData.Recipient = to }
	}
	same := func(response string) string { return response }
	tests := []struct {
		name   string
		change func(*saml.Assertion)
		forge  func(string) string
		later  time.Duration
		want   string
	}{
		{"another audience", func(a *saml.Assertion) {
			a.Conditions.AudienceRestrictions = []saml.AudienceRestriction{{Audience: saml.Audience{Value: "https://other.example.com"}}}
		}, same, 0, "invalid_audience_saml_response"},
		{"any audience", func(a *saml.Assertion) { a.Conditions.AudienceRestrictions = nil }, same, 0, "invalid_audience_saml_response"},
		{"another recipient", recipient("https://other.example.com"), same, 0, "invalid_saml_response"},
		{"another issuer", func(a *saml.Assertion) { a.Issuer.Value = "https://other.example.com" }, same, 0, "invalid_saml_response"},
		{"another request", func(a *saml.Assertion) {
			a.Subject.SubjectConfirmations[0].SubjectConfirmationData.InResponseTo = "id-1815"
		}, same, 0, "unsolicited_saml_response"},
		{"no e-mail address", func(a *saml.Assertion) { a.Subject.NameID.Value = "ada" }, same, 0, "invalid_saml_response_email"},
		{"too late", nil, same, 10 * time.Minute, "expired_saml_response"},
		{"too early", nil, same, -10 * time.Minute, "not_yet_valid_saml_response"},
		{"two days later", nil, same, 48 * time.Hour, "unsolicited_saml_response"},
		{"changed", nil, func(response string) string { return strings.ReplaceAll(response, email, "eve@example.com") }, 0, "invalid_signature_saml_response"},
		{"a document type", nil, func(response string) string { return "<!DOCTYPE Response>" + response }, 0, "invalid_xml_saml_response"},
		{"an entity bomb", nil, func(response string) string {
			bomb := `<!DOCTYPE r [<!ENTITY a "` + strings.Repeat("a", 1000) + `"><!ENTITY b "` + strings.Repeat("&a;", 1000) + `"><!ENTITY c "` + strings.Repeat("&b;", 1000) + `">]>`
			return bomb + strings.Replace(response, email, "&c;", 1)
		}, 0, "invalid_xml_saml_response"},
		{"an external entity", nil, func(response string) string {
			return `<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>` + strings.Replace(response, email, "&a;", 1)
		}, 0, "invalid_xml_saml_response"},
		{"an unknown entity", nil, func(response string) string { return strings.Replace(response, email, "&a;", 1) }, 0, "invalid_xml_saml_response"},
		{"not XML", nil, func(string) string { return "response" }, 0, "invalid_xml_saml_response"},
		{"other XML", nil, func(string) string { return "<a/>" }, 0, "invalid_xml_saml_response"},
		{"deeply nested", nil, func(response string) string {
			return strings.Replace(response, "</saml:Assertion>", strings.Repeat("<a>", 40_000)+strings.Repeat("</a>", 40_000)+"</saml:Assertion>", 1)
		}, 0, "invalid_xml_saml_response"},
		{"cut", nil, func(response string) string { return response[:len(response)/2] }, 0, "invalid_xml_saml_response"},
		{"nothing", nil, func(string) string { return "" }, 0, "missing_saml_response"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newSAMLLogin(t)
			l.change = test.change
			request := l.ask()
			response := test.forge(l.text(l.answer(request)))
			l.Clock().Advance(test.later)
			if to, failed := l.post(response, request.RelayState); failed != test.want {
				t.Errorf("it ends with %q, at %v; want %q", failed, to, test.want)
			}
			if len(l.Members("")) != 0 {
				t.Error("there is a member")
			}
		})
	}
	l := newSAMLLogin(t)
	request := l.ask()
	response := l.text(l.answer(request))
	for relayState, want := range map[string]string{"": "missing_saml_relay_state", "none": "unsolicited_saml_response", l.ask().RelayState: "unsolicited_saml_response"} {
		if _, failed := l.post(response, relayState); failed != want {
			t.Errorf("with the relay state %q it ends with %q, want %q", relayState, failed, want)
		}
	}
	if err := request.MakeErrorResponse(saml.StatusResponder, saml.StatusAuthnFailed, "no"); err != nil {
		t.Fatal(err)
	}
	if _, failed := l.post(l.text(request.ResponseEl), request.RelayState); failed != "failed_saml_response" {
		t.Errorf("a refusal of the provider ends with %q", failed)
	}
	if _, failed := l.choose(l.URL()+"/v1/b2b/sso/callback/none", "SAMLResponse", "a"); failed != "sso_connection_not_found" {
		t.Errorf("an unknown connection ends with %q", failed)
	}
}

// TestSAMLSignatures moves and removes signatures. Whatever is not signed must not count.
func TestSAMLSignatures(t *testing.T) {
	unsign := func(e *etree.Element) {
		for _, signature := range e.SelectElements("Signature") {
			e.RemoveChild(signature)
		}
	}
	// evil is a copy of an assertion about another person.
	evil := func(assertion *etree.Element, id string) *etree.Element {
		copied := assertion.Copy()
		unsign(copied)
		copied.CreateAttr("ID", id)
		copied.FindElement("./Subject/NameID").SetText("eve@example.com")
		return copied
	}
	tests := []struct {
		name  string
		forge func(response, assertion *etree.Element) *etree.Element
	}{
		{"none is left", func(response, assertion *etree.Element) *etree.Element {
			unsign(response)
			unsign(assertion)
			return response
		}},
		{"an assertion before the signed one", func(response, assertion *etree.Element) *etree.Element {
			unsign(response)
			response.InsertChildAt(assertion.Index(), evil(assertion, "id-evil"))
			return response
		}},
		{"an assertion after the signed one", func(response, assertion *etree.Element) *etree.Element {
			unsign(response)
			response.AddChild(evil(assertion, "id-evil"))
			return response
		}},
		{"an assertion with the same ID", func(response, assertion *etree.Element) *etree.Element {
			unsign(response)
			response.InsertChildAt(assertion.Index(), evil(assertion, assertion.SelectAttrValue("ID", "")))
			return response
		}},
		{"the signed assertion in another", func(response, assertion *etree.Element) *etree.Element {
			unsign(response)
			wrapper := evil(assertion, "id-evil")
			response.RemoveChild(assertion)
			wrapper.AddChild(assertion)
			response.AddChild(wrapper)
			return response
		}},
		{"the signature in another assertion, with the signed one in it", func(response, assertion *etree.Element) *etree.Element {
			unsign(response)
			wrapper := evil(assertion, "id-evil")
			signature := assertion.SelectElement("Signature").Copy()
			response.RemoveChild(assertion)
			unsign(assertion)
			signature.CreateElement("Object").AddChild(assertion)
			wrapper.InsertChildAt(1, signature)
			response.AddChild(wrapper)
			return response
		}},
		{"the signed assertion among the extensions", func(response, assertion *etree.Element) *etree.Element {
			unsign(response)
			wrapper := evil(assertion, assertion.SelectAttrValue("ID", ""))
			response.RemoveChild(assertion)
			response.CreateElement("samlp:Extensions").AddChild(assertion)
			response.AddChild(wrapper)
			return response
		}},
		{"the signed response in another", func(response, assertion *etree.Element) *etree.Element {
			wrapper := response.Copy()
			unsign(wrapper)
			wrapper.CreateAttr("ID", "id-evil")
			inner := wrapper.SelectElement("Assertion")
			wrapper.RemoveChild(inner)
			wrapper.AddChild(evil(inner, "id-evil-assertion"))
			signature := response.SelectElement("Signature").Copy()
			signature.CreateElement("Object").AddChild(response)
			wrapper.InsertChildAt(1, signature)
			return wrapper
		}},
		{"another assertion in the signed response", func(response, assertion *etree.Element) *etree.Element {
			response.InsertChildAt(assertion.Index(), evil(assertion, "id-evil"))
			return response
		}},
		{"a signature that covers nothing", func(response, assertion *etree.Element) *etree.Element {
			unsign(response)
			assertion.FindElement("./Signature/SignedInfo/Reference").CreateAttr("URI", "")
			assertion.FindElement("./Subject/NameID").SetText("eve@example.com")
			return response
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newSAMLLogin(t)
			request := l.ask()
			response := l.answer(request)
			forged := l.text(test.forge(response, response.SelectElement("Assertion")))
			to, failed := l.post(forged, request.RelayState)
			if failed == "" {
				auth := must(l.sso(to))(t)
				t.Fatalf("%s is logged in", auth.Member.EmailAddress)
			}
			if !strings.HasSuffix(failed, "_saml_response") {
				t.Errorf("it ends with %q", failed)
			}
		})
	}
}

// TestSAMLComments adds a comment to the signed name of a person, which the signature does
// not cover. The name is still the whole one.
func TestSAMLComments(t *testing.T) {
	l := newSAMLLogin(t)
	long := email + ".evil.test"
	l.session.NameID = long
	request := l.ask()
	response := l.text(l.answer(request))
	forged := strings.Replace(response, ">"+long+"<", ">"+email+"<!-- -->.evil.test<", 1)
	if forged == response {
		t.Fatal("the response has no such name")
	}
	l.member(b2b.Member{})
	to, failed := l.post(forged, request.RelayState)
	if failed != "" {
		return // refused, too
	}
	if auth := must(l.sso(to))(t); auth.Member.EmailAddress != long {
		t.Errorf("%s is logged in", auth.Member.EmailAddress)
	}
}
