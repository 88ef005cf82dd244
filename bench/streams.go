package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/stytchgen/sdk/stytch"
)

const streamsCase = "1,000 streams of events, 2,000 messages"

const (
	openStreams    = 1000
	streamMessages = 2000
)

// streams measures how much memory the program takes for streams of events, while all of them get a message.
func (b *bench) streams(ctx context.Context) ([]figure, error) {
	program, err := b.buildEmulator(ctx)
	if err != nil {
		return nil, err
	}
	e, err := startEmulator(ctx, program)
	if err != nil {
		return nil, err
	}
	f, err := b.withStreams(ctx, e)
	return []figure{f}, errors.Join(err, e.kill())
}

func (b *bench) withStreams(ctx context.Context, e *emulatorProcess) (figure, error) {
	client, err := e.client()
	if err != nil {
		return figure{}, err
	}
	send := func(n int) error {
		_, err := client.OTPs.Email.LoginOrCreate(ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: addressOf(n)})
		return err
	}
	for n := range streamMessages {
		if err := send(n); err != nil {
			return figure{}, err
		}
	}
	before, err := e.mostMemory()
	if err != nil {
		return figure{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	streams := &http.Client{Transport: &http.Transport{}}
	opened, updated := make(chan error, openStreams), make(chan error, openStreams)
	var all sync.WaitGroup
	for range openStreams {
		all.Go(func() {
			body, err := e.stream(ctx, streams, http.StatusOK)
			if err != nil {
				opened <- err
				return
			}
			lines := bufio.NewReaderSize(body.Body, 4096)
			opened <- events(lines, "event: messages")
			updated <- events(lines, "event: message\n")
			_ = body.Body.Close()
		})
	}
	for range openStreams {
		if err := <-opened; err != nil {
			return figure{}, err
		}
	}
	if _, err := e.stream(ctx, streams, http.StatusServiceUnavailable); err != nil {
		return figure{}, err
	}
	if err := send(streamMessages); err != nil {
		return figure{}, err
	}
	for range openStreams {
		if err := <-updated; err != nil {
			return figure{}, err
		}
	}
	all.Wait()
	after, err := e.mostMemory()
	b.note("A stream more is refused.")
	return exact(streamsCase, "emulator", "300 MB", sizeInBytes(after-before), sizeInBytes(300e6)), err
}

// stream opens a stream of events, or is refused.
func (e *emulatorProcess) stream(ctx context.Context, client *http.Client, status int) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+"/_emulator/api/events", nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(r)
	if err == nil && resp.StatusCode != status {
		err = errors.Join(fmt.Errorf("a stream of events has status %d, want %d", resp.StatusCode, status), resp.Body.Close())
	}
	return resp, err
}

// events reads a stream until the data of an event.
func events(lines *bufio.Reader, event string) error {
	for found := false; ; {
		line, err := lines.ReadSlice('\n')
		switch {
		case err == bufio.ErrBufferFull: // the data is long
		case err != nil:
			return err
		case found && strings.HasPrefix(string(line), "\n"): // the event is complete
			return nil
		}
		found = found || strings.HasPrefix(string(line), event)
	}
}
