package stytchtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// m2m makes a client with these scopes.
func (w *world) m2m(scopes ...string) stytch.M2MClientWithClientSecret {
	w.t.Helper()
	return must(w.client.M2M.Clients.Create(w.ctx, stytch.M2MClientsCreateRequest{Scopes: scopes, ClientName: new("Export")}))(w.t).M2MClient
}

// token asks for an access token.
func (w *world) token(id, secret string, scope ...string) (*stytch.M2MTokenResponse, error) {
	w.t.Helper()
	q := stytch.M2MTokenRequest{ProjectID: w.ID, ClientID: id, ClientSecret: secret}
	if len(scope) > 0 {
		q.Scope = &scope[0]
	}
	return w.client.M2M.Token(w.ctx, q)
}

// TestM2MToken gets a token and checks it as an API does.
func TestM2MToken(t *testing.T) {
	w := newWorld(t)
	c := w.m2m("read:invoices", "write:*")
	got := must(w.token(c.ClientID, c.ClientSecret))(t)
	if got.TokenType != "bearer" || got.ExpiresIn != 3600 {
		t.Errorf("token %+v", got)
	}
	token := must(w.client.M2M.AuthenticateToken(w.ctx, got.AccessToken, stytch.AccessTokenOptions{RequiredScopes: []string{"read:invoices", "write:invoices"}}))(t)
	if token.ClientID != c.ClientID || strings.Join(token.Scopes, " ") != "read:invoices write:*" || !token.IssuedAt.Equal(w.Clock().Now()) {
		t.Errorf("token %+v", token)
	}
	less := must(w.token(c.ClientID, c.ClientSecret, "read:invoices"))(t)
	_, err := w.client.M2M.AuthenticateToken(w.ctx, less.AccessToken, stytch.AccessTokenOptions{RequiredScopes: []string{"write:invoices"}})
	if !errors.Is(err, stytch.ErrMissingScope) {
		t.Errorf("error %v for a missing scope", err)
	}
	if _, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionJWT: &got.AccessToken}); err == nil {
		t.Error("the token of a client is a session")
	}
	w.Clock().Advance(2 * time.Hour)
	if _, err := w.client.M2M.AuthenticateToken(w.ctx, got.AccessToken, stytch.AccessTokenOptions{}); err == nil {
		t.Error("the token did not expire")
	}
}

func TestM2MTokenErrors(t *testing.T) {
	w := newWorld(t)
	c := w.m2m("read:invoices")
	_, err := w.token(c.ClientID, "wrong")
	wants(t, err, stytch.ErrInvalidClient)
	_, err = w.token("nobody", c.ClientSecret)
	wants(t, err, stytch.ErrInvalidClient)
	_, err = w.token(c.ClientID, c.ClientSecret, "read:invoices write:invoices")
	wants(t, err, stytch.ErrInvalidScope)
	change := stytch.M2MClientsUpdateRequest{ClientID: c.ClientID, Status: new(stytch.M2MClientStatusInactive)}
	must(w.client.M2M.Clients.Update(w.ctx, change))(t)
	_, err = w.token(c.ClientID, c.ClientSecret)
	wants(t, err, stytch.ErrUnauthorizedClient)
	change.Status = new(stytch.M2MClientStatusActive)
	must(w.client.M2M.Clients.Update(w.ctx, change))(t)
	must(w.token(c.ClientID, c.ClientSecret))(t)
	must(w.client.M2M.Clients.Delete(w.ctx, stytch.M2MClientsDeleteRequest{ClientID: c.ClientID}))(t)
	_, err = w.token(c.ClientID, c.ClientSecret)
	wants(t, err, stytch.ErrInvalidClient)
}

