package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// seed is the content of the file of --seed. Its format is the schema Seed of
// control.yaml.
type seed struct {
	path          string
	passwords     *stytchtest.PasswordPolicy
	redirectURLs  []stytchtest.RedirectURL // nil: any URL is allowed
	policy        *stytch.RBACPolicy       // nil: the policy stays as it is
	organizations []seedOrganization
	webhooks      []stytchtest.WebhookEndpoint
}

// seedOrganization is an organization and its members, as JSON objects with the
// field names of the API.
type seedOrganization struct {
	id, slug string
	settings json.RawMessage
	members  []seedMember
	// saml and oidc are connections, by ID.
	saml, oidc []seedConnection
}

type seedConnection struct {
	id      string
	profile json.RawMessage
}

type seedMember struct {
	id, email string
	profile   json.RawMessage
}

// readSeed reads a seed, and reports all errors in it.
func readSeed(path string) (*seed, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the seed could not be read: %w", err)
	}
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%s: it is empty; want organizations, policy, password_policy, redirect_urls or webhooks", path)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: want exactly one document", path)
	}
	var value map[string]any
	if err := document.Decode(&value); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if found := checkSeed(&document, value); len(found) > 0 {
		return nil, errors.New(path + ":" + strings.Join(found, "\n"+path+":"))
	}
	s := &seed{path: path}
	for key, into := range map[string]any{"redirect_urls": &s.redirectURLs, "password_policy": &s.passwords, "policy": &s.policy, "webhooks": &s.webhooks} {
		data, err := json.Marshal(value[key]) // null if it is missing
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, key, err)
		}
	}
	organizations, _ := value["organizations"].([]any)
	for _, o := range organizations {
		organization, err := newSeedOrganization(o.(map[string]any))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		s.organizations = append(s.organizations, organization)
	}
	return s, nil
}

// newSeedOrganization fills in defaults. The generated IDs are the same at every
// start, so that applications can store them.
func newSeedOrganization(settings map[string]any) (seedOrganization, error) {
	members, _ := settings["members"].([]any)
	delete(settings, "members")
	slug := setDefault(settings, "organization_slug", slugOf(settings["organization_name"].(string)))
	o := seedOrganization{slug: slug, id: setDefault(settings, "organization_id", idOf("organization", slug))}
	for kind, into := range map[string]*[]seedConnection{"saml": &o.saml, "oidc": &o.oidc} {
		var err error
		if *into, err = newSeedConnections(kind, o.id, settings); err != nil {
			return o, err
		}
	}
	for _, m := range members {
		profile := m.(map[string]any)
		email := profile["email_address"].(string)
		member := seedMember{email: email, id: setDefault(profile, "member_id", idOf("member", o.id, strings.ToLower(email)))}
		profile["organization_id"] = o.id
		if status := setDefault(profile, "status", string(b2b.MemberStatusActive)); status == string(b2b.MemberStatusActive) {
			profile["email_address_verified"] = true // an active member has a verified address
		}
		if given, ok := profile["roles"].([]any); ok {
			var roles []b2b.MemberRole
			for _, id := range append([]any{"stytch_member"}, given...) {
				source := b2b.MemberRoleSource{Type: "direct_assignment", Details: map[string]any{}}
				roles = append(roles, b2b.MemberRole{RoleID: id.(string), Sources: []b2b.MemberRoleSource{source}})
			}
			profile["roles"] = roles
		}
		var err error
		if member.profile, err = json.Marshal(profile); err != nil {
			return o, err
		}
		o.members = append(o.members, member)
	}
	var err error
	o.settings, err = json.Marshal(settings)
	return o, err
}

// newSeedConnections takes the connections of a kind out of the settings.
func newSeedConnections(kind, organizationID string, settings map[string]any) ([]seedConnection, error) {
	key := kind + "_connections"
	given, _ := settings[key].([]any)
	delete(settings, key)
	var connections []seedConnection
	for _, one := range given {
		profile := one.(map[string]any)
		profile["organization_id"] = organizationID
		c := seedConnection{id: setDefault(profile, "connection_id", idOf(kind+"-connection", organizationID, profile["display_name"].(string)))}
		var err error
		if c.profile, err = json.Marshal(profile); err != nil {
			return nil, err
		}
		connections = append(connections, c)
	}
	return connections, nil
}

