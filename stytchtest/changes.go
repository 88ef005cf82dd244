package stytchtest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest/internal/contract"
)

// UpdateUser changes a user, for example one who is logged in. The function gets the
// user as the API shows them, and must not use the project.
//
// It can set the name, status, roles, metadata and external id. It can add e-mail
// addresses and phone numbers, verify them, and remove them. A changed address is
// another one: it gets another id, and is not verified. Other factors can be removed, a
// password can be made to require a reset, and IsLocked locks the user until
// LockExpiresAt, by default as long as the project's limits say. Each user keeps the
// role stytch_user. Removed factors leave the sessions, and their codes and links no
// longer work.
//
// Anything else, and what the API rejects, is an error that changes nothing: an address
// of another user, a role that does not exist, another user id. The error is a
// [*stytch.Error], as that of [Project.Perform].
func (p *Project) UpdateUser(id string, change func(*stytch.User)) error {
	defer p.lock()()
	return p.rejected("consumer.users.update", p.newRun().editUser(id, change))
}

// DeleteUser deletes a user by an id or external id, like the call
// consumer.users.delete: their sessions end, and their codes and links no longer work.
// The error is a [*stytch.Error].
func (p *Project) DeleteUser(id string) error {
	_, err := p.Perform("consumer.users.delete", map[string]any{"user_id": id})
	return err
}

// UpdateMember changes a member, for example one who is logged in. The function gets the
// member as the API shows them, and must not use the project.
//
// It can set the name, status, roles, metadata, external id, MFA settings and e-mail
// address. A changed e-mail address or phone number is not verified, and the old
// e-mail address is retired. An empty MFAPhoneNumber, TOTPRegistrationID or
// MemberPasswordID removes that factor, RetiredEmailAddresses can be removed, and
// IsLocked locks the member until LockExpiresAt, by default as long as the project's
// limits say. A role without sources is assigned directly. The role stytch_member stays,
// and so do the roles that follow from a domain, a connection or a group.
//
// Anything else, and what the API rejects, is an error that changes nothing: an address
// of another member, a role that does not exist, another id. The error is a
// [*stytch.Error], as that of [Project.Perform]. Sessions continue with the new roles.
func (p *Project) UpdateMember(id string, change func(*b2b.Member)) error {
	defer p.lock()()
	return p.rejected("b2b.organizations.members.update", p.newRun().editMember(id, change))
}

// DeleteMember removes a member from their organization by the member id, like the call
// b2b.organizations.members.delete: their sessions end, and their codes, links and
// factors no longer work. The API can reactivate them. The error is a [*stytch.Error].
func (p *Project) DeleteMember(id string) error {
	const call = "b2b.organizations.members.delete"
	unlock := p.lock()
	m := p.state.Members.find(byID, id)
	if m == nil {
		unlock()
		return p.rejected(call, failf("member_not_found", "no member has the id %q", id))
	}
	organizationID := m.Profile.OrganizationID
	unlock()
	_, err := p.Perform(call, map[string]any{"organization_id": organizationID, "member_id": id})
	return err
}

// UpdateOrganization changes an organization, for example a policy in the middle of a
// login. It is named by its id, slug or external id. The function gets the organization
// as the API shows it, and must not use the project.
//
// Settings that the API rejects, and another id, are an error that changes nothing. It
// is a [*stytch.Error], as that of [Project.Perform]. CustomRoles are not checked, like
// the policy of [Project.SetPolicy]. Roles by e-mail domain follow the change, and
// consents to apps that are no longer allowed end.
func (p *Project) UpdateOrganization(id string, change func(*b2b.Organization)) error {
	defer p.lock()()
	return p.rejected("b2b.organizations.update", p.newRun().editOrganization(id, change))
}

// DeleteOrganization deletes an organization by its id, slug or external id, with its
// members and connections, like the call b2b.organizations.delete. The sessions of its
// members end. The error is a [*stytch.Error].
func (p *Project) DeleteOrganization(id string) error {
	_, err := p.Perform("b2b.organizations.delete", map[string]any{"organization_id": id})
	return err
}

