package stytchtest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// seedContent is the content of a seed file, with the names of seed.schema.yaml.
type seedContent struct {
	RedirectURLs         []RedirectURL         `json:"redirect_urls"`
	PasswordPolicy       *PasswordPolicy       `json:"password_policy"`
	Policy               *stytch.RBACPolicy    `json:"policy"`
	TrustedTokenProfiles []TrustedTokenProfile `json:"trusted_token_profiles"`
	UserInfoURL          string                `json:"userinfo_url"`
	M2MClients           []struct {
		stytch.M2MClientsCreateRequest
		Status stytch.M2MClientStatus `json:"status"`
	} `json:"m2m_clients"`
	ConnectedApps []stytch.ConnectedAppWithClientSecret `json:"connected_apps"`
	Fraud         seedFraud                             `json:"fraud"`
	Users         []seedUser                            `json:"users"`
	Organizations []seedOrganization                    `json:"organizations"`
	Webhooks      []WebhookEndpoint                     `json:"webhooks"`
}

// seedFraud is what a project knows about devices and addresses.
type seedFraud struct {
	Fingerprints   []Fingerprint                               `json:"fingerprints"`
	Rules          []stytch.FraudRulesSetRequest               `json:"rules"`
	VerdictReasons []stytch.FraudVerdictReasonsOverrideRequest `json:"verdict_reasons"`
	EmailRisks     []struct {
		EmailAddress string             `json:"email_address"`
		Action       stytch.FraudAction `json:"action"`
		RiskScore    int                `json:"risk_score"`
	} `json:"email_risks"`
}

// seedUser is a user, with what the API does not show.
type seedUser struct {
	stytch.User
	Emails []struct {
		EmailID  string `json:"email_id"`
		Email    string `json:"email"`
		Verified *bool  `json:"verified"`
	} `json:"emails"`
	PhoneNumbers []struct {
		PhoneID     string `json:"phone_id"`
		PhoneNumber string `json:"phone_number"`
		Verified    *bool  `json:"verified"`
	} `json:"phone_numbers"`
	CryptoWallets []struct {
		CryptoWalletID      string `json:"crypto_wallet_id"`
		CryptoWalletType    string `json:"crypto_wallet_type"`
		CryptoWalletAddress string `json:"crypto_wallet_address"`
		Verified            *bool  `json:"verified"`
	} `json:"crypto_wallets"`
	Password string    `json:"password"`
	TOTP     *seedTOTP `json:"totp"`
	seedPerson
}

// seedMember is a member, with what the API does not show.
type seedMember struct {
	b2b.Member
	Roles    []string  `json:"roles"`
	Password string    `json:"password"`
	TOTP     *seedTOTP `json:"totp"`
	seedPerson
}

// seedPerson is what a user and a member have in common.
type seedPerson struct {
	Sessions      []seedSession `json:"sessions"`
	ConnectedApps []struct {
		ConnectedAppID string `json:"connected_app_id"`
		ScopesGranted  string `json:"scopes_granted"`
	} `json:"connected_apps"`
}

type seedTOTP struct {
	TOTPID             string   `json:"totp_id"`
	TOTPRegistrationID string   `json:"totp_registration_id"`
	Secret             string   `json:"secret"`
	RecoveryCodes      []string `json:"recovery_codes"`
}

type seedSession struct {
	Token   string         `json:"session_token"`
	Minutes *int           `json:"session_duration_minutes"`
	Claims  map[string]any `json:"session_custom_claims"`
}

// seedOrganization is an organization, with what belongs to it.
type seedOrganization struct {
	b2b.Organization
	SAMLConnections []struct {
		b2b.SAMLConnection
		X509Certificate string `json:"x509_certificate"`
	} `json:"saml_connections"`
	OIDCConnections     []b2b.OIDCConnection     `json:"oidc_connections"`
	ExternalConnections []b2b.ExternalConnection `json:"external_connections"`
	SCIMConnection      *struct {
		b2b.SCIMConnection
		BearerToken string `json:"bearer_token"`
	} `json:"scim_connection"`
	Members []seedMember `json:"members"`
}

// organizationExtras are the fields of a seedOrganization that an organization lacks.
var organizationExtras = []string{"saml_connections", "oidc_connections", "external_connections", "scim_connection", "members"}

// planting adds a seed to a project, whose lock it has.
type planting struct {
	*seedFile
	project *Project
	st      *state
	run     *run // for rules of calls
	now     time.Time
	found   seedErrors
	// seen has what must be unique, and where it is in the file.
	seen map[[2]string]*yaml.Node
	// changed are the organizations of the project that the file has, as they were before.
	changed map[*organization]b2b.Organization
	// shared are the addresses that got a password for all organizations.
	shared []string
}

