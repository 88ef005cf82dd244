package guard

// callKind is what a call of the API does with a code.
type callKind int

const (
	other    callKind = iota
	sends             // sends a code or a link
	verifies          // verifies a code, if it succeeds
)

// calls are the calls that send or verify, by path; see TestCalls. A call whose response means that
// the service sent a second factor by itself is not one of them.
var calls = map[string]callKind{
	"/v1/otps/sms/send":                                                              sends,
	"/v1/otps/sms/login_or_create":                                                   sends,
	"/v1/otps/whatsapp/send":                                                         sends,
	"/v1/otps/whatsapp/login_or_create":                                              sends,
	"/v1/otps/email/send":                                                            sends,
	"/v1/otps/email/login_or_create":                                                 sends,
	"/v1/otps/authenticate":                                                          verifies,
	"/v1/magic_links/email/send":                                                     sends,
	"/v1/magic_links/email/login_or_create":                                          sends,
	"/v1/magic_links/email/invite":                                                   sends,
	"/v1/magic_links/authenticate":                                                   verifies,
	"/v1/passwords/email/reset/start":                                                sends,
	"/v1/passwords/email/reset":                                                      verifies,
	"/v1/b2b/otps/sms/send":                                                          sends,
	"/v1/b2b/otps/sms/authenticate":                                                  verifies,
	"/v1/b2b/otps/email/login_or_signup":                                             sends,
	"/v1/b2b/otps/email/authenticate":                                                verifies,
	"/v1/b2b/otps/email/discovery/send":                                              sends,
	"/v1/b2b/otps/email/discovery/authenticate":                                      verifies,
	"/v1/b2b/magic_links/email/login_or_signup":                                      sends,
	"/v1/b2b/magic_links/email/invite":                                               sends,
	"/v1/b2b/magic_links/email/discovery/send":                                       sends,
	"/v1/b2b/magic_links/authenticate":                                               verifies,
	"/v1/b2b/magic_links/discovery/authenticate":                                     verifies,
	"/v1/b2b/passwords/email/reset/start":                                            sends,
	"/v1/b2b/passwords/email/require_reset":                                          sends,
	"/v1/b2b/passwords/email/reset":                                                  verifies,
	"/v1/b2b/passwords/discovery/email/reset/start":                                  sends,
	"/v1/b2b/passwords/discovery/email/reset":                                        verifies,
	"/v1/b2b/organizations/{organization_id}/members/{member_id}/start_email_update": sends,
}
