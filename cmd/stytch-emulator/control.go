package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

// maxSnapshot is the largest snapshot that the control API takes, and maxControlBody the
// largest other request body. Checking a body takes several times its size in memory.
const (
	maxSnapshot    = 256 << 20
	maxControlBody = 16 << 20
)

// control serves the control API and the page.
type control struct {
	*emulator
	srv scope
	log *slog.Logger
	// replacing is locked while the whole state is replaced.
	replacing *sync.Mutex
}

// route is a path under root and its handler.
type route struct {
	method, path string
	// call is the operation ID in control.yaml, or the name of a file.
	call   string
	handle func(*control, http.ResponseWriter, *http.Request) error
	// open routes return no private data, so any page may request them.
	open bool
}

// routes are the routes of control.yaml.
var routes = []route{
	{http.MethodGet, "/openapi.yaml", "openapi", asset("control.yaml"), true},
	{http.MethodGet, "/ready", "ready", (*control).getReady, true},
	{http.MethodGet, "/seed.schema.json", "seed.schema", (*control).getSeedSchema, true},

	{http.MethodGet, "/api/environment", "environment", (*control).getEnvironment, false},
	{http.MethodGet, "/api/events", "events", (*control).events, false},
	{http.MethodGet, "/api/projects", "projects.list", (*control).listProjects, false},
	{http.MethodPost, "/api/projects", "projects.create", (*control).addProject, false},
	{http.MethodDelete, "/api/projects/{project_id}", "projects.delete", (*control).removeProject, false},
	{http.MethodGet, "/api/messages", "messages.list", (*control).listMessages, false},
	{http.MethodDelete, "/api/messages", "messages.delete", (*control).deleteMessages, false},
	{http.MethodPost, "/api/messages/restore", "messages.restore", (*control).restoreMessages, false},
	{http.MethodGet, "/api/messages/wait", "messages.wait", (*control).waitForMessage, false},
	{http.MethodGet, "/api/calls", "calls.list", (*control).listCalls, false},
	{http.MethodPost, "/api/calls/{call}", "calls.perform", (*control).performCall, false},
	{http.MethodGet, "/api/requests", "requests.list", (*control).listRequests, false},
	{http.MethodGet, "/api/users", "users.list", (*control).listUsers, false},
	{http.MethodPatch, "/api/users/{user_id}", "users.update", (*control).updateUser, false},
	{http.MethodDelete, "/api/users/{user_id}", "users.delete", (*control).deleteUser, false},
	{http.MethodGet, "/api/sessions", "sessions.list", (*control).listSessions, false},
	{http.MethodPost, "/api/sessions", "sessions.add", (*control).addSession, false},
	{http.MethodDelete, "/api/sessions/{session_id}", "sessions.delete", (*control).revokeSession, false},
	{http.MethodPost, "/api/keys/rotate", "keys.rotate", (*control).rotateKeys, false},
	{http.MethodGet, "/api/organizations", "organizations.list", (*control).listOrganizations, false},
	{http.MethodPatch, "/api/organizations/{organization_id}", "organizations.update", (*control).updateOrganization, false},
	{http.MethodDelete, "/api/organizations/{organization_id}", "organizations.delete", (*control).deleteOrganization, false},
	{http.MethodGet, "/api/members", "members.list", (*control).listMembers, false},
	{http.MethodPatch, "/api/members/{member_id}", "members.update", (*control).updateMember, false},
	{http.MethodDelete, "/api/members/{member_id}", "members.delete", (*control).deleteMember, false},
	{http.MethodGet, "/api/totps", "totps.list", (*control).listTOTPs, false},
	{http.MethodPost, "/api/passwords", "passwords.set", (*control).setPassword, false},
	{http.MethodPost, "/api/impersonations", "impersonations.add", (*control).impersonate, false},
	{http.MethodPost, "/api/consents", "consents.add", (*control).addConsent, false},
	{http.MethodPost, "/api/fingerprints", "fingerprints.add", (*control).addFingerprint, false},
	{http.MethodPut, "/api/email_risks", "email_risks.put", (*control).setEmailRisk, false},
	{http.MethodPut, "/api/trusted_token_profiles", "trusted_token_profiles.put", (*control).setTrustedTokenProfiles, false},
	{http.MethodPut, "/api/userinfo_url", "userinfo_url.put", (*control).setUserInfoURL, false},
	{http.MethodGet, "/api/policy", "policy.get", (*control).getPolicy, false},
	{http.MethodPut, "/api/policy", "policy.put", (*control).putPolicy, false},
	{http.MethodGet, "/api/webhooks/types", "webhooks.types", (*control).listEventTypes, false},
	{http.MethodGet, "/api/webhooks/endpoints", "webhooks.endpoints", (*control).listEndpoints, false},
	{http.MethodPost, "/api/webhooks/endpoints", "webhooks.add", (*control).addEndpoint, false},
	{http.MethodPatch, "/api/webhooks/endpoints/{endpoint_id}", "webhooks.update", (*control).updateEndpoint, false},
	{http.MethodDelete, "/api/webhooks/endpoints/{endpoint_id}", "webhooks.delete", (*control).deleteEndpoint, false},
	{http.MethodPost, "/api/webhooks/endpoints/{endpoint_id}/rotate", "webhooks.rotate", (*control).rotateEndpoint, false},
	{http.MethodPost, "/api/webhooks/endpoints/{endpoint_id}/replay", "webhooks.replay_failed", (*control).replayFailed, false},
	{http.MethodGet, "/api/webhooks/deliveries", "webhooks.deliveries", (*control).listDeliveries, false},
	{http.MethodGet, "/api/webhooks/deliveries/wait", "webhooks.wait", (*control).waitForDelivery, false},
	{http.MethodPost, "/api/webhooks/deliveries/{delivery_id}/replay", "webhooks.replay", (*control).replayDelivery, false},
	{http.MethodPost, "/api/seed", "seed.apply", (*control).postSeed, false},
	{http.MethodPost, "/api/reset", "reset", (*control).postReset, false},
	{http.MethodGet, "/api/snapshot", "snapshot.get", (*control).getSnapshot, false},
	{http.MethodPut, "/api/snapshot", "snapshot.put", (*control).putSnapshot, false},
	{http.MethodGet, "/api/snapshots", "snapshots.list", (*control).listSnapshots, false},
	{http.MethodPost, "/api/snapshots", "snapshots.save", (*control).saveSnapshot, false},
	{http.MethodDelete, "/api/snapshots/{name}", "snapshots.delete", (*control).deleteSnapshot, false},
	{http.MethodPost, "/api/snapshots/{name}/restore", "snapshots.restore", (*control).restoreSnapshot, false},
	{http.MethodPost, "/api/snapshots/{name}/undelete", "snapshots.undelete", (*control).undeleteSnapshot, false},
	{http.MethodGet, "/api/clock", "clock.get", (*control).getClock, false},
	{http.MethodPost, "/api/clock/advance", "clock.advance", (*control).advanceClock, false},
	{http.MethodPost, "/api/clock/stop", "clock.stop", (*control).stopClock, false},
	{http.MethodPost, "/api/clock/run", "clock.run", (*control).runClock, false},
	{http.MethodGet, "/api/faults", "faults.list", (*control).listFaults, false},
	{http.MethodPost, "/api/faults", "faults.add", (*control).addFault, false},
	{http.MethodDelete, "/api/faults", "faults.clear", (*control).clearFaults, false},
	{http.MethodGet, "/api/faults/choices", "faults.choices", (*control).faultChoices, false},
}

