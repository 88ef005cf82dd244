package transport

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// BenchmarkCall compares a call with plain net/http: the same request, and reading the body of the
// answer.
func BenchmarkCall(b *testing.B) {
	rt := roundTripperFunc(func(r *http.Request) (*http.Response, error) {
		io.Copy(io.Discard, r.Body)
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answerOK)), Request: r}, nil
	})
	b.Run("bare", func(b *testing.B) {
		client := &http.Client{Transport: rt}
		b.ReportAllocs()
		for b.Loop() {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, testURL+"/v1/otps/sms/send",
				strings.NewReader(`{"phone_number":"+15005550006"}`))
			if err != nil {
				b.Fatal(err)
			}
			req.SetBasicAuth(testProject, testSecret)
			req.Header.Set("Accept", "application/json")
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("User-Agent", "bench")
			resp, err := client.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadAll(resp.Body); err != nil {
				b.Fatal(err)
			}
			resp.Body.Close()
		}
	})
	for class, name := range classNames {
		b.Run(name, func(b *testing.B) {
			c, err := New(Config{
				ProjectID: testProject, Secret: testSecret, BaseURL: testURL, Errors: testErrors{},
				HTTPClient: &http.Client{Transport: rt},
			})
			if err != nil {
				b.Fatal(err)
			}
			ep, req := sendEndpoint(class), &sendRequest{PhoneNumber: testPhone}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Call(b.Context(), c, ep, req, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