// RevokeSession ends the session of a user or member by its id, like the calls
// sessions.revoke of both APIs. The error is a [*stytch.Error].
func (p *Project) RevokeSession(id string) error {
	unlock := p.lock()
	call, argument := "consumer.sessions.revoke", "session_id"
	if s := p.state.Sessions.find(byID, id); s != nil && s.MemberID != "" {
		call, argument = "b2b.sessions.revoke", "member_session_id"
	}
	unlock()
	_, err := p.Perform(call, map[string]any{argument: id})
	return err
}

// newRun returns what a person does in the dashboard.
func (p *Project) newRun() *run {
	return &run{project: p, now: p.clock.Now(), header: http.Header{}, status: http.StatusOK, dashboard: true}
}

// rejected returns the error of a call, nil for none.
func (p *Project) rejected(call string, err *apiError) error {
	if err == nil {
		return nil
	}
	a := &answer{header: http.Header{}}
	p.server.fail(a, err)
	return asError(call, a)
}

// edit is what a function changes of an object: the fields that differ, under their
// names in the API.
type edit map[string]struct{ before, after any }

// editing compares an object before and after a change. It fails for one that is not
// JSON, and for a change of a field that is not among those that can be set.
func editing(before, after any, settable ...string) (edit, *apiError) {
	var fields [2]map[string]any
	for i, object := range []any{before, after} {
		data, err := json.Marshal(object)
		if err != nil {
			return nil, failf("bad_request", "the changed object cannot be written as JSON: a value in it is not a number, a string or the like")
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		_ = decoder.Decode(&fields[i]) // it is what Marshal wrote
	}
	e := edit{}
	for _, name := range slices.Sorted(maps.Keys(fields[1])) {
		was, is := fields[0][name], fields[1][name]
		if reflect.DeepEqual(was, is) || isEmpty(was) && isEmpty(is) {
			continue
		}
		if !slices.Contains(settable, name) {
			return nil, failf("bad_request", "%s: it cannot be changed; these fields can: %s", name, strings.Join(settable, ", "))
		}
		e[name] = struct{ before, after any }{was, is}
	}
	return e, nil
}

// isEmpty reports whether a JSON value is null or has nothing in it.
func isEmpty(value any) bool {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	}
	return false
}

func (e edit) has(name string) bool {
	_, ok := e[name]
	return ok
}

// check compares the given fields with what a call of the API takes. Empty values are
// not compared: they delete.
func (e edit) check(call string, arguments map[string]any, names ...string) *apiError {
	for _, name := range names {
		if field, ok := e[name]; ok && !isEmpty(field.after) {
			arguments[name] = field.after
		}
	}
	endpoint := contract.Named(call)
	return refused(endpoint, arguments, endpoint.CheckStrictly(arguments))
}

// metadata sets metadata, if it was changed.
func (e edit) metadata(field *map[string]any, name string, to map[string]any) *apiError {
	if !e.has(name) {
		return nil
	}
	merged, err := mergeMetadata(nil, to)
	if err == nil {
		*field = merged
	}
	return err
}

// lock locks or unlocks a user or member.
func (e edit) lock(a *attempts, locked bool, until *time.Time, now time.Time, limits Limits) *apiError {
	switch {
	case !e.has("is_locked") && !e.has("lock_expires_at"):
	case !locked && e.has("is_locked"):
		*a = attempts{}
	case !locked:
		return failf("bad_request", "lock_expires_at: is_locked is false")
	case until == nil:
		*a = attempts{LockedAt: now, LockedUntil: now.Add(limits.Lock)}
	case !until.After(now):
		return failf("bad_request", "lock_expires_at: it is over; want a time after %s", now.Format(time.RFC3339))
	default:
		*a = attempts{LockedAt: now, LockedUntil: *until}
	}
	return nil
}

