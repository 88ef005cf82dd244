package guard

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/stytch"
)

// Intercept makes a client ask the guard before each call that sends a code or a link. It also reports
// verified codes to the guard:
//
//	client, err := stytch.NewClient(projectID, secret, stytch.WithInterceptor(g.Intercept))
//
// It works with clients of the packages stytch and b2b. The context of a call that sends needs a client,
// from [WithClient] or [Clients], or must come from [WithoutClient]. Otherwise the call fails with
// [ErrNoClient]. A call that the guard rejects returns an [*Error].
//
// Purpose is the request's OrganizationID. If a member's phone number is not in the request, Account is
// the MemberID; the country is counted when the response contains the number. A code that the service
// sends by itself, as the second factor of a login, is counted too.
func (g *Guard) Intercept(ctx context.Context, call *stytch.Call, next func(context.Context) error) error {
	switch calls[call.Path] {
	case sends:
		return g.interceptSend(ctx, call, next)
	case verifies:
		if err := next(ctx); err != nil {
			return err
		}
		g.Verified(ctx, verified(call))
	default:
		if err := next(ctx); err != nil {
			return err
		}
	}
	if send, ok := sentByItself(call); ok {
		g.Sent(ctx, send)
	}
	return nil
}

// interceptSend makes a call that sends, if the guard allows it.
func (g *Guard) interceptSend(ctx context.Context, call *stytch.Call, next func(context.Context) error) error {
	send := sendOf(call)
	d, err := g.Ask(ctx, send)
	if err == nil {
		err = d.Err()
	}
	if err != nil {
		return err
	}
	err = next(ctx)
	switch {
	case err == nil && send.Address == "":
		if number := answerOf(call).Member.MFAPhoneNumber; number != "" {
			g.found(ctx, Send{Address: number, Purpose: send.Purpose})
		}
	case err != nil && !errors.Is(err, stytch.ErrOutcomeUnknown):
		g.NotSent(ctx, d)
	}
	return err
}

// found counts a code for its address and country, after it was counted for an unknown number.
func (g *Guard) found(ctx context.Context, send Send) {
	if t, ok := parse(send); ok {
		g.record(ctx, OpAdd, slices.DeleteFunc(g.subjects(t), func(s subject) bool { return s.reason == ReasonTotal }))
	}
}

// message has the fields of a request that the guard needs.
type message struct {
	PhoneNumber    string `json:"phone_number"`
	MFAPhoneNumber string `json:"mfa_phone_number"`
	Email          string `json:"email"`
	EmailAddress   string `json:"email_address"`
	MemberID       string `json:"member_id"`
	OrganizationID string `json:"organization_id"`
}

func requestOf(call *stytch.Call) message {
	var m message
	// The SDK encodes the same request later. If that fails, the request has no
	// address.
	if text, err := json.Marshal(call.Request); err == nil {
		_ = json.Unmarshal(text, &m)
	}
	return m
}

// sendOf returns the code that a call asks for.
func sendOf(call *stytch.Call) Send {
	m := requestOf(call)
	s := Send{Purpose: m.OrganizationID}
	for _, address := range []string{m.PhoneNumber, m.MFAPhoneNumber, m.EmailAddress, m.Email} {
		if s.Address == "" {
			s.Address = address
		}
	}
	if m.PhoneNumber == "" && m.EmailAddress == "" {
		s.Account = m.MemberID // also if the request has a new phone number of the member
	}
	return s
}

// answer has the fields of a response that the guard needs.
type answer struct {
	MethodID string `json:"method_id"`
	User     struct {
		PhoneNumbers []struct {
			PhoneID     string `json:"phone_id"`
			PhoneNumber string `json:"phone_number"`
		} `json:"phone_numbers"`
		Emails []struct {
			EmailID string `json:"email_id"`
			Email   string `json:"email"`
		} `json:"emails"`
	} `json:"user"`
	Member struct {
		OrganizationID string `json:"organization_id"`
		MemberID       string `json:"member_id"`
		EmailAddress   string `json:"email_address"`
		MFAPhoneNumber string `json:"mfa_phone_number"`
	} `json:"member"`
	EmailAddress string `json:"email_address"`
	MFARequired  *struct {
		SecondaryAuthInitiated string `json:"secondary_auth_initiated"`
	} `json:"mfa_required"`
}

func answerOf(call *stytch.Call) answer {
	var a answer
	if response, ok := call.Response.(interface{ RawJSON() string }); ok {
		_ = json.Unmarshal([]byte(response.RawJSON()), &a) // cannot fail: the SDK has decoded it
	}
	return a
}

// verified returns the code that a call has verified.
func verified(call *stytch.Call) Send {
	a := answerOf(call)
	for _, phone := range a.User.PhoneNumbers {
		if phone.PhoneID == a.MethodID {
			return Send{Address: phone.PhoneNumber}
		}
	}
	for _, mailbox := range a.User.Emails {
		if mailbox.EmailID == a.MethodID {
			return Send{Address: mailbox.Email}
		}
	}
	m := requestOf(call)
	switch {
	case call.Service == "otps.sms":
		return Send{Address: a.Member.MFAPhoneNumber, Account: m.MemberID}
	case m.EmailAddress != "":
		return Send{Address: m.EmailAddress}
	case a.EmailAddress != "":
		return Send{Address: a.EmailAddress}
	default:
		return Send{Address: a.Member.EmailAddress}
	}
}

// sentByItself returns the code that the service sent by itself after a call, if any.
func sentByItself(call *stytch.Call) (Send, bool) {
	response, ok := call.Response.(interface{ RawJSON() string })
	if !ok || !strings.Contains(response.RawJSON(), `"sms_otp"`) {
		return Send{}, false
	}
	a := answerOf(call)
	if a.MFARequired == nil || a.MFARequired.SecondaryAuthInitiated != "sms_otp" {
		return Send{}, false
	}
	return Send{Address: a.Member.MFAPhoneNumber, Account: a.Member.MemberID, Purpose: a.Member.OrganizationID}, true
}
