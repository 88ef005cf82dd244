package guard

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

// clientKey is the key of a context's client.
type clientKey struct{}

// client is what a context knows of whoever asks.
type client struct {
	addr netip.Addr
	none bool // no client does
}

// WithClient returns a context that knows the IP address of the client which it works for. [Guard.Ask]
// and [Guard.Intercept] take it from there.
func WithClient(ctx context.Context, addr netip.Addr) context.Context {
	return context.WithValue(ctx, clientKey{}, client{addr: addr})
}

// WithoutClient returns a context for codes that the application sends by itself, such as invitations
// from a job: no stranger asked for them, and no limit of a client applies.
func WithoutClient(ctx context.Context) context.Context {
	return context.WithValue(ctx, clientKey{}, client{none: true})
}

// fill completes a Send with the client that the context knows.
func fill(ctx context.Context, s Send) Send {
	if known, ok := ctx.Value(clientKey{}).(client); ok && !s.Client.IsValid() && !s.NoClient {
		s.Client, s.NoClient = known.addr, known.none
	}
	return s
}

// Clients is a middleware that has the context of each request know its client, as [ClientIP] finds
// it.
func Clients(proxies ...netip.Prefix) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(WithClient(r.Context(), ClientIP(r, proxies...))))
		})
	}
}

// ClientIP returns the IP address of the client that sent a request, without its zone. It is the
// zero Addr when there is none to read.
//
// Without proxies it is the address that the connection came from. Behind your own proxies, name
// their addresses: then it is the last one in the header X-Forwarded-For that is not a proxy's.
// What comes before it, the client may have made up.
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
	// A connection over a Unix socket, which has no address, came from a proxy on this machine.
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

// parseAddr reads an IP address, which may have a port.
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

// plain is an address in the one form that it is compared in.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

// The networks that are counted as one, next to each client.
const (
	networkIPv4 = 24
	networkIPv6 = 48
)

// prefixes returns the addresses that count as one client, and those that count as one network:
// whoever has one address of IPv6 has all those of its prefix, and often more.
func (g *Guard) prefixes(addr netip.Addr) (client, network netip.Prefix) {
	addr = plain(addr)
	clientBits, networkBits := 32, networkIPv4
	if addr.Is6() {
		clientBits, networkBits = g.cfg.IPv6Prefix, networkIPv6
	}
	// The bits are in the range of the address, so there is no error.
	client, _ = addr.Prefix(clientBits)
	network, _ = addr.Prefix(min(networkBits, clientBits))
	return client, network
}
