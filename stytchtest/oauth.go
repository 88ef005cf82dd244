package stytchtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/stytch"
)

// Lifetimes of tokens of OAuth.
const (
	oauthLife  = 5 * time.Minute
	attachLife = time.Hour
	accessLife = time.Hour
)

// provider is an identity provider.
type provider struct {
	name  string // in addresses
	title string // in responses
	// factor is the field of its factors.
	factor string
	// vouches says whether it usually proves e-mail addresses, and hides whether it never gives any.
	vouches, hides bool
}

// providers are the providers of users. Those of members are in memberProviders.
var providers = []provider{
	{"google", "Google", "google_oauth_factor", true, false},
	{"microsoft", "Microsoft", "microsoft_oauth_factor", true, false},
	{"apple", "Apple", "apple_oauth_factor", true, false},
	{"github", "GitHub", "github_oauth_factor", false, false},
	{"gitlab", "GitLab", "git_lab_oauth_factor", false, false},
	{"facebook", "Facebook", "facebook_oauth_factor", true, false},
	{"discord", "Discord", "discord_oauth_factor", true, false},
	{"salesforce", "Salesforce", "salesforce_oauth_factor", true, false},
	{"slack", "Slack", "slack_oauth_factor", false, false},
	{"amazon", "Amazon", "amazon_oauth_factor", false, true},
	{"bitbucket", "Bitbucket", "bitbucket_oauth_factor", true, false},
	{"linkedin", "LinkedIn", "linked_in_oauth_factor", true, false},
	{"coinbase", "Coinbase", "coinbase_oauth_factor", true, false},
	{"twitch", "Twitch", "twitch_oauth_factor", true, false},
	{"twitter", "Twitter", "twitter_oauth_factor", false, true},
	{"tiktok", "TikTok", "tik_tok_oauth_factor", false, true},
	{"snapchat", "Snapchat", "snapchat_oauth_factor", false, true},
	{"figma", "Figma", "figma_oauth_factor", true, false},
	{"yahoo", "Yahoo", "yahoo_oauth_factor", true, false},
	{"hubspot", "HubSpot", "hubspot_oauth_factor", false, false},
}

// memberProviders are the providers of members, with whether each has tenants:
// workspaces, hubs or organizations.
var memberProviders = map[string]bool{"google": false, "microsoft": false, "hubspot": true, "slack": true, "github": true}

func providerByName(name string) (provider, bool) {
	for _, p := range providers {
		if p.name == name {
			return p, true
		}
	}
	return provider{}, false
}

// account is what a provider says about a person.
type account struct {
	Provider string `json:"provider"`
	Subject  string `json:"subject"`
	Email    string `json:"email,omitempty"`
	// Vouched says whether the provider proved the address.
	Vouched bool     `json:"vouched,omitempty"`
	Name    string   `json:"name,omitempty"`
	Scopes  []string `json:"scopes"`
	Tenants []string `json:"tenants,omitempty"`
	// RegistrationID is that of a member who gets the account.
	RegistrationID string `json:"registration_id,omitempty"`
}

// newAccount reads the form of the page.
func newAccount(p provider, form url.Values, scopes []string) account {
	a := account{Provider: p.name, Subject: form.Get("subject"), Email: strings.TrimSpace(form.Get("email")), Name: form.Get("name"), Scopes: scopes}
	if a.Subject == "" { // the same for each login with an address
		sum := sha256.Sum256([]byte(p.name + "\x00" + strings.ToLower(a.Email)))
		a.Subject = strconv.FormatUint(binary.BigEndian.Uint64(sum[:])>>1, 10)
	}
	vouched, err := strconv.ParseBool(form.Get("email_verified"))
	if err != nil {
		vouched = p.vouches
	}
	a.Vouched = vouched && a.Email != "" && !p.hides
	a.Tenants = strings.FieldsFunc(form.Get("tenants"), func(r rune) bool { return r == ',' || r == ' ' })
	return a
}

