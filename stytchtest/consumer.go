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
}
