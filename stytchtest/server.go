// Package stytchtest emulates the authentication service Stytch, for tests. It
// keeps users, codes, sessions and organizations like the service. Messages go to
// an inbox instead of to a phone or mailbox. [Calls] lists the calls that it
// answers; any other call of the API gets status 501.
//
//	srv := stytchtest.NewServer(t)
//	client := srv.Client()
//	sent, err := client.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: "+15005550006"})
//	message, err := srv.Inbox().WaitFor(ctx, "+15005550006")
//	auth, err := client.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: message.Code})
//
// Requests and responses are checked against the spec that the SDK is generated
// from. The program stytch-emulator is the same emulator, for clients in other
// languages and for manual use in a browser.
package stytchtest

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// Server is an emulator on a loopback address. Client and B2B use its embedded
// Project.
type Server struct {
	*Project

	limits   Limits
	code     string                 // the code of every message, or empty
	key      func() *rsa.PrivateKey // makes the first key of a project
	validate func(error)            // called for each response that breaks the spec; nil: off
	observe  func(Request)
	senders  *senders
	journal  *journal // nil without a store
	// snapshotMemory is how many bytes the named snapshots of all projects take.
	snapshotMemory atomic.Int64

	mu       sync.Mutex
	projects map[string]*Project

	url     string
	http    *http.Server
	closing chan struct{}
	served  chan error
}

// Config configures a server. The zero Config is valid.
type Config struct {
	// ProjectID and Secret are the credentials of the first project. They are
	// generated if empty.
	ProjectID, Secret string
	// Addr is the address to listen on, by default a free port of 127.0.0.1.
	Addr string
	// Code is the code of every message. If it is empty, codes are random.
	Code string
	// Limits are the limits that a project can configure at the service. A zero
	// field means the service's default.
	Limits Limits
	// Snapshot is the initial state, nil for none. Without a ProjectID, the
	// snapshot's first project is the first project.
	Snapshot []byte
	// Store keeps the state outside of the server. It is loaded at the start, and gets
	// every change; nil keeps the state in memory only. With a Snapshot, it must be empty.
	Store Store
	// Validate is called for each response that breaks the spec, error
	// responses too. If it is nil, responses are not checked.
	Validate func(error)
	// Observe is called for every request, before its response is sent. The request
	// has no Header, Query, Body and Response. Observe can be nil.
	Observe func(Request)
	// Webhooks are endpoints that get the events of the first project. One whose URL is in the
	// snapshot or in the Store is left out.
	Webhooks []WebhookEndpoint
	// ObserveWebhook is called after each attempt to deliver a webhook. It can be nil.
	ObserveWebhook func(WebhookDelivery)
	// Handler wraps the API's handler, for a program that serves more than the
	// API. Requests to the API wait until the Store is loaded.
	Handler func(api http.Handler) http.Handler

	key func() *rsa.PrivateKey // makes the first key of a project; nil for a key of the process
}

// Option changes the Config of a server in a test.
type Option func(*Config)

// WithCode sets the code of every message, six digits.
func WithCode(code string) Option { return func(c *Config) { c.Code = code } }

// WithLimits sets the limits that a project can configure at the service.
func WithLimits(limits Limits) Option { return func(c *Config) { c.Limits = limits } }

// WithCredentials sets the credentials of the first project.
func WithCredentials(projectID, secret string) Option {
	return func(c *Config) { c.ProjectID, c.Secret = projectID, secret }
}

// WithWebhook adds an endpoint that gets the events of the first project. Without a list of types, it gets all.
func WithWebhook(url, secret string, events ...string) Option {
	return func(c *Config) {
		c.Webhooks = append(c.Webhooks, WebhookEndpoint{URL: url, Secret: secret, Events: events})
	}
}

