package stytchtest_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const support = "support@example.net"

func TestImpersonation(t *testing.T) {
	w := newWorld(t)
	ada := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email}}, Status: stytch.UserStatusPending})
	begun := must(w.Impersonate(ada.UserID, support))(t)
	to := must(url.Parse(begun.URL))(t)
	if to.Query().Get("token") != begun.Token || to.Query().Get("stytch_token_type") != "impersonation" || !begun.ExpiresAt.Equal(w.Clock().Now().Add(5*time.Minute)) {
		t.Errorf("begun %+v", begun)
	}
	authenticate := func(token string) (*stytch.ImpersonationAuthenticateResponse, error) {
		return w.client.Impersonation.Authenticate(w.ctx, stytch.ImpersonationAuthenticateRequest{ImpersonationToken: token})
	}
	in := must(authenticate(begun.Token))(t)
	if in.UserID != ada.UserID || in.User.Status != stytch.UserStatusPending || in.User.Emails[0].Verified {
		t.Errorf("the impersonation changed the user: %+v", in.User)
	}
	f := in.Session.AuthenticationFactors
	if len(f) != 1 || f[0].Type != stytch.AuthenticationFactorTypeImpersonated || f[0].ImpersonatedFactor.ImpersonatorEmailAddress != support ||
		f[0].ImpersonatedFactor.ImpersonatorID == "" || !in.Session.ExpiresAt.Equal(w.Clock().Now().Add(time.Hour)) {
		t.Errorf("session %+v", in.Session)
	}
	_, err := authenticate(begun.Token)
	wants(t, err, stytch.ErrUnableToAuthImpersonationToken)
	_, err = authenticate("nothing")
	wants(t, err, stytch.ErrUnableToAuthImpersonationToken)

	// The session can be used and revoked. It cannot be extended, and takes no other factor.
	must(w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &in.SessionToken}))(t)
	_, err = w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionJWT: &in.SessionJWT, SessionDurationMinutes: new(60)})
	wants(t, err, stytch.ErrSessionNotMutable)
	_, err = w.client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: phone, SessionToken: &in.SessionToken})
	wants(t, err, stytch.ErrSessionNotMutable)
	sent := must(w.client.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: email}))(t)
	code := must(w.Inbox().WaitFor(w.ctx, email))(t).Code
	_, err = w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.EmailID, Code: code, SessionToken: &in.SessionToken})
	wants(t, err, stytch.ErrSessionNotMutable)
	must(w.client.Sessions.Revoke(w.ctx, stytch.SessionsRevokeRequest{SessionToken: &in.SessionToken}))(t)

	late := must(w.Impersonate(ada.UserID, support))(t)
	w.Clock().Advance(5 * time.Minute)
	_, err = authenticate(late.Token)
	wants(t, err, stytch.ErrUnableToAuthImpersonationToken)
	gone := must(w.Impersonate(ada.UserID, support))(t)
	must(w.client.Users.Delete(w.ctx, stytch.UsersDeleteRequest{UserID: ada.UserID}))(t)
	_, err = authenticate(gone.Token)
	wants(t, err, stytch.ErrUserNotFound)
}

