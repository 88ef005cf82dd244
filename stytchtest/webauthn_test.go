package stytchtest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/stytchgen/sdk/stytch"
)

// authenticator is a security key in software, with the browser around it.
type authenticator struct {
	t       *testing.T
	origin  string
	id      []byte
	key     *ecdsa.PrivateKey
	counter uint32
	handle  string
}

func newAuthenticator(t *testing.T, origin string) *authenticator {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	return &authenticator{t: t, origin: origin, id: []byte(rand.Text()), key: key}
}

// options are the fields that an authenticator reads, of both kinds of options.
type options struct {
	Challenge   string
	Attestation string
	Timeout     int
	RPID        string
	RP          struct{ ID, Name string }
	User        struct{ ID, Name, DisplayName string }

	PubKeyCredParams       []struct{ Alg int }
	ExcludeCredentials     []struct{ ID string }
	AllowCredentials       []struct{ ID string }
	AuthenticatorSelection struct{ AuthenticatorAttachment, ResidentKey, UserVerification string }
	UserVerification       string
}

func parseOptions(t *testing.T, text string) options {
	t.Helper()
	var o options
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// clientData is what the browser tells the authenticator about the page.
func (a *authenticator) clientData(ceremony, challenge string) []byte {
	return must(json.Marshal(map[string]any{"type": ceremony, "challenge": challenge, "origin": a.origin, "crossOrigin": false}))(a.t)
}

// data returns the authenticator's data: the domain, flags and the counter.
func (a *authenticator) data(domain string, flags byte) []byte {
	a.counter++
	hash := sha256.Sum256([]byte(domain))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.counter)
}

var b64 = base64.RawURLEncoding.EncodeToString

// create makes a key, and returns the credential as the browser does.
func (a *authenticator) create(text string) string {
	a.t.Helper()
	o := parseOptions(a.t, text)
	a.handle = string(must(base64.StdEncoding.DecodeString(o.User.ID))(a.t))
	point := must(a.key.PublicKey.Bytes())(a.t) // 4, x, y
	public := must(cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]}))(a.t)
	data := append(a.data(o.RP.ID, 0x41), make([]byte, 16)...) // present, with a key
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(a.id))), a.id...)
	object := must(cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": append(data, public...)}))(a.t)
	return a.credential(map[string]any{
		"clientDataJSON": b64(a.clientData("webauthn.create", o.Challenge)), "attestationObject": b64(object),
	})
}

// get signs a challenge, and returns the credential as the browser does.
func (a *authenticator) get(text string) string {
	a.t.Helper()
	o := parseOptions(a.t, text)
	data, client := a.data(o.RPID, 0x01), a.clientData("webauthn.get", o.Challenge)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature := must(ecdsa.SignASN1(rand.Reader, a.key, signed[:]))(a.t)
	return a.credential(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64([]byte(a.handle)),
	})
}

