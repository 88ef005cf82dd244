package stytchtest

import (
	"slices"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// sending is what the six calls that send a code have in common.
type sending struct {
	channel    Channel
	address    string
	life       *int
	attributes *stytch.Attributes
	locale     string
	template   string
	signup     string // template for a new user
}

// message returns the message of a call that sends a code.
func (s sending) message(u *user, purpose string) Message {
	template := s.template
	if purpose == "signup" {
		template = s.signup
	}
	return Message{
		Channel: s.channel, Address: s.address, Purpose: purpose, Locale: s.locale, TemplateID: template, UserID: u.Profile.UserID,
	}
}

// defaultLife is the lifetime of a code, in minutes, when the request does not
// set one.
const defaultLife = 2

func (r *run) deliver(s sending, u *user, m *method, purpose string) {
	r.send(&m.Code, code{Attributes: s.attributes}, minutes(s.life, defaultLife), s.message(u, purpose))
}

// adding names the user that an address is added to. At most one field is set.
type adding struct {
	userID, sessionToken, sessionJWT *string
}

// sendToUser sends a code to an existing user. If the request names a user, it
// adds the address to that user first.
func (r *run) sendToUser(s sending, to adding) (*user, *method, *apiError) {
	u, m, err := r.recipient(s.address, to)
	if err != nil {
		return nil, nil, err
	}
	r.deliver(s, u, m, "login")
	return u, m, nil
}

// recipient returns the existing user with an address. If the request names a
// user, it adds the address to that user.
func (r *run) recipient(address string, to adding) (*user, *method, *apiError) {
	owner, m := r.project.state.userByAddress(address, r.now)
	if to == (adding{}) {
		if owner == nil && isSandbox(address) { // the sandbox user always exists
			owner, m, _ = r.findOrCreate(address, nil)
		}
		if owner == nil {
			return nil, nil, fail(map[bool]string{true: "email_not_found", false: "phone_number_not_found"}[isEmail(address)])
		}
		return owner, m, nil
	}
	u, err := r.named(to)
	switch {
	case err != nil:
		return nil, nil, err
	case owner != nil && owner != u:
		return nil, nil, taken(address)
	case m == nil:
		unverified := 0
		for _, have := range u.Methods {
			if !have.Verified {
				unverified++
			}
		}
		if unverified >= r.project.server.limits.UnverifiedFactors {
			return nil, nil, fail("too_many_unverified_factors")
		}
		m = u.add(address)
		m.RemoveAt = r.now.Add(unverifiedLife)
	}
	return u, m, nil
}

// named returns the user that an address is added to.
func (r *run) named(to adding) (*user, *apiError) {
	id := text(to.userID)
	if to.userID == nil {
		s, err := r.find(to.sessionToken, to.sessionJWT)
		if err != nil {
			return nil, err
		}
		if err := s.mutable(); err != nil {
			return nil, err
		}
		id = s.UserID
	}
	return r.user(id)
}

// add gives a user another method.
func (u *user) add(address string) *method {
	m := &method{Address: address}
	m.ID = newID(map[bool]string{true: "email", false: "phone-number"}[m.isEmail()])
	u.Methods = append(u.Methods, m)
	return m
}

// findOrCreate returns the user with an address. It creates the user if there is
// none.
func (r *run) findOrCreate(address string, pending *bool) (u *user, m *method, created bool) {
	st := &r.project.state
	if u, m = st.userByAddress(address, r.now); u != nil {
		return u, m, false
	}
	u = r.newUser(pending)
	m = u.add(address)
	if sameAddress(address, SandboxEmail) {
		u.Profile.UserID, m.ID = sandboxUserID, sandboxEmailID
	}
	st.Users.add(u)
	return u, m, true
}

// loginOrCreate sends a code to the user with the address. It creates the user
// if there is none.
func (r *run) loginOrCreate(s sending, pending *bool) (u *user, m *method, created bool) {
	u, m, created = r.findOrCreate(s.address, pending)
	purpose := "login"
	if created {
		purpose = "signup"
	}
	r.deliver(s, u, m, purpose)
	return u, m, created
}

func (r *run) smsSend(q stytch.OTPsSMSSendRequest) (stytch.OTPsSMSSendResponse, *apiError) {
	u, m, err := r.sendToUser(sending{channel: ChannelSMS, address: q.PhoneNumber, life: q.ExpirationMinutes, attributes: q.Attributes, locale: text(q.Locale)},
		adding{q.UserID, q.SessionToken, q.SessionJWT})
	if err != nil {
		return stytch.OTPsSMSSendResponse{}, err
	}
	return stytch.OTPsSMSSendResponse{UserID: u.Profile.UserID, PhoneID: m.ID}, nil
}

func (r *run) smsLoginOrCreate(q stytch.OTPsSMSLoginOrCreateRequest) (stytch.OTPsSMSLoginOrCreateResponse, *apiError) {
	u, m, created := r.loginOrCreate(sending{channel: ChannelSMS, address: q.PhoneNumber, life: q.ExpirationMinutes, attributes: q.Attributes, locale: text(q.Locale)}, q.CreateUserAsPending)
	return stytch.OTPsSMSLoginOrCreateResponse{UserID: u.Profile.UserID, PhoneID: m.ID, UserCreated: created}, nil
}

func (r *run) whatsAppSend(q stytch.OTPsWhatsAppSendRequest) (stytch.OTPsWhatsAppSendResponse, *apiError) {
	u, m, err := r.sendToUser(sending{channel: ChannelWhatsApp, address: q.PhoneNumber, life: q.ExpirationMinutes, attributes: q.Attributes, locale: text(q.Locale)},
		adding{q.UserID, q.SessionToken, q.SessionJWT})
	if err != nil {
		return stytch.OTPsWhatsAppSendResponse{}, err
	}
	return stytch.OTPsWhatsAppSendResponse{UserID: u.Profile.UserID, PhoneID: m.ID}, nil
}

func (r *run) whatsAppLoginOrCreate(q stytch.OTPsWhatsAppLoginOrCreateRequest) (stytch.OTPsWhatsAppLoginOrCreateResponse, *apiError) {
	u, m, created := r.loginOrCreate(sending{channel: ChannelWhatsApp, address: q.PhoneNumber, life: q.ExpirationMinutes, attributes: q.Attributes, locale: text(q.Locale)}, q.CreateUserAsPending)
	return stytch.OTPsWhatsAppLoginOrCreateResponse{UserID: u.Profile.UserID, PhoneID: m.ID, UserCreated: created}, nil
}

func (r *run) emailSend(q stytch.OTPsEmailSendRequest) (stytch.OTPsEmailSendResponse, *apiError) {
	u, m, err := r.sendToUser(sending{channel: ChannelEmail, address: q.Email, life: q.ExpirationMinutes, attributes: q.Attributes, locale: text(q.Locale),
		template: text(q.LoginTemplateID), signup: text(q.SignupTemplateID)}, adding{q.UserID, q.SessionToken, q.SessionJWT})
	if err != nil {
		return stytch.OTPsEmailSendResponse{}, err
	}
	return stytch.OTPsEmailSendResponse{UserID: u.Profile.UserID, EmailID: m.ID}, nil
}

func (r *run) emailLoginOrCreate(q stytch.OTPsEmailLoginOrCreateRequest) (stytch.OTPsEmailLoginOrCreateResponse, *apiError) {
	u, m, created := r.loginOrCreate(sending{channel: ChannelEmail, address: q.Email, life: q.ExpirationMinutes, attributes: q.Attributes, locale: text(q.Locale),
		template: text(q.LoginTemplateID), signup: text(q.SignupTemplateID)}, q.CreateUserAsPending)
	return stytch.OTPsEmailLoginOrCreateResponse{UserID: u.Profile.UserID, EmailID: m.ID, UserCreated: created}, nil
}

// authenticate checks a user's code.
func (r *run) authenticate(q stytch.OTPsAuthenticateRequest) (stytch.OTPsAuthenticateResponse, *apiError) {
	none := stytch.OTPsAuthenticateResponse{}
	u, m := r.project.state.userByMethod(q.MethodID, r.now)
	if u == nil {
		return none, failf("otp_code_not_found", "no code was sent to this method_id")
	}
	if err := r.try(m.Code, q.Code, m.Address, &u.attempts); err != nil {
		return none, err
	}
	var match stytch.OTPOptions
	if q.Options != nil {
		match = *q.Options
	}
	var asked *stytch.Attributes
	if m.Code != nil {
		asked = m.Code.Attributes
	}
	if err := sameClient(match.IPMatchRequired, match.UserAgentMatchRequired, q.Attributes, asked); err != nil {
		return none, err
	}
	with := sessionArguments{q.SessionToken, q.SessionJWT, q.SessionDurationMinutes, q.SessionCustomClaims, q.Attributes, q.TelemetryID}
	session, err := r.extended(u, with)
	if err != nil {
		return none, err
	}
	channel := ChannelSMS
	if m.Code != nil {
		m.Code.Used, channel = true, m.Code.Channel
	}
	reset := r.verify(u, m)
	l := r.logIn(u, session, with, m.factor(channel, r.now))
	return stytch.OTPsAuthenticateResponse{
		UserID: u.Profile.UserID, MethodID: m.ID, User: l.user, Session: l.session, SessionToken: l.token, SessionJWT: l.jwt,
		ResetSessions: reset, UserDevice: l.device,
	}, nil
}

// factor returns the factor that a code proves.
func (m *method) factor(channel Channel, now time.Time) stytch.AuthenticationFactor {
	if m.isEmail() {
		return emailFactor(stytch.AuthenticationFactorTypeOTP, m.ID, m.Address, now)
	}
	return phoneFactor(channel, m.ID, m.Address, now)
}

// sameClient compares the client that completes a login with the client that
// asked for the code or link.
func sameClient(ip, userAgent bool, have, asked *stytch.Attributes) *apiError {
	var now, sent stytch.Attributes
	if have != nil {
		now = *have
	}
	if asked != nil {
		sent = *asked
	}
	if ip && (text(now.IPAddress) == "" || text(now.IPAddress) != text(sent.IPAddress)) {
		return failf("attribute_mismatch", "attributes.ip_address is not the address that asked for the code or link")
	}
	if userAgent && (text(now.UserAgent) == "" || text(now.UserAgent) != text(sent.UserAgent)) {
		return failf("attribute_mismatch", "attributes.user_agent is not the user agent that asked for the code or link")
	}
	return nil
}

// device returns the device of a response. It is nil unless the request has a
// fingerprint.
func device(telemetryID *string, attributes *stytch.Attributes, now time.Time) *stytch.DeviceInfo {
	if telemetryID == nil {
		return nil
	}
	seen := &stytch.DeviceAttributeDetails{IsNew: true, FirstSeenAt: &now, LastSeenAt: &now}
	d := &stytch.DeviceInfo{VisitorID: "visitor-" + *telemetryID, VisitorIDDetails: seen}
	if attributes != nil && attributes.IPAddress != nil {
		d.IPAddress, d.IPAddressDetails = attributes.IPAddress, seen
	}
	return d
}

// consumerSession returns a user's session as a response shows it.
func (p *Project) consumerSession(s *session) *stytch.Session {
	attributes := s.Attributes
	if attributes == nil {
		attributes = &stytch.Attributes{IPAddress: new(""), UserAgent: new("")}
	}
	return &stytch.Session{
		SessionID: s.ID, UserID: s.UserID, AuthenticationFactors: slices.Clone(s.Factors), Roles: p.rolesOf(s),
		StartedAt: new(s.StartedAt), LastAccessedAt: new(s.LastAccessedAt), ExpiresAt: new(s.ExpiresAt),
		Attributes: attributes, CustomClaims: s.Claims,
	}
}