// TB is the part of testing.TB that NewServer needs.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// NewServer starts a server that is closed at the end of the test. A response
// that breaks the spec fails the test.
func NewServer(t TB, opts ...Option) *Server {
	t.Helper()
	config := Config{Validate: func(err error) { t.Errorf("stytchtest: %v", err) }, key: testKey}
	for _, opt := range opts {
		opt(&config)
	}
	s, err := Start(config)
	if err != nil {
		t.Fatalf("stytchtest: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Start starts a server without a test. Close ends it.
func Start(config Config) (*Server, error) {
	s, err := prepare(config)
	if err != nil {
		return nil, err
	}
	addr := config.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s.url = reachable(listener.Addr())
	loaded := make(chan struct{})
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: maxHeaders}
	if config.Store != nil {
		s.http.Handler = waitFor(loaded, s)
	}
	if config.Handler != nil {
		s.http.Handler = config.Handler(s.http.Handler)
	}
	go func() { s.served <- s.http.Serve(listener) }()
	if err := errors.Join(s.open(config), s.addWebhooks(config.Webhooks)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	close(loaded)
	s.senders.start()
	s.startWebhooks()
	return s, nil
}

// waitFor delays requests until the state is loaded.
func waitFor(loaded <-chan struct{}, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-loaded:
			handler.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
}

// open loads the store, or fills it with the snapshot.
func (s *Server) open(config Config) error {
	if config.Store == nil {
		return nil
	}
	s.journal = &journal{store: config.Store, number: 1}
	empty := true
	if err := config.Store.Load(func(string, string, []string, [][]byte) error { empty = false; return errFound }); err != nil && !errors.Is(err, errFound) {
		return err
	}
	if empty {
		return s.Save()
	}
	if config.Snapshot != nil {
		return errors.New("there is a snapshot, and the store is not empty")
	}
	return s.load(config.ProjectID)
}

// errFound ends the search for an entry.
var errFound = errors.New("the store is not empty")

// reachable is the URL of a listener for clients on this machine.
func reachable(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		addr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}
	}
	return "http://" + addr.String()
}

func prepare(config Config) (*Server, error) {
	if config.Code != "" && !sixDigits(config.Code) {
		return nil, fmt.Errorf("the code %q is not six digits", config.Code)
	}
	if config.Snapshot != nil && config.ProjectID == "" {
		snap, err := readSnapshot(config.Snapshot)
		if err != nil {
			return nil, err
		}
		config.ProjectID = snap.Projects[0].ID
	}
	if config.ProjectID == "" {
		config.ProjectID = newID("project")
	}
	if config.Secret == "" {
		config.Secret = newSecret()
	}
	if config.key == nil {
		config.key = processKey
		go processKey() // before the first login needs it
	}
	s := &Server{
		key: config.key, code: config.Code, limits: config.Limits.orDefault(), validate: config.Validate, observe: config.Observe,
		projects: map[string]*Project{}, closing: make(chan struct{}), served: make(chan error, 1), senders: newSenders(config.ObserveWebhook),
	}
	s.Project = s.AddProject(config.ProjectID, config.Secret)
	if config.Snapshot != nil {
		if err := s.Restore(config.Snapshot); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// addWebhooks adds the endpoints of the configuration that the snapshot or the store does
// not have.
func (s *Server) addWebhooks(endpoints []WebhookEndpoint) error {
	for _, e := range endpoints {
		if s.Webhooks().has(e.URL) {
			continue
		}
		if _, err := s.Webhooks().AddEndpoint(e); err != nil {
			return err
		}
	}
	return nil
}

func sixDigits(code string) bool {
	for _, c := range code {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(code) == 6
}

func (l Limits) orDefault() Limits {
	if l.Attempts == 0 {
		l.Attempts = defaultLimits.Attempts
	}
	if l.Lock == 0 {
		l.Lock = defaultLimits.Lock
	}
	if l.UnverifiedFactors == 0 {
		l.UnverifiedFactors = defaultLimits.UnverifiedFactors
	}
	return l
}

// Close ends the server and cancels the requests in progress.
func (s *Server) Close() error {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	return s.end(now, s.http.Close)
}

// Shutdown ends the server after the requests in progress are complete. If ctx ends
// first, it cancels them and returns ctx's error.
func (s *Server) Shutdown(ctx context.Context) error {
	return s.end(ctx, func() error {
		err := s.http.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, s.http.Close())
		}
		return err
	})
}

// end stops the HTTP server once, with the given function. Webhooks in progress can
// continue until ctx ends.
func (s *Server) end(ctx context.Context, stop func() error) error {
	s.mu.Lock()
	select {
	case <-s.closing:
		s.mu.Unlock()
		return nil
	default:
	}
	close(s.closing)
	s.mu.Unlock()
	err := stop()
	s.senders.end(ctx)
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// nextCode returns the code of the next message.
func (s *Server) nextCode(address string) string {
	switch {
	case isSandbox(address):
		return SandboxCode
	case s.code != "":
		return s.code
	}
	return newCode()
}

// Client returns a consumer client of the project. It uses the server's clock.
func (p *Project) Client(opts ...stytch.Option) *stytch.Client {
	c, err := stytch.NewClient(p.ID, p.Secret, p.Options(opts...)...)
	if err != nil {
		panic("stytchtest: the options of the client: " + err.Error())
	}
	return c
}

// B2B returns a B2B client of the project. It uses the server's clock.
func (p *Project) B2B(opts ...stytch.Option) *b2b.Client {
	c, err := b2b.NewClient(p.ID, p.Secret, p.Options(opts...)...)
	if err != nil {
		panic("stytchtest: the options of the client: " + err.Error())
	}
	return c
}

// Options returns options for the clients of an application under test: the server's URL and clock, then opts. An
// application that makes its own client gets them with the project's ID and Secret.
func (p *Project) Options(opts ...stytch.Option) []stytch.Option {
	return append([]stytch.Option{stytch.WithBaseURL(p.server.url), stytch.WithClock(p.clock.Now)}, opts...)
}

// Environment returns the variables that point an application at the project, by name: those that
// [stytch.FromEnv] reads, and STYTCH_PUBLIC_TOKEN.
func (p *Project) Environment() map[string]string {
	return map[string]string{
		"STYTCH_PROJECT_ID":   p.ID,
		"STYTCH_SECRET":       p.secret(),
		"STYTCH_BASE_URL":     p.URL(),
		"STYTCH_PUBLIC_TOKEN": p.PublicToken(),
	}
}

// Setenv sets the variables of [Project.Environment] until the end of a test, for an application that makes its
// clients with [stytch.FromEnv]. Such a client does not use the server's clock; pass it [Project.Options] for that.
func (p *Project) Setenv(t interface{ Setenv(name, value string) }) {
	for name, value := range p.Environment() {
		t.Setenv(name, value)
	}
}
