package stytchtest_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const otherPhone, otherEmail = "+15005550007", "grace@example.com"

// person adds a user with a phone number and an e-mail address.
func (w *world) person() stytch.User {
	return w.AddUser(stytch.User{
		Emails: []stytch.UserEmail{{Email: email, Verified: true}}, PhoneNumbers: []stytch.UserPhoneNumber{{PhoneNumber: phone, Verified: true}},
	})
}

// change changes a user, and returns them.
func (w *world) change(id string, change func(*stytch.User)) stytch.User {
	w.t.Helper()
	err := w.UpdateUser(id, func(u *stytch.User) {
		id = u.UserID
		change(u)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	users, _ := w.FindUsers(stytchtest.Filter{Search: id})
	return users[0]
}

// TestProjectUpdateUserDuringSession changes what a session allows.
func TestProjectUpdateUserDuringSession(t *testing.T) {
	w := newWorld(t)
	w.Grant("editor", "documents", "write")
	id := w.person().UserID
	s := must(w.AddSession(id, time.Hour, nil))(t)
	mayWrite := func() error {
		_, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{
			SessionToken: &s.Token, AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: "documents", Action: "write"}})
		return err
	}
	wants(t, mayWrite(), stytch.ErrConsumerSessionAuthorizationError)
	if u := w.change(id, func(u *stytch.User) { u.Roles = []string{"editor", "editor"} }); !slices.Equal(u.Roles, []string{"stytch_user", "editor"}) {
		t.Errorf("roles %q", u.Roles)
	}
	if err := mayWrite(); err != nil {
		t.Error(err)
	}
	w.change(id, func(u *stytch.User) { u.Roles = nil })
	wants(t, mayWrite(), stytch.ErrConsumerSessionAuthorizationError)

	u := w.change(id, func(u *stytch.User) {
		u.Name, u.Status, u.ExternalID = &stytch.UserName{FirstName: new("Ada")}, stytch.UserStatusPending, new("customer|1815")
		u.TrustedMetadata = map[string]any{"plan": "pro", "none": nil}
		u.PhoneNumbers = nil
	})
	if *u.Name.FirstName != "Ada" || u.Status != stytch.UserStatusPending || *u.ExternalID != "customer|1815" || len(u.PhoneNumbers) != 0 ||
		!reflect.DeepEqual(u.TrustedMetadata, map[string]any{"plan": "pro"}) {
		t.Errorf("user %+v", u)
	}
	in := must(w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &s.Token}))(t)
	if in.User.Emails[0].Email != email || in.User.TrustedMetadata["plan"] != "pro" {
		t.Errorf("the session's user %+v", in.User)
	}
	if u := w.change("customer|1815", func(u *stytch.User) { u.ExternalID, u.TrustedMetadata = nil, nil }); u.ExternalID != nil || len(u.TrustedMetadata) != 0 {
		t.Errorf("user %+v", u)
	}
}

// TestProjectUpdateUserDuringLogin removes or changes an address after a code and a link were
// sent to it.
func TestProjectUpdateUserDuringLogin(t *testing.T) {
	w := newWorld(t)
	before := w.person()
	methodID, code := w.sms()
	must(w.client.MagicLinks.Email.LoginOrCreate(w.ctx, stytch.MagicLinksEmailLoginOrCreateRequest{Email: email}))(t)
	link := must(w.Inbox().WaitFor(w.ctx, email))(t)
	u := w.change(before.UserID, func(u *stytch.User) {
		u.PhoneNumbers = []stytch.UserPhoneNumber{{PhoneNumber: otherPhone, Verified: true}}
		u.Emails[0].Email = otherEmail
	})
	if n := u.PhoneNumbers; len(n) != 1 || n[0].PhoneNumber != otherPhone || !n[0].Verified || n[0].PhoneID == methodID {
		t.Errorf("phone numbers %+v", n)
	}
	if e := u.Emails; len(e) != 1 || e[0].Email != otherEmail || e[0].Verified || e[0].EmailID == before.Emails[0].EmailID {
		t.Errorf("e-mail addresses %+v", e)
	}
	if _, err := w.authenticate(methodID, code); err == nil {
		t.Error("the code of a removed number logs in")
	}
	_, err := w.client.MagicLinks.Authenticate(w.ctx, stytch.MagicLinksAuthenticateRequest{Token: link.Token})
	wants(t, err, stytch.ErrUnableToAuthMagicLink)
	w.change(u.UserID, func(u *stytch.User) { u.Emails[0].Verified = true })
	if got := w.read(u.UserID); !got.Emails[0].Verified {
		t.Error("the address is not verified")
	}
	if second := w.person(); second.UserID == u.UserID { // both old addresses are free
		t.Error("the addresses still belong to the first user")
	}
}