// plant adds a seed. If there is an error, nothing changes.
func (p *Project) plant(f *seedFile) error {
	endpoints, err := p.plantRecords(f)
	for _, e := range endpoints { // last, so that they get no event about the seed
		_, failed := p.webhooks.AddEndpoint(e)
		err = errors.Join(err, failed)
	}
	return err
}

// plantRecords adds all but the endpoints of webhooks, which it returns.
func (p *Project) plantRecords(f *seedFile) ([]WebhookEndpoint, error) {
	defer p.lock()()
	w := &planting{
		seedFile: f, project: p, st: &p.state, now: p.clock.Now(),
		seen: map[[2]string]*yaml.Node{}, changed: map[*organization]b2b.Organization{},
	}
	w.run = p.newRun()
	undo := w.remember()
	w.configure()
	w.clients()
	w.apps()
	w.fraud()
	for i := range f.content.Users {
		w.user(&f.content.Users[i], path("users", i))
	}
	w.organizations()
	endpoints := w.endpoints()
	if err := w.found.sorted(); err != nil {
		undo()
		return nil, err
	}
	for o := range w.changed {
		p.assignByDomain(o)
		p.revokeForbidden(o)
	}
	return endpoints, nil
}

// remember returns a function that takes everything back: what was added, changes of
// organizations, and values that are in no table.
func (w *planting) remember() (undo func()) {
	st := w.st
	policy, passwordPolicy, redirectURLs := st.Policy, st.PasswordPolicy, st.RedirectURLs
	profiles, userInfoURL, known := st.TrustedTokenProfiles, st.UserInfoURL, st.Fraud
	known.Fingerprints, known.Overrides, known.Emails = maps.Clone(known.Fingerprints), maps.Clone(known.Overrides), maps.Clone(known.Emails)
	var cut []func()
	for _, p := range st.parts {
		cut = append(cut, p.(interface{ mark() func() }).mark())
	}
	return func() {
		for _, one := range slices.Backward(cut) {
			one()
		}
		for o, profile := range w.changed {
			o.Profile = profile
		}
		for _, address := range w.shared {
			w.project.sharePasswords(address)
		}
		st.Policy, st.PasswordPolicy, st.RedirectURLs = policy, passwordPolicy, redirectURLs
		st.TrustedTokenProfiles, st.UserInfoURL, st.Fraud = profiles, userInfoURL, known
	}
}

// mark returns a function that removes the records that were added since.
func (t *table[T, R]) mark() func() {
	n := len(t.rows)
	return func() {
		for _, r := range slices.Backward(slices.Clone(t.rows[n:])) {
			t.remove(r)
		}
	}
}

// path returns a path in the file, of names and indexes.
func path(parts ...any) []string {
	var names []string
	for _, one := range parts {
		switch one := one.(type) {
		case string:
			names = append(names, one)
		case int:
			names = append(names, strconv.Itoa(one))
		case []string:
			names = append(names, one...)
		}
	}
	return names
}

// wrong adds the error of a value in the file.
func (w *planting) wrong(at []string, format string, args ...any) {
	n, _ := w.at(at)
	w.found.add(n, at, format, args...)
}

// refuse adds the error of a rule of the API.
func (w *planting) refuse(at []string, err *apiError) {
	w.message(at, fmt.Sprintf("%s (%s)", cmp.Or(err.message, "the API refuses it"), err.errorType))
}

// try adds the error of a function of the package.
func (w *planting) try(at []string, err error) {
	if err != nil {
		w.message(at, strings.TrimPrefix(err.Error(), "stytchtest: "))
	}
}

// message adds an error that can begin with the name of the field.
func (w *planting) message(at []string, text string) {
	if field, rest, ok := strings.Cut(text, ": "); ok {
		if _, missing := w.at(path(at, field)); len(missing) == 0 {
			at, text = path(at, field), rest
		}
	}
	w.wrong(at, "%s", text)
}

// once reports whether the file has something for the first time. what names it; it is no
// secret.
func (w *planting) once(kind, text string, at []string, what string) bool {
	k := [2]string{kind, text}
	n, _ := w.at(at)
	if first := w.seen[k]; first != nil {
		w.found.add(n, at, "%s is in line %d already", what, first.Line)
		return false
	}
	w.seen[k] = n
	return true
}

// free reports an ID of a new object that another object of the project has.
func (w *planting) free(id string, at []string) bool {
	st := w.st
	if st.Users.find(byID, id) != nil || st.Organizations.find(byID, id) != nil || st.Members.find(byID, id) != nil || st.Connections.find(byID, id) != nil {
		w.wrong(at, "another object of the project has the id %s already", id)
		return false
	}
	return true
}

