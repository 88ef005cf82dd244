package codes

// What cannot be said in Go, or not in one way only.
var (
	ObjectAlternatives = add(Code{
		ID: "E050", Title: "alternatives between objects",
		Meaning: "oneOf over whole objects has no plain form in Go. oneOf over required is generated: exactly one of several fields.",
		Wrong:   "oneOf:\n  - {type: object, properties: {user_id: {type: string}}}\n  - {type: object, properties: {email: {type: string}}}",
		Right:   "type: object\nproperties: {user_id: {type: string}, email: {type: string}}\noneOf:\n  - {required: [user_id]}\n  - {required: [email]}",
		Do:      "Write one object with optional properties, and say with oneOf which exclude one another.",
	})
	NothingToChoose = add(Code{
		ID: "E051", Title: "a choice of one",
		Meaning: "oneOf has a single branch, so there is nothing to choose between.",
		Wrong:   "oneOf:\n  - {required: [user_id]}",
		Right:   "required: [user_id]",
		Do:      "Write required, or add the other branch.",
	})
	UseOfNot = add(Code{
		ID: "E052", Title: "a use of not that is not generated",
		Meaning: "not: {required: [a, b]} says that at most one of two fields may be set. Nothing else of not is generated.",
		Wrong:   "not: {type: string}",
		Right:   "not: {required: [user_id, session_token]}",
		Do:      "Name two properties under required.",
	})
	AllOf = add(Code{
		ID: "E053", Title: "composing objects with allOf",
		Meaning: "allOf holds not: {required: [a, b]} only. Structs are written out, so that a reader sees every field in one place.",
		Wrong:   "allOf:\n  - {$ref: '#/components/schemas/User'}",
		Right:   "properties:\n  user_id: {type: string}",
		Do:      "Write the properties out.",
	})
	RuleOverRequired = add(Code{
		ID: "E054", Title: "a choice that includes a required property",
		Meaning: "A property that is always there cannot be one of several to choose from.",
		Wrong:   "required: [user_id]\noneOf:\n  - {required: [user_id]}\n  - {required: [email]}",
		Right:   "oneOf:\n  - {required: [user_id]}\n  - {required: [email]}",
		Do:      "Take it out of required, or out of the rule.",
	})
	NoGoName = add(Code{
		ID: "E055", Title: "a name that gives none in Go",
		Meaning: "Go names are made from ASCII letters and digits and begin with a letter. Nothing is left of this one.",
		Wrong:   "properties:\n  '7up': {type: string}",
		Right:   "properties:\n  '7up': {type: string, x-go-name: SevenUp}",
		Do:      "Add x-go-name to a property or parameter; rename anything else.",
	})
	NotExported = add(Code{
		ID: "E056", Title: "a name that Go does not export",
		Meaning: "A schema's name and an x-go-name are used in Go unchanged, so they begin with a capital letter and hold letters and digits of ASCII. What a MANUAL() section declares is for applications.",
		Wrong:   "components:\n  schemas:\n    user_name: ...",
		Right:   "components:\n  schemas:\n    UserName: ...",
		Do:      "Write a name like MemberSession.",
	})
	Constant = add(Code{
		ID: "E114", Title: "a const that is not a required text of a request",
		Meaning: "A property with a const is always sent with that value. Callers do not set it, so it has no field in Go. An answer says what its values are.",
		Wrong:   "properties:\n  grant_type: {type: string, const: client_credentials}",
		Right:   "required: [grant_type]\nproperties:\n  grant_type: {type: string, const: client_credentials}",
		Do:      "Name it in required, or write an enum.",
	})
	Discriminator = add(Code{
		ID: "E117", Title: "a discriminator that does not tell the alternatives apart",
		Meaning: "A choice between objects is a Go interface, with a struct for each alternative. The encoder writes the property that tells them apart, so each of them has it as a const, and mapping names each of them.",
		Wrong:   "UserFilter:\n  oneOf: [{$ref: '#/components/schemas/UserFilterEmail'}]\n  discriminator: {propertyName: filter_name, mapping: {}}",
		Right:   "UserFilter:\n  oneOf: [{$ref: '#/components/schemas/UserFilterEmail'}]\n  discriminator:\n    propertyName: filter_name\n    mapping: {email: '#/components/schemas/UserFilterEmail'}\nUserFilterEmail:\n  type: object\n  required: [filter_name, filter_value]\n  properties:\n    filter_name: {type: string, const: email}\n    filter_value: {type: string}",
		Do:      "Give each alternative the property as a required const, and list it in oneOf and in mapping.",
	})
	PagingNowhere = add(Code{
		ID: "E118", Title: "paging that leads nowhere",
		Meaning: "x-paging says how a search goes on: which field of the request takes a cursor, and where the response has the next cursor and the list. The loop over all pages is made from it.",
		Wrong:   "x-paging: {cursor: cursor, next: next_cursor, items: users}",
		Right:   "x-paging: {cursor: cursor, next: results_metadata.next_cursor, items: results}",
		Do:      "Write the names on the wire, with dots between those of objects in one another.",
	})
	PartOf = add(Code{
		ID: "E115", Title: "a parameter that is part of no schema",
		Meaning: "Headers that many calls share become the fields of one struct. x-part-of names the schema of the struct and the property: an optional text.",
		Wrong:   "components:\n  parameters:\n    MemberSession: {name: X-Member-Session, in: header, x-part-of: Member}",
		Right:   "components:\n  parameters:\n    MemberSession: {name: X-Member-Session, in: header, x-part-of: ActingMember.session_token}",
		Do:      "Declare the schema with that property, or remove x-part-of.",
	})
	OneMediaType = add(Code{
		ID: "E116", Title: "a request body of several media types, or of none",
		Meaning: "A call sends its request in one way: as JSON or as a form.",
		Wrong:   "content:\n  application/json: ...\n  application/x-www-form-urlencoded: ...",
		Right:   "content:\n  application/x-www-form-urlencoded: ...",
		Do:      "Keep the one that the service takes.",
	})
	ParameterKind = add(Code{
		ID: "E057", Title: "a parameter of a kind that is not generated",
		Meaning: "A parameter travels in the URL or in a header. Texts, integers, booleans and enums have one plain form there; others do not.",
		Wrong:   "- name: labels\n  in: query\n  schema: {type: array, items: {type: string}}",
		Right:   "- name: label\n  in: query\n  schema: {type: string}",
		Do:      "Use a text, an integer, a boolean or an enum, or move it into the body.",
	})
	BodyByReference = add(Code{
		ID: "E058", Title: "the body of a call by reference",
		Meaning: "A request and a response are types of their call, named after it, so they are written at the call.",
		Wrong:   "schema: {$ref: '#/components/schemas/SendRequest'}",
		Right:   "schema:\n  type: object\n  properties: ...",
		Do:      "Write type: object and the properties at the call.",
	})
	BodyNotObject = add(Code{
		ID: "E059", Title: "a body that is not an object with properties",
		Meaning: "A request and a response become structs; only an object with properties is one.",
		Wrong:   "schema: {type: array, items: {type: string}}",
		Right:   "schema:\n  type: object\n  properties:\n    ids: {type: array, items: {type: string}}",
		Do:      "Write an object with properties, and without additionalProperties.",
	})
	DefaultInAnswer = add(Code{
		ID: "E060", Title: "a default in an answer",
		Meaning: "default says what the service takes when a request leaves a field out. An answer leaves out what it leaves out.",
		Wrong:   "# in a response\nstatus: {type: string, default: active}",
		Right:   "# in a response\nstatus: {type: string}",
		Do:      "Take it out, and say in the description what absence means.",
	})
	HoldsItself = add(Code{
		ID: "E061", Title: "a type that holds itself",
		Meaning: "A struct whose required field leads back to the same struct would be endless, in Go and as JSON.",
		Wrong:   "User:\n  required: [friend]\n  properties:\n    friend: {$ref: '#/components/schemas/User'}",
		Right:   "User:\n  properties:\n    friends: {type: array, items: {$ref: '#/components/schemas/User'}}",
		Do:      "Remove one of these fields from required, or make it a list.",
	})
	ReservedName = add(Code{
		ID: "E062", Title: "a field named like a generated method",
		Meaning: "Every struct of this kind has a method of that name, and Go allows no field of the same name.",
		Wrong:   "header: {type: string}",
		Right:   "header: {type: string, x-go-name: HeaderText}",
		Do:      "Add x-go-name.",
	})
	NamesMeet = add(Code{
		ID: "E063", Title: "two names are one in Go",
		Meaning: "Names that differ only in case or punctuation, or that derive from different places, come out as the same Go name. So does an area in x-services that the client has already. The second place of the finding shows the other one.",
		Wrong:   "user_id: {type: string}\nuser-id: {type: string}",
		Right:   "user_id: {type: string}\nuser-id: {type: string, x-go-name: UserDashID}",
		Do:      "Add x-go-name to a field or parameter, and remove an area from x-services; rename anything else.",
	})
	OneNameTwice = add(Code{
		ID: "E105", Title: "a parameter and a property that are not one",
		Meaning: "A parameter and a property of the body with one name are one field in Go, whose value is sent in both places. So both have the same type, limits, example and name in Go.",
		Wrong:   "/v1/users/{user_id}:\n  put:\n    parameters:\n      - {name: user_id, in: path, schema: {type: string}}\n    # in the body:\n    user_id: {type: integer}",
		Right:   "/v1/users/{user_id}:\n  put:\n    parameters:\n      - {name: user_id, in: path, schema: {type: string}}\n    # in the body:\n    user_id: {type: string}",
		Do:      "Write the same for both. If only one of them is what the service looks at, leave the other out.",
	})
	EnumNotText = add(Code{
		ID: "E064", Title: "an enum whose type is not string",
		Meaning: "Enums are generated for texts only.",
		Wrong:   "Level: {type: integer, enum: ['1', '2']}",
		Right:   "Level: {type: string, enum: [low, high]}",
		Do:      "Write type: string, or minimum and maximum for a number.",
	})
	NullInRequest = add(Code{
		ID: "E065", Title: "a request field that can be null",
		Meaning: "An optional field that is not set is not sent. A third state, null, would be one that callers cannot tell from the second. A schema that answers use as well can have such fields: answers can be null, requests leave them out.",
		Wrong:   "# in a request\nname: {type: [string, 'null']}",
		Right:   "# in a request\nname: {type: string}",
		Do:      "Leave null out.",
	})
	RequiredNullable = add(Code{
		ID: "E066", Title: "both required and nullable",
		Meaning: "In Go, nil means both null and absent, so a field that can be null is an optional one.",
		Wrong:   "required: [name]\nproperties:\n  name: {type: [string, 'null']}",
		Right:   "properties:\n  name: {type: [string, 'null']}",
		Do:      "Take it out of required.",
	})
	SeveralTypes = add(Code{
		ID: "E067", Title: "several types, or none",
		Meaning: "A field has one Go type. null next to it makes it optional; anything more has no plain form.",
		Wrong:   "type: [string, integer]",
		Right:   "type: [string, 'null']",
		Do:      "Write one type, or one type and 'null'.",
	})
	Format = add(Code{
		ID: "E068", Title: "a format that is not generated",
		Meaning: "date-time on texts becomes time.Time. No other format changes anything in Go, so any other format would promise a check that is not made.",
		Wrong:   "type: string\nformat: email",
		Right:   "type: string\ndescription: The e-mail address.",
		Do:      "Say it with a pattern and a title, or in the description.",
	})
	UnnamedType = add(Code{
		ID: "E069", Title: "an enum or object without a name",
		Meaning: "Each becomes a Go type, and the name of a component is the name in Go.",
		Wrong:   "status: {type: string, enum: [active, pending]}",
		Right:   "status: {$ref: '#/components/schemas/UserStatus'}",
		Do:      "Write it under components.schemas and refer to it.",
	})
	FreeForm = add(Code{
		ID: "E070", Title: "an object with neither properties nor additionalProperties",
		Meaning: "Nothing says whether it is a struct or a free-form object.",
		Wrong:   "metadata: {type: object}",
		Right:   "metadata: {type: object, additionalProperties: true}",
		Do:      "Write additionalProperties: true for a free-form object, or refer to a component with properties.",
	})
	ListItems = add(Code{
		ID: "E071", Title: "a list of items that are not generated",
		Meaning: "Lists of texts, of enums and of objects are generated. Lists of lists, of numbers or of nullable items are not.",
		Wrong:   "ids: {type: array, items: {type: integer}}",
		Right:   "ids: {type: array, items: {type: string}}",
		Do:      "Say what the items are, and use one of those three.",
	})
	LimitNotWhole = add(Code{
		ID: "E072", Title: "a minimum or maximum that is not generated",
		Meaning: "Both are generated for integers only, and as whole numbers of 32 bits, which an int of Go has on some systems.",
		Wrong:   "type: number\nminimum: 0.5",
		Right:   "type: integer\nminimum: 1",
		Do:      "Use an integer, or say the limit in the description.",
	})
	LimitMisplaced = add(Code{
		ID: "E073", Title: "a limit that says nothing about its type",
		Meaning: "Lengths and patterns are about texts, numbers of items about lists.",
		Wrong:   "type: integer\nmaxLength: 6",
		Right:   "type: string\nmaxLength: 6",
		Do:      "Use the limit that goes with the type, or remove it.",
	})
	LimitsCross = add(Code{
		ID: "E074", Title: "limits that no value can keep to",
		Meaning: "The lower limit is above the upper one.",
		Wrong:   "minimum: 10\nmaximum: 1",
		Right:   "minimum: 1\nmaximum: 10",
		Do:      "Exchange or mend them.",
	})
	TitleWithoutPattern = add(Code{
		ID: "E075", Title: "a title without a pattern",
		Meaning: "A title says in words what a pattern matches. Without a pattern nothing shows it.",
		Wrong:   "type: string\ntitle: The user's id",
		Right:   "type: string\ndescription: The user's id.",
		Do:      "Write a description.",
	})
	PatternNotLinear = add(Code{
		ID: "E076", Title: "a pattern that cannot be checked plainly",
		Meaning: "A pattern is a row of character classes with counts, anchored at both ends. Anything else would need a regular expression engine in applications, or could take long on hostile input.",
		Wrong:   "pattern: '(a|b)+'",
		Right:   "pattern: '^[ab]{1,64}$'",
		Do:      "Write character classes with counts between ^ and $.",
	})
	PatternWithoutTitle = add(Code{
		ID: "E077", Title: "a pattern without a title",
		Meaning: "Errors that a user of the SDK reads are made from the title.",
		Wrong:   "pattern: '^[0-9]{6}$'",
		Right:   "pattern: '^[0-9]{6}$'\ntitle: six digits",
		Do:      "Add a title that says what a matching text is.",
	})
	EmptyService = add(Code{
		ID: "E078", Title: "a service without calls",
		Meaning: "A tag is declared that no call has, and that holds no other tag: the client would have a field with nothing in it.",
		Wrong:   "tags:\n  - {name: otps.fax, description: Sends codes by fax.}",
		Right:   "tags: []",
		Do:      "Remove the tag, or give it to a call.",
	})
	OrphanService = add(Code{
		ID: "E079", Title: "a service without a parent",
		Meaning: "The tag otps.sms lives inside of otps, so that one must be a tag, too.",
		Wrong:   "tags:\n  - {name: otps.sms, description: Sends codes by SMS.}",
		Right:   "tags:\n  - {name: otps, description: Sends and checks codes.}\n  - {name: otps.sms, description: Sends codes by SMS.}",
		Do:      "Declare the parent, with what it holds.",
	})
	CannotBeEssential = add(Code{
		ID: "E111", Title: "a field that cannot be essential",
		Meaning: "x-essential: true makes an answer without the field an error. So the field must be one that is always there, and one whose absence can be told from a value: a text, an enum, an object or a list of the answer, or, in an object, a text that is never empty.",
		Wrong:   "# in a response\nattempts: {type: integer, x-essential: true}",
		Right:   "# in a response\nattempt_id: {type: string, x-essential: true}",
		Do:      "Do what the hint says: name the field in required, give it a minLength, or leave x-essential out.",
	})
	UnreachableError = add(Code{
		ID: "E112", Title: "an error type that nothing leads to",
		Meaning: "x-invalid names the error type that the service answers for a value which breaks the limits of its schema, x-choice those for a request that sets none or several of the fields to choose from. Where nothing is checked, the client never says so.",
		Wrong:   "type: string\nx-invalid: invalid_code",
		Right:   "type: string\npattern: '^[0-9]{6}$'\ntitle: six digits\nx-invalid: invalid_code",
		Do:      "Add the limit, or remove the key.",
	})
	UnexpectedError = add(Code{
		ID: "E113", Title: "an error type that the call does not expect",
		Meaning: "The client refuses an invalid value before it sends it, as an error of the type that x-invalid or x-choice names. So the documentation of the call must list that type.",
		Wrong:   "x-errors: []\n# in the request\ncode: {type: string, minLength: 6, x-invalid: invalid_code}",
		Right:   "x-errors: [invalid_code]\n# in the request\ncode: {type: string, minLength: 6, x-invalid: invalid_code}",
		Do:      "Add the type to x-errors of the call.",
	})
	OpenSecret = add(Code{
		ID: "W003", Title: "a secret or personal data that would be printed",
		Meaning: "The name ends like that of a secret or of personal data (token, code, jwt, email, phone_number, claims), and nothing says whether the value may be printed. The list of such names is in internal/wirename. A value in a log is a value that is known.",
		Wrong:   "access_token:\n  type: string\n  description: The token of the provider.",
		Right:   "access_token:\n  type: string\n  x-sensitive: true\n  description: The token of the provider.",
		Do:      "Write x-sensitive: true, or false if everybody may read it.",
	})
	UnusedSchema = add(Code{
		ID: "W001", Title: "a schema that nothing uses",
		Meaning: "No call leads to the schema, so that nothing is generated for it.",
		Wrong:   "components:\n  schemas:\n    Forgotten: {type: string, description: Forgotten.}",
		Right:   "components:\n  schemas: {}",
		Do:      "Refer to it, or remove it.",
	})
)
