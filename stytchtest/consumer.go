package stytchtest

// consumerHandlers perform the calls of the consumer API, by operation ID.
var consumerHandlers = map[string]handler{
	"otps.authenticate":             typed((*run).authenticate),
	"otps.sms.send":                 typed((*run).smsSend),
	"otps.sms.login_or_create":      typed((*run).smsLoginOrCreate),
	"otps.whatsapp.send":            typed((*run).whatsAppSend),
	"otps.whatsapp.login_or_create": typed((*run).whatsAppLoginOrCreate),
	"otps.email.send":               typed((*run).emailSend),
	"otps.email.login_or_create":    typed((*run).emailLoginOrCreate),
	"sessions.get":                  typed((*run).userSessions),
	"sessions.authenticate":         typed((*run).authenticateSession),
	"sessions.revoke":               typed((*run).revokeSession),
	"sessions.get_jwks":             typed((*run).jwks),

	"magic_links.authenticate":          typed((*run).authenticateLink),
	"magic_links.create":                typed((*run).createLink),
	"magic_links.email.send":            typed((*run).linkSend),
	"magic_links.email.login_or_create": typed((*run).linkLoginOrCreate),
	"magic_links.email.invite":          typed((*run).linkInvite),
	"magic_links.email.revoke_invite":   typed((*run).linkRevokeInvite),

	"totps.create":         typed((*run).totpCreate),
	"totps.authenticate":   typed((*run).totpAuthenticate),
	"totps.recovery_codes": typed((*run).totpRecoveryCodes),
	"totps.recover":        typed((*run).totpRecover),

	"users.create":                        typed((*run).createUser),
	"users.get":                           typed((*run).getUser),
	"users.update":                        typed((*run).updateUser),
	"users.delete":                        typed((*run).deleteUser),
	"users.search":                        typed((*run).searchUsers),
	"users.exchange_primary_factor":       typed((*run).exchangePrimaryFactor),
	"users.delete_email":                  typed((*run).deleteEmail),
	"users.delete_phone_number":           typed((*run).deletePhoneNumber),
	"users.delete_webauthn_registration":  typed((*run).deleteWebAuthnRegistration),
	"users.delete_biometric_registration": typed((*run).deleteBiometricRegistration),
	"users.delete_totp":                   typed((*run).deleteTOTP),
	"users.delete_crypto_wallet":          typed((*run).deleteCryptoWallet),
	"users.delete_password":               typed((*run).deletePassword),
	"users.delete_oauth_registration":     typed((*run).deleteOAuthRegistration),
	"users.delete_external_id":            typed((*run).deleteExternalID),
	"users.connected_apps":                typed((*run).connectedApps),
	"users.revoke":                        typed((*run).revokeConnectedApp),

	"rbac.policy": typed((*run).userPolicy),
}
