package stytchtest_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

const uuid = "-test-8f2d6c1e-4b7a-4c39-9e15-2a6d0b7f3c84"

// everything is a user with each kind of factor.
var everything = stytch.User{
	Emails:                 []stytch.UserEmail{{EmailID: "email" + uuid, Email: email, Verified: true}},
	PhoneNumbers:           []stytch.UserPhoneNumber{{PhoneID: "phone-number" + uuid, PhoneNumber: phone, Verified: true}},
	WebAuthnRegistrations:  []stytch.WebAuthnRegistration{{WebAuthnRegistrationID: "webauthn-registration" + uuid}},
	BiometricRegistrations: []stytch.BiometricRegistration{{BiometricRegistrationID: "biometric-registration" + uuid}},
	TOTPs:                  []stytch.TOTP{{TOTPID: "totp" + uuid}},
	CryptoWallets:          []stytch.CryptoWallet{{CryptoWalletID: "crypto-wallet" + uuid}},
	Password:               &stytch.Password{PasswordID: "password" + uuid},
	Providers:              []stytch.OAuthProvider{{OAuthUserRegistrationID: "oauth-user" + uuid}},
}

// changed is the user in the answer of a call that changes one.
func changed[R any](answer *R, err error) (stytch.User, error) {
	if err != nil {
		return stytch.User{}, err
	}
	return reflect.ValueOf(answer).Elem().FieldByName("User").Interface().(stytch.User), nil
}

// deleting are the calls that delete one factor of a user.
var deleting = []struct {
	kind              string // of factor
	prefix            string // of its ids
	notFound, invalid stytch.ErrorType
	call              func(w *world, id string) (stytch.User, error)
	gone              func(*stytch.User) // takes the factor from a user, for what is wanted
}{
	{"email", "email", stytch.ErrEmailNotFound, stytch.ErrInvalidEmailID, func(w *world, id string) (stytch.User, error) {
		return changed(w.client.Users.DeleteEmail(w.ctx, stytch.UsersDeleteEmailRequest{EmailID: id}))
	}, func(u *stytch.User) { u.Emails = []stytch.UserEmail{} }},
	{"phone number", "phone-number", stytch.ErrPhoneNumberNotFound, stytch.ErrPhoneNumberNotFound, func(w *world, id string) (stytch.User, error) {
		return changed(w.client.Users.DeletePhoneNumber(w.ctx, stytch.UsersDeletePhoneNumberRequest{PhoneID: id}))
	}, func(u *stytch.User) { u.PhoneNumbers = []stytch.UserPhoneNumber{} }},
	{"WebAuthn registration", "webauthn-registration", stytch.ErrWebAuthnRegistrationNotFound, stytch.ErrInvalidWebAuthnRegistrationID, func(w *world, id string) (stytch.User, error) {
		return changed(w.client.Users.DeleteWebAuthnRegistration(w.ctx, stytch.UsersDeleteWebAuthnRegistrationRequest{WebAuthnRegistrationID: id}))
	}, func(u *stytch.User) { u.WebAuthnRegistrations = []stytch.WebAuthnRegistration{} }},
	{"biometric registration", "biometric-registration", stytch.ErrBiometricRegistrationNotFound, stytch.ErrInvalidBiometricRegistrationID, func(w *world, id string) (stytch.User, error) {
		return changed(w.client.Users.DeleteBiometricRegistration(w.ctx, stytch.UsersDeleteBiometricRegistrationRequest{BiometricRegistrationID: id}))
	}, func(u *stytch.User) { u.BiometricRegistrations = []stytch.BiometricRegistration{} }},
	{"TOTP", "totp", stytch.ErrTOTPNotFound, stytch.ErrInvalidTOTPID, func(w *world, id string) (stytch.User, error) {
		return changed(w.client.Users.DeleteTOTP(w.ctx, stytch.UsersDeleteTOTPRequest{TOTPID: id}))
	}, func(u *stytch.User) { u.TOTPs = []stytch.TOTP{} }},
	{"crypto wallet", "crypto-wallet", stytch.ErrCryptoWalletNotFound, stytch.ErrInvalidCryptoWalletID, func(w *world, id string) (stytch.User, error) {
		return changed(w.client.Users.DeleteCryptoWallet(w.ctx, stytch.UsersDeleteCryptoWalletRequest{CryptoWalletID: id}))
	}, func(u *stytch.User) { u.CryptoWallets = []stytch.CryptoWallet{} }},
	{"password", "password", stytch.ErrPasswordNotFound, stytch.ErrInvalidPasswordID, func(w *world, id string) (stytch.User, error) {
		return changed(w.client.Users.DeletePassword(w.ctx, stytch.UsersDeletePasswordRequest{PasswordID: id}))
	}, func(u *stytch.User) { u.Password = nil }},
	{"OAuth registration", "oauth-user", stytch.ErrOAuthUserRegistrationNotFound, stytch.ErrInvalidOAuthUserRegistrationID, func(w *world, id string) (stytch.User, error) {
		return changed(w.client.Users.DeleteOAuthRegistration(w.ctx, stytch.UsersDeleteOAuthRegistrationRequest{OAuthUserRegistrationID: id}))
	}, func(u *stytch.User) { u.Providers = []stytch.OAuthProvider{} }},
}

func TestDeleteFactor(t *testing.T) {
	for _, test := range deleting {
		t.Run(test.kind, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "grace@example.com"}}})
			w.AddUser(everything)
			want := w.Users()[1]
			test.gone(&want)

			got := must(test.call(w, test.prefix+uuid))(t)
			if after := w.Users()[1]; !reflect.DeepEqual(got, after) || !reflect.DeepEqual(after, want) {
				t.Errorf("answered %v\nand left  %v\nwant      %v", got, after, want)
			}
			_, err := test.call(w, test.prefix+uuid)
			wants(t, err, test.notFound)
			_, err = test.call(w, "no-id")
			wants(t, err, test.invalid)
		})
	}
}

