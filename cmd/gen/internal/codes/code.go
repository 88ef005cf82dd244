package codes

// What is wrong with hand-written files, or with what is generated next to them.
var (
	NotGo = add(Code{
		ID: "E080", Title: "a file that is not Go",
		Meaning:  "A .go file in a package does not parse, so that neither its MANUAL() sections nor its names can be read.",
		Wrong:    "func Claims( {",
		Right:    "func Claims() {",
		Language: "go",
		Do:       "Mend the syntax.",
	})
	MarkerColumn = add(Code{
		ID: "E081", Title: "a MANUAL() marker that does not begin its line",
		Meaning:  "A section holds whole declarations, so its markers are at the top level of the file.",
		Wrong:    "func f() {\n\t// MANUAL(Claims)(FUNCTION)\n}",
		Right:    "// MANUAL(Claims)(FUNCTION)\n\n// f does it.\nfunc f() {}\n\n// ENDMANUAL(Claims)",
		Language: "go",
		Do:       "Move the marker to the beginning of a line, outside of declarations.",
	})
	MarkerUnreadable = add(Code{
		ID: "E082", Title: "a MANUAL() marker that cannot be read",
		Meaning:  "The comment looks like a marker, but is not written like one.",
		Wrong:    "// MANUAL Claims",
		Right:    "// MANUAL(Claims)(FUNCTION)",
		Language: "go",
		Do:       "Write // MANUAL(Name)(METHOD), (FUNCTION) or (TYPE), and // ENDMANUAL(Name).",
	})
	SectionNested = add(Code{
		ID: "E083", Title: "a MANUAL() section inside of another",
		Meaning:  "A section ends before the next begins. The second place of the finding shows the one that is open.",
		Wrong:    "// MANUAL(A)(TYPE)\n// MANUAL(B)(TYPE)\n// ENDMANUAL(B)\n// ENDMANUAL(A)",
		Right:    "// MANUAL(A)(TYPE)\n// ENDMANUAL(A)\n\n// MANUAL(B)(TYPE)\n// ENDMANUAL(B)",
		Language: "go",
		Do:       "End the first section above the second.",
	})
	SectionNotBegun = add(Code{
		ID: "E084", Title: "the end of a MANUAL() section that has not begun",
		Meaning:  "An end marker is where no section is open.",
		Wrong:    "// ENDMANUAL(Claims)",
		Right:    "// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		Language: "go",
		Do:       "Add the marker that begins the section, or remove this one.",
	})
	SectionWrongEnd = add(Code{
		ID: "E085", Title: "the end of another MANUAL() section",
		Meaning:  "The end marker names a section other than the one that is open.",
		Wrong:    "// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claim)",
		Right:    "// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		Language: "go",
		Do:       "Give both markers the same name.",
	})
	SectionOpen = add(Code{
		ID: "E086", Title: "a MANUAL() section that does not end",
		Meaning:  "The file ends while the section is open.",
		Wrong:    "// MANUAL(Claims)(FUNCTION)",
		Right:    "// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		Language: "go",
		Do:       "Add the end marker below the section's last declaration.",
	})
	OutsideSection = add(Code{
		ID: "E087", Title: "a declaration outside of every MANUAL() section",
		Meaning:  "In a file called *_manual.go, every declaration belongs to a section that the spec declares, so that it is checked and documented.",
		Wrong:    "// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)\n\nvar limit = 5",
		Right:    "// MANUAL(Claims)(FUNCTION)\n\nvar limit = 5\n\n// ENDMANUAL(Claims)",
		Language: "go",
		Do:       "Put it between the markers, or into a file not called *_manual.go.",
	})
	SectionTwice = add(Code{
		ID: "E088", Title: "a MANUAL() section appears twice",
		Meaning:  "Two sections have one name, in one file or in two. The second place of the finding shows the first.",
		Wrong:    "// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)\n\n// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		Right:    "// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		Language: "go",
		Do:       "Join them, or declare the second under a name of its own.",
	})
	UndeclaredSection = add(Code{
		ID: "E089", Title: "a MANUAL() section that the spec does not declare",
		Meaning: "Which sections exist is part of the spec; that is how they come to be documented.",
		Wrong:   "x-manual: []",
		Right:   "x-manual:\n  - name: Claims\n    kind: FUNCTION\n    declares: ['func Claims(u *User) map[string]any']\n    description: Reads claims.",
		Do:      "Take the spelling that the hint proposes, or declare the section under x-manual.",
	})
	SectionKind = add(Code{
		ID: "E090", Title: "a MANUAL() section of another kind than declared",
		Meaning:  "The marker says METHOD, FUNCTION or TYPE, and the spec says another of them.",
		Wrong:    "// MANUAL(Claims)(METHOD)   the spec: kind: FUNCTION",
		Right:    "// MANUAL(Claims)(FUNCTION)",
		Language: "text",
		Do:       "Make both say the same.",
	})
	DeclaresNotGo = add(Code{
		ID: "E091", Title: "declares holds what is not a Go declaration",
		Meaning: "Each item of declares is one Go function or type as it is in the code, without body and without comments.",
		Wrong:   "declares: ['Claims(u *User)']",
		Right:   "declares: ['func Claims(u *User) map[string]any']",
		Do:      "Write it as in Go, without the body.",
	})
	DeclaresKind = add(Code{
		ID: "E092", Title: "declares does not go with the section's kind",
		Meaning: "A section of kind METHOD declares methods, one of kind FUNCTION functions. TYPE may declare a type and what belongs to it.",
		Wrong:   "kind: METHOD\ndeclares: ['func Claims(u *User) string']",
		Right:   "kind: METHOD\ndeclares: ['func (u *User) Claims() string']",
		Do:      "Mend the kind or the declaration.",
	})
	UndeclaredExport = add(Code{
		ID: "E093", Title: "an exported name that the spec does not declare",
		Meaning:  "What applications can use is documented, and the pages are made from declares.",
		Wrong:    "// Extra is not in declares.\nfunc Extra() {}",
		Right:    "func extra() {}",
		Language: "go",
		Do:       "Add it to declares in the spec, or do not export it.",
	})
	StillStub = add(Code{
		ID: "E104", Title: "a MANUAL() section that is still a stub",
		Meaning:  "gen has written the declarations of a new section, with functions that panic. Applications would meet the panic.",
		Wrong:    "// Claims is declared by the spec and not written yet.\nfunc Claims() int {\n\tpanic(\"MANUAL(Claims) is not written yet\")\n}",
		Right:    "// Claims counts the claims.\nfunc Claims() int { return 1 }",
		Language: "go",
		Do:       "Write the comment and what it does.",
	})
	WrongShape = add(Code{
		ID: "E094", Title: "a declaration of another shape than declared",
		Meaning:  "The parameters, results, type or value differ from what the spec declares, so that the page would be wrong. A variable is no constant, and an alias no type of its own.",
		Wrong:    "func Claims(u User) string   the spec: func Claims(u *User) string",
		Right:    "func Claims(u *User) string",
		Language: "text",
		Do:       "Mend the code, or declares in the spec.",
	})
	NoComment = add(Code{
		ID: "E095", Title: "a declared name without a comment",
		Meaning:  "Everything exported has a doc comment, hand-written code too.",
		Wrong:    "func Claims(u *User) string { ... }",
		Right:    "// Claims returns the user's claims.\nfunc Claims(u *User) string { ... }",
		Language: "go",
		Do:       "Write the comment, beginning with the name.",
	})
	MissingDeclaration = add(Code{
		ID: "E096", Title: "a MANUAL() section lacks what it declares",
		Meaning:  "The spec declares something that the section does not hold.",
		Wrong:    "// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		Right:    "// MANUAL(Claims)(FUNCTION)\n\n// Claims returns the user's claims.\nfunc Claims(u *User) string { ... }\n\n// ENDMANUAL(Claims)",
		Language: "go",
		Do:       "Write it, or remove it from declares.",
	})
	NoRoomForStub = add(Code{
		ID: "E097", Title: "a MANUAL() section is missing, and its file exists",
		Meaning:  "gen writes a stub for a section that is missing, but never into a file that exists.",
		Wrong:    "package stytch // claims_manual.go without MANUAL(Claims)",
		Right:    "package stytch\n\n// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		Language: "go",
		Do:       "Write the section into the file, or rename the file and run gen again.",
	})
	NoMarkers = add(Code{
		ID: "E099", Title: "the README has no place for the table of calls",
		Meaning:  "The table of calls goes between two markers, which must be there once each and in this order.",
		Wrong:    "# One-time passcodes",
		Right:    "# One-time passcodes\n\n<!-- calls:begin -->\n<!-- calls:end -->",
		Language: "markdown",
		Do:       "Put the markers back; what is between them is generated again.",
	})
	BuildConstraint = add(Code{
		ID: "E106", Title: "a build constraint in a *_manual.go file",
		Meaning:  "A file with a build constraint is missing from some builds, and what it declares with it. MANUAL() sections are documented for all systems, so they are compiled on all.",
		Wrong:    "//go:build linux\n\npackage stytch\n\n// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		Right:    "package stytch\n\n// MANUAL(Claims)(FUNCTION)\n// ENDMANUAL(Claims)",
		Language: "go",
		Do:       "Take the constraint out. What differs from system to system goes into files that are not called *_manual.go, and the section calls it.",
	})
	NotTypeChecked = add(Code{
		ID: "E100", Title: "the packages would not compile",
		Meaning:  "What is about to be written does not type-check together with the hand-written files next to it. Mostly, hand-written code uses something that the spec no longer makes.",
		Wrong:    "func (u *User) Initials() string { return u.Nmae }",
		Right:    "func (u *User) Initials() string { return u.Name }",
		Language: "go",
		Do:       "Mend the hand-written code, or the spec.",
	})
	ManualGenerated = add(Code{
		ID: "E102", Title: "a hand-written file marked as generated",
		Meaning:  "A file called *_manual.go belongs to a person. The line at its top says that it belongs to the generator, which would remove it.",
		Wrong:    "// Code generated by stytchgen; DO NOT EDIT.\n\npackage stytch",
		Right:    "package stytch",
		Language: "go",
		Do:       "Take the line out.",
	})
	GeneratedUnmarked = add(Code{
		ID: "E103", Title: "a generated file without its first line",
		Meaning:  "A file called *_gen.go or *_gen_test.go belongs to the generator, which knows its files by their first line. It is gone here, so gen cannot tell what else a person has changed, and neither reads nor overwrites the file.",
		Wrong:    "package stytch // otps_gen.go",
		Right:    "// Code generated by stytchgen; DO NOT EDIT.\n\npackage stytch",
		Language: "go",
		Do:       "Remove the file and run gen, which makes it again. If a person wrote it, rename it.",
	})
)
