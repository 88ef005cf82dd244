package stytchtest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// AddUser adds a user. Missing IDs are generated, a missing status is active,
// and the phone numbers and e-mail addresses become methods. The first of the
// TOTPs gets a secret; [Project.TOTPCode] returns its codes. It returns the user
// as the API would.
func (p *Project) AddUser(u stytch.User) stytch.User {
	defer p.lock()()
	return p.addUser(u).profile(p.clock.Now())
}

func (p *Project) addUser(u stytch.User) *user {
	now := p.clock.Now()
	if u.UserID == "" {
		u.UserID = newID("user")
	}
	if u.Status == "" {
		u.Status = stytch.UserStatusActive
	}
	if u.CreatedAt == nil {
		u.CreatedAt = &now
	}
	if u.Roles == nil {
		u.Roles = []string{defaultRole}
	}
	added := &user{Profile: u}
	for _, e := range u.Emails {
		m := added.add(e.Email)
		m.Verified = e.Verified
		if e.EmailID != "" {
			m.ID = e.EmailID
		}
	}
	for _, n := range u.PhoneNumbers {
		m := added.add(n.PhoneNumber)
		m.Verified = n.Verified
		if n.PhoneID != "" {
			m.ID = n.PhoneID
		}
	}
	if len(u.TOTPs) > 0 {
		added.TOTP = newApp("totp", now.Add(minutes(nil, defaultTOTPLife)))
		added.TOTP.ID, added.TOTP.Verified = u.TOTPs[0].TOTPID, u.TOTPs[0].Verified
	}
	p.state.Users.add(added)
	return added
}

// Users returns every user.
func (p *Project) Users() []stytch.User {
	defer p.lock()()
	users := []stytch.User{}
	for u := range p.state.Users.all() {
		users = append(users, u.profile(p.clock.Now()))
	}
	fillLists(reflect.ValueOf(users))
	return users
}

// AddOrganization adds an organization. A missing ID is generated, an empty
// slug becomes the ID, and empty policies get the defaults of a new
// organization. It returns the organization as the API would.
func (p *Project) AddOrganization(o b2b.Organization) b2b.Organization {
	defer p.lock()()
	ordinary(&o, p.clock.Now())
	p.state.Organizations.add(&organization{Profile: o})
	return o
}

// ordinary gives an organization an id, and the settings of a new one where it has none.
func ordinary(o *b2b.Organization, now time.Time) {
	setIfEmpty(&o.OrganizationID, newID("organization"))
	if o.CreatedAt == nil {
		o.CreatedAt, o.UpdatedAt = &now, &now
	}
	setIfEmpty(&o.OrganizationSlug, o.OrganizationID)
	setIfEmpty(&o.EmailJITProvisioning, b2b.JITProvisioningPolicyNotAllowed)
	setIfEmpty(&o.OAuthTenantJITProvisioning, b2b.JITProvisioningPolicyNotAllowed)
	setIfEmpty(&o.EmailInvites, b2b.AdmissionPolicyAllAllowed)
	setIfEmpty(&o.SSOJITProvisioning, b2b.AdmissionPolicyAllAllowed)
	setIfEmpty(&o.FirstPartyConnectedAppsAllowedType, b2b.AdmissionPolicyAllAllowed)
	setIfEmpty(&o.ThirdPartyConnectedAppsAllowedType, b2b.AdmissionPolicyAllAllowed)
	setIfEmpty(&o.AuthMethods, b2b.MethodPolicyAllAllowed)
	setIfEmpty(&o.MFAMethods, b2b.MethodPolicyAllAllowed)
	setIfEmpty(&o.MFAPolicy, b2b.MFAPolicyOptional)
}

func setIfEmpty[T ~string](field *T, value T) {
	if *field == "" {
		*field = value
	}
}

// Organizations returns every organization.
func (p *Project) Organizations() []b2b.Organization {
	defer p.lock()()
	organizations := []b2b.Organization{}
	for o := range p.state.Organizations.all() {
		organizations = append(organizations, o.Profile)
	}
	fillLists(reflect.ValueOf(organizations))
	return organizations
}

// AddMember adds a member to an existing organization. The e-mail address must be
// new there. A missing ID is generated, and a missing status is active. With a
// TOTPRegistrationID, the member has an authenticator app; [Project.TOTPCode]
// returns its codes. It returns the member as the API would.
func (p *Project) AddMember(m b2b.Member) (b2b.Member, error) {
	defer p.lock()()
	added, err := p.addMember(m)
	if err != nil {
		return b2b.Member{}, err
	}
	return added.profile(p.clock.Now()), nil
}

