// Command login-b2b is a web application to copy. Members of organizations log in with
// a code by e-mail and choose their organization. If it requires a second factor, they
// enter a code by SMS. An administrator invites colleagues by e-mail, and changes their
// roles. The larger examples/login explains more about what the two have in common.
//
//	go run ./examples/login-b2b
//
// starts it with an emulator that has a few organizations, in the same process, and shows
// the codes at /inbox. Set STYTCH_PROJECT_ID and STYTCH_SECRET, and STYTCH_BASE_URL if
// needed, to use a real service instead. In its dashboard, make the application's address
// with the path /login/invitation the default redirect URL for invitations.
//
// login.go proves the e-mail address, organizations.go lists the organizations,
// second.go asks for the second factor, and code.go has the page for all codes. team.go
// is the page of members, and invitation.go accepts an invitation.
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

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "login-b2b:", err)
		os.Exit(1)
	}
}

// run runs the program until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("login-b2b", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:3001", "the `address` to listen on; with port 0, a free one")
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
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return fmt.Errorf("%w; use --addr for another address", err)
	}
	defer listener.Close()
	if fromEnvironment() {
		client, err := b2b.FromEnv(clientOptions(g)...)
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
		if err := invitationsTo(emulator.Project, listener.Addr()); err != nil {
			return err
		}
		a.client, a.inbox = emulator.B2B(clientOptions(g)...), inbox(emulator.Inbox())
	}

	fmt.Fprintf(stdout, "Log in at             http://%s/\n", listener.Addr())
	if a.inbox != nil {
		fmt.Fprintf(stdout, "The codes arrive at   http://%s/inbox\n%s", listener.Addr(), people)
	}
	return serve(ctx, listener, a.handler(), log)
}

// ownOptions set a timeout that is shorter than people wait for a page.
var ownOptions = []stytch.Option{stytch.WithTimeout(10 * time.Second), stytch.WithUserAgent("stytchgen-example-login-b2b/1")}
