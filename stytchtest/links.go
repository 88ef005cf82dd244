package stytchtest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// linkKind is what a link is for. It decides which call takes the link's token.
type linkKind string

const (
	loginLink          linkKind = "magic_links"
	passwordlessLink   linkKind = "login" // of a mail that resets a password
	resetLink          linkKind = "reset_password"
	memberLink         linkKind = "multi_tenant_magic_links"
	memberResetLink    linkKind = "multi_tenant_passwords"
	discoveryLink      linkKind = "discovery"
	discoveryResetLink linkKind = "discovery_reset_password"
	oauthLink          linkKind = "oauth"
	memberOAuthLink    linkKind = "member_oauth"
	discoveryOAuthLink linkKind = "discovery_oauth"
	ssoLink            linkKind = "sso"
	ssoBegunLink       linkKind = "sso_begun"    // no link: the identity provider returns the token
	attachLink         linkKind = "oauth_attach" // no link: the token goes to the page of a provider

	impersonationLink       linkKind = "impersonation" // the dashboard opens it
	memberImpersonationLink linkKind = "multi_tenant_impersonation"
)

// query returns what a link adds to the query of the application's URL.
func (k linkKind) query(token string) url.Values {
	query := url.Values{"stytch_token_type": {string(k)}, "token": {token}}
	switch k {
	case discoveryResetLink:
		query.Set("stytch_token_type", string(discoveryLink))
		query.Set("stytch_redirect_type", "reset_password")
	case memberOAuthLink:
		query.Set("stytch_token_type", string(oauthLink))
	}
	return query
}

// redirectPath is where the service's links lead to.
func (k linkKind) redirectPath() string {
	switch k {
	case loginLink, passwordlessLink, resetLink:
		return "/v1/magic_links/redirect"
	}
	return "/v1/b2b/magic_links/redirect"
}

// link is a link that was sent, or a token that the application delivers itself.
type link struct {
	place
	Token     string    `json:"token"`
	Kind      linkKind  `json:"kind"`
	ExpiresAt time.Time `json:"expires_at"`
	// Used is set when the link was used or revoked.
	Used bool `json:"used"`
	// URL is the application's URL. It is empty if the application delivers the token.
	URL string `json:"url,omitempty"`
	// Challenge is the PKCE challenge, or empty.
	Challenge string `json:"challenge,omitempty"`
	// Attributes describe the client that asked for the link.
	Attributes *stytch.Attributes `json:"attributes,omitempty"`
	// Address is the e-mail address that the link was sent to, or empty.
	Address string `json:"address,omitempty"`
	// UserID and MethodID, or OrganizationID and MemberID, name who the link
	// is for. All are empty for discovery.
	UserID         string `json:"user_id,omitempty"`
	MethodID       string `json:"method_id,omitempty"`
	OrganizationID string `json:"organization_id,omitempty"`
	MemberID       string `json:"member_id,omitempty"`
	// Account is the account at a provider of OAuth, or nil.
	Account *account `json:"account,omitempty"`
	// Begun is a login that continues at an identity provider, or nil.
	Begun *ssoBegun `json:"begun,omitempty"`
	// Identity is what the identity provider of a connection said, or nil.
	Identity *identity `json:"identity,omitempty"`
}

// maxLinks limits the links of a project that runs for long.
const maxLinks = 10_000

// addLink stores a link and returns its token. When there are too many links, it
// forgets some that are used or expired.
func (r *run) addLink(l link, life time.Duration) string {
	links := &r.project.state.Links
	l.Token, l.ExpiresAt = newToken(), r.now.Add(life)
	links.add(&l)
	if links.size > maxLinks {
		links.sweep(func(one *link) bool { return one.Used || !r.now.Before(one.ExpiresAt) })
	}
	return l.Token
}

// sendLink puts a message with a link into the inbox. The sandbox address gets none.
func (r *run) sendLink(l link, life time.Duration, m Message) {
	if isSandbox(l.Address) {
		return
	}
	m.Token = r.addLink(l, life)
	m.Link = r.project.linkURL(l.Kind, m.Token)
	m.ExpiresAt = r.now.Add(life)
	m.Channel, m.Address, m.UserID, m.OrganizationID, m.MemberID = ChannelEmail, l.Address, l.UserID, l.OrganizationID, l.MemberID
	r.post(m)
}

// sendReset is sendLink for a mail that resets a password. Its second link logs in
// without one.
func (r *run) sendReset(l link, life time.Duration, login linkKind, loginURL string, m Message) {
	if isSandbox(l.Address) {
		return
	}
	second := l
	second.Kind, second.URL = login, loginURL
	m.LoginToken = r.addLink(second, life)
	m.LoginLink = r.project.linkURL(login, m.LoginToken)
	m.Purpose = "reset_password"
	r.sendLink(l, life, m)
}

