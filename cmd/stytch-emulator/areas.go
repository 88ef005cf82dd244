package main

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/stytchtest"
)

// area is a part of the API: how data gets in, and what is simplified.
type area struct {
	title string
	// services are the services of the area. Those below them belong to it, too, unless another
	// area has them.
	services []string
	// seed finds the keys of a seed file.
	seed *regexp.Regexp
	// control are operations of the control API, page lists or pages of the emulator, and methods
	// methods of stytchtest.Project.
	control, page, methods []string
	// simplified are the differences from the service.
	simplified []string
}

// areas are the areas, in the order of the page.
var areas = []area{
	{
		title: "Users", services: []string{"consumer.users"}, seed: regexp.MustCompile(`^users$`),
		control: []string{"users.update", "users.delete"}, page: []string{"Users"}, methods: []string{"AddUser", "UpdateUser", "DeleteUser"},
		simplified: []string{"Biometric registrations of mobile devices have no rules of their own; `AddUser` adds them."},
	},
	{
		title: "Organizations", services: []string{"b2b.organizations"}, seed: regexp.MustCompile(`^organizations$`),
		control: []string{"organizations.update", "organizations.delete"}, page: []string{"Organizations"},
		methods: []string{"AddOrganization", "UpdateOrganization", "DeleteOrganization"},
		simplified: []string{
			"The lists of common and of disposable e-mail domains are shorter than the service's.",
			"The longest address of a logo is a guess.",
		},
	},
	{
		title: "Members", services: []string{"b2b.organizations.members"}, seed: regexp.MustCompile(`^organizations\.members$`),
		control: []string{"members.update", "members.delete"}, page: []string{"Members"}, methods: []string{"AddMember", "UpdateMember", "DeleteMember"},
	},
	{
		title: "One-time passcodes", services: []string{"consumer.otps", "b2b.otps"},
		control: []string{"messages.wait"}, page: []string{"Messages"}, methods: []string{"Inbox"},
		simplified: []string{
			"Every phone number and mailbox gets its messages: there are no deny lists, and nobody has unsubscribed.",
			"Template ids are in the message, and are not checked. Texts are in English, whatever the locale.",
		},
	},
	{
		title: "Magic links", services: []string{"consumer.magic_links", "b2b.magic_links"},
		control: []string{"messages.wait"}, page: []string{"Messages"}, methods: []string{"Inbox", "SetRedirectURLs"},
		simplified: []string{"Template ids are in the message, and are not checked. Texts are in English, whatever the locale."},
	},
	{
		title: "Discovery", services: []string{"b2b.discovery"},
		control: []string{"messages.wait"}, page: []string{"Messages"}, methods: []string{"AddOrganization", "AddMember"},
	},
	{
		title: "Passwords", services: []string{"consumer.passwords", "b2b.passwords"}, seed: regexp.MustCompile(`(^|\.)password(_policy)?$`),
		control: []string{"passwords.set"}, methods: []string{"SetPassword", "SetPasswordPolicy"},
		simplified: []string{
			"The list of leaked passwords has about sixty entries; the service knows hundreds of millions.",
			"The advice on weak passwords has other words than the service's.",
		},
	},
	{
		title: "Authenticator apps and recovery codes", services: []string{"consumer.totps", "b2b.totps", "b2b.recovery_codes"}, seed: regexp.MustCompile(`(^|\.)totps?$`),
		control: []string{"totps.list"}, page: []string{"Authenticator apps"}, methods: []string{"AddUser", "AddMember", "TOTPCode"},
	},
	{
		title: "OAuth", services: []string{"consumer.oauth", "b2b.oauth", "b2b.organizations.members.oauth_providers", "b2b.organizations.members.oidc_providers"},
		page: []string{"the provider's page"},
		simplified: []string{
			"A page of the emulator takes the place of each provider: it asks for the account, and for what the provider says about it.",
			"The emulator makes the provider's tokens. No provider accepts them.",
		},
	},
	{
		title: "Passkeys and security keys", services: []string{"consumer.webauthn"}, page: []string{"a browser's authenticator"},
		simplified: []string{"Any authenticator is accepted: no list says which makers are trusted."},
	},
	{
		title: "Crypto wallets", services: []string{"consumer.crypto_wallets"}, methods: []string{"AddUser"},
		simplified: []string{"A challenge is valid for five minutes. The service does not publish its limit."},
	},
	{
		title: "Sessions", services: []string{"consumer.sessions", "b2b.sessions"}, seed: regexp.MustCompile(`(^|\.)sessions$|^(trusted_token_profiles|userinfo_url)$`),
		control: []string{"sessions.add", "sessions.delete", "keys.rotate", "trusted_token_profiles.put", "userinfo_url.put"}, page: []string{"Sessions"},
		methods: []string{"AddSession", "RevokeSession", "RotateKeys", "SetTrustedTokenProfiles", "SetUserInfoURL"},
		simplified: []string{
			"Keys rotate when a test says so, not twice a year.",
			"Each login counts as one with a new device: `user_device` and `member_device` remember none.",
		},
	},
	{
		title: "Single sign-on", services: []string{"b2b.sso"}, seed: regexp.MustCompile(`(^|\.)(saml|oidc|external)_connections$`),
		page: []string{"Connections (SSO, SCIM)", "the identity provider's page"}, methods: []string{"AddSAMLConnection", "AddOIDCConnection"},
		simplified: []string{
			"A page of the emulator takes the place of the identity provider of a connection that was added without one.",
			"How long a login may take, and how long private keys and client secrets may be, are guesses.",
			"No cookie ties a login to the browser in which it began, so no callback returns an error type about CSRF cookies.",
		},
	},
	{
		title: "SCIM", services: []string{"b2b.scim"}, seed: regexp.MustCompile(`(^|\.)scim_connections?$`), page: []string{"Connections (SSO, SCIM)"},
		simplified: []string{
			"The SCIM server of a connection filters users and groups only, and pages have at most 1,000 entries.",
			"Webhooks about groups have the names of the newer guide, and there are none about who is in a group.",
		},
	},
	{
		title: "Roles and permissions", services: []string{"consumer.rbac", "b2b.rbac"}, seed: regexp.MustCompile(`(^|\.)(policy|custom_roles)$`),
		control: []string{"policy.get", "policy.put"}, methods: []string{"SetPolicy", "Grant"},
		simplified: []string{"The policy of the project is not checked, so that tests can have one that the service would refuse."},
	},
	{
		title: "M2M clients", services: []string{"consumer.m2m"}, seed: regexp.MustCompile(`(^|\.)m2m_clients$`), page: []string{"M2M clients"},
		simplified: []string{"How varied a chosen secret must be is a guess, and the number of clients has no limit."},
	},
	{
		title: "Connected apps", services: []string{"consumer.connected_apps", "consumer.idp", "b2b.idp", "b2b.organizations.members.connected_apps"},
		seed:    regexp.MustCompile(`(^|\.)(connected_apps|consents)$`),
		control: []string{"consents.add"}, page: []string{"Connected apps"}, methods: []string{"AddConnectedApp", "AddConsent"},
		simplified: []string{
			"Clients cannot register themselves.",
			"Templates of access tokens and ID tokens are stored, and are not applied.",
			"A code that is used a second time ends the tokens of the first time. The service does not publish what it does.",
		},
	},
	{
		title: "Impersonation", services: []string{"consumer.impersonation", "b2b.impersonation"},
		control: []string{"impersonations.add"}, methods: []string{"Impersonate"},
		simplified: []string{"Anybody may impersonate anyone: the emulator has no staff with permissions."},
	},
	{
		title: "Fraud prevention", services: []string{"consumer.fraud"}, seed: regexp.MustCompile(`^fraud$`),
		control: []string{"fingerprints.add", "email_risks.put"}, methods: []string{"AddFingerprint", "SetEmailRisk"},
		simplified: []string{
			"No script looks at devices: a test adds fingerprints, with the reasons that speak against each.",
			"There are six reasons of verdicts, those that are published.",
			"E-mail addresses are rated by their text; no name server is asked.",
		},
	},
	{
		title: "Project", services: []string{"consumer.debug", "consumer.project"}, seed: regexp.MustCompile(`^(redirect_urls|webhooks)$`),
		control: []string{"projects.create", "webhooks.add"}, page: []string{"Webhook deliveries"}, methods: []string{"SetRedirectURLs", "Webhooks"},
		simplified: []string{
			"A project serves both APIs.",
			"There are no rate limits. A fault returns `too_many_requests`.",
		},
	},
}

