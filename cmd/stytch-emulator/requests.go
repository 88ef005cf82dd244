package main

import (
	"net/http"
	"net/url"
	"time"

	"github.com/stytchgen/sdk/stytchtest"
)

// requestView is a request of the control API.
type requestView struct {
	Number    int            `json:"number"`
	At        time.Time      `json:"at"`
	Method    string         `json:"method"`
	Path      string         `json:"path"`
	API       string         `json:"api,omitempty"`
	Call      string         `json:"call,omitempty"`
	Header    http.Header    `json:"header"`
	Query     url.Values     `json:"query,omitempty"`
	Body      map[string]any `json:"body,omitempty"`
	Status    int            `json:"status"`
	ErrorType string         `json:"error_type,omitempty"`
	Response  map[string]any `json:"response,omitempty"`
	Fault     bool           `json:"fault"`
	// Duration is in microseconds.
	Duration int64 `json:"duration_microseconds"`
}

func (c *control) listRequests(w http.ResponseWriter, r *http.Request) error {
	return list(w, r, "requests", func(f stytchtest.Filter) ([]requestView, int) {
		found, total := c.srv.FindRequests(stytchtest.RequestFilter{
			Call: r.URL.Query().Get("call"), Secrets: r.URL.Query().Get("secrets") == "true",
			Offset: f.Offset, Limit: f.Limit, NewestFirst: f.NewestFirst,
		})
		views := make([]requestView, len(found))
		for i, one := range found {
			views[i] = requestView{
				one.Number, one.At, one.Method, one.Path, one.API, one.Call, one.Header, one.Query, one.Body,
				one.Status, one.ErrorType, one.Response, one.Fault, one.Duration.Microseconds(),
			}
		}
		return views, total
	})
}
