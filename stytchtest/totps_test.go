package stytchtest_test

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// later moves the clock to the next code of an app.
func (w *world) later() { w.Clock().Advance(30 * time.Second) }

// app sets up an authenticator app for a new user.
func (w *world) app() *stytch.TOTPsCreateResponse {
	w.t.Helper()
	u := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email, Verified: true}}})
	return must(w.client.TOTPs.Create(w.ctx, stytch.TOTPsCreateRequest{UserID: u.UserID}))(w.t)
}

func (w *world) typeTOTP(userID, code string, change ...func(*stytch.TOTPsAuthenticateRequest)) (*stytch.TOTPsAuthenticateResponse, error) {
	q := stytch.TOTPsAuthenticateRequest{UserID: userID, TOTPCode: code, SessionDurationMinutes: new(60)}
	for _, f := range change {
		f(&q)
	}
	return w.client.TOTPs.Authenticate(w.ctx, q)
}

func (w *world) code(id string) string {
	w.t.Helper()
	return must(w.TOTPCode(id))(w.t)
}

// TestTOTP sets up an app and logs in with its codes, which another implementation
// makes from the secret.
func TestTOTP(t *testing.T) {
	w := newWorld(t)
	made := w.app()
	if len(made.Secret) != 32 || len(made.RecoveryCodes) != 10 || !regexp.MustCompile(`^[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$`).MatchString(made.RecoveryCodes[0]) {
		t.Errorf("secret %q, recovery codes %q", made.Secret, made.RecoveryCodes)
	}
	data, ok := strings.CutPrefix(made.QRCode, "data:image/png;base64, ")
	picture, err := png.DecodeConfig(bytes.NewReader(must(base64.StdEncoding.DecodeString(data))(t)))
	if !ok || err != nil || picture.Width != 200 || picture.Height != 200 {
		t.Errorf("the QR code is %v, %v", picture, err)
	}
	if have := made.User.TOTPs; len(have) != 1 || have[0].Verified || have[0].TOTPID != made.TOTPID {
		t.Errorf("apps %v", have)
	}
	code := must(totp.GenerateCode(made.Secret, w.Clock().Now()))(t)
	if code != w.code(made.TOTPID) || code != w.code(made.UserID) {
		t.Errorf("the code is %s, want %s", w.code(made.TOTPID), code)
	}
	session := must(w.AddSession(made.UserID, time.Hour, nil))(t)
	auth := must(w.typeTOTP(made.UserID, code, func(q *stytch.TOTPsAuthenticateRequest) { q.SessionToken = &session.Token }))(t)
	f := auth.Session.AuthenticationFactors
	if auth.SessionToken != session.Token || len(f) != 2 || f[1].Type != "totp" || f[1].AuthenticatorAppFactor.TOTPID != made.TOTPID || !auth.User.TOTPs[0].Verified {
		t.Errorf("session %v, user %v", auth.Session, auth.User)
	}
	_, err = w.typeTOTP(made.UserID, code)
	wants(t, err, stytch.ErrTOTPCodeAlreadyAuthenticated)
	before := code
	for range 2 {
		w.later()
	}
	_, err = w.typeTOTP(made.UserID, before)
	wants(t, err, stytch.ErrUnableToAuthenticateTOTP)
	// The codes of one period before and after pass too, each once.
	for _, drift := range []time.Duration{-30 * time.Second, 30 * time.Second} {
		must(w.typeTOTP(made.UserID, must(totp.GenerateCode(made.Secret, w.Clock().Now().Add(drift)))(t)))(t)
	}
	_, err = w.typeTOTP(made.UserID, must(totp.GenerateCode(made.Secret, w.Clock().Now()))(t))
	wants(t, err, stytch.ErrTOTPCodeAlreadyAuthenticated)
	_, err = w.client.TOTPs.Create(w.ctx, stytch.TOTPsCreateRequest{UserID: made.UserID})
	wants(t, err, stytch.ErrActiveTOTPExists)

	must(w.client.Users.DeleteTOTP(w.ctx, stytch.UsersDeleteTOTPRequest{TOTPID: made.TOTPID}))(t)
	_, err = w.typeTOTP(made.UserID, "123456")
	wants(t, err, stytch.ErrTOTPsNotFoundForUser)
	must(w.client.TOTPs.Create(w.ctx, stytch.TOTPsCreateRequest{UserID: made.UserID}))(t)
}