// areaOf returns the area of a service, nil if none has it.
func areaOf(service string) *area {
	var found *area
	longest := 0
	for i := range areas {
		for _, s := range areas[i].services {
			if len(s) > longest && strings.HasPrefix(service+".", s+".") {
				found, longest = &areas[i], len(s)
			}
		}
	}
	return found
}

// seedKeys returns the keys of a seed file that have a schema of their own: "users",
// "organizations.members".
func seedKeys() ([]string, error) {
	type schema struct {
		Ref        string             `json:"$ref"`
		Defs       map[string]*schema `json:"$defs"`
		Properties map[string]*schema `json:"properties"`
		Items      *schema            `json:"items"`
	}
	var root schema
	if err := json.Unmarshal(stytchtest.SeedSchema(), &root); err != nil {
		return nil, err
	}
	var keys []string
	var walk func(*schema, string)
	walk = func(s *schema, path string) {
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			one := s.Properties[name]
			keys = append(keys, path+name)
			for one != nil && (one.Ref != "" || one.Items != nil) {
				if one.Items != nil {
					one = one.Items
				} else {
					one = root.Defs[strings.TrimPrefix(one.Ref, "#/$defs/")]
				}
			}
			if one != nil && strings.Count(path, ".") < 2 {
				walk(one, path+name+".")
			}
		}
	}
	walk(&root, "")
	return keys, nil
}

// seedsOf are the keys of a seed file that fill an area.
func (a *area) seedsOf(keys []string) []string {
	if a.seed == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !a.seed.MatchString(key) })
}
