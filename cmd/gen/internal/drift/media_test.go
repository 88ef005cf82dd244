package drift

import (
	"slices"
	"strings"
	"testing"
)

const (
	requestJSON  = "        required: true\n        content:\n          application/json:\n            schema:\n              $ref: '#/components/schemas/api_otp_v1_AuthenticateRequest'\n"
	responseJSON = "            application/json:\n              schema:\n                $ref: '#/components/schemas/api_otp_v1_AuthenticateResponse'\n"
	newField     = "        session_jwt:\n          type: string\n"
)

// TestJSONByAnyName reads JSON whatever its media type is called: nothing
// differs, and a new field is found.
func TestJSONByAnyName(t *testing.T) {
	for _, media := range []string{
		"application/json; charset=utf-8", "Application/JSON", "application/json;v=1", "'*/*'", "application/*", "text/json",
		"application/vnd.example.v1+json", "application/problem+json", "application/hal+json; profile=x",
	} {
		t.Run(media, func(t *testing.T) {
			edits := []edit{{document, requestJSON, strings.Replace(requestJSON, "application/json", media, 1)}}
			report := check(t, tree(t, edits), document)
			if got := lines(report); len(got) > 0 || report.Compared != report.Calls {
				t.Errorf("%d of %d calls compared, got:\n%s", report.Compared, report.Calls, strings.Join(got, "\n"))
			}
			edits = append(edits, edit{document, newField, "        telemetry_id:\n          type: string\n" + newField})
			if got, want := lines(check(t, tree(t, edits), document)), []string{"lacking field-only-there " + auth + " request.telemetry_id"}; !slices.Equal(got, want) {
				t.Errorf("got:\n%s", strings.Join(got, "\n"))
			}
		})
	}
}

// TestBestJSON takes the plain JSON of a body that can be several things.
func TestBestJSON(t *testing.T) {
	others := "          '*/*':\n            schema:\n              type: string\n          multipart/form-data:\n            schema:\n              type: object\n          application/vnd.example+json:\n            schema:\n              type: integer\n"
	for _, content := range []string{
		strings.Replace(requestJSON, "          application/json", others+"          application/json", 1),
		requestJSON + others,
	} {
		report := check(t, tree(t, []edit{{document, requestJSON, content}}), document)
		if got := lines(report); len(got) > 0 || report.Compared != report.Calls {
			t.Errorf("%d of %d calls compared, got:\n%s", report.Compared, report.Calls, strings.Join(got, "\n"))
		}
	}
}

// TestNotCompared says which bodies could not be compared, and counts their
// calls as such, accepted or not.
func TestNotCompared(t *testing.T) {
	const empty = "            schema:\n              $ref: '#/components/schemas/api_otp_v1_AuthenticateRequest'\n"
	request := func(value string) string { return "unknown not-compared " + auth + " request" + value }
	tests := []struct {
		name  string
		edits []edit
		want  []string
	}{
		{"a form with parts", []edit{{document, requestJSON, strings.Replace(requestJSON, "application/json", "multipart/form-data", 1)}}, []string{request(" multipart/form-data")}},
		{"several that are not JSON", []edit{{document, requestJSON, strings.Replace(requestJSON, "application/json:\n"+empty, "application/xml: {}\n          multipart/form-data: {}\n", 1)}},
			[]string{request(" application/xml, multipart/form-data")}},
		{"lines of JSON", []edit{{document, requestJSON, strings.Replace(requestJSON, "application/json", "application/x-ndjson", 1)}}, []string{request(" application/x-ndjson")}},
		{"JSON without a schema", []edit{{document, requestJSON, strings.Replace(requestJSON, empty, "            example: {}\n", 1)}}, []string{request("")}},
		{"a schema that says nothing", []edit{{document, requestJSON, strings.Replace(requestJSON, empty, "            schema: {}\n", 1)}}, []string{request("")}},
		{"an answer in XML", []edit{{document, responseJSON, strings.Replace(responseJSON, "application/json", "application/xml", 1)}}, []string{"unknown not-compared " + auth + " response application/xml"}},
		{"no response of success", []edit{{document, "        '200':\n          description: Successful response\n          content:\n" + responseJSON, "        default:\n          description: Whatever\n          content:\n" + responseJSON}}, []string{"unknown not-compared " + auth + " response"}},
		{"a new field of the answer to a form", []edit{{document, requestJSON, strings.Replace(requestJSON, "application/json", "text/plain", 1)}, {document, "        email:\n", "        bounced:\n          type: boolean\n        email:\n"}},
			[]string{"lacking field-only-there " + auth + " response.user.emails[].bounced", request(" text/plain")}},
		{"a form in the package", []edit{{otpsJS, "      data\n", "      dataRaw: new URLSearchParams(data)\n"}}, []string{request(" application/x-www-form-urlencoded"), "unknown not-compared " + auth + " response"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			upstream := upstreams(test.edits)[0]
			report := check(t, tree(t, test.edits), upstream)
			if got := lines(report); !slices.Equal(got, test.want) || report.Clean() {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			if report.Calls != 4 || report.Compared != 3 {
				t.Errorf("%d of %d calls compared", report.Compared, report.Calls)
			}
			entry := "\naccepted:\n  - {call: '*', field: '**', drift: not-compared, reason: it is a form, upstream: openapi 1.0.0}\n"
			report = check(t, tree(t, append(test.edits, edit{"spec/drift.yaml", "/v1/b2b/sessions]", "/v1/b2b/sessions]" + entry})), upstream)
			if report.Calls != 4 || report.Compared != 3 || report.Accepted != strings.Count(strings.Join(test.want, "\n"), "not-compared") {
				t.Errorf("accepted %d; %d of %d calls compared", report.Accepted, report.Compared, report.Calls)
			}
		})
	}
}

// TestForm compares the fields of a form as those of a JSON object.
func TestForm(t *testing.T) {
	form := edit{document, requestJSON, strings.Replace(requestJSON, "application/json", "application/x-www-form-urlencoded", 1)}
	report := check(t, tree(t, []edit{form}), document)
	if got := lines(report); len(got) > 0 || report.Compared != report.Calls {
		t.Errorf("%d of %d calls compared, and found %q", report.Compared, report.Calls, got)
	}
}

// TestMissingIsNotCompared does not count a call that the service lacks.
func TestMissingIsNotCompared(t *testing.T) {
	report := check(t, tree(t, []edit{{document, "  /v1/otps/authenticate:", "  /v2/otps/authenticate:"}}), document)
	if report.Calls != 4 || report.Compared != 3 {
		t.Errorf("%d of %d calls compared", report.Compared, report.Calls)
	}
}

// TestOutsideAtAnotherServer lists where a call is that is not at the API's
// own server.
func TestOutsideAtAnotherServer(t *testing.T) {
	for _, edits := range [][]edit{
		{{document, "  /v1/users:\n", "  /v1/users:\n    servers:\n    - url: https://codes.example.com\n"}},
		{{"package/dist/b2c/users.js", `method: "POST",`, `method: "POST", baseURLType: "CODES",`}},
	} {
		report := check(t, tree(t, edits), upstreams(edits)[0])
		report.ListOutside = true
		for _, format := range Formats[:3] {
			var b strings.Builder
			if err := report.Write(&b, format); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), "POST /v1/users at https://codes.example.com") {
				t.Errorf("got:\n%s", b.String())
			}
		}
	}
}
