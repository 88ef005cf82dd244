// Command login-api is an API to copy, for a single-page or mobile application. People log in with a code by SMS, and
// the application sends their session in the Authorization header of each request, without cookies.
//
//	go run ./examples/login-api
//
// starts it with an emulator in the same process, and with a page on another origin that uses it. Set
// STYTCH_PROJECT_ID and STYTCH_SECRET, and STYTCH_BASE_URL if needed, to use a real service instead.
//
// The API is in api.go. The page is in the folder page; its script keeps the session and renews it.
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

//go:embed page
var page embed.FS

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "login-api:", err)
		os.Exit(1)
	}
}

// run runs the program until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("login-api", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:3000", "the `address` of the API; with port 0, a free one")
	pageAddr := flags.String("page", "127.0.0.1:3001", "the `address` of the page; with port 0, a free one")
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
	options := []stytch.Option{stytch.WithInterceptor(g.Intercept), stytch.WithTimeout(10 * time.Second)}
	var client *stytch.Client
	var inbox *stytchtest.Inbox // nil: the codes of the real service are not known here
	if fromEnvironment() {
		client, err = stytch.FromEnv(options...)
	} else {
		var emulator *stytchtest.Server
		if emulator, err = stytchtest.Start(stytchtest.Config{}); err == nil {
			defer emulator.Close() //nolint:errcheck
			client, inbox = emulator.Client(options...), emulator.Inbox()
		}
	}
	if err != nil {
		return err
	}
	apiListener, err := net.Listen("tcp", *addr)
	if err != nil {
		return fmt.Errorf("%w; use --addr for another address", err)
	}
	pageListener, err := net.Listen("tcp", *pageAddr)
	if err != nil {
		return fmt.Errorf("%w; use --page for another address", err)
	}
	apiURL, pageURL := "http://"+apiListener.Addr().String(), "http://"+pageListener.Addr().String()
	fmt.Fprintf(stdout, "The API is at          %s\nOpen the page          %s/\n", apiURL, pageURL)
	if inbox != nil {
		fmt.Fprintf(stdout, "The codes arrive at    %s/inbox\n", pageURL)
	}

	serving, ctx := errgroup.WithContext(ctx)
	serving.Go(func() error { return serve(ctx, apiListener, newAPI(client, pageURL), log) })
	serving.Go(func() error { return serve(ctx, pageListener, newPage(apiURL, inbox), log) })
	return serving.Wait()
}

// fromEnvironment reports whether the environment names a service.
func fromEnvironment() bool {
	return slices.ContainsFunc([]string{"STYTCH_PROJECT_ID", "STYTCH_SECRET", "STYTCH_BASE_URL"}, func(name string) bool { return os.Getenv(name) != "" })
}

// newPage serves the page. It tells the script where the API is, and shows the codes of an emulator.
func newPage(apiURL string, inbox *stytchtest.Inbox) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(page))
	mux.Handle("GET /{$}", http.RedirectHandler("/page/", http.StatusSeeOther))
	mux.HandleFunc("GET /page/config.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprintf(w, "export const api = %q;\n", apiURL)
	})
	if inbox != nil {
		mux.HandleFunc("GET /inbox", func(w http.ResponseWriter, _ *http.Request) {
			for _, message := range slices.Backward(inbox.Messages()) {
				fmt.Fprintf(w, "%s for %s\n", message.Code, message.Address)
			}
		})
	}
	return mux
}

// serve serves until ctx ends, then waits for the requests in progress.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		_ = server.Shutdown(last)
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