// TestM2MTokenForms sends the credentials in each way that clients do.
func TestM2MTokenForms(t *testing.T) {
	w := newWorld(t)
	c := w.m2m("read:invoices")
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}.Encode()
	inJSON := fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%q,"client_secret":%q}`, c.ClientID, c.ClientSecret)
	const formType, jsonType = "application/x-www-form-urlencoded", "application/json"
	for _, test := range []struct {
		name, body, contentType string
		user, password          string
		want                    string // the error
	}{
		{"form", form, formType, "", "", ""},
		{"form with a charset", form, formType + "; charset=utf-8", "", "", ""},
		{"JSON", inJSON, jsonType, "", "", ""},
		{"JSON beside the project's credentials", inJSON, jsonType, w.ID, w.Secret, ""},
		{"credentials in the header", "grant_type=client_credentials", formType, c.ClientID, c.ClientSecret, ""},
		{"wrong credentials in the header", "grant_type=client_credentials", formType, c.ClientID, "wrong", "invalid_client"},
		{"the body first", strings.Replace(form, c.ClientSecret, "wrong", 1), formType, c.ClientID, c.ClientSecret, "invalid_client"},
		{"another grant", strings.Replace(form, "client_credentials", "password", 1), formType, "", "", "unsupported_grant_type"},
		{"no grant", "client_id=x&client_secret=y", formType, "", "", "invalid_request"},
		{"no secret", "grant_type=client_credentials&client_id=x", formType, "", "", "invalid_request"},
		{"nothing", "", formType, "", "", "invalid_request"},
		{"no form", "%zz", formType, "", "", "invalid_request"},
		{"text", form, "text/plain", "", "", "invalid_request"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := must(http.NewRequestWithContext(w.ctx, http.MethodPost, w.URL()+"/v1/public/"+w.ID+"/oauth2/token", strings.NewReader(test.body)))(t)
			r.Header.Set("Content-Type", test.contentType)
			if test.user != "" {
				r.SetBasicAuth(test.user, test.password)
			}
			resp := must(http.DefaultClient.Do(r))(t)
			defer resp.Body.Close()
			data := must(io.ReadAll(resp.Body))(t)
			var fields map[string]any
			if err := json.Unmarshal(data, &fields); err != nil {
				t.Fatal(err)
			}
			got, _ := fields["error"].(string)
			if got != test.want || (resp.StatusCode == http.StatusOK) != (test.want == "") || fields["status_code"] != float64(resp.StatusCode) {
				t.Errorf("%d %s, want the error %q", resp.StatusCode, data, test.want)
			}
			if strings.Contains(string(data), c.ClientSecret) {
				t.Error("the answer has the secret")
			}
		})
	}
	for _, logged := range w.Requests() {
		if text := fmt.Sprint(logged.Body, logged.Header); strings.Contains(text, c.ClientSecret) {
			t.Errorf("the log has the secret: %s", text)
		}
	}
}

// TestM2MRotation replaces a secret. Both work in between.
func TestM2MRotation(t *testing.T) {
	w := newWorld(t)
	c, api := w.m2m("a"), w.client.M2M.Clients.Secrets
	works := func(secret string, want bool) {
		t.Helper()
		if _, err := w.token(c.ClientID, secret); (err == nil) != want {
			t.Errorf("the secret works: %v, want %v", err == nil, want)
		}
	}
	start := stytch.M2MClientsSecretsRotateStartRequest{ClientID: c.ClientID}
	rotate := stytch.M2MClientsSecretsRotateRequest{ClientID: c.ClientID}
	cancel := stytch.M2MClientsSecretsRotateCancelRequest{ClientID: c.ClientID}
	_, err := api.Rotate(w.ctx, rotate)
	wants(t, err, stytch.ErrM2MClientNotRotatingSecret)
	_, err = api.RotateCancel(w.ctx, cancel)
	wants(t, err, stytch.ErrM2MClientNotRotatingSecret)

	dropped := must(api.RotateStart(w.ctx, start))(t).M2MClient
	if end := dropped.NextClientSecret[len(dropped.NextClientSecret)-4:]; dropped.NextClientSecretLastFour == nil || *dropped.NextClientSecretLastFour != end {
		t.Errorf("last four %v, want %s", dropped.NextClientSecretLastFour, end)
	}
	_, err = api.RotateStart(w.ctx, start)
	wants(t, err, stytch.ErrM2MClientAlreadyRotatingSecret)
	works(c.ClientSecret, true)
	works(dropped.NextClientSecret, true)
	must(api.RotateCancel(w.ctx, cancel))(t)
	works(c.ClientSecret, true)
	works(dropped.NextClientSecret, false)

	next := must(api.RotateStart(w.ctx, start))(t).M2MClient.NextClientSecret
	done := must(api.Rotate(w.ctx, rotate))(t).M2MClient
	if done.ClientSecretLastFour != next[len(next)-4:] || done.NextClientSecretLastFour != nil {
		t.Errorf("client %+v", done)
	}
	works(c.ClientSecret, false)
	works(next, true)
	_, err = api.RotateStart(w.ctx, stytch.M2MClientsSecretsRotateStartRequest{ClientID: "nobody"})
	wants(t, err, stytch.ErrM2MClientNotFound)
}

func TestM2MClients(t *testing.T) {
	w := newWorld(t)
	api := w.client.M2M.Clients
	made := must(api.Create(w.ctx, stytch.M2MClientsCreateRequest{
		Scopes: []string{"a"}, ClientID: new("mine"), ClientSecret: new("correct horse"), TrustedMetadata: map[string]any{"team": "finance", "tier": 1},
	}))(t).M2MClient
	if made.ClientID != "mine" || made.ClientSecret != "correct horse" || made.ClientSecretLastFour != "orse" || made.Status != "active" {
		t.Errorf("client %+v", made)
	}
	_, err := api.Create(w.ctx, stytch.M2MClientsCreateRequest{Scopes: []string{"a"}, ClientID: new("mine")})
	wants(t, err, stytch.ErrDuplicateM2MClientID)
	_, err = api.Create(w.ctx, stytch.M2MClientsCreateRequest{Scopes: []string{"a"}, ClientSecret: new("aaaaaaaaaaaa")})
	wants(t, err, stytch.ErrInsecureM2MClientSecret)
	_, err = api.Create(w.ctx, stytch.M2MClientsCreateRequest{Scopes: []string{"a b"}})
	wants(t, err, stytch.ErrInvalidM2MClientScope)

	changed := must(api.Update(w.ctx, stytch.M2MClientsUpdateRequest{
		ClientID: "mine", ClientDescription: new("Exports"), Scopes: []string{"b", "c"}, TrustedMetadata: map[string]any{"tier": nil},
	}))(t).M2MClient
	got := must(api.Get(w.ctx, stytch.M2MClientsGetRequest{ClientID: "mine"}))(t).M2MClient
	if fmt.Sprint(got) != fmt.Sprint(changed) || got.ClientDescription != "Exports" || len(got.Scopes) != 2 || len(got.TrustedMetadata) != 1 {
		t.Errorf("client %+v, changed to %+v", got, changed)
	}
	must(api.Delete(w.ctx, stytch.M2MClientsDeleteRequest{ClientID: "mine"}))(t)
	_, err = api.Get(w.ctx, stytch.M2MClientsGetRequest{ClientID: "mine"})
	wants(t, err, stytch.ErrM2MClientNotFound)
	_, err = api.Update(w.ctx, stytch.M2MClientsUpdateRequest{ClientID: "mine"})
	wants(t, err, stytch.ErrM2MClientNotFound)
	_, err = api.Delete(w.ctx, stytch.M2MClientsDeleteRequest{ClientID: "mine"})
	wants(t, err, stytch.ErrM2MClientNotFound)
}

func TestM2MSearch(t *testing.T) {
	w := newWorld(t)
	api := w.client.M2M.Clients
	for i, name := range []string{"one", "two", "three"} {
		must(api.Create(w.ctx, stytch.M2MClientsCreateRequest{ClientID: &name, ClientName: new("The " + name), Scopes: []string{"all", fmt.Sprint(i)}}))(t)
		w.Clock().Advance(time.Second)
	}
	for _, test := range []struct {
		operator stytch.SearchOperator
		operands []stytch.M2MClientFilter
		want     string
	}{
		{"AND", nil, "one two three"},
		{"AND", []stytch.M2MClientFilter{stytch.M2MClientFilterClientID{FilterValue: []string{"two", "three"}}, stytch.M2MClientFilterScopes{FilterValue: []string{"1"}}}, "two"},
		{"OR", []stytch.M2MClientFilter{stytch.M2MClientFilterClientName{FilterValue: []string{"The one"}}, stytch.M2MClientFilterScopes{FilterValue: []string{"2"}}}, "one three"},
		{"OR", []stytch.M2MClientFilter{stytch.M2MClientFilterClientName{FilterValue: []string{"one"}}}, ""},
	} {
		var ids []string
		q := stytch.M2MClientsSearchRequest{Limit: new(1), Query: &stytch.M2MClientSearchQuery{Operator: test.operator, Operands: test.operands}}
		for c, err := range api.SearchAll(w.ctx, q) {
			ids = append(ids, must(c, err)(t).ClientID)
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%s %v finds %q, want %q", test.operator, test.operands, got, test.want)
		}
	}
	_, err := api.Search(w.ctx, stytch.M2MClientsSearchRequest{Query: &stytch.M2MClientSearchQuery{
		Operator: "AND", Operands: []stytch.M2MClientFilter{stytch.M2MClientFilterOther{FilterName: "colour", FilterValue: []string{"red"}}},
	}})
	wants(t, err, stytch.ErrM2MSearchFilterNameNotRecognized)
	_, err = api.Search(w.ctx, stytch.M2MClientsSearchRequest{Cursor: new("none")})
	wants(t, err, stytch.ErrUserSearchInvalidCursor)
}

// TestM2MSnapshot restores clients, whose secrets still work.
func TestM2MSnapshot(t *testing.T) {
	w := newWorld(t)
	c := w.m2m("a")
	data := must(w.Snapshot())(t)
	if strings.Contains(string(data), c.ClientSecret) {
		t.Error("the snapshot has the secret")
	}
	w.Reset()
	_, err := w.token(c.ClientID, c.ClientSecret)
	wants(t, err, stytch.ErrInvalidClient)
	if err := w.Restore(data); err != nil {
		t.Fatal(err)
	}
	must(w.token(c.ClientID, c.ClientSecret))(t)
}

// TestTokenPermissions checks what the scopes of a token allow, by the access policy, in both APIs.
func TestTokenPermissions(t *testing.T) {
	w := newWorld(t)
	w.SetPolicy(stytch.RBACPolicy{
		Roles: []stytch.RBACRole{{RoleID: "write:invoices", Permissions: []stytch.RBACPermission{{ResourceID: "invoices", Actions: []string{"*"}}}}},
		Scopes: []stytch.RBACScope{{Scope: "read:invoices", Permissions: []stytch.RBACPermission{
			{ResourceID: "invoices", Actions: []string{"read", "list"}}, {ResourceID: "customers", Actions: []string{"*"}},
		}}},
	})
	c := w.m2m("read:invoices", "write:invoices", "read:*")
	token := must(w.token(c.ClientID, c.ClientSecret))(t).AccessToken
	wild := must(w.token(c.ClientID, c.ClientSecret, "read:*"))(t).AccessToken
	b2bClient := w.B2B()
	for name, api := range map[string]struct {
		m2m  *stytch.M2MService
		call string
		has  func(ctx context.Context, scopes []string, resource, action string) (bool, error)
	}{
		"consumer": {w.client.M2M, "consumer.rbac.policy", w.client.RBAC.ScopesAllow},
		"b2b":      {b2bClient.M2M, "b2b.rbac.policy", b2bClient.RBAC.ScopesAllow},
	} {
		for _, check := range []struct {
			token, resource, action string
			want                    bool
		}{
			{token, "invoices", "read", true},
			{token, "invoices", "delete", false}, // a role has that name
			{token, "customers", "delete", true},
			{token, "Invoices", "read", false},
			{wild, "invoices", "read", false}, // no scope of the policy is called read:*
		} {
			got, err := api.m2m.AuthenticateToken(w.ctx, check.token, stytch.AccessTokenOptions{
				AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: check.resource, Action: check.action},
			})
			if (err == nil) != check.want || (got != nil) != check.want || err != nil && (!errors.Is(err, stytch.ErrNotAllowed) || stytch.PublicErrorOf(err).Status != http.StatusForbidden) {
				t.Errorf("%s: %s %s: %v, want %v", name, check.action, check.resource, err, check.want)
			}
		}
		if ok, err := api.has(w.ctx, []string{"read:invoices"}, "invoices", "list"); !ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
		if ok, err := api.has(w.ctx, nil, "invoices", "list"); ok || !errors.Is(err, stytch.ErrNotAllowed) {
			t.Errorf("%s: without scopes %v, %v", name, ok, err)
		}
		if n := w.Calls(api.call); n != 1 {
			t.Errorf("%s: %d calls of %s, want 1", name, n, api.call)
		}
	}

	// A token of no member is of no organization.
	if _, err := w.client.M2M.AuthenticateToken(w.ctx, token, stytch.AccessTokenOptions{OrganizationID: "organization-test-1"}); !errors.Is(err, stytch.ErrSessionAuthorizationTenancyError) {
		t.Errorf("for an organization: %v", err)
	}

	handler := func(client *stytch.Client, check *stytch.AuthorizationCheck) (status int, challenge string) {
		r, rec := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
		r.Header.Set("Authorization", "Bearer "+token)
		client.M2M.Middleware(stytch.AccessTokenOptions{AuthorizationCheck: check})(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(rec, r)
		return rec.Code, rec.Header().Get("WWW-Authenticate")
	}
	read, remove := &stytch.AuthorizationCheck{ResourceID: "invoices", Action: "read"}, &stytch.AuthorizationCheck{ResourceID: "invoices", Action: "delete"}
	public := must(stytch.NewPublicClient(w.ID, stytch.WithBaseURL(w.URL()), stytch.WithClock(w.Clock().Now), stytch.WithMaxRetries(0)))(t)
	for name, c := range map[string]struct {
		client    *stytch.Client
		check     *stytch.AuthorizationCheck
		status    int
		challenge string
	}{
		"allowed":           {w.client, read, 200, ""},
		"not allowed":       {w.client, remove, 403, `Bearer error="insufficient_scope"`},
		"incomplete":        {w.client, &stytch.AuthorizationCheck{ResourceID: "invoices"}, 503, ""},
		"without a secret":  {public, read, 503, ""},
		"without the check": {public, nil, 200, ""},
	} {
		if status, challenge := handler(c.client, c.check); status != c.status || challenge != c.challenge {
			t.Errorf("%s: %d %q, want %d %q", name, status, challenge, c.status, c.challenge)
		}
	}
}
