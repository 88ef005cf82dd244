package main

import "strings"

// diffEdit replaces text that occurs once in a file of the base module. An
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
          $ref: '#/components/responses/Error'
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
          $ref: '#/components/responses/Error'
`

// requestCases change what goes to the service.
var requestCases = []diffCase{
	one("request field becomes required", consumer, "required: [phone_number]\n", "required: [phone_number, expiration_minutes]\n",
		"spec/consumer.yaml:31: consumer.codes.send: the request field `expiration_minutes` is now required -> field `stytch.CodesSendRequest.ExpirationMinutes` changed from *int to int: breaking"),
	one("request field becomes optional", consumer, "              required: [code]\n", "",
		"spec/consumer.yaml:104 in BASE: consumer.codes.check: the request field `code` is now optional -> field `stytch.CodesCheckRequest.Code` changed from string to *string: breaking for Go callers only"),
	one("optional request field added", consumer, "                note:\n", "                title:\n                  type: string\n                  description: The title.\n                note:\n",
		"spec/consumer.yaml:56: consumer.codes.send: the request field `title` is new -> field `stytch.CodesSendRequest.Title` added: minor"),
	{"required request field added", []diffEdit{
		{consumer, "              required: [code]\n", "              required: [code, channel]\n"},
		{consumer, "                device_id:\n", "                channel:\n                  type: string\n                  description: The channel.\n                device_id:\n"},
		{consumer, "example: {code: '123456'}", "example: {code: '123456', channel: sms}"},
	}, []string{
		"spec/consumer.yaml:111: consumer.codes.check: the request field `channel` is new and required -> field `stytch.CodesCheckRequest.Channel` added: breaking for the API only",
		"spec/consumer.yaml:91: documentation: descriptions or examples changed: consumer.codes.check: patch",
	}},
	one("request field removed", consumer, "                device_id:\n                  type: string\n                  description: The id of the device.\n", "",
		"spec/consumer.yaml:111 in BASE: consumer.codes.check: the request field `device_id` was removed -> field `stytch.CodesCheckRequest.DeviceID` removed: breaking"),
	one("request field retyped", consumer, "                device_id:\n                  type: string\n", "                device_id:\n                  type: integer\n",
		"spec/consumer.yaml:112: consumer.codes.check: the request field `device_id` changed from a string to an integer -> field `stytch.CodesCheckRequest.DeviceID` changed from *string to *int: breaking"),
	one("list instead of a text", consumer, "                device_id:\n                  type: string\n", "                device_id:\n                  type: array\n                  items: {type: string}\n",
		"spec/consumer.yaml:112: consumer.codes.check: the request field `device_id` changed from a string to a list of strings -> field `stytch.CodesCheckRequest.DeviceID` changed from *string to []string: breaking"),
	one("maximum lowered", consumer, "maximum: 10\n", "maximum: 8\n",
		"spec/consumer.yaml:38: consumer.codes.send: the request field `expiration_minutes` has the maximum `8` instead of `10` -> Go programs compile as before: breaking for the API only"),
	one("maximum raised", consumer, "maximum: 10\n", "maximum: 20\n",
		"spec/consumer.yaml:38: consumer.codes.send: the request field `expiration_minutes` has the maximum `20` instead of `10` -> Go programs compile as before: minor"),
	one("minimum raised", consumer, "minimum: 1\n", "minimum: 2\n",
		"spec/consumer.yaml:37: consumer.codes.send: the request field `expiration_minutes` has the minimum `2` instead of `1` -> Go programs compile as before: breaking for the API only"),
	one("maxLength added", consumer, "                device_id:\n                  type: string\n", "                device_id:\n                  type: string\n                  maxLength: 9\n",
		"spec/consumer.yaml:113: consumer.codes.check: the request field `device_id` now has the maxLength `9` -> Go programs compile as before: breaking for the API only"),
	one("maxLength removed", consumer, "                  maxLength: 40\n", "",
		"spec/consumer.yaml:58 in BASE: consumer.codes.send: the request field `note` no longer has the maxLength `40` -> Go programs compile as before: minor"),
	one("maxItems lowered", consumer, "maxItems: 5\n", "maxItems: 4\n",
		"spec/consumer.yaml:54: consumer.codes.send: the request field `labels` has the maxItems `4` instead of `5` -> Go programs compile as before: breaking for the API only"),
	one("limit of items added", consumer, "                  items: {type: string}\n", "                  items: {type: string, maxLength: 9}\n",
		"spec/consumer.yaml:53: consumer.codes.send: each item of the request field `labels` now has the maxLength `9` -> Go programs compile as before: breaking for the API only"),
	one("pattern widened", shared, "'^[0-9]{6}$'", "'^[0-9]{6,8}$'",
		"spec/shared.yaml:24: shared schema Code: the schema has the pattern `^[0-9]{6,8}$` instead of `^[0-9]{6}$` (in requests) -> Go programs compile as before: minor"),
	one("pattern narrowed", shared, "'^[0-9]{6}$'", "'^[1-9]{6}$'",
		"spec/shared.yaml:24: shared schema Code: the schema has the pattern `^[1-9]{6}$` instead of `^[0-9]{6}$` (in requests) -> Go programs compile as before: breaking for the API only"),
	one("default changed", consumer, "default: 2\n", "default: 3\n",
		"spec/consumer.yaml:39: consumer.codes.send: the request field `expiration_minutes` has the default `3` instead of `2` -> Go programs compile as before: breaking for the API only"),
	one("default added", consumer, "                  maxLength: 40\n", "                  maxLength: 40\n                  default: none\n",
		"spec/consumer.yaml:59: consumer.codes.send: the request field `note` now has the default `none` -> Go programs compile as before: minor"),
	one("request enum value added", consumer, "enum: [en, es]", "enum: [en, es, fr]",
		"spec/consumer.yaml:194: consumer schema Locale: the value `fr` is new (in requests) -> const `stytch.LocaleFr` added: minor"),
	one("request enum value removed", consumer, "enum: [en, es]", "enum: [en]",
		"spec/consumer.yaml:194 in BASE: consumer schema Locale: the value `es` was removed (in requests) -> const `stytch.LocaleEs` removed: breaking"),
	one("rule of fields dropped", consumer, "              not: {required: [user_id, session_token]}\n", "",
		"spec/consumer.yaml:30: consumer.codes.send: the request may now set `session_token` and `user_id` together (before: at most one of `session_token`, `user_id`, now: any) -> Go programs compile as before: minor"),
	one("rule of fields added", consumer, "            example: {code: '123456'}\n", "              not: {required: [user_id, device_id]}\n            example: {code: '123456'}\n",
		"spec/consumer.yaml:114: consumer.codes.check: the request may no longer set `device_id` and `user_id` together (before: any, now: at most one of `device_id`, `user_id`) -> Go programs compile as before: breaking for the API only"),
	{"choice narrowed", []diffEdit{
		{consumer, "              not: {required: [user_id, session_token]}\n", "              oneOf:\n                - required: [user_id]\n                - required: [session_token]\n"},
		{consumer, "              expiration_minutes: 5\n", "              expiration_minutes: 5\n              user_id: user-1\n"},
	}, []string{
		"spec/consumer.yaml:60: consumer.codes.send: the request may no longer leave all of them out (before: at most one of `session_token`, `user_id`, now: exactly one of `session_token`, `user_id`) -> Go programs compile as before: breaking for the API only",
		"spec/consumer.yaml:17: documentation: descriptions or examples changed: consumer.codes.send: patch",
	}},
	one("choice widened", b2bSpec, "              oneOf:\n                - required: [session_id]\n                - required: [session_token]\n", "              not: {required: [session_id, session_token]}\n",
		"spec/b2b.yaml:35: b2b.sessions.revoke: the request may now leave all of them out (before: exactly one of `session_id`, `session_token`, now: at most one of `session_id`, `session_token`) -> Go programs compile as before: minor"),
	one("optional parameter becomes required", consumer, "          in: query\n          description: Whether to say more.\n          schema: {type: boolean}\n", "          in: query\n          required: true\n          description: Whether to say more.\n          schema: {type: boolean}\n          example: true\n",
		"spec/consumer.yaml:150: consumer.codes.get: the query parameter `verbose` is now required -> field `stytch.CodesGetRequest.Verbose` changed from *bool to bool: breaking",
		"spec/consumer.yaml:135: documentation: descriptions or examples changed: consumer.codes.get: patch"),
	one("parameter removed", consumer, "        - name: verbose\n          in: query\n          description: Whether to say more.\n          schema: {type: boolean}\n", "",
		"spec/consumer.yaml:148 in BASE: consumer.codes.get: the query parameter `verbose` was removed -> field `stytch.CodesGetRequest.Verbose` removed: breaking"),
	one("header parameter added", consumer, "        - name: verbose\n", "        - name: X-Trace\n          in: header\n          description: The trace.\n          schema: {type: string}\n        - name: verbose\n",
		"spec/consumer.yaml:148: consumer.codes.get: the header parameter `X-Trace` is new -> field `stytch.CodesGetRequest.XTrace` added: minor"),
}

// answerCases change what comes from the service.
var answerCases = []diffCase{
	{"required answer field added", []diffEdit{
		{consumer, "required: [request_id, status_code, user]", "required: [request_id, status_code, user, code_id]"},
		{consumer, "                  region:\n", "                  code_id:\n                    type: string\n                    description: The id.\n                  region:\n"},
		{consumer, "                request_id: request-1\n", "                request_id: request-1\n                code_id: code-1\n"},
	}, []string{
		"spec/consumer.yaml:81: consumer.codes.send: the response field `code_id` is new and required -> field `stytch.CodesSendResponse.CodeID` added: minor",
		"spec/consumer.yaml:17: documentation: descriptions or examples changed: consumer.codes.send: patch",
	}},
	one("optional answer field removed", consumer, "                  region:\n                    type: string\n                    description: Where the message left from.\n", "",
		"spec/consumer.yaml:81 in BASE: consumer.codes.send: the response field `region` was removed -> field `stytch.CodesSendResponse.Region` removed: breaking"),
	{"required answer field removed", []diffEdit{
		{consumer, "required: [request_id, status_code, user]", "required: [status_code, user]"},
		{consumer, "                  request_id:\n                    type: string\n                    description: The id of the call.\n", ""},
		{consumer, "                request_id: request-1\n", ""},
	}, []string{
		"spec/consumer.yaml:73 in BASE: consumer.codes.send: the response field `request_id` was removed -> field `stytch.CodesSendResponse.RequestID` removed: breaking",
		"spec/consumer.yaml:76: consumer.codes.send: an answer without the response field `user` is now an error -> Go programs compile as before: minor",
		"spec/consumer.yaml:17: documentation: descriptions or examples changed: consumer.codes.send: patch",
	}},
	one("field of a component becomes optional", consumer, "      required: [user_id, status]\n", "      required: [user_id]\n",
		"spec/consumer.yaml:172 in BASE: consumer schema User: the field `status` is now optional (in responses) -> field `stytch.User.Status` changed from UserStatus to *UserStatus: breaking"),
	one("field of a nullable component becomes optional", consumer, "      required: [first, last]\n", "      required: [first]\n",
		"spec/consumer.yaml:199 in BASE: consumer schema UserName: the field `last` is now optional (in responses) -> field `stytch.UserName.Last` changed from string to *string: breaking"),
	{"answer field becomes required", []diffEdit{
		{consumer, "required: [request_id, status_code, user]", "required: [request_id, status_code, user, region]"},
		{consumer, "                request_id: request-1\n", "                request_id: request-1\n                region: eu\n"},
	}, []string{
		"spec/consumer.yaml:71: consumer.codes.send: the response field `region` is now required -> field `stytch.CodesSendResponse.Region` changed from *string to string: breaking for Go callers only",
		"spec/consumer.yaml:17: documentation: descriptions or examples changed: consumer.codes.send: patch",
	}},
	{"nullable field never null", []diffEdit{
		{consumer, "          type: [string, 'null']\n          format: date-time\n", "          type: string\n          format: date-time\n"},
		{consumer, "created_at: null, ", ""},
	}, []string{
		"spec/consumer.yaml:179: consumer schema User: the field `created_at` can no longer be null (in responses) -> Go programs compile as before: minor",
		"spec/consumer.yaml:91: documentation: descriptions or examples changed: consumer.codes.check: patch",
	}},
	one("field of an inner object added", consumer, "        last:\n", "        middle:\n          type: string\n          description: The middle name.\n        last:\n",
		"spec/consumer.yaml:204: consumer schema UserName: the field `middle` is new (in responses) -> field `stytch.UserName.Middle` added: minor"),
	one("answer becomes nullable", consumer, "                  region:\n                    type: string\n", "                  region:\n                    type: [string, 'null']\n",
		"spec/consumer.yaml:81: consumer.codes.send: the response field `region` can now be null -> Go programs compile as before: breaking for the API only"),
	one("answer enum value added", consumer, "enum: [active, pending]", "enum: [active, pending, locked]",
		"spec/consumer.yaml:190: consumer schema UserStatus: the value `locked` is new (in responses) -> const `stytch.UserStatusLocked` added: minor"),
	one("answer enum value removed", consumer, "enum: [active, pending]", "enum: [active]",
		"spec/consumer.yaml:190 in BASE: consumer schema UserStatus: the value `pending` was removed (in responses) -> const `stytch.UserStatusPending` removed: breaking for Go callers only"),
}

// callCases change whole calls, errors, and what only our keys say.
var callCases = []diffCase{
	one("call removed", consumer, getCall, "",
		"spec/consumer.yaml:135 in BASE: consumer.codes.get: the call GET /v1/codes/{code_id} was removed -> method `(*stytch.CodesService).Get` removed, type `stytch.CodesGetRequest` removed, type `stytch.CodesGetResponse` removed: breaking"),
	{"call in a new service", []diffEdit{
		{consumer, "paths:\n", "  - name: users\n    description: Reads users.\npaths:\n" + usersCall},
	}, []string{
		"spec/consumer.yaml:19: consumer.users.get: the call GET /v1/users/{user_id} is new -> type `stytch.UsersGetRequest` added, type `stytch.UsersGetResponse` added, type `stytch.UsersService` added, and 1 more: minor",
	}},
	one("call renamed", consumer, "operationId: codes.get\n", "operationId: codes.read\n",
		"spec/consumer.yaml:135: consumer.codes.read: the call `codes.get` is now named `codes.read`, the same on the wire -> method `(*stytch.CodesService).Get` removed, type `stytch.CodesGetRequest` removed, type `stytch.CodesGetResponse` removed, and 3 more: breaking for Go callers only"),
	one("call deprecated", consumer, "      operationId: codes.get\n", "      operationId: codes.get\n      deprecated: true\n",
		"spec/consumer.yaml:137: consumer.codes.get: the call is deprecated -> Go programs compile as before: minor"),
	one("path changed", consumer, "  /v1/codes/check:\n", "  /v2/codes/check:\n",
		"spec/consumer.yaml:91 in BASE: consumer.codes.check: the call POST /v1/codes/check was removed -> Go programs compile as before: breaking for the API only",
		"spec/consumer.yaml:91: consumer.codes.check: the call POST /v2/codes/check is new -> Go programs compile as before: minor"),
	one("path parameter renamed", consumer, getCall, strings.ReplaceAll(getCall, "code_id", "id"),
		"spec/consumer.yaml:142: consumer.codes.get: the path parameter `code_id` is now named `id`, the same on the wire -> field `stytch.CodesGetRequest.CodeID` removed, field `stytch.CodesGetRequest.ID` added: breaking for Go callers only",
		"spec/consumer.yaml:135: documentation: descriptions or examples changed: consumer.codes.get: patch"),
	one("call without credentials", consumer, "      operationId: codes.get\n", "      operationId: codes.get\n      security: []\n",
		"spec/consumer.yaml:137: consumer.codes.get: the client no longer sends credentials with the call -> Go programs compile as before: breaking for Go callers at run time"),
	one("repeated more", consumer, "x-retry: unsent\n      x-errors: [code_not_found]", "x-retry: safe\n      x-errors: [code_not_found]",
		"spec/consumer.yaml:23: consumer.codes.send: `x-retry` changed from `unsent` to `safe` -> Go programs compile as before: breaking for Go callers at run time"),
	one("repeated less", consumer, "x-retry: unsent\n      x-errors: [code_not_found]", "x-retry: never\n      x-errors: [code_not_found]",
		"spec/consumer.yaml:23: consumer.codes.send: `x-retry` changed from `unsent` to `never` -> Go programs compile as before: breaking for Go callers at run time"),
	one("secret no more", consumer, "                  x-sensitive: true\n", "",
		"spec/consumer.yaml:45: consumer.codes.send: the request field `session_token` is no longer a secret and now appears in logs and prints -> Go programs compile as before: breaking for Go callers at run time"),
	one("secret from now on", consumer, "                note:\n                  type: string\n", "                note:\n                  type: string\n                  x-sensitive: true\n",
		"spec/consumer.yaml:56: consumer.codes.send: the request field `note` is now a secret and prints as [redacted] -> Go programs compile as before: minor"),
	one("first secret of an object", consumer, "        first:\n          type: string\n", "        first:\n          type: string\n          x-sensitive: true\n",
		"spec/consumer.yaml:201: consumer schema UserName: the field `first` is now a secret and prints as [redacted] -> method `stytch.User.Format` added, method `stytch.User.LogValue` added, method `stytch.UserName.Format` added, and 1 more: minor"),
	one("shared secret no more", shared, "      pattern: '^[0-9]{6}$'\n      x-sensitive: true\n", "      pattern: '^[0-9]{6}$'\n",
		"spec/shared.yaml:21: shared schema Code: the schema is no longer a secret and now appears in logs and prints -> Go programs compile as before: breaking for Go callers at run time"),
	one("essential no more", consumer, "                  request_id:\n                    type: string\n", "                  request_id:\n                    type: string\n                    x-essential: false\n",
		"spec/consumer.yaml:73: consumer.codes.send: an answer without the response field `request_id` is no longer an error, and leaves the field empty -> Go programs compile as before: breaking for Go callers at run time",
		"spec/consumer.yaml:80: consumer.codes.send: an answer without the response field `user` is now an error -> Go programs compile as before: minor"),
	one("essential from now on", consumer, "                  user:\n                    $ref: '#/components/schemas/User'\n                  region", "                  user:\n                    $ref: '#/components/schemas/User'\n                    x-essential: true\n                  region",
		"spec/consumer.yaml:79: consumer.codes.send: an answer without the response field `user` is now an error -> Go programs compile as before: minor"),
	one("invalid value of another type", consumer, "                user_id:\n                  type: string\n                  minLength: 1\n", "                user_id:\n                  type: string\n                  minLength: 1\n                  x-invalid: code_not_found\n",
		"spec/consumer.yaml:41: consumer.codes.send: an invalid value of the request field `user_id` is now refused as `code_not_found`, not as a bad request -> Go programs compile as before: minor"),
	one("shared invalid value of another type", shared, "      pattern: '^[0-9]{6}$'\n", "      pattern: '^[0-9]{6}$'\n      x-invalid: code_not_found\n",
		"spec/shared.yaml:21: shared schema Code: an invalid value of the schema is now refused as `code_not_found`, not as a bad request -> Go programs compile as before: minor"),
	one("too many of another type", consumer, "              not: {required: [user_id, session_token]}\n", "              not: {required: [user_id, session_token]}\n              x-choice: {several: code_not_found}\n",
		"spec/consumer.yaml:61: consumer.codes.send: a request with several of `session_token`, `user_id` is now refused as `code_not_found`, not as a bad request -> Go programs compile as before: minor"),
	{"error type removed", []diffEdit{
		{errorsIn, "  code_expired:\n    status: 401\n    description: The code is too old.\n    action: Send another.\n", ""},
		{consumer, "[code_not_found, code_expired]", "[code_not_found]"},
	}, []string{
		"spec/errors.yaml:8 in BASE: error code_expired: the error type was removed -> const `stytch.ErrCodeExpired` removed: breaking",
		"spec/consumer.yaml:97: consumer.codes.check: the call no longer lists the error `code_expired`: patch",
	}},
	{"error type added", []diffEdit{
		{errorsIn, "  code_expired:\n", "  code_locked:\n    status: 403\n    description: The code is locked.\n    action: Wait.\n  code_expired:\n"},
		{consumer, "[code_not_found, code_expired]", "[code_not_found, code_expired, code_locked]"},
	}, []string{
		"spec/consumer.yaml:97: consumer.codes.check: the call can now answer the error `code_locked` -> Go programs compile as before: minor",
		"spec/errors.yaml:8: error code_locked: the error type is new -> const `stytch.ErrCodeLocked` added: minor",
	}},
	{"error type by way of a group", []diffEdit{
		{errorsIn, "errors:\n  code", "groups:\n  expired: [code_expired]\n  codes: [code_not_found, '@expired']\nerrors:\n  code"},
		{consumer, "x-retry: unsent\n      x-errors: [code_not_found]", "x-retry: unsent\n      x-errors: ['@codes']"},
	}, []string{
		"spec/consumer.yaml:24: consumer.codes.send: the call can now answer the error `code_expired` -> Go programs compile as before: minor",
	}},
	one("error status changed", errorsIn, "status: 401", "status: 403",
		"spec/errors.yaml:8: error code_expired: the status changed from `401` to `403` -> Go programs compile as before: breaking for the API only"),
	one("error no longer waited for", errorsIn, "    retry: true\n", "",
		"spec/errors.yaml:12: error too_many_requests: the client no longer waits and repeats the call after it -> Go programs compile as before: breaking for Go callers at run time"),
	one("error no longer listed", consumer, "[code_not_found, code_expired]", "[code_not_found]",
		"spec/consumer.yaml:97: consumer.codes.check: the call no longer lists the error `code_expired`: patch"),
	{"server moved", []diffEdit{
		{consumer, "https://live.example.com", "https://api.example.com"},
		{b2bSpec, "https://live.example.com", "https://api.example.com"},
	}, []string{
		"spec/consumer.yaml:9: servers: the server changed from `https://live.example.com` to `https://api.example.com` -> Go programs compile as before: breaking for Go callers at run time",
	}},
}

