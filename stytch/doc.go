// Package stytch is a client for the whole consumer API of Stytch. One-time passcodes come first: it
// sends codes by SMS, WhatsApp and e-mail, checks them, and manages the sessions that follow. The other
// calls cover users, magic links, passwords, OAuth, TOTP, WebAuthn, machine-to-machine clients and more.
//
//	client, err := stytch.NewClient(projectID, secret)
//	if err != nil {
//		return err
//	}
//	sent, err := client.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{
//		PhoneNumber: "+15005550006",
//	})
//
// The package [github.com/stytchgen/sdk/b2b] is the client for the B2B API.
//
// # Calls
//
// [Client] lists the areas of the API, and the service of each area lists its calls: client.OTPs.SMS is an
// [OTPsSMSService], and its method Send takes an [OTPsSMSSendRequest] and returns an
// [OTPsSMSSendResponse]. The comment of a call says when it is repeated and which errors to expect.
//
// A required field of a request is a plain value and is always sent. An optional field is a pointer, a
// list or a map, and is sent if it is not nil: SessionDurationMinutes: new(60). A search has a second
// method that loops over all pages, such as [UsersService.SearchAll]. Every response embeds [Response],
// which has the raw answer and the fields that this package does not know.
//
// # Errors
//
// A call returns either a response or an error, never both. The error is one of three:
//
//   - [*Error]: the service, or a gateway in front of it, answered without success. Match its type
//     with errors.Is(err, stytch.ErrOTPCodeNotFound).
//   - [*ConnectionError]: there was no answer.
//   - [*ValidationError]: the request breaks a rule of the API and was not sent. It matches the type
//     that the service would have answered: errors.Is(err, stytch.ErrInvalidPhoneNumber).
//
// An [Interceptor] can also return an error of its own.
//
// If errors.Is(err, [ErrOutcomeUnknown]) is true, the call may have taken effect although no answer
// confirms it. Repeating it may send a second message.
//
// [PublicErrorOf] returns what a visitor may see of an error.
//
// # Options
//
// NewClient takes an [Option], such as [WithTimeout], [WithMaxRetries], [WithLogger] or
// [WithInterceptor]. A call takes a [CallOption], such as [WithCallTimeout] or [WithCallInfo].
//
// # Retries and timeouts
//
// A failed call is repeated if that is safe, two times by default. Calls that read, extend or revoke
// are always safe to repeat. Calls that send a message or use up a code are repeated only if the
// request certainly did not reach the service, or if the status is 429. Waits grow and are random, and
// a Retry-After header is honored.
//
// A call ends after 30 seconds and an attempt after 10, unless an option changes that, and always when
// its context ends.
//
// # Secrets
//
// Requests, responses, errors and clients can be printed and logged: codes, tokens, phone numbers and
// e-mail addresses appear as "[redacted]". The fields themselves have the plain values, and so does
// the output of encoding/json. A slog.JSONHandler uses encoding/json for lists of requests or responses,
// and for structs of the application that contain one.
//
// # Beyond the calls
//
// Most of this package is generated from a description of the API. These parts are hand-written:
//
//   - Sessions in web applications: [SessionsService.SetCookies], [SessionsService.Middleware],
//     [SessionFrom] and [SessionsService.Logout]. [SessionsService.AuthenticateJWT] checks a session
//     without net/http, mostly without a call, and [CustomClaims] converts its claims.
//   - Permissions: [Allowed] decides by the roles of a session.
//   - What people type: [CleanCode] and [CleanPhoneNumber].
//   - Access tokens of programs and connected apps: [M2MService.TokenSource] fetches and renews them.
//     [M2MService.AuthenticateToken] and [IDPService.IntrospectTokenLocal] check them without a call.
//   - Events of the service: a [Webhook] verifies and handles them.
//   - Answers that differ from the description of the API: [WithDriftReport].
package stytch
