package drift

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// An edit changes one place of a file under testdata.
type edit struct{ file, old, new string }

// The files of the two kinds of upstream.
const (
	document = "upstream.yaml"
	otpsTS   = "package/types/lib/b2c/otps.d.ts"
	usersTS  = "package/types/lib/b2c/users.d.ts"
	sessTS   = "package/types/lib/b2c/sessions.d.ts"
	b2bTS    = "package/types/lib/b2b/sessions.d.ts"
	otpsJS   = "package/dist/b2c/otps.js"
	sessJS   = "package/dist/b2c/sessions.js"
	b2bJS    = "package/dist/b2b/sessions.js"
	consumer = "spec/consumer.yaml"
	b2b      = "spec/b2b.yaml"
	shared   = "spec/shared.yaml"
)

const (
	auth   = "POST /v1/otps/authenticate"
	list   = "GET /v1/sessions"
	keys   = "GET /v1/sessions/jwks/{project_id}"
	revoke = "POST /v1/b2b/sessions/revoke"
)

// seeded are differences that must be found. A case with document edits is
// run against the document, one with package edits against the package, one
// with spec edits against both.
var seeded = []struct {
	name  string
	edits []edit
	want  []string // severity, kind, place, and the value if it says more
}{
	{"call gone from the document", []edit{{document, "  /v1/otps/authenticate:", "  /v2/otps/authenticate:"}},
		[]string{"wrong call-only-here " + auth}},
	{"call gone from the package", []edit{{sessJS, "url: `/v1/sessions`", "url: `/v2/sessions`"}},
		[]string{"wrong call-only-here " + list}},
	{"call of the spec's own", []edit{{consumer, "  /v1/otps/authenticate:", "  /v1/otps/check:"}},
		[]string{"wrong call-only-here POST /v1/otps/check", "lacking call-only-there " + auth}},
	{"new call in the document", []edit{{document, "  /v1/users:", "  /v1/sessions/attest:"}},
		[]string{"lacking call-only-there POST /v1/sessions/attest"}},
	{"new call in the package", []edit{{"package/dist/b2c/users.js", "`/v1/users`", "`/v1/otps/users`"}},
		[]string{"lacking call-only-there POST /v1/otps/users"}},
	{"new verb of a path in the document", []edit{{document, "  /v1/sessions:\n    get:", "  /v1/sessions:\n    delete:\n      responses: {}\n    get:"}},
		[]string{"lacking call-only-there DELETE /v1/sessions"}},
	{"other verb in the document", []edit{{document, "  /v1/otps/authenticate:\n    post:", "  /v1/otps/authenticate:\n    put:"}},
		[]string{"wrong verb " + auth + " PUT"}},
	{"other verb in the package", []edit{{otpsJS, `method: "POST"`, `method: "PUT"`}},
		[]string{"wrong verb " + auth + " PUT"}},
	{"other verb in the spec", []edit{{b2b, "revoke:\n    post:", "revoke:\n    delete:"}},
		[]string{"wrong verb DELETE /v1/b2b/sessions/revoke POST"}},

	{"path parameter renamed in the document", []edit{{document, "jwks/{project_id}:", "jwks/{id}:"}},
		[]string{"wrong path-parameter " + keys + " path.project_id id"}},
	{"path parameter renamed in the package", []edit{{sessJS, "params.project_id", "params.id"}, {sessTS, "    project_id: string;", "    id: string;"}},
		[]string{"wrong path-parameter " + keys + " path.project_id id"}},
	{"path parameter retyped in the document", []edit{{document, "- name: project_id\n        in: path\n        required: true\n        schema:\n          type: string", "- name: project_id\n        in: path\n        required: true\n        schema:\n          type: integer"}},
		[]string{"wrong type " + keys + " path.project_id an integer"}},
	{"path parameter retyped in the package", []edit{{sessTS, "    project_id: string;", "    project_id: number;"}},
		[]string{"wrong type " + keys + " path.project_id a number"}},
	{"path longer by a parameter", []edit{{document, "jwks/{project_id}:", "jwks/{project_id}/{kid}:"}},
		[]string{"wrong call-only-here " + keys, "lacking call-only-there " + keys + "/{kid}"}},

	{"query parameter gone from the document", []edit{{document, "      - name: limit\n        in: query\n        required: false\n        schema:\n          type: integer\n          format: int32\n", ""}},
		[]string{"wrong field-only-here " + list + " query.limit"}},
	{"query parameter gone from the package", []edit{{sessTS, "    limit?: number;\n", ""}},
		[]string{"wrong field-only-here " + list + " query.limit"}},
	{"new query parameter in the document", []edit{{document, "      - name: limit\n", "      - name: cursor\n        in: query\n        schema:\n          type: string\n      - name: limit\n"}},
		[]string{"lacking field-only-there " + list + " query.cursor"}},
	{"new query parameter in the package", []edit{{sessTS, "    limit?: number;", "    limit?: number;\n    cursor?: string;"}},
		[]string{"lacking field-only-there " + list + " query.cursor"}},
	{"new required query parameter", []edit{{sessTS, "    limit?: number;", "    limit?: number;\n    cursor: string;"}},
		[]string{"wrong field-only-there " + list + " query.cursor"}},
	{"query parameter required", []edit{{sessTS, "    limit?: number;", "    limit: number;"}},
		[]string{"wrong required-only-there " + list + " query.limit"}},
	{"query parameter retyped", []edit{{sessTS, "    limit?: number;", "    limit?: string;"}},
		[]string{"wrong type " + list + " query.limit a string"}},

	{"header gone from the document", []edit{{document, "      - name: X-Member-SessionJWT\n        in: header\n        required: false\n        schema:\n          type: string\n", ""}},
		[]string{"wrong field-only-here " + revoke + " header.X-Member-SessionJWT"}},
	{"header gone from the package", []edit{{"package/dist/shared/method_options.js", "    headers[\"X-Member-SessionJWT\"] = authorization.session_jwt;\n", ""}},
		[]string{"wrong field-only-here " + revoke + " header.X-Member-SessionJWT"}},
	{"headers of no call in the package", []edit{{b2bJS, "(0, _method_options.addAuthorizationHeaders)(headers, options.authorization);", ""}},
		[]string{"wrong field-only-here " + revoke + " header.X-Member-Session", "wrong field-only-here " + revoke + " header.X-Member-SessionJWT"}},
	{"header the spec lacks", []edit{{b2b, "        - name: X-Member-Session\n          in: header\n          required: false\n          description: Who asks.\n          schema: {type: string}\n", ""}},
		[]string{"lacking field-only-there " + revoke + " header.X-Member-Session"}},

	{"cookie the spec lacks", []edit{{document, "      - name: limit\n", "      - {name: sid, in: cookie, schema: {type: string}}\n      - name: limit\n"}},
		[]string{"lacking field-only-there " + list + " cookie.sid"}},

	{"field gone from a request of the document", []edit{{document, "        session_jwt:\n          type: string\n", ""}},
		[]string{"wrong field-only-here " + auth + " request.session_jwt"}},
	{"field gone from a request of the package", []edit{{otpsTS, "    session_jwt?: string;\n", ""}},
		[]string{"wrong field-only-here " + auth + " request.session_jwt"}},
	{"new field in a request of the document", []edit{{document, "        session_jwt:\n", "        telemetry_id:\n          type: string\n        session_jwt:\n"}},
		[]string{"lacking field-only-there " + auth + " request.telemetry_id"}},
	{"new field in a request of the package", []edit{{otpsTS, "    session_jwt?: string;", "    session_jwt?: string;\n    telemetry_id?: string;"}},
		[]string{"lacking field-only-there " + auth + " request.telemetry_id"}},
	{"new required field in a request", []edit{{otpsTS, "    session_jwt?: string;", "    session_jwt?: string;\n    telemetry_id: string;"}},
		[]string{"wrong field-only-there " + auth + " request.telemetry_id"}},
	{"field of a request required by the document", []edit{{document, "      - method_id\n      - code\n", "      - method_id\n      - code\n      - session_jwt\n"}},
		[]string{"wrong required-only-there " + auth + " request.session_jwt"}},
	{"field of a request required by the spec", []edit{{consumer, "required: [method_id, code]", "required: [method_id, code, locale]"}},
		[]string{"lacking required-only-here " + auth + " request.locale"}},
	{"field of a request no longer required", []edit{{otpsTS, "    code: string;", "    code?: string;"}},
		[]string{"lacking required-only-here " + auth + " request.code"}},
	{"field of a request retyped in the document", []edit{{document, "        method_id:\n          type: string", "        method_id:\n          type: boolean"}},
		[]string{"wrong type " + auth + " request.method_id a boolean"}},
	{"items of a list retyped in the package", []edit{{otpsTS, "scopes?: string[]", "scopes?: number[]"}},
		[]string{"wrong type " + auth + " request.scopes[] a number"}},
	{"list no longer one", []edit{{otpsTS, "scopes?: string[]", "scopes?: string"}},
		[]string{"wrong type " + auth + " request.scopes a string"}},
	{"field of an object in two places", []edit{{"package/types/lib/b2c/attribute.d.ts", "    user_agent?: string;\n", ""}},
		[]string{"wrong field-only-here " + list + " response.sessions[].attributes.user_agent", "wrong field-only-here " + auth + " request.attributes.user_agent",
			"wrong field-only-here " + auth + " response.session.attributes.user_agent"}},

	{"field gone from an answer, inside a list", []edit{{document, "        email:\n          type: string\n", ""}, {document, "      - email\n", ""}},
		[]string{"wrong field-only-here " + auth + " response.user.emails[].email"}},
	{"new field in an answer, inside a list", []edit{{usersTS, "    verified: boolean;", "    verified: boolean;\n    bounced?: boolean;"}},
		[]string{"lacking field-only-there " + auth + " response.user.emails[].bounced"}},
	{"new required field in an answer", []edit{{usersTS, "    verified: boolean;", "    verified: boolean;\n    bounced: boolean;"}},
		[]string{"lacking field-only-there " + auth + " response.user.emails[].bounced"}},
	{"field deep in two answers retyped", []edit{{sessTS, "    email_id: string;", "    email_id: number;"}},
		[]string{"wrong type " + list + " response.sessions[].factors[].email_factor.email_id a number", "wrong type " + auth + " response.session.factors[].email_factor.email_id a number"}},
	{"field of an answer may be missing", []edit{{usersTS, "    status: string;", "    status?: string;"}},
		[]string{"wrong required-only-here " + auth + " response.user.status"}},
	{"field of an answer may be missing, inside a list", []edit{{document, "      - email\n      - verified\n", "      - email\n"}},
		[]string{"wrong required-only-here " + auth + " response.user.emails[].verified"}},
	{"field of an answer is always there", []edit{{consumer, "required: [request_id, status_code, user, reset_sessions]", "required: [request_id, status_code, user]"}},
		[]string{"lacking required-only-there " + auth + " response.reset_sessions"}},
	{"object no longer one", []edit{{usersTS, "    name?: Name;", "    name?: string;"}},
		[]string{"wrong type " + auth + " response.user.name a string"}},
	{"number that was an integer", []edit{{document, "        status_code:\n          type: integer\n          format: int32\n        session:", "        status_code:\n          type: number\n        session:"}},
		[]string{"wrong type " + auth + " response.status_code a number"}},
	{"integer that was a number", []edit{{document, "        score:\n          type: number", "        score:\n          type: integer"}},
		[]string{"wrong type " + list + " response.sessions[].factors[].score an integer", "wrong type " + auth + " response.session.factors[].score an integer"}},
	{"free-form object with fields", []edit{{usersTS, "trusted_metadata?: Record<string, any>;", "trusted_metadata?: {\n        plan: string;\n    };"}},
		[]string{"lacking type " + auth + " response.user.trusted_metadata an object"}},
	{"object that became free-form in the package", []edit{{usersTS, "    name?: Name;", "    name?: Record<string, any>;"}},
		[]string{"wrong type " + auth + " response.user.name a free-form object"}},
	{"object that became free-form in the document", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          type: object\n          additionalProperties: true"}},
		[]string{"wrong type " + auth + " response.user.name a free-form object"}},
	{"object that became a map of texts", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          type: object\n          additionalProperties:\n            type: string"}},
		[]string{"wrong type " + auth + " response.user.name a free-form object"}},

	{"required name without a property, in a request", []edit{{document, "      - method_id\n      - code\n", "      - method_id\n      - code\n      - ghost\n"}},
		[]string{"wrong field-only-there " + auth + " request.ghost"}},
	{"required name without a property, in an answer", []edit{{document, "      - email\n      - verified\n", "      - email\n      - verified\n      - ghost\n"}},
		[]string{"lacking field-only-there " + auth + " response.user.emails[].ghost"}},
	{"required name without a property, of a schema without properties", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          type: object\n          required:\n          - ghost"}},
		[]string{"wrong field-only-here " + auth + " response.user.name.first_name", "lacking field-only-there " + auth + " response.user.name.ghost"}},
	{"required name without a property, of a composed schema", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          required:\n          - ghost\n          allOf:\n          - $ref: '#/components/schemas/api_user_v1_Name'"}},
		[]string{"lacking field-only-there " + auth + " response.user.name.ghost"}},
	{"required name that a part of allOf demands", []edit{{document, "          $ref: '#/components/schemas/api_attribute_v1_Attributes'\n        session_token:", "          allOf:\n          - $ref: '#/components/schemas/api_attribute_v1_Attributes'\n          - required:\n            - ip_address\n        session_token:"}},
		[]string{"wrong required-only-there " + auth + " request.attributes.ip_address"}},

	{"call at another server, by its path", []edit{{document, "  /v1/otps/authenticate:\n", "  /v1/otps/authenticate:\n    servers:\n    - url: https://codes.example.com/\n"}},
		[]string{"wrong server " + auth + " https://codes.example.com"}},
	{"call at another server, by itself", []edit{{document, "      operationId: api_otp_v1_Authenticate\n", "      operationId: api_otp_v1_Authenticate\n      servers:\n      - url: https://codes.example.com\n"}, {document, "info:\n", "servers:\n- url: https://api.example.com\ninfo:\n"}},
		[]string{"wrong server " + auth + " https://codes.example.com"}},
	{"call at another server in the package", []edit{{otpsJS, `method: "POST",`, `method: "POST", baseURLType: "CODES",`}},
		[]string{"wrong server " + auth + " https://codes.example.com"}},
	{"call at a server that the package has no address of", []edit{{otpsJS, `method: "POST",`, `method: "POST", baseURLType: "OTHER",`}},
		[]string{"wrong server " + auth + " OTHER"}},
	{"new call at another server", []edit{{document, "  /v1/users:\n", "  /v1/sessions/risk:\n    servers:\n    - url: https://codes.example.com\n"}},
		[]string{"lacking call-only-there POST /v1/sessions/risk"}},
	{"call that a person wrote in the package", []edit{{otpsJS, "exports.OTPs = OTPs;", "class Form {\n  send(data) {\n    const url = new URL(`/v1/otps/form`, base);\n    return fetch(url, { method: \"POST\", body: data });\n  }\n}"}},
		[]string{"lacking call-only-there POST /v1/otps/form"}},

	{"field of several types", []edit{{usersTS, "    user_id: string;", "    user_id: string | number;"}},
		[]string{"wrong type " + auth + " response.user.user_id one of several types"}},

	{"new enum value in the document", []edit{{document, "      - es\n", "      - es\n      - fr\n"}},
		[]string{"lacking value-only-there " + auth + " request.locale fr"}},
	{"new enum value in the package", []edit{{otpsTS, `"es" |`, `"es" | "fr" |`}},
		[]string{"lacking value-only-there " + auth + " request.locale fr"}},
	{"new value as a const", []edit{{document, "      type: string\n      enum:\n      - en\n      - es\n      - pt-br\n", "      oneOf:\n      - const: en\n      - const: es\n      - const: pt-br\n      - const: fr\n"}},
		[]string{"lacking value-only-there " + auth + " request.locale fr"}},
	{"object of several types", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          type: object\n          oneOf:\n          - $ref: '#/components/schemas/api_user_v1_Name'\n          - $ref: '#/components/schemas/api_user_v1_Email'"}},
		[]string{"wrong type " + auth + " response.user.name one of several types"}},
	{"enum value gone", []edit{{otpsTS, `"es" | `, ``}},
		[]string{"wrong value-only-here " + auth + " request.locale es"}},
	{"enum value renamed, deep in answers", []edit{{sessTS, `"magic_link"`, `"link"`}},
		[]string{"wrong value-only-here " + list + " response.sessions[].factors[].type magic_link", "lacking value-only-there " + list + " response.sessions[].factors[].type link",
			"wrong value-only-here " + auth + " response.session.factors[].type magic_link", "lacking value-only-there " + auth + " response.session.factors[].type link"}},
	{"enum where the spec takes anything", []edit{{shared, "      enum: [otp, magic_link]\n", ""}},
		[]string{"lacking value-only-there " + list + " response.sessions[].factors[].type *", "lacking value-only-there " + auth + " response.session.factors[].type *"}},
	{"enum values that are no strings", []edit{{document, "      - es\n", "      - es\n      - 7\n      - true\n"}},
		[]string{"lacking value-only-there " + auth + " request.locale 7", "lacking value-only-there " + auth + " request.locale true"}},
	{"number that looks like a value of the spec", []edit{{document, "      - es\n", "      - 7\n"}, {consumer, "enum: [en, es, pt-br]", "enum: [en, '7', pt-br]"}},
		[]string{"wrong value-only-here " + auth + " request.locale 7", "lacking value-only-there " + auth + " request.locale 7"}},
	{"enum of numbers without a type", []edit{{document, "        status:\n          type: string", "        status:\n          enum:\n          - 1\n          - 2"}},
		[]string{"wrong type " + auth + " response.user.status an integer"}},
	{"enum of several types", []edit{{document, "        status:\n          type: string", "        status:\n          enum:\n          - 1\n          - active"}},
		[]string{"wrong type " + auth + " response.user.status one of several types"}},
	{"enum value that only the spec has", []edit{{consumer, "enum: [en, es, pt-br]", "enum: [en, es, pt-br, xx]"}},
		[]string{"wrong value-only-here " + auth + " request.locale xx"}},
	{"request body gone", []edit{{b2bJS, "      data\n", "      data: {}\n"}},
		[]string{"wrong field-only-here " + revoke + " request.session_token", "wrong field-only-here " + revoke + " request.member_id"}},
	{"request body with some fields", []edit{{b2bJS, "      data\n", "      data: {\n        member_id: data.member_id\n      }\n"}},
		[]string{"wrong field-only-here " + revoke + " request.session_token"}},
}

