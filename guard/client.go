package guard

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

// clientKey is the key of a context's client.
type clientKey struct{}

// client is the client of a context.
type client struct {
	addr netip.Addr
	none bool // set by WithoutClient
}

// WithClient returns a context with the IP address of the client that a request came from. [Guard.Ask]
// and [Guard.Intercept] use it.
func WithClient(ctx context.Context, addr netip.Addr) context.Context {
	return context.WithValue(ctx, clientKey{}, client{addr: addr})
}

// WithoutClient returns a context for codes that the application sends by itself, such as invitations
// from a job. No limits of clients and networks apply.
func WithoutClient(ctx context.Context) context.Context {
	return context.WithValue(ctx, clientKey{}, client{none: true})
}

// fill adds the client of the context to a Send without one.
func fill(ctx context.Context, s Send) Send {
	if known, ok := ctx.Value(clientKey{}).(client); ok && !s.Client.IsValid() && !s.NoClient {
		s.Client, s.NoClient = known.addr, known.none
	}
	return s
}

// Clients returns a middleware that puts the client of each request into its context. It finds the
// client like [ClientIP].
func Clients(proxies ...netip.Prefix) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(WithClient(r.Context(), ClientIP(r, proxies...))))
		})
	}
}

// ClientIP returns the IP address of the client that sent a request, without its zone. It returns
// the zero Addr if there is no valid address.
//
// Without proxies, this is the address of the connection. If your own proxies are in front of the
// application, pass their addresses. Then it is the last address in the header X-Forwarded-For
// that is not a proxy. A client can forge the entries before it.
func ClientIP(r *http.Request, proxies ...netip.Prefix) netip.Addr {
	trusted := func(addr netip.Addr) bool {
		for _, p := range proxies {
			if p.Contains(addr) {
				return true
			}
		}
		return false
	}
	addr := parseAddr(r.RemoteAddr)
	// A connection over a Unix socket has no address. It comes from a proxy on this machine.
	if len(proxies) == 0 || addr.IsValid() && !trusted(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := parseAddr(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break
		}
		if addr = hop; !trusted(addr) {
			break
		}
	}
	return addr
}

// parseAddr parses an IP address with an optional port.
func parseAddr(s string) netip.Addr {
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}
		}
		addr = withPort.Addr()
	}
	return plain(addr)
}

// plain normalizes an address for comparisons.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

// The sizes of the networks that are counted next to each client.
const (
	networkIPv4 = 24
	networkIPv6 = 48
)

// prefixes returns the addresses that count as one client, and those that count as one network. A
// client with one IPv6 address has all addresses of its prefix, and often more.
func (g *Guard) prefixes(addr netip.Addr) (client, network netip.Prefix) {
	addr = plain(addr)
	clientBits, networkBits := 32, networkIPv4
	if addr.Is6() {
		clientBits, networkBits = g.cfg.IPv6Prefix, networkIPv6
	}
	// The prefix lengths are valid, so there is no error.
	client, _ = addr.Prefix(clientBits)
	network, _ = addr.Prefix(min(networkBits, clientBits))
	return client, network
}
