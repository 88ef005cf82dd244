package stytchtest_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// create creates a user with an e-mail address and an external id.
func (w *world) create(change func(*stytch.UsersCreateRequest)) (*stytch.UsersCreateResponse, error) {
	w.t.Helper()
	req := stytch.UsersCreateRequest{Email: new(email), ExternalID: new("customer|1815")}
	if change != nil {
		change(&req)
	}
	return w.client.Users.Create(w.ctx, req)
}

// read returns the user with an id as users.get answers it.
func (w *world) read(id string) *stytch.UsersGetResponse {
	w.t.Helper()
	return must(w.client.Users.Get(w.ctx, stytch.UsersGetRequest{UserID: id}))(w.t)
}

func TestCreateUser(t *testing.T) {
	w := newWorld(t)
	w.Grant("editor", "documents", "read")
	made := must(w.create(func(r *stytch.UsersCreateRequest) {
		r.PhoneNumber, r.Name, r.Roles = new(phone), &stytch.UserName{FirstName: new("Ada")}, []string{"editor"}
		r.TrustedMetadata, r.UntrustedMetadata = map[string]any{"plan": "pro", "none": nil}, map[string]any{"theme": "dark"}
	}))(t)
	if made.StatusCode != 201 || made.Status != stytch.UserStatusActive || made.UserID != made.User.UserID {
		t.Errorf("status %d, user %s %s", made.StatusCode, made.UserID, made.Status)
	}
	got := w.read("customer|1815") // an external id wherever an id is taken
	want := []stytch.UserEmail{{EmailID: made.EmailID, Email: email}}
	if !reflect.DeepEqual(got.Emails, want) || len(got.PhoneNumbers) != 1 || got.PhoneNumbers[0].PhoneID != made.PhoneID || got.PhoneNumbers[0].Verified {
		t.Errorf("addresses %v %v", got.Emails, got.PhoneNumbers)
	}
	if got.UserID != made.UserID || *got.Name.FirstName != "Ada" || !slices.Equal(got.Roles, []string{"stytch_user", "editor"}) ||
		!reflect.DeepEqual(got.TrustedMetadata, map[string]any{"plan": "pro"}) || got.UntrustedMetadata["theme"] != "dark" || !got.CreatedAt.Equal(w.Clock().Now()) {
		t.Errorf("user %+v", got)
	}
	second := must(w.client.Users.Create(w.ctx, stytch.UsersCreateRequest{PhoneNumber: new("+15005550007")}))(t)
	if second.EmailID != "" || second.PhoneID == "" {
		t.Errorf("ids %q and %q of a user with a phone number alone", second.EmailID, second.PhoneID)
	}
}

func TestCreatedPendingUserBecomesActive(t *testing.T) {
	w := newWorld(t)
	made := must(w.create(func(r *stytch.UsersCreateRequest) { r.CreateUserAsPending = new(true) }))(t)
	if made.Status != stytch.UserStatusPending {
		t.Fatalf("status %s", made.Status)
	}
	must(w.client.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: email}))(t)
	must(w.authenticate(made.EmailID, must(w.Inbox().WaitFor(w.ctx, email))(t).Code))(t)
	if got := w.read(made.UserID); got.Status != stytch.UserStatusActive || !got.Emails[0].Verified {
		t.Errorf("after the first login: %s, verified %t", got.Status, got.Emails[0].Verified)
	}
}

// sized is metadata of some bytes of JSON.
func sized(bytes int) map[string]any {
	return map[string]any{"a": strings.Repeat("x", bytes-len(`{"a":""}`))}
}

// keyed is metadata with some keys.
func keyed(keys int) map[string]any {
	m := map[string]any{}
	for i := range keys {
		m[fmt.Sprint("key", i)] = i
	}
	return m
}

func TestCreateUserRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*stytch.UsersCreateRequest)
		want   stytch.ErrorType
	}{
		{"neither address nor number", func(r *stytch.UsersCreateRequest) { r.Email = nil }, stytch.ErrInvalidCreateUserRequest},
		{"no address", func(r *stytch.UsersCreateRequest) { r.Email = new("ada") }, stytch.ErrInvalidEmail},
		{"no number", func(r *stytch.UsersCreateRequest) { r.PhoneNumber = new("5") }, stytch.ErrInvalidPhoneNumber},
		{"an address in use", func(r *stytch.UsersCreateRequest) { r.Email, r.ExternalID = new("GRACE@example.com"), nil }, stytch.ErrDuplicateEmail},
		{"a number in use", func(r *stytch.UsersCreateRequest) { r.PhoneNumber = new(phone) }, stytch.ErrDuplicatePhoneNumber},
		{"an external id in use", func(r *stytch.UsersCreateRequest) { r.ExternalID = new("grace") }, stytch.ErrDuplicateUserExternalID},
		{"an external id of another form", func(r *stytch.UsersCreateRequest) { r.ExternalID = new("a b") }, stytch.ErrBadRequest},
		{"a role that is unknown", func(r *stytch.UsersCreateRequest) { r.Roles = []string{"owner"} }, stytch.ErrInvalidRBACRoleID},
		{"the role of every user", func(r *stytch.UsersCreateRequest) { r.Roles = []string{"stytch_user"} }, stytch.ErrCannotAssignDefaultRBACRoleID},
		{"large metadata", func(r *stytch.UsersCreateRequest) { r.TrustedMetadata = sized(4097) }, stytch.ErrMetadataTooLarge},
		{"much metadata", func(r *stytch.UsersCreateRequest) { r.UntrustedMetadata = keyed(21) }, stytch.ErrMetadataTooManyKeys},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.client = w.Client(noDrift(t), stytch.WithoutValidation())
			grace := stytch.UsersCreateRequest{Email: new("grace@example.com"), PhoneNumber: new(phone), ExternalID: new("grace")}
			must(w.client.Users.Create(w.ctx, grace))(t)
			_, err := w.create(test.change)
			wants(t, err, test.want)
			if n := len(w.Users()); n != 1 {
				t.Errorf("%d users after a refusal, want the one of before", n)
			}
		})
	}
}

func TestUpdateUser(t *testing.T) {
	w := newWorld(t)
	w.Grant("editor", "documents", "read")
	w.Grant("viewer", "documents")
	id := must(w.create(nil))(t).UserID
	update := func(r stytch.UsersUpdateRequest) *stytch.UsersUpdateResponse {
		t.Helper()
		r.UserID = id
		return must(w.client.Users.Update(w.ctx, r))(t)
	}
	nested := map[string]any{"address": map[string]any{"city": "London", "zip": "W1"}, "plan": "pro"}
	update(stytch.UsersUpdateRequest{Name: &stytch.UserName{FirstName: new("Ada"), LastName: new("Byron")}, TrustedMetadata: nested, Roles: []string{"editor"}})
	got := update(stytch.UsersUpdateRequest{
		Name: &stytch.UserName{LastName: new("Lovelace")}, Roles: []string{"viewer"}, ExternalID: new("countess"),
		TrustedMetadata: map[string]any{"address": map[string]any{"city": "Paris"}, "plan": nil, "seats": 3},
	})
	u := got.User
	if *u.Name.FirstName != "Ada" || *u.Name.LastName != "Lovelace" || !slices.Equal(u.Roles, []string{"stytch_user", "viewer"}) {
		t.Errorf("name %v, roles %v", u.Name, u.Roles)
	}
	want := `{"address":{"city":"Paris"},"seats":3}` // merged at the top level only
	if metadata := string(must(json.Marshal(u.TrustedMetadata))(t)); metadata != want || u.UntrustedMetadata != nil {
		t.Errorf("metadata %s and %v, want %s and none", metadata, u.UntrustedMetadata, want)
	}
	if !reflect.DeepEqual(got.Emails, u.Emails) || len(got.Emails) != 1 {
		t.Errorf("the copies beside the user: %v", got.Emails)
	}
	_, err := w.client.Users.Get(w.ctx, stytch.UsersGetRequest{UserID: "customer|1815"})
	wants(t, err, stytch.ErrUserNotFound) // the old external id is free at once
	update(stytch.UsersUpdateRequest{ExternalID: new("countess"), Roles: []string{}})
	if got := w.read("countess"); !slices.Equal(got.Roles, []string{"stytch_user"}) || *got.Name.FirstName != "Ada" {
		t.Errorf("roles %v, name %v", got.Roles, got.Name)
	}
	dropped := must(w.client.Users.DeleteExternalID(w.ctx, stytch.UsersDeleteExternalIDRequest{UserID: "countess"}))(t)
	if dropped.UserID != id || dropped.User.ExternalID != nil {
		t.Errorf("without the external id: %v", dropped)
	}
}

