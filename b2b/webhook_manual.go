package b2b

import (
	"context"

	"github.com/stytchgen/sdk/internal/webhook"
	"github.com/stytchgen/sdk/stytch"
)

// MANUAL(WebhookFunctions)(TYPE)

// WebhookFunctions handles the events of the B2B API, each with a function of its own, for
// [stytch.NewWebhook]:
//
//	hook, err := stytch.NewWebhook(stytch.WebhookOptions{Secrets: []string{secret}}, b2b.WebhookFunctions{
//		MemberDeleted: func(ctx context.Context, event stytch.WebhookEvent) error { ... },
//	})
//
// A function for a creation or a change gets the whole object. A function for a deletion gets the id of the
// object in event.ID. A nil function leaves its events to Other.
type WebhookFunctions struct {
	MemberCreated, MemberUpdated func(ctx context.Context, event stytch.WebhookEvent, member *Member) error
	MemberDeleted                func(ctx context.Context, event stytch.WebhookEvent) error

	OrganizationCreated, OrganizationUpdated func(ctx context.Context, event stytch.WebhookEvent, organization *Organization) error
	OrganizationDeleted                      func(ctx context.Context, event stytch.WebhookEvent) error

	SAMLConnectionCreated, SAMLConnectionUpdated func(ctx context.Context, event stytch.WebhookEvent, connection *SAMLConnection) error
	SAMLConnectionDeleted                        func(ctx context.Context, event stytch.WebhookEvent) error

	OIDCConnectionCreated, OIDCConnectionUpdated func(ctx context.Context, event stytch.WebhookEvent, connection *OIDCConnection) error
	OIDCConnectionDeleted                        func(ctx context.Context, event stytch.WebhookEvent) error

	SCIMConnectionCreated, SCIMConnectionUpdated func(ctx context.Context, event stytch.WebhookEvent, connection *SCIMConnection) error
	SCIMConnectionDeleted                        func(ctx context.Context, event stytch.WebhookEvent) error

	// Other gets the events without a function of their own, and those that this version of the SDK does not
	// know, such as events about SCIM groups. If it is nil, they are ignored.
	Other func(ctx context.Context, event stytch.WebhookEvent) error
}

// HandleWebhook calls the function for the event.
func (f WebhookFunctions) HandleWebhook(ctx context.Context, event stytch.WebhookEvent) error {
	return webhook.First(ctx, event, f.function(event), f.Other)
}

// function returns the application's function for an event, or nil. The names of the connections are only
// likely: the service publishes that they have events, but no example.
func (f WebhookFunctions) function(e stytch.WebhookEvent) func(context.Context, stytch.WebhookEvent) error {
	if e.Vertical == "CONSUMER" {
		return nil
	}
	switch e.ObjectType {
	case "member":
		return webhook.For(e.Action, e.Object, f.MemberCreated, f.MemberUpdated, f.MemberDeleted, (*Member).readJSON)
	case "organization":
		return webhook.For(e.Action, e.Object, f.OrganizationCreated, f.OrganizationUpdated, f.OrganizationDeleted, (*Organization).readJSON)
	case "saml_connection":
		return webhook.For(e.Action, e.Object, f.SAMLConnectionCreated, f.SAMLConnectionUpdated, f.SAMLConnectionDeleted, (*SAMLConnection).readJSON)
	case "oidc_connection":
		return webhook.For(e.Action, e.Object, f.OIDCConnectionCreated, f.OIDCConnectionUpdated, f.OIDCConnectionDeleted, (*OIDCConnection).readJSON)
	case "scim_connection":
		return webhook.For(e.Action, e.Object, f.SCIMConnectionCreated, f.SCIMConnectionUpdated, f.SCIMConnectionDeleted, (*SCIMConnection).readJSON)
	}
	return nil
}

// ENDMANUAL(WebhookFunctions)
