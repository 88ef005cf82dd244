package stytchtest

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestInboxForgetsTheOldest(t *testing.T) {
	b := newInbox()
	const phone = "+15005550006"
	const sent = inboxSize + 5
	for i := range sent {
		b.put(Message{ID: strconv.Itoa(i), Address: phone})
		if m, err := b.WaitFor(t.Context(), phone); err != nil || m.ID != strconv.Itoa(i) {
			t.Fatalf("message %q, found %v, want %d", m.ID, err, i)
		}
	}
	const forgotten = inboxSize/10 + 1
	all := b.Messages()
	if len(all) != sent-forgotten || all[0].ID != strconv.Itoa(forgotten) || len(b.waited) != len(all) {
		t.Errorf("%d messages from %s on, %d of them returned", len(all), all[0].ID, len(b.waited))
	}
	b.set(append(append(all, all...), Message{ID: "new"}))
	if all = b.Messages(); len(all) > inboxSize || all[len(all)-1].ID != "new" {
		t.Errorf("a snapshot gives %d messages, the last %s", len(all), all[len(all)-1].ID)
	}
}

// TestWaitsInVain checks that the error of a wait for the wrong address mentions
// messages to other addresses.
func TestWaitsInVain(t *testing.T) {
	b := newInbox()
	b.put(Message{ID: "1", Address: "+15005550006"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.WaitFor(ctx, "+15005550007"); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "and 1 to other addresses") {
		t.Errorf("error %v", err)
	}
}

// TestWaitsNotForever checks that a wait without a timeout ends, and says what arrived.
func TestWaitsNotForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, began := newInbox(), time.Now()
		b.put(Message{ID: "1", Address: "ada@example.com", Channel: ChannelEmail, Purpose: "login"})
		_, err := b.WaitFor(t.Context(), "+15005550007")
		if took := time.Since(began); err == nil || took != 10*time.Second {
			t.Fatalf("error %v after %v", err, took)
		}
		const want = "no new message to that address arrived, and 1 to other addresses (1 of email, login): waited for 10s"
		if err.Error() != want {
			t.Errorf("error %q, want %q", err, want)
		}
	})
}

// TestWaitsUntilTheDeadline checks that a wait with a deadline may be longer.
func TestWaitsUntilTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, began := newInbox(), time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		time.AfterFunc(30*time.Second, func() { b.put(Message{ID: "1", Address: "+15005550006"}) })
		if _, err := b.WaitFor(ctx, "+15005550006"); err != nil || time.Since(began) != 30*time.Second {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
	})
}
