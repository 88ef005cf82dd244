package stytchtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// ssoStartPath is where a login by single sign-on begins.
const ssoStartPath = "/v1/public/sso/start"

// Lifetimes of logins by single sign-on. The service does not publish them.
const (
	ssoLife     = 5 * time.Minute  // of a token
	ssoPageLife = 15 * time.Minute // of a login at the identity provider
)

// ssoBegun is a login that continues at an identity provider.
type ssoBegun struct {
	ConnectionID string   `json:"connection_id"`
	URLs         landings `json:"urls,omitempty"`
	// Nonce is what the answer of the provider must contain: the nonce of OIDC, or the
	// ID of the SAML request.
	Nonce string `json:"nonce"`
}

// identity is what an identity provider says about a person.
type identity struct {
	ConnectionID string `json:"connection_id"`
	// Subject is the ID of the person at the provider.
	Subject string `json:"subject"`
	Email   string `json:"email"`
	Name    string `json:"name,omitempty"`
	// Attributes are strings or lists of strings from SAML, and any JSON from OIDC.
	Attributes map[string]any `json:"attributes"`
	// Tokens are those of a provider of OIDC, or nil.
	Tokens *oidcTokens `json:"tokens,omitempty"`
}

// ssoOf returns the part of a factor that is of single sign-on, or nil.
func ssoOf(f stytch.AuthenticationFactor) *stytch.SSOFactor {
	if f.SAMLSSOFactor != nil {
		return f.SAMLSSOFactor
	}
	return f.OIDCSSOFactor
}

// ssoLogin is the beginning of a login by single sign-on.
type ssoLogin struct {
	// connection is the one of the organization, and target has the provider.
	connection, target *connection
	urls               landings
	challenge          string
	scopes             []string
	// emulated says whether the emulator takes the place of the provider.
	emulated bool
}

// beginSSO checks the address at which a login by single sign-on begins.
func (r *run) beginSSO(q url.Values) (ssoLogin, *apiError) {
	l := ssoLogin{challenge: q.Get("pkce_code_challenge"), scopes: strings.Fields(q.Get("custom_scopes"))}
	var err *apiError
	if l.connection, err = r.locate(q.Get("connection_id"), q.Get("organization_id")); err != nil {
		return l, err
	}
	if l.target, err = r.usable(l.connection); err != nil {
		return l, err
	}
	var challenge *string
	if l.challenge != "" {
		challenge = &l.challenge
	}
	if err := checkChallenge(challenge); err != nil {
		return l, err
	}
	if l.target.SAML != nil {
		l.emulated = emulatedProvider(l.target.SAML.IDPSSOURL)
	} else {
		l.emulated = emulatedProvider(l.target.OIDC.AuthorizationURL)
	}
	l.urls, err = r.project.landings(q, challenge, "sso", RedirectLogin, RedirectSignup)
	return l, err
}

// locate returns the connection of a login: the named one, or the default of an
// organization.
func (r *run) locate(id, organizationID string) (*connection, *apiError) {
	st := &r.project.state
	switch {
	case id == "" && organizationID == "":
		return nil, fail("missing_sso_connection_locator")
	case id != "" && organizationID != "":
		return nil, fail("too_many_sso_connection_locators")
	case id != "":
		if c := st.Connections.find(byID, id); c != nil {
			return c, nil
		}
		return nil, fail("sso_connection_not_found")
	}
	o, err := r.organization(organizationID)
	if err != nil {
		return nil, err
	}
	if c := st.connectionOf(o, text(o.Profile.SSODefaultConnectionID)); c != nil {
		return c, nil
	}
	switch all := st.connectionsOf(o); len(all) {
	case 0:
		return nil, fail("no_sso_connection_exists_for_organization")
	case 1:
		return all[0], nil
	}
	return nil, fail("indeterminate_sso_connection_for_organization")
}

// usable returns the connection that has the identity provider of a connection, if
// members can log in with it.
func (r *run) usable(c *connection) (*connection, *apiError) {
	target := r.project.state.target(c)
	switch {
	case target == nil:
		return nil, failf("sso_connection_not_found", "the connection that this external one leads to was deleted")
	case !target.active():
		return nil, failf("sso_connection_not_found", "the connection is pending: it lacks settings of the identity provider")
	}
	return target, nil
}