// onceCases have changes in Go that several findings are about: each is reported once.
var onceCases = []diffCase{
	{"secret no more, and of another type", []diffEdit{
		{consumer, "                  type: string\n                  x-sensitive: true\n", "                  type: integer\n"},
	}, []string{
		"spec/consumer.yaml:45: consumer.codes.send: the request field `session_token` is no longer a secret and now appears in logs and prints -> Go programs compile as before: breaking for Go callers at run time",
		"spec/consumer.yaml:46: consumer.codes.send: the request field `session_token` changed from a string to an integer -> field `stytch.CodesSendRequest.SessionToken` changed from *string to *int: breaking",
	}},
	{"required, and of another type", []diffEdit{
		{consumer, "              required: [code]\n", "              required: [code, device_id]\n"},
		{consumer, "                device_id:\n                  type: string\n", "                device_id:\n                  type: integer\n"},
		{consumer, "example: {code: '123456'}", "example: {code: '123456', device_id: 1}"},
	}, []string{
		"spec/consumer.yaml:104: consumer.codes.check: the request field `device_id` is now required -> field `stytch.CodesCheckRequest.DeviceID` changed from *string to int: breaking",
		"spec/consumer.yaml:112: consumer.codes.check: the request field `device_id` changed from a string to an integer -> part of the change in Go above: breaking",
		"spec/consumer.yaml:91: documentation: descriptions or examples changed: consumer.codes.check: patch",
	}},
	{"required, and of another value", []diffEdit{
		{consumer, "required: [phone_number]\n", "required: [phone_number, locale]\n"},
		{consumer, "enum: [en, es]", "enum: [en, es, fr]"},
		{consumer, "              expiration_minutes: 5\n", "              expiration_minutes: 5\n              locale: en\n"},
	}, []string{
		"spec/consumer.yaml:31: consumer.codes.send: the request field `locale` is now required -> field `stytch.CodesSendRequest.Locale` changed from *Locale to Locale: breaking",
		"spec/consumer.yaml:195: consumer schema Locale: the value `fr` is new (in requests) -> const `stytch.LocaleFr` added: minor",
		"spec/consumer.yaml:17: documentation: descriptions or examples changed: consumer.codes.send: patch",
	}},
	{"another type, and another name in Go", []diffEdit{
		{consumer, "                note:\n                  type: string\n                  maxLength: 40\n", "                note:\n                  type: integer\n                  x-go-name: Remark\n"},
	}, []string{
		"spec/consumer.yaml:56: consumer.codes.send: the request field `note` is now named Remark in Go, the same on the wire -> field `stytch.CodesSendRequest.Note` removed, field `stytch.CodesSendRequest.Remark` added: breaking for Go callers only",
		"spec/consumer.yaml:57: consumer.codes.send: the request field `note` changed from a string to an integer -> part of the change in Go above: breaking",
	}},
	{"secrets of two types", []diffEdit{
		{consumer, "        first:\n          type: string\n", "        first:\n          type: string\n          x-sensitive: true\n"},
		{consumer, "          description: The id of the code.\n          schema: {type: string}\n", "          description: The id of the code.\n          schema: {type: string, x-sensitive: true}\n"},
	}, []string{
		"spec/consumer.yaml:142: consumer.codes.get: the path parameter `code_id` is now a secret and prints as [redacted] -> Go programs compile as before: minor",
		"spec/consumer.yaml:201: consumer schema UserName: the field `first` is now a secret and prints as [redacted] -> method `stytch.User.Format` added, method `stytch.User.LogValue` added, method `stytch.UserName.Format` added, and 1 more: minor",
	}},
	{"two calls in a new service", []diffEdit{
		{consumer, "paths:\n", "  - name: users\n    description: Reads users.\npaths:\n" + usersCall + strings.NewReplacer("/{user_id}", "/{user_id}/again", "users.get", "users.again").Replace(usersCall)},
	}, []string{
		"spec/consumer.yaml:19: consumer.users.get: the call GET /v1/users/{user_id} is new -> type `stytch.UsersGetRequest` added, type `stytch.UsersGetResponse` added, type `stytch.UsersService` added, and 1 more: minor",
		"spec/consumer.yaml:52: consumer.users.again: the call GET /v1/users/{user_id}/again is new -> type `stytch.UsersAgainRequest` added, type `stytch.UsersAgainResponse` added: minor",
	}},
	{"two secrets of a type", []diffEdit{
		{consumer, "        first:\n          type: string\n", "        first:\n          type: string\n          x-sensitive: true\n"},
		{consumer, "        last:\n          type: string\n", "        last:\n          type: string\n          x-sensitive: true\n"},
	}, []string{
		"spec/consumer.yaml:201: consumer schema UserName: the field `first` is now a secret and prints as [redacted] -> method `stytch.User.Format` added, method `stytch.User.LogValue` added, method `stytch.UserName.Format` added, and 1 more: minor",
		"spec/consumer.yaml:205: consumer schema UserName: the field `last` is now a secret and prints as [redacted] -> part of the change in Go above: minor",
	}},
}