// userFactors are the factors of a user that a test can remove, by field.
var userFactors = map[string]struct {
	kind factorKind
	id   string // name of the field with the id
}{
	"webauthn_registrations":  {webAuthnRegistrations, "webauthn_registration_id"},
	"biometric_registrations": {biometricRegistrations, "biometric_registration_id"},
	"totps":                   {totps, "totp_id"},
	"crypto_wallets":          {cryptoWallets, "crypto_wallet_id"},
	"providers":               {oauthRegistrations, "oauth_user_registration_id"},
}

func (r *run) editUser(id string, change func(*stytch.User)) *apiError {
	u, err := r.user(id)
	if err != nil {
		return err
	}
	before := copyOf(u.profile(r.now))
	after := copyOf(before)
	change(&after)
	e, err := editing(before, after, "emails", "phone_numbers", "name", "status", "roles", "external_id", "trusted_metadata",
		"untrusted_metadata", "password", "webauthn_registrations", "biometric_registrations", "totps", "crypto_wallets", "providers",
		"is_locked", "lock_expires_at")
	if err != nil {
		return err
	}
	after = copyOf(after) // the test keeps its own
	next := *u
	p := &next.Profile
	if err := e.check("consumer.users.update", map[string]any{"user_id": p.UserID}, "name", "external_id", "trusted_metadata", "untrusted_metadata"); err != nil {
		return err
	}
	p.Name, p.Status, p.ExternalID = after.Name, after.Status, after.ExternalID
	if text(p.ExternalID) == "" {
		p.ExternalID = nil
	} else if owner := r.project.state.userByID(*p.ExternalID); owner != nil && owner != u {
		return fail("duplicate_user_external_id")
	}
	if p.Status != stytch.UserStatusActive && p.Status != stytch.UserStatusPending {
		return failf("bad_request", "status: %q is no status of a user; want active or pending", p.Status)
	}
	if e.has("roles") {
		p.Roles = []string{defaultRole}
		for _, role := range after.Roles {
			if !slices.Contains(p.Roles, role) {
				p.Roles = append(p.Roles, role)
			}
		}
		added := slices.DeleteFunc(slices.Clone(p.Roles), func(role string) bool { return slices.Contains(before.Roles, role) || role == defaultRole })
		if err := r.project.assignable(added, defaultRole); err != nil {
			return err
		}
	}
	if err := e.metadata(&p.TrustedMetadata, "trusted_metadata", after.TrustedMetadata); err != nil {
		return err
	}
	if err := e.metadata(&p.UntrustedMetadata, "untrusted_metadata", after.UntrustedMetadata); err != nil {
		return err
	}
	if err := e.lock(&next.attempts, after.IsLocked, after.LockExpiresAt, r.now, r.project.server.limits); err != nil {
		return err
	}
	gone, err := r.editMethods(u, &next, after)
	if err != nil {
		return err
	}
	for field, of := range userFactors {
		removed, err := e.removed(field, of.id)
		if err != nil {
			return err
		}
		for _, id := range removed {
			of.kind.drop(&next, id)
			gone = append(gone, id)
		}
	}
	switch have, want := before.Password, after.Password; {
	case have != nil && want == nil:
		passwords.drop(&next, have.PasswordID)
		gone = append(gone, have.PasswordID)
	case want != nil && (have == nil || have.PasswordID != want.PasswordID):
		return failf("bad_request", "password: it can be removed or made to require a reset; SetPassword sets one")
	case e.has("password"):
		p.Password = &stytch.Password{PasswordID: have.PasswordID, RequiresReset: want.RequiresReset}
	}
	if next.primary() == 0 && u.primary() > 0 {
		return fail("cannot_delete_last_primary_factor")
	}
	*u = next
	for _, id := range gone {
		r.forget(u, id)
	}
	return nil
}

