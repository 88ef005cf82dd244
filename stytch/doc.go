// Package stytch calls the consumer API of Stytch around one-time passcodes: it sends codes by SMS,
// WhatsApp and e-mail, checks them, and looks after the sessions that follow.
//
//	client, err := stytch.NewClient(projectID, secret)
//	if err != nil {
//		return err
//	}
//	sent, err := client.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{
//		PhoneNumber: "+15005550006",
//	})
//
// # Errors
//
// A call returns either a response or an error, never both. The error is one of three:
//
//   - [*Error]: the service, or a gateway in front of it, answered, but not with success. Its type
//     is matched with errors.Is(err, stytch.ErrOTPCodeNotFound).
//   - [*ConnectionError]: there was no answer.
//   - [*ValidationError]: the request breaks a rule of the API and was not sent. It matches the type
//     that the service would have answered: errors.Is(err, stytch.ErrInvalidPhoneNumber).
//
// With an [Interceptor], it can also be what that returned instead of making the call.
//
// When errors.Is(err, [ErrOutcomeUnknown]), the service may have done what it was asked although no
// answer says so. An application that sends again then may send a second message.
//
// # Retries and timeouts
//
// A failed call is repeated, two times by default, where that does no harm: always for calls that
// read, extend or revoke; for calls that send a message or use up a code only when the request
// certainly did not reach the service, or was turned away with status 429. Waits grow and are
// random; a Retry-After header is honored. A call ends after 30 seconds and an attempt after 10,
// unless an option says otherwise, and always when its context does.
//
// # Secrets
//
// Requests, responses, errors and clients can be printed and logged: codes, tokens, phone numbers
// and e-mail addresses appear as "[redacted]". The fields themselves hold the plain values, and so
// does what encoding/json writes: a slog.JSONHandler uses it for a list of requests or responses,
// and for a struct of the application that holds one.
package stytch
