package stytchtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody is the largest request body that the server reads.
const maxBody = 1 << 20

// answer is a response that is not sent yet.
type answer struct {
	status    int
	header    http.Header
	body      []byte
	truncated bool
	gateway   bool // it comes from a gateway, not from the service
	errorType string
}

// ServeHTTP serves the calls of the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := &answer{header: http.Header{"Content-Type": {"application/json"}}}
	start := time.Now()
	record := Request{Method: r.Method, Path: r.URL.Path, At: s.clock.Now()}
	send := true
	if isRedirect(r) {
		s.redirect(r, a)
	} else {
		send = s.answer(w, r, a, &record)
	}
	record.Status, record.ErrorType, record.Duration = a.status, a.errorType, time.Since(start)
	if !send {
		record.Status = 0
	}
	s.requests.add(record)
	if s.observe != nil {
		s.observe(record)
	}
	if !send {
		return
	}
	if s.validate != nil && !a.gateway && a.status != http.StatusFound {
		if err := s.checkAnswer(r, a); err != nil {
			s.validate(fmt.Errorf("the response %d to %s %s breaks the spec: %w", a.status, r.Method, r.URL.Path, err))
		}
	}
	write(w, a)
}

func write(w http.ResponseWriter, a *answer) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if a.truncated {
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // the connection ends before Content-Length bytes are sent
	}
	_, _ = w.Write(a.body)
}

// answer makes the response to a request. It returns false if a fault closed
// the connection.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, a *answer, record *Request) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		s.fail(a, failf("bad_request", "the body could not be read, or has more than %d bytes", maxBody))
		return true
	}
	op, params, allowed, err := s.api.find(r.Method, r.URL.Path)
	if err != nil {
		s.fail(a, failf("internal_server_error", "%v", err))
		return true
	}
	if op == nil {
		s.unknown(a, r, allowed)
		return true
	}
	record.API, record.Call = op.call.API, op.call.Name
	record.redact(r, body)

	fault := s.faults.meet(op.call)
	if fault != nil && !fault.AfterEffect {
		record.Fault = true
		if fault.stops() {
			return fault.apply(w, r, a, s)
		}
	}
	s.perform(op, r, params, body, a)
	if fault != nil {
		record.Fault = true
		return fault.apply(w, r, a, s)
	}
	return true
}

// checkAnswer compares a response with the spec. A response to an unknown path is
// compared with the error schema that all calls share.
func (s *Server) checkAnswer(r *http.Request, a *answer) error {
	op, params, _, err := s.api.find(r.Method, r.URL.Path)
	if err != nil {
		return err
	}
	if op == nil || op.handler == nil { // the error has the shape that most calls have
		operations, err := s.api.consumer()
		if err != nil {
			return err
		}
		op = &operations[slices.IndexFunc(operations, func(o operation) bool { return o.handler != nil })]
	}
	var common struct {
		StatusCode int `json:"status_code"`
	}
	if err := json.Unmarshal(a.body, &common); err != nil {
		return err
	}
	if common.StatusCode != a.status {
		return fmt.Errorf("its status_code is %d", common.StatusCode)
	}
	status := a.status
	if status == http.StatusCreated {
		status = http.StatusOK // the spec describes every success under 200
	}
	return op.checkResponse(op.input(r, params, nil), status, a.header, a.body)
}

// stops reports whether a fault prevents a call from taking effect.
func (f *Fault) stops() bool {
	return f.ErrorType != "" || f.Status != 0 || f.HTML || f.Reset
}

// unknown responds to a path or method that the API does not have.
func (s *Server) unknown(a *answer, r *http.Request, allowed []string) {
	e := failf("bad_request", "there is no call %s %s", r.Method, r.URL.Path)
	e.status = http.StatusNotFound
	if len(allowed) > 0 {
		e.status = http.StatusMethodNotAllowed
		a.header.Set("Allow", strings.Join(allowed, ", "))
		e.message += "; the path allows " + strings.Join(allowed, " and ")
	}
	s.fail(a, e)
}

// fail writes an error as the service does.
func (s *Server) fail(a *answer, e *apiError) {
	types, err := s.api.errors()
	known, ok := types[e.errorType]
	switch {
	case err != nil:
		known = errorType{Status: http.StatusInternalServerError, Description: err.Error()}
	case !ok:
		known = errorType{Status: http.StatusBadRequest, Description: "The service returned this error.", url: "https://stytch.com/docs/api/errors/400"}
	}
	a.status = known.Status
	if e.status != 0 {
		a.status = e.status
	}
	message := e.message
	if message == "" {
		message = known.Description
	}
	a.errorType = e.errorType
	a.body = encode(map[string]any{
		"status_code": a.status, "request_id": newID("request-id"), "error_type": e.errorType,
		"error_message": message, "error_url": known.url,
	})
}

func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return []byte(`{}`) // every response can be encoded as JSON
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// perform checks the credentials and the request, then performs the call.
func (s *Server) perform(op *operation, r *http.Request, params map[string]string, body []byte, a *answer) {
	project, err := s.authorized(op, r, params)
	if err != nil {
		s.fail(a, err)
		return
	}
	if op.handler == nil {
		e := failf("internal_server_error", "%s is not emulated", op.call.Name)
		e.status = http.StatusNotImplemented
		s.fail(a, e)
		return
	}
	var fields map[string]any
	if op.route.Operation.RequestBody != nil {
		if err := strictObject(body, &fields); err != nil {
			s.fail(a, failf("bad_request", "the body is not a JSON object: %v", err))
			return
		}
		if r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", "application/json") // some clients leave it out
		}
	}
	if found := op.checkRequest(op.input(r, params, body)); len(found) > 0 {
		s.fail(a, broken(op, found, fields))
		return
	}
	arguments := argumentsOf(op, r, params, fields)
	project.mu.Lock()
	defer project.mu.Unlock()
	call := &run{project: project, now: s.clock.Now(), header: r.Header, status: http.StatusOK}
	result, err := op.handler(call, arguments)
	if err != nil {
		s.fail(a, err)
		return
	}
	a.status, a.body = call.status, encode(result)
}

// authorized returns the project of a request's credentials.
func (s *Server) authorized(op *operation, r *http.Request, params map[string]string) (*Project, *apiError) {
	if security := op.route.Operation.Security; security != nil && len(*security) == 0 {
		if p := s.ProjectByID(params["project_id"]); p != nil {
			return p, nil
		}
		return nil, failf("bad_request", "there is no project with this id")
	}
	id, secret, ok := r.BasicAuth()
	if !ok {
		return nil, failf("unauthorized_credentials", "the request has no Basic credentials; want the project id as the user and the secret as the password")
	}
	if p := s.ProjectByID(id); p != nil && p.secret() == secret {
		return p, nil
	}
	return nil, fail("unauthorized_credentials")
}
