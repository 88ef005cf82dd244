package main

import "strings"

// diffEdit replaces text that stands once in a file of the base module. An
// empty before makes a new file.
type diffEdit struct {
	file, before, after string
}

// diffCase is a change, and all that gen diff has to say about it.
type diffCase struct {
	name  string
	edits []diffEdit
	want  []string
}

const (
	consumer = "spec/consumer.yaml"
	b2bSpec  = "spec/b2b.yaml"
	shared   = "spec/shared.yaml"
	errorsIn = "spec/errors.yaml"
	clean    = "stytch/clean.go"
)

func one(name, file, before, after string, want ...string) diffCase {
	return diffCase{name, []diffEdit{{file, before, after}}, want}
}

// getCall is a call of the base module, whole.
const getCall = `  /v1/codes/{code_id}:
    get:
      operationId: codes.get
      tags: [codes]
      summary: Reads a code.
      externalDocs: {url: https://example.com/docs/get}
      x-retry: safe
      parameters:
        - name: code_id
          in: path
          required: true
          description: The id of the code.
          schema: {type: string}
          example: code-1
        - name: verbose
          in: query
          description: Whether to say more.
          schema: {type: boolean}
      responses:
        '200':
          description: The code.
          content:
            application/json:
              schema:
                type: object
                required: [status_code]
                properties:
                  status_code:
                    type: integer
                    description: The HTTP status.
              example: {status_code: 200}
        default:
          $ref: 'shared.yaml#/components/responses/Error'
`

// usersCall is a call in a service that the base module does not have.
const usersCall = `  /v1/users/{user_id}:
    get:
      operationId: users.get
      tags: [users]
      summary: Reads a user.
      externalDocs: {url: https://example.com/docs/users}
      x-retry: safe
      parameters:
        - name: user_id
          in: path
          required: true
          description: The id of the user.
          schema: {type: string}
          example: user-1
      responses:
        '200':
          description: The user.
          content:
            application/json:
              schema:
                type: object
                required: [status_code, user]
                properties:
                  status_code:
                    type: integer
                    description: The HTTP status.
                  user:
                    $ref: '#/components/schemas/User'
              example:
                status_code: 200
                user: {user_id: user-1, status: active, created_at: null, name: null}
        default:
          $ref: 'shared.yaml#/components/responses/Error'
`

