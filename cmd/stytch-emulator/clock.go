package main

import (
	"errors"
	"net/http"
	"time"
)

// The range of years of the clock. It is enough for any test, and every year
// has four digits.
const (
	firstYear = 2000
	lastYear  = 2200
)

// clockView is the response of the clock's calls.
type clockView struct {
	Now     time.Time `json:"now"`
	Running bool      `json:"running"`
}

func (c *control) clockView() clockView {
	return clockView{c.srv.Clock().Now(), c.srv.Clock().Running()}
}

func (c *control) getClock(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, c.clockView())
}

func (c *control) advanceClock(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		Seconds int64 `json:"seconds"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	by := time.Duration(request.Seconds) * time.Second
	if year := c.srv.Clock().Now().Add(by).Year(); year < firstYear || year > lastYear {
		return errors.New("seconds: the clock would leave the years 2000 to 2200")
	}
	c.srv.Clock().Advance(by)
	return c.clockChanged(w)
}

func (c *control) stopClock(w http.ResponseWriter, _ *http.Request) error {
	c.srv.Clock().Stop()
	return c.clockChanged(w)
}

func (c *control) runClock(w http.ResponseWriter, _ *http.Request) error {
	c.srv.Clock().Run()
	return c.clockChanged(w)
}

func (c *control) clockChanged(w http.ResponseWriter) error {
	c.feed.announce(true)
	return writeJSON(w, http.StatusOK, c.clockView())
}