// ssoStart begins a login. It sends the browser to the identity provider, or shows the
// page in place of the provider's.
func (s *Server) ssoStart(w http.ResponseWriter, r *http.Request, a *answer) {
	q := r.URL.Query()
	p := s.visited(q, a)
	if p == nil {
		return
	}
	s.visit(w, r, a, p, func(call *run) (page []byte, target string, err *apiError) {
		l, err := call.beginSSO(q)
		switch {
		case err != nil:
		case !l.emulated && l.target.SAML != nil:
			target, err = call.askSAML(l)
		case !l.emulated:
			target, err = call.askOIDC(l)
		case r.Method != http.MethodPost:
			page = choosePage(l.target.choice(l.connection, q))
		default:
			var i identity
			if i, err = l.target.identify(l.target.emulate(r.PostForm)); err == nil {
				if l.target.OIDC != nil {
					a := account{Provider: l.target.id(), Subject: i.Subject, Email: i.Email, Vouched: true, Name: i.Name}
					i.Tokens = &oidcTokens{call.providerTokens(a), l.target.scopes(l.scopes)}
				}
				target, err = call.landSSO(l.connection, i, l.challenge, l.urls)
			}
		}
		return page, target, err
	})
}

// attributeMapping returns what a member is made from.
func (c *connection) attributeMapping() map[string]any {
	switch {
	case c.SAML != nil:
		return c.SAML.AttributeMapping
	case len(c.OIDC.AttributeMapping) > 0:
		return c.OIDC.AttributeMapping
	}
	return map[string]any{"email": "email", "full_name": "name"}
}

// personal are the names that a mapping can have for a member's own fields. Others are
// for the metadata.
var personal = []string{"email", "full_name", "first_name", "last_name", "groups", "idp_user_id"}

// extras are the other names of a mapping.
func (c *connection) extras() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.attributeMapping())), func(name string) bool { return slices.Contains(personal, name) })
}

// choice is what the page in place of the provider's asks.
func (c *connection) choice(of *connection, q url.Values) map[string]any {
	name := of.name()
	if name == "" {
		name = "single sign-on"
	}
	return map[string]any{
		"SSO": true, "Provider": name, "Hint": q.Get("provider_login_hint"),
		"Groups": c.attributeMapping()["groups"] != nil, "Attributes": c.extras(),
	}
}

// nameID is the attribute of a mapping that means the name of the person in SAML.
const nameID = "NameID"

// emulate returns what an identity provider would say, by the form of the page.
func (c *connection) emulate(form url.Values) (subject string, attributes map[string]any) {
	email, name := strings.TrimSpace(form.Get("email")), strings.TrimSpace(form.Get("name"))
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	first, last := name, name
	if i := strings.LastIndex(name, " "); i >= 0 {
		first, last = name[:i], name[i+1:]
	}
	values := map[string]any{"email": email, "full_name": name, "first_name": first, "last_name": last}
	if groups := splitList(form.Get("groups")); len(groups) > 0 {
		values["groups"] = groups
	}
	for _, extra := range c.extras() {
		if form.Get(extra) != "" {
			values[extra] = form.Get(extra)
		}
	}
	if subject = form.Get("subject"); subject == "" { // the same for each login with an address
		sum := sha256.Sum256([]byte(strings.ToLower(email)))
		subject = hex.EncodeToString(sum[:8])
	}
	attributes = map[string]any{}
	if c.OIDC != nil {
		attributes["email"], attributes["name"] = email, name
	}
	for name, attribute := range c.attributeMapping() {
		attribute, _ := attribute.(string)
		switch value, given := values[name]; {
		case !given:
		case c.SAML != nil && attribute == nameID:
			subject, _ = value.(string)
		default:
			attributes[attribute] = value
		}
	}
	return subject, attributes
}

func splitList(text string) []string {
	var list []string
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			list = append(list, one)
		}
	}
	return list
}

