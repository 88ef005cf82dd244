// Command login is a web application to copy. People log in with a code by SMS,
// WhatsApp or e-mail, see a page for members, and log out, here or everywhere. It
// uses plain net/http, and works without JavaScript.
//
//	go run ./examples/login
//
// starts it with an emulator in the same process, and shows the codes at /inbox. Set
// STYTCH_PROJECT_ID and STYTCH_SECRET, and STYTCH_BASE_URL if needed, to use a real
// service instead.
//
// Start reading with app.go, which has the routes. The code is sent in login.go and
// checked in code.go. The pages behind the login are in members.go. The codes are
// limited in guard.go, and logins in progress are stored in pending.go. For development
// there are emulator.go and inbox.go. Tests of such an application are in login_test.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "login:", err)
		os.Exit(1)
	}
}

// run runs the program until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("login", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:3000", "the `address` to listen on; with port 0, a free one")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: the program takes only flags, see -h", flags.Arg(0))
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))

	g, err := guard.New(guard.Config{Log: log})
	if err != nil {
		return err
	}
	a := &app{guard: g, log: log, now: time.Now}
	if fromEnvironment() {
		client, err := stytch.FromEnv(clientOptions(g)...)
		if err != nil {
			return err
		}
		a.client = client
	} else {
		emulator, err := startEmulator()
		if err != nil {
			return err
		}
		defer emulator.Close()
		a.client, a.inbox = emulator.Client(clientOptions(g)...), inbox(emulator.Inbox())
	}

	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return fmt.Errorf("%w; use --addr for another address", err)
	}
	fmt.Fprintf(stdout, "Log in at             http://%s/\n", listener.Addr())
	if a.inbox != nil {
		fmt.Fprintf(stdout, "The codes arrive at   http://%s/inbox\n", listener.Addr())
	}
	return serve(ctx, listener, a.handler(), log)
}

// ownOptions set a timeout that is shorter than people wait for a page. By
// default the client honors a Retry-After of up to half a minute.
var ownOptions = []stytch.Option{stytch.WithTimeout(10 * time.Second), stytch.WithUserAgent("stytchgen-example-login/1")}
