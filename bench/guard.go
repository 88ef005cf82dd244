package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os/exec"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/guard/redisguard"
)

// asks measures the cost of asking the guard before a code is sent.
func (b *bench) asks(ctx context.Context) ([]figure, error) {
	list, err := b.asksInMemory(ctx)
	if err != nil {
		return nil, err
	}
	more, err := b.asksInRedis(ctx)
	return append(list, more...), err
}

// asksInMemory compares an ask with the hashes that it computes: for two counters of the address,
// the client and its network.
func (b *bench) asksInMemory(ctx context.Context) ([]figure, error) {
	key, text := make([]byte, 32), []byte("phone 14155550123")
	allowed, err := newAsker(ctx, guard.Config{MaxCounters: 10_000_000}, true)
	if err != nil {
		return nil, err
	}
	refused, err := newAsker(ctx, guard.Config{}, false)
	if err != nil {
		return nil, err
	}
	return b.compare("ask, in memory", b.effort,
		subject{name: "four HMAC-SHA256", run: each(func() error {
			for range 4 {
				mac := hmac.New(sha256.New, key)
				mac.Write(text)
				mac.Sum(nil)
			}
			return nil
		}), counts: true},
		subject{name: "SDK, allowed", run: each(allowed), counts: true},
		subject{name: "SDK, has to wait", run: each(refused), counts: true},
	)
}

// asksInRedis compares an ask with a bare round trip to the same server.
func (b *bench) asksInRedis(ctx context.Context) ([]figure, error) {
	client, stop, err := startRedis(ctx, b.temp)
	if errors.Is(err, exec.ErrNotFound) {
		b.note("There was no redis-server, so the cost of an ask in Redis was not measured.")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer stop()
	store, err := redisguard.New(client, redisguard.Options{})
	if err != nil {
		return nil, err
	}
	cfg := guard.Config{Store: store, Key: make([]byte, 32), StoreDown: guard.FailClosed}
	allowed, err := newAsker(ctx, cfg, true)
	if err != nil {
		return nil, err
	}
	refused, err := newAsker(ctx, cfg, false)
	if err != nil {
		return nil, err
	}
	nothing := redis.NewScript("return 1")
	return b.compare("ask, in Redis", b.effort,
		subject{name: "PING", run: each(func() error { return client.Ping(ctx).Err() })},
		subject{name: "a script that does nothing", run: each(func() error { return nothing.Run(ctx, client, []string{"key"}).Err() })},
		subject{name: "SDK, allowed", run: each(allowed)},
		subject{name: "SDK, has to wait", run: each(refused)},
	)
}

// newAsker returns a function that asks a guard once, with the default limits. If allowed is set, each
// ask has another address and client, and all are allowed. Otherwise all asks have the same.
func newAsker(ctx context.Context, cfg guard.Config, allowed bool) (func() error, error) {
	limits := func(within ...time.Duration) (list []guard.Limit) {
		for _, w := range within {
			list = append(list, guard.Limit{Most: 1_000_000_000, Within: w, Earned: 3})
		}
		return list
	}
	cfg.PerCountry, cfg.PhoneTotal, cfg.Log = limits(time.Hour, 24*time.Hour), limits(time.Hour, 24*time.Hour), slog.New(slog.DiscardHandler)
	cfg.PerNetwork = limits(10*time.Minute, 24*time.Hour)
	cfg.Alarm.Least = 1_000_000_000
	g, err := guard.New(cfg)
	if err != nil {
		return nil, err
	}
	n := 0
	return func() error {
		if allowed {
			n++
		}
		d, err := g.Ask(ctx, guard.Send{
			Address: fmt.Sprintf("+1415%07d", n%10_000_000), Client: netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}),
		})
		if err == nil && allowed && !d.Allowed() {
			err = d.Err()
		}
		return err
	}, nil
}

// startRedis starts a server on a free port of this machine.
func startRedis(ctx context.Context, folder string) (*redis.Client, func(), error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	addr := listener.Addr().(*net.TCPAddr)
	if err := listener.Close(); err != nil {
		return nil, nil, err
	}
	server := exec.CommandContext(ctx, path, "--bind", addr.IP.String(), "--port", fmt.Sprint(addr.Port), "--save", "", "--appendonly", "no", "--dir", folder)
	if err := server.Start(); err != nil {
		return nil, nil, err
	}
	client := redis.NewClient(&redis.Options{Addr: addr.String(), ContextTimeoutEnabled: true})
	stop := func() {
		_ = client.Close()
		_ = server.Process.Kill()
		_ = server.Wait()
	}
	for deadline := time.Now().Add(10 * time.Second); client.Ping(ctx).Err() != nil; {
		if ctx.Err() != nil || time.Now().After(deadline) {
			stop()
			return nil, nil, errors.New("the redis-server does not respond")
		}
	}
	return client, stop, nil
}