func TestProjectUpdateUserLocks(t *testing.T) {
	w := newWorld(t)
	id := w.person().UserID
	methodID, code := w.sms()
	until := w.Clock().Now().Add(3 * time.Minute)
	if u := w.change(id, func(u *stytch.User) { u.IsLocked, u.LockExpiresAt = true, &until }); !u.IsLocked || !u.LockExpiresAt.Equal(until) {
		t.Errorf("user %+v", u)
	}
	_, err := w.authenticate(methodID, code)
	wants(t, err, stytch.ErrUserLockLimitReached)
	w.change(id, func(u *stytch.User) { u.IsLocked = false })
	must(w.authenticate(methodID, code))(t)
	if u := w.change(id, func(u *stytch.User) { u.IsLocked = true }); !u.LockExpiresAt.Equal(w.Clock().Now().Add(time.Hour)) {
		t.Errorf("the lock ends at %s", u.LockExpiresAt)
	}
}

// TestProjectUpdateUserFactors removes factors and makes a password require a reset.
func TestProjectUpdateUserFactors(t *testing.T) {
	w := newWorld(t)
	id := w.AddUser(stytch.User{
		Emails: []stytch.UserEmail{{Email: email}}, TOTPs: []stytch.TOTP{{TOTPID: "totp-1", Verified: true}},
		CryptoWallets: []stytch.CryptoWallet{{CryptoWalletID: "wallet-1"}, {CryptoWalletID: "wallet-2"}},
	}).UserID
	const password = "9 lanterns over Quartz Orchard"
	if err := w.SetPassword(id, password); err != nil {
		t.Fatal(err)
	}
	login := func() error {
		_, err := w.client.Passwords.Authenticate(w.ctx, stytch.PasswordsAuthenticateRequest{Email: email, Password: password})
		return err
	}
	u := w.change(id, func(u *stytch.User) {
		u.Password.RequiresReset, u.TOTPs, u.CryptoWallets = true, nil, u.CryptoWallets[1:]
	})
	if !u.Password.RequiresReset || len(u.TOTPs) != 0 || len(u.CryptoWallets) != 1 || u.CryptoWallets[0].CryptoWalletID != "wallet-2" || len(w.TOTPs()) != 0 {
		t.Errorf("user %+v", u)
	}
	wants(t, login(), stytch.ErrResetPassword)
	w.change(id, func(u *stytch.User) { u.Password.RequiresReset = false })
	if err := login(); err != nil {
		t.Error(err)
	}
	w.change(id, func(u *stytch.User) { u.Password = nil })
	wants(t, login(), stytch.ErrNoUserPassword)
}

