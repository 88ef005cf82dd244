package stytchtest

import (
	"github.com/stytchgen/sdk/stytch"
)

func (r *run) userSessions(q stytch.SessionsGetRequest) (stytch.SessionsGetResponse, *apiError) {
	u, err := r.user(q.UserID)
	if err != nil {
		return stytch.SessionsGetResponse{}, err
	}
	var answer stytch.SessionsGetResponse
	for _, s := range r.project.state.sessionsOf(u.Profile.UserID, r.now) {
		answer.Sessions = append(answer.Sessions, *r.project.consumerSession(s))
	}
	return answer, nil
}

func (r *run) authenticateSession(q stytch.SessionsAuthenticateRequest) (stytch.SessionsAuthenticateResponse, *apiError) {
	none := stytch.SessionsAuthenticateResponse{}
	if text(q.SessionToken) == SandboxSessionToken {
		r.sandboxSession()
	}
	s, err := r.find(q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	u := r.project.state.userByID(s.UserID)
	if u == nil {
		return none, failf("session_not_found", "the session belongs to a member; the B2B call authenticates it")
	}
	var answer *stytch.AuthorizationVerdict
	if check := q.AuthorizationCheck; check != nil {
		answer = verdict(r.project.policy(userBuiltin), nil, r.project.rolesOf(s), check.ResourceID, check.Action)
		if !answer.Authorized {
			return none, failf("consumer_session_authorization_error", "no role of the user may %s %s", check.Action, check.ResourceID)
		}
	}
	if err := r.touch(s, q.SessionDurationMinutes, q.SessionCustomClaims); err != nil {
		return none, err
	}
	return stytch.SessionsAuthenticateResponse{
		Session: *r.project.consumerSession(s), SessionToken: s.Token, SessionJWT: r.project.issue(s, r.now),
		User: u.profile(r.now), Verdict: answer,
	}, nil
}

// touch marks a session as used, extends it and merges claims.
func (r *run) touch(s *session, duration *int, claims map[string]any) *apiError {
	merged, err := mergeClaims(s.Claims, claims)
	if err != nil {
		return err
	}
	if duration != nil {
		if err := s.mutable(); err != nil {
			return err
		}
	}
	s.Claims, s.LastAccessedAt = merged, r.now
	if duration != nil {
		s.ExpiresAt = r.now.Add(minutes(duration, 0))
	}
	return nil
}

// sandboxSession stores the session whose token always authenticates.
func (r *run) sandboxSession() {
	if s := r.project.state.session(byToken, SandboxSessionToken, r.now); s != nil {
		return
	}
	u, m, _ := r.findOrCreate(SandboxEmail, nil)
	m.Verified = true
	r.keep(&session{
		ID: newID("session"), Token: SandboxSessionToken, UserID: u.Profile.UserID,
		StartedAt: r.now, LastAccessedAt: r.now, ExpiresAt: r.now.Add(sandboxSessionLength),
		Factors: []stytch.AuthenticationFactor{emailFactor(stytch.AuthenticationFactorTypeOTP, m.ID, m.Address, r.now)},
	})
}

func (r *run) revokeSession(q stytch.SessionsRevokeRequest) (stytch.SessionsRevokeResponse, *apiError) {
	s := r.project.state.session(byID, text(q.SessionID), r.now)
	if q.SessionID == nil {
		var err *apiError
		if s, err = r.find(q.SessionToken, q.SessionJWT); err != nil {
			return stytch.SessionsRevokeResponse{}, err
		}
	}
	if s == nil || s.UserID == "" {
		return stytch.SessionsRevokeResponse{}, fail("session_not_found")
	}
	r.project.state.Sessions.remove(s)
	return stytch.SessionsRevokeResponse{}, nil
}

// publishedKeys returns the keys that both APIs publish.
func (r *run) publishedKeys(projectID string) ([]stytch.JWK, *apiError) {
	if projectID != r.project.ID {
		return nil, failf("bad_request", "there is no project with this id")
	}
	var published []stytch.JWK
	for _, key := range r.project.keys.all() {
		jwk, err := key.jwk()
		if err != nil {
			return nil, failf("internal_server_error", "%v", err)
		}
		published = append(published, jwk)
	}
	return published, nil
}

func (r *run) jwks(q stytch.SessionsGetJWKSRequest) (stytch.SessionsGetJWKSResponse, *apiError) {
	keys, err := r.publishedKeys(q.ProjectID)
	return stytch.SessionsGetJWKSResponse{Keys: keys}, err
}
