package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/stytchgen/sdk/stytchtest"
)

// drainTime is how long requests may continue when the program ends.
const drainTime = time.Second

// validate is called for responses that break the spec. Only tests set it.
var validate func(error)

// emulator is the running program.
type emulator struct {
	options
	log  *slog.Logger
	srv  *stytchtest.Server
	file *stateFile // nil without --state
	seed *seed      // nil without --seed
	feed *feed

	control http.Handler
	ready   chan struct{} // closed when control and srv are set

	streams context.Context // ends the streams of events
	finish  context.CancelFunc
	open    atomic.Int32 // how many streams are open
}

// start reads the seed and the state file, and starts to serve.
func start(o options, log *slog.Logger) (*emulator, error) {
	e := &emulator{options: o, log: log, feed: newFeed(), ready: make(chan struct{})}
	e.streams, e.finish = context.WithCancel(context.Background())
	var err error
	if o.seed != "" {
		if e.seed, err = readSeed(o.seed); err != nil {
			return nil, &refusedError{err}
		}
	}
	var snapshot []byte
	if o.state != "" {
		if e.file, snapshot, err = openStateFile(o.state); err != nil {
			return nil, &refusedError{err}
		}
	}
	if err := e.listen(snapshot); err != nil {
		e.finish()
		return nil, errors.Join(err, e.file.close())
	}
	e.control = newControl(e)
	close(e.ready)
	if e.isExposed() {
		log.Warn("other machines can reach the emulator, including its codes and its control API", "host", o.host)
	}
	return e, nil
}

// listen starts the server with the stored state, and applies the seed.
func (e *emulator) listen(snapshot []byte) error {
	config := stytchtest.Config{
		ProjectID: e.projectID, Secret: e.secret, Addr: net.JoinHostPort(e.host, e.port), Code: e.code,
		Snapshot: snapshot, Validate: validate, Observe: e.observe, ObserveWebhook: e.observeWebhook, Handler: e.handler,
	}
	if e.file != nil {
		config.Store = e.file.Store
	}
	if snapshot == nil && (e.file == nil || e.file.building) {
		config.ProjectID, config.Secret = cmp.Or(e.projectID, defaultProjectID), cmp.Or(e.secret, defaultSecret)
	}
	srv, err := stytchtest.Start(config)
	var network *net.OpError
	switch {
	case errors.As(err, &network) && errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("cannot listen on %s: %w; stop the program that uses this port, or choose another port with --port", config.Addr, network.Err)
	case errors.As(err, &network):
		return fmt.Errorf("cannot listen on %s: %w", config.Addr, network.Err)
	case err != nil && e.file != nil && (snapshot != nil || !e.file.building):
		return &refusedError{e.file.invalid(err)}
	case err != nil:
		return err
	}
	srv.Secret = cmp.Or(e.secret, srv.Secret)
	e.srv, e.projectID, e.secret = srv, srv.Project.ID, srv.Secret
	if err := e.seed.apply(srv.Project); err != nil {
		_ = srv.Close()
		return &refusedError{err}
	}
	err = srv.Save()
	if err == nil && e.file != nil {
		err = e.file.complete()
	}
	if err != nil {
		_ = srv.Close()
	}
	return err
}

// handler adds the control API to the API.
func (e *emulator) handler(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == root+"/ready" && !e.isReady() {
			writeJSON(w, http.StatusServiceUnavailable, map[string]bool{"ready": false})
			return
		}
		select {
		case <-e.ready:
		case <-r.Context().Done():
			return
		}
		switch {
		case r.URL.Path == "/" && r.Method == http.MethodGet:
			http.Redirect(w, r, root+"/", http.StatusFound)
		case r.URL.Path == root || strings.HasPrefix(r.URL.Path, root+"/"):
			e.control.ServeHTTP(w, r)
		default:
			api.ServeHTTP(w, r)
		}
	})
}

// isReady reports whether the state is loaded.
func (e *emulator) isReady() bool {
	select {
	case <-e.ready:
		return true
	default:
		return false
	}
}

// observe logs and announces every request of the API.
func (e *emulator) observe(r stytchtest.Request) {
	e.logRequest(r)
	e.feed.announce(false)
}

// reset returns a project to its initial state.
func (e *emulator) reset(p *stytchtest.Project) error {
	p.Reset()
	p.ClearFaults()
	p.Clock().Reset()
	return e.seed.apply(p)
}

// serve serves until ctx ends, then shuts the program down.
func (e *emulator) serve(ctx context.Context) error {
	<-ctx.Done()
	e.log.Info("ending")
	e.finish()
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	err := e.srv.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // a client that stays connected is not an error
	}
	if saved := e.srv.Save(); saved != nil {
		err = errors.Join(err, fmt.Errorf("the last state was not saved: %w", saved))
	}
	return errors.Join(err, e.file.close())
}
