package stytchtest

import (
	"bytes"
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/validate"
	"github.com/stytchgen/sdk/stytchtest/internal/contract"
)

// maxBody is the largest request body that the server reads.
const maxBody = 1 << 20

// maxHeaders limits the headers of a request, which are kept with it.
const maxHeaders = 64 << 10

// answer is a response that is not sent yet.
type answer struct {
	status    int
	header    http.Header
	body      []byte
	truncated bool
	reset     bool // the connection is reset instead
	gateway   bool // it comes from a gateway, not from the service
	page      bool // it is for a browser, and not in the spec
	oauth     bool // errors have the form of OAuth
	errorType string
}

// ServeHTTP serves the calls of the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := &answer{header: http.Header{"Content-Type": {"application/json"}}}
	start := time.Now()
	project := s.addressed(r)
	record := &exchange{request: Request{Method: r.Method, Path: r.URL.Path, At: project.clock.Now()}, header: r.Header, query: r.URL.RawQuery}
	if !s.browse(w, r, a) {
		s.answer(w, r, a, project, record)
	}
	if err := s.journal.failure(); err != nil && !a.reset {
		*a = answer{header: http.Header{"Content-Type": {"application/json"}}, oauth: a.oauth}
		s.fail(a, failf("internal_server_error", "the state could not be saved: %v", err))
	}
	record.request.ErrorType, record.request.Duration = a.errorType, time.Since(start)
	if !a.reset {
		record.request.Status = a.status
		if !a.page && !a.gateway {
			record.answer = a.body
		}
	}
	project.requests.add(record) // before the client gets the response, so that a test that has it finds the request
	if s.observe != nil {
		s.observe(record.request)
	}
	if a.reset {
		resetConnection(w)
		return
	}
	if s.validate != nil && !a.gateway && !a.page {
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

// answer makes the response to a request. Faults are those of the project.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, a *answer, project *Project, record *exchange) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		s.fail(a, failf("bad_request", "the body could not be read, or has more than %d bytes", maxBody))
		return
	}
	endpoint, params, allowed := contract.Find(r.Method, r.URL.EscapedPath())
	if endpoint == nil {
		s.unknown(a, r, allowed)
		return
	}
	a.oauth = endpoint.OAuthErrors
	q := &request{Request: r, endpoint: endpoint, params: params}
	q.fields, q.invalid = decode(q.form(), body)
	called := newCall(endpoint.API, endpoint.ID)
	record.request.API, record.request.Call = called.API, called.Name
	record.form, record.body = q.form(), body

	fault := project.faults.meet(called, func(address string) bool { return project.concerns(q, address) })
	record.request.Fault = fault != nil
	if fault == nil || fault.AfterEffect || !fault.stops() {
		s.perform(q, a)
	}
	if fault != nil {
		fault.apply(r, a, s)
	}
}

// checkAnswer compares a response with the spec. A response to an unknown path is
// compared with the form of errors that most calls share.
func (s *Server) checkAnswer(r *http.Request, a *answer) error {
	if kind := a.header.Get("Content-Type"); kind != "application/json" && len(a.body) > 0 {
		return fmt.Errorf("its content type is %q", kind)
	}
	endpoint, _, _ := contract.Find(r.Method, r.URL.EscapedPath())
	if endpoint == nil {
		return violated(contract.CheckError(a.body))
	}
	if err := violated(endpoint.CheckResponse(a.status, a.body)); err != nil || len(a.body) == 0 {
		return err
	}
	var common struct {
		StatusCode *int `json:"status_code"`
	}
	if err := json.Unmarshal(a.body, &common); err != nil {
		return err
	}
	if common.StatusCode != nil && *common.StatusCode != a.status {
		return fmt.Errorf("its status_code is %d", *common.StatusCode)
	}
	return nil
}

