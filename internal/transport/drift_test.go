package transport

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// driftClient returns a client whose calls all get the same status and body.
func driftClient(t testing.TB, status int, body func() string, report func(Drift)) *Client {
	t.Helper()
	rt := roundTripperFunc(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body())), Request: r}, nil
	})
	c, err := New(Config{
		ProjectID: testProject, Secret: testSecret, BaseURL: testURL, Errors: testErrors{}, MaxRetries: -1,
		HTTPClient: &http.Client{Transport: rt}, DriftReport: report,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDrift(t *testing.T) {
	const url = `"error_url":"https://example.com"`
	tests := []struct {
		name   string
		status int
		body   string
		want   []string
	}{
		{"as the spec says", 200, answerOK, nil},
		{"unknown field", 200, answerOK[:len(answerOK)-1] + `,"new":1}`, []string{"consumer.otps.sms.send new unknown field"}},
		{"wrong type of what the caller needs, which fails the call too", 200, `{"request_id":"r","status_code":200,"phone_id":5,"user_created":true}`, []string{"consumer.otps.sms.send phone_id wrong type"}},
		{"wrong type of what the caller does not need", 200, `{"request_id":["r"],"status_code":"200","phone_id":"p","user_created":null}`, []string{"consumer.otps.sms.send request_id wrong type", "consumer.otps.sms.send status_code wrong type", "consumer.otps.sms.send user_created wrong type"}},
		{"missing fields", 200, `{"request_id":"r","status_code":200}`, []string{"consumer.otps.sms.send phone_id missing field", "consumer.otps.sms.send user_created missing field"}},
		{"an error as the spec says", 404, `{"status_code":404,"request_id":"r","error_type":"otp_code_not_found","error_message":"m",` + url + `,"error_details":null}`, nil},
		{"an unknown type of error", 400, `{"status_code":400,"request_id":"r","error_type":"new_type","error_message":"m",` + url + `}`, []string{"consumer.otps.sms.send error_type unknown value"}},
		{"an error with a new field", 404, `{"status_code":404,"request_id":"r","error_type":"otp_code_not_found","error_message":"m",` + url + `,"hint":"h"}`, []string{"consumer.otps.sms.send hint unknown field"}},
		{"an error without its page", 404, `{"status_code":404,"request_id":"r","error_type":"otp_code_not_found","error_message":"m"}`, []string{"consumer.otps.sms.send error_url missing field"}},
		{"a gateway's error", 502, answerHTML, nil},
		{"a gateway's error in JSON", 503, `{"message":"no healthy upstream"}`, nil},
		{"no JSON", 200, `OK`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			c := driftClient(t, test.status, func() string { return test.body }, func(d Drift) { got = append(got, fmt.Sprintf("%s %s %s", d.Call, d.Path, d.What)) })
			for range 3 { // each difference is reported once
				_, _ = Call(t.Context(), c, sendEndpoint(Never), &sendRequest{PhoneNumber: testPhone}, nil)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestDriftOfOAuthErrors checks errors of calls that answer them in the form of OAuth.
func TestDriftOfOAuthErrors(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"as the spec says", `{"status_code":400,"request_id":"r","error":"otp_code_not_found","error_description":"d","error_uri":"u"}`, nil},
		{"with the error alone", `{"error":"otp_code_not_found"}`, nil},
		{"an unknown error", `{"error":"new_type"}`, []string{"error unknown value"}},
		{"a new field", `{"error":"otp_code_not_found","hint":"h"}`, []string{"hint unknown field"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			c := driftClient(t, 400, func() string { return test.body }, func(d Drift) { got = append(got, fmt.Sprintf("%s %s", d.Path, d.What)) })
			endpoint := sendEndpoint(Never)
			endpoint.OAuthErrors = true
			_, _ = Call(t.Context(), c, endpoint, &sendRequest{PhoneNumber: testPhone}, nil)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestDriftWithoutEnd(t *testing.T) {
	n, places := 0, map[Drift]bool{}
	c := driftClient(t, 200, func() string {
		n++
		return answerOK[:len(answerOK)-1] + fmt.Sprintf(`,"a%d":1}`, n)
	}, func(d Drift) { places[d] = true })
	for range maxDrifts + 50 {
		if _, err := Call(t.Context(), c, sendEndpoint(Never), &sendRequest{PhoneNumber: testPhone}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(places) != maxDrifts || len(c.drifts.seen) != maxDrifts {
		t.Errorf("%d places were reported, %d remembered", len(places), len(c.drifts.seen))
	}
}

func TestDriftAtOnce(t *testing.T) {
	var mu sync.Mutex
	reported := 0
	var c *Client
	c = driftClient(t, 200, func() string { return answerOK[:len(answerOK)-1] + `,"new":1}` }, func(Drift) {
		mu.Lock()
		defer mu.Unlock()
		reported++
		// A report may make a call of its own.
		_, _ = Call(t.Context(), c, sendEndpoint(Never), &sendRequest{PhoneNumber: testPhone}, nil)
	})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := Call(t.Context(), c, sendEndpoint(Never), &sendRequest{PhoneNumber: testPhone}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if reported != 1 {
		t.Errorf("reported %d times, want once", reported)
	}
}

// TestDriftIsFreeWhenOff counts what a call allocates when no report is wanted. The response type is
// looked at only for a report.
func TestDriftIsFreeWhenOff(t *testing.T) {
	off := driftClient(t, 200, func() string { return answerOK }, nil)
	if off.drifts != nil {
		t.Fatal("a client without a report remembers paths")
	}
	on := driftClient(t, 200, func() string { return answerOK }, func(d Drift) { t.Errorf("drift: %v", d) })
	// The minimum of many runs: under the race detector, a sync.Pool drops items at random.
	measure := func(c *Client) float64 {
		least := math.Inf(1)
		for range 200 {
			least = min(least, testing.AllocsPerRun(1, func() {
				if _, err := Call(t.Context(), c, sendEndpoint(Never), &sendRequest{PhoneNumber: testPhone}, nil); err != nil {
					t.Fatal(err)
				}
			}))
		}
		return least
	}
	if a, b := measure(off), measure(on); a >= b {
		t.Errorf("a call allocates %v times without a report, and %v with one", a, b)
	}
}
