package stytchtest

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// TrustedTokenProfile says which tokens of another issuer sessions.attest takes, as
// the service's dashboard does.
type TrustedTokenProfile struct {
	// ID is generated if it is empty.
	ID string `json:"id"`
	// Issuer and Audience are what the claims iss and aud must be.
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
	// PublicKeys are up to five keys of the issuer in PEM, or JWKSURL is the address of them.
	PublicKeys []string `json:"public_keys,omitempty"`
	JWKSURL    string   `json:"jwks_url,omitempty"`
	// EmailClaim, TokenIDClaim and OrganizationIDClaim are the names of claims. They are
	// email, jti and organization_id if they are empty.
	EmailClaim          string `json:"email_claim"`
	TokenIDClaim        string `json:"token_id_claim"`
	OrganizationIDClaim string `json:"organization_id_claim"`
	// JITProvisioning creates users and members that do not exist.
	JITProvisioning bool `json:"jit_provisioning"`
}

// maxPublicKeys is how many public keys a profile can have.
const maxPublicKeys = 5

// SetTrustedTokenProfiles sets the profiles of sessions.attest, in place of those
// before, and returns them with their ids.
func (p *Project) SetTrustedTokenProfiles(profiles ...TrustedTokenProfile) ([]TrustedTokenProfile, error) {
	list := slices.Clone(profiles)
	for i := range list {
		if err := list[i].complete(); err != nil {
			return nil, err
		}
	}
	defer p.lock()()
	p.state.TrustedTokenProfiles = list
	return slices.Clone(list), nil
}

// complete sets what is missing, and reports a profile that cannot be used.
func (t *TrustedTokenProfile) complete() error {
	setIfEmpty(&t.ID, newID("trusted-auth-token-profile"))
	setIfEmpty(&t.EmailClaim, "email")
	setIfEmpty(&t.TokenIDClaim, "jti")
	setIfEmpty(&t.OrganizationIDClaim, "organization_id")
	switch {
	case t.Issuer == "" || t.Audience == "":
		return fmt.Errorf("stytchtest: the profile %q of trusted tokens has no issuer or no audience", t.ID)
	case len(t.PublicKeys) > maxPublicKeys:
		return fmt.Errorf("stytchtest: the profile %q of trusted tokens has %d public keys; at most %d are allowed", t.ID, len(t.PublicKeys), maxPublicKeys)
	case (len(t.PublicKeys) > 0) == (t.JWKSURL != ""):
		return fmt.Errorf("stytchtest: the profile %q of trusted tokens needs either public keys or the address of them", t.ID)
	}
	for _, text := range t.PublicKeys {
		if _, err := publicKey(text); err != nil {
			return fmt.Errorf("stytchtest: the profile %q of trusted tokens: a public key: %w", t.ID, err)
		}
	}
	if t.JWKSURL != "" {
		if err := absolute(t.JWKSURL); err != nil {
			return fmt.Errorf("stytchtest: the profile %q of trusted tokens: the address of the keys: %w", t.ID, err)
		}
	}
	return nil
}

// SetUserInfoURL sets the address that sessions.migrate sends the token of another
// provider to. Its answer has the e-mail address of the person.
func (p *Project) SetUserInfoURL(address string) error {
	if err := absolute(address); err != nil {
		return fmt.Errorf("stytchtest: the UserInfo address: %w", err)
	}
	defer p.lock()()
	p.state.UserInfoURL = address
	return nil
}

func absolute(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("it is not an absolute URL with http or https")
	}
	return nil
}

// publicKey reads a public key or a certificate in PEM.
func publicKey(text string) (crypto.PublicKey, error) {
	if key, err := jwt.ParseRSAPublicKeyFromPEM([]byte(text)); err == nil {
		return key, nil
	}
	if key, err := jwt.ParseECPublicKeyFromPEM([]byte(text)); err == nil {
		return key, nil
	}
	return nil, errors.New("it is neither an RSA nor an EC key in PEM")
}

// foreignAlgorithms are the algorithms of trusted tokens. None has a shared secret.
var foreignAlgorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512}

// foreigner is the person of a trusted token.
type foreigner struct {
	profile                        TrustedTokenProfile
	email, tokenID, organizationID string
}