func (p *Project) addMember(m b2b.Member) (*member, error) {
	o := p.state.organizationByID(m.OrganizationID)
	if o == nil {
		return nil, fmt.Errorf("stytchtest: the member's organization %q does not exist", m.OrganizationID)
	}
	if have := p.state.memberByEmail(o.Profile.OrganizationID, m.EmailAddress); have != nil {
		return nil, fmt.Errorf("stytchtest: the member %s of the organization has this address already", have.Profile.MemberID)
	}
	now := p.clock.Now()
	setIfEmpty(&m.Status, b2b.MemberStatusActive)
	added := p.join(o, m.EmailAddress, m.Status, now)
	if m.MemberID == "" {
		m.MemberID = added.Profile.MemberID
	}
	if m.Roles == nil {
		m.Roles = added.Profile.Roles
	}
	if m.CreatedAt == nil {
		m.CreatedAt, m.UpdatedAt = &now, &now
	}
	m.OrganizationID = o.Profile.OrganizationID
	if m.TOTPRegistrationID != "" {
		added.TOTP = newApp("member-totp", time.Time{})
		added.TOTP.ID, added.TOTP.Verified = m.TOTPRegistrationID, true
	}
	setIfEmpty(&m.MemberPasswordID, added.Profile.MemberPasswordID)
	added.Profile = m
	return added, nil
}

// Members returns every member of an organization, or of all organizations if
// the ID is empty.
func (p *Project) Members(organizationID string) []b2b.Member {
	defer p.lock()()
	members := []b2b.Member{}
	for m := range p.state.Members.all() {
		if organizationID == "" || m.Profile.OrganizationID == organizationID {
			members = append(members, m.profile(p.clock.Now()))
		}
	}
	fillLists(reflect.ValueOf(members))
	return members
}

// Session is an active session, of a user or of a member.
type Session struct {
	ID string `json:"id"`
	// UserID, or OrganizationID and MemberID, name the owner.
	UserID         string    `json:"user_id,omitempty"`
	OrganizationID string    `json:"organization_id,omitempty"`
	MemberID       string    `json:"member_id,omitempty"`
	StartedAt      time.Time `json:"started_at"`
	LastAccessedAt time.Time `json:"last_accessed_at"`
	ExpiresAt      time.Time `json:"expires_at"`
	// Token and JWT are its credentials. Only AddSession sets them.
	Token string `json:"-"`
	JWT   string `json:"-"`
}

// Sessions returns every active session, without its tokens.
func (p *Project) Sessions() []Session {
	defer p.lock()()
	sessions := []Session{}
	for s := range p.state.Sessions.all() {
		if !s.expired(p.clock.Now()) {
			sessions = append(sessions, s.public())
		}
	}
	return sessions
}

func (s *session) public() Session {
	return Session{
		ID: s.ID, UserID: s.UserID, OrganizationID: s.OrganizationID, MemberID: s.MemberID,
		StartedAt: s.StartedAt, LastAccessedAt: s.LastAccessedAt, ExpiresAt: s.ExpiresAt,
	}
}

// AddSession starts a session without a code, for the user or member with this
// ID. The claims can be nil. Claims that the service would reject are an error.
func (p *Project) AddSession(id string, life time.Duration, claims map[string]any) (Session, error) {
	s, err := p.addSession(id, life, claims)
	if err != nil {
		return Session{}, err
	}
	defer p.lock()()
	public := s.public()
	public.Token, public.JWT = s.Token, p.issue(s, s.StartedAt)
	return public, nil
}

// addSession is AddSession without the JWT, whose signature takes longer than
// anything else.
func (p *Project) addSession(id string, life time.Duration, claims map[string]any) (*session, error) {
	if _, err := json.Marshal(claims); err != nil {
		return nil, fmt.Errorf("stytchtest: the claims cannot be encoded as JSON: %w", err)
	}
	claims, refused := mergeClaims(nil, claims)
	if refused != nil {
		return nil, fmt.Errorf("stytchtest: %s: %s", refused.errorType, refused.message)
	}
	defer p.lock()()
	return p.startSession(id, newToken(), life, claims)
}

// startSession starts a session with a token, and with claims that were checked.
func (p *Project) startSession(id, token string, life time.Duration, claims map[string]any) (*session, error) {
	now := p.clock.Now()
	s := &session{ID: newID("session"), Token: token, StartedAt: now, LastAccessedAt: now, ExpiresAt: now.Add(life), Claims: claims}
	if u := p.state.userByID(id); u != nil {
		s.UserID = u.Profile.UserID
		if len(u.Methods) > 0 {
			s.Factors = append(s.Factors, u.Methods[0].factor(ChannelSMS, now))
		}
	} else if m := p.state.Members.find(byID, id); m != nil {
		s.ID, s.MemberID, s.OrganizationID = newID("member-session"), id, m.Profile.OrganizationID
		s.Factors = append(s.Factors, emailFactor(emailOTP, m.emailID(), m.Profile.EmailAddress, now))
	} else {
		return nil, fmt.Errorf("stytchtest: no user or member has the id %q", id)
	}
	p.state.Sessions.add(s)
	return s, nil
}
