package stytchtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const good, better = "a long Engine 1843", "another Engine 1871"

// register creates a user with a password.
func (w *world) register() *stytch.PasswordsCreateResponse {
	w.t.Helper()
	return must(w.client.Passwords.Create(w.ctx, stytch.PasswordsCreateRequest{Email: email, Password: good, SessionDurationMinutes: new(60)}))(w.t)
}

func (w *world) password(password string, change ...func(*stytch.PasswordsAuthenticateRequest)) (*stytch.PasswordsAuthenticateResponse, error) {
	q := stytch.PasswordsAuthenticateRequest{Email: email, Password: password, SessionDurationMinutes: new(60)}
	for _, f := range change {
		f(&q)
	}
	return w.client.Passwords.Authenticate(w.ctx, q)
}

// reset asks for a mail that resets the password.
func (w *world) reset(change ...func(*stytch.PasswordsEmailResetStartRequest)) stytchtest.Message {
	w.t.Helper()
	q := stytch.PasswordsEmailResetStartRequest{Email: email}
	for _, f := range change {
		f(&q)
	}
	must(w.client.Passwords.Email.ResetStart(w.ctx, q))(w.t)
	return w.mail()
}

func TestPassword(t *testing.T) {
	w := newWorld(t)
	made := must(w.client.Passwords.Create(w.ctx, stytch.PasswordsCreateRequest{
		Email: email, Password: good, SessionDurationMinutes: new(60), Name: &stytch.UserName{FirstName: new("Ada")}, TrustedMetadata: map[string]any{"plan": "pro"},
	}))(t)
	f := made.Session.AuthenticationFactors
	if len(f) != 1 || f[0].Type != "password" || f[0].DeliveryMethod != "knowledge" || made.User.Emails[0].Verified || made.User.Status != stytch.UserStatusActive ||
		made.User.Password.PasswordID == "" || made.User.Password.RequiresReset || *made.User.Name.FirstName != "Ada" || made.User.Emails[0].EmailID != made.EmailID {
		t.Errorf("answer %v", made)
	}
	auth := must(w.password(good, func(q *stytch.PasswordsAuthenticateRequest) {
		q.Email, q.SessionToken = strings.ToUpper(email), &made.SessionToken
	}))(t)
	if auth.SessionToken != made.SessionToken || len(auth.Session.AuthenticationFactors) != 1 {
		t.Errorf("session %v", auth.Session)
	}
	for _, test := range []struct {
		name string
		err  error
		want stytch.ErrorType
	}{
		{"wrong", second(w.password(better)), stytch.ErrUnauthorizedCredentials},
		{"unknown address", second(w.password(good, func(q *stytch.PasswordsAuthenticateRequest) { q.Email = "charles@example.com" })), stytch.ErrEmailNotFound},
		{"registered already", second(w.client.Passwords.Create(w.ctx, stytch.PasswordsCreateRequest{Email: email, Password: better})), stytch.ErrDuplicateEmail},
		{"weak", second(w.client.Passwords.Create(w.ctx, stytch.PasswordsCreateRequest{Email: "b@example.com", Password: "password"})), stytch.ErrWeakPassword},
		{"leaked", second(w.client.Passwords.Create(w.ctx, stytch.PasswordsCreateRequest{Email: "b@example.com", Password: "correct horse battery staple"})), stytch.ErrBreachedPassword},
	} {
		if test.err == nil {
			t.Errorf("%s: no error", test.name)
		}
		wants(t, test.err, test.want)
	}
	if len(w.Users()) != 1 {
		t.Errorf("%d users", len(w.Users()))
	}
	must(w.client.Users.DeletePassword(w.ctx, stytch.UsersDeletePasswordRequest{PasswordID: made.User.Password.PasswordID}))(t)
	_, err := w.password(good)
	wants(t, err, stytch.ErrNoUserPassword)
	if err := w.SetPassword(made.UserID, better); err != nil {
		t.Fatal(err)
	}
	must(w.password(better))(t)
	must(w.password("whatever", func(q *stytch.PasswordsAuthenticateRequest) { q.Email = stytchtest.SandboxEmail }))(t)
}

// second returns the error of a call.
func second[T any](_ T, err error) error { return err }

