package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"unicode"
)

const usage = `stytch-emulator answers the one-time passcode and session calls of Stytch on this machine: no account, no
network, no message. What it would send is shown at /_emulator/.

Usage:
  stytch-emulator [flags]

Flags:
  --port N           listen on this port; 0 for a free one (default 8787)
  --host NAME        listen on this address; any but a loopback one lets other machines in (default 127.0.0.1)
  --state FILE       begin with what FILE holds, and keep it there: users, sessions, organizations, messages, the
                     signing keys, the clock
  --seed FILE        add the organizations and members that FILE names, in YAML
  --code DIGITS      the code of every message, six digits, instead of random ones
  --project-id ID    the project id that clients use (default ` + defaultProjectID + `)
  --secret SECRET    the secret that clients use (default ` + defaultSecret + `)
  --log-format F     log to standard error as text or json (default text)
  -h                 show this help

The environment to paste is printed to standard output; every other line there is a shell comment.

Exit codes:
  0  ended by SIGINT or SIGTERM, with everything saved
  1  cannot listen, or cannot save the state
  2  the command line is wrong, or the state or the seed is refused
`

// The credentials, unless the command line or the state says otherwise. They
// open nothing.
const (
	defaultProjectID = "project-test-11111111-1111-4111-8111-111111111111"
	defaultSecret    = "secret-test-emulator-11111111111111111111111="
)

// options are what the command line asks for.
type options struct {
	host, port        string
	state, seed       string
	code              string
	projectID, secret string // empty: not given
	logFormat         string
}

func parse(args []string) (options, error) {
	var o options
	var port uint
	flags := flag.NewFlagSet("stytch-emulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.UintVar(&port, "port", 8787, "")
	flags.StringVar(&o.host, "host", "127.0.0.1", "")
	flags.StringVar(&o.state, "state", "", "")
	flags.StringVar(&o.seed, "seed", "", "")
	flags.StringVar(&o.code, "code", "", "")
	flags.StringVar(&o.projectID, "project-id", "", "")
	flags.StringVar(&o.secret, "secret", "", "")
	flags.StringVar(&o.logFormat, "log-format", "text", "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag, and there are no arguments", flags.Arg(0))
	}
	var empty error
	flags.Visit(func(f *flag.Flag) {
		if f.Value.String() == "" && empty == nil {
			empty = fmt.Errorf("--%s is empty", f.Name)
		}
	})
	if empty != nil {
		return o, empty
	}
	o.port = strconv.FormatUint(uint64(port), 10)
	return o, o.check(port)
}

func (o options) check(port uint) error {
	unprintable := func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || unicode.IsSpace(r) }
	switch {
	case port > 65535:
		return fmt.Errorf("--port %d: want 0 to 65535", port)
	case o.code != "" && (len(o.code) != 6 || strings.Trim(o.code, "0123456789") != ""):
		return fmt.Errorf("--code %q: want six digits", o.code)
	case strings.ContainsFunc(o.projectID, unprintable) || strings.Contains(o.projectID, ":"):
		return fmt.Errorf("--project-id %q: want printable ASCII without spaces and colons", o.projectID)
	case strings.ContainsFunc(o.secret, unprintable):
		return fmt.Errorf("--secret: want printable ASCII without spaces")
	case o.logFormat != "text" && o.logFormat != "json":
		return fmt.Errorf("--log-format %q: want text or json", o.logFormat)
	case strings.ContainsAny(o.host, "/[] ") || strings.Contains(o.host, ":") && net.ParseIP(o.host) == nil:
		return fmt.Errorf("--host %q: want a name or an address, without a port", o.host)
	}
	return nil
}
