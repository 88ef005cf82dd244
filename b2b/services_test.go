package b2b_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestServicesOfTheConsumerAPI makes calls of the package stytch with a client of this package: its
// credentials, options and errors are used.
func TestServicesOfTheConsumerAPI(t *testing.T) {
	var request *http.Request
	var body string
	answer := func(status int, text string) *httptest.Server {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			request, body = r, string(data)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}))
		t.Cleanup(server.Close)
		return server
	}
	client := func(url string, opts ...stytch.Option) *b2b.Client {
		c, err := b2b.NewClient(projectID, secret, append(opts, stytch.WithBaseURL(url))...)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}

	t.Run("without credentials", func(t *testing.T) {
		server := answer(http.StatusOK, `{"access_token":"a.b.c","expires_in":3600,"token_type":"bearer","request_id":"r","status_code":200}`)
		var info stytch.CallInfo
		token, err := client(server.URL).M2M.Token(t.Context(), stytch.M2MTokenRequest{
			ProjectID: projectID, ClientID: "m2m-client-test-1", ClientSecret: "s",
		}, stytch.WithCallInfo(&info))
		if err != nil {
			t.Fatal(err)
		}
		if token.AccessToken != "a.b.c" || token.ExpiresIn != 3600 || token.HTTPStatus() != 200 {
			t.Errorf("got %+v", token)
		}
		if got := request.URL.Path; got != "/v1/public/"+projectID+"/oauth2/token" || request.Header.Get("Authorization") != "" {
			t.Errorf("sent to %s with the credentials %q", got, request.Header.Get("Authorization"))
		}
		if !strings.Contains(body, "client_id=m2m-client-test-1") {
			t.Errorf("sent %s", body)
		}
		if info.Call != "consumer.m2m.token" || info.Attempts != 1 {
			t.Errorf("the call is %v", info)
		}
	})

	t.Run("credentials, interceptors and drift reports", func(t *testing.T) {
		server := answer(http.StatusOK, `{"project_id":"p","metrics":[{"metric_type":"NEW_COUNT","count":1}],"request_id":"r","status_code":200}`)
		var seen []string
		var drifts []string
		c := client(server.URL,
			stytch.WithInterceptor(func(ctx context.Context, call *stytch.Call, next func(context.Context) error) error {
				_, known := call.Request.(*stytch.ProjectMetricsRequest)
				if !known {
					t.Errorf("the request is a %T", call.Request)
				}
				seen = append(seen, call.Name)
				return next(ctx)
			}),
			stytch.WithDriftReport(func(d stytch.Drift) { drifts = append(drifts, d.String()) }))
		if _, err := c.Project.Metrics(t.Context(), stytch.ProjectMetricsRequest{}); err != nil {
			t.Fatal(err)
		}
		if id, password, ok := request.BasicAuth(); !ok || id != projectID || password != secret {
			t.Errorf("sent with the credentials of %q", id)
		}
		if !slices.Equal(seen, []string{"consumer.project.metrics"}) {
			t.Errorf("the interceptor saw %q", seen)
		}
		if want := []string{"consumer.project.metrics: metrics[].metric_type: unknown value"}; !slices.Equal(drifts, want) {
			t.Errorf("reported %q, want %q", drifts, want)
		}
	})

	t.Run("errors", func(t *testing.T) {
		server := answer(http.StatusUnauthorized, `{"status_code":401,"request_id":"r","error_type":"unauthorized_credentials","error_message":"No."}`)
		_, err := client(server.URL).Debug.Whoami(t.Context(), stytch.DebugWhoamiRequest{})
		var apiErr *stytch.Error
		if !errors.As(err, &apiErr) || apiErr.Call != "consumer.debug.whoami" || !errors.Is(err, stytch.ErrUnauthorizedCredentials) {
			t.Errorf("got %v", err)
		}
		_, err = client(server.URL).ConnectedApps.Clients.Get(t.Context(), stytch.ConnectedAppsClientsGetRequest{})
		var invalid *stytch.ValidationError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), "consumer.connected_apps.clients.get") {
			t.Errorf("got %v", err)
		}
	})

	t.Run("another host", func(t *testing.T) {
		var host string
		c, err := b2b.NewClient(projectID, secret, stytch.WithMiddleware(func(http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				host = r.URL.Host
				return nil, errors.New("not sent")
			})
		}), stytch.WithMaxRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		lookup := stytch.FraudFingerprintLookupRequest{TelemetryID: "telemetry-1"}
		if _, err := c.Fraud.Fingerprint.Lookup(t.Context(), lookup); err == nil || host != "telemetry.stytch.com" {
			t.Errorf("sent to %q, error %v", host, err)
		}
		server := answer(http.StatusUnauthorized, `{"status_code":401,"request_id":"r","error_type":"unauthorized_credentials","error_message":"No."}`)
		if _, err := client(server.URL).Fraud.Fingerprint.Lookup(t.Context(), lookup); !errors.Is(err, stytch.ErrUnauthorizedCredentials) {
			t.Errorf("with a base URL of its own: %v", err)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestServicesOfTheConsumerAPIWithEmulator makes a call of the consumer API with the credentials of a
// B2B client, right ones and wrong ones.
func TestServicesOfTheConsumerAPIWithEmulator(t *testing.T) {
	srv := stytchtest.NewServer(t)
	_, err := srv.B2B().Project.Metrics(t.Context(), stytch.ProjectMetricsRequest{})
	if errors.Is(err, stytch.ErrUnauthorizedCredentials) || srv.Calls("consumer.project.metrics") != 1 {
		t.Errorf("%d calls, error %v", srv.Calls("consumer.project.metrics"), err)
	}
	wrong, err := b2b.NewClient(srv.ID, "secret-test-wrong", stytch.WithBaseURL(srv.URL()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wrong.Project.Metrics(t.Context(), stytch.ProjectMetricsRequest{}); !errors.Is(err, stytch.ErrUnauthorizedCredentials) {
		t.Errorf("with a wrong secret: %v", err)
	}
}

// TestAccessTokensOfPrograms checks a token of a program with a B2B client: the keys come from the B2B API,
// which serves those of the project.
func TestAccessTokensOfPrograms(t *testing.T) {
	srv := stytchtest.NewServer(t)
	part := base64.RawURLEncoding.EncodeToString
	token := part([]byte(`{"alg":"RS256","kid":"jwk-test-1","typ":"JWT"}`)) + "." + part([]byte(`{"sub":"m2m-client-test-1","exp":4102444800}`)) + "." + part([]byte("signature"))
	if _, err := srv.B2B().M2M.AuthenticateToken(t.Context(), token, stytch.AccessTokenOptions{}); !errors.Is(err, stytch.ErrJWTUnknownKey) {
		t.Errorf("got %v, want ErrJWTUnknownKey", err)
	}
	if own, foreign := srv.Calls("b2b.sessions.get_jwks"), srv.Calls("consumer.sessions.get_jwks"); own != 1 || foreign != 0 {
		t.Errorf("%d calls for the keys of the B2B API, %d of the consumer API", own, foreign)
	}
}
