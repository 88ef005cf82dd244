package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/stytchgen/sdk/stytchtest"
)

// scope is the server as one request of the control API sees it. The methods of a
// project are those of the selected project: they hide the server's, which are those of
// the first one.
type scope struct {
	*stytchtest.Server
	*stytchtest.Project
}

// selected returns the control API for the project in the query, or for the first one.
func (c *control) selected(r *http.Request) (*control, error) {
	query := r.URL.Query()
	if !query.Has("project") {
		return c, nil
	}
	p := c.srv.ProjectByID(query.Get("project"))
	if p == nil {
		return nil, &failure{http.StatusNotFound, fmt.Errorf("project: no project has the id %q; GET %s/api/projects lists them", query.Get("project"), root)}
	}
	return &control{emulator: c.emulator, srv: scope{c.srv.Server, p}, log: c.log, replacing: c.replacing}, nil
}

// projectView is a project in the control API.
type projectView struct {
	ProjectID   string `json:"project_id"`
	Secret      string `json:"secret"`
	PublicToken string `json:"public_token"`
}

func newProjectView(p *stytchtest.Project) projectView {
	return projectView{p.ID, p.Secret, p.PublicToken()}
}

func (c *control) listProjects(w http.ResponseWriter, _ *http.Request) error {
	view := struct {
		Projects []projectView `json:"projects"`
	}{}
	for _, p := range c.srv.Projects() {
		view.Projects = append(view.Projects, newProjectView(p))
	}
	return writeJSON(w, http.StatusOK, view)
}

// addProject adds a project that begins like the first one: with the seed.
func (c *control) addProject(w http.ResponseWriter, _ *http.Request) error {
	p, err := c.srv.NewProject()
	if err != nil {
		return &failure{http.StatusTooManyRequests, err}
	}
	if err := c.seed.apply(p); err != nil {
		return &failure{http.StatusInternalServerError, errors.Join(err, c.srv.RemoveProject(p.ID))}
	}
	return c.doneWith(w, http.StatusCreated, newProjectView(p))
}

func (c *control) removeProject(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("project_id")
	if c.srv.ProjectByID(id) == nil {
		return &failure{http.StatusNotFound, fmt.Errorf("no project has the id %q", id)}
	}
	if err := c.srv.RemoveProject(id); err != nil {
		return &failure{http.StatusConflict, err}
	}
	return c.done(w, false)
}