// TestLastPrimaryFactorStays has a user keep what they log in with, and lose the rest.
func TestLastPrimaryFactorStays(t *testing.T) {
	only := map[string]func(*stytch.User){
		"email":              func(u *stytch.User) { u.PhoneNumbers, u.Providers = nil, nil },
		"phone number":       func(u *stytch.User) { u.Emails, u.Providers = nil, nil },
		"OAuth registration": func(u *stytch.User) { u.Emails, u.PhoneNumbers = nil, nil },
	}
	for _, test := range deleting {
		strip, primary := only[test.kind]
		t.Run(test.kind, func(t *testing.T) {
			w := newWorld(t)
			u := everything
			if !primary {
				strip = only["email"]
			}
			strip(&u)
			w.AddUser(u)
			before := w.Users()
			_, err := test.call(w, test.prefix+uuid)
			if !primary {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wants(t, err, stytch.ErrCannotDeleteLastPrimaryFactor)
			if !reflect.DeepEqual(w.Users(), before) {
				t.Error("the refusal has changed the user")
			}
		})
	}
}

// TestDeletedFactorLeavesSessions has a session live on, without the factor and its code.
func TestDeletedFactorLeavesSessions(t *testing.T) {
	w := newWorld(t)
	methodID, code := w.sms()
	auth := must(w.authenticate(methodID, code))(t)
	added := must(w.client.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: email, UserID: &auth.UserID}))(t)
	must(w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{
		MethodID: added.EmailID, Code: must(w.Inbox().WaitFor(w.ctx, email))(t).Code, SessionToken: &auth.SessionToken,
	}))(t)
	must(w.client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: phone}))(t)
	_, err := w.client.Users.DeletePhoneNumber(w.ctx, stytch.UsersDeletePhoneNumberRequest{PhoneID: methodID})
	if err != nil {
		t.Fatal(err)
	}
	have := must(w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken}))(t)
	if f := have.Session.AuthenticationFactors; len(f) != 1 || f[0].EmailFactor == nil {
		t.Errorf("factors %v, want the e-mail alone", f)
	}
	_, err = w.authenticate(methodID, must(w.Inbox().WaitFor(w.ctx, phone))(t).Code)
	wants(t, err, stytch.ErrOTPCodeNotFound)
	if other := must(w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone}))(t); !other.UserCreated {
		t.Error("the number is not free")
	}
}

func TestExchangePrimaryFactor(t *testing.T) {
	w := newWorld(t)
	methodID, code := w.sms()
	auth := must(w.authenticate(methodID, code))(t)
	exchange := func(r stytch.UsersExchangePrimaryFactorRequest) (*stytch.UsersExchangePrimaryFactorResponse, error) {
		r.UserID = auth.UserID
		return w.client.Users.ExchangePrimaryFactor(w.ctx, r)
	}
	got := must(exchange(stytch.UsersExchangePrimaryFactorRequest{EmailAddress: new(email)}))(t)
	if len(got.User.PhoneNumbers) != 0 || len(got.User.Emails) != 1 || got.User.Emails[0].Email != email || !got.User.Emails[0].Verified {
		t.Errorf("user %v", got.User)
	}
	again := must(exchange(stytch.UsersExchangePrimaryFactorRequest{EmailAddress: new(email)}))(t)
	if !reflect.DeepEqual(again.User, got.User) {
		t.Errorf("a repetition makes %v of %v", again.User, got.User)
	}
	have := must(w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken}))(t)
	if f := have.Session.AuthenticationFactors; len(f) != 0 {
		t.Errorf("factors %v, want none: the number is gone", f)
	}

	w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "grace@example.com"}}, PhoneNumbers: []stytch.UserPhoneNumber{{PhoneNumber: "+15005550007"}}})
	_, err := exchange(stytch.UsersExchangePrimaryFactorRequest{EmailAddress: new("grace@example.com")})
	wants(t, err, stytch.ErrDuplicateEmail)
	_, err = exchange(stytch.UsersExchangePrimaryFactorRequest{PhoneNumber: new("+15005550007")})
	wants(t, err, stytch.ErrDuplicatePhoneNumber)
	must(w.client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: phone, UserID: &auth.UserID}))(t)
	_, err = exchange(stytch.UsersExchangePrimaryFactorRequest{EmailAddress: new("new@example.com")})
	wants(t, err, stytch.ErrInvalidExchangePrimaryFactorUser) // who has two
	w.Clock().Advance(5 * time.Minute)                        // the number was not verified in time
	must(exchange(stytch.UsersExchangePrimaryFactorRequest{EmailAddress: new("new@example.com")}))(t)

	w.client = w.Client(stytch.WithoutValidation())
	_, err = exchange(stytch.UsersExchangePrimaryFactorRequest{})
	wants(t, err, stytch.ErrInvalidExchangePrimaryFactorFields)
	_, err = exchange(stytch.UsersExchangePrimaryFactorRequest{EmailAddress: new(email), PhoneNumber: new(phone)})
	wants(t, err, stytch.ErrInvalidExchangePrimaryFactorFields)
	_, err = w.client.Users.ExchangePrimaryFactor(w.ctx, stytch.UsersExchangePrimaryFactorRequest{UserID: "nobody", EmailAddress: new(email)})
	wants(t, err, stytch.ErrUserNotFound)
}
