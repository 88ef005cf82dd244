package stytch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/stytchgen/sdk/internal/flight"
	"github.com/stytchgen/sdk/internal/redact"
)

// MANUAL(M2MTokenSource)(TYPE)

// M2MToken is an access token of an M2M client.
type M2MToken struct {
	// AccessToken goes into the header "Authorization: Bearer ...".
	AccessToken string `json:"access_token" stytch:"sensitive"`
	// ExpiresAt is when the token expires, by the clock of this machine.
	ExpiresAt time.Time `json:"expires_at"`
}

// Format prints the value without its secrets.
func (t M2MToken) Format(f fmt.State, verb rune) { redact.Format(f, verb, t) }

// LogValue returns the value for a log, without its secrets.
func (t M2MToken) LogValue() slog.Value { return redact.LogValue(t) }

// M2MTokenSource fetches access tokens with [M2MService.Token], and keeps each until shortly before it
// expires. It is safe for concurrent use: callers that need a token at the same time share one call.
type M2MTokenSource struct {
	service *M2MService
	request M2MTokenRequest
	options []CallOption

	mu     sync.Mutex
	token  M2MToken
	renew  time.Time // when a new token is fetched, although the old one is still valid
	err    error     // of the last call
	flight *flight.Flight
}

// TokenSource returns a source of access tokens for an M2M client. If the request names no project, it is
// that of the client. A program without the project's secret uses a client of [NewPublicClient]:
//
//	client, err := stytch.NewPublicClient(projectID)
//	tokens := client.M2M.TokenSource(stytch.M2MTokenRequest{ClientID: id, ClientSecret: secret})
//	api := &http.Client{Transport: tokens.Transport(nil)}
func (s *M2MService) TokenSource(req M2MTokenRequest, opts ...CallOption) *M2MTokenSource {
	if req.ProjectID == "" {
		req.ProjectID = s.client().ProjectID()
	}
	return &M2MTokenSource{service: s, request: req, options: opts}
}

// m2mRetryInterval is the wait after a call that failed while the old token was still valid.
const m2mRetryInterval = 10 * time.Second

// Token returns a token that has not expired. It makes a call only if there is none. In the last tenth of a
// token's life, at most five minutes, it fetches the next one in the background, so callers do not wait.
// While that fails, the old token is used until it expires. The errors are those of [M2MService.Token].
func (s *M2MTokenSource) Token(ctx context.Context) (M2MToken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.service.client().Now()
	if now.Before(s.renew) {
		return s.token, nil
	}
	if s.flight == nil {
		s.flight = flight.Start(ctx, flight.Timeout, s.fetch, s.land)
	}
	if now.Before(s.token.ExpiresAt) {
		return s.token, nil
	}
	s.flight.Wait(ctx, &s.mu)
	switch {
	case s.service.client().Now().Before(s.token.ExpiresAt):
		return s.token, nil
	case ctx.Err() != nil:
		return M2MToken{}, fmt.Errorf("waiting for an access token: %w", ctx.Err())
	case s.err != nil:
		return M2MToken{}, s.err
	}
	return M2MToken{}, errors.New("the service issued an access token that has already expired, by the clock of this machine")
}

func (s *M2MTokenSource) fetch(ctx context.Context) (M2MToken, error) {
	began := s.service.client().Now()
	resp, err := s.service.Token(ctx, s.request, s.options...)
	if err != nil {
		return M2MToken{}, err
	}
	return M2MToken{AccessToken: resp.AccessToken, ExpiresAt: began.Add(time.Duration(resp.ExpiresIn) * time.Second)}, nil
}

func (s *M2MTokenSource) land(token M2MToken, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.service.client().Now()
	s.flight, s.err = nil, err
	if err != nil {
		s.renew = time.Time{}
		if now.Before(s.token.ExpiresAt) {
			s.renew = now.Add(min(m2mRetryInterval, s.token.ExpiresAt.Sub(now)))
		}
		return
	}
	s.token = token
	s.renew = token.ExpiresAt.Add(-min(token.ExpiresAt.Sub(now)/10, 5*time.Minute))
}

// Transport returns a transport that sends a token with each request, for an [http.Client] that calls an API.
// It sends the requests with base, or with [http.DefaultTransport] if base is nil. It leaves a request as it
// is if that has an Authorization header, or if a redirect leads it to another host or away from TLS.
func (s *M2MTokenSource) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &m2mTransport{s, base}
}

// Format prints the source without its secrets.
func (s *M2MTokenSource) Format(f fmt.State, _ rune) {
	if s == nil {
		fmt.Fprint(f, "<nil>")
		return
	}
	fmt.Fprintf(f, "stytch.M2MTokenSource{ClientID: %q}", s.request.ClientID)
}

// LogValue returns the source for a log, without its secrets.
func (s *M2MTokenSource) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

type m2mTransport struct {
	source *M2MTokenSource
	base   http.RoundTripper
}

func (t *m2mTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Authorization") != "" || leavesHost(r) {
		return t.base.RoundTrip(r)
	}
	token, err := t.source.Token(r.Context())
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // a RoundTripper closes the body, also after an error
		}
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+token.AccessToken)
	return t.base.RoundTrip(r)
}

// leavesHost reports whether redirects have led a request to another host than the first one, or away from
// TLS.
func leavesHost(r *http.Request) bool {
	first := r
	for first.Response != nil && first.Response.Request != nil {
		first = first.Response.Request
	}
	return first.URL.Host != r.URL.Host || first.URL.Scheme == "https" && r.URL.Scheme != "https"
}

// ENDMANUAL(M2MTokenSource)
