package stytchtest

import (
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// MessageStatus says whether the code or link of a message still works.
type MessageStatus string

// The statuses of a message.
const (
	MessageOpen MessageStatus = "open"
	// MessageUsed is also the status of a link that was revoked because its user
	// or member was deleted.
	MessageUsed    MessageStatus = "used"
	MessageExpired MessageStatus = "expired"
	// MessageReplaced is the status of a code that was replaced by a newer one to
	// the same address, or revoked because its user, member or address was deleted.
	MessageReplaced MessageStatus = "replaced"
)

// MessageDetails is what the server knows about a message now. A message itself
// does not change.
type MessageDetails struct {
	Status MessageStatus
	// Name is the name of the user or member that the message is for, or empty.
	Name string
	// OrganizationName is the name of the member's organization, or empty.
	OrganizationName string
}

// MessageDetails returns what the server knows about messages now, in their
// order.
func (p *Project) MessageDetails(messages ...Message) []MessageDetails {
	now := p.clock.Now()
	p.mu.Lock() // nothing changes, so there is nothing to save
	defer p.mu.Unlock()
	all := make([]MessageDetails, len(messages))
	for i := range messages {
		all[i] = p.state.details(&messages[i], now)
	}
	return all
}

func (s *state) details(m *Message, now time.Time) MessageDetails {
	d := MessageDetails{Status: s.status(m, now)}
	if u := s.Users.peek(byID, m.UserID); u != nil {
		d.Name = fullName(u.Profile.Name)
	}
	if o := s.Organizations.peek(byID, m.OrganizationID); o != nil {
		d.OrganizationName = o.Profile.OrganizationName
	}
	if one := s.Members.peek(byID, m.MemberID); one != nil {
		d.Name = one.Profile.Name
	}
	return d
}

// fullName returns the parts of a name in one line.
func fullName(n *stytch.UserName) string {
	if n == nil {
		return ""
	}
	return strings.Join(strings.Fields(text(n.FirstName)+" "+text(n.MiddleName)+" "+text(n.LastName)), " ")
}

func (s *state) status(m *Message, now time.Time) MessageStatus {
	used, known := s.wasUsed(m)
	switch {
	case used:
		return MessageUsed
	case !known && !isSandbox(m.Address):
		if now.Before(m.ExpiresAt) {
			return MessageReplaced
		}
		return MessageExpired
	case !now.Before(m.ExpiresAt):
		return MessageExpired
	}
	return MessageOpen
}

// wasUsed reports whether the code or link of a message was used, and whether the
// state still has it.
func (s *state) wasUsed(m *Message) (used, known bool) {
	if m.Token != "" {
		for _, token := range []string{m.Token, m.LoginToken} {
			if l := s.Links.peek(byToken, token); l != nil {
				used, known = used || l.Used, true
			}
		}
		return used, known
	}
	c := s.codeOf(m)
	if c == nil || c.Digits != m.Code || !c.ExpiresAt.Equal(m.ExpiresAt) {
		return false, false // a newer code is in its place
	}
	return c.Used, true
}

// codeOf returns the newest code that was sent where a message was sent, or nil.
func (s *state) codeOf(m *Message) *code {
	switch {
	case m.UserID != "":
		if u := s.Users.peek(byID, m.UserID); u != nil {
			if sent := u.method(m.Address); sent != nil {
				return sent.Code
			}
		}
		return nil
	case m.Channel == ChannelEmail:
		if c := s.EmailCodes.peek(byAddress, strings.ToLower(m.Address)); c != nil {
			return &c.code
		}
		return nil
	}
	if one := s.Members.peek(byID, m.MemberID); one != nil {
		return one.MFACode
	}
	return nil
}