// trusted checks a token of another issuer.
func (r *run) trusted(profileID, token string) (foreigner, *apiError) {
	none := foreigner{}
	i := slices.IndexFunc(r.project.state.TrustedTokenProfiles, func(p TrustedTokenProfile) bool { return p.ID == profileID })
	if i < 0 {
		return none, fail("trusted_token_profile_not_found")
	}
	profile := r.project.state.TrustedTokenProfiles[i]
	config := &oidc.Config{SkipClientIDCheck: true, SkipIssuerCheck: true, SupportedSigningAlgs: foreignAlgorithms, Now: func() time.Time { return r.now }}
	var checked *oidc.IDToken
	var wrong error
	check := func(ctx context.Context) {
		keys := oidc.KeySet(oidc.NewRemoteKeySet(ctx, profile.JWKSURL))
		if profile.JWKSURL == "" {
			own := &oidc.StaticKeySet{}
			for _, text := range profile.PublicKeys {
				if key, err := publicKey(text); err == nil {
					own.PublicKeys = append(own.PublicKeys, key)
				}
			}
			keys = own
		}
		checked, wrong = oidc.NewVerifier(profile.Issuer, keys, config).Verify(ctx, token)
	}
	r.unlocked(check)
	claims := map[string]any{}
	if wrong != nil || checked.Claims(&claims) != nil {
		return none, failf("invalid_trusted_auth_token", "the token is not signed with a key of the profile, or has expired")
	}
	switch {
	case checked.Issuer != profile.Issuer:
		return none, failf("invalid_trusted_auth_token", "the issuer is not the one of the profile")
	case !slices.Contains(checked.Audience, profile.Audience):
		return none, failf("invalid_trusted_auth_token", "the audience is not the one of the profile")
	}
	f := foreigner{profile: profile}
	f.email, _ = claims[profile.EmailClaim].(string)
	f.tokenID, _ = claims[profile.TokenIDClaim].(string)
	f.organizationID, _ = claims[profile.OrganizationIDClaim].(string)
	if f.email == "" || !isEmail(f.email) || f.tokenID == "" {
		return none, failf("trusted_token_profile_invalid_request", "the token lacks the claim %q with an e-mail address, or the claim %q", profile.EmailClaim, profile.TokenIDClaim)
	}
	return f, nil
}

func (f foreigner) factor(now time.Time) stytch.AuthenticationFactor {
	factor := newFactor(stytch.AuthenticationFactorTypeTrustedAuthToken, stytch.AuthenticationFactorDeliveryMethodTrustedTokenExchange, now)
	factor.TrustedAuthTokenFactor = &stytch.TrustedAuthTokenFactor{TokenID: f.tokenID}
	return factor
}

func (r *run) attest(q stytch.SessionsAttestRequest) (stytch.SessionsAttestResponse, *apiError) {
	none := stytch.SessionsAttestResponse{}
	f, err := r.trusted(q.ProfileID, q.Token)
	if err != nil {
		return none, err
	}
	u, _ := r.project.state.userByAddress(f.email, r.now)
	isNew := u == nil
	if isNew {
		if !f.profile.JITProvisioning {
			return none, fail("user_not_found")
		}
		u = r.newUser(nil)
		u.add(f.email).Verified = true
	}
	with := sessionArguments{token: q.SessionToken, jwt: q.SessionJWT, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, telemetryID: q.TelemetryID}
	s, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	if isNew {
		r.project.state.Users.add(u)
	}
	in := r.logIn(u, s, with, f.factor(r.now))
	return stytch.SessionsAttestResponse{
		UserID: u.Profile.UserID, User: in.user, Session: in.session, SessionToken: in.token, SessionJWT: in.jwt, UserDevice: in.device,
	}, nil
}

