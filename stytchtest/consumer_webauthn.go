package stytchtest

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/stytchgen/sdk/stytch"
)

// webAuthnTimeout is how long options let a browser wait, in milliseconds.
const webAuthnTimeout = int(ceremonyLife / 1_000_000)

// checkDomain rejects a domain that a browser would not accept.
func checkDomain(domain string) (string, *apiError) {
	if err := protocol.ValidateRPID(domain); err != nil {
		return "", failf("invalid_webauthn_registration_domain", "the domain is not one without scheme, port and path, such as example.com")
	}
	return strings.ToLower(domain), nil
}

func (r *run) webAuthnRegisterStart(q stytch.WebAuthnRegisterStartRequest) (stytch.WebAuthnRegisterStartResponse, *apiError) {
	none := stytch.WebAuthnRegisterStartResponse{}
	u, err := r.user(q.UserID)
	if err != nil {
		return none, err
	}
	domain, err := checkDomain(q.Domain)
	switch {
	case err != nil:
		return none, err
	case u.Profile.Status == stytch.UserStatusPending:
		return none, fail("cannot_use_webauthn_with_pending_user")
	case !u.hasVerifiedPrimary():
		return none, failf("too_many_unverified_factors", "the user has no verified e-mail address, phone number or OAuth provider")
	}
	bytes64 := encoding(q.UseBase64URLEncoding)
	handle := cmp.Or(text(q.OverrideID), u.Profile.UserID)
	selection := map[string]any{}
	if q.AuthenticatorType != nil {
		selection["authenticatorAttachment"] = *q.AuthenticatorType
	}
	if q.ReturnPasskeyCredentialOptions != nil && *q.ReturnPasskeyCredentialOptions {
		selection["residentKey"], selection["requireResidentKey"], selection["userVerification"] = "required", true, "preferred"
	}
	if earlier := r.project.state.Ceremonies.find(byToken, u.Registering); earlier != nil {
		r.project.state.Ceremonies.remove(earlier)
	}
	u.Registering = r.challenge(ceremony{
		Registers: true, Domain: domain, UserID: u.Profile.UserID, Handle: handle,
		UserAgent: text(q.UserAgent), AuthenticatorType: text(q.AuthenticatorType),
	})
	options := map[string]any{
		"attestation":        "direct",
		"challenge":          u.Registering,
		"excludeCredentials": u.descriptors(domain, bytes64),
		"pubKeyCredParams":   algorithms,
		"rp":                 map[string]any{"id": domain, "name": emulatorName},
		"timeout":            webAuthnTimeout,
		"user": map[string]any{
			"id": bytes64([]byte(handle)), "name": cmp.Or(text(q.OverrideName), u.displayName()),
			"displayName": cmp.Or(text(q.OverrideDisplayName), u.displayName()),
		},
	}
	if len(selection) > 0 {
		options["authenticatorSelection"] = selection
	}
	return stytch.WebAuthnRegisterStartResponse{UserID: u.Profile.UserID, PublicKeyCredentialCreationOptions: string(encode(options))}, nil
}

// hasVerifiedPrimary reports whether a user has proved something to log in with.
func (u *user) hasVerifiedPrimary() bool {
	return len(u.Profile.Providers) > 0 || slices.ContainsFunc(u.Methods, func(m *method) bool { return m.Verified })
}

// displayName is what an authenticator shows for a user.
func (u *user) displayName() string {
	var names []string
	if n := u.Profile.Name; n != nil {
		for _, part := range []*string{n.FirstName, n.MiddleName, n.LastName} {
			if text(part) != "" {
				names = append(names, *part)
			}
		}
	}
	if len(names) > 0 {
		return strings.Join(names, " ")
	}
	if len(u.Methods) > 0 && !slices.ContainsFunc(u.Methods, (*method).isEmail) {
		return u.Methods[0].Address
	}
	return u.account()
}

// registration returns the registration of a credential, and whether it is there.
func (u *user) registration(id string) (stytch.WebAuthnRegistration, bool) {
	i := slices.IndexFunc(u.Profile.WebAuthnRegistrations, func(w stytch.WebAuthnRegistration) bool { return w.WebAuthnRegistrationID == id })
	if i < 0 {
		return stytch.WebAuthnRegistration{}, false
	}
	return u.Profile.WebAuthnRegistrations[i], true
}

