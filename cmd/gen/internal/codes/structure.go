package codes

// What is wrong with the shape of a document: keys, kinds of values, references.
var (
	UnknownKey = add(Code{
		ID: "E012", Title: "an unknown key",
		Meaning: "Neither OpenAPI nor the generator knows this key in this place. A misspelt key would otherwise be skipped in silence.",
		Wrong:   "post:\n  x-retri: unsent",
		Right:   "post:\n  x-retry: unsent",
		Do:      "Take the spelling that the hint proposes, move the key to where it belongs, or remove it. spec/README.md lists the generator's own keys.",
	})
	NotGenerated = add(Code{
		ID: "E013", Title: "a key that is not generated",
		Meaning: "OpenAPI knows the key, but nothing would come of it in Go. The generator refuses what it cannot honour.",
		Wrong:   "name:\n  type: string\n  nullable: true",
		Right:   "name:\n  type: [string, 'null']",
		Do:      "Do what the hint says: write it the way that is generated, or leave it out.",
	})
	WrongKind = add(Code{
		ID: "E014", Title: "a value of the wrong kind",
		Meaning: "A list is where a mapping belongs, a number where a text belongs, or the like.",
		Wrong:   "tags: otps.sms",
		Right:   "tags: [otps.sms]",
		Do:      "Write the kind of value that the message names.",
	})
	NotAllowed = add(Code{
		ID: "E015", Title: "a value that is not allowed here",
		Meaning: "The key takes one of a few values, and this is none of them.",
		Wrong:   "x-retry: sometimes",
		Right:   "x-retry: unsent",
		Do:      "Take one of the values that the hint names.",
	})
	EmptyText = add(Code{
		ID: "E016", Title: "an empty text",
		Meaning: "The text becomes a name, a comment or part of a page, and would leave a hole there.",
		Wrong:   "summary: ''",
		Right:   "summary: Sends a code by SMS.",
		Do:      "Write the text, or remove the key where it is optional.",
	})
	HiddenCharacter = add(Code{
		ID: "E017", Title: "a character that a reader cannot see",
		Meaning: "Control characters, bidirectional marks and zero-width characters let a text read otherwise than it is, in the spec and in what is made from it.",
		Wrong:   `description: "Sends\u202e a code."`,
		Right:   "description: Sends a code.",
		Do:      "Remove the character. In a description, an empty line begins a new paragraph.",
	})
	MissingKey = add(Code{
		ID: "E018", Title: "a required key is missing",
		Meaning: "OpenAPI or the generator cannot do without the key.",
		Wrong:   "post:\n  operationId: sessions.revoke\n  tags: [sessions]",
		Right:   "post:\n  operationId: sessions.revoke\n  tags: [sessions]\n  summary: Ends a session.\n  x-retry: safe\n  ...",
		Do:      "Add the key. A neighbour in the same file shows how it is written.",
	})
	Directive = add(Code{
		ID: "E049", Title: "a text that tools would obey",
		Meaning: "The text ends up in comments of Go files, where a build tag, a go: directive, a header of generated files or a deprecation means something to tools.",
		Wrong:   "description: \"+build ignore\"",
		Right:   "deprecated: true",
		Do:      "Say it in other words. What takes the place of a deprecated call goes into its description; the key deprecated marks it.",
	})
	NotAddress = add(Code{
		ID: "E101", Title: "not the address of a page",
		Meaning: "The address becomes a link in comments and on pages, so it begins with https:// or http:// and holds no brackets, quotes or spaces.",
		Wrong:   "externalDocs: {url: 'javascript:alert(1)'}",
		Right:   "externalDocs: {url: https://stytch.com/docs/api/send-otp-by-sms}",
		Do:      "Write the address as a browser shows it; special characters in it are escaped with %.",
	})
	Invalid = add(Code{
		ID: "E021", Title: "not valid OpenAPI",
		Meaning: "The OpenAPI library finds the document invalid, for a reason beyond the generator's own checks.",
		Wrong:   "securitySchemes:\n  'not a name': {type: http, scheme: basic}",
		Right:   "securitySchemes:\n  basicAuth: {type: http, scheme: basic}",
		Do:      "Read the message, which is the library's, from its end.",
	})
	BadReference = add(Code{
		ID: "E022", Title: "a reference that cannot be followed",
		Meaning: "All files of an API and shared.yaml are one namespace, so a $ref is the name of a component and no file. This one names a file, an address, or something that is not a component.",
		Wrong:   "$ref: 'shared.yaml#/components/schemas/User'",
		Right:   "$ref: '#/components/schemas/User'",
		Do:      "Write '#/components/schemas/Name'.",
	})
	DanglingReference = add(Code{
		ID: "E023", Title: "a reference that leads to nothing",
		Meaning: "No component of the API or of shared.yaml has the name that the $ref ends in.",
		Wrong:   "$ref: '#/components/schemas/Usr'",
		Right:   "$ref: '#/components/schemas/User'",
		Do:      "Take the spelling that the hint proposes, or declare the component.",
	})
	ReferenceAcross = add(Code{
		ID: "E024", Title: "a reference from one API to the other",
		Meaning: "The consumer API and the B2B API become two packages, and each has only its own components and those of shared.yaml.",
		Wrong:   "# in b2b/otps.yaml, for a schema of consumer/users.yaml\n$ref: '#/components/schemas/User'",
		Right:   "# in b2b/otps.yaml, for a schema of shared.yaml\n$ref: '#/components/schemas/PhoneNumber'",
		Do:      "Move the schema to shared.yaml.",
	})
	Servers = add(Code{
		ID: "E025", Title: "servers that a client cannot use",
		Meaning: "The client derives the base URL from the project: the first server is the test environment, the second the live one, each https:// and a host, the same for both APIs.",
		Wrong:   "servers:\n  - url: http://test.example.com/v1",
		Right:   "servers:\n  - url: https://test.example.com\n  - url: https://live.example.com",
		Do:      "Write the two servers; the path belongs under paths.",
	})
	Credentials = add(Code{
		ID: "E026", Title: "credentials other than HTTP Basic",
		Meaning: "The client sends the project's id and secret as Basic credentials with every call. The document must say so.",
		Wrong:   "components:\n  securitySchemes:\n    basicAuth: {type: http, scheme: bearer}",
		Right:   "security:\n  - basicAuth: []\ncomponents:\n  securitySchemes:\n    basicAuth: {type: http, scheme: basic}",
		Do:      "Write security and the scheme as above.",
	})
	WrongFile = add(Code{
		ID: "E120", Title: "a part of the spec in the wrong file",
		Meaning: "An API is one file for what concerns it as a whole, and one file for each area, in a folder. The area is the first part of a tag: the tags, calls and schemas of otps and otps.sms are in otps.yaml. An area file has the keys tags, paths and components.",
		Wrong:   "# in consumer/sessions.yaml\ntags:\n  - name: otps.sms",
		Right:   "# in consumer/otps.yaml\ntags:\n  - name: otps.sms",
		Do:      "Move it to the file that the hint names.",
	})
	SharedCall = add(Code{
		ID: "E027", Title: "a call in shared.yaml",
		Meaning: "shared.yaml holds what both packages use, and belongs to none, so no client could have the call.",
		Wrong:   "# in shared.yaml\npaths:\n  /v1/sessions: ...",
		Right:   "# in shared.yaml\npaths: {}",
		Do:      "Move the call to a file of the consumer API or of the B2B API.",
	})
	OperationSecurity = add(Code{
		ID: "E028", Title: "a call with credentials of its own",
		Meaning: "Every call carries the project's credentials, or none at all.",
		Wrong:   "get:\n  security: [{bearerAuth: []}]",
		Right:   "get:\n  security: []",
		Do:      "Leave security out, or write [] for a call without credentials.",
	})
	Unwritten = add(Code{
		ID: "E098", Title: "a text that is still to be written",
		Meaning: "gen drift --apply knows that the service has a call or a field, but not what it means: it leaves TODO for a person.",
		Wrong:   "trace_id:\n  type: string\n  description: TODO",
		Right:   "trace_id:\n  type: string\n  description: The id of the trace, as support asks for it.",
		Do:      "Say what it is, what it counts in and when it is set; mark secrets and addresses x-sensitive: true.",
	})
)