func TestTOTPErrors(t *testing.T) {
	tests := []struct {
		name string
		do   func(w *world) error
		want stytch.ErrorType
	}{
		{"an unknown user", func(w *world) error {
			_, err := w.client.TOTPs.Create(w.ctx, stytch.TOTPsCreateRequest{UserID: "nobody"})
			return err
		}, stytch.ErrUserNotFound},
		{"a pending user", func(w *world) error {
			_, err := w.client.TOTPs.Create(w.ctx, stytch.TOTPsCreateRequest{UserID: w.AddUser(stytch.User{Status: stytch.UserStatusPending}).UserID})
			return err
		}, stytch.ErrBadRequest},
		{"a password and nothing proven", func(w *world) error {
			u := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email}}, Password: &stytch.Password{PasswordID: "password-test-1"}})
			_, err := w.client.TOTPs.Create(w.ctx, stytch.TOTPsCreateRequest{UserID: u.UserID})
			return err
		}, stytch.ErrTooManyUnverifiedFactors},
		{"twice", func(w *world) error {
			_, err := w.client.TOTPs.Create(w.ctx, stytch.TOTPsCreateRequest{UserID: w.app().UserID})
			return err
		}, stytch.ErrPendingTOTPExists},
		{"too late", func(w *world) error {
			made := w.app()
			w.Clock().Advance(24 * time.Hour)
			_, err := w.typeTOTP(made.UserID, w.code(made.TOTPID))
			again := must(w.client.TOTPs.Create(w.ctx, stytch.TOTPsCreateRequest{UserID: made.UserID}))(w.t)
			if len(again.User.TOTPs) != 1 || again.TOTPID == made.TOTPID {
				w.t.Errorf("apps %v", again.User.TOTPs)
			}
			return err
		}, stytch.ErrExpiredTOTP},
		{"wrong", func(w *world) error {
			made := w.app()
			_, err := w.typeTOTP(made.UserID, wrong(w.code(made.TOTPID)))
			return err
		}, stytch.ErrUnableToAuthenticateTOTP},
		{"wrong ten times", func(w *world) error {
			made := w.app()
			for range 10 {
				_, _ = w.typeTOTP(made.UserID, wrong(w.code(made.TOTPID)))
			}
			_, err := w.typeTOTP(made.UserID, w.code(made.TOTPID))
			return err
		}, stytch.ErrUserLockLimitReached},
		{"an unknown session", func(w *world) error {
			made := w.app()
			_, err := w.typeTOTP(made.UserID, w.code(made.TOTPID), func(q *stytch.TOTPsAuthenticateRequest) { q.SessionToken = new("none") })
			must(w.typeTOTP(made.UserID, w.code(made.TOTPID)))(w.t) // the code is not used up
			return err
		}, stytch.ErrSessionNotFound},
		{"recovery without an app", func(w *world) error {
			_, err := w.client.TOTPs.RecoveryCodes(w.ctx, stytch.TOTPsRecoveryCodesRequest{UserID: w.AddUser(stytch.User{}).UserID})
			return err
		}, stytch.ErrTOTPsNotFoundForUser},
		{"the sandbox", func(w *world) error {
			const sandbox = "user-test-e3795c81-f849-4167-bfda-e4a6e9c280fd"
			for range 2 {
				must(w.client.TOTPs.Create(w.ctx, stytch.TOTPsCreateRequest{UserID: sandbox}))(w.t)
				must(w.typeTOTP(sandbox, "000000"))(w.t)
				must(w.client.TOTPs.RecoveryCodes(w.ctx, stytch.TOTPsRecoveryCodesRequest{UserID: sandbox}))(w.t)
				must(w.client.TOTPs.Recover(w.ctx, stytch.TOTPsRecoverRequest{UserID: sandbox, RecoveryCode: "a1b2-c3d4-e5f6"}))(w.t)
			}
			return nil
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.do(newWorld(t))
			if test.want == "" && err == nil {
				return
			}
			wants(t, err, test.want)
		})
	}
}

