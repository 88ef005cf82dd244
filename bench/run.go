package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// A section is a group of cases.
type section struct {
	name    string
	about   string
	measure func(*bench, context.Context) ([]figure, error)
}

var sections = []section{
	{"Calls in memory", "", (*bench).inMemory},
	{"Special answers, in memory", "", (*bench).special},
	{"Authenticate over TLS", "", (*bench).overTLS},
	{"Connections", "", (*bench).connections},
	{"JSON alone", "", (*bench).codecs},
	{"Readers", "", (*bench).readers},
	{"Validation alone", "", (*bench).validation},
	{"Session JWT", "", (*bench).jwtCheck},
	{"Generator: growth", "", (*bench).growth},
	{"Generator: other", "", (*bench).otherGenerator},
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
	if b.calls, err = allCalls(o.root); err != nil {
		return err
	}
	for _, s := range sections {
		if !strings.Contains(s.name, o.only) {
			continue
		}
		start := time.Now()
		list, err := s.measure(b, ctx)
		if err != nil {
			return err
		}
		fmt.Println(s.name, time.Since(start))
		fmt.Println(strings.Join(b.notes, "\n"))
		b.notes = nil
		for _, f := range list {
			fmt.Fprintf(os.Stdout, "%-50s %10v %10v %.2f [%.2f %.2f] %+v\n", f.key(), f.value, f.baseValue, f.ratio.median, f.ratio.low, f.ratio.high, f.extraAllocs())
		}
	}
	return nil
}
