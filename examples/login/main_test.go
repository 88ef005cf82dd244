package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/stytchtest"
)

// TestProgram starts the program, requests a page and stops the program.
func TestProgram(t *testing.T) {
	for _, name := range []string{"STYTCH_PROJECT_ID", "STYTCH_SECRET", "STYTCH_BASE_URL"} {
		t.Setenv(name, "") // Setenv restores it after the test
		os.Unsetenv(name)
	}
	start := func() (first, second string, stop func() error) {
		ctx, cancel := context.WithCancel(t.Context())
		out, stdout := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			err := run(ctx, []string{"--addr", "127.0.0.1:0"}, stdout, io.Discard)
			stdout.CloseWithError(err)
			ended <- err
		}()
		lines := bufio.NewScanner(out)
		if !lines.Scan() {
			t.Fatalf("the program printed nothing: %v", lines.Err())
		}
		first = lines.Text()
		second = ""
		if os.Getenv("STYTCH_PROJECT_ID") == "" && lines.Scan() {
			second = lines.Text()
		}
		return first, second, func() error { cancel(); return <-ended }
	}
	get := func(line string) int {
		t.Helper()
		_, address, ok := strings.Cut(line, "http://")
		if !ok {
			t.Fatalf("no address in %q", line)
		}
		resp, err := http.Get("http://" + address)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}

	login, codes, stop := start()
	if get(login) != 200 || get(codes) != 200 {
		t.Errorf("%q and %q could not be read", login, codes)
	}
	if err := stop(); err != nil {
		t.Errorf("at the end: %v", err)
	}

	// With the variables of a service, there is no inbox.
	emulator := stytchtest.NewServer(t)
	t.Setenv("STYTCH_PROJECT_ID", emulator.ID)
	if err := run(t.Context(), []string{"--addr", "127.0.0.1:0"}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "STYTCH_SECRET") {
		t.Errorf("without the secret: %v", err)
	}
	t.Setenv("STYTCH_SECRET", emulator.Secret)
	t.Setenv("STYTCH_BASE_URL", emulator.URL())
	login, _, stop = start()
	if get(login) != 200 || get(login+"inbox") != 404 {
		t.Errorf("%q could not be read, or has an inbox", login)
	}
	if err := stop(); err != nil {
		t.Errorf("at the end: %v", err)
	}

	if err := run(t.Context(), []string{"--addr", "nowhere:x"}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("with a bad address: %v", err)
	}
	if err := run(t.Context(), []string{"3000"}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), `"3000"`) {
		t.Errorf("with an argument: %v", err)
	}
}
