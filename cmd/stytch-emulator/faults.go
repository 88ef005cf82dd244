package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/stytchtest"
)

// faultView is a fault of the control API. The unit of each duration is in its
// name.
type faultView struct {
	Call              string  `json:"call,omitempty"`
	API               string  `json:"api,omitempty"`
	Address           string  `json:"address,omitempty"`
	Times             int     `json:"times,omitempty"`
	Share             float64 `json:"share,omitempty"`
	Seed              uint64  `json:"seed,omitempty"`
	AfterEffect       bool    `json:"after_effect,omitempty"`
	ErrorType         string  `json:"error_type,omitempty"`
	Status            int     `json:"status,omitempty"`
	RetryAfterSeconds int64   `json:"retry_after_seconds,omitempty"`
	HTML              bool    `json:"html,omitempty"`
	Truncate          bool    `json:"truncate,omitempty"`
	Reset             bool    `json:"reset,omitempty"`
	DelayMilliseconds int64   `json:"delay_milliseconds,omitempty"`
}

func (v faultView) fault() stytchtest.Fault {
	return stytchtest.Fault{
		Call: v.Call, API: v.API, Address: v.Address, Times: v.Times, Share: v.Share, Seed: v.Seed, AfterEffect: v.AfterEffect,
		ErrorType: v.ErrorType, Status: v.Status, HTML: v.HTML, Truncate: v.Truncate, Reset: v.Reset,
		RetryAfter: time.Duration(v.RetryAfterSeconds) * time.Second,
		Delay:      time.Duration(v.DelayMilliseconds) * time.Millisecond,
	}
}

func newFaultView(f stytchtest.Fault) faultView {
	return faultView{
		Call: f.Call, API: f.API, Address: f.Address, Times: f.Times, Share: f.Share, Seed: f.Seed, AfterEffect: f.AfterEffect,
		ErrorType: f.ErrorType, Status: f.Status, HTML: f.HTML, Truncate: f.Truncate, Reset: f.Reset,
		RetryAfterSeconds: int64(f.RetryAfter / time.Second), DelayMilliseconds: int64(f.Delay / time.Millisecond),
	}
}

// faultsView is the response of the calls about faults.
type faultsView struct {
	Faults []faultView `json:"faults"`
}

func (c *control) faultsView() faultsView {
	view := faultsView{[]faultView{}}
	for _, f := range c.srv.Faults() {
		view.Faults = append(view.Faults, newFaultView(f))
	}
	return view
}

func (c *control) listFaults(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, c.faultsView())
}

func (c *control) addFault(w http.ResponseWriter, r *http.Request) error {
	var view faultView
	if err := decode(r, &view); err != nil {
		return err
	}
	fault := view.fault()
	if err := fault.Check(); err != nil {
		return fmt.Errorf("%w; %s/api/faults/choices lists the choices", err, root)
	}
	c.srv.Fail(fault)
	return c.doneWith(w, http.StatusCreated, c.faultsView())
}

func (c *control) clearFaults(w http.ResponseWriter, _ *http.Request) error {
	c.srv.ClearFaults()
	return c.done(w, false)
}

func (c *control) faultChoices(w http.ResponseWriter, _ *http.Request) error {
	type call struct {
		API  string `json:"api"`
		Call string `json:"call"`
	}
	type errorType struct {
		ErrorType string `json:"error_type"`
		Status    int    `json:"status"`
	}
	choices := struct {
		Calls      []call      `json:"calls"`
		ErrorTypes []errorType `json:"error_types"`
	}{}
	for _, known := range stytchtest.Calls() {
		choices.Calls = append(choices.Calls, call{known.API, known.Name})
	}
	for _, known := range stytchtest.ErrorTypes() {
		choices.ErrorTypes = append(choices.ErrorTypes, errorType{known.Name, known.Status})
	}
	return writeJSON(w, http.StatusOK, choices)
}