func TestProjectUpdateUserRefuses(t *testing.T) {
	w := newWorld(t)
	other := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: otherEmail}}, ExternalID: new("customer-2")})
	id := w.person().UserID
	for name, c := range map[string]struct {
		change func(*stytch.User)
		want   stytch.ErrorType
	}{
		"another id":                 {func(u *stytch.User) { u.UserID = other.UserID }, stytch.ErrBadRequest},
		"another time of creation":   {func(u *stytch.User) { u.CreatedAt = nil }, stytch.ErrBadRequest},
		"a role that does not exist": {func(u *stytch.User) { u.Roles = append(u.Roles, "editor") }, stytch.ErrInvalidRBACRoleID},
		"an address of another user": {func(u *stytch.User) { u.Emails[0].Email = strings.ToUpper(otherEmail) }, stytch.ErrDuplicateEmail},
		"an id of another address":   {func(u *stytch.User) { u.Emails[0].EmailID = other.Emails[0].EmailID }, stytch.ErrBadRequest},
		"a new address with a used id": {func(u *stytch.User) {
			u.Emails[0] = stytch.UserEmail{Email: "x@example.com", EmailID: other.Emails[0].EmailID}
		}, stytch.ErrBadRequest},
		"an address twice":              {func(u *stytch.User) { u.Emails = append(u.Emails, u.Emails...) }, stytch.ErrBadRequest},
		"an address that is none":       {func(u *stytch.User) { u.Emails[0].Email = "ada" }, stytch.ErrInvalidEmail},
		"a number that is none":         {func(u *stytch.User) { u.PhoneNumbers[0].PhoneNumber = "5550006" }, stytch.ErrInvalidPhoneNumber},
		"no address":                    {func(u *stytch.User) { u.Emails, u.PhoneNumbers = nil, nil }, stytch.ErrCannotDeleteLastPrimaryFactor},
		"an external id of another":     {func(u *stytch.User) { u.ExternalID = other.ExternalID }, stytch.ErrDuplicateUserExternalID},
		"a status that is none":         {func(u *stytch.User) { u.Status = "gone" }, stytch.ErrBadRequest},
		"a password":                    {func(u *stytch.User) { u.Password = &stytch.Password{} }, stytch.ErrBadRequest},
		"an authenticator app":          {func(u *stytch.User) { u.TOTPs = []stytch.TOTP{{TOTPID: "totp-1"}} }, stytch.ErrBadRequest},
		"a number that JSON lacks":      {func(u *stytch.User) { u.TrustedMetadata = map[string]any{"n": math.Inf(1)} }, stytch.ErrBadRequest},
		"metadata that is too large":    {func(u *stytch.User) { u.TrustedMetadata = map[string]any{"n": strings.Repeat("n", 4096)} }, stytch.ErrMetadataTooLarge},
		"a lock that is over":           {func(u *stytch.User) { u.IsLocked, u.LockExpiresAt = true, new(w.Clock().Now()) }, stytch.ErrBadRequest},
		"the end of a lock without one": {func(u *stytch.User) { u.LockExpiresAt = new(w.Clock().Now().Add(time.Hour)) }, stytch.ErrBadRequest},
	} {
		before := w.read(id)
		err := w.UpdateUser(id, func(u *stytch.User) {
			u.Name = &stytch.UserName{FirstName: new("Other")}
			c.change(u)
		})
		wants(t, err, c.want)
		if err != nil && (strings.Contains(err.Error(), "@") || strings.Contains(err.Error(), "5550")) {
			t.Errorf("%s: the error has an address: %v", name, err)
		}
		before.RequestID = ""
		if after := w.read(id); after.Name != nil && after.Name.FirstName != nil || len(after.Emails) != 1 || after.Emails[0] != before.Emails[0] || len(after.Roles) != 1 {
			t.Errorf("%s: the user was changed: %+v", name, after)
		}
	}
	wants(t, w.UpdateUser("user-test-0", func(*stytch.User) {}), stytch.ErrUserNotFound)
	wants(t, w.DeleteUser("user-test-0"), stytch.ErrUserNotFound)
}

// TestProjectDeleteUser deletes a user in the middle of a login, and sends an event.
func TestProjectDeleteUser(t *testing.T) {
	w := newWorld(t, stytchtest.WithWebhook(receiver(t, handle(func(stytch.WebhookEvent) error { return nil })), webhookSecret))
	id := w.person().UserID
	w.change(id, func(u *stytch.User) { u.ExternalID = new("customer-1") })
	if d := w.delivered("dashboard.user.update"); d.ObjectID != id {
		t.Errorf("delivery %v", d)
	}
	s := must(w.AddSession(id, time.Hour, nil))(t)
	methodID, code := w.sms()
	if err := w.DeleteUser("customer-1"); err != nil {
		t.Fatal(err)
	}
	if d := w.delivered("dashboard.user.delete"); d.ObjectID != id {
		t.Errorf("delivery %v", d)
	}
	_, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &s.Token})
	wants(t, err, stytch.ErrSessionNotFound)
	if _, err := w.authenticate(methodID, code); err == nil || len(w.Users()) != 0 {
		t.Errorf("the code still works: %v, users %v", err, w.Users())
	}
}

// changed changes a member, and returns them.
func (c *company) changed(id string, change func(*b2b.Member)) b2b.Member {
	c.t.Helper()
	if err := c.UpdateMember(id, change); err != nil {
		c.t.Fatal(err)
	}
	return must(c.b2b.Organizations.Members.Get(c.ctx, b2b.OrganizationsMembersGetRequest{OrganizationID: c.org.OrganizationID, MemberID: &id}))(c.t).Member
}