func TestRecoveryCodes(t *testing.T) {
	w := newWorld(t)
	made := w.app()
	recover := func(code string) (*stytch.TOTPsRecoverResponse, error) {
		return w.client.TOTPs.Recover(w.ctx, stytch.TOTPsRecoverRequest{UserID: made.UserID, RecoveryCode: code, SessionDurationMinutes: new(60)})
	}
	_, err := recover(made.RecoveryCodes[0])
	wants(t, err, stytch.ErrTOTPsNotFoundForUser) // the app is not verified
	must(w.typeTOTP(made.UserID, w.code(made.TOTPID)))(t)
	auth := must(recover(made.RecoveryCodes[0]))(t)
	if f := auth.Session.AuthenticationFactors; auth.TOTPID != made.TOTPID || len(f) != 1 || f[0].Type != "recovery_codes" || f[0].RecoveryCodeFactor.TOTPRecoveryCodeID == "" {
		t.Errorf("session %v", auth.Session)
	}
	_, err = recover(made.RecoveryCodes[0])
	wants(t, err, stytch.ErrUnableToAuthenticateRecoveryCode)
	_, err = recover("4h2k9wqdm7xp")
	wants(t, err, stytch.ErrInvalidRecoveryCode)
	_, err = recover("123456")
	wants(t, err, stytch.ErrTOTPCodeUsedAsRecoveryCode)
	left := must(w.client.TOTPs.RecoveryCodes(w.ctx, stytch.TOTPsRecoveryCodesRequest{UserID: made.UserID}))(t).TOTPs
	if len(left) != 1 || !left[0].Verified || strings.Join(left[0].RecoveryCodes, " ") != strings.Join(made.RecoveryCodes[1:], " ") {
		t.Errorf("left are %v", left)
	}
}

// mfa is a company that wants a second factor, with an active member.
func newMFACompany(t *testing.T, o b2b.Organization, m b2b.Member) (*company, b2b.Member) {
	t.Helper()
	o.MFAPolicy = b2b.MFAPolicyRequiredForAll
	c := newCompany(t, o)
	return c, c.member(m)
}

func (c *company) typeTOTP(memberID, code string, change ...func(*b2b.TOTPsAuthenticateRequest)) (*b2b.TOTPsAuthenticateResponse, error) {
	q := b2b.TOTPsAuthenticateRequest{OrganizationID: c.org.OrganizationID, MemberID: memberID, Code: code}
	for _, f := range change {
		f(&q)
	}
	return c.b2b.TOTPs.Authenticate(c.ctx, q)
}

