package stytchtest

// consumerHandlers perform the calls of the consumer API, by operation ID.
var consumerHandlers = map[string]handler{
	"otps.authenticate":             typed((*request).authenticate),
	"otps.sms.send":                 typed((*request).smsSend),
	"otps.sms.login_or_create":      typed((*request).smsLoginOrCreate),
	"otps.whatsapp.send":            typed((*request).whatsAppSend),
	"otps.whatsapp.login_or_create": typed((*request).whatsAppLoginOrCreate),
	"otps.email.send":               typed((*request).emailSend),
	"otps.email.login_or_create":    typed((*request).emailLoginOrCreate),
	"sessions.get":                  typed((*request).userSessions),
	"sessions.authenticate":         typed((*request).authenticateSession),
	"sessions.revoke":               typed((*request).revokeSession),
	"sessions.get_jwks":             typed((*request).jwks),

	"users.create":                        typed((*request).createUser),
	"users.get":                           typed((*request).getUser),
	"users.update":                        typed((*request).updateUser),
	"users.delete":                        typed((*request).deleteUser),
	"users.search":                        typed((*request).searchUsers),
	"users.exchange_primary_factor":       typed((*request).exchangePrimaryFactor),
	"users.delete_email":                  typed((*request).deleteEmail),
	"users.delete_phone_number":           typed((*request).deletePhoneNumber),
	"users.delete_webauthn_registration":  typed((*request).deleteWebAuthnRegistration),
	"users.delete_biometric_registration": typed((*request).deleteBiometricRegistration),
	"users.delete_totp":                   typed((*request).deleteTOTP),
	"users.delete_crypto_wallet":          typed((*request).deleteCryptoWallet),
	"users.delete_password":               typed((*request).deletePassword),
	"users.delete_oauth_registration":     typed((*request).deleteOAuthRegistration),
	"users.delete_external_id":            typed((*request).deleteExternalID),
	"users.connected_apps":                typed((*request).connectedApps),
	"users.revoke":                        typed((*request).revokeConnectedApp),

	"rbac.policy": typed((*request).userPolicy),
}
