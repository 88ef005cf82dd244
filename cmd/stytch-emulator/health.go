package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// healthTimeout is how long an emulator may take to answer.
const healthTimeout = 5 * time.Second

// health asks an emulator whether it is ready. A container's health check runs it, because an image from
// scratch has no curl.
func health(ctx context.Context, args []string, stderr io.Writer) int {
	target := defaultURL
	if len(args) > 0 {
		target = args[0]
	}
	u, err := url.Parse(target)
	if len(args) > 1 || err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		fmt.Fprintf(stderr, "stytch-emulator: health takes the URL of an emulator, such as %s\n", defaultURL)
		return exitBad
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(target, "/")+root+"/ready", nil)
	if err != nil {
		fmt.Fprintf(stderr, "stytch-emulator: %v\n", err)
		return exitBad
	}
	resp, err := (&http.Client{Transport: &http.Transport{}}).Do(req) // without a proxy of the environment
	if err != nil {
		fmt.Fprintf(stderr, "stytch-emulator: %v\n", err)
		return exitFailed
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		fmt.Fprintf(stderr, "stytch-emulator: %s is not ready: status %d\n", target, resp.StatusCode)
		return exitFailed
	}
	return exitFine
}