func newControl(e *emulator) http.Handler {
	c := &control{emulator: e, srv: scope{e.srv, e.srv.Project}, log: e.log, replacing: &sync.Mutex{}}
	mux := http.NewServeMux()
	for _, r := range slices.Concat(pageRoutes(), routes) {
		mux.HandleFunc(r.method+" "+root+r.path, c.serve(r))
	}
	mux.Handle(root, http.RedirectHandler(root+"/", http.StatusMovedPermanently))
	mux.HandleFunc(root+"/", c.serve(route{call: "unknown", handle: (*control).unknown, open: true}))
	return mux
}

// failure is an error with the status of its response.
type failure struct {
	status int
	err    error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// serve returns a handler for a route. It writes the route's error as the
// response.
func (c *control) serve(to route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		sent := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		secure(sent.Header())
		most := int64(maxControlBody)
		if to.call == "snapshot.put" {
			most = maxSnapshot
		}
		r.Body = http.MaxBytesReader(sent, r.Body, most)
		err := to.admit(r, c.host, c.allowed)
		of := c
		if err == nil && !to.open {
			of, err = c.selected(r)
		}
		if err == nil && r.Method != http.MethodGet {
			sent.save = of.srv.Project.Save
		}
		if err == nil {
			err = to.handle(of, sent, r)
		}
		if err != nil {
			status := http.StatusBadRequest
			var failed *failure
			if errors.As(err, &failed) {
				status = failed.status
			}
			answer := map[string]string{"error": err.Error()}
			var refused *callError
			if errors.As(err, &refused) {
				answer["error_type"] = string(refused.answer.Type)
			}
			writeJSON(sent, status, answer)
		}
		c.logControl(to.call, sent.status, start)
	}
}

