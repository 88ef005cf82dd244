package b2b_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// Each function is called for its event, with the object, and no other is.
func TestWebhookFunctions(t *testing.T) {
	actions := map[string]string{"Created": "CREATE", "Updated": "UPDATE", "Deleted": "DELETE"}
	objects := map[string][2]string{ // by the field's prefix: the object type, and the name of the object's id
		"Member": {"member", "MemberID"}, "Organization": {"organization", "OrganizationID"}, "SAMLConnection": {"saml_connection", "ConnectionID"},
		"OIDCConnection": {"oidc_connection", "ConnectionID"}, "SCIMConnection": {"scim_connection", "ConnectionID"},
	}
	names := map[string]string{"MemberID": "member_id", "OrganizationID": "organization_id", "ConnectionID": "connection_id"}
	var called string
	var functions b2b.WebhookFunctions
	v := reflect.ValueOf(&functions).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		v.Field(i).Set(reflect.MakeFunc(v.Field(i).Type(), func(args []reflect.Value) []reflect.Value {
			called = name
			if len(args) == 3 {
				called += " " + args[2].Elem().FieldByName(objects[name[:len(name)-len("Created")]][1]).String()
			}
			return []reflect.Value{reflect.Zero(reflect.TypeFor[error]())}
		}))
	}
	for i := range v.NumField() {
		field := v.Type().Field(i).Name
		if field == "Other" {
			continue
		}
		prefix, suffix := field[:len(field)-len("Created")], field[len(field)-len("Created"):]
		object := objects[prefix]
		event := stytch.WebhookEvent{Vertical: "B2B", ObjectType: object[0], Action: actions[suffix], ID: "id-1"}
		want := field
		if suffix != "Deleted" {
			event.Object = []byte(`{"` + names[object[1]] + `": "id-1"}`)
			want += " id-1"
		}
		if err := functions.HandleWebhook(t.Context(), event); err != nil || called != want {
			t.Errorf("got %q, %v; want %q", called, err, want)
		}
		event.Vertical = "CONSUMER"
		if err := functions.HandleWebhook(t.Context(), event); err != nil || called != "Other" {
			t.Errorf("%s of the consumer API: got %q, %v; want Other", field, called, err)
		}
	}
	if err := (b2b.WebhookFunctions{}).HandleWebhook(t.Context(), stytch.WebhookEvent{ObjectType: "member", Action: "CREATE"}); err != nil {
		t.Errorf("without functions: %v", err)
	}
}

// An object that is no JSON object is an error without its text.
func TestWebhookBrokenObject(t *testing.T) {
	functions := b2b.WebhookFunctions{MemberCreated: func(context.Context, stytch.WebhookEvent, *b2b.Member) error { return nil }}
	err := functions.HandleWebhook(t.Context(), stytch.WebhookEvent{ObjectType: "member", Action: "CREATE", Object: []byte(`{"email_address": "ada@example.com"`)})
	if err == nil || strings.Contains(err.Error(), "ada@") {
		t.Errorf("got %v", err)
	}
}