// configure sets what the dashboard of the service configures.
func (w *planting) configure() {
	c := &w.content
	for i, one := range c.RedirectURLs {
		w.try(path("redirect_urls", i, "url"), one.check())
		w.once("redirect URL", one.URL, path("redirect_urls", i, "url"), "the URL")
	}
	if c.RedirectURLs != nil {
		w.st.RedirectURLs = c.RedirectURLs
	}
	if c.PasswordPolicy != nil {
		w.try(path("password_policy"), w.project.setPasswordPolicy(*c.PasswordPolicy))
	}
	if c.Policy != nil {
		w.st.Policy = copyOf(*c.Policy)
		w.policy()
	}
	for i := range c.TrustedTokenProfiles {
		one, at := &c.TrustedTokenProfiles[i], path("trusted_token_profiles", i)
		given := w.newID(&one.ID, "trusted-auth-token-profile", one.Issuer, one.Audience)
		w.once("profile", one.ID, idAt(at, "id", given), "the id of the profile")
		w.try(at, one.complete())
	}
	if c.TrustedTokenProfiles != nil {
		w.st.TrustedTokenProfiles = c.TrustedTokenProfiles
	}
	if c.UserInfoURL != "" {
		w.try(path("userinfo_url"), absolute(c.UserInfoURL))
		w.st.UserInfoURL = c.UserInfoURL
	}
}

// clients adds the M2M clients that do not exist yet.
func (w *planting) clients() {
	for i := range w.content.M2MClients {
		c, at := &w.content.M2MClients[i], path("m2m_clients", i)
		id := text(c.ClientID)
		if id == "" && c.ClientName == nil {
			w.wrong(at, "want at least one of client_id, client_name")
			continue
		}
		given := w.newID(&id, "m2m-client", text(c.ClientName))
		if !w.once("client", id, idAt(at, "client_id", given), "the id of the client") || w.st.M2MClients.find(byID, id) != nil {
			continue
		}
		c.ClientID = &id
		w.kept(c.TrustedMetadata, path(at, "trusted_metadata"))
		if _, err := w.run.m2mCreate(c.M2MClientsCreateRequest); err != nil {
			w.refuse(at, err)
		} else if c.Status != "" {
			w.st.M2MClients.find(byID, id).Profile.Status = c.Status
		}
	}
}

// apps adds the connected apps that do not exist yet.
func (w *planting) apps() {
	for i, c := range w.content.ConnectedApps {
		at := path("connected_apps", i)
		given := w.newID(&c.ClientID, "connected-app", c.ClientName)
		if !w.once("client", c.ClientID, idAt(at, "client_id", given), "the id of the app") || w.st.ConnectedApps.find(byID, c.ClientID) != nil {
			continue
		}
		if _, err := w.project.addApp(c); err != nil {
			w.refuse(at, err)
		}
	}
}

// fraud adds devices, and sets rules and ratings.
func (w *planting) fraud() {
	f := &w.content.Fraud
	for i, one := range f.Fingerprints {
		at := path("fraud", "fingerprints", i)
		if _, there := w.st.Fraud.Fingerprints[one.TelemetryID]; w.once("fingerprint", one.TelemetryID, path(at, "telemetry_id"), "the id of the device") && !there {
			w.try(path(at, "reasons"), errorOf(w.project.addFingerprint(one)))
		}
	}
	for i, one := range f.Rules {
		at, set := path("fraud", "rules", i), as[stytch.FraudRule](one)
		var given []string
		for _, kind := range ruleKinds {
			if id := *kind.field(&set); id != nil {
				given = append(given, string(kind.kind)+" "+*id)
			}
		}
		if _, err := w.run.ruleSet(one); err != nil {
			w.refuse(at, err)
		} else if len(given) > 1 {
			w.wrong(at, "the rule has %d identifiers; want one", len(given))
		} else {
			w.once("rule", given[0], at, "the identifier of the rule")
		}
	}
	for i, one := range f.VerdictReasons {
		at := path("fraud", "verdict_reasons", i)
		w.once("verdict reason", one.VerdictReason, path(at, "verdict_reason"), "the reason")
		if _, err := w.run.reasonOverride(one); err != nil {
			w.refuse(at, err)
		}
	}
	for i, one := range f.EmailRisks {
		w.once("e-mail risk", strings.ToLower(one.EmailAddress), path("fraud", "email_risks", i, "email_address"), "the e-mail address")
		w.project.setEmailRisk(one.EmailAddress, one.Action, one.RiskScore)
	}
}

