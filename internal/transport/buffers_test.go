package transport

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// TestBuffersAreNotShared makes concurrent calls while another goroutine overwrites every buffer that is
// returned to the pool. Nothing that the caller or the server receives may be in such a buffer. The race
// detector reports that too.
func TestBuffersAreNotShared(t *testing.T) {
	answer := func(phone string) string {
		return fmt.Sprintf(`{"request_id":"request-%s","phone_id":"id-%s","user_created":true,"padding":%q}`,
			phone, phone, strings.Repeat("x", 3000))
	}
	request := func(phone string) string { return `{"phone_number":"` + phone + `"}` }
	// The first attempt of a call fails before its body is read, because net/http may read it that late.
	var mu sync.Mutex
	late := map[string]io.Reader{}
	rt := roundTripperFunc(func(r *http.Request) (*http.Response, error) {
		phone := r.Header.Get("X-Phone")
		mu.Lock()
		_, again := late[phone]
		if !again {
			late[phone] = r.Body
		}
		mu.Unlock()
		if !again {
			return nil, io.ErrUnexpectedEOF
		}
		if body, err := io.ReadAll(r.Body); err != nil || string(body) != request(phone) {
			t.Errorf("the server got %q, %v, want %q", body, err, request(phone))
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer(phone)))}, nil
	})
	c := newClient(t, testURL, func(cfg *Config) { cfg.HTTPClient = &http.Client{Transport: rt} })
	ep := sendEndpoint(Safe)

	done := make(chan struct{})
	poisoned := make(chan struct{})
	go func() {
		defer close(poisoned)
		for {
			select {
			case <-done:
				return
			default:
			}
			buf := bodies.Get().(*[]byte)
			all := (*buf)[:cap(*buf)]
			copy(all, bytes.Repeat([]byte("!"), len(all)))
			bodies.Put(buf)
			runtime.Gosched()
		}
	}()
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			var kept []*sendResponse
			var phones []string
			for i := range 20 {
				phone := fmt.Sprintf("+1500555%02d%02d", caller, i)
				resp, err := Call(t.Context(), c, ep, &sendRequest{PhoneNumber: phone}, []CallOption{
					CallOptionFunc(func(s *CallSettings) { s.Header = http.Header{"X-Phone": {phone}} }),
				})
				if err != nil {
					t.Error(err)
					return
				}
				kept, phones = append(kept, resp), append(phones, phone)
			}
			for i, resp := range kept {
				if resp.PhoneID != "id-"+phones[i] || resp.result.Body != answer(phones[i]) {
					t.Errorf("the answer to %s has turned into %q, %q", phones[i], resp.PhoneID, resp.result.Body)
				}
			}
		})
	}
	callers.Wait()
	close(done)
	<-poisoned
	for phone, body := range late {
		if got, err := io.ReadAll(body); err != nil || string(got) != request(phone) {
			t.Errorf("the body of an attempt that failed has turned into %q, %v, want %q", got, err, request(phone))
		}
	}
	if len(late) != 8*20 {
		t.Errorf("%d calls, want 160", len(late))
	}
}
