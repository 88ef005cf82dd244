package stytchtest

// b2bHandlers perform the calls of the B2B API, by operation ID.
var b2bHandlers = map[string]handler{
	"otps.sms.send":                            typed((*request).memberSMSSend),
	"otps.sms.authenticate":                    typed((*request).memberSMSAuthenticate),
	"otps.email.login_or_signup":               typed((*request).loginOrSignup),
	"otps.email.authenticate":                  typed((*request).authenticateEmail),
	"otps.email.discovery.send":                typed((*request).discoverySend),
	"otps.email.discovery.authenticate":        typed((*request).discoveryAuthenticate),
	"discovery.intermediate_sessions.exchange": typed((*request).exchangeIntermediate),
	"discovery.organizations.create":           typed((*request).createDiscovered),
	"discovery.organizations.list":             typed((*request).discoveredOrganizations),
	"sessions.get":                             typed((*request).memberSessions),
	"sessions.authenticate":                    typed((*request).authenticateMemberSession),
	"sessions.revoke":                          typed((*request).revokeMemberSession),
	"sessions.exchange":                        typed((*request).exchange),
	"sessions.get_jwks":                        typed((*request).memberJWKS),
}
