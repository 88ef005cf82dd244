package stytchtest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/stytchtest/internal/contract"
)

// maxProjects limits the projects of a server that test suites share.
const maxProjects = 1000

// NewProject adds an empty project with new credentials, for a test suite that shares
// the server with others. It fails if there are 1,000 projects already.
func (s *Server) NewProject() (*Project, error) {
	p := newProject(s, newID("project"), newSecret())
	s.mu.Lock()
	if len(s.projects) >= maxProjects {
		s.mu.Unlock()
		return nil, fmt.Errorf("there are %d projects already; remove one that is not used any more", maxProjects)
	}
	s.projects[p.ID] = p
	s.mu.Unlock()
	return p, p.Save()
}

func newSecret() string { return "secret-test-" + newToken() }

// AddProject adds a project with these credentials. It replaces a project with
// the same ID.
func (s *Server) AddProject(id, secret string) *Project {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.projects[id]; have != nil {
		have.end()
	}
	p := newProject(s, id, secret)
	s.projects[id] = p
	return p
}

// RemoveProject removes a project with everything in it. Its credentials are not valid
// any more. The server's first project cannot be removed.
func (s *Server) RemoveProject(id string) error {
	if err := s.removeProject(id); err != nil {
		return err
	}
	return s.Save()
}

func (s *Server) removeProject(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.projects[id]
	switch {
	case p == nil:
		return fmt.Errorf("no project has the id %q", id)
	case p == s.Project:
		return errors.New("the first project cannot be removed")
	}
	delete(s.projects, id)
	p.end()
	s.journal.forget(p)
	return nil
}

// end ends what goes on in a project that was removed.
func (p *Project) end() {
	p.webhooks.drop()
	close(p.removed)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.named.end(p.server)
}

// ProjectByID returns a project, or nil.
func (s *Server) ProjectByID(id string) *Project {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.projects[id]
}

// Projects returns every project: the first one, then the others, sorted by ID.
func (s *Server) Projects() []*Project {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Collect(maps.Values(s.projects))
	slices.SortFunc(list, func(a, b *Project) int {
		switch {
		case a == s.Project:
			return -1
		case b == s.Project:
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

func (s *Server) projectByPublicToken(token string) *Project {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.projects {
		if p.PublicToken() == token {
			return p
		}
	}
	return nil
}

// visited returns the project whose public token a browser's request has. Without one, it answers with the error and
// returns nil.
func (s *Server) visited(q url.Values, a *answer) *Project {
	p := s.projectByPublicToken(q.Get("public_token"))
	if p == nil {
		s.fail(a, failf("bad_request", "public_token: there is no project with this public token"))
	}
	return p
}

// addressed returns the project that a request names, before its credentials are
// checked. Its faults apply to the request. It is the first project if the request
// names none.
func (s *Server) addressed(r *http.Request) *Project {
	id, _, _ := r.BasicAuth()
	if p := s.ProjectByID(id); p != nil {
		return p
	}
	_, params, _ := contract.Find(r.Method, r.URL.EscapedPath())
	if p := s.ProjectByID(params["project_id"]); p != nil {
		return p
	}
	return cmp.Or(s.projectByPublicToken(r.URL.Query().Get("public_token")), s.Project)
}

// URL is the base URL of the API. All projects of a server have the same.
func (p *Project) URL() string { return p.server.url }

// Removed returns a channel that is closed when the project is removed.
func (p *Project) Removed() <-chan struct{} { return p.removed }

// Clock returns the project's clock.
func (p *Project) Clock() *Clock { return &p.clock }

// Fail adds a fault for the project's calls. Faults are tried in the order in which
// they were added. It panics if [Fault.Check] returns an error, because a test with a
// fault that never applies would pass by mistake.
func (p *Project) Fail(f Fault) {
	if err := f.Check(); err != nil {
		panic("stytchtest: the fault is not valid: " + err.Error())
	}
	p.faults.add(f)
}

// Faults returns the faults that are not used up.
func (p *Project) Faults() []Fault { return p.faults.all() }

// ClearFaults removes every fault.
func (p *Project) ClearFaults() { p.faults.clear() }

// Requests returns the requests that the project received, the oldest first, without
// secrets.
func (p *Project) Requests() []Request {
	requests, _ := p.requests.find(RequestFilter{})
	return requests
}

// FindRequests returns the requests that a filter selects, the oldest first unless it
// says otherwise, and how many there are without Offset and Limit.
func (p *Project) FindRequests(f RequestFilter) (requests []Request, total int) {
	return p.requests.find(f)
}

// Calls counts the requests for a call: "consumer.otps.sms.send". A request counts
// before its response is sent or its connection reset.
func (p *Project) Calls(call string) int { return p.requests.count(call) }
