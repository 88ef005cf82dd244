package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// A server serves one response over TLS on loopback.
type server struct {
	*httptest.Server
	opened atomic.Int64 // connections
}

// serve starts a server. This process and its child processes trust the server's certificate, through the
// variable SSL_CERT_FILE. crypto/x509 reads it where the system's certificates are in files.
func (b *bench) serve(answer string, http2 bool) (*server, error) {
	s := new(server)
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	s.EnableHTTP2 = http2
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.opened.Add(1)
		}
	}
	s.StartTLS()
	file := filepath.Join(b.temp, "certificate.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, certificate, 0o600); err != nil {
		return nil, err
	}
	return s, os.Setenv("SSL_CERT_FILE", file) // all httptest servers have the same certificate
}

// bareTransport is the transport of the floor: the default transport, but with enough idle
// connections for all callers.
func bareTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}

// overTLS measures `authenticate` over TLS on loopback.
func (b *bench) overTLS(ctx context.Context) ([]figure, error) {
	var list []figure
	for _, protocol := range []struct {
		name  string
		http2 bool
	}{{"HTTP/1.1", false}, {"HTTP/2", true}} {
		for _, callers := range []int{1, 64} {
			f, err := b.tlsCase(ctx, fmt.Sprintf("TLS, %s, %d at a time", protocol.name, callers), protocol.http2, callers)
			if err != nil {
				return nil, err
			}
			list = append(list, f...)
		}
	}
	return list, nil
}

func (b *bench) tlsCase(ctx context.Context, name string, http2 bool, callers int) ([]figure, error) {
	c := b.authenticate()
	s, err := b.serve(c.response, http2)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	r, err := c.request(ctx, s.URL)
	if err != nil {
		return nil, err
	}
	bare := bareTransport()
	defer bare.CloseIdleConnections()
	usual := http.DefaultTransport.(*http.Transport).Clone()
	defer usual.CloseIdleConnections()
	f := floor{&http.Client{Transport: bare}}
	// The SDK uses its own transport, as in an application without options.
	sdk, hand := c.sdk(s.URL, nil), c.reflective(r, reflective{&http.Client{Transport: usual}})
	e := b.effort
	e.sample *= 2 // so that single goroutine switches do not matter
	overTLS := func(name string, op func(context.Context) error) subject {
		call := func() error { return op(ctx) }
		t := subject{name: name, run: parallel(callers, call), batch: callers}
		if callers == 1 {
			t.prepare = func() error { return s.reconnect(call) }
		}
		return t
	}
	subjects := []subject{
		overTLS("floor", func(ctx context.Context) error { return f.call(ctx, r) }),
		overTLS("SDK", sdk),
		overTLS("reflective", hand),
	}
	if callers == 1 {
		subjects = append(subjects, overTLS(readingFloor, func(ctx context.Context) error {
			return f.read(ctx, r, c.response)
		}))
	}
	return b.compare(name, e, subjects...)
}

// reconnect makes the next calls use a new connection. A single connection is faster or slower than another
// for its whole life, by more than what is measured, because of how the kernel wakes the waiting thread.
func (s *server) reconnect(call func() error) error {
	s.CloseClientConnections()
	_ = call()      // it may use a connection that is being closed
	for range 100 { // TLS starts with small records
		if err := call(); err != nil {
			return err
		}
	}
	return nil
}

// parallel returns a run function that calls op n times in each of several goroutines.
func parallel(callers int, op func() error) func(int) error {
	return func(n int) error {
		if callers == 1 {
			return each(op)(n)
		}
		var left atomic.Int64
		left.Store(int64(n * callers))
		errs := make([]error, callers)
		var wait sync.WaitGroup
		for i := range callers {
			wait.Go(func() {
				for errs[i] == nil && left.Add(-1) >= 0 {
					errs[i] = op()
				}
			})
		}
		wait.Wait()
		return errors.Join(errs...)
	}
}

const connectionsCase = "connections for 640 calls from 32 goroutines"

// connections counts the connections opened for 640 calls from 32 goroutines.
func (b *bench) connections(ctx context.Context) ([]figure, error) {
	const callers, calls = 32, 640
	c := b.authenticate()
	opened := map[string]int64{}
	for _, name := range []string{"floor", "SDK", "reflective"} {
		s, err := b.serve(c.response, false)
		if err != nil {
			return nil, err
		}
		r, err := c.request(ctx, s.URL)
		if err != nil {
			return nil, err
		}
		bare, usual := bareTransport(), http.DefaultTransport.(*http.Transport).Clone()
		var op func(context.Context) error
		switch name {
		case "floor":
			f := floor{&http.Client{Transport: bare}}
			op = func(ctx context.Context) error { return f.call(ctx, r) }
		case "SDK":
			op = c.sdk(s.URL, nil)
		case "reflective":
			op = c.reflective(r, reflective{&http.Client{Transport: usual}})
		}
		err = parallel(callers, func() error { return op(ctx) })(calls / callers)
		opened[name] = s.opened.Load()
		bare.CloseIdleConnections()
		usual.CloseIdleConnections()
		s.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	base := count(opened["floor"], "opened")
	return []figure{
		exact(connectionsCase, "SDK", "floor", count(opened["SDK"], "opened"), base),
		exact(connectionsCase, "reflective", "floor", count(opened["reflective"], "opened"), base),
	}, nil
}