func violated(found []validate.Violation) error {
	if len(found) == 0 {
		return nil
	}
	return errors.New(join(found))
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
	if a.oauth && e.errorType == "bad_request" {
		e.errorType = "invalid_request"
	}
	known, ok := contract.ErrorTypeOf(e.errorType)
	if !ok {
		known = contract.ErrorType{Status: http.StatusBadRequest, When: "The service returned this error.", URL: "https://stytch.com/docs/api/errors/400"}
	}
	a.status = cmp.Or(e.status, known.Status)
	a.errorType = e.errorType
	body := map[string]any{"status_code": a.status, "request_id": newID("request-id")}
	message := cmp.Or(e.message, known.When)
	if a.oauth {
		body["error"], body["error_description"], body["error_uri"] = e.errorType, message, known.URL
	} else {
		body["error_type"], body["error_message"], body["error_url"] = e.errorType, message, known.URL
	}
	a.body = encode(body)
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

// request is a request for a call.
type request struct {
	*http.Request
	endpoint *contract.Endpoint
	params   map[string]string
	fields   map[string]any // of the body
	invalid  error          // why the body could not be decoded
}

func (q *request) contentType() string {
	kind, _, _ := strings.Cut(q.Header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// form is the form of the body. The service also accepts JSON in place of a form.
func (q *request) form() contract.Body {
	if q.endpoint.Body == contract.Form && q.contentType() == mediaTypes[contract.JSON] {
		return contract.JSON
	}
	return q.endpoint.Body
}

// perform checks the credentials and the request, then performs the call.
func (s *Server) perform(q *request, a *answer) {
	project, err := s.authorized(q)
	if err != nil {
		s.fail(a, err)
		return
	}
	handler := handlers[q.endpoint.API][q.endpoint.ID]
	if handler == nil {
		s.fail(a, notEmulated(q.endpoint))
		return
	}
	form := q.form()
	if kind := q.contentType(); form != contract.NoBody && kind != "" && kind != mediaTypes[form] { // some clients leave it out
		s.fail(a, failf("bad_request", "the content type is %q, and should be %s", kind, mediaTypes[form]))
		return
	}
	if q.invalid != nil {
		s.fail(a, failf("bad_request", "the body is not %s: %v", formats[form], q.invalid))
		return
	}
	arguments := argumentsOf(q)
	if grant := q.grantType(arguments); grant != nil { // not in the spec
		handler = grant
	} else if err := refused(q.endpoint, arguments, q.endpoint.CheckRequest(arguments)); err != nil {
		s.fail(a, err)
		return
	}
	call := &run{project: project, now: project.clock.Now(), header: q.Header, status: http.StatusOK}
	response, err := call.handle(handler, arguments)
	if err != nil {
		s.fail(a, err)
		return
	}
	a.status, a.body = call.status, response
}

// refused returns the error for arguments that break the spec, or nil.
func refused(endpoint *contract.Endpoint, arguments map[string]any, found []validate.Violation) *apiError {
	// Searches have error types of their own for a query, and check it themselves.
	found = slices.DeleteFunc(found, func(v validate.Violation) bool { return v.Field == "query" || strings.HasPrefix(v.Field, "query.") })
	if len(found) == 0 {
		return nil
	}
	e := broken(found)
	if endpoint.OAuthErrors && slices.ContainsFunc(found, func(v validate.Violation) bool { return v.Field == "grant_type" && arguments["grant_type"] != nil }) {
		e.errorType = "unsupported_grant_type"
	}
	return e
}

// notEmulated is the error of a call of the spec that has no rules.
func notEmulated(endpoint *contract.Endpoint) *apiError {
	e := failf("internal_server_error", "%s is not emulated", endpoint.Name())
	e.status = http.StatusNotImplemented
	return e
}

// authorized returns the project of a request's credentials. Calls without
// credentials name it in their path.
func (s *Server) authorized(q *request) (*Project, *apiError) {
	if q.endpoint.Anonymous {
		if p := s.ProjectByID(q.params["project_id"]); p != nil {
			return p, nil
		}
		return nil, failf("bad_request", "there is no project with this id")
	}
	id, secret, ok := q.BasicAuth()
	if !ok {
		return nil, failf("unauthorized_credentials", "the request has no Basic credentials; want the project id as the user and the secret as the password")
	}
	if p := s.ProjectByID(id); p != nil && subtle.ConstantTimeCompare([]byte(p.secret()), []byte(secret)) == 1 {
		return p, nil
	}
	return nil, fail("unauthorized_credentials")
}