// requestCases change what goes to the service.
var requestCases = []diffCase{
	one("request field becomes required", consumer, "required: [phone_number]\n", "required: [phone_number, expiration_minutes]\n"),
	one("request field becomes optional", consumer, "              required: [code]\n", ""),
	one("optional request field added", consumer, "                note:\n", "                title:\n                  type: string\n                  description: The title.\n                note:\n"),
	{"required request field added", []diffEdit{
		{consumer, "              required: [code]\n", "              required: [code, channel]\n"},
		{consumer, "                device_id:\n", "                channel:\n                  type: string\n                  description: The channel.\n                device_id:\n"},
		{consumer, "example: {code: '123456'}", "example: {code: '123456', channel: sms}"},
	}, nil},
	one("request field removed", consumer, "                device_id:\n                  type: string\n                  description: The id of the device.\n", ""),
	one("request field retyped", consumer, "                device_id:\n                  type: string\n", "                device_id:\n                  type: integer\n"),
	one("list instead of a text", consumer, "                device_id:\n                  type: string\n", "                device_id:\n                  type: array\n                  items: {type: string}\n"),
	one("maximum lowered", consumer, "maximum: 10\n", "maximum: 8\n"),
	one("maximum raised", consumer, "maximum: 10\n", "maximum: 20\n"),
	one("minimum raised", consumer, "minimum: 1\n", "minimum: 2\n"),
	one("maxLength added", consumer, "                device_id:\n                  type: string\n", "                device_id:\n                  type: string\n                  maxLength: 9\n"),
	one("maxLength removed", consumer, "                  maxLength: 40\n", ""),
	one("maxItems lowered", consumer, "maxItems: 5\n", "maxItems: 4\n"),
	one("limit of items added", consumer, "                  items: {type: string}\n", "                  items: {type: string, maxLength: 9}\n"),
	one("pattern widened", shared, "'^[0-9]{6}$'", "'^[0-9]{6,8}$'"),
	one("pattern narrowed", shared, "'^[0-9]{6}$'", "'^[1-9]{6}$'"),
	one("default changed", consumer, "default: 2\n", "default: 3\n"),
	one("default added", consumer, "                  maxLength: 40\n", "                  maxLength: 40\n                  default: none\n"),
	one("request enum value added", consumer, "enum: [en, es]", "enum: [en, es, fr]"),
	one("request enum value removed", consumer, "enum: [en, es]", "enum: [en]"),
	one("rule of fields dropped", consumer, "              not: {required: [user_id, session_token]}\n", ""),
	one("rule of fields added", consumer, "            example: {code: '123456'}\n", "              not: {required: [user_id, device_id]}\n            example: {code: '123456'}\n"),
	{"choice narrowed", []diffEdit{
		{consumer, "              not: {required: [user_id, session_token]}\n", "              oneOf:\n                - required: [user_id]\n                - required: [session_token]\n"},
		{consumer, "              expiration_minutes: 5\n", "              expiration_minutes: 5\n              user_id: user-1\n"},
	}, nil},
	one("choice widened", b2bSpec, "              oneOf:\n                - required: [session_id]\n                - required: [session_token]\n", "              not: {required: [session_id, session_token]}\n"),
	one("optional parameter becomes required", consumer, "          in: query\n          description: Whether to say more.\n          schema: {type: boolean}\n", "          in: query\n          required: true\n          description: Whether to say more.\n          schema: {type: boolean}\n          example: true\n"),
	one("parameter removed", consumer, "        - name: verbose\n          in: query\n          description: Whether to say more.\n          schema: {type: boolean}\n", ""),
	one("header parameter added", consumer, "        - name: verbose\n", "        - name: X-Trace\n          in: header\n          description: The trace.\n          schema: {type: string}\n        - name: verbose\n"),
}

// answerCases change what comes from the service.
var answerCases = []diffCase{
	{"required answer field added", []diffEdit{
		{consumer, "required: [request_id, status_code, user]", "required: [request_id, status_code, user, code_id]"},
		{consumer, "                  region:\n", "                  code_id:\n                    type: string\n                    description: The id.\n                  region:\n"},
		{consumer, "                request_id: request-1\n", "                request_id: request-1\n                code_id: code-1\n"},
	}, nil},
	one("optional answer field removed", consumer, "                  region:\n                    type: string\n                    description: Where the message left from.\n", ""),
	{"required answer field removed", []diffEdit{
		{consumer, "required: [request_id, status_code, user]", "required: [status_code, user]"},
		{consumer, "                  request_id:\n                    type: string\n                    description: The id of the call.\n", ""},
		{consumer, "                request_id: request-1\n", ""},
	}, nil},
	one("field of a component becomes optional", consumer, "      required: [user_id, status]\n", "      required: [user_id]\n"),
	one("field of a nullable component becomes optional", consumer, "      required: [first, last]\n", "      required: [first]\n"),
	{"answer field becomes required", []diffEdit{
		{consumer, "required: [request_id, status_code, user]", "required: [request_id, status_code, user, region]"},
		{consumer, "                request_id: request-1\n", "                request_id: request-1\n                region: eu\n"},
	}, nil},
	{"nullable field never null", []diffEdit{
		{consumer, "          type: [string, 'null']\n          format: date-time\n", "          type: string\n          format: date-time\n"},
		{consumer, "created_at: null, ", ""},
	}, nil},
	one("field of an inner object added", consumer, "        last:\n", "        middle:\n          type: string\n          description: The middle name.\n        last:\n"),
	one("answer enum value added", consumer, "enum: [active, pending]", "enum: [active, pending, locked]"),
	one("answer enum value removed", consumer, "enum: [active, pending]", "enum: [active]"),
}