// editMethods gives a user the e-mail addresses and phone numbers of a profile. It
// returns the ids of those that are gone.
func (r *run) editMethods(u, next *user, profile stytch.User) (gone []string, err *apiError) {
	type entry struct {
		field, id, address string
		verified           bool
	}
	var wanted []entry
	for _, e := range profile.Emails {
		wanted = append(wanted, entry{"email", e.EmailID, e.Email, e.Verified})
	}
	for _, n := range profile.PhoneNumbers {
		wanted = append(wanted, entry{"phone_number", n.PhoneID, n.PhoneNumber, n.Verified})
	}
	next.Methods = nil
	for _, one := range wanted {
		if next.method(one.address) != nil {
			return nil, failf("bad_request", "%ss: an address is in the list twice", one.field)
		}
		if have := u.method(one.address); have != nil {
			if one.id != "" && one.id != have.ID {
				return nil, failf("bad_request", "%ss: the id of an address cannot be changed", one.field)
			}
			kept := *have
			if kept.Verified = one.verified; kept.Verified {
				kept.RemoveAt = time.Time{}
			}
			next.Methods = append(next.Methods, &kept)
			continue
		}
		arguments := map[string]any{one.field: one.address}
		endpoint := contract.Named("consumer.users.create")
		if err := refused(endpoint, arguments, endpoint.CheckStrictly(arguments)); err != nil {
			return nil, err
		}
		if owner, _ := r.project.state.userByAddress(one.address, r.now); owner != nil && owner != u {
			return nil, taken(one.address)
		}
		added := next.add(one.address)
		switch owner := r.project.state.Users.find(byFactor, one.id); {
		case owner == u: // the address was changed in place
		case owner != nil:
			return nil, failf("bad_request", "%ss: another user has this id", one.field)
		default:
			added.Verified = one.verified
			setIfEmpty(&one.id, added.ID)
			added.ID = one.id
		}
	}
	for _, m := range u.Methods {
		if next.method(m.Address) == nil {
			gone = append(gone, m.ID)
		}
	}
	return gone, nil
}

// removed returns the ids of the entries that were removed from a list. Other changes of
// the list are an error.
func (e edit) removed(field, id string) ([]string, *apiError) {
	change, ok := e[field]
	if !ok {
		return nil, nil
	}
	before, _ := change.before.([]any)
	after, _ := change.after.([]any)
	in := func(list []any) func(any) bool {
		return func(one any) bool {
			return slices.ContainsFunc(list, func(other any) bool { return reflect.DeepEqual(one, other) })
		}
	}
	if slices.ContainsFunc(after, func(one any) bool { return !in(before)(one) }) {
		return nil, failf("bad_request", "%s: entries can be removed, but not added or changed", field)
	}
	var ids []string
	for _, one := range slices.DeleteFunc(slices.Clone(before), in(after)) {
		object, _ := one.(map[string]any)
		gone, _ := object[id].(string)
		ids = append(ids, gone)
	}
	return ids, nil
}