func TestMemberImpersonation(t *testing.T) {
	w := newWorld(t)
	client := w.B2B(noDrift(t))
	o := w.AddOrganization(b2b.Organization{OrganizationName: "Engines", MFAPolicy: b2b.MFAPolicyRequiredForAll})
	other := w.AddOrganization(b2b.Organization{OrganizationName: "Others"})
	m := must(w.AddMember(b2b.Member{OrganizationID: o.OrganizationID, EmailAddress: email}))(t)
	must(w.AddMember(b2b.Member{OrganizationID: other.OrganizationID, EmailAddress: email, EmailAddressVerified: true}))(t)
	begun := must(w.Impersonate(m.MemberID, support))(t)
	if !strings.Contains(begun.URL, "stytch_token_type=multi_tenant_impersonation") {
		t.Errorf("URL %s", begun.URL)
	}
	_, err := w.client.Impersonation.Authenticate(w.ctx, stytch.ImpersonationAuthenticateRequest{ImpersonationToken: begun.Token})
	wants(t, err, stytch.ErrUnableToAuthImpersonationToken) // the token is for the B2B call
	in := must(client.Impersonation.Authenticate(w.ctx, b2b.ImpersonationAuthenticateRequest{ImpersonationToken: begun.Token}))(t)
	if in.MemberID != m.MemberID || !in.MemberAuthenticated || in.MFARequired != nil || in.IntermediateSessionToken != "" || in.Member.EmailAddressVerified {
		t.Errorf("login %+v", in)
	}
	if f := in.MemberSession.AuthenticationFactors; len(f) != 1 || f[0].ImpersonatedFactor.ImpersonatorEmailAddress != support {
		t.Errorf("factors %+v", f)
	}
	_, err = client.Impersonation.Authenticate(w.ctx, b2b.ImpersonationAuthenticateRequest{ImpersonationToken: begun.Token})
	wants(t, err, stytch.ErrUnableToAuthImpersonationToken)
	_, err = client.Sessions.Authenticate(w.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &in.SessionToken, SessionDurationMinutes: new(60)})
	wants(t, err, stytch.ErrSessionNotMutable)
	_, err = client.Sessions.Exchange(w.ctx, b2b.SessionsExchangeRequest{OrganizationID: other.OrganizationID, SessionToken: &in.SessionToken})
	wants(t, err, stytch.ErrSessionNotMutable)

	deleted := must(w.Impersonate(m.MemberID, support))(t)
	must(client.Organizations.Members.Delete(w.ctx, b2b.OrganizationsMembersDeleteRequest{OrganizationID: o.OrganizationID, MemberID: m.MemberID}))(t)
	_, err = client.Impersonation.Authenticate(w.ctx, b2b.ImpersonationAuthenticateRequest{ImpersonationToken: deleted.Token})
	wants(t, err, stytch.ErrUnableToAuthImpersonationToken)
}

func TestImpersonateErrors(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Impersonate("user-test-nobody", support); err == nil {
		t.Error("a user who does not exist is impersonated")
	}
	if _, err := w.Impersonate(w.AddUser(stytch.User{}).UserID, "support"); err == nil {
		t.Error("an impersonator has no e-mail address")
	}
	if err := w.SetRedirectURLs(stytchtest.RedirectURL{URL: "https://example.com/login"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Impersonate(w.AddUser(stytch.User{}).UserID, support); err == nil {
		t.Error("there is no default login URL, and an impersonation began")
	}
}

func TestWhoami(t *testing.T) {
	w := newWorld(t)
	got := must(w.client.Debug.Whoami(w.ctx, stytch.DebugWhoamiRequest{}))(t)
	if got.ProjectID != w.ID || got.Name == "" {
		t.Errorf("project %+v", got)
	}
	wrong := must(stytch.NewClient(w.ID, "secret-test-wrong", stytch.WithBaseURL(w.URL())))(t)
	_, err := wrong.Debug.Whoami(w.ctx, stytch.DebugWhoamiRequest{})
	wants(t, err, stytch.ErrUnauthorizedCredentials)
}

func TestProjectMetrics(t *testing.T) {
	w := newWorld(t)
	w.AddUser(stytch.User{})
	w.AddUser(stytch.User{})
	o := w.AddOrganization(b2b.Organization{OrganizationName: "Engines"})
	must(w.AddMember(b2b.Member{OrganizationID: o.OrganizationID, EmailAddress: email}))(t)
	must(w.AddMember(b2b.Member{OrganizationID: o.OrganizationID, EmailAddress: "gone@example.com", Status: b2b.MemberStatusDeleted}))(t)
	w.m2m("read:invoices")
	counts := map[stytch.ProjectMetricType]int{}
	for _, metric := range must(w.client.Project.Metrics(w.ctx, stytch.ProjectMetricsRequest{}))(t).Metrics {
		counts[metric.MetricType] = metric.Count
	}
	if len(counts) != 4 || counts[stytch.ProjectMetricTypeUserCount] != 2 || counts[stytch.ProjectMetricTypeOrganizationCount] != 1 ||
		counts[stytch.ProjectMetricTypeMemberCount] != 1 || counts[stytch.ProjectMetricTypeM2MClientCount] != 1 {
		t.Errorf("counts %v", counts)
	}
}
