package stytchtest

import (
	"slices"

	"github.com/stytchgen/sdk/stytch"
)

// defaultTOTPLife is how long a user's registration waits for its first code, in
// minutes, when the request sets nothing.
const defaultTOTPLife = 1440

// The sandbox user's codes.
const (
	sandboxTOTPCode     = "000000"
	sandboxRecoveryCode = "a1b2-c3d4-e5f6"
)

// userWithTOTP returns the user of a call. The sandbox user always exists, and
// always has an authenticator app.
func (r *run) userWithTOTP(id string) (*user, *apiError) {
	if id != sandboxUserID {
		return r.user(id)
	}
	u, _, _ := r.findOrCreate(SandboxEmail, nil)
	if u.TOTP == nil {
		u.TOTP = newApp("totp", r.now)
	}
	u.TOTP.Verified = true
	u.listTOTP()
	return u, nil
}

// listTOTP shows the authenticator app in the user's profile.
func (u *user) listTOTP() {
	shown := stytch.TOTP{TOTPID: u.TOTP.ID, Verified: u.TOTP.Verified}
	u.Profile.TOTPs = slices.Clone(u.Profile.TOTPs)
	for i, have := range u.Profile.TOTPs {
		if have.TOTPID == shown.TOTPID {
			u.Profile.TOTPs[i] = shown
			return
		}
	}
	u.Profile.TOTPs = append(u.Profile.TOTPs, shown)
}

// account names a user for an authenticator app.
func (u *user) account() string {
	for _, m := range u.Methods {
		if m.isEmail() {
			return m.Address
		}
	}
	return u.Profile.UserID
}

func (r *run) totpCreate(q stytch.TOTPsCreateRequest) (stytch.TOTPsCreateResponse, *apiError) {
	none := stytch.TOTPsCreateResponse{}
	u, err := r.userWithTOTP(q.UserID)
	if err != nil {
		return none, err
	}
	if u.Profile.UserID == sandboxUserID && u.TOTP != nil {
		totps.drop(u, u.TOTP.ID)
	}
	switch {
	case u.Profile.Status == stytch.UserStatusPending:
		return none, failf("bad_request", "the user is pending; only an active user can have an authenticator app")
	case u.TOTP != nil && u.TOTP.Verified:
		return none, fail("active_totp_exists")
	case u.TOTP != nil && u.TOTP.pending(r.now):
		return none, fail("pending_totp_exists")
	case u.unprovenPassword():
		return none, failf("too_many_unverified_factors", "the user has a password and no verified e-mail address or phone number")
	}
	made := newApp("totp", r.now.Add(minutes(q.ExpirationMinutes, defaultTOTPLife)))
	code, err := made.qrCode("data:image/png;base64, ", u.account())
	if err != nil {
		return none, err
	}
	if u.TOTP != nil { // it has expired
		totps.drop(u, u.TOTP.ID)
	}
	u.TOTP = made
	u.listTOTP()
	return stytch.TOTPsCreateResponse{
		TOTPID: made.ID, Secret: made.Secret, QRCode: code, RecoveryCodes: made.RecoveryCodes, User: u.profile(r.now), UserID: u.Profile.UserID,
	}, nil
}

// unprovenPassword reports whether a user has a password and no verified address.
func (u *user) unprovenPassword() bool {
	return u.Profile.Password != nil && !slices.ContainsFunc(u.Methods, func(m *method) bool { return m.Verified })
}

func (r *run) totpAuthenticate(q stytch.TOTPsAuthenticateRequest) (stytch.TOTPsAuthenticateResponse, *apiError) {
	none := stytch.TOTPsAuthenticateResponse{}
	u, err := r.userWithTOTP(q.UserID)
	if err != nil {
		return none, err
	}
	with := sessionArguments{token: q.SessionToken, jwt: q.SessionJWT, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, telemetryID: q.TelemetryID}
	session, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	if u.Profile.UserID != sandboxUserID || q.TOTPCode != sandboxTOTPCode {
		if err := r.tryApp(u.TOTP, q.TOTPCode, "totps_not_found_for_user", &u.attempts); err != nil {
			return none, err
		}
	}
	u.listTOTP()
	factor := newFactor(stytch.AuthenticationFactorTypeTOTP, stytch.AuthenticationFactorDeliveryMethodAuthenticatorApp, r.now)
	factor.AuthenticatorAppFactor = &stytch.AuthenticatorAppFactor{TOTPID: u.TOTP.ID}
	in := r.logIn(u, session, with, factor)
	return stytch.TOTPsAuthenticateResponse{
		UserID: u.Profile.UserID, TOTPID: u.TOTP.ID, SessionToken: in.token, SessionJWT: in.jwt, User: in.user, Session: in.session, UserDevice: in.device,
	}, nil
}

func (r *run) totpRecoveryCodes(q stytch.TOTPsRecoveryCodesRequest) (stytch.TOTPsRecoveryCodesResponse, *apiError) {
	u, err := r.userWithTOTP(q.UserID)
	if err != nil {
		return stytch.TOTPsRecoveryCodesResponse{}, err
	}
	if u.TOTP == nil {
		return stytch.TOTPsRecoveryCodesResponse{}, fail("totps_not_found_for_user")
	}
	return stytch.TOTPsRecoveryCodesResponse{
		UserID: u.Profile.UserID,
		TOTPs:  []stytch.TOTPWithRecoveryCodes{{TOTPID: u.TOTP.ID, Verified: u.TOTP.Verified, RecoveryCodes: u.TOTP.RecoveryCodes}},
	}, nil
}

func (r *run) totpRecover(q stytch.TOTPsRecoverRequest) (stytch.TOTPsRecoverResponse, *apiError) {
	none := stytch.TOTPsRecoverResponse{}
	u, err := r.userWithTOTP(q.UserID)
	if err != nil {
		return none, err
	}
	if u.TOTP == nil || !u.TOTP.Verified {
		return none, fail("totps_not_found_for_user")
	}
	with := sessionArguments{token: q.SessionToken, jwt: q.SessionJWT, duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, telemetryID: q.TelemetryID}
	session, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	if u.Profile.UserID != sandboxUserID || q.RecoveryCode != sandboxRecoveryCode {
		if err := r.tryRecovery(u.TOTP, q.RecoveryCode, &u.attempts); err != nil {
			return none, err
		}
	}
	in := r.logIn(u, session, with, recoveryFactor(r.now))
	return stytch.TOTPsRecoverResponse{
		UserID: u.Profile.UserID, TOTPID: u.TOTP.ID, SessionToken: in.token, SessionJWT: in.jwt, User: in.user, Session: in.session, UserDevice: in.device,
	}, nil
}
