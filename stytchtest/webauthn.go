package stytchtest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"github.com/stytchgen/sdk/internal/origin"
	"github.com/stytchgen/sdk/stytch"
)

// ceremonyLife is how long a browser may take to answer a challenge.
const ceremonyLife = 5 * time.Minute

// algorithms are the kinds of keys that authenticators are asked for.
var algorithms = []protocol.CredentialParameter{
	{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgES256},
	{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgRS256},
}

// credential is the key of a passkey or security key. Its registration is in the
// user's profile.
type credential struct {
	RegistrationID string `json:"registration_id"`
	ID             []byte `json:"id"`
	PublicKey      []byte `json:"public_key"` // in COSE
	Counter        uint32 `json:"counter"`
	// Handle is the user id that the authenticator stored.
	Handle string `json:"handle"`
}

// ceremony is a challenge that waits for the answer of an authenticator.
type ceremony struct {
	place
	Challenge string    `json:"challenge"`
	Registers bool      `json:"registers"`
	ExpiresAt time.Time `json:"expires_at"`
	Domain    string    `json:"domain"`
	// UserID is empty for a login with a passkey, which itself says whose it is.
	UserID string `json:"user_id,omitempty"`
	// The rest is for registrations.
	Handle            string `json:"handle,omitempty"`
	UserAgent         string `json:"user_agent,omitempty"`
	AuthenticatorType string `json:"authenticator_type,omitempty"`
}

// maxCeremonies limits the challenges of a project that runs for long.
const maxCeremonies = 10_000

// challenge stores a ceremony and returns its challenge. When there are too many,
// it forgets some that have expired.
func (r *run) challenge(c ceremony) string {
	ceremonies := &r.project.state.Ceremonies
	c.Challenge, c.ExpiresAt = newToken(), r.now.Add(ceremonyLife)
	ceremonies.add(&c)
	if ceremonies.size > maxCeremonies {
		ceremonies.sweep(func(one *ceremony) bool { return !r.now.Before(one.ExpiresAt) })
	}
	return c.Challenge
}

// answered returns the ceremony of a challenge and ends it, or nil.
func (r *run) answered(challenge string, registers bool) *ceremony {
	ceremonies := &r.project.state.Ceremonies
	c := ceremonies.find(byToken, challenge)
	if c == nil || c.Registers != registers || !r.now.Before(c.ExpiresAt) {
		return nil
	}
	ceremonies.remove(c)
	return c
}

// publicKeyCredential is what a browser returns. Only its form is checked here.
type publicKeyCredential struct {
	ID       *string `json:"id"`
	Response *struct {
		ClientDataJSON    *string `json:"clientDataJSON"`
		AttestationObject *string `json:"attestationObject"`
		AuthenticatorData *string `json:"authenticatorData"`
		Signature         *string `json:"signature"`
	} `json:"response"`
}

// checkCredential reports what is wrong with the form of a credential, as
// precisely as the service does.
func checkCredential(text string, registers bool) *apiError {
	var c publicKeyCredential
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return failf("invalid_public_key_credential", "the credential is not the JSON of a PublicKeyCredential")
	}
	if c.ID == nil {
		return fail("invalid_public_key_credential_missing_id_field")
	}
	if c.Response == nil {
		return fail("invalid_public_key_credential_missing_response_field")
	}
	type part struct {
		text               *string
		missing, malformed string
	}
	parts := []part{
		{c.ID, "", "invalid_public_key_credential_invalid_id"},
		{c.Response.ClientDataJSON, "invalid_public_key_credential_missing_client_data_json_field", "invalid_public_key_credential_malformed_client_data_json"},
	}
	if registers {
		parts = append(parts, part{c.Response.AttestationObject, "invalid_public_key_credential_missing_attestation_object_field", "invalid_public_key_credential_malformed_attestation_object"})
	} else {
		parts = append(parts,
			part{c.Response.AuthenticatorData, "invalid_public_key_credential_missing_authenticator_data_field", "invalid_public_key_credential_invalid_authenticator_data"},
			part{c.Response.Signature, "invalid_public_key_credential_missing_signature_field", "invalid_public_key_credential_invalid_signature"})
	}
	for _, p := range parts {
		if p.text == nil {
			return fail(p.missing)
		}
		if _, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(*p.text, "=")); err != nil {
			return failf(p.malformed, "a part of the credential is not base64url")
		}
	}
	return nil
}

// originOf returns the origin that a browser reported, if it belongs to a domain.
func originOf(data protocol.CollectedClientData, domain string) ([]string, error) {
	u, err := url.Parse(data.Origin)
	if err != nil {
		return nil, err
	}
	host := strings.ToLower(u.Hostname())
	if host != domain && !strings.HasSuffix(host, "."+domain) {
		return nil, errors.New("the origin is not on the domain")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !origin.IsLoopback(host) && !strings.HasSuffix(host, ".localhost")) {
		return nil, errors.New("the origin is neither https nor on this machine")
	}
	return []string{data.Origin}, nil
}

// verifyRegistration checks the answer of an authenticator that made a key.
func verifyRegistration(parsed *protocol.ParsedCredentialCreationData, challenge string, c *ceremony) error {
	origins, err := originOf(parsed.Response.CollectedClientData, c.Domain)
	if err != nil {
		return err
	}
	_, err = parsed.Verify(challenge, c.Domain, origins, nil, nil, protocol.TopOriginExplicitVerificationMode, false, false, true,
		nil, algorithms, protocol.AttestationPolicy{}, protocol.SignaturePolicy{})
	return err
}

// verifyLogin checks the answer of an authenticator that signed a challenge.
func verifyLogin(parsed *protocol.ParsedCredentialAssertionData, challenge string, c *ceremony, key *credential) error {
	origins, err := originOf(parsed.Response.CollectedClientData, c.Domain)
	if err != nil {
		return err
	}
	if handle := string(parsed.Response.UserHandle); handle != "" && handle != key.Handle {
		return errors.New("the user handle is that of another user")
	}
	if err := parsed.Verify(challenge, c.Domain, "", origins, nil, nil, protocol.TopOriginExplicitVerificationMode, false, false, true,
		key.PublicKey, protocol.SignaturePolicy{}); err != nil {
		return err
	}
	counter := parsed.Response.AuthenticatorData.Counter
	if (counter != 0 || key.Counter != 0) && counter <= key.Counter {
		return errors.New("the counter did not grow, so the key may have been copied")
	}
	return nil
}

// encoding is how options write bytes.
func encoding(base64URL *bool) func([]byte) string {
	if base64URL != nil && *base64URL {
		return base64.RawURLEncoding.EncodeToString
	}
	return base64.StdEncoding.EncodeToString
}

// webAuthnFactor returns the factor of a registration.
func webAuthnFactor(w stytch.WebAuthnRegistration, now time.Time) stytch.AuthenticationFactor {
	f := newFactor(stytch.AuthenticationFactorTypeWebAuthn, stytch.AuthenticationFactorDeliveryMethodWebAuthnRegistration, now)
	f.WebAuthnFactor = &stytch.WebAuthnFactor{WebAuthnRegistrationID: w.WebAuthnRegistrationID, Domain: w.Domain}
	if w.UserAgent != "" {
		f.WebAuthnFactor.UserAgent = &w.UserAgent
	}
	return f
}