// callCases change whole calls, errors, and what only our keys say.
var callCases = []diffCase{
	one("call removed", consumer, getCall, ""),
	{"call in a new service", []diffEdit{
		{consumer, "paths:\n", "  - name: users\n    description: Reads users.\npaths:\n" + usersCall},
	}, nil},
	one("call renamed", consumer, "operationId: codes.get\n", "operationId: codes.read\n"),
	one("call deprecated", consumer, "      operationId: codes.get\n", "      operationId: codes.get\n      deprecated: true\n"),
	one("path changed", consumer, "  /v1/codes/check:\n", "  /v2/codes/check:\n"),
	one("path parameter renamed", consumer, getCall, strings.ReplaceAll(getCall, "code_id", "id")),
	one("call without credentials", consumer, "      operationId: codes.get\n", "      operationId: codes.get\n      security: []\n"),
	one("repeated more", consumer, "x-retry: unsent\n      x-errors: [code_not_found]", "x-retry: safe\n      x-errors: [code_not_found]"),
	one("repeated less", consumer, "x-retry: unsent\n      x-errors: [code_not_found]", "x-retry: never\n      x-errors: [code_not_found]"),
	one("secret no more", consumer, "                  x-sensitive: true\n", ""),
	one("secret from now on", consumer, "                note:\n                  type: string\n", "                note:\n                  type: string\n                  x-sensitive: true\n"),
	one("shared secret no more", shared, "      pattern: '^[0-9]{6}$'\n      x-sensitive: true\n", "      pattern: '^[0-9]{6}$'\n"),
	{"error type removed", []diffEdit{
		{errorsIn, "  code_expired:\n    status: 401\n    description: The code is too old.\n    action: Send another.\n", ""},
		{consumer, "[code_not_found, code_expired]", "[code_not_found]"},
	}, nil},
	{"error type added", []diffEdit{
		{errorsIn, "  code_expired:\n", "  code_locked:\n    status: 403\n    description: The code is locked.\n    action: Wait.\n  code_expired:\n"},
		{consumer, "[code_not_found, code_expired]", "[code_not_found, code_expired, code_locked]"},
	}, nil},
	one("error status changed", errorsIn, "status: 401", "status: 403"),
	one("error no longer waited for", errorsIn, "    retry: true\n", ""),
	one("error no longer listed", consumer, "[code_not_found, code_expired]", "[code_not_found]"),
	{"server moved", []diffEdit{
		{consumer, "https://live.example.com", "https://api.example.com"},
		{b2bSpec, "https://live.example.com", "https://api.example.com"},
	}, nil},
}

// goCases change what Go programs see.
var goCases = []diffCase{
	one("field renamed in Go", consumer, "                note:\n", "                note:\n                  x-go-name: Remark\n"),
	{"schema renamed", []diffEdit{
		{consumer, "            - $ref: '#/components/schemas/UserName'\n", "            - $ref: '#/components/schemas/PersonName'\n"},
		{consumer, "    UserName:\n", "    PersonName:\n"},
	}, nil},
	one("hand-written function changed", clean, "func Clean(typed string) string { return typed }", "func Clean(typed string) (string, error) { return typed, nil }"),
	one("hand-written function removed", clean, "// Clean takes spaces from a code.\nfunc Clean(typed string) string { return typed }\n", ""),
	one("hand-written function added", clean, "// MaxLength is", "// Trim trims.\nfunc Trim(s string) string { return s }\n\n// MaxLength is"),
	one("constant's value changed", clean, "MaxLength = 6", "MaxLength = 8"),
	one("method added to an interface", clean, "	Put(code string) error\n", "	Put(code string) error\n	Get() string\n"),
	one("field added to a hand-written struct", clean, "	First, Second string\n", "	First, Second, Third string\n"),
	one("hand-written struct no longer comparable", clean, "	First, Second string\n", "	First, Second string\n	All           []string\n"),
	one("receiver becomes a pointer", clean, "func (p Pair) Join()", "func (p *Pair) Join()"),
	one("parameter added at the end, variadic", clean, "func Clean(typed string) string", "func Clean(typed string, more ...string) string"),
}