// policy checks the policy of the project.
func (w *planting) policy() {
	given, whole := w.content.Policy, w.project.policy(memberBuiltin)
	for i, one := range given.Resources {
		at := path("policy", "resources", i, "resource_id")
		if memberBuiltin.has(one.ResourceID) {
			w.wrong(at, "%q is a resource of the service", one.ResourceID)
		}
		w.once("resource", one.ResourceID, at, "the resource")
	}
	for i, one := range given.Roles {
		w.once("role", one.RoleID, path("policy", "roles", i, "role_id"), "the role")
		w.permissions(whole, one.Permissions, path("policy", "roles", i, "permissions"))
	}
	for i, one := range given.Scopes {
		w.once("scope", one.Scope, path("policy", "scopes", i, "scope"), "the scope")
		w.permissions(whole, one.Permissions, path("policy", "scopes", i, "permissions"))
	}
}

func (w *planting) permissions(policy *stytch.RBACPolicy, list []stytch.RBACPermission, at []string) {
	for i, one := range list {
		if err := checkPermission(policy, b2b.CustomRolePermission{ResourceID: one.ResourceID, Actions: one.Actions}); err != nil {
			w.refuse(path(at, i), err)
		}
	}
}

// newID gives an object of the file its ID: the given one, or one that follows from
// names.
func (w *planting) newID(id *string, kind string, names ...string) (given bool) {
	if *id != "" {
		return true
	}
	*id = derivedID(kind, append([]string{kind}, names...)...)
	return false
}

// user adds a user who does not exist yet.
func (w *planting) user(u *seedUser, at []string) {
	type address struct {
		text string
		at   []string
	}
	var addresses []address
	for i, e := range u.Emails {
		addresses = append(addresses, address{strings.ToLower(e.Email), path(at, "emails", i, "email")})
	}
	for i, n := range u.PhoneNumbers {
		addresses = append(addresses, address{n.PhoneNumber, path(at, "phone_numbers", i, "phone_number")})
	}
	external := text(u.ExternalID)
	first := external
	if first == "" && len(addresses) > 0 {
		first = addresses[0].text
	}
	if u.UserID == "" && first == "" {
		w.wrong(at, "want at least one of user_id, external_id, emails, phone_numbers")
		return
	}
	given := w.newID(&u.UserID, "user", first)
	exists := w.st.Users.find(byID, u.UserID) != nil
	fresh := w.once("id", u.UserID, idAt(at, "user_id", given), "the id of the user")
	// met is called with a user of the project who has an address or external id.
	met := func(other *user, at []string) {
		switch {
		case other == nil || exists && other.Profile.UserID == u.UserID:
		case !given && !exists:
			exists = true
		case !exists:
			w.wrong(at, "the user %s of the project has it already", other.Profile.UserID)
			fresh = false
		}
	}
	for _, a := range addresses {
		fresh = w.once("address", a.text, a.at, "the address") && fresh
		other, _ := w.st.userByAddress(a.text, w.now)
		met(other, a.at)
	}
	for i, o := range u.Providers {
		account, in := subjectKey(o.ProviderType, o.ProviderSubject), path(at, "providers", i, "provider_subject")
		fresh = w.once("account", account, in, "the account") && fresh
		met(w.st.Users.find(bySubject, account), in)
	}
	for i, c := range u.CryptoWallets {
		in := path(at, "crypto_wallets", i, "crypto_wallet_address")
		if _, err := newWallet(stytch.CryptoWalletType(c.CryptoWalletType), c.CryptoWalletAddress); err != nil {
			w.refuse(path(at, "crypto_wallets", i), err)
		}
		found := walletKey(c.CryptoWalletType, c.CryptoWalletAddress)
		fresh = w.once("wallet", found, in, "the wallet") && fresh
		met(w.st.Users.find(byWallet, found), in)
	}
	if external != "" {
		fresh = w.once("external id of a user", external, path(at, "external_id"), "the external id") && fresh
		met(w.st.userByID(external), path(at, "external_id"))
	}
	if !fresh || exists || !w.free(u.UserID, idAt(at, "user_id", given)) {
		return
	}
	profile := u.User
	for _, e := range u.Emails {
		w.newID(&e.EmailID, "email", profile.UserID, strings.ToLower(e.Email))
		profile.Emails = append(profile.Emails, stytch.UserEmail{EmailID: e.EmailID, Email: e.Email, Verified: e.Verified == nil || *e.Verified})
	}
	for _, n := range u.PhoneNumbers {
		w.newID(&n.PhoneID, "phone-number", profile.UserID, n.PhoneNumber)
		profile.PhoneNumbers = append(profile.PhoneNumbers, stytch.UserPhoneNumber{PhoneID: n.PhoneID, PhoneNumber: n.PhoneNumber, Verified: n.Verified == nil || *n.Verified})
	}
	for i := range profile.Providers {
		o := &profile.Providers[i]
		w.newID(&o.OAuthUserRegistrationID, "oauth-user", profile.UserID, o.ProviderType, o.ProviderSubject)
	}
	for _, c := range u.CryptoWallets {
		w.newID(&c.CryptoWalletID, cryptoWallets.prefix, profile.UserID, c.CryptoWalletAddress)
		profile.CryptoWallets = append(profile.CryptoWallets, stytch.CryptoWallet{
			CryptoWalletID: c.CryptoWalletID, CryptoWalletType: c.CryptoWalletType, CryptoWalletAddress: c.CryptoWalletAddress, Verified: c.Verified == nil || *c.Verified,
		})
	}
	for i, id := range profile.Roles {
		if err := w.project.assignable([]string{id}, defaultRole); err != nil {
			w.refuse(path(at, "roles", i), err)
		}
	}
	profile.Roles = append([]string{defaultRole}, profile.Roles...)
	profile.TrustedMetadata = w.metadata(profile.TrustedMetadata, path(at, "trusted_metadata"))
	profile.UntrustedMetadata = w.metadata(profile.UntrustedMetadata, path(at, "untrusted_metadata"))
	added := w.project.addUser(profile)
	if u.Password != "" {
		if len(u.Emails) == 0 {
			w.wrong(path(at, "password"), "the user has no e-mail address to log in with")
		}
		added.setPassword(hashPassword(u.Password))
	}
	if u.TOTP != nil {
		w.newID(&u.TOTP.TOTPID, "totp", profile.UserID)
		added.TOTP = w.authenticator(u.TOTP.TOTPID, u.TOTP, path(at, "totp"))
		added.Profile.TOTPs = []stytch.TOTP{{TOTPID: added.TOTP.ID, Verified: true}}
	}
	w.person(consent{UserID: profile.UserID}, nil, &u.seedPerson, at)
}