func TestPasswordLock(t *testing.T) {
	w := newWorld(t)
	w.register()
	for range 9 {
		_, err := w.password(better)
		wants(t, err, stytch.ErrUnauthorizedCredentials)
	}
	must(w.password(good))(t) // sets the count back
	for range 10 {
		_, _ = w.password(better)
	}
	_, err := w.password(good)
	wants(t, err, stytch.ErrUserLockLimitReached)
	token := w.reset().Token
	_, err = w.client.Passwords.Email.Reset(w.ctx, stytch.PasswordsEmailResetRequest{Token: token, Password: better})
	wants(t, err, stytch.ErrUserLockLimitReached)
	w.Clock().Advance(time.Hour)
	must(w.password(good))(t)
}

func TestPasswordStrength(t *testing.T) {
	luds := stytchtest.PasswordPolicy{ValidationPolicy: stytch.PasswordStrengthPolicyLUDS, LUDSMinPasswordLength: 10, LUDSMinPasswordComplexity: 3}
	tests := []struct {
		name     string
		policy   stytchtest.PasswordPolicy
		password string
		email    *string
		valid    bool
		score    int
		breached bool
		missing  [2]int // classes and characters
	}{
		{"strong", stytchtest.PasswordPolicy{}, good, nil, true, 4, false, [2]int{}},
		{"weak", stytchtest.PasswordPolicy{}, "password", nil, false, 0, false, [2]int{}},
		{"made from the address", stytchtest.PasswordPolicy{}, "lovelace.ada.1815", new("lovelace.ada.1815@example.com"), false, 0, false, [2]int{}},
		{"leaked", stytchtest.PasswordPolicy{}, "correct horse battery staple", new(email), false, 4, true, [2]int{}},
		{"leaked, without an address", stytchtest.PasswordPolicy{}, "correct horse battery staple", nil, true, 4, false, [2]int{}},
		{"leaked, and not looked up", stytchtest.PasswordPolicy{CheckBreachOnCreation: new(false)}, "correct horse battery staple", new(email), true, 4, false, [2]int{}},
		{"very long", stytchtest.PasswordPolicy{}, strings.Repeat("ab", 100_000), nil, false, 0, false, [2]int{}},
		{"luds", luds, "Abcdefghi1", nil, true, 0, false, [2]int{}},
		{"luds, too short and simple", luds, "abc", nil, false, 0, false, [2]int{2, 7}},
		{"luds, other characters", luds, "öäüßab1234", nil, true, 0, false, [2]int{}},
		{"luds, leaked", luds, "P@ssw0rd123", new(email), false, 0, true, [2]int{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			if err := w.SetPasswordPolicy(test.policy); err != nil {
				t.Fatal(err)
			}
			got := must(w.client.Passwords.StrengthCheck(w.ctx, stytch.PasswordsStrengthCheckRequest{Password: test.password, Email: test.email}))(t)
			if got.ValidPassword != test.valid || got.Score != test.score || got.BreachedPassword != test.breached {
				t.Errorf("answer %v", got)
			}
			if requirements := got.Feedback.LUDSRequirements; (requirements != nil) != (got.StrengthPolicy == stytch.PasswordStrengthPolicyLUDS) ||
				requirements != nil && [2]int{requirements.MissingComplexity, requirements.MissingCharacters} != test.missing {
				t.Errorf("requirements %v", requirements)
			}
			if got.StrengthPolicy == stytch.PasswordStrengthPolicyZxcvbn && got.Score < 3 && (*got.Feedback.Warning == "" || len(got.Feedback.Suggestions) == 0) {
				t.Errorf("feedback %v", got.Feedback)
			}
			if member := must(w.B2B(noDrift(t)).Passwords.StrengthCheck(w.ctx, strengthOf(test.password, test.email)))(t); member.ValidPassword != test.valid ||
				(member.LUDSFeedback == nil) == (member.ZxcvbnFeedback == nil) {
				t.Errorf("answer %v", member)
			}
			address := email
			if test.email != nil {
				address = *test.email
			}
			_, err := w.client.Passwords.Create(w.ctx, stytch.PasswordsCreateRequest{Email: address, Password: test.password})
			if (err == nil) != test.valid && test.name != "leaked, without an address" {
				t.Errorf("creating it: %v", err)
			}
		})
	}
}