// resetURLs checks the two URLs that a request for a reset can give, and returns
// where its links lead to.
func (r *run) resetURLs(reset, login, challenge *string, loginType RedirectType) (resetURL, loginURL string, err *apiError) {
	if err := checkChallenge(challenge); err != nil {
		return "", "", err
	}
	resetURL, err = r.project.destination(RedirectResetPassword, reset, challenge)
	if err != nil {
		if err.errorType == "invalid_magic_link_url" || err.errorType == "no_match_for_provided_magic_link_url" {
			err = fail("invalid_password_reset_redirect_url")
		}
		return "", "", err
	}
	loginURL, err = r.project.destination(loginType, login, challenge)
	return resetURL, loginURL, err
}

// linkURL returns the URL in a mail. It leads through the server to the
// application.
func (p *Project) linkURL(kind linkKind, token string) string {
	query := kind.query(token)
	query.Set("public_token", p.PublicToken())
	return p.server.url + kind.redirectPath() + "?" + query.Encode()
}

// PublicToken is the project's public token, which links contain. It is no
// secret.
func (p *Project) PublicToken() string { return p.publicToken }

// browse serves the addresses that browsers visit, which are not calls. It returns
// false for any other address.
func (s *Server) browse(w http.ResponseWriter, r *http.Request, a *answer) bool {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	name, _ := oauthStart(r.URL.Path)
	_, _, provisions := scimConnectionOf(r.URL.Path)
	switch {
	case provisions:
		s.provisioning(w, r, a)
	case reads && (r.URL.Path == loginLink.redirectPath() || r.URL.Path == memberLink.redirectPath()):
		s.redirect(r, a)
	case name != "" && (reads || r.Method == http.MethodPost):
		s.oauthPage(w, r, a)
	case r.URL.Path == ssoStartPath && (reads || r.Method == http.MethodPost):
		s.ssoStart(w, r, a)
	case strings.HasPrefix(r.URL.Path, callbackPath) && (reads || r.Method == http.MethodPost):
		s.ssoCallback(w, r, a)
	default:
		return false
	}
	a.page = a.errorType == ""
	return true
}

// redirect sends a browser to the application's URL of a link. That does not use
// the link up, because programs that scan mail follow links too.
func (s *Server) redirect(r *http.Request, a *answer) {
	query := r.URL.Query()
	p := s.visited(query, a)
	if p == nil {
		return
	}
	token := query.Get("token")
	p.mu.Lock()
	l := p.state.Links.peek(byToken, token)
	p.mu.Unlock()
	if l == nil || l.URL == "" || l.Kind.redirectPath() != r.URL.Path {
		s.fail(a, fail("magic_link_not_found"))
		return
	}
	target, err := url.Parse(l.URL)
	if err != nil {
		s.fail(a, failf("internal_server_error", "the link leads to a URL that is not valid"))
		return
	}
	added := l.Kind.query(token)
	if l.Kind == resetLink {
		added.Set("public_token", p.PublicToken())
	}
	a.status, a.body = http.StatusFound, nil
	a.header.Set("Location", withQuery(target, added))
	a.header.Set("Referrer-Policy", "no-referrer")
	a.header.Set("Cache-Control", "no-store")
}

// linkErrors are the error types of a token that is unknown, and of one that was
// used, has expired or was revoked.
type linkErrors struct{ unknown, dead string }

var (
	magicLinkErrors = linkErrors{"magic_link_not_found", "unable_to_auth_magic_link"}
	resetLinkErrors = linkErrors{"unable_to_auth_password_reset_token", "unable_to_auth_password_reset_token"}
)

// follow returns the link of a token that a call of one of these kinds takes.
func (r *run) follow(token string, verifier *string, errors linkErrors, kinds ...linkKind) (*link, *apiError) {
	if token == sandboxUsedLink {
		return nil, fail(errors.dead)
	}
	l := r.project.state.Links.find(byToken, token)
	known := false
	for _, kind := range kinds {
		known = known || l != nil && l.Kind == kind
	}
	switch {
	case !known:
		return nil, fail(errors.unknown)
	case l.Used || !r.now.Before(l.ExpiresAt):
		return nil, fail(errors.dead)
	}
	return l, checkVerifier(l.Challenge, verifier)
}

// checkVerifier compares a PKCE verifier with the challenge that the flow began
// with.
func checkVerifier(challenge string, verifier *string) *apiError {
	switch {
	case challenge == "" && verifier == nil:
		return nil
	case challenge == "":
		return fail("pkce_did_not_expect_code_verifier")
	case verifier == nil:
		return fail("pkce_expected_code_verifier")
	}
	sum := sha256.Sum256([]byte(*verifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 0 {
		return fail("pkce_mismatch")
	}
	return nil
}

// checkChallenge rejects a PKCE challenge that no verifier can have.
func checkChallenge(challenge *string) *apiError {
	if challenge == nil {
		return nil
	}
	if hash, err := base64.RawURLEncoding.DecodeString(*challenge); err != nil || len(hash) != sha256.Size {
		return failf("invalid_pkce_code_challenge", "the challenge is not the base64url encoding, without padding, of a SHA-256 hash")
	}
	return nil
}

// revokeLinks makes the links of a member useless.
func (s *state) revokeLinks(memberID string) {
	for _, l := range s.Links.list(byOwner, memberID) {
		l.Used = true
	}
}