func roleIDs(m b2b.Member) (ids []string) {
	for _, role := range m.Roles {
		ids = append(ids, role.RoleID)
	}
	return ids
}

// TestProjectUpdateMemberDuringSession changes the roles of a member who is logged in.
func TestProjectUpdateMemberDuringSession(t *testing.T) {
	c := newCompany(t, b2b.Organization{RBACEmailImplicitRoleAssignments: []b2b.EmailImplicitRoleAssignment{{Domain: "example.com", RoleID: "reader"}}})
	c.Grant("reader", "documents", "read")
	c.Grant("editor", "documents", "write")
	m := c.member(b2b.Member{})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	may := func(action string) error {
		_, err := c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{
			SessionToken: &s.Token, AuthorizationCheck: &b2b.AuthorizationCheck{OrganizationID: c.org.OrganizationID, ResourceID: "documents", Action: action}})
		return err
	}
	wants(t, may("write"), stytch.ErrSessionAuthorizationError)
	m = c.changed(m.MemberID, func(m *b2b.Member) { m.Roles = []b2b.MemberRole{{RoleID: "editor"}, {RoleID: "stytch_admin"}} })
	if got := roleIDs(m); !slices.Equal(got, []string{"stytch_member", "editor", "stytch_admin", "reader"}) || !m.IsAdmin || m.Roles[1].Sources[0].Type != "direct_assignment" {
		t.Errorf("roles %q", got)
	}
	if err := errors.Join(may("write"), may("read")); err != nil {
		t.Error(err)
	}
	m = c.changed(m.MemberID, func(m *b2b.Member) {
		m.Roles = slices.DeleteFunc(m.Roles, func(role b2b.MemberRole) bool { return role.RoleID == "editor" })
		m.EmailAddress = "ada@other.example.net"
	})
	if got := roleIDs(m); !slices.Equal(got, []string{"stytch_member", "stytch_admin"}) || m.EmailAddressVerified || len(m.RetiredEmailAddresses) != 1 {
		t.Errorf("roles %q, member %v", got, m)
	}
	wants(t, may("write"), stytch.ErrSessionAuthorizationError)
	if m = c.changed(m.MemberID, func(m *b2b.Member) { m.RetiredEmailAddresses, m.EmailAddressVerified = nil, true }); len(m.RetiredEmailAddresses) != 0 || !m.EmailAddressVerified {
		t.Errorf("member %v", m)
	}
}

// TestProjectUpdateMemberDuringLogin changes what the second step of a login needs.
func TestProjectUpdateMemberDuringLogin(t *testing.T) {
	c, m := newMFACompany(t, b2b.Organization{}, b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true, DefaultMFAMethod: "sms_otp"})
	first := must(c.login())(t)
	code := must(c.Inbox().WaitFor(c.ctx, phone))(t).Code
	m = c.changed(m.MemberID, func(m *b2b.Member) { m.MFAPhoneNumber = otherPhone })
	if m.MFAPhoneNumberVerified || m.MFAPhoneNumber != otherPhone {
		t.Errorf("member %v", m)
	}
	_, err := c.b2b.OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{
		OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, Code: code, IntermediateSessionToken: &first.IntermediateSessionToken})
	wants(t, err, stytch.ErrOTPCodeNotFound)
	m = c.changed(m.MemberID, func(m *b2b.Member) { m.MFAPhoneNumber, m.IsLocked = "", true })
	if m.DefaultMFAMethod != "" || !m.IsLocked {
		t.Errorf("member %v", m)
	}
	_, err = c.login()
	wants(t, err, stytch.ErrUserLockLimitReached)
	c.changed(m.MemberID, func(m *b2b.Member) { m.IsLocked, m.Status = false, b2b.MemberStatusInvited })
	if again := must(c.login())(t); again.Next() != b2b.StepEnroll {
		t.Errorf("next is %s", again.Next())
	}
	if err := c.SetPassword(m.MemberID, "correct horse battery staple"); err != nil {
		t.Fatal(err)
	}
	if m := c.changed(m.MemberID, func(m *b2b.Member) { m.MemberPasswordID = "" }); m.MemberPasswordID != "" {
		t.Errorf("member %v", m)
	}
}