// credentials returns a user's credentials for a domain.
func (u *user) credentials(domain string) []*credential {
	return slices.DeleteFunc(slices.Clone(u.Credentials), func(c *credential) bool {
		w, ok := u.registration(c.RegistrationID)
		return !ok || w.Domain != domain
	})
}

// descriptors lists a user's credentials as options do.
func (u *user) descriptors(domain string, bytes64 func([]byte) string) []map[string]any {
	list := []map[string]any{}
	for _, c := range u.credentials(domain) {
		list = append(list, map[string]any{"id": bytes64(c.ID), "type": "public-key"})
	}
	return list
}

func (r *run) webAuthnRegister(q stytch.WebAuthnRegisterRequest) (stytch.WebAuthnRegisterResponse, *apiError) {
	none := stytch.WebAuthnRegisterResponse{}
	u, err := r.user(q.UserID)
	switch {
	case err != nil:
		return none, err
	case u.locked(r.now):
		return none, fail("user_lock_limit_reached")
	}
	if err := checkCredential(q.PublicKeyCredential, true); err != nil {
		return none, err
	}
	parsed, problem := protocol.ParseCredentialCreationResponseBytes([]byte(q.PublicKeyCredential))
	if problem != nil {
		return none, failf("invalid_public_key_credential", "the credential is not that of a registration: %v", problem)
	}
	with := sessionArguments{token: q.SessionToken, jwt: q.SessionJWT, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, telemetryID: q.TelemetryID}
	extended, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	challenge, started := parsed.Response.CollectedClientData.Challenge, u.Registering
	c := r.answered(started, true)
	if c == nil {
		return none, fail("no_pending_webauthn_registration")
	}
	if challenge != started {
		return none, failf("unable_to_register_webauthn_registration", "the challenge is not the one that the registration began with")
	}
	if problem := verifyRegistration(parsed, challenge, c); problem != nil {
		return none, failf("unable_to_register_webauthn_registration", "the answer of the authenticator is not valid: %v", problem)
	}
	if owner, _ := r.credential(parsed.RawID); owner != nil {
		return none, fail("duplicate_webauthn_registration")
	}
	made := stytch.WebAuthnRegistration{
		WebAuthnRegistrationID: newID("webauthn-registration"), Domain: c.Domain, UserAgent: c.UserAgent, Verified: true,
		AuthenticatorType: c.AuthenticatorType, Name: "key-" + strings.ToLower(rand.Text()[:8]),
	}
	data := parsed.Response.AttestationObject.AuthData
	u.Profile.WebAuthnRegistrations = append(slices.Clone(u.Profile.WebAuthnRegistrations), made)
	u.Credentials = append(u.Credentials, &credential{
		RegistrationID: made.WebAuthnRegistrationID, ID: parsed.RawID, PublicKey: data.AttData.CredentialPublicKey, Counter: data.Counter, Handle: c.Handle,
	})
	in := r.logIn(u, extended, with, webAuthnFactor(made, r.now))
	return stytch.WebAuthnRegisterResponse{
		UserID: u.Profile.UserID, WebAuthnRegistrationID: made.WebAuthnRegistrationID,
		SessionToken: in.token, SessionJWT: in.jwt, User: in.user, Session: in.session, UserDevice: in.device,
	}, nil
}

// credential returns the user who has a credential, and the credential.
func (r *run) credential(id []byte) (*user, *credential) {
	u := r.project.state.Users.find(byCredential, string(id))
	if u == nil {
		return nil, nil
	}
	return u, u.Credentials[slices.IndexFunc(u.Credentials, func(c *credential) bool { return bytes.Equal(c.ID, id) })]
}

func (r *run) webAuthnAuthenticateStart(q stytch.WebAuthnAuthenticateStartRequest) (stytch.WebAuthnAuthenticateStartResponse, *apiError) {
	none := stytch.WebAuthnAuthenticateStartResponse{}
	domain, err := checkDomain(q.Domain)
	if err != nil {
		return none, err
	}
	options := map[string]any{"rpId": domain, "timeout": webAuthnTimeout, "userVerification": "discouraged"}
	if q.ReturnPasskeyCredentialOptions != nil && *q.ReturnPasskeyCredentialOptions {
		options["userVerification"] = "preferred"
	}
	c := ceremony{Domain: domain}
	if q.UserID != nil {
		u, err := r.user(*q.UserID)
		if err != nil {
			return none, err
		}
		if len(u.credentials(domain)) == 0 {
			return none, fail("no_active_webauthn_registrations")
		}
		c.UserID = u.Profile.UserID
		options["allowCredentials"] = u.descriptors(domain, encoding(q.UseBase64URLEncoding))
	}
	options["challenge"] = r.challenge(c)
	return stytch.WebAuthnAuthenticateStartResponse{UserID: c.UserID, PublicKeyCredentialRequestOptions: string(encode(options))}, nil
}

