package stytchtest

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// How long an impersonation token can be used, and how long its session lasts.
const (
	impersonationLife    = 5 * time.Minute
	impersonationSession = 60 * time.Minute
)

// Impersonation is a token with which a person of the application's staff logs in
// as a user or member.
type Impersonation struct {
	// Token is for impersonation.authenticate. It works once.
	Token string `json:"token"`
	// URL is where the dashboard of the service sends the browser: the default login
	// redirect URL with the token.
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Impersonate makes a token for a user or member, as the service's dashboard does. It
// works once, for five minutes. The session names the impersonator by their e-mail
// address. It fails for an id that no user or member has, and without a default login
// redirect URL.
func (p *Project) Impersonate(id, impersonatorEmail string) (Impersonation, error) {
	if domainOf(impersonatorEmail) == impersonatorEmail {
		return Impersonation{}, fmt.Errorf("stytchtest: the impersonator's e-mail address has no @")
	}
	defer p.lock()()
	l := link{Kind: impersonationLink, Address: impersonatorEmail}
	if u := p.state.userByID(id); u != nil {
		l.UserID = u.Profile.UserID
	} else if m := p.state.Members.find(byID, id); m != nil && !m.deleted() {
		l.Kind, l.MemberID, l.OrganizationID = memberImpersonationLink, m.Profile.MemberID, m.Profile.OrganizationID
	} else {
		return Impersonation{}, fmt.Errorf("stytchtest: no user or member has the id %q", id)
	}
	to, refused := p.defaultURL(RedirectLogin)
	if refused != nil {
		return Impersonation{}, fmt.Errorf("stytchtest: there is no default login redirect URL to come back to")
	}
	target, err := url.Parse(to)
	if err != nil {
		return Impersonation{}, fmt.Errorf("stytchtest: the default login redirect URL: %w", err)
	}
	r := &run{project: p, now: p.clock.Now()}
	token := r.addLink(l, impersonationLife)
	return Impersonation{Token: token, URL: withQuery(target, l.Kind.query(token)), ExpiresAt: r.now.Add(impersonationLife)}, nil
}

var impersonationErrors = linkErrors{"unable_to_auth_impersonation_token", "unable_to_auth_impersonation_token"}

// impersonated stores the session of an impersonator. No second factor is needed.
func (r *run) impersonated(l *link, s *session) {
	l.Used = true
	f := newFactor(stytch.AuthenticationFactorTypeImpersonated, stytch.AuthenticationFactorDeliveryMethodImpersonation, r.now)
	f.ImpersonatedFactor = &stytch.ImpersonatedFactor{ImpersonatorID: r.project.impersonatorID(l.Address), ImpersonatorEmailAddress: l.Address}
	s.Token, s.Factors = newToken(), []stytch.AuthenticationFactor{f}
	s.StartedAt, s.LastAccessedAt, s.ExpiresAt = r.now, r.now, r.now.Add(impersonationSession)
	r.keep(s)
}

// impersonatorID is the id that an impersonator has in the dashboard, always the same
// for an address.
func (p *Project) impersonatorID(address string) string {
	return derivedID("dashboard-member", p.ID, address)
}

// mutable refuses a session of an impersonator, which takes no further factor and
// cannot be extended.
func (s *session) mutable() *apiError {
	if s != nil && slices.ContainsFunc(s.Factors, func(f stytch.AuthenticationFactor) bool { return f.ImpersonatedFactor != nil }) {
		return fail("session_not_mutable")
	}
	return nil
}

func (r *run) impersonate(q stytch.ImpersonationAuthenticateRequest) (stytch.ImpersonationAuthenticateResponse, *apiError) {
	none := stytch.ImpersonationAuthenticateResponse{}
	l, err := r.follow(q.ImpersonationToken, nil, impersonationErrors, impersonationLink)
	if err != nil {
		return none, err
	}
	u, err := r.user(l.UserID)
	if err != nil {
		return none, err
	}
	s := &session{ID: newID("session"), UserID: u.Profile.UserID}
	r.impersonated(l, s)
	return stytch.ImpersonationAuthenticateResponse{
		UserID: u.Profile.UserID, User: u.profile(r.now), SessionToken: s.Token, SessionJWT: r.project.issue(s, r.now),
		Session: r.project.consumerSession(s),
	}, nil
}

func (r *run) impersonateMember(q b2b.ImpersonationAuthenticateRequest) (b2b.ImpersonationAuthenticateResponse, *apiError) {
	none := b2b.ImpersonationAuthenticateResponse{}
	l, err := r.follow(q.ImpersonationToken, nil, impersonationErrors, memberImpersonationLink)
	if err != nil {
		return none, err
	}
	o, m, err := r.member(l.OrganizationID, l.MemberID)
	if err != nil {
		return none, failf(impersonationErrors.dead, "the member was deleted")
	}
	s := &session{ID: newID("member-session"), OrganizationID: o.Profile.OrganizationID, MemberID: m.Profile.MemberID}
	r.impersonated(l, s)
	return b2b.ImpersonationAuthenticateResponse{
		MemberID: m.Profile.MemberID, OrganizationID: o.Profile.OrganizationID, Member: m.profile(r.now), Organization: o.Profile,
		SessionToken: s.Token, SessionJWT: r.project.issue(s, r.now), MemberAuthenticated: true, MemberSession: r.project.memberSession(s),
	}, nil
}
