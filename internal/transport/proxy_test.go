package transport

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// serviceBehind is a service that is reached only through a proxy.
const serviceBehind = "https://login.stytch.invalid"

// odd starts a proxy on loopback that handles each connection with serve.
func odd(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// answering starts a proxy that answers every CONNECT with a text, and then continues with more.
func answering(t *testing.T, text string, more func(net.Conn)) string {
	return odd(t, func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			return
		}
		_, _ = io.WriteString(conn, text)
		if more != nil {
			more(conn)
		}
	})
}

// proxyTest is a proxy, the beginning of the expected error, and the expected number of attempts.
type proxyTest struct {
	name, url, want string
	attempts        int
}

// proxies are proxies that fail.
func proxies(t *testing.T) []proxyTest {
	untrusted := httptest.NewUnstartedServer(nil)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	refusing := func(status string) string {
		return answering(t, "HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n", nil)
	}
	wants, wrong, down, policy := refusing("407 Proxy Authentication Required"), refusing("407 Proxy Authentication Required"), refusing("503 Service Unavailable"), refusing("403 Not here, s3cret")
	unknown, close, silent := refusing("299"), odd(t, func(net.Conn) {}), answering(t, "", func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) })
	garbage := answering(t, "HTTP/1.1 200 OK\r\n\r\n", func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1<<10)) // an answer before the request would be unexpected
		_, _ = io.WriteString(conn, "no TLS")
	})
	return []proxyTest{
		{"407", "http://" + wants, "the proxy http://" + wants + " wants a user and a password (status 407): put them before the host in its URL", 1},
		{"407 with credentials", "http://ada:s3cret@" + wrong + "/path?s3cret", "the proxy http://" + wrong + " refuses the user or the password in its URL (status 407)", 1},
		{"503", "http://" + down, "the proxy http://" + down + " refuses to connect to the service: status 503 Service Unavailable", 3},
		{"403", "http://ada:s3cret@" + policy, "the proxy http://" + policy + " refuses to connect to the service: status 403 Forbidden", 3},
		{"a status without a name", "http://" + unknown, "the proxy http://" + unknown + " refuses to connect to the service: status 299", 3},
		{"no proxy there", "http://ada:s3cret@127.0.0.1:1", "the proxy http://127.0.0.1:1 cannot be reached: dial tcp 127.0.0.1:1: connect: connection refused", 3},
		{"an untrusted certificate", strings.Replace(untrusted.URL, "https://", "https://ada:s3cret@", 1), "the proxy " + untrusted.URL + " cannot be reached: tls: failed to verify certificate", 3},
		{"no TLS", "https://" + wants, "the proxy https://" + wants + " cannot be reached: ", 3},
		{"connection closed", "http://" + close, "no connection through the proxy http://" + close + ": ", 3},
		{"no answer", "http://" + silent, "no connection through the proxy http://" + silent + ": the call timeout of ", 1},
		{"no TLS behind it", "http://" + garbage, "no connection through the proxy http://" + garbage + ": tls: first record does not look like a TLS handshake", 3},
		{"not a SOCKS proxy", "socks5://ada:s3cret@" + close, "no connection through the proxy socks5://" + close + ": ", 3},
	}
}

// check makes a call through a failing proxy, and returns the log.
func (test proxyTest) check(t *testing.T, change func(*Config)) {
	t.Helper()
	var logged strings.Builder
	c := newClient(t, serviceBehind, change, func(cfg *Config) {
		cfg.Logger = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
		if test.name == "no answer" {
			cfg.Timeout = 50 * time.Millisecond
		}
	})
	_, err := send(t.Context(), c, Unsent)
	f := failureOf(t, err)
	if f.StatusCode != 0 || f.OutcomeUnknown || f.Attempts != test.attempts {
		t.Errorf("status %d, outcome unknown: %t, %d attempts, want 0, false, %d", f.StatusCode, f.OutcomeUnknown, f.Attempts, test.attempts)
	}
	if text := f.Cause.Error(); !strings.HasPrefix(text, test.want) || strings.Contains(text, "s3cret") || strings.Contains(text, "ada") {
		t.Errorf("got  %s\nwant %s", text, test.want)
	}
	if text := logged.String(); !strings.Contains(text, "error=proxy") && !strings.Contains(text, "error=timeout") || strings.Contains(text, "s3cret") {
		t.Errorf("the log says %s", text)
	}
}

