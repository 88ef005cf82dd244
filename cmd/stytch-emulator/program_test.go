package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// asProgram is the environment variable that makes the test binary run the
// program.
const asProgram = "BE_THE_EMULATOR"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	var broken atomic.Bool
	validate = func(err error) {
		broken.Store(true)
		fmt.Fprintln(os.Stderr, "the emulator:", err)
	}
	code := m.Run()
	if broken.Load() {
		fmt.Fprintln(os.Stderr, "FAIL: a response of the emulator breaks the spec")
		code = 1
	}
	os.Exit(code)
}

const (
	phone = "+15005550006"
	email = "ada@example.com"
)

// output collects the output of a program.
type output struct {
	mu      sync.Mutex
	data    bytes.Buffer
	waiting map[string]chan struct{}
}

func (o *output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.data.Write(data)
	for text, there := range o.waiting {
		if strings.Contains(o.data.String(), text) {
			close(there)
			delete(o.waiting, text)
		}
	}
	return len(data), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.data.String()
}

// has returns a channel that is closed when a text is printed.
func (o *output) has(text string) <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	there := make(chan struct{})
	if strings.Contains(o.data.String(), text) {
		close(there)
		return there
	}
	if o.waiting == nil {
		o.waiting = map[string]chan struct{}{}
	}
	o.waiting[text] = there
	return there
}

// program is the program, run in the test's process.
type program struct {
	t              *testing.T
	url            string
	project        string // of the calls of the control API; empty for the first one
	env            map[string]string
	stdout, stderr *output
	cancel         context.CancelFunc
	exit           chan int
	code           int
	once           sync.Once
}

// launch runs the program on a free port until the test ends.
func launch(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &program{t: t, stdout: &output{}, stderr: &output{}, cancel: cancel, exit: make(chan int, 1), env: map[string]string{}}
	if !strings.Contains(strings.Join(args, " "), "--port") {
		args = append([]string{"--port", "0"}, args...)
	}
	greeted := p.stdout.has("# Inbox: ")
	go func() { p.exit <- run(ctx, args, p.stdout, p.stderr) }()
	select {
	case <-greeted:
	case code := <-p.exit:
		t.Fatalf("the program ended with %d: %s", code, p.stderr)
	}
	t.Cleanup(func() { p.end() })
	for _, line := range regexp.MustCompile(`(?m)^export (\w+)=(.*)$`).FindAllStringSubmatch(p.stdout.String(), -1) {
		p.env[line[1]] = strings.ReplaceAll(strings.Trim(line[2], "'"), `'\''`, "'")
	}
	p.url = p.env["STYTCH_BASE_URL"]
	return p
}

// end stops the program like a signal, and returns its exit code.
func (p *program) end() int {
	p.once.Do(func() {
		p.cancel()
		p.code = <-p.exit
	})
	return p.code
}

func (p *program) client() *stytch.Client {
	p.t.Helper()
	return must(stytch.NewClient(p.env["STYTCH_PROJECT_ID"], p.env["STYTCH_SECRET"], stytch.WithBaseURL(p.url)))(p.t)
}

func (p *program) b2b() *b2b.Client {
	p.t.Helper()
	return must(b2b.NewClient(p.env["STYTCH_PROJECT_ID"], p.env["STYTCH_SECRET"], stytch.WithBaseURL(p.url)))(p.t)
}

// send sends a code by SMS and returns the method's ID.
func (p *program) send(number string) string {
	p.t.Helper()
	return must(p.client().OTPs.SMS.LoginOrCreate(p.t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: number}))(p.t).PhoneID
}

// login logs a user in.
func (p *program) login(number string) *stytch.OTPsAuthenticateResponse {
	p.t.Helper()
	methodID := p.send(number)
	return must(p.client().OTPs.Authenticate(p.t.Context(), stytch.OTPsAuthenticateRequest{
		MethodID: methodID, Code: p.wait(number).Code, SessionDurationMinutes: new(60),
	}))(p.t)
}

// message has the fields of a message that the tests read.
type message struct {
	ID, Code, Link, Token, LoginLink, Address, Channel, Locale, Purpose string
}

// wait returns the next message to an address.
func (p *program) wait(address string) message {
	p.t.Helper()
	status, body := p.call(http.MethodGet, "/api/messages/wait?address="+strings.ReplaceAll(address, "+", "%2B"), "")
	if status != http.StatusOK {
		p.t.Fatalf("waiting for a message: %d %s", status, body)
	}
	return decoded[message](p.t, body)
}

// call makes a call of the control API, and compares the response with
// control.yaml.
func (p *program) call(method, path, body string, headers ...string) (int, string) {
	p.t.Helper()
	resp := p.ask(method, path, body, headers...)
	defer resp.Body.Close()
	data := must(io.ReadAll(resp.Body))(p.t)
	checkAnswer(p.t, method, resp.Request.URL.Path, resp, data)
	return resp.StatusCode, string(data)
}

// ask makes a call of the control API and returns the unread response.
func (p *program) ask(method, path, body string, headers ...string) *http.Response {
	p.t.Helper()
	r := must(http.NewRequestWithContext(p.t.Context(), method, p.url+root+p.scoped(path), strings.NewReader(body)))(p.t)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return must(http.DefaultClient.Do(r))(p.t)
}

// scoped adds the project to the query of a path.
func (p *program) scoped(path string) string {
	if p.project == "" {
		return path
	}
	if strings.Contains(path, "?") {
		return path + "&project=" + p.project
	}
	return path + "?project=" + p.project
}

// does makes a call of the control API that must succeed.
func (p *program) does(method, path, body string) string {
	p.t.Helper()
	status, answer := p.call(method, path, body)
	if status >= 300 {
		p.t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	return answer
}

func decoded[T any](t *testing.T, data string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}

// must ends the test if there is an error.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wants reports an error whose type is not the wanted one.
func wants(t *testing.T, err error, want stytch.ErrorType) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %s", err, want)
	}
}

// write writes a file for the program to read, and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fails runs the program, which must end by itself.
func fails(t *testing.T, args ...string) (code int, complaint string) {
	t.Helper()
	var stdout, stderr output
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	started := stdout.has("# Inbox: ")
	go func() {
		select {
		case <-started:
			cancel() // it started, so it did not fail
		case <-ctx.Done():
		}
	}()
	code = run(ctx, args, &stdout, &stderr)
	if out := stdout.String(); out != "" {
		t.Errorf("standard output contains %q", out)
	}
	return code, stderr.String()
}