func (r *run) editMember(id string, change func(*b2b.Member)) *apiError {
	m := r.project.state.Members.find(byID, id)
	if m == nil || m.deleted() {
		return failf("member_not_found", "no member has the id %q, or the member was deleted", id)
	}
	o := r.project.state.organizationByID(m.Profile.OrganizationID)
	before := copyOf(m.profile(r.now))
	after := copyOf(before)
	change(&after)
	e, err := editing(before, after, "email_address", "email_address_verified", "retired_email_addresses", "name", "status", "roles", "external_id",
		"trusted_metadata", "untrusted_metadata", "is_breakglass", "mfa_enrolled", "mfa_phone_number", "mfa_phone_number_verified",
		"default_mfa_method", "totp_registration_id", "member_password_id", "is_locked", "lock_expires_at")
	if err != nil {
		return err
	}
	if err := e.check("b2b.organizations.members.update", map[string]any{"organization_id": o.Profile.OrganizationID, "member_id": m.Profile.MemberID},
		"email_address", "name", "external_id", "trusted_metadata", "untrusted_metadata", "mfa_phone_number", "default_mfa_method"); err != nil {
		return err
	}
	after = copyOf(after) // the test keeps its own
	next := *m
	p := &next.Profile
	p.Name, p.Status, p.IsBreakglass, p.MFAEnrolled, p.ExternalID = after.Name, after.Status, after.IsBreakglass, after.MFAEnrolled, after.ExternalID
	if !slices.Contains([]b2b.MemberStatus{b2b.MemberStatusActive, b2b.MemberStatusPending, b2b.MemberStatusInvited}, p.Status) {
		return failf("bad_request", "status: want active, pending or invited, not %q; DeleteMember deletes", p.Status)
	}
	if text(p.ExternalID) == "" {
		p.ExternalID = nil
	} else if have := r.project.state.memberByID(o.Profile.OrganizationID, *p.ExternalID); have != nil && have != m {
		return fail("duplicate_member_external_id")
	}
	if err := e.metadata(&p.TrustedMetadata, "trusted_metadata", after.TrustedMetadata); err != nil {
		return err
	}
	if err := e.metadata(&p.UntrustedMetadata, "untrusted_metadata", after.UntrustedMetadata); err != nil {
		return err
	}
	if err := e.lock(&next.attempts, after.IsLocked, after.LockExpiresAt, r.now, r.project.server.limits); err != nil {
		return err
	}
	edit := memberEdit{e, r.project, o, m, &next, after}
	for _, step := range []func() *apiError{edit.address, edit.secondFactors, edit.roles} {
		if err := step(); err != nil {
			return err
		}
	}
	p.UpdatedAt = new(r.now)
	*m = next
	return nil
}

// memberEdit is an edit of a member of an organization. What is set goes into next.
type memberEdit struct {
	edit
	project      *Project
	organization *organization
	member, next *member
	after        b2b.Member
}

// address changes the e-mail address and what depends on it.
func (e memberEdit) address() *apiError {
	p, after := &e.next.Profile, e.after
	if _, err := e.removed("retired_email_addresses", "email_id"); err != nil {
		return err
	}
	p.RetiredEmailAddresses, p.EmailAddressVerified = after.RetiredEmailAddresses, after.EmailAddressVerified
	if e.has("member_password_id") {
		switch {
		case after.MemberPasswordID != "":
			return failf("bad_request", "member_password_id: it can be removed; SetPassword sets a password")
		case e.project.state.PasswordPolicy.CrossOrganization:
			return fail("cross_org_passwords_enabled")
		}
		e.next.Password, p.MemberPasswordID = nil, ""
	}
	if sameAddress(after.EmailAddress, p.EmailAddress) {
		return nil
	}
	if after.EmailAddress == "" {
		return failf("bad_request", "email_address: it is empty")
	}
	if err := e.project.freeAddress(e.organization, e.member, after.EmailAddress); err != nil {
		return err
	}
	e.next.move(after.EmailAddress, false)
	p.EmailAddressVerified = after.EmailAddressVerified && e.has("email_address_verified")
	e.project.sharePassword(e.next)
	e.next.assignByDomain(e.organization)
	return nil
}

// secondFactors changes what the member uses as a second factor.
func (e memberEdit) secondFactors() *apiError {
	p, after := &e.next.Profile, e.after
	p.DefaultMFAMethod, p.MFAPhoneNumberVerified = after.DefaultMFAMethod, after.MFAPhoneNumberVerified
	if e.has("mfa_phone_number") {
		p.MFAPhoneNumber, e.next.MFACode = after.MFAPhoneNumber, nil
		p.MFAPhoneNumberVerified = after.MFAPhoneNumberVerified && e.has("mfa_phone_number_verified")
	}
	if p.MFAPhoneNumber == "" {
		if p.MFAPhoneNumberVerified {
			return failf("bad_request", "mfa_phone_number_verified: the member has no phone number")
		}
		if !e.has("default_mfa_method") {
			e.next.noDefault(b2b.MFAMethodSMSOTP)
		}
	}
	if e.has("totp_registration_id") {
		if after.TOTPRegistrationID != "" {
			return failf("bad_request", "totp_registration_id: it can be removed; the call b2b.totps.create registers an app")
		}
		e.next.TOTP, p.TOTPRegistrationID = nil, ""
		if !e.has("default_mfa_method") {
			e.next.noDefault(b2b.MFAMethodTOTP)
		}
	}
	if e.has("default_mfa_method") && !e.next.hasMethod(b2b.MFAMethod(p.DefaultMFAMethod)) {
		return fail("default_mfa_member_missing_factor")
	}
	return nil
}