func (r *run) webAuthnAuthenticate(q stytch.WebAuthnAuthenticateRequest) (stytch.WebAuthnAuthenticateResponse, *apiError) {
	none := stytch.WebAuthnAuthenticateResponse{}
	if err := checkCredential(q.PublicKeyCredential, false); err != nil {
		return none, err
	}
	parsed, problem := protocol.ParseCredentialRequestResponseBytes([]byte(q.PublicKeyCredential))
	if problem != nil {
		return none, failf("invalid_public_key_credential", "the credential is not that of a login: %v", problem)
	}
	u, key := r.credential(parsed.RawID)
	if u == nil {
		return none, fail("webauthn_registration_not_found")
	}
	if u.locked(r.now) {
		return none, fail("user_lock_limit_reached")
	}
	with := sessionArguments{token: q.SessionToken, jwt: q.SessionJWT, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, telemetryID: q.TelemetryID}
	extended, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	registration, _ := u.registration(key.RegistrationID)
	challenge := parsed.Response.CollectedClientData.Challenge
	c := r.answered(challenge, false)
	switch {
	case c == nil || c.UserID != "" && c.UserID != u.Profile.UserID:
		return none, failf("unable_to_auth_webauthn_registration", "the challenge is not the one that the login began with, or was answered already")
	case c.Domain != registration.Domain:
		return none, failf("unable_to_auth_webauthn_registration", "the registration is for another domain")
	}
	if problem := verifyLogin(parsed, challenge, c, key); problem != nil {
		u.failed(r.now, r.project.server.limits)
		return none, failf("unable_to_auth_webauthn_registration", "the answer of the authenticator is not valid: %v", problem)
	}
	key.Counter = parsed.Response.AuthenticatorData.Counter
	in := r.logIn(u, extended, with, webAuthnFactor(registration, r.now))
	return stytch.WebAuthnAuthenticateResponse{
		UserID: u.Profile.UserID, WebAuthnRegistrationID: registration.WebAuthnRegistrationID,
		SessionToken: in.token, SessionJWT: in.jwt, User: in.user, Session: in.session, UserDevice: in.device,
	}, nil
}

func (r *run) webAuthnUpdate(q stytch.WebAuthnUpdateRequest) (stytch.WebAuthnUpdateResponse, *apiError) {
	if u := r.project.state.Users.find(byFactor, q.WebAuthnRegistrationID); u != nil {
		if w, ok := u.registration(q.WebAuthnRegistrationID); ok {
			w.Name = q.Name
			list := slices.Clone(u.Profile.WebAuthnRegistrations)
			list[slices.IndexFunc(list, func(have stytch.WebAuthnRegistration) bool {
				return have.WebAuthnRegistrationID == w.WebAuthnRegistrationID
			})] = w
			u.Profile.WebAuthnRegistrations = list
			return stytch.WebAuthnUpdateResponse{WebAuthnRegistration: &w}, nil
		}
	}
	if !idForm(webAuthnRegistrations.prefix).MatchString(q.WebAuthnRegistrationID) {
		return stytch.WebAuthnUpdateResponse{}, fail(webAuthnRegistrations.invalid)
	}
	return stytch.WebAuthnUpdateResponse{}, fail(webAuthnRegistrations.notFound)
}

func (r *run) webAuthnCredentials(q stytch.WebAuthnListCredentialsRequest) (stytch.WebAuthnListCredentialsResponse, *apiError) {
	u, err := r.user(q.UserID)
	if err != nil {
		return stytch.WebAuthnListCredentialsResponse{}, err
	}
	domain, err := checkDomain(q.Domain)
	if err != nil {
		return stytch.WebAuthnListCredentialsResponse{}, err
	}
	var list []stytch.WebAuthnCredential
	for _, c := range u.credentials(domain) {
		list = append(list, stytch.WebAuthnCredential{
			CredentialID: base64.StdEncoding.EncodeToString(c.ID), WebAuthnRegistrationID: c.RegistrationID,
			Type: "public-key", PublicKey: base64.StdEncoding.EncodeToString(c.PublicKey),
		})
	}
	return stytch.WebAuthnListCredentialsResponse{Credentials: list}, nil
}