func TestProjectUpdateMemberRefuses(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	id := c.member(b2b.Member{}).MemberID
	other := must(c.AddMember(b2b.Member{OrganizationID: c.org.OrganizationID, EmailAddress: otherEmail, ExternalID: new("employee-2")}))(t)
	for name, test := range map[string]struct {
		change func(*b2b.Member)
		want   stytch.ErrorType
	}{
		"another id":                 {func(m *b2b.Member) { m.MemberID = other.MemberID }, stytch.ErrBadRequest},
		"another organization":       {func(m *b2b.Member) { m.OrganizationID = "organization-2" }, stytch.ErrBadRequest},
		"an address of another":      {func(m *b2b.Member) { m.EmailAddress = otherEmail }, stytch.ErrDuplicateMemberEmail},
		"an address that is none":    {func(m *b2b.Member) { m.EmailAddress = "ada" }, stytch.ErrInvalidEmail},
		"no address":                 {func(m *b2b.Member) { m.EmailAddress = "" }, stytch.ErrBadRequest},
		"an external id of another":  {func(m *b2b.Member) { m.ExternalID = other.ExternalID }, stytch.ErrDuplicateMemberExternalID},
		"a role that does not exist": {func(m *b2b.Member) { m.Roles = append(m.Roles, b2b.MemberRole{RoleID: "editor"}) }, stytch.ErrInvalidRBACRoleAssignment},
		"a role by a connection": {func(m *b2b.Member) {
			m.Roles = append(m.Roles, b2b.MemberRole{RoleID: "stytch_admin", Sources: []b2b.MemberRoleSource{{Type: "sso_connection"}}})
		}, stytch.ErrBadRequest},
		"an admin without the role":       {func(m *b2b.Member) { m.IsAdmin = true }, stytch.ErrBadRequest},
		"the status deleted":              {func(m *b2b.Member) { m.Status = b2b.MemberStatusDeleted }, stytch.ErrBadRequest},
		"a number that is none":           {func(m *b2b.Member) { m.MFAPhoneNumber = "5550006" }, stytch.ErrInvalidPhoneNumber},
		"a verified number without one":   {func(m *b2b.Member) { m.MFAPhoneNumberVerified = true }, stytch.ErrBadRequest},
		"a default that the member lacks": {func(m *b2b.Member) { m.DefaultMFAMethod = "totp" }, stytch.ErrDefaultMFAMemberMissingFactor},
		"a password":                      {func(m *b2b.Member) { m.MemberPasswordID = "password-1" }, stytch.ErrBadRequest},
		"an authenticator app":            {func(m *b2b.Member) { m.TOTPRegistrationID = "totp-1" }, stytch.ErrBadRequest},
		"a retired address":               {func(m *b2b.Member) { m.RetiredEmailAddresses = []b2b.RetiredEmail{{EmailAddress: "old@example.com"}} }, stytch.ErrBadRequest},
	} {
		err := c.UpdateMember(id, func(m *b2b.Member) {
			m.Name = "Other"
			test.change(m)
		})
		wants(t, err, test.want)
		if err != nil && strings.Contains(err.Error(), "@") {
			t.Errorf("%s: the error has an address: %v", name, err)
		}
		if m := c.Members("")[0]; m.Name != "" || m.EmailAddress != email || len(m.Roles) != 1 {
			t.Errorf("%s: the member was changed: %v", name, m)
		}
	}
	wants(t, c.UpdateMember("member-test-0", func(*b2b.Member) {}), stytch.ErrMemberNotFound)
	wants(t, c.DeleteMember("member-test-0"), stytch.ErrMemberNotFound)
}

// TestProjectDeleteMember removes a member who is logged in.
func TestProjectDeleteMember(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{EmailAddressVerified: true})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	must(c.b2b.OTPs.Email.LoginOrSignup(c.ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email}))(t)
	code := must(c.Inbox().WaitFor(c.ctx, email))(t).Code
	if err := c.DeleteMember(m.MemberID); err != nil {
		t.Fatal(err)
	}
	_, err := c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &s.Token})
	wants(t, err, stytch.ErrSessionNotFound)
	if _, err := c.b2b.OTPs.Email.Authenticate(c.ctx, b2b.OTPsEmailAuthenticateRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email, Code: code}); err == nil {
		t.Error("the code of a deleted member logs in")
	}
	wants(t, c.UpdateMember(m.MemberID, func(*b2b.Member) {}), stytch.ErrMemberNotFound)
	wants(t, c.DeleteMember(m.MemberID), stytch.ErrMemberNotFound)
	must(c.b2b.Organizations.Members.Reactivate(c.ctx, b2b.OrganizationsMembersReactivateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID}))(t)
	must(c.login())(t)
}

