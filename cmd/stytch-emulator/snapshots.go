package main

import (
	"errors"
	"net/http"

	"github.com/stytchgen/sdk/stytchtest"
)

func (c *control) listSnapshots(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]any{"snapshots": c.srv.Snapshots()})
}

func (c *control) saveSnapshot(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		Name    string `json:"name"`
		Replace bool   `json:"replace"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	save := c.srv.SaveSnapshot
	if request.Replace {
		save = c.srv.ReplaceSnapshot
	}
	saved, err := save(request.Name)
	if err != nil {
		return snapshotFailure(err)
	}
	return c.doneWith(w, http.StatusCreated, saved)
}

func (c *control) restoreSnapshot(w http.ResponseWriter, r *http.Request) error {
	c.replacing.Lock()
	defer c.replacing.Unlock()
	return c.snapshotChanged(w, c.srv.RestoreSnapshot(r.PathValue("name")))
}

func (c *control) deleteSnapshot(w http.ResponseWriter, r *http.Request) error {
	return c.snapshotChanged(w, c.srv.DeleteSnapshot(r.PathValue("name")))
}

func (c *control) undeleteSnapshot(w http.ResponseWriter, r *http.Request) error {
	return c.snapshotChanged(w, c.srv.UndeleteSnapshot(r.PathValue("name")))
}

func (c *control) snapshotChanged(w http.ResponseWriter, err error) error {
	if err != nil {
		return snapshotFailure(err)
	}
	return c.done(w, true)
}

// snapshotFailure gives an error about a named snapshot its status.
func snapshotFailure(err error) error {
	for known, status := range map[error]int{
		stytchtest.ErrNoSnapshot: http.StatusNotFound, stytchtest.ErrSnapshotExists: http.StatusConflict, stytchtest.ErrSnapshotLimit: http.StatusTooManyRequests,
	} {
		if errors.Is(err, known) {
			return &failure{status, err}
		}
	}
	return err
}