func TestUpdateUserRefuses(t *testing.T) {
	tests := []struct {
		name string
		req  stytch.UsersUpdateRequest
		want stytch.ErrorType
	}{
		{"nobody", stytch.UsersUpdateRequest{UserID: "nobody"}, stytch.ErrUserNotFound},
		{"an id of another form", stytch.UsersUpdateRequest{UserID: "no body"}, stytch.ErrInvalidUserID},
		{"an external id in use", stytch.UsersUpdateRequest{ExternalID: new("grace")}, stytch.ErrDuplicateUserExternalID},
		{"a role that is unknown", stytch.UsersUpdateRequest{Roles: []string{"owner"}}, stytch.ErrInvalidRBACRoleID},
		{"metadata that grows too large", stytch.UsersUpdateRequest{TrustedMetadata: map[string]any{"b": strings.Repeat("x", 2000)}}, stytch.ErrMetadataTooLarge},
		{"metadata that gets too many keys", stytch.UsersUpdateRequest{UntrustedMetadata: map[string]any{"one": 1, "two": 2}}, stytch.ErrMetadataTooManyKeys},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser(stytch.User{ExternalID: new("grace")})
			id := must(w.create(func(r *stytch.UsersCreateRequest) { r.TrustedMetadata, r.UntrustedMetadata = sized(3000), keyed(19) }))(t).UserID
			before := w.Users()
			if test.req.UserID == "" {
				test.req.UserID = id
			}
			test.req.Name = &stytch.UserName{FirstName: new("Changed")}
			_, err := w.client.Users.Update(w.ctx, test.req)
			wants(t, err, test.want)
			if !reflect.DeepEqual(w.Users(), before) {
				t.Error("a refused update has changed a user")
			}
		})
	}
}

// TestDeleteUser has a delete take everything with it that the user had.
func TestDeleteUser(t *testing.T) {
	w := newWorld(t)
	made := must(w.create(nil))(t)
	kept := must(w.AddSession(w.AddUser(stytch.User{}).UserID, time.Hour, nil))(t)
	session := must(w.AddSession("customer|1815", time.Hour, nil))(t)
	if session.UserID != made.UserID {
		t.Errorf("the session shows %s for its user, want the service's own id", session.UserID)
	}
	must(w.client.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: email}))(t)
	code := must(w.Inbox().WaitFor(w.ctx, email))(t).Code

	gone := must(w.client.Users.Delete(w.ctx, stytch.UsersDeleteRequest{UserID: "customer|1815"}))(t)
	if gone.UserID != made.UserID {
		t.Errorf("deleted %s, want %s", gone.UserID, made.UserID)
	}
	_, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &session.Token})
	wants(t, err, stytch.ErrSessionNotFound)
	_, err = w.authenticate(made.EmailID, code)
	wants(t, err, stytch.ErrOTPCodeNotFound)
	for _, id := range []string{made.UserID, "customer|1815"} {
		_, err = w.client.Users.Get(w.ctx, stytch.UsersGetRequest{UserID: id})
		wants(t, err, stytch.ErrUserNotFound)
		_, err = w.client.Users.Delete(w.ctx, stytch.UsersDeleteRequest{UserID: id})
		wants(t, err, stytch.ErrUserNotFound)
		_, err = w.client.Sessions.Get(w.ctx, stytch.SessionsGetRequest{UserID: id})
		wants(t, err, stytch.ErrUserNotFound)
	}
	if again := must(w.create(nil))(t); again.UserID == made.UserID || again.EmailID == made.EmailID {
		t.Errorf("the address is free, but comes back with the old ids: %v", again)
	}
	must(w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &kept.Token}))(t)
}