// newFactor returns the factor of a login with a provider.
func (p provider) newFactor(f stytch.OAuthFactor, now time.Time) stytch.AuthenticationFactor {
	made := newFactor(stytch.AuthenticationFactorTypeOAuth, stytch.AuthenticationFactorDeliveryMethod("oauth_"+p.name), now)
	_ = json.Unmarshal(encode(map[string]any{p.factor: f}), &made) // cannot fail: it is an object
	return made
}

// oauthOf returns the part of a factor that is a provider's, or nil.
func oauthOf(f stytch.AuthenticationFactor) *stytch.OAuthFactor {
	v := reflect.ValueOf(f)
	for i := range v.NumField() {
		if one, ok := v.Field(i).Interface().(*stytch.OAuthFactor); ok && one != nil {
			return one
		}
	}
	return nil
}

// providerTokens are the tokens that a provider issues at a login.
type providerTokens struct {
	Access    string    `json:"access"`
	Refresh   string    `json:"refresh"`
	ID        string    `json:"id"`
	ExpiresAt time.Time `json:"expires_at"`
}

// providerTokens makes the tokens of an account. The ID token is signed with the
// project's own key.
func (r *run) providerTokens(a account) providerTokens {
	claims := jwt.MapClaims{
		"iss": r.project.server.url + "/oauth/" + a.Provider, "aud": r.project.ID, "sub": a.Subject,
		"iat": r.now.Unix(), "exp": r.now.Add(accessLife).Unix(),
	}
	if a.Email != "" {
		claims["email"], claims["email_verified"] = a.Email, a.Vouched
	}
	if a.Name != "" {
		claims["name"] = a.Name
	}
	return providerTokens{newToken(), newToken(), r.project.keys.sign(claims), r.now.Add(accessLife)}
}

// oauthKinds are the pages at which a login begins. Each has the path around the
// name of a provider.
var oauthKinds = []struct {
	prefix, suffix string
	kind           linkKind
}{
	{"/v1/public/oauth/", "/start", oauthLink},
	{"/v1/b2b/public/oauth/", "/discovery/start", discoveryOAuthLink},
	{"/v1/b2b/public/oauth/", "/start", memberOAuthLink},
}

// oauthStart returns the provider's name and the kind of login of a path.
func oauthStart(path string) (name string, kind linkKind) {
	for _, k := range oauthKinds {
		rest, begins := strings.CutPrefix(path, k.prefix)
		name, ends := strings.CutSuffix(rest, k.suffix)
		if begins && ends && !strings.Contains(name, "/") {
			return name, k.kind
		}
	}
	return "", ""
}

// flow is a login with a provider that was begun.
type flow struct {
	kind      linkKind
	provider  provider
	scopes    []string
	challenge string
	// attach is the link of the attach token, or nil.
	attach *link
	// organization is that of a member's login, nil for others.
	organization *organization
	urls         landings
}

// begin checks the address at which a login with a provider begins.
func (p *Project) begin(kind linkKind, name string, q url.Values, now time.Time) (flow, *apiError) {
	one, known := providerByName(name)
	_, forMembers := memberProviders[name]
	if !known || kind != oauthLink && !forMembers || kind == oauthLink && name == "hubspot" {
		return flow{}, fail("oauth_config_not_found")
	}
	f := flow{kind: kind, provider: one}
	f.scopes = append([]string{"openid", "email", "profile"}, strings.Fields(q.Get("custom_scopes"))...)
	parameter := "code_challenge"
	if kind != oauthLink {
		parameter = "pkce_code_challenge"
	}
	var challenge *string
	if f.challenge = q.Get(parameter); f.challenge != "" {
		challenge = &f.challenge
	}
	if err := checkChallenge(challenge); err != nil {
		return flow{}, err
	}
	if err := p.beginFor(&f, q, now); err != nil {
		return flow{}, err
	}
	kinds := []RedirectType{RedirectLogin, RedirectSignup}
	if kind == discoveryOAuthLink {
		kinds = []RedirectType{RedirectDiscovery}
	}
	var err *apiError
	f.urls, err = p.landings(q, challenge, "oauth", kinds...)
	return f, err
}