// TestMemberTOTP sets up an app during the first login, and logs in with it next
// time.
func TestMemberTOTP(t *testing.T) {
	c, m := newMFACompany(t, b2b.Organization{}, b2b.Member{})
	first := must(c.login())(t)
	if first.Next() != b2b.StepEnroll {
		t.Fatalf("next is %s", first.Next())
	}
	with := func(token string) func(*b2b.TOTPsAuthenticateRequest) {
		return func(q *b2b.TOTPsAuthenticateRequest) { q.IntermediateSessionToken = &token }
	}
	create := b2b.TOTPsCreateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, IntermediateSessionToken: &first.IntermediateSessionToken}
	made := must(c.b2b.TOTPs.Create(c.ctx, create))(t)
	if len(made.RecoveryCodes) != 10 || made.Member.TOTPRegistrationID != "" || !strings.HasPrefix(made.QRCode, "data:image/png;base64,iVBOR") {
		t.Errorf("answer %v", made)
	}
	_, err := c.b2b.TOTPs.Create(c.ctx, create)
	wants(t, err, stytch.ErrPendingTOTPExists)
	_, err = c.typeTOTP(m.MemberID, wrong(c.code(m.MemberID)), with(first.IntermediateSessionToken))
	wants(t, err, stytch.ErrUnableToAuthenticateTOTP)
	_, err = c.typeTOTP(m.MemberID, made.RecoveryCodes[0], with(first.IntermediateSessionToken))
	wants(t, err, stytch.ErrRecoveryCodeUsedAsTOTPCode)
	_, err = c.typeTOTP(m.MemberID, "12", with(first.IntermediateSessionToken))
	wants(t, err, stytch.ErrInvalidTOTPCode)
	in := must(c.typeTOTP(m.MemberID, must(totp.GenerateCode(made.Secret, c.Clock().Now()))(t), with(first.IntermediateSessionToken)))(t)
	if in.Member.TOTPRegistrationID != made.TOTPRegistrationID || !in.Member.MFAEnrolled || in.Member.DefaultMFAMethod != "totp" || len(in.MemberSession.AuthenticationFactors) != 2 {
		t.Errorf("answer %v", in)
	}
	_, err = c.typeTOTP(m.MemberID, c.code(m.MemberID), with(first.IntermediateSessionToken))
	wants(t, err, stytch.ErrIntermediateSessionNotFound)
	_, err = c.b2b.TOTPs.Create(c.ctx, create)
	wants(t, err, stytch.ErrActiveTOTPExists)

	again := must(c.login())(t)
	if again.Next() != b2b.StepTOTPCode || again.MFARequired.MemberOptions.TOTPRegistrationID != made.TOTPRegistrationID {
		t.Fatalf("next is %s", again.Next())
	}
	c.later()
	must(c.typeTOTP(m.MemberID, c.code(made.TOTPRegistrationID), with(again.IntermediateSessionToken)))(t)

	c.later()
	stepUp := must(c.typeTOTP(m.MemberID, c.code(made.TOTPRegistrationID), func(q *b2b.TOTPsAuthenticateRequest) { q.SessionToken = &in.SessionToken }))(t)
	if stepUp.SessionToken != in.SessionToken || len(stepUp.MemberSession.AuthenticationFactors) != 2 {
		t.Errorf("session %v", stepUp.MemberSession)
	}
	must(c.b2b.Organizations.Members.DeleteTOTP(c.ctx, b2b.OrganizationsMembersDeleteTOTPRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID}))(t)
	if _, err := c.TOTPCode(m.MemberID); err == nil {
		t.Error("the app is not deleted")
	}
}

func TestMemberRecoveryCodes(t *testing.T) {
	c, m := newMFACompany(t, b2b.Organization{}, b2b.Member{TOTPRegistrationID: "member-totp-test-1"})
	get := func() []string {
		return must(c.b2b.RecoveryCodes.Get(c.ctx, b2b.RecoveryCodesGetRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID}))(t).RecoveryCodes
	}
	codes := get()
	recover := func(code string) (*b2b.RecoveryCodesRecoverResponse, error) {
		first := must(c.login())(t)
		return c.b2b.RecoveryCodes.Recover(c.ctx, b2b.RecoveryCodesRecoverRequest{
			OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, RecoveryCode: code, IntermediateSessionToken: &first.IntermediateSessionToken})
	}
	in := must(recover(codes[3]))(t)
	if in.RecoveryCodesRemaining != 9 || len(in.MemberSession.AuthenticationFactors) != 2 || len(get()) != 9 {
		t.Errorf("answer %v", in)
	}
	_, err := recover(codes[3])
	wants(t, err, stytch.ErrUnableToAuthenticateRecoveryCode)
	fresh := must(c.b2b.RecoveryCodes.Rotate(c.ctx, b2b.RecoveryCodesRotateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID}))(t).RecoveryCodes
	if len(fresh) != 10 || strings.Join(get(), " ") != strings.Join(fresh, " ") {
		t.Errorf("codes %v, want %v", get(), fresh)
	}
	_, err = recover(codes[0])
	wants(t, err, stytch.ErrUnableToAuthenticateRecoveryCode)
	for left := 9; left >= 0; left-- {
		if in := must(recover(fresh[left]))(t); in.RecoveryCodesRemaining != left {
			t.Errorf("%d codes are left, want %d", in.RecoveryCodesRemaining, left)
		}
	}
	_, err = recover(fresh[0])
	wants(t, err, stytch.ErrRecoveryCodesNotFound)
}

