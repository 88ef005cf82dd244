// Package redisguard counts codes for the package guard in Redis or Valkey, so that several processes
// share their limits:
//
//	client := redis.NewClient(&redis.Options{Addr: "localhost:6379", ContextTimeoutEnabled: true})
//	store, err := redisguard.New(client, redisguard.Options{})
//	g, err := guard.New(guard.Config{Store: store, Key: []byte(secret)})
//
// Each step is one script, which the server runs at once, by the clock of the server. All keys have one
// hash tag, so that they are in one slot of a cluster, and a time to live. The names in them are
// hashes that need guard.Config.Key.
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
	now    string // for tests: the time in place of the server's; empty: the server's
}

// Options are what a [Store] can be told.
type Options struct {
	// Name begins the keys of the store: "{guard}:" with the default "guard". Applications that share a
	// server, and not their limits, need different ones.
	Name string
}

// New returns a store that uses client. It does no I/O. The client must end a command when its context
// ends, or a server that hangs would make people wait for the client's own timeouts.
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
		return nil, errors.New("redisguard: the client does not obey the deadlines of contexts: set ContextTimeoutEnabled in its options")
	}
	if opts.Name == "" {
		opts.Name = "guard"
	}
	if strings.ContainsAny(opts.Name, "{}") {
		return nil, fmt.Errorf("redisguard: the name %q has braces, which it gets by itself: want it without", opts.Name)
	}
	return &Store{client: client, prefix: "{" + opts.Name + "}:" + layout + ":"}, nil
}

//go:embed step.lua
var source string

var script = redis.NewScript(source)

// layout is the version of what the values look like: values of another one are not read.
const layout = "1"

// operations are the names that the script has for what a step does.
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
		return guard.Result{}, fmt.Errorf("the script answered %d numbers instead of %d", len(answer), 2+3*tallies)
	}
	result := guard.Result{Taken: answer[0] == 1, At: time.UnixMilli(answer[1]), Tallies: make([]guard.Tally, tallies)}
	for i := range result.Tallies {
		n := answer[2+3*i:]
		result.Tallies[i] = guard.Tally{Sent: int(n[0]), Verified: int(n[1]), Wait: time.Duration(n[2]) * time.Millisecond}
	}
	return result, nil
}

// appendLimit writes a limit as the script reads it: a window of 6 bytes, most of 4, earned of 1. Those that a
// guard has fit.
func appendLimit(b []byte, l guard.Limit) []byte {
	window := binary.BigEndian.AppendUint64(nil, uint64(l.Within.Milliseconds()))
	b = append(b, window[2:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(l.Most))
	return append(b, byte(l.Earned))
}