// TestProxyOfEnvironment makes failing calls through the SDK's own transport. net/http reads the
// environment only once, so each proxy gets its own process.
func TestProxyOfEnvironment(t *testing.T) {
	if want := os.Getenv("TEST_PROXY_WANT"); want != "" {
		attempts := 0
		_, _ = fmt.Sscan(os.Getenv("TEST_PROXY_ATTEMPTS"), &attempts)
		test := proxyTest{os.Getenv("TEST_PROXY_NAME"), os.Getenv("HTTPS_PROXY"), want, attempts}
		test.check(t, func(cfg *Config) { cfg.HTTPClient = nil })
		return
	}
	for _, test := range proxies(t) {
		t.Run(test.name, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyOfEnvironment$")
			command.Env = append(os.Environ(), "HTTPS_PROXY="+test.url, "NO_PROXY=", "no_proxy=", "https_proxy=",
				"TEST_PROXY_NAME="+test.name, "TEST_PROXY_WANT="+test.want, "TEST_PROXY_ATTEMPTS="+fmt.Sprint(test.attempts))
			if out, err := command.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestProxyOfTheApplication does the same with the application's own transport, which does not report
// the status.
func TestProxyOfTheApplication(t *testing.T) {
	for _, test := range proxies(t) {
		t.Run(test.name, func(t *testing.T) {
			u, err := url.Parse(test.url)
			if err != nil {
				t.Fatal(err)
			}
			switch test.name {
			case "503":
				test.want = "no connection through the proxy http://" + u.Host + ": Service Unavailable"
			case "403", "a status without a name":
				return // the error is then the proxy's own text
			}
			test.check(t, func(cfg *Config) {
				cfg.HTTPClient.Transport.(*http.Transport).Proxy = http.ProxyURL(u)
				cfg.Middleware = []func(http.RoundTripper) http.RoundTripper{func(next http.RoundTripper) http.RoundTripper { return next }}
			})
		})
	}
}

// TestProxyInPlaceOfTheService checks that the error names the proxy if it answers the call itself, as
// it does without TLS.
func TestProxyInPlaceOfTheService(t *testing.T) {
	proxy := record(t, respond(407, "<html>"))
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("ada", "s3cret")
	c := newClient(t, "http://login.stytch.invalid", func(cfg *Config) {
		cfg.AllowHTTP = true
		cfg.HTTPClient.Transport.(*http.Transport).Proxy = http.ProxyURL(u)
	})
	_, err = send(t.Context(), c, Safe)
	f := failureOf(t, err)
	if want := "the proxy " + proxy.URL + " refuses the user or the password in its URL (status 407)"; f.StatusCode != 407 || f.Attempts != 1 || f.Cause == nil || f.Cause.Error() != want {
		t.Errorf("status %d, %d attempts: %v, want %s", f.StatusCode, f.Attempts, f.Cause, want)
	}
}

// TestNoProxy checks that errors without a proxy do not name one.
func TestNoProxy(t *testing.T) {
	var named *proxyError
	if _, err := send(t.Context(), newClient(t, "http://127.0.0.1:1"), Safe); errors.As(err, &named) {
		t.Error(err)
	}
	// After a connection was made, the service may be the cause.
	server := newFaultServer(t, func(net.Conn) bool { return false })
	u, _ := url.Parse(server.url)
	c := newClient(t, "http://login.stytch.invalid", func(cfg *Config) {
		cfg.AllowHTTP = true
		cfg.HTTPClient.Transport.(*http.Transport).Proxy = http.ProxyURL(u)
	})
	_, err := send(t.Context(), c, Unsent)
	if f := failureOf(t, err); errors.As(err, &named) || !f.OutcomeUnknown {
		t.Errorf("outcome unknown: %t, %v", f.OutcomeUnknown, err)
	}
}
