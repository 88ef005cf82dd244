package stytchtest

// b2bHandlers perform the calls of the B2B API, by operation ID.
var b2bHandlers = map[string]handler{
	"otps.sms.send":                            typed((*run).memberSMSSend),
	"otps.sms.authenticate":                    typed((*run).memberSMSAuthenticate),
	"otps.email.login_or_signup":               typed((*run).loginOrSignup),
	"otps.email.authenticate":                  typed((*run).authenticateEmail),
	"otps.email.discovery.send":                typed((*run).discoverySend),
	"otps.email.discovery.authenticate":        typed((*run).discoveryAuthenticate),
	"discovery.intermediate_sessions.exchange": typed((*run).exchangeIntermediate),
	"discovery.organizations.create":           typed((*run).createDiscovered),
	"discovery.organizations.list":             typed((*run).discoveredOrganizations),
	"sessions.get":                             typed((*run).memberSessions),
	"sessions.authenticate":                    typed((*run).authenticateMemberSession),
	"sessions.revoke":                          typed((*run).revokeMemberSession),
	"sessions.exchange":                        typed((*run).exchange),
	"sessions.get_jwks":                        typed((*run).memberJWKS),
}
