package stytchtest

import (
	"encoding/base32"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// defaultMemberTOTPLife is how long a member's registration waits for its first
// code, in minutes, when the request sets nothing.
const defaultMemberTOTPLife = 60

// withoutSecondFactor is the error of a member who has a second factor already, and
// sets up another one without a login by it.
const withoutSecondFactor = "insufficient_factors"

// allowsMFA reports whether an organization lets a member use a second factor.
func (o *organization) allowsMFA(m *member, method b2b.MFAMethod) bool {
	return o.Profile.MFAMethods != b2b.MethodPolicyRestricted || m.Profile.IsBreakglass || slices.Contains(o.Profile.AllowedMFAMethods, method)
}

// memberForTOTP returns a member who may set up an authenticator app.
func (r *run) memberForTOTP(organizationID, memberID string) (*organization, *member, *apiError) {
	o, m, err := r.member(organizationID, memberID)
	switch {
	case err != nil:
		return nil, nil, err
	case m.Profile.Status != b2b.MemberStatusActive:
		return nil, nil, fail("action_available_only_for_active_members")
	case !o.allowsMFA(m, b2b.MFAMethodTOTP):
		return nil, nil, fail("operation_restricted_by_organization_mfa_methods")
	case m.TOTP != nil && m.TOTP.Verified:
		return nil, nil, fail("active_totp_exists")
	case m.TOTP != nil && m.TOTP.pending(r.now):
		return nil, nil, fail("pending_totp_exists")
	}
	return o, m, nil
}

func (r *run) memberTOTPCreate(q b2b.TOTPsCreateRequest) (b2b.TOTPsCreateResponse, *apiError) {
	none := b2b.TOTPsCreateResponse{}
	o, m, err := r.memberForTOTP(q.OrganizationID, q.MemberID)
	if err != nil {
		return none, err
	}
	var p proof
	if err := r.continued(&p, m, q.IntermediateSessionToken, q.SessionToken, q.SessionJWT); err != nil {
		return none, err
	}
	if m.Profile.MFAPhoneNumberVerified && !hasSecond(p.factors) {
		return none, failf(withoutSecondFactor, "the member has a second factor already; want a session or intermediate session that contains it")
	}
	made := newApp("member-totp", r.now.Add(minutes(q.ExpirationMinutes, defaultMemberTOTPLife)))
	code, err := made.qrCode("data:image/png;base64,", m.Profile.EmailAddress)
	if err != nil {
		return none, err
	}
	m.TOTP = made
	return b2b.TOTPsCreateResponse{
		MemberID: m.Profile.MemberID, TOTPRegistrationID: made.ID, Secret: made.Secret, QRCode: code, RecoveryCodes: made.RecoveryCodes,
		Member: m.profile(r.now), Organization: o.Profile,
	}, nil
}

func (r *run) memberTOTPMigrate(q b2b.TOTPsMigrateRequest) (b2b.TOTPsMigrateResponse, *apiError) {
	none := b2b.TOTPsMigrateResponse{}
	o, m, err := r.memberForTOTP(q.OrganizationID, q.MemberID)
	if err != nil {
		return none, err
	}
	secret := strings.ToUpper(strings.TrimRight(q.Secret, "="))
	if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret); err != nil {
		return none, failf("bad_request", "secret: it is not base32")
	}
	m.TOTP = newApp("member-totp", time.Time{})
	m.TOTP.Secret, m.TOTP.Verified = secret, true
	if len(q.RecoveryCodes) > 0 {
		m.TOTP.RecoveryCodes = slices.Clone(q.RecoveryCodes)
	}
	m.Profile.TOTPRegistrationID, m.Profile.UpdatedAt = m.TOTP.ID, new(r.now)
	return b2b.TOTPsMigrateResponse{
		MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile, TOTPRegistrationID: m.TOTP.ID, RecoveryCodes: m.TOTP.RecoveryCodes,
	}, nil
}

// secondStep is a login or session that a second factor completes.
type secondStep struct {
	o *organization
	m *member
	p proof
}

// second returns the login or session of a call that checks a second factor.
func (r *run) second(organizationID, memberID string, method b2b.MFAMethod, p proof, intermediateToken, token, jwt *string) (secondStep, *apiError) {
	o, m, err := r.member(organizationID, memberID)
	if err != nil {
		return secondStep{}, err
	}
	if err := r.continued(&p, m, intermediateToken, token, jwt); err != nil {
		return secondStep{}, err
	}
	if p.begun != nil && o.lacksPrimary(m, p) != nil {
		return secondStep{}, failf("action_available_only_once_primary_authentication_is_met",
			"the organization does not accept these primary factors; want one of allowed_auth_methods before a second factor")
	}
	if !o.allowsMFA(m, method) {
		return secondStep{}, fail("operation_restricted_by_organization_mfa_methods")
	}
	return secondStep{o, m, p}, nil
}

