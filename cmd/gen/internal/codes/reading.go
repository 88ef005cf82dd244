package codes

// What keeps a file of the spec from being read.
var (
	UnreadableFile = add(Code{
		ID: "E001", Title: "a file cannot be read",
		Meaning:  "A file or folder that the generator needs is missing, is not a regular file, may not be read, or is larger than 8 MB.",
		Wrong:    "spec/consumer.yaml\nspec/shared.yaml",
		Right:    "spec/consumer.yaml\nspec/b2b.yaml\nspec/shared.yaml\nspec/errors.yaml",
		Language: "text",
		Do:       "Put the file there, and make it one that you may read. A spec folder has the four files above.",
	})
	UnreadFile = add(Code{
		ID: "E119", Title: "a file that nothing reads",
		Meaning:  "The spec is four files of fixed names and the area files in the folders consumer and b2b; drift.yaml and accepted-breaks.yaml are next to them. A YAML or JSON file of any other name adds nothing to the SDK.",
		Wrong:    "spec/payments.yaml",
		Right:    "spec/consumer/payments.yaml",
		Language: "text",
		Do:       "Move the file into the folder of its API, give it the name that the hint proposes, or put it elsewhere.",
	})
	NotYAML = add(Code{
		ID: "E002", Title: "not YAML",
		Meaning: "The file's syntax is broken, so nothing in it can be read.",
		Wrong:   "info: {title: Test API",
		Right:   "info: {title: Test API}",
		Do:      "Mend the syntax at the place that is named, or just above it. A text that holds a colon and a space, or begins with a special character, goes into quotes.",
	})
	MergeConflict = add(Code{
		ID: "E107", Title: "an unresolved merge conflict",
		Meaning:  "git could not merge two versions of the file, so it wrote both, with lines that mark them.",
		Wrong:    "<<<<<<< HEAD\ndefault: en\n=======\ndefault: fr\n>>>>>>> feature",
		Right:    "default: en",
		Language: "text",
		Do:       "Keep the version that is right, and remove the lines that begin with <<<<<<<, =======, ||||||| and >>>>>>>.",
	})
	EmptyFile = add(Code{
		ID: "E003", Title: "an empty file",
		Meaning: "The file holds nothing but, at most, comments.",
		Wrong:   "# to be written",
		Right:   "openapi: 3.1.0\ninfo: {title: Shared, version: '1'}\npaths: {}",
		Do:      "Write the document, if only its required keys.",
	})
	SecondDocument = add(Code{
		ID: "E004", Title: "a second document in one file",
		Meaning: "A line of three hyphens begins another YAML document, which most readers would not see.",
		Wrong:   "openapi: 3.1.0\n---\npaths: {}",
		Right:   "openapi: 3.1.0\npaths: {}",
		Do:      "Join the documents into one.",
	})
	TopNotMapping = add(Code{
		ID: "E005", Title: "the top of a file is not a mapping",
		Meaning: "A file of the spec is a mapping of keys to values; this one is a list or a single value.",
		Wrong:   "- openapi: 3.1.0",
		Right:   "openapi: 3.1.0",
		Do:      "Write the keys at the beginning of the line, without hyphens.",
	})
	TooDeep = add(Code{
		ID: "E006", Title: "too deep or too wide",
		Meaning: "Values are nested more than a hundred levels deep, or a mapping has more than two thousand keys. A spec needs about twenty levels and a few hundred keys.",
		Wrong:   "example: [[[[[[[[[[ ... ]]]]]]]]]]",
		Right:   "example: [[1, 2], [3, 4]]",
		Do:      "Take it apart: give inner objects a name under components.schemas and refer to them.",
	})
	Alias = add(Code{
		ID: "E007", Title: "a YAML anchor, alias or merge key",
		Meaning: "Anchors, aliases and merge keys are not read: tools disagree about them, and a few lines of them can expand to gigabytes.",
		Wrong:   "user_id: &id {type: string, description: The id.}\nmember_id: *id",
		Right:   "user_id: {$ref: '#/components/schemas/ID'}\nmember_id: {$ref: '#/components/schemas/ID'}",
		Do:      "Write a component, and a $ref to it.",
	})
	Tag = add(Code{
		ID: "E008", Title: "a YAML tag",
		Meaning: "Tags change what a value is read as, and not every tool reads them alike.",
		Wrong:   "version: !!str 1",
		Right:   "version: '1'",
		Do:      "Write the value so that it needs no tag; a text goes into quotes.",
	})
	NotJSONNumber = add(Code{
		ID: "E009", Title: "a number that JSON does not have",
		Meaning: "YAML reads more as numbers than JSON does: hexadecimal, octal, underscores, infinity. What such a value means differs from tool to tool, as does what a number becomes that no float64 holds.",
		Wrong:   "maximum: 0x1F",
		Right:   "maximum: 31",
		Do:      "Write the number in decimal digits, or in quotes if it is a text.",
	})
	KeyNotString = add(Code{
		ID: "E010", Title: "a key that is not a string",
		Meaning: "YAML reads a bare 200, true or null as something other than a text, but keys are texts in JSON.",
		Wrong:   "responses:\n  200: {description: OK.}",
		Right:   "responses:\n  '200': {description: OK.}",
		Do:      "Put the key into quotes.",
	})
	DuplicateKey = add(Code{
		ID: "E011", Title: "a key appears twice",
		Meaning: "A mapping has the same key a second time. Some tools take the first, some the last.",
		Wrong:   "description: One.\ndescription: Two.",
		Right:   "description: One.",
		Do:      "Keep one of them.",
	})
	NotPlainText = add(Code{
		ID: "E019", Title: "a file that is not plain UTF-8",
		Meaning:  "The file holds bytes that are not UTF-8, a NUL or another control character, or a line break that only some tools see, or it begins with a byte order mark. Tools would read different texts from it.",
		Wrong:    "description: Caf\\xe9   (the byte E9, as Latin-1 has it)",
		Right:    "description: Café",
		Language: "text",
		Do:       "Save the file as UTF-8 without a byte order mark, with lines that end with a line feed.",
	})
	Unresolved = add(Code{
		ID: "E020", Title: "the OpenAPI library cannot read the document",
		Meaning: "The document is YAML, but a value in it is not what OpenAPI says it is, so that the document cannot be taken in at all.",
		Wrong:   "info:\n  title: Test API\n  version: '1'\n  contact: nobody",
		Right:   "info:\n  title: Test API\n  version: '1'\n  contact: {name: Support}",
		Do:      "Read what the library says at the end of the message: it names the type that it wanted.",
	})
)
