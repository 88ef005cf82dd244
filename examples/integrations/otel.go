package integrations

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/stytchgen/sdk/stytch"
)

// Traced returns options for a client whose calls are spans, with one more span for each attempt. Neither has
// a value of the request or of the answer, nor a path, which contains ids.
func Traced(tracer trace.Tracer) []stytch.Option {
	return []stytch.Option{
		stytch.WithInterceptor(func(ctx context.Context, call *stytch.Call, next func(context.Context) error) error {
			ctx, span := tracer.Start(ctx, "stytch "+call.Path, trace.WithSpanKind(trace.SpanKindClient))
			defer span.End()
			err := next(ctx)
			if err != nil {
				span.SetStatus(codes.Error, stytch.PublicErrorOf(err).Code)
			}
			return err
		}),
		stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				attempt, _ := stytch.AttemptFrom(r.Context())
				ctx, span := tracer.Start(r.Context(), attempt.Call, trace.WithSpanKind(trace.SpanKindClient),
					trace.WithAttributes(attribute.Int("http.request.resend_count", attempt.Number-1)))
				defer span.End()
				resp, err := next.RoundTrip(r.WithContext(ctx))
				if err != nil {
					span.SetStatus(codes.Error, "no answer")
					return nil, err
				}
				span.SetAttributes(attribute.Int("http.response.status_code", resp.StatusCode))
				return resp, nil
			})
		}),
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