// idAt is where an error about an ID is: at the ID if the file has it.
func idAt(at []string, name string, given bool) []string {
	if given {
		return path(at, name)
	}
	return at
}

// metadata checks metadata.
func (w *planting) metadata(given map[string]any, at []string) map[string]any {
	if given == nil {
		return nil
	}
	w.kept(given, at)
	merged, err := mergeMetadata(nil, given)
	if err != nil {
		w.refuse(at, err)
	}
	return merged
}

// kept reports the values of metadata or claims that the service would drop.
func (w *planting) kept(given map[string]any, at []string) {
	for name, value := range given {
		if value == nil {
			w.wrong(path(at, name), "the service drops a null; leave the key out")
		}
	}
}

// authenticator returns an authenticator app whose registration is complete.
func (w *planting) authenticator(id string, t *seedTOTP, at []string) *app {
	w.once("factor", id, at, "the id of the authenticator app")
	a := &app{ID: id, Secret: t.Secret, Verified: true, RecoveryCodes: t.RecoveryCodes}
	if a.RecoveryCodes == nil {
		a.RecoveryCodes = newRecoveryCodes(recoveryCodes)
	}
	if a.code(0) == "" {
		w.wrong(path(at, "secret"), "it is not base32: want 16, 24 or 32 letters from A to Z and digits from 2 to 7")
	}
	return a
}

// person adds what belongs to a new user, or to a new member of an organization.
func (w *planting) person(owner consent, o *organization, s *seedPerson, at []string) {
	for i, one := range s.Sessions {
		in := path(at, "sessions", i)
		w.kept(one.Claims, path(in, "session_custom_claims"))
		for name := range one.Claims {
			if isReservedClaim(name) {
				w.wrong(path(in, "session_custom_claims", name), "the service drops this claim, because it sets it itself")
			}
		}
		claims, err := mergeClaims(nil, one.Claims)
		if err != nil {
			w.refuse(path(in, "session_custom_claims"), err)
			continue
		}
		if one.Token != "" {
			tokenAt := path(in, "session_token")
			if !w.once("token", one.Token, tokenAt, "the token") {
				continue
			}
			if w.st.Sessions.find(byToken, one.Token) != nil {
				w.wrong(tokenAt, "a session of the project has this token already")
				continue
			}
		}
		id := owner.UserID + owner.MemberID // one of the two is empty
		w.try(in, errorOf(w.project.startSession(id, cmp.Or(one.Token, newToken()), minutes(one.Minutes, defaultDuration), claims)))
	}
	for i, one := range s.ConnectedApps {
		in := path(at, "connected_apps", i, "connected_app_id")
		app := w.app(one.ConnectedAppID, in)
		if app != nil && o != nil && !o.allowsApp(app) {
			w.wrong(in, "the organization does not allow the app")
		}
		w.once("consent of "+owner.UserID+owner.MemberID, one.ConnectedAppID, in, "the app")
		owner.ClientID, owner.Scopes = one.ConnectedAppID, one.ScopesGranted
		w.st.allow(owner)
	}
}

