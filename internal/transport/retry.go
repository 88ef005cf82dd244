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

	// longestWait is how long a call waits that has no deadline and no timeout: a service that says
	// Retry-After: 86400 does not stop a program for a day.
	longestWait = time.Minute

	// leastTime is what a wait leaves at least of a call that must not happen twice. With less, the
	// message may go out while nobody is there any more to hear of it: a failure that everybody
	// understands would become one whose outcome is unknown.
	leastTime = time.Second
)

// again reports whether to try again after a, the failed attempt with the given number, and how
// long to wait before. It gives up at once if the wait does not fit into the call.
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
		// A body that is not the service's comes from a gateway, which counts requests. Of the
		// service's own types some pass within seconds, others, such as a locked user, do not.
		return a.problem.errorType == "" || k.client.errors.RetryableType(a.problem.errorType)
	case k.retry == Unsent:
		return !a.reached
	}
	switch a.status {
	case 0, http.StatusSwitchingProtocols, http.StatusRequestTimeout, http.StatusTooEarly,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		520, 521, 522, 523, 524: // of a gateway that got no answer, or none that it understood
		return true
	default:
		return a.err != nil && !a.tooLarge
	}
}

// outcomeUnknown reports whether the service may have done what was asked, although nothing says
// so. It does not matter for a call that can be repeated.
func (k *call) outcomeUnknown(a *answer) bool {
	if k.retry == Safe {
		return false
	}
	return a.reached && (a.status < 300 || a.status >= 500)
}

// backoff returns a random wait, longer from attempt to attempt, so that clients which failed
// together do not come back together.
func (k *call) backoff(attempt int) time.Duration {
	longest := backoffCap
	if n := attempt - 1; n < 5 { // 200 ms << 5 is over the cap
		longest = min(longest, backoffBase<<n)
	}
	return k.client.jitter(longest)
}

// left returns how long the call may still take.
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

// retryAfter reads a Retry-After header: seconds or a date. It returns 0 for one that is missing,
// past or not understood.
func retryAfter(value string, now time.Time) time.Duration {
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		// Out of range means the largest number, which is too long in any case.
		return time.Duration(min(seconds, math.MaxInt64/uint64(time.Second))) * time.Second
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(date.Sub(now), 0)
}