// admit rejects a request from another site, or one that breaks control.yaml.
func (to route) admit(r *http.Request, host string, allowed []string) error {
	if to.call == "ready" {
		return nil // a health check may use any name for the emulator
	}
	if err := checkHost(r, host, allowed); err != nil {
		return &failure{http.StatusForbidden, err}
	}
	if to.open {
		return checkParameters(to.call, r)
	}
	if err := checkSite(r, allowed); err != nil {
		return &failure{http.StatusForbidden, err}
	}
	if err := checkContentType(to.call, r); err != nil {
		return &failure{http.StatusUnsupportedMediaType, err}
	}
	return checkRequest(to.call, r)
}

func (c *control) unknown(_ http.ResponseWriter, r *http.Request) error {
	return &failure{http.StatusNotFound, fmt.Errorf("there is no %s %s; %s/openapi.yaml lists the calls", r.Method, r.URL.Path, root)}
}

func (c *control) getReady(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]bool{"ready": true})
}

func (c *control) getEnvironment(w http.ResponseWriter, _ *http.Request) error {
	variables := map[string]string{}
	for _, v := range environment(c.srv.Project) {
		variables[v.name] = v.value
	}
	return writeJSON(w, http.StatusOK, variables)
}

func (c *control) postReset(w http.ResponseWriter, _ *http.Request) error {
	c.replacing.Lock()
	defer c.replacing.Unlock()
	defer c.feed.announce(true)
	if err := c.reset(c.srv.Project); err != nil {
		return &failure{http.StatusInternalServerError, err}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// done announces a change, and answers without content. clock says whether it may be the clock.
func (c *control) done(w http.ResponseWriter, clock bool) error {
	c.feed.announce(clock)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// doneWith announces a change, and answers with a value.
func (c *control) doneWith(w http.ResponseWriter, status int, v any) error {
	c.feed.announce(false)
	return writeJSON(w, status, v)
}

// writeJSON writes a value as the response. It returns nil, so that handlers
// can return its result.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(encode(v), '\n')) // the client may be gone
	return nil
}

// decode reads a body that was already checked against control.yaml.
func decode(r *http.Request, into any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("there is more data after the body's JSON; want one value")
	}
	return nil
}

// ended returns a request's context, which is also canceled when the program ends or
// the project is removed.
func (c *control) ended(r *http.Request) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(r.Context())
	stop := context.AfterFunc(c.streams, func() { cancel(errors.New("the emulator is shutting down")) })
	go func() {
		select {
		case <-c.srv.Removed():
			cancel(errors.New("the project was removed"))
		case <-ctx.Done():
		}
	}()
	return ctx, func() { stop(); cancel(nil) }
}
