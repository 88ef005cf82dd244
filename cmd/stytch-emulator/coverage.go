package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/stytchtest"
)

// coverage writes which calls of the API the emulator performs, as Markdown. docs/emulator/supported.md is this text.
func coverage(w io.Writer) {
	type names struct{ with, without []string }
	services := map[string]*names{}
	calls, emulated := stytchtest.SpecCalls(), 0
	for _, c := range calls {
		dot := strings.LastIndexByte(c.Name, '.')
		s := services[c.Name[:dot]]
		if s == nil {
			s = &names{}
			services[c.Name[:dot]] = s
		}
		if name := "`" + c.Name[dot+1:] + "`"; c.Emulated {
			emulated++
			s.with = append(s.with, name)
		} else {
			s.without = append(s.without, name)
		}
	}
	fmt.Fprintf(w, "# What the emulator supports\n\n")
	fmt.Fprintf(w, "Written by `stytch-emulator coverage`: %d of %d calls have rules. Any other call answers 501 and names itself.\n\n", emulated, len(calls))
	fmt.Fprintf(w, "Each call can also be performed without the project's secret, through the [control API](any-language.md) with\n`POST /_emulator/api/calls/{call}`, and in Go tests with `Project.Perform`. So a test can set up all that a call can create.\n\n")
	fmt.Fprintf(w, "| Service | Calls with rules | Without |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(services)) {
		s := services[name]
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", name, strings.Join(s.with, ", "), strings.Join(s.without, ", "))
	}
}
