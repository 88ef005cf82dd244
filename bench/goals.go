package main

import (
	"fmt"
	"strings"
)

// A goal is a limit for a figure.
type goal struct {
	what string
	key  string // of the figure
	want string
	met  func(figure) bool
	got  func(figure) string
}

// atMost is a goal for a ratio.
func atMost(what, key string, limit float64) goal {
	return goal{what, key, fmt.Sprintf("at most %.2f", limit),
		func(f figure) bool { return f.ratio.median <= limit },
		func(f figure) string { return f.ratio.String() }}
}

// faster is a goal for how many times faster than its base a subject is.
func faster(what, key string, times float64) goal {
	return goal{what, key, fmt.Sprintf("at least %.0f times faster", times),
		func(f figure) bool { return f.ratio.median <= 1/times },
		func(f figure) string { return fmt.Sprintf("%.1f times", 1/f.ratio.median) }}
}

const headline = "authenticate, answer of 1.9 kB"

var goals = []goal{
	atMost("In-memory `authenticate`, time compared with the floor", headline+": SDK / floor", 2.2),
	{"In-memory `authenticate`, allocations more than the floor", headline + ": SDK / floor", "at most 30",
		func(f figure) bool { return f.extraAllocs() <= 30 }, figure.moreAllocs},
	atMost("TLS, HTTP/1.1, one goroutine, time compared with the floor", "TLS, HTTP/1.1, 1 at a time: SDK / floor", 1.10),
	atMost("TLS, HTTP/2, one goroutine, time compared with the floor", "TLS, HTTP/2, 1 at a time: SDK / floor", 1.10),
	atMost("TLS, HTTP/1.1, 64 goroutines, time compared with the floor", "TLS, HTTP/1.1, 64 at a time: SDK / floor", 1.15),
	{"Connections opened for 640 calls from 32 goroutines", connectionsCase + ": SDK / floor", "at most 32",
		func(f figure) bool { return f.value.amount <= 32 }, func(f figure) string { return f.value.String() }},
	faster("Decode of the 1.9 kB response, compared with encoding/json", "decode authenticate, 1.9 kB: SDK / encoding/json", 5),
	faster("Encode of a send, compared with encoding/json", "encode a send: SDK / encoding/json", 4),
	atMost("A session JWT that was checked before, compared with the verification of its signature", jwtAgainCase+": SDK / rsa.VerifyPKCS1v15", 0.05),
	atMost("The same in 64 goroutines", jwtAgainCase+", 64 goroutines: SDK / rsa.VerifyPKCS1v15", 0.05),
	{"Encode of a send, allocations", "encode a send: SDK / encoding/json", "at most 1",
		func(f figure) bool { return f.allocs <= 1 }, func(f figure) string { return fmt.Sprintf("%.0f", f.allocs) }},
	atMost("Login with the emulator, 1,000,000 users compared with 1,000", largeEmulator+": emulator / 1,000 users", 1.3),
	atMost("Memory of the emulator for 1,000,000 users with a session each, compared with 2 GB", largeEmulator+": memory / 2 GB", 1),
	atMost("`stytchtest.NewServer` until a call is answered, compared with 2 ms", newServerCase+": emulator / 2 ms", 1),
	atMost("Login in a test, compared with 1.5 ms", testLoginCase+": emulator / 1.5 ms", 1),
	atMost("Write with `--state`, 1,000,000 users compared with 1,000", stateWriteCase+": emulator / 1,000 users", 1.3),
	atMost("Start with the state of 1,000,000 users and sessions, compared with 10 s", stateStartCase+": emulator / 10 s", 1),
	{"Acknowledged writes lost with `--state` in 30 kills under load", killsCase + ": lost / acknowledged", "none",
		func(f figure) bool { return f.value.amount == 0 }, func(f figure) string { return f.value.String() }},
	atMost("Memory for 1,000 streams of events with 2,000 messages, compared with 300 MB", streamsCase+": emulator / 300 MB", 1),
	atMost("Generation, 1,600 calls compared with 800", "generate 1600 calls: gen / 800 calls", 2.2),
	atMost("`gen check` compared with oapi-codegen, without the type check",
		"the whole spec: gen check without types / oapi-codegen, types and client", 1),
	{"Generation of all files with the type check, in seconds", coldCase + ": gen / gen check", "at most 6",
		func(f figure) bool { return f.value.amount <= 6e9 }, func(f figure) string { return f.value.String() }},
	atMost("Build of a program that sends one SMS, compared with oapi-codegen's client", smsCase+": SDK / oapi-codegen's client", 1),
	atMost("Binary size with all calls, compared with 22 calls", sizeCase+": SDK / SDK of 22 calls", 1.01),
	atMost("In-memory `authenticate`, time with all calls compared with 22 calls", beforeCase+": SDK / SDK of 22 calls", 1.05),
	{"In-memory `authenticate`, allocations more than with 22 calls", beforeCase + ": SDK / SDK of 22 calls", "none",
		func(f figure) bool { return f.extraAllocs() <= 0 }, figure.moreAllocs},
	atMost("Binary size that one call adds, compared with the reflective client", "binary size that one call adds: SDK / reflective", 1.25),
	atMost("Build time that one call adds with an empty cache, compared with the reflective client",
		"build time that one call adds, nothing built before: SDK / reflective", 1.25),
	atMost("Each build after the first, compared with the reflective client", "each build after that: SDK / reflective", 1.25),
}

// goalTable lists the goals and whether they are met.
func goalTable(chapters []chapter) string {
	var b strings.Builder
	b.WriteString("## Goals\n\n| Goal | Wanted | Measured | |\n|---|---|--:|---|\n")
	all := byKey(chapters)
	for _, g := range goals {
		f, measured := all[g.key]
		got, met := "not measured", ""
		if measured {
			got, met = g.got(f), "missed"
			if g.met(f) {
				met = "met"
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", g.what, g.want, got, met)
	}
	return b.String()
}

func byKey(chapters []chapter) map[string]figure {
	all := map[string]figure{}
	for _, c := range chapters {
		for _, f := range c.figures {
			all[f.key()] = f
		}
	}
	return all
}