// setDefault sets a missing string, and returns the resulting value.
func setDefault(object map[string]any, key, value string) string {
	if have, ok := object[key].(string); ok {
		return have
	}
	object[key] = value
	return value
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

// idOf derives an ID from names.
func idOf(kind string, names ...string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.Join(names, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%s-test-%x-%x-%x-%x-%x", kind, sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// apply adds what is missing. An existing organization gets the settings of the
// seed. An existing member is not changed, because logins may have changed it.
func (s *seed) apply(project *stytchtest.Project) error {
	if s == nil {
		return nil
	}
	if s.redirectURLs != nil {
		if err := project.SetRedirectURLs(s.redirectURLs...); err != nil {
			return fmt.Errorf("%s: %w", s.path, err)
		}
	}
	if s.passwords != nil {
		if err := project.SetPasswordPolicy(*s.passwords); err != nil {
			return fmt.Errorf("%s: %w", s.path, err)
		}
	}
	if s.policy != nil {
		project.SetPolicy(*s.policy)
	}
	for _, o := range s.organizations {
		if err := o.apply(project); err != nil {
			return fmt.Errorf("%s: the organization %s: %w", s.path, o.slug, err)
		}
	}
	for i, e := range s.webhooks { // last, so that they get no event about the seed
		have := project.Webhooks().Endpoints()
		if slices.ContainsFunc(have, func(one stytchtest.WebhookEndpoint) bool { return one.URL == e.URL }) {
			continue
		}
		if _, err := project.Webhooks().AddEndpoint(e); err != nil {
			return fmt.Errorf("%s: webhooks.%d: %w", s.path, i, err)
		}
	}
	return nil
}

func (o seedOrganization) apply(project *stytchtest.Project) error {
	there, err := o.find(project)
	if err != nil {
		return err
	}
	if there == "" {
		var organization b2b.Organization
		if err := json.Unmarshal(o.settings, &organization); err != nil {
			return err
		}
		project.AddOrganization(organization)
		there = organization.OrganizationID
	} else {
		failed := project.UpdateOrganization(there, func(organization *b2b.Organization) { err = json.Unmarshal(o.settings, organization) })
		if err := errors.Join(failed, err); err != nil {
			return err
		}
	}
	for _, c := range o.saml {
		if err := applyConnection(project, there, c, project.AddSAMLConnection); err != nil {
			return err
		}
	}
	for _, c := range o.oidc {
		if err := applyConnection(project, there, c, project.AddOIDCConnection); err != nil {
			return err
		}
	}
	for _, m := range o.members {
		if err := m.apply(project, there); err != nil {
			return err
		}
	}
	return nil
}

// applyConnection adds a connection unless it exists.
func applyConnection[T any](project *stytchtest.Project, organizationID string, c seedConnection, add func(T) (T, error)) error {
	for _, have := range project.Organizations() {
		if have.OrganizationID == organizationID && slices.ContainsFunc(have.SSOActiveConnections, func(a b2b.ActiveSSOConnection) bool { return a.ConnectionID == c.id }) {
			return nil
		}
	}
	var connection T
	if err := json.Unmarshal(c.profile, &connection); err != nil {
		return err
	}
	_, err := add(connection)
	return err
}

// find returns the ID of the organization if it exists already, or "".
func (o seedOrganization) find(project *stytchtest.Project) (string, error) {
	for _, have := range project.Organizations() {
		switch {
		case have.OrganizationID == o.id:
			return o.id, nil
		case have.OrganizationSlug == o.slug:
			return "", fmt.Errorf("the slug belongs to %s, not to %s", have.OrganizationID, o.id)
		}
	}
	return "", nil
}

func (m seedMember) apply(project *stytchtest.Project, organizationID string) error {
	for _, have := range project.Members(organizationID) {
		if have.MemberID == m.id || strings.EqualFold(have.EmailAddress, m.email) {
			return nil
		}
	}
	var member b2b.Member
	if err := json.Unmarshal(m.profile, &member); err != nil {
		return err
	}
	_, err := project.AddMember(member)
	return err
}