// silent are changes that are no difference.
var silent = []struct {
	name  string
	edits []edit
}{
	{"free-form object without fields at the service", []edit{{usersTS, "trusted_metadata?: Record<string, any>;", "trusted_metadata?: {};"}}},
	{"renamed component", []edit{{document, "api_user_v1_User'", "api_person_v2_Human'"}, {document, "    api_user_v1_User:", "    api_person_v2_Human:"}}},
	{"renamed type", []edit{{usersTS, "interface Email {", "interface EmailAddress {"}, {usersTS, "Email[]", "EmailAddress[]"}}},
	{"component of ours renamed", []edit{{consumer, "schemas/UserEmail'", "schemas/Mail'"}, {consumer, "    UserEmail:", "    Mail:"}}},
	{"order of fields", []edit{{otpsTS, "    method_id: string;\n    code: string;\n", "    code: string;\n    method_id: string;\n"}}},
	{"order of values", []edit{{otpsTS, `"en" | "es"`, `"es" | "en"`}}},
	{"order of calls", []edit{{document, "  /v1/sessions:\n", "  /v1/zzz:\n    get:\n      responses: {}\n  /v1/sessions:\n"}}},
	{"descriptions", []edit{{document, "        session_jwt:\n          type: string\n", "        session_jwt:\n          type: string\n          description: 'Session JWT: see docs'\n"}}},
	{"comments", []edit{{otpsTS, "    code: string;", "    /** Six digits. */\n    code: string; // yes"}}},
	{"null that only the spec knows", []edit{{document, "        first_name:\n          type: string\n", "        first_name:\n          type: string\n      required:\n      - first_name\n"}}},
	{"null said upstream", []edit{{usersTS, "    name?: Name;", "    name?: Name | null;"}}},
	{"nullable said upstream", []edit{{document, "        created_at:\n          type: string\n", "        created_at:\n          type: string\n          nullable: true\n"}}},
	{"limits that only the spec knows", []edit{{consumer, "                  minLength: 1\n", "                  minLength: 4\n                  maxLength: 40\n"}}},
	{"formats that only the spec knows", []edit{{consumer, "          format: date-time\n", ""}}},
	{"format of theirs", []edit{{document, "        created_at:\n          type: string\n", "        created_at:\n          type: string\n          format: date-time\n"}}},
	{"enum that only the spec knows", []edit{{consumer, "        - active\n", "        - active\n        - locked\n"}}},
	{"inlined component", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          type: object\n          properties:\n            first_name:\n              type: string"}}},
	{"inlined type", []edit{{usersTS, "    name?: Name;", "    name?: {\n        first_name?: string;\n    };"}}},
	{"alias", []edit{{usersTS, "    name?: Name;", "    name?: Called;"}, {usersTS, "export interface Name {", "export type Called = Name;\nexport interface Name {"}}},
	{"inheritance", []edit{{usersTS, "export interface Name {\n    first_name?: string;\n}", "interface Part {\n    first_name?: string;\n}\nexport interface Name extends Part {\n}"}}},
	{"allOf around a reference", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          allOf:\n          - $ref: '#/components/schemas/api_user_v1_Name'\n          - description: The name"}}},
	{"allOf of parts", []edit{{document, "        email_id:\n          type: string\n        email:\n          type: string\n        verified:\n          type: boolean\n      required:\n      - email_id\n      - email\n      - verified\n",
		"        email_id:\n          type: string\n      required:\n      - email_id\n      allOf:\n      - type: object\n        required:\n        - verified\n        properties:\n          verified:\n            type: boolean\n          email:\n            type: string\n      - required:\n        - email\n"}}},
	{"oneOf with null", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          oneOf:\n          - $ref: '#/components/schemas/api_user_v1_Name'\n          - type: 'null'"}}},
	{"number of an integer's format", []edit{{document, "        session_duration_minutes:\n          type: integer\n          format: int32", "        session_duration_minutes:\n          type: number\n          format: int32"}}},
	{"integer without a format", []edit{{document, "        session_duration_minutes:\n          type: integer\n          format: int32", "        session_duration_minutes:\n          type: integer"}}},
	{"call outside of the scope", []edit{{"package/dist/b2c/users.js", "`/v1/users`", "`/v1/users/create`"}}},
	{"field of a call outside of the scope", []edit{{document, "              $ref: '#/components/schemas/api_user_v1_User'", "              type: object\n              properties:\n                x:\n                  type: string"}}},
	{"case of a header", []edit{{document, "X-Member-SessionJWT", "x-member-sessionjwt"}}},
	{"Array for []", []edit{{otpsTS, "scopes?: string[]", "scopes?: Array<string>"}}},
	{"optional by undefined", []edit{{otpsTS, "scopes?: string[]", "scopes: string[] | undefined"}}},
	{"parts that are objects, one of them without fields", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          allOf:\n          - $ref: '#/components/schemas/api_user_v1_Name'\n          - type: object"}}},
	{"type declared in one part and demanded in another", []edit{{document, "          $ref: '#/components/schemas/api_user_v1_Name'", "          allOf:\n          - type: object\n            required:\n            - first_name\n          - $ref: '#/components/schemas/api_user_v1_Name'"}}},
	{"values as consts", []edit{{document, "      type: string\n      enum:\n      - en\n      - es\n      - pt-br\n", "      oneOf:\n      - const: en\n        title: English\n      - const: es\n      - const: pt-br\n"}}},
	{"enum that the service may add to", []edit{{document, "      type: string\n      enum:\n      - en\n      - es\n      - pt-br\n", "      anyOf:\n      - type: string\n      - type: string\n        enum:\n        - en\n        - es\n        - pt-br\n"}}},
	{"parameter with content", []edit{{document, "        required: false\n        schema:\n          type: integer\n          format: int32\n", "        content:\n          application/json:\n            schema:\n              type: integer\n"}}},
	{"odd parameter of a call outside of the scope", []edit{{document, "      operationId: api_user_v1_Create\n", "      operationId: api_user_v1_Create\n      parameters:\n      - {name: x, in: body, schema: {type: text}}\n      - $ref: '#/nowhere'\n"}}},
	{"dates as enum values", []edit{{document, "      - pt-br\n", "      - pt-br\n      - 2026-03-02\n"}, {consumer, "enum: [en, es, pt-br]", "enum: [en, es, pt-br, '2026-03-02']"}}},
	{"numbers as enum values", []edit{{otpsTS, "session_duration_minutes?: number;", "session_duration_minutes?: 5 | 60;"}}},
	{"server of the API", []edit{{document, "info:\n", "servers:\n- url: https://api.example.com\n- url: https://test.example.com\ninfo:\n"}, {document, "  /v1/otps/authenticate:\n", "  /v1/otps/authenticate:\n    servers:\n    - url: https://test.example.com/\n    - url: https://API.example.com\n"}}},
	{"any where the spec knows more", []edit{{usersTS, "    name?: Name;", "    name?: any;"}}},
	{"answers other than success", []edit{{document, "        '401':\n          description: Unauthorized\n          content:\n            application/json: {}", "        '500':\n          description: Broken"}}},
	{"parameters of the path as a whole", []edit{{document, "    get:\n      operationId: api_session_v1_GetJWKS\n      parameters:\n      - name: project_id\n        in: path\n        required: true\n        schema:\n          type: string\n",
		"    parameters:\n    - name: project_id\n      in: path\n      required: true\n      schema:\n        type: string\n    get:\n      operationId: api_session_v1_GetJWKS\n"}}},
}

// tree copies testdata into a folder and makes the edits.
func tree(t *testing.T, edits []edit) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		name := filepath.Join(dir, filepath.FromSlash(e.file))
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), e.old) {
			t.Fatalf("%s has no %q", e.file, e.old)
		}
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(data), e.old, e.new)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// check compares the spec in a folder with one of its two upstreams.
func check(t *testing.T, dir, upstream string) *Report {
	t.Helper()
	var list diag.List
	spec := load.Read(os.DirFS(dir), "spec", &list)
	if list.HasErrors() {
		t.Fatal(list.Sorted())
	}
	there, err := Upstream(filepath.Join(dir, upstream))
	if err != nil {
		t.Fatal(err)
	}
	known, err := ReadKnown(dir, "spec/"+File)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Check(spec, there, known)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// upstreams are those that the edits of a case are about.
func upstreams(edits []edit) []string {
	switch first := edits[0].file; {
	case first == document:
		return []string{document}
	case strings.HasPrefix(first, "package/"):
		return []string{"package"}
	}
	return []string{document, "package"}
}

// lines writes differences as the cases do: one line for each place.
func lines(report *Report) []string {
	var all []string
	for _, d := range report.Differences {
		for _, at := range d.Locations {
			line := fmt.Sprint(d.Severity, " ", d.Kind, " ", at)
			if d.Value != "" && !strings.HasSuffix(at.Field, "."+d.Value) {
				line += " " + d.Value
			}
			all = append(all, line)
		}
	}
	slices.Sort(all)
	return all
}

func TestSeededDrift(t *testing.T) {
	if len(seeded) < 40 {
		t.Errorf("%d seeded differences", len(seeded))
	}
	for _, test := range seeded {
		for _, upstream := range upstreams(test.edits) {
			t.Run(test.name+"/"+upstream, func(t *testing.T) {
				got, want := lines(check(t, tree(t, test.edits), upstream)), slices.Sorted(slices.Values(test.want))
				if !slices.Equal(got, want) {
					t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		}
	}
}

func TestNoDrift(t *testing.T) {
	for _, test := range silent {
		for _, upstream := range upstreams(test.edits) {
			t.Run(test.name+"/"+upstream, func(t *testing.T) {
				if got := lines(check(t, tree(t, test.edits), upstream)); len(got) > 0 {
					t.Errorf("got:\n%s", strings.Join(got, "\n"))
				}
			})
		}
	}
}

func TestOneDifferenceForOneLine(t *testing.T) {
	report := check(t, tree(t, []edit{{sessTS, "    email_id: string;", "    email_id: number;"}}), "package")
	if len(report.Differences) != 1 || len(report.Differences[0].Locations) != 2 {
		t.Fatalf("got %v", lines(report))
	}
	d := report.Differences[0]
	if got := d.Pos.String(); got != "spec/shared.yaml:39:19" {
		t.Errorf("the place in the spec is %s", got)
	}
	if !strings.HasSuffix(d.There.String(), "types/lib/b2c/sessions.d.ts:13:15") {
		t.Errorf("the place there is %s", d.There)
	}
}