// TestPasswordReset resets a password by mail, and logs in by the mail's other
// link.
func TestPasswordReset(t *testing.T) {
	w := newWorld(t)
	made := w.register()
	m := w.reset(func(q *stytch.PasswordsEmailResetStartRequest) {
		q.ResetPasswordRedirectURL, q.LoginRedirectURL, q.CodeChallenge = new("https://app.example.com/reset"), new("https://app.example.com/login"), challenge(verifier)
		q.ResetPasswordTemplateID = new("forgotten")
	})
	to, login := w.open(m.Link), w.open(m.LoginLink)
	if m.Purpose != "reset_password" || m.TemplateID != "forgotten" || !m.ExpiresAt.Equal(m.SentAt.Add(30*time.Minute)) || to.Path != "/reset" || to.Query().Get("stytch_token_type") != "reset_password" ||
		to.Query().Get("token") != m.Token || to.Query().Get("public_token") != w.PublicToken() || login.Path != "/login" || login.Query().Get("stytch_token_type") != "login" {
		t.Errorf("message %+v leads to %s and %s", m, to, login)
	}
	q := stytch.PasswordsEmailResetRequest{Token: m.Token, Password: better, SessionDurationMinutes: new(60)}
	_, err := w.client.Passwords.Email.Reset(w.ctx, q)
	wants(t, err, stytch.ErrPKCEExpectedCodeVerifier)
	q.CodeVerifier = new(verifier)
	q.Password = "password"
	_, err = w.client.Passwords.Email.Reset(w.ctx, q)
	wants(t, err, stytch.ErrWeakPassword)
	q.Password = better
	done := must(w.client.Passwords.Email.Reset(w.ctx, q))(t)
	if !done.User.Emails[0].Verified || len(w.Sessions()) != 1 || done.SessionToken == made.SessionToken || done.User.Password.PasswordID != made.User.Password.PasswordID {
		t.Errorf("answer %v", done)
	}
	_, err = w.client.Passwords.Email.Reset(w.ctx, q)
	wants(t, err, stytch.ErrUnableToAuthPasswordResetToken)
	_, err = w.password(good)
	wants(t, err, stytch.ErrUnauthorizedCredentials)
	must(w.password(better))(t)
	auth := must(w.follow(m.LoginToken, func(q *stytch.MagicLinksAuthenticateRequest) { q.CodeVerifier = new(verifier) }))(t)
	if auth.Session.AuthenticationFactors[0].Type != "magic_link" {
		t.Errorf("session %v", auth.Session)
	}
	_, err = w.follow(w.reset().Token) // the token of the other link
	wants(t, err, stytch.ErrMagicLinkNotFound)
	late := w.reset(func(q *stytch.PasswordsEmailResetStartRequest) { q.ResetPasswordExpirationMinutes = new(5) })
	w.Clock().Advance(5 * time.Minute)
	_, err = w.client.Passwords.Email.Reset(w.ctx, stytch.PasswordsEmailResetRequest{Token: late.Token, Password: good})
	wants(t, err, stytch.ErrUnableToAuthPasswordResetToken)

	_, err = w.client.Passwords.Email.ResetStart(w.ctx, stytch.PasswordsEmailResetStartRequest{Email: "charles@example.com"})
	wants(t, err, stytch.ErrEmailNotFound)
	if err := w.SetRedirectURLs(stytchtest.RedirectURL{URL: "https://app.example.com/login", Types: []stytchtest.RedirectType{stytchtest.RedirectLogin}, Default: true}); err != nil {
		t.Fatal(err)
	}
	_, err = w.client.Passwords.Email.ResetStart(w.ctx, stytch.PasswordsEmailResetStartRequest{Email: email})
	wants(t, err, stytch.ErrNoPasswordResetRedirectURL)
	_, err = w.client.Passwords.Email.ResetStart(w.ctx, stytch.PasswordsEmailResetStartRequest{Email: email, ResetPasswordRedirectURL: new("https://app.example.com/login")})
	wants(t, err, stytch.ErrInvalidPasswordResetRedirectURL)
}

// TestFirstPassword gives a password to a user who has none.
func TestFirstPassword(t *testing.T) {
	w := newWorld(t)
	auth := must(w.follow(w.link().Token))(t)
	_, err := w.password(good)
	wants(t, err, stytch.ErrNoUserPassword)
	must(w.client.Passwords.Email.Reset(w.ctx, stytch.PasswordsEmailResetRequest{Token: w.reset().Token, Password: good}))(t)
	must(w.password(good))(t)
	if auth.User.Password != nil || len(w.Sessions()) != 1 {
		t.Errorf("%d sessions", len(w.Sessions()))
	}
}

