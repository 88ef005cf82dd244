package main

import (
	"errors"
	"fmt"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// session checks a session in every way, then ends it.
func (d *demo) session(auth *stytch.OTPsAuthenticateResponse) error {
	d.title("The session is checked, read and ended")
	if _, err := d.consumer.Sessions.AuthenticateJWTLocal(d.ctx, auth.SessionJWT); err != nil {
		return err
	}
	d.note("the JWT verifies with the project's keys, which were fetched first")
	before := len(d.server.Requests())
	session, err := d.consumer.Sessions.AuthenticateJWTLocal(d.ctx, auth.SessionJWT)
	if err != nil {
		return err
	}
	d.note("checked again, locally: %d calls were made", len(d.server.Requests())-before)
	claims, err := stytch.CustomClaims[struct{ Plan string }](session)
	if err != nil {
		return err
	}
	d.note("its custom claims: plan %s", claims.Plan)
	if _, err := d.consumer.Sessions.Revoke(d.ctx, stytch.SessionsRevokeRequest{SessionToken: &auth.SessionToken}); err != nil {
		return err
	}
	if _, err := d.consumer.Sessions.AuthenticateJWTLocal(d.ctx, auth.SessionJWT); err != nil {
		return err
	}
	d.note("locally, the JWT stays valid for five minutes; only the service knows that the session ended")
	_, err = d.consumer.Sessions.Authenticate(d.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken})
	if !errors.Is(err, stytch.ErrSessionNotFound) {
		return fmt.Errorf("the ended session: %w", err)
	}
	d.note("as an error: %v", err)
	return nil
}

func (d *demo) wrongCode() error {
	d.title("A wrong code, then the right one twice")
	sent, err := d.consumer.OTPs.SMS.Send(d.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: phone})
	if err != nil {
		return err
	}
	code, err := d.code(phone)
	if err != nil {
		return err
	}
	wrong := "111111"
	if code == wrong {
		wrong = "222222"
	}
	for _, try := range []struct {
		code string
		want error
	}{{wrong, stytch.ErrOTPCodeNotFound}, {code, nil}, {code, stytch.ErrUnableToAuthOTPCode}} {
		_, err := d.consumer.OTPs.Authenticate(d.ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: try.code})
		if !errors.Is(err, try.want) {
			return fmt.Errorf("the code %s: %w", try.code, err)
		}
		if err != nil {
			d.note("as an error: %v", err)
		}
	}
	return nil
}

// member logs in a member of an organization that requires a second factor.
func (d *demo) member() error {
	d.title("A member of an organization logs in by e-mail, with an SMS as second factor")
	organization := d.server.AddOrganization(b2b.Organization{
		OrganizationName: "Analytical Engines", OrganizationSlug: "engines", MFAPolicy: b2b.MFAPolicyRequiredForAll,
	})
	member, err := d.server.AddMember(b2b.Member{OrganizationID: organization.OrganizationID, EmailAddress: email, Status: b2b.MemberStatusInvited})
	if err != nil {
		return err
	}
	if _, err := d.b2b.OTPs.Email.LoginOrSignup(d.ctx, b2b.OTPsEmailLoginOrSignupRequest{
		OrganizationID: organization.OrganizationID, EmailAddress: email,
	}); err != nil {
		return err
	}
	code, err := d.code(email)
	if err != nil {
		return err
	}
	login, err := d.b2b.OTPs.Email.Authenticate(d.ctx, b2b.OTPsEmailAuthenticateRequest{
		OrganizationID: organization.OrganizationID, EmailAddress: email, Code: code,
	})
	if err != nil {
		return err
	}
	d.note("the next step is: %s", login.Next())
	if _, err := d.b2b.OTPs.SMS.Send(d.ctx, b2b.OTPsSMSSendRequest{
		OrganizationID: organization.OrganizationID, MemberID: member.MemberID, MFAPhoneNumber: new(phone),
		IntermediateSessionToken: &login.IntermediateSessionToken,
	}); err != nil {
		return err
	}
	if code, err = d.code(phone); err != nil {
		return err
	}
	done, err := d.b2b.OTPs.SMS.Authenticate(d.ctx, b2b.OTPsSMSAuthenticateRequest{
		OrganizationID: organization.OrganizationID, MemberID: member.MemberID, Code: code,
		IntermediateSessionToken: &login.IntermediateSessionToken,
	})
	if err != nil {
		return err
	}
	d.note("%s is logged in to %s with %d factors", done.MemberID, done.MemberSession.OrganizationSlug, len(done.MemberSession.AuthenticationFactors))
	if _, err := d.b2b.Sessions.Revoke(d.ctx, b2b.SessionsRevokeRequest{MemberID: &member.MemberID}); err != nil {
		return err
	}
	d.note("all sessions of the member have ended")
	return nil
}