// hasMethod reports whether a method can be the default second factor of a member. None
// always can.
func (m *member) hasMethod(method b2b.MFAMethod) bool {
	switch method {
	case b2b.MFAMethodSMSOTP:
		return m.Profile.MFAPhoneNumber != ""
	case b2b.MFAMethodTOTP:
		return m.Profile.TOTPRegistrationID != ""
	}
	return true
}

// roles assigns roles, in place of those that were assigned before.
func (e memberEdit) roles() *apiError {
	if !e.has("roles") {
		return nil
	}
	has := func(roles []b2b.MemberRole, id string) bool {
		return slices.ContainsFunc(roles, func(role b2b.MemberRole) bool { return role.RoleID == id })
	}
	var assigned, added []string
	for _, role := range e.after.Roles {
		direct := len(role.Sources) == 0 || slices.ContainsFunc(role.Sources, ofType(directAssignment))
		switch {
		case !direct && !has(e.member.Profile.Roles, role.RoleID):
			return failf("bad_request", "roles: a role that is assigned has no sources, or the source %s", directAssignment)
		case !direct || role.RoleID == memberRole || slices.Contains(assigned, role.RoleID):
			continue
		}
		assigned = append(assigned, role.RoleID)
		if !has(e.member.Profile.Roles, role.RoleID) {
			added = append(added, role.RoleID)
		}
	}
	if err := e.project.checkRoles(e.organization, added); err != nil {
		return err
	}
	e.next.Profile.Roles = slices.DeleteFunc(e.next.rolesWithout(ofType(directAssignment)), func(role b2b.MemberRole) bool { return len(role.Sources) == 0 })
	e.next.assign(assigned...)
	return nil
}

func (r *run) editOrganization(id string, change func(*b2b.Organization)) *apiError {
	o, err := r.organization(id)
	if err != nil {
		return err
	}
	before := copyOf(o.Profile)
	after := copyOf(before)
	change(&after)
	settings := []string{
		"organization_name", "organization_slug", "organization_logo_url", "organization_external_id", "trusted_metadata", "sso_default_connection_id",
		"sso_jit_provisioning", "sso_jit_provisioning_allowed_connections", "email_allowed_domains", "email_jit_provisioning", "email_invites",
		"auth_methods", "allowed_auth_methods", "mfa_policy", "mfa_methods", "allowed_mfa_methods", "rbac_email_implicit_role_assignments",
		"oauth_tenant_jit_provisioning", "allowed_oauth_tenants", "claimed_email_domains", "first_party_connected_apps_allowed_type",
		"allowed_first_party_connected_apps", "third_party_connected_apps_allowed_type", "allowed_third_party_connected_apps",
	}
	e, err := editing(before, after, append(settings, "custom_roles")...)
	if err != nil {
		return err
	}
	after = copyOf(after) // the test keeps its own
	arguments := map[string]any{"organization_id": o.Profile.OrganizationID}
	if err := e.check("b2b.organizations.update", arguments, settings...); err != nil {
		return err
	}
	if err := e.metadata(&after.TrustedMetadata, "trusted_metadata", after.TrustedMetadata); err != nil {
		return err
	}
	for _, check := range r.project.organizationChecks() {
		if err := check(after); err != nil && check(before) == nil { // AddOrganization checks nothing
			return err
		}
	}
	if err := checkSSO(as[orgSettings](arguments), after); err != nil {
		return err
	}
	after.UpdatedAt = new(r.now)
	o.Profile = after
	r.project.assignByDomain(o)
	r.project.revokeForbidden(o)
	return nil
}
