package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// nameSchema is a schema like UserName of the base module, with one field
// less.
const nameSchema = `    ShortName:
      type: object
      description: A short name.
      required: [first]
      properties:
        first:
          type: string
          description: The first name.
`

// ownerCases are changes of properties whose schema is elsewhere. Position and
// text are those of the property and its call, unless the schema changed.
var ownerCases = []diffCase{
	one("reference to a shared schema removed", consumer, "                phone_number:\n                  $ref: '#/components/schemas/PhoneNumber'\n", "                phone_number:\n                  type: string\n                  description: The number.\n",
		"spec/consumer.yaml:33: consumer.codes.send: the request field `phone_number` is no longer a secret and now appears in logs and prints -> Go programs compile as before: breaking for Go callers at run time",
		"spec/consumer.yaml:33: consumer.codes.send: the request field `phone_number` no longer has the pattern `^\\+[1-9][0-9]{1,14}$` -> Go programs compile as before: minor",
		"spec/consumer.yaml:33: documentation: descriptions or examples changed: stytch CodesSendRequest.phone_number: patch"),
	{"property of a shared schema removed", []diffEdit{
		{consumer, "                code:\n                  $ref: '#/components/schemas/Code'\n", ""},
		{consumer, "              required: [code]\n", ""},
		{consumer, "            example: {code: '123456'}", "            example: {user_id: user-1}"},
		{consumer, "                note:\n", "                code:\n                  $ref: '#/components/schemas/Code'\n                note:\n"},
	}, []string{
		"spec/consumer.yaml:106 in BASE: consumer.codes.check: the request field `code` was removed -> field `stytch.CodesCheckRequest.Code` removed: breaking",
		"spec/consumer.yaml:56: consumer.codes.send: the request field `code` is new -> field `stytch.CodesSendRequest.Code` added: minor",
		"spec/consumer.yaml:93: documentation: descriptions or examples changed: consumer.codes.check: patch",
	}},
	{"required property of a shared schema added", []diffEdit{
		{consumer, "required: [phone_number]\n", "required: [phone_number, code]\n"},
		{consumer, "                note:\n", "                code:\n                  $ref: '#/components/schemas/Code'\n                note:\n"},
		{consumer, "              expiration_minutes: 5\n", "              expiration_minutes: 5\n              code: '123456'\n"},
	}, []string{
		"spec/consumer.yaml:56: consumer.codes.send: the request field `code` is new and required -> field `stytch.CodesSendRequest.Code` added: breaking for the API only",
		"spec/consumer.yaml:17: documentation: descriptions or examples changed: consumer.codes.send: patch",
	}},
	{"property of a shared schema becomes required", []diffEdit{
		{consumer, "                locale:\n                  $ref: '#/components/schemas/Locale'\n", "                locale:\n                  $ref: '#/components/schemas/Locale'\n"},
		{consumer, "    Locale:\n      type: string\n      enum: [en, es]\n      description: A language.\n", ""},
		{shared, "    Code:\n", "    Locale:\n      type: string\n      enum: [en, es]\n      description: A language.\n    Code:\n"},
		{consumer, "required: [phone_number]\n", "required: [phone_number, locale]\n"},
		{consumer, "              expiration_minutes: 5\n", "              expiration_minutes: 5\n              locale: en\n"},
	}, []string{
		"spec/consumer.yaml:31: consumer.codes.send: the request field `locale` is now required -> field `stytch.CodesSendRequest.Locale` changed from *Locale to Locale: breaking",
		"spec/consumer.yaml:17: documentation: descriptions or examples changed: consumer.codes.send: patch",
	}},
	{"property that refers to another shared schema", []diffEdit{
		{consumer, "                  $ref: '#/components/schemas/Code'\n", "                  $ref: '#/components/schemas/PhoneNumber'\n"},
		{consumer, "            example: {code: '123456'}", "            example: {code: '+15005550006'}"},
	}, []string{
		"spec/consumer.yaml:106: consumer.codes.check: the request field `code` has the pattern `^\\+[1-9][0-9]{1,14}$` instead of `^[0-9]{6}$` -> Go programs compile as before: breaking for the API only",
		"spec/consumer.yaml:91: documentation: descriptions or examples changed: consumer.codes.check, stytch CodesCheckRequest.code: patch",
	}},
	{"limit moved into a schema", []diffEdit{
		{consumer, "                note:\n                  type: string\n                  maxLength: 40\n                  description: What the message says besides.\n", "                note:\n                  $ref: '#/components/schemas/Note'\n"},
		{consumer, "    UserStatus:\n", "    Note:\n      type: string\n      maxLength: 30\n      description: What the message says besides.\n    UserStatus:\n"},
	}, []string{
		"spec/consumer.yaml:56: consumer.codes.send: the request field `note` has the maxLength `30` instead of `40` -> Go programs compile as before: breaking for the API only",
	}},
	{"property of another object", []diffEdit{
		{consumer, "            - $ref: '#/components/schemas/UserName'\n", "            - $ref: '#/components/schemas/ShortName'\n"},
		{consumer, "    UserName:\n", nameSchema + "    UserName:\n"},
		{consumer, "        created_at:\n", "        full_name:\n          $ref: '#/components/schemas/UserName'\n        created_at:\n"},
	}, []string{
		"spec/consumer.yaml:185: consumer schema User: the field `last` of the field `name` was removed (in responses) -> Go programs compile as before: breaking for the API only",
		"spec/consumer.yaml:185: consumer schema User: the type of the field `name` is now stytch.ShortName in Go, it was stytch.UserName -> type `stytch.ShortName` added, field `stytch.User.Name` changed from *UserName to *ShortName: breaking for Go callers only",
		"spec/consumer.yaml:179: consumer schema User: the field `full_name` is new (in responses) -> field `stytch.User.FullName` added: minor",
	}},
	{"property of another enum", []diffEdit{
		{consumer, "                locale:\n                  $ref: '#/components/schemas/Locale'\n", "                locale:\n                  $ref: '#/components/schemas/Dialect'\n"},
		{consumer, "                device_id:\n", "                locale:\n                  $ref: '#/components/schemas/Locale'\n                device_id:\n"},
		{consumer, "    Locale:\n", "    Dialect:\n      type: string\n      enum: [en, fr]\n      description: A dialect.\n    Locale:\n"},
	}, []string{
		"spec/consumer.yaml:49: consumer.codes.send: the type of the request field `locale` is now stytch.Dialect in Go, it was stytch.Locale -> type `stytch.Dialect` added, const `stytch.DialectEn` added, const `stytch.DialectFr` added, and 1 more: breaking for Go callers only",
		"spec/consumer.yaml:49: consumer.codes.send: the value `es` of the request field `locale` was removed -> Go programs compile as before: breaking for the API only",
		"spec/consumer.yaml:49: consumer.codes.send: the value `fr` of the request field `locale` is new -> part of the change in Go above: minor",
		"spec/consumer.yaml:111: consumer.codes.check: the request field `locale` is new -> field `stytch.CodesCheckRequest.Locale` added: minor",
		"spec/consumer.yaml:49: documentation: descriptions or examples changed: stytch CodesSendRequest.locale: patch",
	}},
	one("first list of a response", consumer, "                  region:\n", "                  names:\n                    type: array\n                    items:\n                      $ref: '#/components/schemas/UserName'\n                    description: The names.\n                  region:\n",
		"spec/consumer.yaml:81: consumer.codes.send: the response field `names` is new -> field `stytch.CodesSendResponse.Names` added: minor"),
	one("default beside a reference", consumer, "                  $ref: '#/components/schemas/Code'\n", "                  $ref: '#/components/schemas/Code'\n                  default: '000000'\n",
		"spec/consumer.yaml:108: consumer.codes.check: the request field `code` now has the default `000000` -> Go programs compile as before: minor"),
	one("secret beside a reference", consumer, "                locale:\n                  $ref: '#/components/schemas/Locale'\n", "                locale:\n                  $ref: '#/components/schemas/Locale'\n                  x-sensitive: true\n",
		"spec/consumer.yaml:49: consumer.codes.send: the request field `locale` is now a secret and prints as [redacted] -> Go programs compile as before: minor"),
	one("deprecated beside a reference", consumer, "                locale:\n                  $ref: '#/components/schemas/Locale'\n", "                locale:\n                  $ref: '#/components/schemas/Locale'\n                  deprecated: true\n",
		"spec/consumer.yaml:49: consumer.codes.send: the request field `locale` is deprecated -> Go programs compile as before: minor"),
	one("parameter that moved", consumer, "          in: query\n", "          in: header\n",
		"spec/consumer.yaml:148 in BASE: consumer.codes.get: the query parameter `verbose` was removed -> Go programs compile as before: breaking for the API only",
		"spec/consumer.yaml:148: consumer.codes.get: the header parameter `verbose` is new -> Go programs compile as before: minor"),
	one("enum instead of any text", consumer, "                  region:\n                    type: string\n                    description: Where the message left from.\n", "                  region:\n                    $ref: '#/components/schemas/Locale'\n",
		"spec/consumer.yaml:81: consumer.codes.send: the response field `region` changed from a string to an enum -> field `stytch.CodesSendResponse.Region` changed from *string to *Locale: breaking for Go callers only",
		"spec/consumer.yaml:81: documentation: descriptions or examples changed: stytch CodesSendResponse.region: patch"),
	one("number instead of an integer", consumer, "                device_id:\n                  type: string\n", "                device_id:\n                  type: number\n",
		"spec/consumer.yaml:112: consumer.codes.check: the request field `device_id` changed from a string to a number -> field `stytch.CodesCheckRequest.DeviceID` changed from *string to *float64: breaking"),
	one("field deprecated", consumer, "                device_id:\n                  type: string\n", "                device_id:\n                  type: string\n                  deprecated: true\n",
		"spec/consumer.yaml:111: consumer.codes.check: the request field `device_id` is deprecated -> Go programs compile as before: minor"),
	one("schema deprecated", consumer, "    Locale:\n      type: string\n", "    Locale:\n      type: string\n      deprecated: true\n",
		"spec/consumer.yaml:192: consumer schema Locale: the schema is deprecated -> Go programs compile as before: minor"),
	one("plain schema deprecated", shared, "    Code:\n      type: string\n", "    Code:\n      type: string\n      deprecated: true\n",
		"spec/shared.yaml:21: shared schema Code: the schema is deprecated -> Go programs compile as before: minor"),
}