// landings are the application's URLs that a login in the browser can end at.
type landings map[RedirectType]string

// landings returns those that a query gives. The name of the method is in the error types.
func (p *Project) landings(q url.Values, challenge *string, method string, kinds ...RedirectType) (landings, *apiError) {
	found := landings{}
	for _, kind := range kinds {
		name := strings.ToLower(string(kind))
		given := q.Get(name + "_redirect_url")
		if given == "" {
			continue
		}
		target, err := p.destination(kind, &given, challenge)
		switch {
		case err == nil:
			found[kind] = target
			continue
		case err.errorType == "invalid_magic_link_url" && kind == RedirectDiscovery:
			err = fail("invalid_discovery_redirect_url")
		case err.errorType == "invalid_magic_link_url":
			err = fail("invalid_" + name + "_" + method + "_url")
		case err.errorType == "no_match_for_provided_magic_link_url":
			err = fail("no_match_for_provided_" + method + "_url")
		}
		return nil, err
	}
	return found, nil
}

// land returns the application's URL with what a login adds to its query.
func (p *Project) land(urls landings, kind RedirectType, added url.Values) (string, *apiError) {
	text, given := urls[kind]
	if !given {
		var err *apiError
		if text, err = p.defaultURL(kind); err != nil {
			return "", err
		}
	}
	target, err := url.Parse(text)
	if err != nil {
		return "", failf("internal_server_error", "the redirect URL is not valid")
	}
	return withQuery(target, added), nil
}

// beginFor finds the user that an account is attached to, or the organization of
// the member.
func (p *Project) beginFor(f *flow, q url.Values, now time.Time) *apiError {
	switch f.kind {
	case oauthLink:
		token := q.Get("oauth_attach_token")
		if token == "" {
			return nil
		}
		f.attach = p.state.Links.find(byToken, token)
		if f.attach == nil || f.attach.Kind != attachLink || f.attach.Used || !now.Before(f.attach.ExpiresAt) || f.attach.Account.Provider != f.provider.name {
			return fail("invalid_oauth_attach_token")
		}
	case memberOAuthLink:
		id, slug := q.Get("organization_id"), q.Get("slug")
		switch {
		case id == "" && slug == "":
			return fail("missing_oauth_organization_locator")
		case id != "" && slug != "":
			return fail("too_many_oauth_organization_locators")
		}
		if f.organization = p.state.organizationByID(id + slug); f.organization == nil {
			return fail("organization_not_found")
		}
	}
	return nil
}

// oauthPage serves the page in place of the provider's, where a person chooses an
// account. The form goes back to the same address.
func (s *Server) oauthPage(w http.ResponseWriter, r *http.Request, a *answer) {
	name, kind := oauthStart(r.URL.Path)
	q := r.URL.Query()
	p := s.visited(q, a)
	if p == nil {
		return
	}
	s.visit(w, r, a, p, func(call *run) (page []byte, target string, err *apiError) {
		f, err := p.begin(kind, name, q, call.now)
		switch {
		case err != nil:
		case r.Method != http.MethodPost:
			page = choosePage(map[string]any{
				"Provider": f.provider.title, "Hint": q.Get("provider_login_hint"), "Hides": f.provider.hides, "Vouches": f.provider.vouches,
				"Tenants": f.kind != oauthLink && memberProviders[f.provider.name],
			})
		default:
			target, err = call.chosen(f, newAccount(f.provider, r.PostForm, f.scopes))
		}
		return page, target, err
	})
}

