package stytchtest

import (
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// sessionArguments are the fields that the calls have in common that log a user
// in.
type sessionArguments struct {
	token, jwt  *string
	duration    *int
	claims      map[string]any
	attributes  *stytch.Attributes
	telemetryID *string
}

// loggedIn is the part of the response that these calls share.
type loggedIn struct {
	user       stytch.User
	session    *stytch.Session // nil if none was asked for
	token, jwt string
	device     *stytch.DeviceInfo
}

// extended returns the session of a login: the given one, or a new one if a
// duration is given, or nil. The session of another user is ignored. It does not
// store the session.
func (r *run) extended(u *user, a sessionArguments) (*session, *apiError) {
	var s *session
	if a.token != nil || a.jwt != nil {
		have, err := r.find(a.token, a.jwt)
		if err != nil {
			return nil, err
		}
		if have.UserID == u.Profile.UserID {
			if err := have.mutable(); err != nil {
				return nil, err
			}
			s = new(*have)
		}
	}
	if s == nil && a.duration == nil {
		_, err := mergeClaims(nil, a.claims)
		return nil, err
	}
	if s == nil {
		s = &session{ID: newID("session"), Token: newToken(), UserID: u.Profile.UserID, StartedAt: r.now}
	}
	s.LastAccessedAt = r.now
	if a.duration != nil {
		s.ExpiresAt = r.now.Add(minutes(a.duration, 0))
	}
	if a.attributes != nil {
		s.Attributes = a.attributes
	}
	var err *apiError
	s.Claims, err = mergeClaims(s.Claims, a.claims)
	return s, err
}

// logIn completes a login after its last check: the user becomes active, and the
// session, if there is one, gains the factor.
func (r *run) logIn(u *user, s *session, a sessionArguments, f stytch.AuthenticationFactor) loggedIn {
	u.succeeded()
	u.Profile.Status, u.Invited = stytch.UserStatusActive, false
	var l loggedIn
	if s != nil {
		s.Factors = addFactor(s.Factors, f)
		r.keep(s)
		l.session, l.token, l.jwt = r.project.consumerSession(s), s.Token, r.project.issue(s, r.now)
	}
	l.user, l.device = u.profile(r.now), device(a.telemetryID, a.attributes, r.now)
	return l
}

// verify marks an address as verified after a login without a password. If the
// user has a password and never proved the address, someone else may have
// chosen the password: it must be reset then, and the user's sessions end.
func (r *run) verify(u *user, m *method) (resetSessions bool) {
	hijackable := m.isEmail() && !m.Verified && u.Profile.Password != nil
	m.Verified, m.RemoveAt = true, time.Time{}
	if hijackable {
		u.Profile.Password = &stytch.Password{PasswordID: u.Profile.Password.PasswordID, RequiresReset: true}
		r.project.state.endSessions(u.Profile.UserID, nil)
	}
	return hijackable
}
