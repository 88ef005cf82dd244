package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// A section is a group of cases.
type section struct {
	name  string
	about string
	// checked says that the section is measured with -check, too.
	checked bool
	measure func(*bench, context.Context) ([]figure, error)
}

var sections = []section{
	{"Calls in memory", "A transport that answers at once, with the spec's examples: what is left is the work of the clients. " +
		"The first case, which the goals are about, is an answer of 1.9 kB to `otps.authenticate`.", true, (*bench).inMemory},
	{"Other answers, in memory", "", true, (*bench).special},
	{"Authenticate over TLS", "On loopback; the server runs in the same process. The SDK uses its own connections, " +
		"the floor keeps 64, the reflective client keeps those that an `http.Client{}` keeps.", true, (*bench).overTLS},
	{"Connections", "Opened over HTTP/1.1 with TLS.", true, (*bench).connections},
	{"JSON alone", "", true, (*bench).codecs},
	{"Readers of JSON", "The SDK's reader beside those of two libraries, each driven by hand in the same way.", false, (*bench).readers},
	{"Validation alone", "The checks of a whole request beside one match of a compiled regular expression.", true, (*bench).validation},
	{"Session JWT", "", true, (*bench).jwtCheck},
	{"Guard", "What it costs to ask before a code is sent, with all default windows. In memory beside the hashes that an ask " +
		"takes, for addresses and clients are kept as hashes; in Redis beside bare round trips to the same server on loopback.",
		false, (*bench).asks},
	{"First call", "Whole processes over TLS, from their start to their end.", false, (*bench).coldCalls},
	{"Size and build time", "What a program with one call has over one that calls nobody. Times are of the processors.",
		false, (*bench).builds},
	{"Generator: growth", "The whole run of the generator with types, on a spec of so many calls more.", false, (*bench).growth},
	{"Generator: beside another", "`gen check` on the committed spec, for the SDK, its tests and its reference; " +
		"oapi-codegen 2.8.2 for the types and the client of both documents, with `shared.yaml` bundled into each. " +
		"Both are built already, and gen's type-check is left out.", false, (*bench).otherGenerator},
}

// A chapter is what was measured of a section.
type chapter struct {
	section section
	figures []figure
	notes   []string
}

// authenticate is otps.authenticate with the answer that an application usually gets.
func (b *bench) authenticate() call {
	c := b.calls[0]
	c.response = typical(c.response)
	return c
}

func run(ctx context.Context, o options) error {
	b := &bench{root: o.root, effort: full}
	if o.check {
		b.effort = brief
	}
	var err error
	if b.temp, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.temp)
	if b.calls, err = allCalls(); err != nil {
		return err
	}
	chapters, err := b.measureAll(ctx, func(s section) bool {
		return strings.Contains(s.name, o.only) && (s.checked || !o.check)
	})
	if err != nil {
		return err
	}
	switch {
	case len(chapters) == 0:
		return fmt.Errorf("no section has %q in its name; RESULTS.md has the names", o.only)
	case o.check:
		return b.hold(ctx, chapters)
	case o.only != "":
		return nil
	}
	return errors.Join(writeResults(chapters), writeRatios(chapters))
}

// measureAll measures the sections that are wanted and prints each as soon as it is there.
func (b *bench) measureAll(ctx context.Context, wanted func(section) bool) ([]chapter, error) {
	var chapters []chapter
	for _, s := range sections {
		if !wanted(s) {
			continue
		}
		start := time.Now()
		b.notes = nil
		list, err := s.measure(b, ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		c := chapter{s, list, b.notes}
		chapters = append(chapters, c)
		fmt.Printf("%s (%v)\n%s\n", s.name, time.Since(start).Round(time.Second), c.text())
	}
	return chapters, nil
}
