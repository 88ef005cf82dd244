package transport

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"
)

const (
	backoffBase = 200 * time.Millisecond // the longest wait before the second attempt
	backoffCap  = 5 * time.Second        // the longest wait before any

	// longestWait limits the wait of a call without a deadline or timeout: Retry-After: 86400 must not
	// stop a program for a day.
	longestWait = time.Minute

	// leastTime is the time that must remain after the wait, for a call that must not happen twice. With
	// less time, the repeated request could time out. Then it is unknown whether the message was sent.
	leastTime = time.Second
)

// again reports whether to repeat the call after a failed attempt, and how long to wait first. It
// reports false if the wait does not fit into the time that the call has left.
func (k *call) again(ctx context.Context, a *answer, attempt int) (time.Duration, bool) {
	if attempt > k.settings.MaxRetries || ctx.Err() != nil || !k.repeatable(a) {
		return 0, false
	}
	wait, left := max(k.backoff(attempt), a.retryAfter), k.left(ctx)
	if k.retry != Safe {
		left -= leastTime
	}
	return wait, wait < left
}

// repeatable reports whether the retry class allows another attempt after a.
func (k *call) repeatable(a *answer) bool {
	proxy, refused := errors.AsType[*proxyError](a.err)
	switch {
	case k.retry == Never:
		return false
	case refused && proxy.wantsCredentials():
		return false // the proxy refuses every attempt until its URL changes
	case a.status == http.StatusTooManyRequests:
		// A 429 without an error type comes from a gateway, which counts requests. Some error types of
		// the service are over within seconds; others, such as a locked user, are not.
		return a.problem.errorType == "" || k.client.errors.RetryableType(a.problem.errorType)
	case k.retry == Unsent:
		return !a.reached
	}
	switch a.status {
	case 0, http.StatusSwitchingProtocols, http.StatusRequestTimeout, http.StatusTooEarly,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		520, 521, 522, 523, 524: // a gateway got no answer, or could not read it
		return true
	default:
		return a.err != nil && !a.tooLarge
	}
}

// outcomeUnknown reports whether it is unknown if the service acted on the request. It is always false
// for a call that can be repeated safely.
func (k *call) outcomeUnknown(a *answer) bool {
	if k.retry == Safe {
		return false
	}
	return a.reached && (a.status < 300 || a.status >= 500 && a.status != http.StatusNotImplemented)
}

// backoff returns a random wait, which grows with each attempt. It is random so that clients which
// failed together do not retry together.
func (k *call) backoff(attempt int) time.Duration {
	longest := backoffCap
	if n := attempt - 1; n < 5 { // 200 ms << 5 is over the cap
		longest = min(longest, backoffBase<<n)
	}
	return k.client.jitter(longest)
}

// left returns how much time the call has left.
func (k *call) left(ctx context.Context) time.Duration {
	left := time.Duration(math.MaxInt64)
	if !k.end.IsZero() {
		left = time.Until(k.end)
	}
	if end, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(end))
	}
	if left == math.MaxInt64 {
		return longestWait
	}
	return left
}

// retryAfter reads a Retry-After header: seconds or a date. It returns 0 for a header that is missing,
// in the past or not valid.
func retryAfter(value string, now time.Time) time.Duration {
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		// ParseUint returns the largest number if the value is out of range.
		return time.Duration(min(seconds, math.MaxInt64/uint64(time.Second))) * time.Second
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(date.Sub(now), 0)
}