// identify reads what an identity provider says about a person, by the mapping of the
// connection.
func (c *connection) identify(subject string, attributes map[string]any) (identity, *apiError) {
	mapping := c.attributeMapping()
	value := func(name string) string {
		attribute := mappedTo(mapping, name)
		if c.SAML != nil && attribute == nameID {
			return subject
		}
		if list := textsOf(attributes[attribute]); attribute != "" && len(list) > 0 {
			return list[0]
		}
		return ""
	}
	i := identity{Subject: subject, Email: value("email"), Name: value("full_name"), Attributes: attributes}
	if id := value("idp_user_id"); id != "" {
		i.Subject = id
	}
	if i.Name == "" {
		i.Name = strings.TrimSpace(value("first_name") + " " + value("last_name"))
	}
	address, err := mail.ParseAddress(i.Email)
	valid := err == nil && address.Address == i.Email
	switch {
	case c.SAML != nil && !valid:
		return i, fail("invalid_saml_response_email")
	case c.SAML != nil && i.Subject == "":
		return i, failf("invalid_saml_response", "the response does not name the person")
	case c.OIDC != nil && i.Subject == "":
		return i, fail("oidc_response_subject_missing")
	case c.OIDC != nil && !valid:
		return i, fail("oidc_response_email_missing")
	case c.OIDC != nil && i.Name == "":
		return i, fail("oidc_response_name_missing")
	}
	return i, nil
}

// ssoMember returns the member of a login, or nil: the one who has logged in with the
// account before, or the one with its address.
func (r *run) ssoMember(c *connection, i identity) *member {
	if m := r.project.state.Members.find(bySSO, within(c.id(), i.Subject)); m != nil {
		return m
	}
	return r.project.state.memberByEmail(c.organizationID(), i.Email)
}

// landSSO makes the token of a login, and returns the application's URL with it.
func (r *run) landSSO(c *connection, i identity, challenge string, urls landings) (string, *apiError) {
	i.ConnectionID = c.id()
	to := RedirectLogin
	if r.ssoMember(c, i) == nil {
		to = RedirectSignup
	}
	if _, err := r.project.land(urls, to, nil); err != nil {
		return "", err
	}
	l := link{Kind: ssoLink, Challenge: challenge, OrganizationID: c.organizationID(), Identity: &i}
	return r.project.land(urls, to, ssoLink.query(r.addLink(l, ssoLife)))
}

// admitsSSO reports why a person cannot join by a connection.
func (p *Project) admitsSSO(o *organization, c *connection, address string) *apiError {
	switch o.Profile.SSOJITProvisioning {
	case b2b.AdmissionPolicyAllAllowed:
	case b2b.AdmissionPolicyRestricted:
		if !slices.Contains(o.Profile.SSOJITProvisioningAllowedConnections, c.id()) {
			return failf("invalid_connection_for_jit_provisioning", "no member has the address, and the connection is not among sso_jit_provisioning_allowed_connections")
		}
	default:
		return failf("invalid_connection_for_jit_provisioning", "no member has the address, and sso_jit_provisioning is %s", o.Profile.SSOJITProvisioning)
	}
	return p.freeAddress(o, nil, address)
}

func (r *run) ssoAuthenticate(q b2b.SSOAuthenticateRequest) (b2b.SSOAuthenticateResponse, *apiError) {
	none := b2b.SSOAuthenticateResponse{}
	l, err := r.follow(q.SSOToken, q.PKCECodeVerifier, linkErrors{"sso_token_not_found", "sso_token_not_found"}, ssoLink)
	if err != nil {
		return none, err
	}
	i := *l.Identity
	c := r.project.state.Connections.find(byID, i.ConnectionID)
	if c == nil || r.project.state.target(c) == nil {
		return none, failf("sso_token_not_found", "the connection of the login was deleted")
	}
	o, err := r.organization(c.organizationID())
	if err != nil {
		return none, err
	}
	m := r.ssoMember(c, i)
	joins := m == nil
	if joins {
		if err := r.project.admitsSSO(o, c, i.Email); err != nil {
			return none, err
		}
		m = r.project.newMember(o, i.Email, b2b.MemberStatusPending, r.now)
	}
	if m.locked(r.now) {
		return none, fail("user_lock_limit_reached")
	}
	p := proof{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale)}
	if err := r.alongside(&p, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	factor, err := r.register(m, c, i)
	if err != nil {
		return none, err
	}
	if joins {
		r.project.state.Members.add(m)
	}
	p.factors = addFactor(p.factors, factor)
	p.email, p.verified = m.Profile.EmailAddress, p.verified || sameAddress(i.Email, m.Profile.EmailAddress)
	l.Used = true
	m.succeeded()
	in, err := r.login(o, m, p)
	if err != nil {
		return none, err
	}
	answer := as[b2b.SSOAuthenticateResponse](in.answer())
	answer.OrganizationID, answer.MemberDevice = o.Profile.OrganizationID, device(q.TelemetryID, nil, r.now)
	return answer, nil
}

