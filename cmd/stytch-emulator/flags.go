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

const usage = `stytch-emulator emulates the authentication service Stytch on this machine, without an account and
without a network. It sends no messages: the page at /_emulator/ shows them instead.

Usage:
  stytch-emulator [flags]
  stytch-emulator health [URL]   exit with 0 if an emulator is ready at URL, or with 1 (default ` + defaultURL + `)
  stytch-emulator coverage       list the calls of the API, and which of them are emulated
  stytch-emulator schema         print the JSON Schema of the file of --seed, for editors

Flags:
  --port N           listen on this port; 0 for a free one (default 8787)
  --host NAME        listen on this address; if it is not loopback, other machines get access (default 127.0.0.1)
  --allow-host NAME  also accept this host name for the page and the control API, such as that of a tunnel; separate
                     several by commas
  --state FILE       load the state from FILE and save it there: users, sessions, organizations, messages, signing
                     keys, the clock
  --seed FILE        add what is in FILE, in YAML or JSON: users, organizations, members, clients, settings
  --code DIGITS      use this code in every message, six digits, instead of random codes
  --project-id ID    the project id that clients use (default ` + defaultProjectID + `)
  --secret SECRET    the secret that clients use (default ` + defaultSecret + `)
  --log-format F     log to standard error as text or json (default text)
  -h                 show this help

The program prints environment variables to standard output. All other lines there are shell comments.

Exit codes:
  0  stopped by SIGINT or SIGTERM; the state is saved
  1  could not listen, or could not save the state
  2  the command line, the state file or the seed file is not valid
`

// The default credentials. They give access to the emulator only.
const (
	defaultProjectID = "project-test-11111111-1111-4111-8111-111111111111"
	defaultSecret    = "secret-test-emulator-11111111111111111111111="
)

// defaultURL is where an emulator listens without flags.
const defaultURL = "http://127.0.0.1:8787"

// options are the values of the command line.
type options struct {
	host, port        string
	state, seed       string
	code              string
	projectID, secret string // empty: not given
	logFormat         string
	allowed           []string // host names
}

func parse(args []string) (options, error) {
	var o options
	var port uint
	var allowed string
	flags := flag.NewFlagSet("stytch-emulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.UintVar(&port, "port", 8787, "")
	flags.StringVar(&o.host, "host", "127.0.0.1", "")
	flags.StringVar(&allowed, "allow-host", "", "")
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
		return o, fmt.Errorf("%q is not a flag; the program takes no arguments", flags.Arg(0))
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
	if allowed != "" {
		o.allowed = strings.Split(strings.ToLower(allowed), ",")
	}
	o.port = strconv.FormatUint(uint64(port), 10)
	return o, o.check(port)
}

func (o options) check(port uint) error {
	for _, name := range o.allowed {
		if name == "" || strings.ContainsAny(name, "/[]*: ") {
			return fmt.Errorf("--allow-host %q: want a host name, without a scheme and a port", name)
		}
	}
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