func (a *authenticator) credential(response map[string]any) string {
	return string(must(json.Marshal(map[string]any{
		"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	}))(a.t))
}

// passkeyUser is a user who may register a passkey.
func (w *world) passkeyUser() stytch.User {
	return w.AddUser(stytch.User{Name: &stytch.UserName{FirstName: new("Ada"), LastName: new("Lovelace")}, Emails: []stytch.UserEmail{{Email: email, Verified: true}}})
}

func (w *world) registerStart(userID string, change ...func(*stytch.WebAuthnRegisterStartRequest)) (*stytch.WebAuthnRegisterStartResponse, error) {
	q := stytch.WebAuthnRegisterStartRequest{UserID: userID, Domain: "example.com"}
	for _, f := range change {
		f(&q)
	}
	return w.client.WebAuthn.RegisterStart(w.ctx, q)
}

func (w *world) registerKey(userID, credential string) (*stytch.WebAuthnRegisterResponse, error) {
	return w.client.WebAuthn.Register(w.ctx, stytch.WebAuthnRegisterRequest{UserID: userID, PublicKeyCredential: credential, SessionDurationMinutes: new(60)})
}

// key registers an authenticator for a user.
func (w *world) key(userID string) (*authenticator, *stytch.WebAuthnRegisterResponse) {
	w.t.Helper()
	a := newAuthenticator(w.t, "https://login.example.com")
	started := must(w.registerStart(userID))(w.t)
	return a, must(w.registerKey(userID, a.create(started.PublicKeyCredentialCreationOptions)))(w.t)
}

// loginStart begins a login and returns the options; "" is for any user.
func (w *world) loginStart(userID string) string {
	w.t.Helper()
	q := stytch.WebAuthnAuthenticateStartRequest{Domain: "example.com"}
	if userID != "" {
		q.UserID = &userID
	}
	return must(w.client.WebAuthn.AuthenticateStart(w.ctx, q))(w.t).PublicKeyCredentialRequestOptions
}

func (w *world) loginWith(credential string, change ...func(*stytch.WebAuthnAuthenticateRequest)) (*stytch.WebAuthnAuthenticateResponse, error) {
	q := stytch.WebAuthnAuthenticateRequest{PublicKeyCredential: credential, SessionDurationMinutes: new(60)}
	for _, f := range change {
		f(&q)
	}
	return w.client.WebAuthn.Authenticate(w.ctx, q)
}

// TestWebAuthn registers a security key and logs in with it.
func TestWebAuthn(t *testing.T) {
	w := newWorld(t)
	u := w.passkeyUser()
	started := must(w.registerStart(u.UserID, func(q *stytch.WebAuthnRegisterStartRequest) {
		q.UserAgent, q.AuthenticatorType, q.ReturnPasskeyCredentialOptions = new("Firefox"), new(stytch.WebAuthnAuthenticatorTypePlatform), new(true)
	}))(t)
	o := parseOptions(t, started.PublicKeyCredentialCreationOptions)
	if o.RP.ID != "example.com" || o.Attestation != "direct" || o.Timeout != 300_000 || len(o.Challenge) != 44 || o.User.Name != "Ada Lovelace" || len(o.ExcludeCredentials) != 0 ||
		len(o.PubKeyCredParams) != 2 || o.PubKeyCredParams[0].Alg != -7 || o.AuthenticatorSelection.AuthenticatorAttachment != "platform" ||
		o.AuthenticatorSelection.ResidentKey != "required" || o.AuthenticatorSelection.UserVerification != "preferred" {
		t.Errorf("options %+v", o)
	}
	a := newAuthenticator(t, "https://login.example.com")
	made := must(w.registerKey(u.UserID, a.create(started.PublicKeyCredentialCreationOptions)))(t)
	have := made.User.WebAuthnRegistrations
	if len(have) != 1 || have[0].WebAuthnRegistrationID != made.WebAuthnRegistrationID || have[0].Domain != "example.com" || have[0].UserAgent != "Firefox" ||
		!have[0].Verified || have[0].AuthenticatorType != "platform" || have[0].Name == "" || a.handle != u.UserID {
		t.Errorf("registrations %v", have)
	}
	f := made.Session.AuthenticationFactors
	if len(f) != 1 || f[0].Type != "webauthn" || f[0].DeliveryMethod != "webauthn_registration" || f[0].WebAuthnFactor.Domain != "example.com" {
		t.Errorf("factors %v", f)
	}

	text := w.loginStart(u.UserID)
	if o := parseOptions(t, text); o.RPID != "example.com" || o.UserVerification != "discouraged" || len(o.AllowCredentials) != 1 || o.AllowCredentials[0].ID != base64.StdEncoding.EncodeToString(a.id) {
		t.Errorf("options %+v", o)
	}
	auth := must(w.loginWith(a.get(text), func(q *stytch.WebAuthnAuthenticateRequest) { q.SessionToken = &made.SessionToken }))(t)
	if auth.SessionToken != made.SessionToken || auth.WebAuthnRegistrationID != made.WebAuthnRegistrationID || len(auth.Session.AuthenticationFactors) != 1 {
		t.Errorf("answer %v", auth)
	}
	if auth := must(w.loginWith(a.get(w.loginStart(""))))(t); auth.UserID != u.UserID {
		t.Errorf("the passkey logs in %s", auth.UserID)
	}

	renamed := must(w.client.WebAuthn.Update(w.ctx, stytch.WebAuthnUpdateRequest{WebAuthnRegistrationID: made.WebAuthnRegistrationID, Name: "Ada's key"}))(t)
	if renamed.WebAuthnRegistration.Name != "Ada's key" || w.Users()[0].WebAuthnRegistrations[0].Name != "Ada's key" {
		t.Errorf("registration %v", renamed.WebAuthnRegistration)
	}
	list := must(w.client.WebAuthn.ListCredentials(w.ctx, stytch.WebAuthnListCredentialsRequest{UserID: u.UserID, Domain: "example.com"}))(t).Credentials
	if len(list) != 1 || list[0].WebAuthnRegistrationID != made.WebAuthnRegistrationID || list[0].CredentialID != base64.StdEncoding.EncodeToString(a.id) || list[0].Type != "public-key" || list[0].PublicKey == "" {
		t.Errorf("credentials %v", list)
	}
	if o := parseOptions(t, must(w.registerStart(u.UserID))(t).PublicKeyCredentialCreationOptions); len(o.ExcludeCredentials) != 1 {
		t.Errorf("options %+v", o)
	}
	waiting := w.loginStart("")
	must(w.client.Users.DeleteWebAuthnRegistration(w.ctx, stytch.UsersDeleteWebAuthnRegistrationRequest{WebAuthnRegistrationID: made.WebAuthnRegistrationID}))(t)
	_, err := w.loginWith(a.get(waiting))
	wants(t, err, stytch.ErrWebAuthnRegistrationNotFound)
}

func TestWebAuthnRules(t *testing.T) {
	tests := []struct {
		name string
		do   func(w *world, u stytch.User) error
		want stytch.ErrorType
	}{
		{"a pending user", func(w *world, _ stytch.User) error {
			return second(w.registerStart(w.AddUser(stytch.User{Status: stytch.UserStatusPending}).UserID))
		}, stytch.ErrCannotUseWebAuthnWithPendingUser},
		{"a user who proved nothing", func(w *world, _ stytch.User) error { return second(w.registerStart(w.AddUser(stytch.User{}).UserID)) }, stytch.ErrTooManyUnverifiedFactors},
		{"a domain with a port", func(w *world, u stytch.User) error {
			return second(w.registerStart(u.UserID, func(q *stytch.WebAuthnRegisterStartRequest) { q.Domain = "example.com:8080" }))
		}, stytch.ErrInvalidWebAuthnRegistrationDomain},
		{"a registration without a start", func(w *world, u stytch.User) error {
			a, _ := w.key(u.UserID)
			return second(w.registerKey(u.UserID, a.create(`{"challenge":"none","user":{"id":""}}`)))
		}, stytch.ErrNoPendingWebAuthnRegistration},
		{"a registration too late", func(w *world, u stytch.User) error {
			started := must(w.registerStart(u.UserID))(w.t)
			w.Clock().Advance(5 * time.Minute)
			return second(w.registerKey(u.UserID, newAuthenticator(w.t, "https://example.com").create(started.PublicKeyCredentialCreationOptions)))
		}, stytch.ErrNoPendingWebAuthnRegistration},
		{"an earlier challenge", func(w *world, u stytch.User) error {
			first := must(w.registerStart(u.UserID))(w.t)
			must(w.registerStart(u.UserID))(w.t)
			return second(w.registerKey(u.UserID, newAuthenticator(w.t, "https://example.com").create(first.PublicKeyCredentialCreationOptions)))
		}, stytch.ErrUnableToRegisterWebAuthnRegistration},
		{"a registration on another site", func(w *world, u stytch.User) error {
			started := must(w.registerStart(u.UserID))(w.t)
			return second(w.registerKey(u.UserID, newAuthenticator(w.t, "https://example.com.evil.example").create(started.PublicKeyCredentialCreationOptions)))
		}, stytch.ErrUnableToRegisterWebAuthnRegistration},
		{"a registration on a page without https", func(w *world, u stytch.User) error {
			started := must(w.registerStart(u.UserID))(w.t)
			return second(w.registerKey(u.UserID, newAuthenticator(w.t, "http://example.com").create(started.PublicKeyCredentialCreationOptions)))
		}, stytch.ErrUnableToRegisterWebAuthnRegistration},
		{"the same key twice", func(w *world, u stytch.User) error {
			a, _ := w.key(u.UserID)
			return second(w.registerKey(u.UserID, a.create(must(w.registerStart(u.UserID))(w.t).PublicKeyCredentialCreationOptions)))
		}, stytch.ErrDuplicateWebAuthnRegistration},
		{"a login without a key", func(w *world, u stytch.User) error {
			return second(w.client.WebAuthn.AuthenticateStart(w.ctx, stytch.WebAuthnAuthenticateStartRequest{Domain: "example.com", UserID: &u.UserID}))
		}, stytch.ErrNoActiveWebAuthnRegistrations},
		{"a challenge twice", func(w *world, u stytch.User) error {
			a, _ := w.key(u.UserID)
			text := w.loginStart(u.UserID)
			must(w.loginWith(a.get(text)))(w.t)
			return second(w.loginWith(a.get(text)))
		}, stytch.ErrUnableToAuthWebAuthnRegistration},
		{"a challenge too late", func(w *world, u stytch.User) error {
			a, _ := w.key(u.UserID)
			text := w.loginStart(u.UserID)
			w.Clock().Advance(5 * time.Minute)
			return second(w.loginWith(a.get(text)))
		}, stytch.ErrUnableToAuthWebAuthnRegistration},
		{"a challenge for another user", func(w *world, u stytch.User) error {
			a, _ := w.key(u.UserID)
			other := w.AddUser(stytch.User{PhoneNumbers: []stytch.UserPhoneNumber{{PhoneNumber: phone, Verified: true}}})
			w.key(other.UserID)
			return second(w.loginWith(a.get(w.loginStart(other.UserID))))
		}, stytch.ErrUnableToAuthWebAuthnRegistration},
		{"another key", func(w *world, u stytch.User) error {
			a, _ := w.key(u.UserID)
			b := newAuthenticator(w.t, a.origin)
			b.id, b.handle, b.counter = a.id, a.handle, a.counter
			for range 9 {
				_, _ = w.loginWith(b.get(w.loginStart("")))
			}
			_, err := w.loginWith(b.get(w.loginStart("")))
			wants(w.t, err, stytch.ErrUnableToAuthWebAuthnRegistration)
			return second(w.loginWith(a.get(w.loginStart("")))) // ten failures lock the user
		}, stytch.ErrUserLockLimitReached},
		{"a copied key", func(w *world, u stytch.User) error {
			a, _ := w.key(u.UserID)
			a.counter = 0
			return second(w.loginWith(a.get(w.loginStart(""))))
		}, stytch.ErrUnableToAuthWebAuthnRegistration},
		{"the handle of another user", func(w *world, u stytch.User) error {
			a, _ := w.key(u.UserID)
			a.handle = "user-test-1"
			return second(w.loginWith(a.get(w.loginStart(""))))
		}, stytch.ErrUnableToAuthWebAuthnRegistration},
		{"a handle of the application's own", func(w *world, u stytch.User) error {
			a := newAuthenticator(w.t, "https://example.com")
			started := must(w.registerStart(u.UserID, func(q *stytch.WebAuthnRegisterStartRequest) {
				q.OverrideID, q.OverrideName, q.OverrideDisplayName = new("customer-1815"), new("ada"), new("Ada")
			}))(w.t)
			must(w.registerKey(u.UserID, a.create(started.PublicKeyCredentialCreationOptions)))(w.t)
			if o := parseOptions(w.t, started.PublicKeyCredentialCreationOptions); a.handle != "customer-1815" || o.User.Name != "ada" || o.User.DisplayName != "Ada" {
				w.t.Errorf("options %+v", o)
			}
			return second(w.loginWith(a.get(w.loginStart(""))))
		}, ""},
		{"a registration that does not exist", func(w *world, _ stytch.User) error {
			return second(w.client.WebAuthn.Update(w.ctx, stytch.WebAuthnUpdateRequest{WebAuthnRegistrationID: "webauthn-registration-test-5a8c3e17-b2f4-4d60-9a7b-1e6f0c94d82a", Name: "key"}))
		}, stytch.ErrWebAuthnRegistrationNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			err := test.do(w, w.passkeyUser())
			if test.want == "" && err == nil {
				return
			}
			wants(t, err, test.want)
		})
	}
}

// TestMalformedCredentials sends credentials that no browser returns.
func TestMalformedCredentials(t *testing.T) {
	w := newWorld(t)
	u := w.passkeyUser()
	a, _ := w.key(u.UserID)
	registers, logsIn := a.create(must(w.registerStart(u.UserID))(t).PublicKeyCredentialCreationOptions), a.get(w.loginStart(""))
	without := func(text, field string) string { return strings.Replace(text, `"`+field+`"`, `"x"`, 1) }
	garbage := func(text, field string) string { return strings.Replace(text, `"`+field+`":"`, `"`+field+`":"!`, 1) }
	tests := []struct {
		text      string
		registers bool
		want      stytch.ErrorType
	}{
		{"", true, stytch.ErrInvalidPublicKeyCredential},
		{"[]", true, stytch.ErrInvalidPublicKeyCredential},
		{strings.Replace(registers, "public-key", "password", 1), true, stytch.ErrInvalidPublicKeyCredential},
		{without(registers, "id"), true, stytch.ErrInvalidPublicKeyCredentialMissingIDField},
		{without(registers, "response"), true, stytch.ErrInvalidPublicKeyCredentialMissingResponseField},
		{without(registers, "clientDataJSON"), true, stytch.ErrInvalidPublicKeyCredentialMissingClientDataJSONField},
		{without(registers, "attestationObject"), true, stytch.ErrInvalidPublicKeyCredentialMissingAttestationObjectField},
		{garbage(registers, "id"), true, stytch.ErrInvalidPublicKeyCredentialInvalidID},
		{garbage(registers, "clientDataJSON"), true, stytch.ErrInvalidPublicKeyCredentialMalformedClientDataJSON},
		{garbage(registers, "attestationObject"), true, stytch.ErrInvalidPublicKeyCredentialMalformedAttestationObject},
		{without(logsIn, "authenticatorData"), false, stytch.ErrInvalidPublicKeyCredentialMissingAuthenticatorDataField},
		{without(logsIn, "signature"), false, stytch.ErrInvalidPublicKeyCredentialMissingSignatureField},
		{garbage(logsIn, "authenticatorData"), false, stytch.ErrInvalidPublicKeyCredentialInvalidAuthenticatorData},
		{garbage(logsIn, "signature"), false, stytch.ErrInvalidPublicKeyCredentialInvalidSignature},
	}
	for _, test := range tests {
		t.Run(string(test.want), func(t *testing.T) {
			var err error
			if test.registers {
				_, err = w.Client(stytch.WithoutValidation()).WebAuthn.Register(w.ctx, stytch.WebAuthnRegisterRequest{UserID: u.UserID, PublicKeyCredential: test.text})
			} else {
				_, err = w.loginWith(test.text)
			}
			wants(t, err, test.want)
		})
	}
	must(w.registerKey(u.UserID, func() string {
		a.id = []byte(rand.Text())
		return a.create(must(w.registerStart(u.UserID))(t).PublicKeyCredentialCreationOptions)
	}()))(t)
}