func TestPasswordResetWithThePassword(t *testing.T) {
	w := newWorld(t)
	w.register()
	reset := func(existing, fresh string) (*stytch.PasswordsExistingPasswordResetResponse, error) {
		return w.client.Passwords.ExistingPassword.Reset(w.ctx, stytch.PasswordsExistingPasswordResetRequest{
			Email: email, ExistingPassword: existing, NewPassword: fresh, SessionDurationMinutes: new(60)})
	}
	_, err := reset(better, better)
	wants(t, err, stytch.ErrUnauthorizedCredentials)
	_, err = reset(good, "1234")
	wants(t, err, stytch.ErrWeakPassword)
	done := must(reset(good, better))(t)
	if len(w.Sessions()) != 1 || w.Sessions()[0].ID != done.Session.SessionID {
		t.Errorf("sessions %v", w.Sessions())
	}
	must(w.password(better))(t)
}

func TestPasswordResetInASession(t *testing.T) {
	w := newWorld(t)
	made := w.register()
	other := must(w.password(good))(t)
	reset := func() (*stytch.PasswordsSessionResetResponse, error) {
		return w.client.Passwords.Session.Reset(w.ctx, stytch.PasswordsSessionResetRequest{Password: better, SessionJWT: &made.SessionJWT})
	}
	w.Clock().Advance(5*time.Minute + time.Second)
	_, err := reset()
	wants(t, err, stytch.ErrSessionTooOldToResetPassword)
	must(w.password(good, func(q *stytch.PasswordsAuthenticateRequest) { q.SessionToken = &made.SessionToken }))(t)
	done := must(reset())(t)
	if len(w.Sessions()) != 1 || done.Session.SessionID != made.Session.SessionID || done.SessionToken != made.SessionToken {
		t.Errorf("sessions %v", w.Sessions())
	}
	must(w.password(better))(t)
	_, err = w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &other.SessionToken})
	wants(t, err, stytch.ErrSessionNotFound)
}

// TestDueReset logs in with passwords that have to be reset.
func TestDueReset(t *testing.T) {
	leaked := "correct horse battery staple"
	tests := []struct {
		name   string
		policy stytchtest.PasswordPolicy
		set    string
		want   stytch.ErrorType
	}{
		{"leaked", stytchtest.PasswordPolicy{}, leaked, stytch.ErrResetPassword},
		{"leaked, and not looked up", stytchtest.PasswordPolicy{CheckBreachOnAuthentication: new(false)}, leaked, ""},
		{"weak", stytchtest.PasswordPolicy{CheckBreachOnAuthentication: new(false)}, "1234", ""},
		{"weak, and judged", stytchtest.PasswordPolicy{CheckBreachOnAuthentication: new(false), ValidateOnAuthentication: true}, "1234", stytch.ErrResetPassword},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			if err := w.SetPasswordPolicy(test.policy); err != nil {
				t.Fatal(err)
			}
			u := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email, Verified: true}}})
			if err := w.SetPassword(u.UserID, test.set); err != nil {
				t.Fatal(err)
			}
			_, err := w.password(test.set)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wants(t, err, test.want)
			if !w.Users()[0].Password.RequiresReset {
				t.Error("the user does not show that the password must be reset")
			}
			_, err = w.client.Passwords.ExistingPassword.Reset(w.ctx, stytch.PasswordsExistingPasswordResetRequest{Email: email, ExistingPassword: test.set, NewPassword: good})
			wants(t, err, stytch.ErrCannotResetPasswordWithExistingPassword)
			m := w.reset()
			must(w.follow(m.LoginToken))(t)
			_, err = w.password(test.set) // a login without the password does not replace the reset
			wants(t, err, test.want)
			must(w.client.Passwords.Email.Reset(w.ctx, stytch.PasswordsEmailResetRequest{Token: m.Token, Password: good}))(t)
			must(w.password(good))(t)
		})
	}
}

