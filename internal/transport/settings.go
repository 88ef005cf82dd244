package transport

import (
	"net/http"
	"time"
)

// CallSettings are the settings of one call, after its options.
type CallSettings struct {
	Timeout        time.Duration // over all attempts and waits; 0: the client's, negative: none
	MaxRetries     int           // attempts after the first; 0 or less: none
	Header         http.Header   // added to the request; nil: nothing
	SkipValidation bool          // the request is not validated
	Report         func(Info)    // called once, at the end of the call; nil: not wanted
}

// Info describes how a call went, whether it succeeded or failed.
type Info struct {
	Call       *CallID     // identifies the call
	StatusCode int         // of the last answer; 0 if there was none
	Header     http.Header // of the last answer; nil if there was none
	Attempts   int         // how often the request was sent or tried
	RequestID  string      // the service's ID of the call; empty if it sent none
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
