package b2b

// MANUAL(NextStep)(TYPE)

// Step is the next step that a login to an organization needs.
type Step string

// The steps of a login.
const (
	// StepDone: the login is complete. The answer to a login has a session. For a discovered
	// organization, a login would get one.
	StepDone Step = "done"
	// StepPrimary: the organization does not accept the primary factor that was used. PrimaryRequired
	// lists the factors that it accepts.
	StepPrimary Step = "primary"
	// StepSMSCode: the service has sent a code by SMS. Pass the code that the member types to
	// [OTPsSMSService.Authenticate], with the IntermediateSessionToken.
	StepSMSCode Step = "sms_code"
	// StepSendSMS: the member has a phone number, but no code was sent. Send one with
	// [OTPsSMSService.Send] and the IntermediateSessionToken.
	StepSendSMS Step = "send_sms"
	// StepTOTPCode: the member has an authenticator app and no phone number. Pass the code that the
	// app shows, with the IntermediateSessionToken, to [TOTPsService.Authenticate].
	StepTOTPCode Step = "totp_code"
	// StepEnroll: the member has set up no second factor. Ask for a phone number and pass it as
	// MFAPhoneNumber to [OTPsSMSService.Send], or set up an authenticator app with
	// [TOTPsService.Create]; both take the IntermediateSessionToken.
	StepEnroll Step = "enroll"
	// StepUnknown: the member is not logged in, and the answer does not say why. A newer version of the
	// SDK may know the reason.
	StepUnknown Step = "unknown"
)

// Next returns the next step of the login. It is [StepDone] if the answer has a session.
func (r *OTPsEmailAuthenticateResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step of the login to the other organization. It is [StepDone] if the answer has
// a session.
func (r *SessionsExchangeResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step of the login to the organization. It is [StepDone] if the answer has a
// session.
func (r *DiscoveryIntermediateSessionsExchangeResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step of the login to the new organization. It is [StepDone] if the answer has
// a session.
func (r *DiscoveryOrganizationsCreateResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step of the login. It is [StepDone] if the answer has a session.
func (r *MagicLinksAuthenticateResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step of the login. It is [StepDone] if the answer has a session.
func (r *OAuthAuthenticateResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step of the login. It is [StepDone] if the answer has a session.
func (r *PasswordsAuthenticateResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step of the login. It is [StepDone] if the answer has a session.
func (r *PasswordsEmailResetResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step of the login. It is [StepDone] if the answer has a session.
func (r *PasswordsExistingPasswordResetResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step of the login. It is [StepDone] if the answer has a session.
func (r *SSOAuthenticateResponse) Next() Step {
	return next(r.MemberAuthenticated || r.MemberSession != nil, r.PrimaryRequired, r.MFARequired)
}

// Next returns the next step that a login to the organization would need.
func (v *DiscoveredOrganization) Next() Step {
	return next(v.MemberAuthenticated, v.PrimaryRequired, v.MFARequired)
}

func next(authenticated bool, primary *PrimaryRequired, mfa *MFARequired) Step {
	switch {
	case authenticated:
		return StepDone
	case primary != nil:
		return StepPrimary
	case mfa == nil:
		return StepUnknown
	case mfa.SecondaryAuthInitiated != nil && *mfa.SecondaryAuthInitiated == MFAMethodSMSOTP:
		return StepSMSCode
	case mfa.MemberOptions != nil && mfa.MemberOptions.MFAPhoneNumber != "":
		return StepSendSMS
	case mfa.MemberOptions != nil && mfa.MemberOptions.TOTPRegistrationID != "":
		return StepTOTPCode
	}
	return StepEnroll
}

// ENDMANUAL(NextStep)