// hashes are passwords as other systems hashed them, by other implementations than the server's.
var hashes = []struct {
	name, password string
	q              stytch.PasswordsMigrateRequest
}{
	{"bcrypt", good, stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypeBcrypt, Hash: "$2b$05$abcdefghijklmnopqrstuukqfqWBdhvwH7GV4DmZO.CzHUilcoU5G"}},
	{"phpass", "test12345", stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypePhpass, Hash: "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"}},
	{"argon2i", "password", stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypeArgon2i, Hash: "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"}},
	{"argon2id", "password", stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypeArgon2id, Hash: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"}},
	{"argon2id in hex", "password", stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypeArgon2id, Hash: "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
		Argon2Config: &stytch.Argon2Config{Salt: "somesalt", IterationAmount: 2, Memory: 65536, Threads: 1, KeyLength: 32}}},
	{"scrypt", good, stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypeScrypt, Hash: "S+acImK/8SDpzu+rW371dp6ZC3LsWPLU4aza5NxH9mI=",
		ScryptConfig: &stytch.ScryptConfig{Salt: "c29tZSBzYWx0", NParameter: 1024, RParameter: 8, PParameter: 1, KeyLength: 32}}},
	{"scrypt in PHC form", good, stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypeScrypt, Hash: "$scrypt$ln=10,r=8,p=1$c29tZSBzYWx0$S+acImK/8SDpzu+rW371dp6ZC3LsWPLU4aza5NxH9mI"}},
	{"pbkdf2", good, stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypePBKDF2, Hash: "54T13hBjdBHIRzOWivss5gThnyN5X25dAm6BsblN40U=",
		PBKDF2Config: &stytch.PBKDF2Config{Salt: "c29tZSBzYWx0", IterationAmount: 2000, KeyLength: 32, Algorithm: stytch.PBKDF2AlgorithmSHA256}}},
	{"pbkdf2 with SHA-512", good, stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypePBKDF2, Hash: "jqvsH3sTI3heh3t3yVSWNHIMeOeHKxLk4u9+jCaIx67fDAUOPDjoxUkZxW86ivk+njs6zFh/47+pyn20Go6MYg==",
		PBKDF2Config: &stytch.PBKDF2Config{Salt: "c29tZSBzYWx0", IterationAmount: 2000, KeyLength: 64, Algorithm: stytch.PBKDF2AlgorithmSHA512}}},
	{"MD5", good, stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypeMD5, Hash: "4b07a45cf179cf52fbf677451e64b404", MD5Config: &stytch.MD5Config{PrependSalt: "pre", AppendSalt: "post"}}},
	{"SHA-1", good, stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypeSHA1, Hash: "36b0840b83fba4faf714bbf5ef28be830e65239b"}},
	{"SHA-512", good, stytch.PasswordsMigrateRequest{HashType: stytch.PasswordHashTypeSHA512, SHA512Config: &stytch.SHA512Config{PrependSalt: "salt"},
		Hash: "fc3a5f8fd3dc30d1f403308d563b028783f64f77e5d3d44b49b6f60a017a204f3496b444937530b4cd37693ad38886b964c61089325d9e83c6545575600e208d"}},
}

// TestMigratedPasswords logs in with the password of each kind of hash.
func TestMigratedPasswords(t *testing.T) {
	for _, test := range hashes {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			if err := w.SetPasswordPolicy(stytchtest.PasswordPolicy{CheckBreachOnAuthentication: new(false)}); err != nil {
				t.Fatal(err)
			}
			test.q.Email = email
			made := must(w.client.Passwords.Migrate(w.ctx, test.q))(t)
			if !made.UserCreated || made.User.Password == nil || made.User.Emails[0].EmailID != made.EmailID || len(w.Sessions()) != 0 {
				t.Errorf("answer %v", made)
			}
			_, err := w.password(test.password + ".")
			wants(t, err, stytch.ErrUnauthorizedCredentials)
			if auth := must(w.password(test.password))(t); auth.UserID != made.UserID {
				t.Errorf("logged in as %s", auth.UserID)
			}
			_, err = w.client.Passwords.Migrate(w.ctx, test.q)
			wants(t, err, stytch.ErrPasswordAlreadyExists)
		})
	}
}

