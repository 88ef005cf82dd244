// Package redisguard counts codes for the package guard in Redis or Valkey, so that several processes
// share their limits:
//
//	client := redis.NewClient(&redis.Options{Addr: "localhost:6379", ContextTimeoutEnabled: true})
//	store, err := redisguard.New(client, redisguard.Options{})
//	g, err := guard.New(guard.Config{Store: store, Key: []byte(secret)})
//
// Each step is one script, which the server runs atomically with its own clock. All keys have one hash
// tag, so that they are in one slot of a cluster, and an expiry. Addresses in the keys are hashed with
// guard.Config.Key.
//
// It needs Redis 5 or later, or any Valkey.
package redisguard

import (
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stytchgen/sdk/guard"
)

// Store counts in Redis. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
	now    string // the time for tests; empty for the server's time
}

// Options configures a [Store].
type Options struct {
	// Name begins the keys of the store: "{guard}:" for the default "guard". Applications that share a
	// server but not their limits need different names.
	Name string
}

// New returns a store that uses client. It does no I/O. The client must honor the deadlines of contexts.
// Otherwise a server that does not respond would make people wait for the client's own timeouts.
func New(client redis.UniversalClient, opts Options) (*Store, error) {
	obeys := true
	switch c := client.(type) {
	case nil:
		return nil, errors.New("redisguard: the client is nil")
	case *redis.Client:
		obeys = c.Options().ContextTimeoutEnabled
	case *redis.ClusterClient:
		obeys = c.Options().ContextTimeoutEnabled
	case *redis.Ring:
		obeys = c.Options().ContextTimeoutEnabled
	}
	if !obeys {
		return nil, errors.New("redisguard: the client ignores the deadlines of contexts: set ContextTimeoutEnabled in its options")
	}
	if opts.Name == "" {
		opts.Name = "guard"
	}
	if strings.ContainsAny(opts.Name, "{}") {
		return nil, fmt.Errorf("redisguard: the name %q has braces: want a name without them; New adds them", opts.Name)
	}
	return &Store{client: client, prefix: "{" + opts.Name + "}:" + layout + ":"}, nil
}

//go:embed step.lua
var source string

var script = redis.NewScript(source)

// layout is the version of the format of the values. Values of other versions are ignored.
const layout = "1"

// operations are the names of a step's operations in the script.
var operations = map[guard.Op]string{
	guard.OpTake: "take", guard.OpLook: "look", guard.OpAdd: "add", guard.OpUndo: "undo", guard.OpVerify: "verify",
}

// Do implements guard.Store.
func (s *Store) Do(ctx context.Context, step guard.Step, counters []guard.Counter) (guard.Result, error) {
	keys, limits := make([]string, len(counters)), make([]byte, 0, 128)
	tallies := 0
	for i, c := range counters {
		keys[i] = s.prefix + c.Key
		limits = append(limits, byte(len(c.Limits)))
		for _, l := range c.Limits {
			limits = appendLimit(limits, l)
		}
		tallies += len(c.Limits)
	}
	answer, err := script.Run(ctx, s.client, keys, operations[step.Op], step.At.UnixMilli(), s.now, limits).Int64Slice()
	if err != nil {
		return guard.Result{}, err
	}
	if len(answer) != 2+3*tallies {
		return guard.Result{}, fmt.Errorf("the script returned %d numbers instead of %d", len(answer), 2+3*tallies)
	}
	result := guard.Result{Taken: answer[0] == 1, At: time.UnixMilli(answer[1]), Tallies: make([]guard.Tally, tallies)}
	for i := range result.Tallies {
		n := answer[2+3*i:]
		result.Tallies[i] = guard.Tally{Sent: int(n[0]), Verified: int(n[1]), Wait: time.Duration(n[2]) * time.Millisecond}
	}
	return result, nil
}

// appendLimit encodes a limit for the script: the window in 6 bytes, most in 4, earned in 1. All valid limits
// fit.
func appendLimit(b []byte, l guard.Limit) []byte {
	window := binary.BigEndian.AppendUint64(nil, uint64(l.Within.Milliseconds()))
	b = append(b, window[2:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(l.Most))
	return append(b, byte(l.Earned))
}
