package transport

import (
	"net/http"
	"time"
)

// CallSettings are the settings of one call, as its options leave them.
type CallSettings struct {
	Timeout        time.Duration // over all attempts and waits; 0: the client's, negative: none
	MaxRetries     int           // attempts after the first; 0 or less: none
	Header         http.Header   // sent with the call; nil until an option makes one
	SkipValidation bool          // the request is sent unchecked
	Report         func(Info)    // called once, at the end of the call; nil: not wanted
}

// Info tells how a call went, whether it succeeded or not.
type Info struct {
	Call       *CallID     // which call it was
	StatusCode int         // of the last answer; 0 if there was none
	Header     http.Header // of the last answer; nil if there was none
	Attempts   int         // how often the request was sent or tried
	RequestID  string      // the service's name for the call; empty if it gave none
	PrintedID  string      // RequestID without secrets
}

// apply sets s to the client's settings, changed by opts.
func (s *CallSettings) apply(c *Client, opts []CallOption) {
	*s = CallSettings{MaxRetries: c.maxRetries, SkipValidation: c.skipValidation}
	for _, opt := range opts {
		if opt != nil {
			opt.applyToCall(s)
		}
	}
	if s.Timeout == 0 {
		s.Timeout = c.timeout
	}
}