func TestMigration(t *testing.T) {
	w := newWorld(t)
	q := hashes[0].q
	q.Email, q.ExternalID, q.SetEmailVerified, q.PhoneNumber, q.Name = email, new("ada-1"), new(true), new(phone), &stytch.UserName{FirstName: new("Ada")}
	made := must(w.client.Passwords.Migrate(w.ctx, q))(t)
	if u := made.User; *u.ExternalID != "ada-1" || !u.Emails[0].Verified || u.PhoneNumbers[0].PhoneNumber != phone || u.PhoneNumbers[0].Verified || *u.Name.FirstName != "Ada" {
		t.Errorf("user %v", u)
	}
	existing := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "charles@example.com"}}})
	q.Email, q.ExternalID, q.SetEmailVerified = "charles@example.com", new("charles-1"), nil
	_, err := w.client.Passwords.Migrate(w.ctx, q)
	wants(t, err, stytch.ErrDuplicatePhoneNumber)
	q.PhoneNumber = new("+15005550007")
	_, err = w.client.Passwords.Migrate(w.ctx, q)
	wants(t, err, stytch.ErrTooManyUnverifiedFactors)
	q.SetPhoneNumberVerified = new(true)
	into := must(w.client.Passwords.Migrate(w.ctx, q))(t)
	if into.UserCreated || into.UserID != existing.UserID || into.User.ExternalID != nil || into.User.Emails[0].Verified || !into.User.PhoneNumbers[0].Verified {
		t.Errorf("answer %v", into)
	}
}

