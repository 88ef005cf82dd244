//go:build conformance

package conformance_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// lab is an HTTP server for tests in other languages. It starts an emulator for
// each test, and does what no call of the API does: it returns codes, moves the
// clock, and adds organizations and faults.
type lab struct {
	t      *testing.T
	url    string
	mu     sync.Mutex
	worlds []*stytchtest.Server
}

func newLab(t *testing.T) *lab {
	l := &lab{t: t}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /errors", answer(func(*http.Request, struct{}) (any, error) { return stytchtest.ErrorTypes(), nil }))
	mux.HandleFunc("POST /worlds", answer(l.world))
	mux.HandleFunc("GET /worlds/{world}/message", in(l, message))
	mux.HandleFunc("GET /worlds/{world}/totp", in(l, totpCode))
	mux.HandleFunc("POST /worlds/{world}/passwords", in(l, setPasswordPolicy))
	mux.HandleFunc("POST /worlds/{world}/clock", in(l, advance))
	mux.HandleFunc("POST /worlds/{world}/faults", in(l, fail))
	mux.HandleFunc("POST /worlds/{world}/keys", in(l, rotateKeys))
	mux.HandleFunc("POST /worlds/{world}/grants", in(l, grant))
	mux.HandleFunc("POST /worlds/{world}/policy", in(l, setPolicy))
	mux.HandleFunc("POST /worlds/{world}/decisions", in(l, decide))
	mux.HandleFunc("POST /worlds/{world}/token-decisions", in(l, decideTokens))
	mux.HandleFunc("POST /worlds/{world}/organizations", in(l, addOrganization))
	mux.HandleFunc("POST /worlds/{world}/roles", in(l, setCustomRoles))
	mux.HandleFunc("POST /worlds/{world}/members", in(l, addMember))
	mux.HandleFunc("POST /worlds/{world}/users", in(l, addUser))
	mux.HandleFunc("POST /worlds/{world}/sessions", in(l, addSession))
	mux.HandleFunc("POST /worlds/{world}/consents", in(l, addConsent))
	mux.HandleFunc("POST /worlds/{world}/userinfo", in(l, setUserInfo))
	mux.HandleFunc("POST /worlds/{world}/trusted", in(l, setTrusted))
	mux.HandleFunc("POST /worlds/{world}/impersonations", in(l, impersonate))
	mux.HandleFunc("POST /worlds/{world}/fingerprints", in(l, addFingerprint))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

// requests returns the requests that the emulators received.
func (l *lab) requests() []stytchtest.Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []stytchtest.Request
	for _, w := range l.worlds {
		all = append(all, w.Requests()...)
	}
	return all
}

// world starts an emulator. Each of its responses is compared with the spec,
// error responses too.
func (l *lab) world(*http.Request, struct{}) (any, error) {
	srv, err := stytchtest.Start(stytchtest.Config{Validate: func(err error) { l.t.Errorf("the emulator: %v", err) }})
	if err != nil {
		return nil, err
	}
	l.t.Cleanup(func() { _ = srv.Close() })
	l.mu.Lock()
	defer l.mu.Unlock()
	l.worlds = append(l.worlds, srv)
	return map[string]string{
		"url": srv.URL(), "project_id": srv.ID, "secret": srv.Secret, "public_token": srv.PublicToken(),
		"lab": fmt.Sprintf("%s/worlds/%d", l.url, len(l.worlds)-1),
	}, nil
}

// message returns the newest message to an address that was not returned before.
func message(srv *stytchtest.Server, r *http.Request, _ struct{}) (any, error) {
	now, cancel := context.WithCancel(r.Context())
	cancel() // a call stores its message before it returns
	return srv.Inbox().WaitFor(now, r.URL.Query().Get("address"))
}

// totpCode returns the code that an authenticator app shows now.
func totpCode(srv *stytchtest.Server, r *http.Request, _ struct{}) (any, error) {
	return srv.TOTPCode(r.URL.Query().Get("id"))
}

func setPasswordPolicy(srv *stytchtest.Server, _ *http.Request, policy stytchtest.PasswordPolicy) (any, error) {
	return nil, srv.SetPasswordPolicy(policy)
}

func advance(srv *stytchtest.Server, _ *http.Request, by struct{ Minutes float64 }) (any, error) {
	srv.Clock().Advance(time.Duration(by.Minutes * float64(time.Minute)))
	return srv.Clock().Now(), nil
}

func fail(srv *stytchtest.Server, _ *http.Request, f stytchtest.Fault) (any, error) {
	srv.Fail(f)
	return srv.Faults(), nil
}

func rotateKeys(srv *stytchtest.Server, _ *http.Request, keys struct{ Forget bool }) (any, error) {
	srv.RotateKeys(keys.Forget)
	return nil, nil
}

func grant(srv *stytchtest.Server, _ *http.Request, g struct {
	Role, Resource string
	Actions        []string
}) (any, error) {
	srv.Grant(g.Role, g.Resource, g.Actions...)
	return nil, nil
}

func setPolicy(srv *stytchtest.Server, _ *http.Request, policy stytch.RBACPolicy) (any, error) {
	srv.SetPolicy(policy)
	return nil, nil
}

// setCustomRoles sets the roles of an organization, even those that the service would refuse.
func setCustomRoles(srv *stytchtest.Server, _ *http.Request, set struct {
	OrganizationID string           `json:"organization_id"`
	Roles          []b2b.CustomRole `json:"roles"`
}) (any, error) {
	return nil, srv.UpdateOrganization(set.OrganizationID, func(o *b2b.Organization) { o.CustomRoles = set.Roles })
}

