// Command authenticate measures otps.authenticate in memory. It reads the response from standard input, and
// prints the time of one call in nanoseconds and its allocations. It also compiles with an older SDK.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

const calls = 5000

// memory is a transport that answers at once.
type memory string

func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(m))), Request: r}, nil
}

func main() {
	ballast := make([]byte, 64<<20) // so that the garbage collector runs as in an application
	response, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	client, err := stytch.NewClient("project-test-1", "secret-test-1",
		stytch.WithBaseURL("http://127.0.0.1:1"), stytch.WithHTTPClient(&http.Client{Transport: memory(response)}))
	if err != nil {
		log.Fatal(err)
	}
	var before, after runtime.MemStats
	var took time.Duration
	for range 2 { // the first one warms up
		runtime.ReadMemStats(&before)
		start := time.Now()
		for range calls {
			if _, err := client.OTPs.Authenticate(context.Background(), stytch.OTPsAuthenticateRequest{
				MethodID: "phone-number-test-1", Code: "482913", SessionDurationMinutes: new(60),
			}); err != nil {
				log.Fatal(err)
			}
		}
		took = time.Since(start)
		runtime.ReadMemStats(&after)
	}
	fmt.Println(float64(took)/calls, (after.Mallocs-before.Mallocs)/calls)
	runtime.KeepAlive(ballast)
}
