// Package b2b is a client for the whole B2B API of Stytch. One-time passcodes come first: it sends codes
// to the members of organizations by SMS and e-mail, checks them, and manages the sessions that follow.
// The other calls cover organizations and members, magic links, passwords, OAuth, SSO, SCIM and more.
// Calls for projects of both kinds, such as M2M and Fraud, are those of the package stytch.
//
//	client, err := b2b.NewClient(projectID, secret)
//	if err != nil {
//		return err
//	}
//	sent, err := client.OTPs.SMS.Send(ctx, b2b.OTPsSMSSendRequest{
//		OrganizationID: organizationID,
//		MemberID:       memberID,
//	})
//
// # Calls
//
// [Client] lists the areas of the API, and the service of each area lists its calls: client.OTPs.SMS is an
// [OTPsSMSService], and its method Send takes an [OTPsSMSSendRequest] and returns an
// [OTPsSMSSendResponse]. A required field of a request is a plain value; an optional one is a pointer, a
// list or a map, and is sent if it is not nil.
//
// A login can need several steps: Next of a response returns the next [Step]. A call on behalf of a member
// has an [ActingMember] in its request, and then needs the permission of that member.
//
// # Errors and options
//
// Options, errors, retries, timeouts and the handling of secrets are those of the package
// [github.com/stytchgen/sdk/stytch]. A client takes a [stytch.Option], and a call takes a
// [stytch.CallOption]. An error is a [*stytch.Error], a [*stytch.ConnectionError] or a
// [*stytch.ValidationError].
//
// # Beyond the calls
//
// Most of this package is generated from a description of the API. These parts are hand-written:
//
//   - Sessions in web applications: [SessionsService.SetCookies], [SessionsService.Middleware],
//     [SessionFrom] and [SessionsService.Logout]. [SessionsService.AuthenticateJWT] checks a session
//     without net/http, mostly without a call, and [CustomClaims] converts its claims.
//   - Permissions: [Allowed] decides by the roles of a session.
//   - Access tokens of connected apps: [IDPService.IntrospectTokenLocal] checks them without a call.
//   - The steps of a login: [Step], and the method Next of responses.
//   - Events of the service: [WebhookFunctions] handles those of a [stytch.Webhook].
package b2b

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/stytchgen/sdk/internal/share"
	"github.com/stytchgen/sdk/internal/transport"
	"github.com/stytchgen/sdk/stytch"
)

// Shared code of the package stytch, for the clients and responses of this package.
var (
	shared = share.Get[interface {
		Maker() transport.Maker
		ReceiveResponse(*stytch.Response, *transport.Result)
	}]()
	maker       = shared.Maker()
	noTransport = maker.None
	receive     = shared.ReceiveResponse
)

// api is what clients need to know of this API.
var api = transport.API{Enums: enums, Fetcher: fetcher{}}

// fetcher fetches what local checks need. Its methods are in the hand-written sections of these checks.
type fetcher struct{}

// NewClient returns a client for a B2B project. The project ID and the secret are in the Stytch
// dashboard. A project ID that begins with "project-live-" selects the live API, any other the test API.
// NewClient checks its arguments and does no I/O. The client is safe for concurrent use and needs no
// closing.
func NewClient(projectID, secret string, opts ...stytch.Option) (*Client, error) {
	t, err := maker.New(projectID, secret, api, opts)
	if err != nil {
		return nil, err
	}
	return newClient(t), nil
}

// NewPublicClient returns a client without the project's secret, for a program that should not have it. It
// can check access tokens and session JWTs without a call. Calls that need the secret fail before they are
// sent.
func NewPublicClient(projectID string, opts ...stytch.Option) (*Client, error) {
	return NewClient(projectID, "", append(slices.Clip(opts), transport.WithoutSecret)...)
}

// FromEnv is like [NewClient], with the project ID and the secret from the environment variables
// STYTCH_PROJECT_ID and STYTCH_SECRET. If STYTCH_BASE_URL is set, it is the base URL; an option can
// override it.
func FromEnv(opts ...stytch.Option) (*Client, error) {
	t, err := maker.FromEnv(api, opts)
	if err != nil {
		return nil, err
	}
	return newClient(t), nil
}

// Format prints the client without its secret.
func (c Client) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "b2b.Client%v", c.transport) }

// LogValue returns the client for a log, without its secret.
func (c Client) LogValue() slog.Value { return c.transport.LogValue() }
