package main

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/stytchgen/sdk/stytchtest"
)

// variable is one of the environment variables that point the SDK at the
// emulator.
type variable struct{ name, value string }

func environment(p *stytchtest.Project) []variable {
	values := p.Environment()
	var list []variable
	for _, name := range []string{"STYTCH_PROJECT_ID", "STYTCH_SECRET", "STYTCH_BASE_URL", "STYTCH_PUBLIC_TOKEN"} {
		list = append(list, variable{name, values[name]})
	}
	return list
}

// isExposed reports whether other machines can reach the server.
func (e *emulator) isExposed() bool {
	if ip := net.ParseIP(e.host); ip != nil {
		return !ip.IsLoopback()
	}
	u, err := url.Parse(e.srv.URL()) // has the address of the host's name
	if err != nil {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && !ip.IsLoopback()
}

// greet prints the variables to paste. All other lines are shell comments, so
// that a shell can source the whole output.
func (e *emulator) greet(w io.Writer) {
	base := e.srv.URL()
	fmt.Fprintf(w, "# The emulator is running at %s. Set these variables for your application:\n\n", base)
	for _, v := range environment(e.srv.Project) {
		fmt.Fprintf(w, "export %s=%s\n", v.name, shellQuote(v.value))
	}
	fmt.Fprintf(w, "\n# Inbox: %s%s/\n", base, root)
}

// shellQuote quotes a value for a shell.
func shellQuote(value string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/=+@%[]"
	if value != "" && strings.Trim(value, plain) == "" {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