// silentCases change nothing that applications can see, or documentation only.
var silentCases = []diffCase{
	one("nothing", clean, "package stytch\n", "package stytch\n"),
	one("comment in the spec", consumer, "paths:\n", "# All calls.\npaths:\n"),
	one("order of keys", consumer, "      operationId: codes.get\n      tags: [codes]\n", "      tags: [codes]\n      operationId: codes.get\n"),
	one("flow style", consumer, "required: [request_id, status_code, user]\n", "required:\n                  - request_id\n                  - status_code\n                  - user\n"),
	one("order of required", consumer, "required: [request_id, status_code, user]", "required: [user, request_id, status_code]"),
	one("order of fields", consumer, "        first:\n          type: string\n          description: The first name.\n        last:\n          type: string\n          description: The last name.\n", "        last:\n          type: string\n          description: The last name.\n        first:\n          type: string\n          description: The first name.\n"),
	one("order of enum values", consumer, "enum: [active, pending]", "enum: [pending, active]"),
	{"order of calls", []diffEdit{
		{consumer, getCall, ""},
		{consumer, "paths:\n", "paths:\n" + getCall},
	}, nil},
	{"schema moved within its file", []diffEdit{
		{consumer, "    Locale:\n      type: string\n      enum: [en, es]\n      description: A language.\n", ""},
		{consumer, "    User:\n", "    Locale:\n      type: string\n      enum: [en, es]\n      description: A language.\n    User:\n"},
	}, nil},
	{"schema moved to the shared file", []diffEdit{
		{consumer, "    Locale:\n      type: string\n      enum: [en, es]\n      description: A language.\n", ""},
		{consumer, "'#/components/schemas/Locale'", "'shared.yaml#/components/schemas/Locale'"},
		{shared, "    Code:\n", "    Locale:\n      type: string\n      enum: [en, es]\n      description: A language.\n    Code:\n"},
	}, nil},
	{"text made a component", []diffEdit{
		{consumer, "                device_id:\n                  type: string\n                  description: The id of the device.\n", "                device_id:\n                  $ref: '#/components/schemas/DeviceID'\n"},
		{consumer, "    User:\n", "    DeviceID:\n      type: string\n      description: The id of the device.\n    User:\n"},
	}, nil},
	one("rule with its fields in another order", consumer, "not: {required: [user_id, session_token]}", "not: {required: [session_token, user_id]}"),
	one("quotes", consumer, "title: Test API", "title: 'Test API'"),
	one("info version", consumer, "version: '1'", "version: '2'"),
	one("comment in Go", clean, "// Clean takes spaces from a code.", "// Clean takes all spaces from a code."),
	one("body of a function", clean, "{ return typed }", "{ return typed + \"\" }"),
	one("unexported function", clean, "// MaxLength is", "func trim() {}\n\n// MaxLength is"),
	one("name of a parameter", clean, "func Clean(typed string) string { return typed }", "func Clean(code string) string { return code }"),
	one("description", consumer, "description: Where the message left from.", "description: The region that the message left from."),
	one("summary", consumer, "summary: Reads a code.", "summary: Fetches a code."),
	one("example", consumer, "expiration_minutes: 5", "expiration_minutes: 6"),
	one("what to do about an error", errorsIn, "action: Send another.", "action: Send a new one."),
	one("title of a pattern", shared, "title: six digits", "title: 6 digits"),
}
