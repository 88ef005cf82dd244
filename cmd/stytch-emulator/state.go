package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

func (c *control) listUsers(w http.ResponseWriter, r *http.Request) error {
	return list(w, r, "users", c.srv.FindUsers)
}

func (c *control) listSessions(w http.ResponseWriter, r *http.Request) error {
	return list(w, r, "sessions", c.srv.FindSessions)
}

func (c *control) listOrganizations(w http.ResponseWriter, r *http.Request) error {
	return list(w, r, "organizations", c.srv.FindOrganizations)
}

func (c *control) listMembers(w http.ResponseWriter, r *http.Request) error {
	return list(w, r, "members", func(f stytchtest.Filter) ([]b2b.Member, int) {
		return c.srv.FindMembers(r.URL.Query().Get("organization_id"), f)
	})
}

func (c *control) listTOTPs(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]any{"totps": c.srv.TOTPs()})
}

func (c *control) getPolicy(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, c.srv.Policy())
}

func (c *control) putPolicy(w http.ResponseWriter, r *http.Request) error {
	var policy stytch.RBACPolicy
	if err := decode(r, &policy); err != nil {
		return err
	}
	c.srv.SetPolicy(policy)
	c.feed.announce(true)
	return c.getPolicy(w, r)
}

func (c *control) getSnapshot(w http.ResponseWriter, _ *http.Request) error {
	data, err := c.srv.Snapshot()
	if err != nil {
		return &failure{http.StatusInternalServerError, err}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="stytch-emulator.json"`)
	_, _ = w.Write(data) // the client may be gone
	return nil
}

func (c *control) putSnapshot(w http.ResponseWriter, r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if data, err = c.withSecret(data); err != nil {
		return err
	}
	c.replacing.Lock()
	defer c.replacing.Unlock()
	if err := c.srv.Restore(data); err != nil {
		return err
	}
	return c.done(w, true)
}

// withSecret puts this emulator's secret into a snapshot, so that the
// credentials of running clients stay valid.
func (c *control) withSecret(data []byte) ([]byte, error) {
	var snapshot map[string]any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&snapshot); err != nil {
		return nil, fmt.Errorf("the snapshot could not be read: %w", err)
	}
	projects, _ := snapshot["projects"].([]any)
	for _, one := range projects {
		if project, ok := one.(map[string]any); ok && project["id"] == c.projectID {
			project["secret"] = c.secret
		}
	}
	return json.Marshal(snapshot)
}