// goCases change what Go programs see.
var goCases = []diffCase{
	one("field renamed in Go", consumer, "                note:\n", "                note:\n                  x-go-name: Remark\n",
		"spec/consumer.yaml:56: consumer.codes.send: the request field `note` is now named Remark in Go, the same on the wire -> field `stytch.CodesSendRequest.Note` removed, field `stytch.CodesSendRequest.Remark` added: breaking for Go callers only"),
	{"schema renamed", []diffEdit{
		{consumer, "            - $ref: '#/components/schemas/UserName'\n", "            - $ref: '#/components/schemas/PersonName'\n"},
		{consumer, "    UserName:\n", "    PersonName:\n"},
	}, []string{
		"spec/consumer.yaml:196: consumer schema PersonName: the type stytch.UserName is now stytch.PersonName, the same on the wire -> type `stytch.UserName` removed, type `stytch.PersonName` added, field `stytch.User.Name` changed from *UserName to *PersonName: breaking for Go callers only",
	}},
	one("hand-written function changed", clean, "func Clean(typed string) string { return typed }", "func Clean(typed string) (string, error) { return typed, nil }",
		"stytch/clean.go:4: func `stytch.Clean` changed from func(string) string to func(string) (string, error): breaking for Go callers only"),
	one("hand-written function removed", clean, "// Clean takes spaces from a code.\nfunc Clean(typed string) string { return typed }\n", "",
		"stytch/clean.go:4 in BASE: func `stytch.Clean` removed: breaking for Go callers only"),
	one("hand-written function added", clean, "// MaxLength is", "// Trim trims.\nfunc Trim(s string) string { return s }\n\n// MaxLength is",
		"stytch/clean.go:7: func `stytch.Trim` added: minor"),
	one("constant's value changed", clean, "MaxLength = 6", "MaxLength = 8",
		"stytch/clean.go:7: const `stytch.MaxLength` value changed from 6 to 8: breaking for Go callers only"),
	one("method added to an interface", clean, "	Put(code string) error\n", "	Put(code string) error\n	Get() string\n",
		"stytch/clean.go:12: method `stytch.Store.Get` added: breaking for Go callers only"),
	one("field added to a hand-written struct", clean, "	First, Second string\n", "	First, Second, Third string\n",
		"stytch/clean.go:16: field `stytch.Pair.Third` added: minor"),
	one("hand-written struct no longer comparable", clean, "	First, Second string\n", "	First, Second string\n	All           []string\n",
		"stytch/clean.go:15: type `stytch.Pair` can no longer be compared with ==: breaking for Go callers only",
		"stytch/clean.go:17: field `stytch.Pair.All` added: minor"),
	one("receiver becomes a pointer", clean, "func (p Pair) Join()", "func (p *Pair) Join()",
		"stytch/clean.go:20: method `stytch.Pair.Join` removed: breaking for Go callers only"),
	one("area of the consumer API added to the b2b client", b2bSpec, "tags:\n  - name: sessions\n", "x-services: [codes]\ntags:\n  - name: sessions\n",
		"b2b/client_gen.go:21: field `b2b.Client.Codes` added: minor"),
	one("parameter added at the end, variadic", clean, "func Clean(typed string) string", "func Clean(typed string, more ...string) string",
		"stytch/clean.go:4: func `stytch.Clean` changed from func(string) string to func(string, ...string) string: breaking for Go callers only"),
}

