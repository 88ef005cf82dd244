package webhook

import (
	"context"
	"sync"
)

// Memory remembers the ids of the last messages, in a ring.
type Memory struct {
	mu    sync.Mutex
	ids   []string
	next  int
	known map[string]bool
}

// NewMemory returns a memory of n messages, at least one.
func NewMemory(n int) *Memory {
	return &Memory{ids: make([]string, max(n, 1)), known: map[string]bool{}}
}

// Handled reports whether m remembers the message.
func (m *Memory) Handled(_ context.Context, messageID string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[messageID], nil
}

// Remember adds a message, in place of the oldest if m is full.
func (m *Memory) Remember(_ context.Context, messageID string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[messageID] {
		return nil
	}
	delete(m.known, m.ids[m.next])
	m.ids[m.next], m.known[messageID] = messageID, true
	m.next = (m.next + 1) % len(m.ids)
	return nil
}
