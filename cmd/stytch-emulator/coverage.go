package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/stytchtest"
)

// reading are the names of calls that only read, although their method is POST.
var reading = []string{"introspect_token_network", "list", "lookup", "risk", "search", "strength_check"}

// coverage writes which calls of the API the emulator performs, how data gets in, and what is simplified, as Markdown.
// docs/emulator/supported.md is this text.
func coverage(w io.Writer) error {
	type names struct{ reads, writes, without []string }
	services := map[string]*names{}
	calls, emulated := stytchtest.SpecCalls(), 0
	for _, c := range calls {
		dot := strings.LastIndexByte(c.Name, '.')
		s := services[c.Name[:dot]]
		if s == nil {
			s = &names{}
			services[c.Name[:dot]] = s
		}
		list, call := &s.writes, c.Name[dot+1:]
		if c.Method == http.MethodGet || slices.Contains(reading, call) {
			list = &s.reads
		}
		if c.Emulated {
			emulated++
		} else {
			list = &s.without
		}
		*list = append(*list, "`"+call+"`")
	}
	keys, err := seedKeys()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "# What the emulator supports\n\n")
	fmt.Fprintf(w, "Written by `stytch-emulator coverage`: %d of %d calls have rules. Any other call answers 501 and names itself.\n\n", emulated, len(calls))
	fmt.Fprintf(w, "- [Calls](#calls)\n- [How data gets in](#how-data-gets-in)\n- [What is simplified](#what-is-simplified)\n\n")
	fmt.Fprintf(w, "## Calls\n\n| Service | Reads | Writes | Without rules |\n|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(services)) {
		s := services[name]
		fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", name, strings.Join(s.reads, ", "), strings.Join(s.writes, ", "), strings.Join(s.without, ", "))
	}
	fmt.Fprintf(w, "\n## How data gets in\n\n")
	fmt.Fprintf(w, "Each call can also be performed without the project's secret: with `POST /_emulator/api/calls/{call}` of the\n"+
		"[control API](any-language.md), and in Go tests with `Project.Perform`. So a test can set up all that a call can create. These\nways do more:\n\n")
	fmt.Fprintf(w, "| Area | Seed file | Control API | Page | Go |\n|---|---|---|---|---|\n")
	for i := range areas {
		a := &areas[i]
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", a.title, codes(a.seedsOf(keys)), codes(a.control), strings.Join(a.page, ", "), codes(a.methods))
	}
	fmt.Fprintf(w, "\n[ways.md](ways.md) compares every method in Go with the control API.\n\n")
	fmt.Fprintf(w, "## What is simplified\n\n| Area | Differences from the service |\n|---|---|\n")
	for _, a := range areas {
		if len(a.simplified) > 0 {
			fmt.Fprintf(w, "| %s | %s |\n", a.title, strings.Join(a.simplified, " "))
		}
	}
	return nil
}

// codes are names in Markdown.
func codes(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}