// TestAcceptedBreakIsOne accepts what gen diff proposes for one of two equal
// breaks: the other stays open.
func TestAcceptedBreakIsOne(t *testing.T) {
	t.Parallel()
	const response = "                  status_code:\n                    type: integer\n                    description: The HTTP status.\n"
	const name = "    UserName:\n      type: object\n      description: A name.\n      properties:\n        last:\n          type: string\n          description: The last name.\n"
	base := diffCase{edits: []diffEdit{
		{b2bSpec, response, response + "                  name:\n                    $ref: '#/components/schemas/UserName'\n"},
		{b2bSpec, "components:\n", "components:\n  schemas:\n" + name},
		{consumer, "                note:\n", "                code:\n                  $ref: '#/components/schemas/Code'\n                note:\n"},
	}}.apply(t, smallModule(t))
	if code, stdout, stderr := gen(t, "-C", base); code != exitFine {
		t.Fatal(stdout, stderr)
	}
	for _, test := range []struct {
		name  string
		edits []diffEdit
		want  []string // the breaks, each with its call
	}{
		{"removed", []diffEdit{
			{consumer, "                code:\n                  $ref: '#/components/schemas/Code'\n                note:\n", "                note:\n"},
			{consumer, "                code:\n                  $ref: '#/components/schemas/Code'\n                user_id:\n", "                user_id:\n"},
			{consumer, "              required: [code]\n", ""},
			{consumer, "            example: {code: '123456'}", "            example: {user_id: user-1}"},
		}, []string{"consumer.codes.check: the request field `code` was removed", "consumer.codes.send: the request field `code` was removed"}},
		{"another schema", []diffEdit{
			{consumer, "                code:\n                  $ref: '#/components/schemas/Code'\n                note:\n", "                code:\n                  $ref: '#/components/schemas/Pin'\n                note:\n"},
			{consumer, "                code:\n                  $ref: '#/components/schemas/Code'\n                user_id:\n", "                code:\n                  $ref: '#/components/schemas/Pin'\n                user_id:\n"},
			{consumer, "    UserStatus:\n", "    Pin:\n      type: string\n      title: four digits\n      pattern: '^[0-9]{4}$'\n      x-sensitive: true\n      description: The code.\n    UserStatus:\n"},
			{consumer, "            example: {code: '123456'}", "            example: {code: '1234'}"},
		}, []string{
			"consumer.codes.check: the request field `code` has the pattern `^[0-9]{4}$` instead of `^[0-9]{6}$`",
			"consumer.codes.send: the request field `code` has the pattern `^[0-9]{4}$` instead of `^[0-9]{6}$`",
		}},
		{"schemas of one name", []diffEdit{
			{b2bSpec, name, strings.Replace(name, "string", "integer", 1)},
			{consumer, "        last:\n          type: string\n", "        last:\n          type: integer\n"},
		}, []string{"b2b schema UserName: the field `last` changed from a string to an integer (in responses)", "consumer schema UserName: the field `last` changed from a string to an integer (in responses)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			head := diffCase{edits: test.edits}.apply(t, base)
			code, stdout, stderr := gen(t, "diff", "-C", head, base, "--fail-on", "breaking")
			_, proposed, _ := strings.Cut(stdout, "  accepted:\n    - change: '")
			proposed, _, _ = strings.Cut(proposed, "'\n")
			if code != exitDiffers || !slices.Contains(test.want, proposed) {
				t.Fatalf("exit code %d; proposed %q, want one of %q\n%s%s", code, proposed, test.want, stdout, stderr)
			}
			write(t, filepath.Join(head, "spec/accepted-breaks.yaml"), "accepted:\n  - {change: '"+proposed+"', reason: it is meant}\n")
			code, stdout, stderr = gen(t, "diff", "-C", head, base, "--fail-on", "breaking")
			if code != exitDiffers || strings.Count(stdout, "accepted: it is meant") != 1 || !strings.Contains(stdout, "2 breaking (1 accepted)") {
				t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
			}
		})
	}
}
