package stytchtest

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest/internal/contract"
)

// Perform performs a call of the API by its name, such as "consumer.users.create", as
// a person in the service's dashboard does: without a request, credentials and faults.
// The arguments are one object with the parameters and the fields of the body, under
// their names in the API. Arguments that the call does not have are an error. The
// response is JSON, as the API returns it.
//
// A rejected call returns a [*stytch.Error] with the type, status and message that the
// API would return. It has the status 404 if the API has no such call, and 501 if the
// emulator has no rules for it.
func (p *Project) Perform(call string, arguments map[string]any) (json.RawMessage, error) {
	response, err := p.perform(call, arguments)
	if err != nil {
		a := &answer{header: http.Header{}}
		p.server.fail(a, err)
		return nil, asError(call, a)
	}
	return response, nil
}

func (p *Project) perform(call string, given map[string]any) (json.RawMessage, *apiError) {
	endpoint := contract.Named(call)
	if endpoint == nil {
		e := failf("bad_request", "no call of the API is named %q", call)
		e.status = http.StatusNotFound
		return nil, e
	}
	handler := handlers[endpoint.API][endpoint.ID]
	if handler == nil {
		return nil, notEmulated(endpoint)
	}
	value, err := contract.Decode(encode(given))
	arguments, ok := value.(map[string]any)
	if err != nil || !ok {
		arguments = map[string]any{}
	}
	if endpoint.Anonymous && arguments["project_id"] == nil {
		arguments["project_id"] = p.ID // in place of the credentials
	}
	if err := refused(endpoint, arguments, endpoint.CheckStrictly(arguments)); err != nil {
		return nil, err
	}
	r := p.newRun()
	response, failed := r.handle(handler, arguments)
	if failed != nil {
		return nil, failed
	}
	if p.server.validate != nil {
		if err := violated(endpoint.CheckResponse(r.status, response)); err != nil {
			p.server.validate(fmt.Errorf("the response %d of %s breaks the spec: %w", r.status, call, err))
		}
	}
	return response, nil
}

// asError returns an error response as the SDK does.
func asError(call string, a *answer) *stytch.Error {
	var fields map[string]any
	_ = json.Unmarshal(a.body, &fields) // it is what fail wrote
	e := &stytch.Error{StatusCode: a.status, Type: stytch.ErrorType(a.errorType), Call: call}
	e.Message, _ = fields["error_message"].(string)
	e.URL, _ = fields["error_url"].(string)
	e.RequestID, _ = fields["request_id"].(string)
	return e
}