func TestMemberTOTPRules(t *testing.T) {
	create := func(c *company, m b2b.Member, change ...func(*b2b.TOTPsCreateRequest)) error {
		q := b2b.TOTPsCreateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID}
		for _, f := range change {
			f(&q)
		}
		_, err := c.b2b.TOTPs.Create(c.ctx, q)
		return err
	}
	withPhone := b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true}
	onlySMS := b2b.Organization{MFAMethods: b2b.MethodPolicyRestricted, AllowedMFAMethods: []b2b.MFAMethod{b2b.MFAMethodSMSOTP}}
	onlyTOTP := b2b.Organization{MFAMethods: b2b.MethodPolicyRestricted, AllowedMFAMethods: []b2b.MFAMethod{b2b.MFAMethodTOTP}}
	migrated := []string{"aaaa-bbbb-cccc", "old code"}
	tests := []struct {
		name   string
		org    b2b.Organization
		member b2b.Member
		do     func(c *company, m b2b.Member) error
		want   stytch.ErrorType
	}{
		{"a pending member", b2b.Organization{}, b2b.Member{Status: b2b.MemberStatusPending}, func(c *company, m b2b.Member) error { return create(c, m) }, stytch.ErrActionAvailableOnlyForActiveMembers},
		{"not allowed", onlySMS, b2b.Member{}, func(c *company, m b2b.Member) error { return create(c, m) }, stytch.ErrOperationRestrictedByOrganizationMFAMethods},
		{"a breakglass member", onlySMS, b2b.Member{IsBreakglass: true}, func(c *company, m b2b.Member) error { return create(c, m) }, ""},
		{"no SMS where it is not allowed", onlyTOTP, withPhone, func(c *company, m b2b.Member) error {
			if next := must(c.login())(c.t).Next(); next != b2b.StepEnroll || len(c.Inbox().Messages()) != 1 {
				c.t.Errorf("next is %s, %d messages", next, len(c.Inbox().Messages()))
			}
			_, err := c.b2b.OTPs.SMS.Send(c.ctx, b2b.OTPsSMSSendRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID})
			return err
		}, stytch.ErrOperationRestrictedByOrganizationMFAMethods},
		{"another factor without a login by the first", b2b.Organization{}, withPhone, func(c *company, m b2b.Member) error { return create(c, m) }, stytch.ErrInsufficientFactors},
		{"another factor after a login by the first", b2b.Organization{}, withPhone, func(c *company, m b2b.Member) error {
			first := must(c.login())(c.t)
			in := must(c.b2b.OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID,
				Code: must(c.Inbox().WaitFor(c.ctx, phone))(c.t).Code, IntermediateSessionToken: &first.IntermediateSessionToken}))(c.t)
			err := create(c, m, func(q *b2b.TOTPsCreateRequest) { q.SessionToken = &in.SessionToken })
			must(c.typeTOTP(m.MemberID, c.code(m.MemberID), func(q *b2b.TOTPsAuthenticateRequest) {
				q.SessionToken, q.SetDefaultMFA = &in.SessionToken, new(true)
			}))(c.t)
			if again := must(c.login())(c.t); again.MFARequired.SecondaryAuthInitiated != nil {
				c.t.Error("an SMS was sent to a member who uses an app by default")
			}
			return err
		}, ""},
		{"the session of another member", b2b.Organization{}, b2b.Member{}, func(c *company, m b2b.Member) error {
			other := must(c.AddMember(b2b.Member{OrganizationID: c.org.OrganizationID, EmailAddress: "charles@example.com"}))(c.t)
			s := must(c.AddSession(other.MemberID, time.Hour, nil))(c.t)
			return create(c, m, func(q *b2b.TOTPsCreateRequest) { q.SessionToken = &s.Token })
		}, stytch.ErrMemberSessionMemberIDMismatch},
		{"no app", b2b.Organization{}, b2b.Member{}, func(c *company, m b2b.Member) error {
			s := must(c.AddSession(m.MemberID, time.Hour, nil))(c.t)
			_, err := c.typeTOTP(m.MemberID, "123456", func(q *b2b.TOTPsAuthenticateRequest) { q.SessionToken = &s.Token })
			return err
		}, stytch.ErrTOTPNotFound},
		{"recovery codes without an app", b2b.Organization{}, b2b.Member{}, func(c *company, m b2b.Member) error {
			_, err := c.b2b.RecoveryCodes.Rotate(c.ctx, b2b.RecoveryCodesRotateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID})
			return err
		}, stytch.ErrNoActiveRecoveryCodeBackedFactor},
		{"before the primary factor", b2b.Organization{AuthMethods: b2b.MethodPolicyRestricted, AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodPassword}}, b2b.Member{TOTPRegistrationID: "member-totp-test-1"}, func(c *company, m b2b.Member) error {
			first := must(c.login())(c.t)
			_, err := c.typeTOTP(m.MemberID, c.code(m.MemberID), func(q *b2b.TOTPsAuthenticateRequest) { q.IntermediateSessionToken = &first.IntermediateSessionToken })
			return err
		}, stytch.ErrActionAvailableOnlyOncePrimaryAuthenticationIsMet},
		{"migrated", b2b.Organization{}, b2b.Member{}, func(c *company, m b2b.Member) error {
			q := b2b.TOTPsMigrateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, Secret: "JBSWY3DPEHPK3PXP", RecoveryCodes: migrated}
			made := must(c.b2b.TOTPs.Migrate(c.ctx, q))(c.t)
			if made.Member.TOTPRegistrationID != made.TOTPRegistrationID || strings.Join(made.RecoveryCodes, "|") != strings.Join(migrated, "|") {
				c.t.Errorf("answer %v", made)
			}
			first := must(c.login())(c.t)
			must(c.typeTOTP(m.MemberID, must(totp.GenerateCode("JBSWY3DPEHPK3PXP", c.Clock().Now()))(c.t), func(q *b2b.TOTPsAuthenticateRequest) {
				q.IntermediateSessionToken = &first.IntermediateSessionToken
			}))(c.t)
			_, err := c.b2b.TOTPs.Migrate(c.ctx, q)
			return err
		}, stytch.ErrActiveTOTPExists},
		{"migrated without a secret", b2b.Organization{}, b2b.Member{}, func(c *company, m b2b.Member) error {
			_, err := c.b2b.TOTPs.Migrate(c.ctx, b2b.TOTPsMigrateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, Secret: "not base32!", RecoveryCodes: migrated})
			return err
		}, stytch.ErrBadRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, m := newMFACompany(t, test.org, test.member)
			err := test.do(c, m)
			if test.want == "" && err == nil {
				return
			}
			wants(t, err, test.want)
		})
	}
}

// TestTOTPsInSnapshots checks that an app still makes the same codes.
func TestTOTPsInSnapshots(t *testing.T) {
	w := newWorld(t)
	made := w.app()
	restored := must(stytchtest.Start(stytchtest.Config{Snapshot: must(w.Snapshot())(t)}))(t)
	defer restored.Close()
	if have, want := must(restored.TOTPCode(made.TOTPID))(t), w.code(made.TOTPID); have != want {
		t.Errorf("the code is %s, want %s", have, want)
	}
}
