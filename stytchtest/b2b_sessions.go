package stytchtest

import (
	"slices"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

func (r *run) memberSessions(q b2b.SessionsGetRequest) (b2b.SessionsGetResponse, *apiError) {
	_, m, err := r.member(q.OrganizationID, q.MemberID)
	if err != nil {
		return b2b.SessionsGetResponse{}, err
	}
	var answer b2b.SessionsGetResponse
	for _, s := range r.project.state.sessionsOf(m.Profile.MemberID, r.now) {
		answer.MemberSessions = append(answer.MemberSessions, *r.project.memberSession(s))
	}
	return answer, nil
}

// ownerOf returns the organization and member of a session.
func (r *run) ownerOf(s *session) (*organization, *member, *apiError) {
	if s.MemberID == "" {
		return nil, nil, failf("session_not_found", "the session belongs to a user; the consumer call authenticates it")
	}
	return r.member(s.OrganizationID, s.MemberID)
}

func (r *run) authenticateMemberSession(q b2b.SessionsAuthenticateRequest) (b2b.SessionsAuthenticateResponse, *apiError) {
	none := b2b.SessionsAuthenticateResponse{}
	s, err := r.find(q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	o, m, err := r.ownerOf(s)
	if err != nil {
		return none, err
	}
	var verdict *stytch.AuthorizationVerdict
	if check := q.AuthorizationCheck; check != nil {
		if verdict, err = r.authorizeMember(o, s, check); err != nil {
			return none, err
		}
	}
	if err := r.touch(s, q.SessionDurationMinutes, q.SessionCustomClaims); err != nil {
		return none, err
	}
	return b2b.SessionsAuthenticateResponse{
		MemberSession: *r.project.memberSession(s), SessionToken: s.Token, SessionJWT: r.project.issue(s, r.now),
		Member: m.profile(r.now), Organization: o.Profile, Verdict: verdict,
	}, nil
}

// authorizeMember checks authorization with the project's roles and with the
// organization's own roles. The check must have the id of the organization: a slug does
// not do.
func (r *run) authorizeMember(o *organization, s *session, check *b2b.AuthorizationCheck) (*stytch.AuthorizationVerdict, *apiError) {
	if check.OrganizationID != o.Profile.OrganizationID {
		return nil, fail("session_authorization_tenancy_error")
	}
	verdict := r.project.memberVerdict(o, r.project.rolesOf(s), check.ResourceID, check.Action)
	if !verdict.Authorized {
		return nil, failf("session_authorization_error", "no role of the member may %s %s", check.Action, check.ResourceID)
	}
	return verdict, nil
}

func (r *run) revokeMemberSession(q b2b.SessionsRevokeRequest) (b2b.SessionsRevokeResponse, *apiError) {
	none := b2b.SessionsRevokeResponse{}
	sessions := &r.project.state.Sessions
	var ended []*session
	switch {
	case q.MemberSessionID != nil:
		if s := r.project.state.session(byID, *q.MemberSessionID, r.now); s != nil {
			ended = append(ended, s)
		}
	case q.MemberID != nil:
		ended = r.project.state.sessionsOf(*q.MemberID, r.now)
	default:
		s, err := r.find(q.SessionToken, q.SessionJWT)
		if err != nil {
			return none, err
		}
		ended = append(ended, s)
	}
	ended = slices.DeleteFunc(ended, func(s *session) bool { return s.MemberID == "" })
	owner := text(q.MemberID)
	switch {
	case len(ended) > 0:
		owner = ended[0].MemberID
	case q.MemberID == nil:
		return none, fail("session_not_found")
	}
	if m := r.project.state.Members.find(byID, owner); m != nil {
		o := r.project.state.organizationByID(m.Profile.OrganizationID)
		if err := r.permit(q.ActingMember, o, m, memberResource, "revoke-sessions"); err != nil {
			return none, err
		}
	}
	for _, s := range ended {
		sessions.remove(s)
	}
	return none, nil
}

func (r *run) exchange(q b2b.SessionsExchangeRequest) (b2b.SessionsExchangeResponse, *apiError) {
	none := b2b.SessionsExchangeResponse{}
	s, err := r.find(q.SessionToken, q.SessionJWT)
	if err != nil {
		return none, err
	}
	_, from, err := r.ownerOf(s)
	if err != nil {
		return none, err
	}
	if err := s.mutable(); err != nil {
		return none, err
	}
	o, err := r.organization(q.OrganizationID)
	if err != nil {
		return none, err
	}
	m := r.project.state.memberByEmail(o.Profile.OrganizationID, from.Profile.EmailAddress)
	if m == nil {
		return none, fail("member_not_found")
	}
	if len(primaryFactors(s.Factors)) == 0 {
		return none, fail("insufficient_factors_for_session_exchange")
	}
	if _, err := mergeClaims(nil, q.SessionCustomClaims); err != nil {
		return none, err
	}
	l, err := r.login(o, m, proof{
		factors: exchanged(primaryFactors(s.Factors)), email: m.Profile.EmailAddress,
		duration: q.SessionDurationMinutes, claims: q.SessionCustomClaims, locale: text(q.Locale),
	})
	if err != nil {
		return none, err
	}
	token, expires := l.intermediateToken()
	return b2b.SessionsExchangeResponse{
		MemberID: m.Profile.MemberID, Member: l.member, Organization: l.organization, SessionToken: l.token, SessionJWT: l.jwt,
		IntermediateSessionToken: token, IntermediateSessionTokenExpiresAt: expires,
		MemberAuthenticated: l.authenticated, MemberSession: l.memberSessions, MFARequired: l.mfa, PrimaryRequired: l.primary,
		MemberDevice: device(q.TelemetryID, nil, r.now),
	}, nil
}

// primaryFactors returns the factors that count in another organization. Second
// factors, passwords and single sign-on do not: each belongs to the member of one
// organization.
func primaryFactors(factors []stytch.AuthenticationFactor) []stytch.AuthenticationFactor {
	return slices.DeleteFunc(slices.Clone(factors), func(f stytch.AuthenticationFactor) bool { return isSecond(f) || isPassword(f) || ssoOf(f) != nil })
}

func isPassword(f stytch.AuthenticationFactor) bool {
	return f.Type == stytch.AuthenticationFactorTypePassword
}

func hasPassword(factors []stytch.AuthenticationFactor) bool {
	return slices.ContainsFunc(factors, isPassword)
}

func (r *run) memberJWKS(q b2b.SessionsGetJWKSRequest) (b2b.SessionsGetJWKSResponse, *apiError) {
	keys, err := r.publishedKeys(q.ProjectID)
	return b2b.SessionsGetJWKSResponse{Keys: keys}, err
}