func (r *run) memberAttest(q b2b.SessionsAttestRequest) (b2b.SessionsAttestResponse, *apiError) {
	none := b2b.SessionsAttestResponse{}
	f, err := r.trusted(q.ProfileID, q.Token)
	if err != nil {
		return none, err
	}
	o, err := r.organizationOf(f, q.OrganizationID)
	if err != nil {
		return none, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, f.email)
	if m == nil && (!f.profile.JITProvisioning || f.organizationID == "") {
		return none, fail("member_not_found")
	}
	joins := m == nil
	if joins {
		m = r.project.newMember(o, f.email, b2b.MemberStatusActive, r.now)
		m.Profile.EmailAddressVerified = true
	}
	p := proof{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims}
	if err := r.alongside(&p, m, nil, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	p.factors = addFactor(p.factors, f.factor(r.now))
	if joins {
		r.project.state.Members.add(m)
	}
	in, err := r.start(memberLogin{organization: o.Profile}, o, m, p)
	if err != nil {
		return none, err
	}
	return b2b.SessionsAttestResponse{
		MemberID: m.Profile.MemberID, Member: in.member, Organization: in.organization, MemberSession: *in.memberSessions,
		SessionToken: in.token, SessionJWT: in.jwt, MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

// organizationOf returns the organization that the token or the call names. If both
// do, they must agree.
func (r *run) organizationOf(f foreigner, asked *string) (*organization, *apiError) {
	switch {
	case f.organizationID == "" && asked == nil:
		return nil, fail("token_missing_organization_id_claim")
	case f.organizationID == "":
		return r.organization(*asked)
	}
	o := r.project.state.organizationByID(f.organizationID)
	if o == nil || asked != nil && r.project.state.organizationByID(*asked) != o {
		return nil, fail("invalid_token_organization_id_claim")
	}
	return o, nil
}

// importedEmail asks the other provider whose token it is.
func (r *run) importedEmail(token string) (string, *apiError) {
	address := r.project.state.UserInfoURL
	if address == "" {
		return "", fail("migrate_from_external_missing_userinfo")
	}
	var info struct {
		Email string `json:"email"`
	}
	var wrong error
	r.unlocked(func(ctx context.Context) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			wrong = err
			return
		}
		request.Header.Set("Authorization", "Bearer "+token)
		resp, err := (&http.Client{Transport: limitedBodies{http.DefaultTransport}, CheckRedirect: noRedirect}).Do(request)
		if err != nil {
			wrong = err
			return
		}
		defer resp.Body.Close()
		if wrong = json.NewDecoder(resp.Body).Decode(&info); resp.StatusCode != http.StatusOK {
			wrong = errors.New("it answered an error")
		}
	})
	if wrong != nil || info.Email == "" {
		return "", fail("migrate_from_external_unexpected_response")
	}
	return info.Email, nil
}

func importedFactor(now time.Time) stytch.AuthenticationFactor {
	return newFactor(stytch.AuthenticationFactorTypeImported, stytch.AuthenticationFactorDeliveryMethodImportedAuth0, now)
}

func (r *run) migrateSession(q stytch.SessionsMigrateRequest) (stytch.SessionsMigrateResponse, *apiError) {
	none := stytch.SessionsMigrateResponse{}
	address, err := r.importedEmail(q.SessionToken)
	if err != nil {
		return none, err
	}
	u, _ := r.project.state.userByAddress(address, r.now)
	if u == nil {
		return none, fail("migrate_from_external_email_does_not_exist")
	}
	with := sessionArguments{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, telemetryID: q.TelemetryID}
	s, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	in := r.logIn(u, s, with, importedFactor(r.now))
	return stytch.SessionsMigrateResponse{
		UserID: u.Profile.UserID, User: in.user, Session: in.session, SessionToken: in.token, SessionJWT: in.jwt, UserDevice: in.device,
	}, nil
}

func (r *run) memberMigrateSession(q b2b.SessionsMigrateRequest) (b2b.SessionsMigrateResponse, *apiError) {
	none := b2b.SessionsMigrateResponse{}
	address, err := r.importedEmail(q.SessionToken)
	if err != nil {
		return none, err
	}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, address)
	if m == nil {
		return none, fail("migrate_from_external_email_does_not_exist")
	}
	in, err := r.start(memberLogin{organization: o.Profile}, o, m, proof{
		duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, factors: []stytch.AuthenticationFactor{importedFactor(r.now)},
	})
	if err != nil {
		return none, err
	}
	return b2b.SessionsMigrateResponse{
		MemberID: m.Profile.MemberID, Member: in.member, Organization: in.organization, MemberSession: in.memberSessions,
		SessionToken: in.token, SessionJWT: in.jwt,
	}, nil
}