// app returns a connected app. It reports an id that none has.
func (w *planting) app(id string, at []string) *connectedApp {
	c := w.st.ConnectedApps.find(byID, id)
	if c == nil {
		w.wrong(at, "there is no connected app with the id %q", short(id))
	}
	return c
}

// errorOf drops a result.
func errorOf[T any](_ T, err error) error { return err }

// organizations adds organizations, then what belongs to them. So they can refer to each
// other.
func (w *planting) organizations() {
	list := w.content.Organizations
	added := make([]*organization, len(list))
	for i := range list {
		added[i] = w.organization(&list[i], w.seedFile.settings[i], path("organizations", i))
	}
	for i := range list {
		if added[i] != nil {
			w.connections(added[i], &list[i], path("organizations", i))
		}
	}
	for i := range list {
		if added[i] != nil {
			w.external(added[i], &list[i], path("organizations", i))
			w.directory(added[i], &list[i], path("organizations", i))
		}
	}
	for i := range list {
		if added[i] == nil {
			continue
		}
		at := path("organizations", i)
		w.check(added[i], &list[i], at)
		for j := range list[i].Members {
			w.member(added[i], &list[i].Members[j], path(at, "members", j))
		}
	}
}

// organization adds an organization, or changes the settings of an existing one. It
// returns nil after an error.
func (w *planting) organization(o *seedOrganization, settings []byte, at []string) *organization {
	slugAt := path(at, "organization_slug")
	if o.OrganizationSlug == "" {
		o.OrganizationSlug, slugAt = slugOf(o.OrganizationName), path(at, "organization_name")
	}
	named := w.st.Organizations.find(bySlug, o.OrganizationSlug)
	given := o.OrganizationID != ""
	if !given && named != nil {
		o.OrganizationID = named.Profile.OrganizationID
	}
	w.newID(&o.OrganizationID, "organization", o.OrganizationSlug)
	fresh := w.once("slug", o.OrganizationSlug, slugAt, "the slug "+strconv.Quote(o.OrganizationSlug))
	fresh = fresh && w.once("id", o.OrganizationID, idAt(at, "organization_id", given), "the id of the organization")
	if external := text(o.OrganizationExternalID); external != "" {
		fresh = w.once("external id of an organization", external, path(at, "organization_external_id"), "the external id") && fresh
	}
	if named != nil && named.Profile.OrganizationID != o.OrganizationID {
		w.wrong(slugAt, "the slug belongs to %s, not to %s", named.Profile.OrganizationID, o.OrganizationID)
		fresh = false
	}
	if !fresh {
		return nil
	}
	have := w.st.Organizations.find(byID, o.OrganizationID)
	profile := b2b.Organization{OrganizationID: o.OrganizationID, OrganizationSlug: o.OrganizationSlug}
	if have != nil {
		profile = copyOf(have.Profile)
	}
	if err := decodeStrict(settings, &profile); err != nil {
		w.wrong(at, "%v", err) // the schema and the types differ
		return nil
	}
	ordinary(&profile, w.now)
	profile.TrustedMetadata = w.metadata(profile.TrustedMetadata, path(at, "trusted_metadata"))
	for _, check := range w.project.organizationChecks() {
		if err := check(profile); err != nil {
			w.refuse(at, err)
			return nil
		}
	}
	if have == nil {
		if !w.free(o.OrganizationID, idAt(at, "organization_id", given)) {
			return nil
		}
		have = &organization{Profile: profile}
		w.st.Organizations.add(have)
		return have
	}
	w.changed[have] = have.Profile
	have.Profile = profile
	return have
}