func TestConnectedApps(t *testing.T) {
	w := newWorld(t)
	id := must(w.create(nil))(t).UserID
	app := stytch.UserConnectedApp{ConnectedAppID: "connected-app-test-1", Name: "Calendar", ClientType: "third_party", ScopesGranted: "openid email"}
	if err := w.AddConsent("customer|1815", app); err != nil {
		t.Fatal(err)
	}
	app.ScopesGranted = "openid"
	if err := w.AddConsent(id, app); err != nil {
		t.Fatal(err)
	}
	if err := w.AddConsent("nobody", app); err == nil || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("a consent of an unknown user: %v", err)
	}
	list := func() []stytch.UserConnectedApp {
		t.Helper()
		return must(w.client.Users.ConnectedApps(w.ctx, stytch.UsersConnectedAppsRequest{UserID: "customer|1815"}))(t).ConnectedApps
	}
	if got := list(); !reflect.DeepEqual(got, []stytch.UserConnectedApp{app}) {
		t.Errorf("apps %v, want the one with its last consent", got)
	}
	revoke := stytch.UsersRevokeRequest{UserID: "customer|1815", ConnectedAppID: app.ConnectedAppID}
	must(w.client.Users.Revoke(w.ctx, revoke))(t)
	if got := list(); len(got) != 0 {
		t.Errorf("apps %v after the only one was revoked", got)
	}
	_, err := w.client.Users.Revoke(w.ctx, revoke)
	wants(t, err, stytch.ErrConnectedAppNotFound)
	_, err = w.client.Users.Revoke(w.ctx, stytch.UsersRevokeRequest{UserID: "nobody", ConnectedAppID: "x"})
	wants(t, err, stytch.ErrUserNotFound)
	_, err = w.client.Users.ConnectedApps(w.ctx, stytch.UsersConnectedAppsRequest{UserID: "nobody"})
	wants(t, err, stytch.ErrUserNotFound)
}

// TestPolicy has the policy say what authorization checks do.
func TestPolicy(t *testing.T) {
	w := newWorld(t)
	w.Grant("editor", "documents", "read")
	w.Grant("editor", "documents", "read", "update")
	w.Grant("owner", "documents", "*")
	w.Grant("owner", "billing", "pay")
	got := must(w.client.RBAC.Policy(w.ctx, stytch.RBACPolicyRequest{}))(t).Policy
	want := &stytch.RBACPolicy{
		Roles: []stytch.RBACRole{
			{RoleID: "stytch_user", Permissions: []stytch.RBACPermission{}},
			{RoleID: "editor", Permissions: []stytch.RBACPermission{{ResourceID: "documents", Actions: []string{"read", "update"}}}},
			{RoleID: "owner", Permissions: []stytch.RBACPermission{
				{ResourceID: "documents", Actions: []string{"*"}}, {ResourceID: "billing", Actions: []string{"pay"}},
			}},
		},
		Resources: []stytch.RBACResource{{ResourceID: "documents", Actions: []string{"read", "update"}}, {ResourceID: "billing", Actions: []string{"pay"}}},
		Scopes:    []stytch.RBACScope{},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("policy %+v\nwant   %+v", got, want)
	}
}

// TestUsersSurviveASnapshot has what the calls for users leave behind come back.
func TestUsersSurviveASnapshot(t *testing.T) {
	w := newWorld(t)
	made := must(w.create(func(r *stytch.UsersCreateRequest) { r.TrustedMetadata = map[string]any{"seats": 3} }))(t)
	if err := w.AddConsent(made.UserID, stytch.UserConnectedApp{Name: "Calendar"}); err != nil {
		t.Fatal(err)
	}
	data := must(w.Snapshot())(t)
	again := stytchtest.NewServer(t, func(c *stytchtest.Config) { c.Snapshot = data })
	if !reflect.DeepEqual(again.Users(), w.Users()) {
		t.Errorf("users %v, want %v", again.Users(), w.Users())
	}
	apps := must(again.Client().Users.ConnectedApps(w.ctx, stytch.UsersConnectedAppsRequest{UserID: made.UserID}))(t).ConnectedApps
	if len(apps) != 1 || apps[0].Name != "Calendar" || apps[0].ConnectedAppID == "" {
		t.Errorf("apps %v", apps)
	}
}
