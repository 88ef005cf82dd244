package stytchtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Channel is how a message is sent.
type Channel string

// The channels.
const (
	ChannelSMS      Channel = "sms"
	ChannelWhatsApp Channel = "whatsapp"
	ChannelEmail    Channel = "email"
)

// Message is a message that the service would have sent.
type Message struct {
	ID      string  `json:"id"`
	Channel Channel `json:"channel"`
	// Address is the phone number or e-mail address.
	Address string `json:"address"`
	// Code is the code of the message, or empty.
	Code string `json:"code,omitempty"`
	// Link is the link of the message, or empty. Like the service's, it leads
	// through the server to the application's URL, with the token in the query.
	Link string `json:"link,omitempty"`
	// Token is the token of the link, for the call that authenticates it.
	Token string `json:"token,omitempty"`
	// LoginLink and LoginToken are the second link of a mail that resets a
	// password: it logs in without one.
	LoginLink  string `json:"login_link,omitempty"`
	LoginToken string `json:"login_token,omitempty"`
	// Purpose is the purpose of the message: login, signup, invite, mfa,
	// discovery or reset_password.
	Purpose string `json:"purpose"`
	// Locale is the requested language, "en" by default.
	Locale string `json:"locale"`
	// TemplateID is the requested e-mail template, or empty.
	TemplateID string    `json:"template_id,omitempty"`
	SentAt     time.Time `json:"sent_at"`
	ExpiresAt  time.Time `json:"expires_at"`
	// UserID, or OrganizationID and MemberID, name the user or member that the
	// message is for. All are empty for discovery.
	UserID         string `json:"user_id,omitempty"`
	OrganizationID string `json:"organization_id,omitempty"`
	MemberID       string `json:"member_id,omitempty"`
}

// Inbox keeps the messages of a project instead of sending them. When there are more than 10,000, it
// drops the oldest thousand, so that a load test does not run out of memory.
type Inbox struct {
	mu       sync.Mutex
	messages []Message
	// deleted contains the messages that Delete has deleted. They keep their places.
	deleted map[string]bool
	// removals counts what is not a new message at the end.
	removals int
	// waited contains the messages that WaitFor has returned.
	waited  map[string]bool
	arrival chan struct{} // closed and replaced when a message arrives
}

// inboxSize is the most messages that an Inbox keeps.
const inboxSize = 10_000

func newInbox() *Inbox {
	return &Inbox{deleted: map[string]bool{}, waited: map[string]bool{}, arrival: make(chan struct{})}
}

// Messages returns all messages, the oldest first.
func (b *Inbox) Messages() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.messages), func(m Message) bool { return b.deleted[m.ID] })
}

// Last returns the newest message to an address, and whether there is one.
func (b *Inbox) Last(address string) (Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range slices.Backward(b.messages) {
		if sameAddress(m.Address, address) && !b.deleted[m.ID] {
			return m, true
		}
	}
	return Message{}, false
}

// patience is how long WaitFor waits without a deadline.
const patience = 10 * time.Second

// patient gives a context without a deadline one.
func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, patience, fmt.Errorf("waited for %v", patience))
}

// WaitFor returns the newest message to an address that it has not returned
// before. If there is none, it waits for the next one. It fails when ctx ends,
// or after 10 seconds if ctx has no deadline; the error counts the messages that did arrive, by channel
// and purpose. A call stores its message before it returns, so [Inbox.Last] finds it without waiting.
func (b *Inbox) WaitFor(ctx context.Context, address string) (Message, error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	for {
		b.mu.Lock()
		for _, m := range slices.Backward(b.messages) {
			if sameAddress(m.Address, address) && !b.waited[m.ID] && !b.deleted[m.ID] {
				b.waited[m.ID] = true
				b.mu.Unlock()
				return m, nil
			}
		}
		arrival := b.arrival
		b.mu.Unlock()
		select {
		case <-arrival:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("no new message to that address arrived, and %s: %w", b.unread(), context.Cause(ctx))
		}
	}
}

// unread describes the messages that WaitFor has not returned, without their addresses.
func (b *Inbox) unread() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, kinds := 0, map[string]int{}
	for _, m := range b.messages {
		if !b.waited[m.ID] && !b.deleted[m.ID] {
			n++
			kinds[fmt.Sprintf("%s, %s", m.Channel, m.Purpose)]++
		}
	}
	var list []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		list = append(list, fmt.Sprintf("%d of %s", kinds[kind], kind))
	}
	if n == 0 {
		return "0 to other addresses"
	}
	return fmt.Sprintf("%d to other addresses (%s)", n, strings.Join(list, "; "))
}

// Position is a place in an inbox: after the messages that a reader has. The zero Position is before all of them.
type Position struct {
	messages, removals int
	valid              bool
}

// After returns up to limit messages after a position, the oldest first, and the position after these. If messages were
// deleted, brought back or replaced since the position was returned, it begins with the first message, and again is
// true. It also is for the zero Position.
func (b *Inbox) After(at Position, limit int) (messages []Message, next Position, again bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !at.valid || at.removals != b.removals {
		at, again = Position{removals: b.removals, valid: true}, true
	}
	for ; at.messages < len(b.messages) && len(messages) < limit; at.messages++ {
		if m := b.messages[at.messages]; !b.deleted[m.ID] {
			messages = append(messages, m)
		}
	}
	return messages, at, again
}

// Arrival returns a channel that is closed when the next message arrives or the
// inbox is cleared.
func (b *Inbox) Arrival() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.arrival
}

// Clear deletes every message. Their codes and links stay valid.
func (b *Inbox) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = nil
	b.removals++
	clear(b.deleted)
	clear(b.waited)
	b.announce()
}

// Delete deletes the messages with these ids. Their codes and links stay valid.
// Restore can bring them back.
func (b *Inbox) Delete(ids ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.removals++
	for _, id := range ids {
		b.deleted[id] = true
	}
	b.announce()
}

// Restore brings deleted messages back, at their old places. WaitFor returns them
// only if it has not returned them before.
func (b *Inbox) Restore(ids ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.removals++
	for _, id := range ids {
		delete(b.deleted, id)
	}
	b.announce()
}

// set replaces the messages. WaitFor does not return these: it waits for new
// ones.
func (b *Inbox) set(messages []Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = slices.Clone(messages)
	b.removals++
	clear(b.deleted)
	clear(b.waited)
	for _, m := range messages {
		b.waited[m.ID] = true
	}
	b.shorten()
	b.announce()
}

func (b *Inbox) put(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
	b.shorten()
	b.announce()
}

// shorten drops the oldest messages when there are too many. It drops many at once, because a reader that
// follows the inbox has to read all of it again.
func (b *Inbox) shorten() {
	if len(b.messages) <= inboxSize {
		return
	}
	n := len(b.messages) - inboxSize + inboxSize/10
	for _, m := range b.messages[:n] {
		delete(b.waited, m.ID)
		delete(b.deleted, m.ID)
	}
	b.messages = slices.Delete(b.messages, 0, n)
	b.removals++
}

func (b *Inbox) announce() {
	close(b.arrival)
	b.arrival = make(chan struct{})
}

// sameAddress compares addresses without regard to case, as the service does.
func sameAddress(a, b string) bool { return strings.EqualFold(a, b) }