// check checks what the settings of an organization refer to.
func (w *planting) check(o *organization, s *seedOrganization, at []string) {
	whole, seen := w.project.policy(memberBuiltin), map[string]bool{}
	for i, role := range s.CustomRoles {
		if err := checkRole(whole, role, seen); err != nil {
			w.refuse(path(at, "custom_roles", i), err)
		}
	}
	for i, one := range s.RBACEmailImplicitRoleAssignments {
		w.role(o, one.RoleID, path(at, "rbac_email_implicit_role_assignments", i, "role_id"))
	}
	for _, one := range []struct {
		field string
		apps  []string
		first bool
	}{
		{"allowed_first_party_connected_apps", s.AllowedFirstPartyConnectedApps, true},
		{"allowed_third_party_connected_apps", s.AllowedThirdPartyConnectedApps, false},
	} {
		for i, id := range one.apps {
			if c := w.app(id, path(at, one.field, i)); c != nil && c.isFirstParty() != one.first {
				w.wrong(path(at, one.field, i), "the type of the app is %s", c.Profile.ClientType)
			}
		}
	}
	for i, id := range s.SSOJITProvisioningAllowedConnections {
		if w.st.connectionOf(o, id) == nil {
			w.wrong(path(at, "sso_jit_provisioning_allowed_connections", i), "the organization has no connection %q", id)
		}
	}
}

// role checks that the members of an organization can have a role.
func (w *planting) role(o *organization, id string, at []string) {
	if err := w.project.checkRoles(o, []string{id}); err != nil {
		w.refuse(at, err)
	}
}

// connections adds the connections of an organization that do not exist yet.
func (w *planting) connections(o *organization, s *seedOrganization, at []string) {
	for i, c := range s.SAMLConnections {
		in := path(at, "saml_connections", i)
		w.grants(o, in, "saml", c.SAMLConnectionImplicitRoleAssignments, c.SAMLGroupImplicitRoleAssignments)
		if c.OrganizationID = o.Profile.OrganizationID; !w.isNew(o, &c.ConnectionID, "saml-connection", c.DisplayName, in) {
			continue
		}
		w.try(in, errorOf(w.project.addSAML(c.SAMLConnection)))
		if c.X509Certificate != "" {
			if err := w.st.Connections.find(byID, c.ConnectionID).addCertificate(c.X509Certificate, w.now); err != nil {
				w.refuse(in, err)
			}
		}
	}
	for i, c := range s.OIDCConnections {
		in := path(at, "oidc_connections", i)
		if c.OrganizationID = o.Profile.OrganizationID; w.isNew(o, &c.ConnectionID, "oidc-connection", c.DisplayName, in) {
			w.try(in, errorOf(w.project.addOIDC(c)))
		}
	}
}

// external adds the connections that lead to those of other organizations.
func (w *planting) external(o *organization, s *seedOrganization, at []string) {
	for i, c := range s.ExternalConnections {
		in := path(at, "external_connections", i)
		w.grants(o, in, "external", c.ExternalConnectionImplicitRoleAssignments, c.ExternalGroupImplicitRoleAssignments)
		if w.isNew(o, &c.ConnectionID, "external-connection", c.DisplayName, in) {
			if _, err := w.project.addExternal(o, c); err != nil {
				w.refuse(in, err)
			}
		}
	}
}

// directory adds the SCIM connection of an organization that has none.
func (w *planting) directory(o *organization, s *seedOrganization, at []string) {
	c := s.SCIMConnection
	if c == nil || w.st.SCIMConnections.find(byOrganization, o.Profile.OrganizationID) != nil {
		return
	}
	in := path(at, "scim_connection")
	given := w.newID(&c.ConnectionID, "scim-connection", o.Profile.OrganizationID)
	if !w.once("id", c.ConnectionID, idAt(in, "connection_id", given), "the id of the connection") {
		return
	}
	if w.st.SCIMConnections.find(byID, c.ConnectionID) != nil {
		w.wrong(idAt(in, "connection_id", given), "another organization has this connection")
		return
	}
	w.project.connectDirectory(o, c.SCIMConnection, c.BearerToken, w.now)
}

// grants checks the roles that a connection gives.
func (w *planting) grants(o *organization, at []string, kind string, everyone []b2b.SSOConnectionRoleAssignment, groups []b2b.SSOGroupRoleAssignment) {
	for i, one := range everyone {
		w.role(o, one.RoleID, path(at, kind+"_connection_implicit_role_assignments", i, "role_id"))
	}
	for i, one := range groups {
		w.role(o, one.RoleID, path(at, kind+"_group_implicit_role_assignments", i, "role_id"))
	}
}

// isNew gives a connection its ID, and reports whether it is to be added.
func (w *planting) isNew(o *organization, id *string, kind, name string, at []string) bool {
	given := w.newID(id, kind, o.Profile.OrganizationID, name)
	where := path(at, "display_name")
	if given {
		where = path(at, "connection_id")
	}
	if !w.once("id", *id, where, "the id of the connection, which follows from the name unless it is set,") {
		return false
	}
	have := w.st.Connections.find(byID, *id)
	if have != nil && have.organizationID() == o.Profile.OrganizationID {
		return false
	}
	return w.free(*id, where)
}

