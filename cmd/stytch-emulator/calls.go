package main

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// listCalls lists the calls of the API, also those that the emulator has no rules for.
func (c *control) listCalls(w http.ResponseWriter, _ *http.Request) error {
	type call struct {
		Call     string `json:"call"`
		API      string `json:"api"`
		Method   string `json:"method"`
		Path     string `json:"path"`
		Emulated bool   `json:"emulated"`
	}
	calls := []call{}
	for _, one := range stytchtest.SpecCalls() {
		calls = append(calls, call{one.Name, one.API, one.Method, one.Path, one.Emulated})
	}
	return writeJSON(w, http.StatusOK, map[string]any{"calls": calls})
}

// performCall performs a call of the API.
func (c *control) performCall(w http.ResponseWriter, r *http.Request) error {
	var arguments map[string]any
	if err := decode(r, &arguments); err != nil {
		return err
	}
	response, err := c.srv.Perform(r.PathValue("call"), arguments)
	c.feed.announce(false)
	if err != nil {
		return callFailure(err)
	}
	return writeJSON(w, http.StatusOK, response)
}

// callError is the error of a call of the API, without the call's name.
type callError struct{ answer *stytch.Error }

func (e *callError) Error() string { return e.answer.Message }

// addSession starts a session.
func (c *control) addSession(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		ID      string         `json:"id"`
		Minutes *int           `json:"session_duration_minutes"`
		Claims  map[string]any `json:"session_custom_claims"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	minutes := 60
	if request.Minutes != nil {
		minutes = *request.Minutes
	}
	session, err := c.srv.AddSession(request.ID, time.Duration(minutes)*time.Minute, request.Claims)
	if err != nil {
		return err
	}
	return c.doneWith(w, http.StatusCreated, struct {
		stytchtest.Session
		Token string `json:"session_token"`
		JWT   string `json:"session_jwt"`
	}{session, session.Token, session.JWT})
}

// rotateKeys adds a key that signs the JWTs from now on.
func (c *control) rotateKeys(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		Forget bool `json:"forget"`
	}
	if r.ContentLength != 0 {
		if err := decode(r, &request); err != nil {
			return err
		}
	}
	c.srv.RotateKeys(request.Forget)
	return c.done(w, false)
}

// defaultLimit is how many entries a list has when the request does not say.
const defaultLimit = 1000

// filterOf returns the part of a list that a request selects.
func filterOf(r *http.Request) (stytchtest.Filter, error) {
	query := r.URL.Query()
	f := stytchtest.Filter{Search: query.Get("search"), Limit: defaultLimit, NewestFirst: query.Get("order") == "newest"}
	for name, number := range map[string]*int{"limit": &f.Limit, "offset": &f.Offset} {
		if given := query.Get(name); given != "" {
			var err error
			if *number, err = strconv.Atoi(given); err != nil {
				return f, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return f, nil
}

// list writes a part of a list.
func list[T any](w http.ResponseWriter, r *http.Request, name string, find func(stytchtest.Filter) ([]T, int)) error {
	f, err := filterOf(r)
	if err != nil {
		return err
	}
	entries, total := find(f)
	return writeJSON(w, http.StatusOK, map[string]any{name: entries, "total": total})
}