// register notes a login of a member: the account, and what follows from its attributes.
// It returns the factor.
func (r *run) register(m *member, c *connection, i identity) (stytch.AuthenticationFactor, *apiError) {
	target := r.project.state.target(c)
	extra := map[string]any{}
	for _, name := range target.extras() {
		if value, sent := i.Attributes[mappedTo(target.attributeMapping(), name)]; sent {
			extra[name] = value
		}
	}
	metadata, err := mergeMetadata(m.Profile.TrustedMetadata, extra)
	if err != nil {
		return stytch.AuthenticationFactor{}, err
	}
	protocol := "oidc"
	if target.SAML != nil {
		protocol = "saml"
	}
	m.Profile.SSORegistrations = slices.Clone(m.Profile.SSORegistrations) // responses share it
	have := m.registration(c)
	if have == nil {
		m.Profile.SSORegistrations = append(m.Profile.SSORegistrations, b2b.SSORegistration{ConnectionID: c.id(), RegistrationID: newID(protocol + "-member-registration")})
		have = m.registration(c)
	}
	have.ExternalID, have.SSOAttributes = i.Subject, i.Attributes
	m.Profile.TrustedMetadata, m.Profile.UpdatedAt = metadata, new(r.now)
	setIfEmpty(&m.Profile.Name, i.Name)
	if i.Tokens != nil {
		if m.OIDCTokens == nil {
			m.OIDCTokens = map[string]oidcTokens{}
		}
		m.OIDCTokens[c.id()] = *i.Tokens
	}
	r.project.assignBySSO(m, c)
	f := newFactor(stytch.AuthenticationFactorTypeSSO, stytch.AuthenticationFactorDeliveryMethod("sso_"+protocol), r.now)
	of := &stytch.SSOFactor{ID: have.RegistrationID, ProviderID: c.id(), ExternalID: i.Subject}
	if target.SAML != nil {
		f.SAMLSSOFactor = of
	} else {
		f.OIDCSSOFactor = of
	}
	return f, nil
}

// beginAt notes a login that continues at an identity provider. It returns the token
// that the provider gives back.
func (r *run) beginAt(l ssoLogin, nonce string) string {
	return r.addLink(link{Kind: ssoBegunLink, Challenge: l.challenge, Begun: &ssoBegun{l.connection.id(), l.urls, nonce}}, ssoPageLife)
}

// begun returns the login of a token that an identity provider gives back. It is nil if
// there is none for the provider of this connection.
func (r *run) begun(token string, target *connection) (*link, *connection) {
	l := r.project.state.Links.find(byToken, token)
	if l == nil || l.Kind != ssoBegunLink {
		return nil, nil
	}
	c := r.project.state.Connections.find(byID, l.Begun.ConnectionID)
	if c == nil || r.project.state.target(c) != target {
		return nil, nil
	}
	return l, c
}

// ssoCallback serves the address that an identity provider sends the browser back to.
func (s *Server) ssoCallback(w http.ResponseWriter, r *http.Request, a *answer) {
	id := strings.TrimPrefix(r.URL.Path, callbackPath)
	p := s.projectOfConnection(id)
	if p == nil {
		s.fail(a, fail("sso_connection_not_found"))
		return
	}
	s.visit(w, r, a, p, func(call *run) (page []byte, target string, err *apiError) {
		c := p.state.Connections.find(byID, id)
		switch {
		case c == nil || c.External != nil || !c.active():
			err = failf("sso_connection_not_found", "the connection is pending, external, or was deleted")
		case c.OIDC != nil && r.Method == http.MethodPost:
			err = failf("oidc_invalid_callback_request", "the browser comes back with POST, and should with GET")
		case c.OIDC != nil:
			target, err = call.returnOIDC(c, r.URL.Query())
		case r.Method != http.MethodPost:
			err = failf("missing_saml_response", "the browser comes back with %s, and should with POST", r.Method)
		default:
			target, err = call.returnSAML(c, r.PostForm)
		}
		return nil, target, err
	})
}

// projectOfConnection returns the project that has a connection, or nil.
func (s *Server) projectOfConnection(id string) *Project {
	for _, p := range s.Projects() {
		unlock := p.lock()
		c := p.state.Connections.find(byID, id)
		unlock()
		if c != nil {
			return p
		}
	}
	return nil
}

// described formats what an identity provider sent, so that it cannot break a message.
func described(text string) string {
	if len(text) > 100 {
		text = text[:100]
	}
	return fmt.Sprintf("%+q", text)
}