func TestProjectUpdateOrganizationRefuses(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	other := c.AddOrganization(b2b.Organization{OrganizationName: "Looms", OrganizationSlug: "looms", OrganizationExternalID: new("customer-2")})
	for name, test := range map[string]struct {
		change func(*b2b.Organization)
		want   stytch.ErrorType
	}{
		"another id":                {func(o *b2b.Organization) { o.OrganizationID = other.OrganizationID }, stytch.ErrBadRequest},
		"connections":               {func(o *b2b.Organization) { o.SSOActiveConnections = []b2b.ActiveSSOConnection{{ConnectionID: "c"}} }, stytch.ErrBadRequest},
		"a slug of another":         {func(o *b2b.Organization) { o.OrganizationSlug = "looms" }, stytch.ErrOrganizationSlugAlreadyUsed},
		"an external id of another": {func(o *b2b.Organization) { o.OrganizationExternalID = other.OrganizationExternalID }, stytch.ErrOrganizationExternalIDAlreadyUsed},
		"no name":                   {func(o *b2b.Organization) { o.OrganizationName = "" }, stytch.ErrOrganizationNameMissing},
		"a name that is too long":   {func(o *b2b.Organization) { o.OrganizationName = strings.Repeat("n", 129) }, stytch.ErrInvalidOrganizationName},
		"a common domain":           {func(o *b2b.Organization) { o.EmailAllowedDomains = []string{"gmail.com"} }, stytch.ErrOrganizationSettingsDomainTooCommon},
		"a restriction to nothing":  {func(o *b2b.Organization) { o.EmailInvites = b2b.AdmissionPolicyRestricted }, stytch.ErrInvalidRestrictedEmailSetting},
		"a default that is none":    {func(o *b2b.Organization) { o.SSODefaultConnectionID = new("c") }, stytch.ErrInvalidSSODefaultConnectionID},
	} {
		wants(t, c.UpdateOrganization("engines", func(o *b2b.Organization) {
			o.MFAPolicy = b2b.MFAPolicyRequiredForAll
			test.change(o)
		}), test.want)
		if o := c.Organizations()[0]; o.OrganizationID != c.org.OrganizationID || o.MFAPolicy != b2b.MFAPolicyOptional || o.OrganizationSlug != "engines" {
			t.Errorf("%s: the organization was changed: %v", name, o)
		}
	}
	wants(t, c.UpdateOrganization("none", func(*b2b.Organization) {}), stytch.ErrOrganizationNotFound)
	wants(t, c.DeleteOrganization("none"), stytch.ErrOrganizationNotFound)
}

// TestProjectDeleteOrganization deletes the organization of a member who is logged in.
func TestProjectDeleteOrganization(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	s := must(c.AddSession(c.member(b2b.Member{}).MemberID, time.Hour, nil))(t)
	if err := c.DeleteOrganization("engines"); err != nil {
		t.Fatal(err)
	}
	_, err := c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &s.Token})
	wants(t, err, stytch.ErrSessionNotFound)
	if len(c.Organizations())+len(c.Members("")) != 0 {
		t.Errorf("left are %v", c.Members(""))
	}
}

// TestProjectRevokeSession ends one of two sessions, of a user and of a member.
func TestProjectRevokeSession(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	for _, id := range []string{c.person().UserID, c.member(b2b.Member{}).MemberID} {
		first, second := must(c.AddSession(id, time.Hour, nil))(t), must(c.AddSession(id, time.Hour, nil))(t)
		if err := c.RevokeSession(first.ID); err != nil {
			t.Error(err)
		}
		if left := c.Sessions(); len(left) != 1 || left[0].ID != second.ID {
			t.Errorf("left are %v", left)
		}
		wants(t, c.RevokeSession(first.ID), stytch.ErrSessionNotFound)
		if err := c.RevokeSession(second.ID); err != nil {
			t.Error(err)
		}
	}
}