// visit performs the request of a browser. The result is a page, or where the browser
// goes on to.
func (s *Server) visit(w http.ResponseWriter, r *http.Request, a *answer, p *Project, perform func(*run) (page []byte, target string, err *apiError)) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		s.fail(a, failf("bad_request", "the form could not be read"))
		return
	}
	call := &run{project: p, now: p.clock.Now(), header: r.Header, status: http.StatusOK}
	call.lock()
	defer func() { call.unlock() }()
	page, target, err := perform(call)
	if err != nil {
		s.fail(a, err)
		return
	}
	a.header.Set("Cache-Control", "no-store")
	a.header.Set("Referrer-Policy", "no-referrer")
	if target != "" {
		a.status, a.body = http.StatusSeeOther, nil
		a.header.Set("Location", target)
		return
	}
	a.status, a.body = http.StatusOK, page
	a.header.Set("Content-Type", "text/html; charset=utf-8")
	a.header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
}

// chosen makes the token of a login with an account, and returns the application's
// URL with it.
func (r *run) chosen(f flow, a account) (string, *apiError) {
	l := link{Kind: f.kind, Challenge: f.challenge, Account: &a}
	to := RedirectLogin
	switch f.kind {
	case oauthLink:
		if f.attach != nil {
			l.UserID = f.attach.UserID
		}
		u, err := r.oauthUser(l)
		if err != nil {
			return "", err
		}
		if u == nil {
			to = RedirectSignup
		}
	case memberOAuthLink:
		l.OrganizationID = f.organization.Profile.OrganizationID
		if m := r.oauthMember(f.organization, a); m == nil {
			to = RedirectSignup
		}
	case discoveryOAuthLink:
		if a.Email == "" {
			return "", failf("bad_request", "email: discovery needs an e-mail address")
		}
		to = RedirectDiscovery
	}
	if _, err := r.project.land(f.urls, to, nil); err != nil {
		return "", err
	}
	if f.attach != nil {
		f.attach.Used = true
	}
	return r.project.land(f.urls, to, f.kind.query(r.addLink(l, oauthLife)))
}

// withQuery adds to the query of the application's URL.
func withQuery(target *url.URL, added url.Values) string {
	to := *target
	to.RawQuery = strings.TrimPrefix(to.RawQuery+"&"+added.Encode(), "&")
	return to.String()
}

// choosePage is the page in place of a provider's.
func choosePage(about map[string]any) []byte {
	var page bytes.Buffer
	if err := choose.Execute(&page, about); err != nil {
		return fmt.Appendf(nil, "the page could not be made: %v", err) // cannot happen
	}
	return page.Bytes()
}

var choose = template.Must(template.New("choose").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Provider}} (emulated)</title>
<style>
body { max-width: 28rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
form { display: grid; gap: .25rem }
input, select, button { min-height: 2.5rem; padding: .25rem .75rem; font: inherit }
label, button { margin-top: .75rem }
</style>
<h1>Log in with {{.Provider}}</h1>
<p>The emulator shows this page in place of the provider's. Choose what {{.Provider}} says about the person.</p>
<form method="post">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" value="{{.Hint}}" required autofocus>
{{if not (or .Hides .SSO)}}<label for="verified">Does {{.Provider}} vouch for the address?</label>
<select id="verified" name="email_verified"><option value="true"{{if .Vouches}} selected{{end}}>yes</option><option value="false"{{if not .Vouches}} selected{{end}}>no</option></select>{{end}}
<label for="name">Name</label>
<input id="name" name="name">
{{if .Tenants}}<label for="tenants">IDs of the person's workspaces or organizations at {{.Provider}}</label>
<input id="tenants" name="tenants">{{end}}
{{if .Groups}}<label for="groups">Groups of the person at {{.Provider}}, separated by commas</label>
<input id="groups" name="groups">{{end}}
{{range .Attributes}}<label for="attribute-{{.}}">{{.}}</label>
<input id="attribute-{{.}}" name="{{.}}">
{{end}}<label for="subject">ID of the person at {{.Provider}}; derived from the address unless set</label>
<input id="subject" name="subject">
<button>Log in</button>
</form>
`))
