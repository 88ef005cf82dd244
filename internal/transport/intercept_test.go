package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// intercept returns a client with interceptors.
func intercept(t *testing.T, url string, interceptors ...Interceptor) *Client {
	return newClient(t, url, func(c *Config) { c.Interceptors = interceptors })
}

func TestInterceptors(t *testing.T) {
	tries := 0
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		if tries++; tries == 1 {
			respond(429, answerTooMany)(w, r)
			return
		}
		respond(200, answerOK)(w, r)
	})
	type key struct{}
	var steps []string
	name := func(name string) Interceptor {
		return func(ctx context.Context, call *Outgoing, next func(context.Context) error) error {
			steps = append(steps, name)
			if call.Name != "consumer.otps.sms.send" || call.API != "consumer" || call.Service != "otps.sms" || call.Method != "POST" || call.Path != "/v1/otps/sms/send" || call.Response != nil {
				t.Errorf("call %+v", call)
			}
			if request, ok := call.Request.(*sendRequest); !ok || request.PhoneNumber != testPhone {
				t.Errorf("request %+v", call.Request)
			}
			err := next(context.WithValue(ctx, key{}, name))
			if response, ok := call.Response.(*sendResponse); !ok || response.PhoneID != "phone-number-test-1" || response.result == nil {
				t.Errorf("response %+v", call.Response)
			}
			steps = append(steps, name)
			return err
		}
	}
	response, err := send(t.Context(), intercept(t, server.URL, name("a"), name("b")), Unsent)
	if err != nil || response.PhoneID != "phone-number-test-1" {
		t.Errorf("%+v, %v", response, err)
	}
	if got := strings.Join(steps, ""); got != "abba" || tries != 2 {
		t.Errorf("interceptors ran in the order %s around %d attempts; want abba around 2", got, tries)
	}
}

// TestInterceptorErrors lets a call fail before, during and after it is made.
func TestInterceptorErrors(t *testing.T) {
	refused := errors.New("refused")
	for _, test := range []struct {
		name        string
		interceptor func(ctx context.Context, next func(context.Context) error) error
		status      int
		want        string
		requests    int
	}{
		{"refuses", func(context.Context, func(context.Context) error) error { return refused }, 200, "refused", 0},
		{"fails afterwards", func(ctx context.Context, next func(context.Context) error) error {
			return errors.Join(next(ctx), refused)
		}, 200, "refused", 1},
		{"wraps the failure", func(ctx context.Context, next func(context.Context) error) error {
			return fmt.Errorf("wrapped: %w", next(ctx))
		}, 404, "wrapped: failure 404", 1},
		{"hides the failure", func(ctx context.Context, next func(context.Context) error) error { _ = next(ctx); return nil }, 404, "failure 404", 1},
		{"does nothing", func(context.Context, func(context.Context) error) error { return nil }, 200, errNotMade.Error(), 0},
		{"calls twice", func(ctx context.Context, next func(context.Context) error) error {
			return errors.Join(next(ctx), next(ctx))
		}, 200, errMadeTwice.Error(), 1},
		{"loses the context", func(_ context.Context, next func(context.Context) error) error {
			var none context.Context
			return next(none)
		}, 200, "the context is nil", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := answerOK
			if test.status != 200 {
				answer = answerNotFound
			}
			server := record(t, respond(test.status, answer))
			client := intercept(t, server.URL, func(ctx context.Context, _ *Outgoing, next func(context.Context) error) error {
				return test.interceptor(ctx, next)
			})
			info := Info{Attempts: -1}
			response, err := send(t.Context(), client, Unsent, infoInto(&info))
			if response != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%+v, %v; want an error with %q", response, err, test.want)
			}
			if len(server.requests) != test.requests || info.Attempts != test.requests {
				t.Errorf("%d requests and %d attempts; want %d", len(server.requests), info.Attempts, test.requests)
			}
		})
	}
}

// TestInterceptorIsNotAsked checks calls that fail before interceptors run.
func TestInterceptorIsNotAsked(t *testing.T) {
	client := intercept(t, testURL, func(context.Context, *Outgoing, func(context.Context) error) error {
		t.Error("the interceptor was asked")
		return nil
	})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := send(ended, client, Unsent); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
	if _, err := Call(t.Context(), client, sendEndpoint(Unsent), &sendRequest{}, nil); err == nil {
		t.Error("an invalid request was sent")
	}
}