// member adds a member who does not exist yet.
func (w *planting) member(o *organization, m *seedMember, at []string) {
	email, organizationID := strings.ToLower(m.EmailAddress), o.Profile.OrganizationID
	given := w.newID(&m.MemberID, "member", organizationID, email)
	fresh := w.once("member address", within(organizationID, email), path(at, "email_address"), "the e-mail address")
	fresh = fresh && w.once("id", m.MemberID, idAt(at, "member_id", given), "the id of the member")
	external := text(m.ExternalID)
	if external != "" {
		fresh = w.once("external id of a member", within(organizationID, external), path(at, "external_id"), "the external id") && fresh
	}
	if !fresh {
		return
	}
	have := w.st.Members.find(byID, m.MemberID)
	if have != nil && have.Profile.OrganizationID == organizationID || !w.free(m.MemberID, idAt(at, "member_id", given)) {
		return
	}
	if have := w.st.memberByEmail(organizationID, email); have != nil {
		if given {
			w.wrong(path(at, "email_address"), "the member %s of the project has it already", have.Profile.MemberID)
		}
		return
	}
	if have := w.st.memberByID(organizationID, external); external != "" && have != nil {
		w.wrong(path(at, "external_id"), "the member %s of the project has it already", have.Profile.MemberID)
		return
	}
	profile := m.Member
	profile.OrganizationID = organizationID
	setIfEmpty(&profile.Status, b2b.MemberStatusActive)
	profile.EmailAddressVerified = profile.Status == b2b.MemberStatusActive
	profile.TrustedMetadata = w.metadata(profile.TrustedMetadata, path(at, "trusted_metadata"))
	profile.UntrustedMetadata = w.metadata(profile.UntrustedMetadata, path(at, "untrusted_metadata"))
	if profile.MFAPhoneNumberVerified && profile.MFAPhoneNumber == "" {
		w.wrong(path(at, "mfa_phone_number_verified"), "the member has no mfa_phone_number")
	}
	for i, id := range m.Roles {
		w.role(o, id, path(at, "roles", i))
	}
	added, err := w.project.addMember(profile)
	if err != nil {
		w.try(at, err)
		return
	}
	added.assign(m.Roles...)
	if m.Password != "" {
		w.memberPassword(added, m.Password, path(at, "password"))
	}
	if m.TOTP != nil {
		w.newID(&m.TOTP.TOTPRegistrationID, "member-totp", profile.MemberID)
		added.TOTP = w.authenticator(m.TOTP.TOTPRegistrationID, m.TOTP, path(at, "totp"))
		added.Profile.TOTPRegistrationID = added.TOTP.ID
	}
	w.person(consent{OrganizationID: organizationID, MemberID: profile.MemberID}, o, &m.seedPerson, at)
}

// memberPassword gives a new member a password. If passwords are for all organizations,
// the address can have it already.
func (w *planting) memberPassword(m *member, password string, at []string) {
	address := strings.ToLower(m.Profile.EmailAddress)
	if w.st.PasswordPolicy.CrossOrganization {
		if have := w.st.sharedPassword(address); have != nil {
			if !have.Hash.matches(password) {
				w.wrong(at, "passwords are for all organizations, and the e-mail address has another one")
			}
			return
		}
		w.shared = append(w.shared, address)
	}
	w.project.setMemberPassword(address, m, hashPassword(password))
}

// endpoints returns the endpoints whose URL the project does not have yet.
func (w *planting) endpoints() []WebhookEndpoint {
	var list []WebhookEndpoint
	for i, e := range w.content.Webhooks {
		at := path("webhooks", i)
		if !w.once("endpoint", e.URL, path(at, "url"), "the URL") {
			continue
		}
		there := false
		for have := range w.st.Endpoints.all() {
			there = there || have.URL == e.URL
		}
		if !there {
			e.Secret = cmp.Or(e.Secret, newWebhookSecret())
			w.try(at, e.check())
			list = append(list, e)
		}
	}
	return list
}

// slugOf derives a slug from a name.
func slugOf(name string) string {
	keep := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}
	words := strings.FieldsFunc(strings.Map(keep, strings.ToLower(name)), func(r rune) bool { return r == '-' })
	if slug := strings.Join(words, "-"); len(slug) >= 2 {
		return slug
	}
	return "organization-" + strings.Join(words, "-")
}