func TestBadHashes(t *testing.T) {
	argon := func(change func(*stytch.Argon2Config)) *stytch.Argon2Config {
		c := *hashes[4].q.Argon2Config
		change(&c)
		return &c
	}
	scrypt := func(change func(*stytch.ScryptConfig)) *stytch.ScryptConfig {
		c := *hashes[5].q.ScryptConfig
		change(&c)
		return &c
	}
	pbkdf2 := func(change func(*stytch.PBKDF2Config)) *stytch.PBKDF2Config {
		c := *hashes[7].q.PBKDF2Config
		change(&c)
		return &c
	}
	tests := []struct {
		kind         stytch.PasswordHashType
		hash, detail string
		q            stytch.PasswordsMigrateRequest
		want         stytch.ErrorType
	}{
		{"bcrypt", "secret", "", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidBcryptHash},
		{"bcrypt", "$2b$31$abcdefghijklmnopqrstuukqfqWBdhvwH7GV4DmZO.CzHUilcoU5G", "too expensive", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidBcryptCost},
		{"phpass", "$X$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidPhpassHashPrefix},
		{"phpass", "$P$9IQRaTwmf", "", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidPhpassHashFormat},
		{"phpass", "$P$zIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "too expensive", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidPhpassHashFormat},
		{"argon_2id", hashes[2].q.Hash, "the other kind", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidHash},
		{"argon_2id", hashes[4].q.Hash, "no config", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidHash},
		{"argon_2id", hashes[4].q.Hash, "short salt", stytch.PasswordsMigrateRequest{Argon2Config: argon(func(c *stytch.Argon2Config) { c.Salt = "salt" })}, stytch.ErrInvalidArgon2Salt},
		{"argon_2id", hashes[4].q.Hash, "no iterations", stytch.PasswordsMigrateRequest{Argon2Config: argon(func(c *stytch.Argon2Config) { c.IterationAmount = 0 })}, stytch.ErrInvalidArgon2IterationAmount},
		{"argon_2id", hashes[4].q.Hash, "no threads", stytch.PasswordsMigrateRequest{Argon2Config: argon(func(c *stytch.Argon2Config) { c.Threads = 0 })}, stytch.ErrInvalidArgon2Threads},
		{"argon_2id", hashes[4].q.Hash, "too expensive", stytch.PasswordsMigrateRequest{Argon2Config: argon(func(c *stytch.Argon2Config) { c.Memory = 1 << 30 })}, stytch.ErrInvalidArgon2Memory},
		{"argon_2id", hashes[4].q.Hash, "another length", stytch.PasswordsMigrateRequest{Argon2Config: argon(func(c *stytch.Argon2Config) { c.KeyLength = 16 })}, stytch.ErrArgon2KeyLengthMismatch},
		{"argon_2id", hashes[4].q.Hash, "no length", stytch.PasswordsMigrateRequest{Argon2Config: argon(func(c *stytch.Argon2Config) { c.KeyLength = -1 })}, stytch.ErrInvalidArgon2KeyLength},
		{"scrypt", hashes[5].q.Hash, "no config", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidHash},
		{"scrypt", "?", "", stytch.PasswordsMigrateRequest{ScryptConfig: hashes[5].q.ScryptConfig}, stytch.ErrInvalidBase64ScryptHash},
		{"scrypt", hashes[5].q.Hash, "salt", stytch.PasswordsMigrateRequest{ScryptConfig: scrypt(func(c *stytch.ScryptConfig) { c.Salt = "?" })}, stytch.ErrInvalidBase64ScryptSalt},
		{"scrypt", hashes[5].q.Hash, "no salt", stytch.PasswordsMigrateRequest{ScryptConfig: scrypt(func(c *stytch.ScryptConfig) { c.Salt = "" })}, stytch.ErrInvalidScryptSaltLength},
		{"scrypt", hashes[5].q.Hash, "no power of two", stytch.PasswordsMigrateRequest{ScryptConfig: scrypt(func(c *stytch.ScryptConfig) { c.NParameter = 1000 })}, stytch.ErrInvalidScryptNParameter},
		{"scrypt", hashes[5].q.Hash, "too expensive", stytch.PasswordsMigrateRequest{ScryptConfig: scrypt(func(c *stytch.ScryptConfig) { c.NParameter, c.RParameter = 262144, 262144 })}, stytch.ErrInvalidScryptParameters},
		{"scrypt", hashes[5].q.Hash, "another length", stytch.PasswordsMigrateRequest{ScryptConfig: scrypt(func(c *stytch.ScryptConfig) { c.KeyLength = 64 })}, stytch.ErrScryptKeyLengthMismatch},
		{"scrypt", "$scrypt$ln=40,r=8,p=1$c29tZSBzYWx0$S+acImK/8SDpzu+rW371dp6ZC3LsWPLU4aza5NxH9mI", "too expensive in PHC form", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidHash},
		{"pbkdf_2", hashes[7].q.Hash, "no config", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidHash},
		{"pbkdf_2", "?", "", stytch.PasswordsMigrateRequest{PBKDF2Config: hashes[7].q.PBKDF2Config}, stytch.ErrInvalidPBKDF2Hash},
		{"pbkdf_2", hashes[7].q.Hash, "no salt", stytch.PasswordsMigrateRequest{PBKDF2Config: pbkdf2(func(c *stytch.PBKDF2Config) { c.Salt = "" })}, stytch.ErrInvalidPBKDF2Salt},
		{"pbkdf_2", hashes[7].q.Hash, "too expensive", stytch.PasswordsMigrateRequest{PBKDF2Config: pbkdf2(func(c *stytch.PBKDF2Config) { c.IterationAmount = 2_000_000_000 })}, stytch.ErrInvalidPBKDF2IterationAmount},
		{"pbkdf_2", hashes[7].q.Hash, "another length", stytch.PasswordsMigrateRequest{PBKDF2Config: pbkdf2(func(c *stytch.PBKDF2Config) { c.KeyLength = 64 })}, stytch.ErrPBKDF2KeyLengthMismatch},
		{"md_5", "4b07", "", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidMD5Hash},
		{"sha_1", hashes[9].q.Hash, "of MD5", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidSHA1Hash},
		{"sha_512", strings.Repeat("x", 128), "", stytch.PasswordsMigrateRequest{}, stytch.ErrInvalidSHA512Hash},
	}
	w := newWorld(t)
	for _, test := range tests {
		t.Run(string(test.kind)+" "+test.detail, func(t *testing.T) {
			test.q.Email, test.q.HashType, test.q.Hash = email, test.kind, test.hash
			_, err := w.client.Passwords.Migrate(w.ctx, test.q)
			wants(t, err, test.want)
		})
	}
	if len(w.Users()) != 0 {
		t.Errorf("%d users", len(w.Users()))
	}
}

func TestBadPasswordPolicies(t *testing.T) {
	w := newWorld(t)
	for _, bad := range []stytchtest.PasswordPolicy{{ValidationPolicy: "none"}, {LUDSMinPasswordComplexity: 5}, {LUDSMinPasswordLength: -1}} {
		if w.SetPasswordPolicy(bad) == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if w.SetPassword("nobody", good) == nil {
		t.Error("nobody has a password")
	}
}