// silentCases change nothing that applications can see, or documentation only.
var silentCases = []diffCase{
	one("nothing", clean, "package stytch\n", "package stytch\n"),
	one("comment in the spec", consumer, "paths:\n", "# All calls.\npaths:\n"),
	one("order of keys", consumer, "      operationId: codes.get\n      tags: [codes]\n", "      tags: [codes]\n      operationId: codes.get\n"),
	one("flow style", consumer, "required: [request_id, status_code, user]\n", "required:\n                  - request_id\n                  - status_code\n                  - user\n"),
	{"error types in a group and an area", []diffEdit{
		{errorsIn, "errors:\n  code_not_found:\n", "groups:\n  codes: [code_not_found, code_expired]\nerrors:\n  code_not_found:\n    area: Codes\n"},
		{consumer, "[code_not_found, code_expired]", "['@codes']"},
	}, nil},
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
		{consumer, "'#/components/schemas/Locale'", "'#/components/schemas/Locale'"},
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
	one("description", consumer, "description: Where the message left from.", "description: The region that the message left from.",
		"spec/consumer.yaml:81: documentation: descriptions or examples changed: stytch CodesSendResponse.region: patch"),
	one("summary", consumer, "summary: Reads a code.", "summary: Fetches a code.",
		"spec/consumer.yaml:135: documentation: descriptions or examples changed: consumer.codes.get: patch"),
	one("example", consumer, "expiration_minutes: 5", "expiration_minutes: 6",
		"spec/consumer.yaml:17: documentation: descriptions or examples changed: consumer.codes.send: patch"),
	one("what to do about an error", errorsIn, "action: Send another.", "action: Send a new one.",
		"spec/errors.yaml:8: documentation: descriptions or examples changed: error code_expired: patch"),
	one("title of a pattern", shared, "title: six digits", "title: 6 digits",
		"spec/consumer.yaml:106: documentation: descriptions or examples changed: stytch CodesCheckRequest.code: patch"),
}
