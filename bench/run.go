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
	// checked says that -check measures the section too.
	checked bool
	measure func(*bench, context.Context) ([]figure, error)
}

var sections = []section{
	{"Calls in memory", "The transport responds at once with the spec's examples, so that only the work of the clients remains. " +
		"The goals are about the first case, a response of 1.9 kB to `otps.authenticate`.", true, (*bench).inMemory},
	{"Other answers, in memory", "", true, (*bench).special},
	{"Authenticate over TLS", "On loopback, with the server in the same process. The SDK uses its own connections, " +
		"the floor keeps 64, and the reflective client keeps as many as an `http.Client{}`.", true, (*bench).overTLS},
	{"Connections", "Opened over HTTP/1.1 with TLS.", true, (*bench).connections},
	{"JSON alone", "", true, (*bench).codecs},
	{"Readers of JSON", "The SDK's reader compared with those of two libraries, each with the same hand-written code.", false, (*bench).readers},
	{"Validation alone", "The validation of a whole request compared with one match of a compiled regular expression.", true, (*bench).validation},
	{"Session JWT", "", true, (*bench).jwtCheck},
	{"Session JWT, again", "A JWT that the client has checked before, which comes with every request for five minutes. Each number of " +
		"goroutines is compared with as many that verify the signature.", true, (*bench).jwtAgain},
	{"Guard", "The cost of asking before a code is sent, with all default limits. In memory it is compared with the hashes that an " +
		"ask computes, and in Redis with bare round trips to the same server on loopback.",
		false, (*bench).asks},
	{"Emulator", "Two calls each: a code by e-mail, and the login with it, with a session. An RSA signature takes most of the time.",
		false, (*bench).emulator},
	{"Emulator: in a test", "`stytchtest.NewServer` until a call is answered, and a login by e-mail as above, with responses " +
		"compared with the spec, as in every test.", false, (*bench).inTests},
	{"Emulator: state file", "`stytch-emulator --state` with 1,000,000 users and sessions. A write changes the name of a user. " +
		"The start ends when the program reports that it is ready. For the losses, the program is killed under load.",
		false, (*bench).stateFile},
	{"Emulator: streams", "", false, (*bench).streams},
	{"First call", "Whole processes over TLS, from their start to their end.", false, (*bench).coldCalls},
	{"Size and build time", "What one call adds to a program that makes no call. Times are processor times.",
		false, (*bench).builds},
	{"Generator: growth", "The whole run of the generator with types, on the spec plus this number of calls.", false, (*bench).growth},
	{"Generator: compared with another", "`gen check` on the committed spec, for the SDK, its tests and its reference; " +
		"oapi-codegen 2.8.2 generates the types and the client of both documents, with `shared.yaml` bundled into each. " +
		"Both are already built, and gen's type check is left out.", false, (*bench).otherGenerator},
	{"The whole spec: all files", "gen on a folder without generated files, compared with `gen check` afterwards. Both check types. The " +
		"packages that the generated code imports are built.", false, (*bench).cold},
	{"The whole spec: build", "The official client for Go is not compared, because the module proxy does not serve it. A client that " +
		"oapi-codegen generates from the same document is compared instead. The standard library is a part of both times.",
		false, (*bench).smsBuilds},
	{"The whole spec: before and after", "The SDK of 22 calls is the last commit before other calls than those of one-time passcodes and " +
		"sessions were added. The difference includes everything else that has changed since.", false, (*bench).beforeAndAfter},
}

// A chapter is the result of a section.
type chapter struct {
	section section
	figures []figure
	notes   []string
}

// authenticate returns otps.authenticate with a typical response.
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
		return fmt.Errorf("no section has %q in its name; RESULTS.md lists the sections", o.only)
	case o.check:
		return b.hold(ctx, chapters)
	case o.only != "":
		return nil
	}
	return errors.Join(writeResults(chapters), writeRatios(chapters))
}

// measureAll measures the wanted sections and prints each result at once.
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
