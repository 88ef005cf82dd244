package codes

// What is wrong with a call, its names, its texts or its examples.
var (
	TagName = add(Code{
		ID: "E029", Title: "a tag that is not a place in the client",
		Meaning: "The tag otps.sms becomes client.OTPs.SMS, so it is made of lower-case names with dots between.",
		Wrong:   "tags:\n  - name: OTP by SMS",
		Right:   "tags:\n  - name: otps.sms",
		Do:      "Write letters in lower case, digits and underscores, with dots between the levels.",
	})
	SeveralTags = add(Code{
		ID: "E030", Title: "a call with several tags",
		Meaning: "The tag is the service that the call is a method of, and a method belongs to one type.",
		Wrong:   "tags: [otps.sms, otps]",
		Right:   "tags: [otps.sms]",
		Do:      "Keep the tag that the operationId begins with.",
	})
	OperationID = add(Code{
		ID: "E031", Title: "an operationId that is not a place in the client",
		Meaning: "The operationId is the tag, a dot and the call's name: otps.sms.send becomes client.OTPs.SMS.Send.",
		Wrong:   "operationId: sendSMS\ntags: [otps.sms]",
		Right:   "operationId: otps.sms.send\ntags: [otps.sms]",
		Do:      "Write the tag, a dot and the name, in lower case with underscores.",
	})
	PathTemplate = add(Code{
		ID: "E032", Title: "a path that is not plain",
		Meaning: "A path is a list of plain names and {parameters}, each behind a slash. Anything else could mean another path to a proxy than to the client.",
		Wrong:   "paths:\n  /v1/../users/{id}.json: ...",
		Right:   "paths:\n  /v1/users/{user_id}: ...",
		Do:      "Write letters, digits, dots inside of names, hyphens and underscores; a parameter is alone between slashes.",
	})
	PathParameter = add(Code{
		ID: "E033", Title: "the path and its parameters do not agree",
		Meaning: "Each {name} of a path is declared under parameters with in: path and required: true, and each of those is in the path.",
		Wrong:   "/v1/users/{user_id}:\n  get:\n    parameters:\n      - {name: id, in: path}",
		Right:   "/v1/users/{user_id}:\n  get:\n    parameters:\n      - {name: user_id, in: path, required: true}",
		Do:      "Use the same name in both places, and add required: true.",
	})
	PlainName = add(Code{
		ID: "E034", Title: "a name with other characters than plain ones",
		Meaning: "Names of properties and parameters are used in URLs, headers, JSON and Go tags, and must mean the same in all of them. The name of a property can also be an address with https, as the claims of tokens have it, if x-go-name gives it a name in Go.",
		Wrong:   "properties:\n  'user id': {type: string}",
		Right:   "properties:\n  user_id: {type: string}",
		Do:      "Use letters, digits, dots, hyphens and underscores, or add x-go-name to an address.",
	})
	OwnHeader = add(Code{
		ID: "E035", Title: "a header that belongs to the client",
		Meaning: "The client sets this header itself for every call; a parameter could break the call or leak credentials.",
		Wrong:   "parameters:\n  - {name: Authorization, in: header}",
		Right:   "parameters:\n  - {name: X-Stytch-Member-Session, in: header}",
		Do:      "Take the parameter out. Options of the client set what an application may change.",
	})
	BodyOfGet = add(Code{
		ID: "E036", Title: "a GET or DELETE with a body",
		Meaning: "HTTP gives such a body no meaning, and proxies drop it.",
		Wrong:   "get:\n  requestBody: ...",
		Right:   "get:\n  parameters:\n    - {name: user_id, in: query}",
		Do:      "Write query parameters.",
	})
	OptionalBody = add(Code{
		ID: "E037", Title: "an optional request body",
		Meaning: "A generated call always sends its body, with the fields that are set.",
		Wrong:   "requestBody:\n  content: ...",
		Right:   "requestBody:\n  required: true\n  content: ...",
		Do:      "Add required: true.",
	})
	NoExample = add(Code{
		ID: "E038", Title: "no example",
		Meaning: "Tests, runnable examples and reference pages are made from one realistic example for each request, response and required parameter.",
		Wrong:   "application/json:\n  schema: {type: object}",
		Right:   "application/json:\n  schema: {type: object}\n  example: {phone_number: '+15005550006'}",
		Do:      "Add an example that the schema accepts, with made-up values.",
	})
	NoDescription = add(Code{
		ID: "E039", Title: "no description",
		Meaning: "The description becomes the comment of the Go type or field, which nothing exported goes without.",
		Wrong:   "user_id:\n  type: string",
		Right:   "user_id:\n  type: string\n  description: The id of the user.",
		Do:      "Say what it is, its unit, and what it means when it is not set.",
	})
	ErrorTypeName = add(Code{
		ID: "E040", Title: "an error type that is not a lower-case name",
		Meaning: "The service's error types are lower-case words with underscores; each becomes a constant in Go.",
		Wrong:   "errors:\n  OTPCodeNotFound: ...",
		Right:   "errors:\n  otp_code_not_found: ...",
		Do:      "Write the type as the service sends it.",
	})
	ErrorStatus = add(Code{
		ID: "E041", Title: "a status that is not one of an error",
		Meaning: "An error type goes with a status from 400 to 599.",
		Wrong:   "otp_code_not_found:\n  status: 200",
		Right:   "otp_code_not_found:\n  status: 404",
		Do:      "Write the status that the service usually answers with.",
	})
	UselessGroup = add(Code{
		ID: "W004", Title: "a group of error types that adds nothing",
		Meaning: "No call lists the group in x-errors, by itself or as part of another group; or the group has no types.",
		Wrong:   "groups:\n  session: [session_not_found]\n# and in every call\nx-errors: [session_not_found]",
		Right:   "groups:\n  session: [session_not_found]\n# and in a call\nx-errors: ['@session']",
		Do:      "List the group where a call has its types, or remove it.",
	})
	ThirdPerson = add(Code{
		ID: "E042", Title: "a summary that does not go on after a name",
		Meaning: "The summary follows the name of the method or service in its comment: Send sends a code by SMS.",
		Wrong:   "summary: Send a code by SMS.",
		Right:   "summary: Sends a code by SMS.",
		Do:      "Begin with a verb in the third person: Sends, Lists, Checks.",
	})
	Sentence = add(Code{
		ID: "E043", Title: "a text that is not a sentence",
		Meaning: "The text is a sentence in comments and on pages.",
		Wrong:   "summary: sends a code",
		Right:   "summary: Sends a code.",
		Do:      "Begin with a capital letter and end with a full stop.",
	})
	DeclaredTwice = add(Code{
		ID: "E044", Title: "a name is declared twice",
		Meaning: "Two tags, calls, parameters, required properties, areas in x-services, MANUAL() sections or areas of error types have one name, and would be one thing in Go. Two files of an API, or one of them and shared.yaml, have the same path or component. Or a list of error types has one of them twice, by itself or as part of a group.",
		Wrong:   "required: [user_id, user_id]",
		Right:   "required: [user_id]",
		Do:      "Rename or remove one of them. The second place of the finding shows the first.",
	})
	UnknownName = add(Code{
		ID: "E045", Title: "a name that is not declared",
		Meaning: "A call's tag, an error type or a group of them, an area in x-areas or x-services, a required property or a name in a rule is declared nowhere.",
		Wrong:   "properties:\n  user_id: {type: string}\nrequired: [usr_id]",
		Right:   "properties:\n  user_id: {type: string}\nrequired: [user_id]",
		Do:      "Take the spelling that the hint proposes, or declare the name.",
	})
	ExampleRejected = add(Code{
		ID: "E046", Title: "an example that its schema rejects",
		Meaning: "The example is sent in tests and shown on pages, so it must be one that the schema accepts.",
		Wrong:   "schema: {type: integer, maximum: 10}\nexample: 20",
		Right:   "schema: {type: integer, maximum: 10}\nexample: 5",
		Do:      "Mend the example, or the schema if the service takes that value.",
	})
	DefaultRejected = add(Code{
		ID: "E047", Title: "a default that its schema rejects",
		Meaning: "The default is what the service takes when a field is not set, so the schema must accept it.",
		Wrong:   "type: integer\nmaximum: 10\ndefault: 20",
		Right:   "type: integer\nmaximum: 10\ndefault: 2",
		Do:      "Mend the default or the limit.",
	})
	UndeclaredKey = add(Code{
		ID: "E048", Title: "an example with a key that its schema does not declare",
		Meaning: "The key would appear in no Go type: the example documents something that the SDK does not have.",
		Wrong:   "properties:\n  user_id: {type: string}\nexample: {userid: user-1}",
		Right:   "properties:\n  user_id: {type: string}\nexample: {user_id: user-1}",
		Do:      "Mend the spelling, or declare the property.",
	})
)
