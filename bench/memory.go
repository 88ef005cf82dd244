package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// inMemory measures every call over a transport that responds at once. What remains is the work of the
// clients.
func (b *bench) inMemory(ctx context.Context) ([]figure, error) {
	usual := b.authenticate()
	usual.name = headline
	var list []figure
	for _, c := range append([]call{usual}, b.calls...) {
		f, err := b.memoryCase(ctx, c.name, c, memory{status: 200, body: c.response}, false)
		if err != nil {
			return nil, err
		}
		list = append(list, f...)
	}
	return list, nil
}

// special measures unusual responses: errors, and a user of 64 kB.
func (b *bench) special(ctx context.Context) ([]figure, error) {
	c := b.calls[0]
	list, err := b.memoryCase(ctx, "an error of the service", c, memory{status: 404, body: notFound}, true)
	if err != nil {
		return nil, err
	}
	c.response = largeUser(c.response)
	large, err := b.memoryCase(ctx, fmt.Sprintf("an answer of %d kB", len(c.response)>>10), c, memory{status: 200, body: c.response}, false)
	return append(list, large...), err
}

const notFound = `{"status_code":404,"request_id":"request-id-test-9c2f8a41-5e7d-4b30-a6f8-1d0e3b7c9524",` +
	`"error_type":"otp_code_not_found","error_message":"The one-time passcode could not be found.",` +
	`"error_url":"https://stytch.com/docs/api/errors/404#otp_code_not_found"}`

// largeUser adds many passkeys to the user of a response, so that the response has 64
// kB.
func largeUser(answer string) string {
	const field = `"webauthn_registrations":[`
	before, after, found := strings.Cut(answer, field)
	if !found {
		panic("the example has no " + field)
	}
	element, _, _ := strings.Cut(after, "}")
	element += "},"
	return before + field + strings.Repeat(element, (64<<10-len(answer))/len(element)+1) + after
}

// memoryCase measures one call in memory. fails says that the call must fail.
func (b *bench) memoryCase(ctx context.Context, name string, c call, m memory, fails bool) ([]figure, error) {
	r, err := c.request(ctx, memoryURL)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	client := &http.Client{Transport: m}
	bare := floor{client}
	expect := func(op func(context.Context) error) func(int) error {
		return each(func() error {
			if err := op(ctx); (err != nil) != fails {
				return fmt.Errorf("the call ended with %v", err)
			}
			return nil
		})
	}
	subjects := []subject{
		{name: "floor", run: each(func() error { return bare.call(ctx, r) }), counts: true},
		{name: "SDK", run: expect(c.sdk(memoryURL, client)), counts: true},
		{name: "reflective", run: expect(c.reflective(r, reflective{client})), counts: true},
	}
	if name == headline {
		subjects = append(subjects, subject{name: readingFloor, run: each(func() error {
			return bare.read(ctx, r, c.response)
		}), counts: true})
	}
	return b.compare(name, b.effort, subjects...)
}

// typical returns the response of 1.9 kB that most figures use: a user with an e-mail address and a
// phone number, as after a login with codes, and a session.
func typical(answer string) string {
	for _, field := range []string{"webauthn_registrations", "providers", "totps", "crypto_wallets", "biometric_registrations"} {
		before, after, found := strings.Cut(answer, `"`+field+`":[`)
		_, rest, closed := strings.Cut(after, "]")
		if !found || !closed {
			panic("the example has no " + field)
		}
		answer = before + `"` + field + `":[]` + rest
	}
	return answer
}