func (r *run) memberTOTPAuthenticate(q b2b.TOTPsAuthenticateRequest) (b2b.TOTPsAuthenticateResponse, *apiError) {
	none := b2b.TOTPsAuthenticateResponse{}
	step, err := r.second(q.OrganizationID, q.MemberID, b2b.MFAMethodTOTP, proof{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims},
		q.IntermediateSessionToken, q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	o, m := step.o, step.m
	if err := r.tryApp(m.TOTP, q.Code, "totp_not_found", &m.attempts); err != nil {
		return none, err
	}
	m.Profile.TOTPRegistrationID = m.TOTP.ID
	factor := newFactor(stytch.AuthenticationFactorTypeTOTP, stytch.AuthenticationFactorDeliveryMethodAuthenticatorApp, r.now)
	factor.AuthenticatorAppFactor = &stytch.AuthenticatorAppFactor{TOTPID: m.TOTP.ID}
	step.p.factors = addFactor(step.p.factors, factor)
	m.enroll(o, b2b.MFAMethodTOTP, q.SetMFAEnrollment, q.SetDefaultMFA)
	l, err := r.start(memberLogin{organization: o.Profile}, o, m, step.p)
	if err != nil {
		return none, err
	}
	return b2b.TOTPsAuthenticateResponse{
		MemberID: m.Profile.MemberID, Member: l.member, Organization: o.Profile, SessionToken: l.token, SessionJWT: l.jwt,
		MemberSession: l.memberSessions, MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

func (r *run) recoveryCodesRecover(q b2b.RecoveryCodesRecoverRequest) (b2b.RecoveryCodesRecoverResponse, *apiError) {
	none := b2b.RecoveryCodesRecoverResponse{}
	step, err := r.second(q.OrganizationID, q.MemberID, b2b.MFAMethodTOTP, proof{duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims},
		q.IntermediateSessionToken, q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	o, m := step.o, step.m
	if err := m.hasRecoveryCodes(); err != nil {
		return none, err
	}
	if err := r.tryRecovery(m.TOTP, q.RecoveryCode, &m.attempts); err != nil {
		return none, err
	}
	step.p.factors = addFactor(step.p.factors, recoveryFactor(r.now))
	l, err := r.start(memberLogin{organization: o.Profile}, o, m, step.p)
	if err != nil {
		return none, err
	}
	return b2b.RecoveryCodesRecoverResponse{
		MemberID: m.Profile.MemberID, Member: l.member, Organization: o.Profile, SessionToken: l.token, SessionJWT: l.jwt,
		RecoveryCodesRemaining: len(m.TOTP.RecoveryCodes), MemberSession: l.memberSessions, MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

// recoveryFactor returns the factor of a recovery code. Each code is a factor of
// its own.
func recoveryFactor(now time.Time) stytch.AuthenticationFactor {
	f := newFactor(stytch.AuthenticationFactorTypeRecoveryCodes, stytch.AuthenticationFactorDeliveryMethodRecoveryCode, now)
	f.RecoveryCodeFactor = &stytch.RecoveryCodeFactor{TOTPRecoveryCodeID: newID("totp-recovery-code")}
	return f
}

// hasRecoveryCodes returns an error for a member without an authenticator app.
func (m *member) hasRecoveryCodes() *apiError {
	if m.TOTP == nil || !m.TOTP.Verified {
		return fail("no_active_recovery_code_backed_factor")
	}
	return nil
}

func (r *run) recoveryCodesGet(q b2b.RecoveryCodesGetRequest) (b2b.RecoveryCodesGetResponse, *apiError) {
	o, m, err := r.member(q.OrganizationID, q.MemberID)
	if err == nil {
		err = m.hasRecoveryCodes()
	}
	if err != nil {
		return b2b.RecoveryCodesGetResponse{}, err
	}
	return b2b.RecoveryCodesGetResponse{
		MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile, RecoveryCodes: m.TOTP.RecoveryCodes,
	}, nil
}

func (r *run) recoveryCodesRotate(q b2b.RecoveryCodesRotateRequest) (b2b.RecoveryCodesRotateResponse, *apiError) {
	o, m, err := r.member(q.OrganizationID, q.MemberID)
	if err == nil {
		err = m.hasRecoveryCodes()
	}
	if err != nil {
		return b2b.RecoveryCodesRotateResponse{}, err
	}
	m.TOTP.RecoveryCodes = newRecoveryCodes(recoveryCodes)
	return b2b.RecoveryCodesRotateResponse{
		MemberID: m.Profile.MemberID, Member: m.profile(r.now), Organization: o.Profile, RecoveryCodes: m.TOTP.RecoveryCodes,
	}, nil
}