// decide returns what our SDK decides about checks: "yes", "no", or the error. The
// checks of a user have no organization. It uses a new client, without a cached policy,
// and the service may only be asked for keys and policies.
func decide(srv *stytchtest.Server, r *http.Request, asked struct {
	JWT    string                   `json:"jwt"`
	Checks []b2b.AuthorizationCheck `json:"checks"`
}) (any, error) {
	local := stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return onlyReads{next} })
	consumer, company := srv.Client(local), srv.B2B(local)
	decisions := []string{}
	for _, check := range asked.Checks {
		var err error
		if check.OrganizationID == "" {
			_, err = consumer.Sessions.AuthenticateJWT(r.Context(), stytch.AuthenticateJWTRequest{
				SessionJWT: asked.JWT, AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: check.ResourceID, Action: check.Action}})
		} else {
			_, err = company.Sessions.AuthenticateJWT(r.Context(), b2b.AuthenticateJWTRequest{SessionJWT: asked.JWT, AuthorizationCheck: &check})
		}
		decision := "yes"
		switch {
		case errors.Is(err, stytch.ErrSessionAuthorizationTenancyError):
			decision = "another organization"
		case errors.Is(err, stytch.ErrNotAllowed):
			decision = "no"
		case err != nil:
			decision = err.Error()
		}
		decisions = append(decisions, decision)
	}
	return decisions, nil
}

// decideTokens returns what our SDK decides about checks of an access token, by its scopes.
func decideTokens(srv *stytchtest.Server, r *http.Request, asked struct {
	Token  string                      `json:"token"`
	Checks []stytch.AuthorizationCheck `json:"checks"`
}) (any, error) {
	client := srv.Client(stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return onlyReads{next} }))
	decisions := []string{}
	for _, check := range asked.Checks {
		_, err := client.IDP.IntrospectTokenLocal(r.Context(), asked.Token, stytch.AccessTokenOptions{AuthorizationCheck: &check})
		switch {
		case err == nil:
			decisions = append(decisions, "yes")
		case errors.Is(err, stytch.ErrNotAllowed):
			decisions = append(decisions, "no")
		default:
			decisions = append(decisions, err.Error())
		}
	}
	return decisions, nil
}

// onlyReads rejects requests that change or check something.
type onlyReads struct{ http.RoundTripper }

func (o onlyReads) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		return nil, fmt.Errorf("the service was asked: %s %s", r.Method, r.URL.Path)
	}
	return o.RoundTripper.RoundTrip(r)
}

func addOrganization(srv *stytchtest.Server, _ *http.Request, o b2b.Organization) (any, error) {
	return srv.AddOrganization(o), nil
}

func addMember(srv *stytchtest.Server, _ *http.Request, m b2b.Member) (any, error) {
	return srv.AddMember(m)
}

func addUser(srv *stytchtest.Server, _ *http.Request, u stytch.User) (any, error) {
	return srv.AddUser(u), nil
}

func addSession(srv *stytchtest.Server, _ *http.Request, owner struct{ ID string }) (any, error) {
	s, err := srv.AddSession(owner.ID, time.Hour, nil)
	return s.JWT, err
}

func addConsent(srv *stytchtest.Server, _ *http.Request, c struct {
	UserID string                  `json:"user_id"`
	App    stytch.UserConnectedApp `json:"app"`
}) (any, error) {
	return nil, srv.AddConsent(c.UserID, c.App)
}

func setUserInfo(srv *stytchtest.Server, _ *http.Request, set struct{ URL string }) (any, error) {
	return nil, srv.SetUserInfoURL(set.URL)
}

// setTrusted sets the only profile of trusted tokens, and returns it.
func setTrusted(srv *stytchtest.Server, _ *http.Request, profile stytchtest.TrustedTokenProfile) (any, error) {
	profiles, err := srv.SetTrustedTokenProfiles(profile)
	if err != nil {
		return nil, err
	}
	return profiles[0], nil
}

// impersonate returns the token with which a person of the staff acts as a user or member.
func impersonate(srv *stytchtest.Server, _ *http.Request, i struct{ ID, Email string }) (any, error) {
	begun, err := srv.Impersonate(i.ID, i.Email)
	return begun.Token, err
}

func addFingerprint(srv *stytchtest.Server, _ *http.Request, f stytchtest.Fingerprint) (any, error) {
	return srv.AddFingerprint(f)
}

// in returns a handler for a function of one world.
func in[T any](l *lab, do func(*stytchtest.Server, *http.Request, T) (any, error)) http.HandlerFunc {
	return answer(func(r *http.Request, body T) (any, error) {
		srv, err := l.find(r.PathValue("world"))
		if err != nil {
			return nil, err
		}
		return do(srv, r, body)
	})
}

func (l *lab) find(world string) (*stytchtest.Server, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, err := strconv.Atoi(world)
	if err != nil || i < 0 || i >= len(l.worlds) {
		return nil, fmt.Errorf("there is no world %q", world)
	}
	return l.worlds[i], nil
}

// answer returns a handler for a function that takes and returns JSON.
func answer[T any](do func(*http.Request, T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body T
		if r.Method == http.MethodPost {
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		result, err := do(r, body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(result)
	}
}
