package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stytchgen/sdk/internal/validate"
	"github.com/stytchgen/sdk/internal/wire"
	"github.com/stytchgen/sdk/stytch"
)

// codecs measures decoding and encoding JSON only.
func (b *bench) codecs(context.Context) ([]figure, error) {
	answer := b.authenticate().response
	var list []figure
	for _, c := range []struct{ name, text string }{
		{"decode authenticate, 1.9 kB", answer},
		{"decode authenticate, 64 kB", largeUser(b.calls[0].response)},
	} {
		f, err := b.decodeCase(c.name, c.text)
		if err != nil {
			return nil, err
		}
		list = append(list, f...)
	}
	f, err := b.userCase()
	if err != nil {
		return nil, err
	}
	list = append(list, f...)
	send := &stytch.OTPsSMSSendRequest{PhoneNumber: "+15005550006", ExpirationMinutes: new(5)}
	f, err = encodeCase(b, "encode a send", send, writeSend)
	if err != nil {
		return nil, err
	}
	list = append(list, f...)
	f, err = encodeCase(b, "encode authenticate", exampleAuthenticate(), writeAuthenticate)
	return append(list, f...), err
}

func exampleAuthenticate() *stytch.OTPsAuthenticateRequest {
	return &stytch.OTPsAuthenticateRequest{
		MethodID: "phone-number-test-3b9e5a70-12cd-4f68-8a41-7d5e9c20f1b6", Code: "482913", SessionDurationMinutes: new(60),
		Attributes: &stytch.Attributes{
			IPAddress: new("203.0.113.7"), UserAgent: new("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15"),
		},
	}
}

func (b *bench) decodeCase(name, text string) ([]figure, error) {
	raw := []byte(text)
	return b.compare(name, b.effort,
		subject{name: "encoding/json", run: each(func() error {
			return json.Unmarshal(raw, new(stytch.OTPsAuthenticateResponse))
		}), counts: true},
		subject{name: "SDK", run: each(func() error {
			v := new(stytch.OTPsAuthenticateResponse)
			return wire.Read(text, func(r *wire.Reader) { readAuthenticate(v, r) })
		}), counts: true},
	)
}

// userCase decodes a user, a type that encoding/json/v2 supports. It does not support the responses,
// which embed a struct without exported fields.
func (b *bench) userCase() ([]figure, error) {
	var answer struct{ User json.RawMessage }
	if err := json.Unmarshal([]byte(b.calls[0].response), &answer); err != nil {
		return nil, err
	}
	raw, text := []byte(answer.User), string(answer.User)
	return b.compare("decode a user", b.effort,
		subject{name: "encoding/json", run: each(func() error {
			return json.Unmarshal(raw, new(stytch.User))
		}), counts: true},
		subject{name: "SDK", run: each(func() error {
			v := new(stytch.User)
			return wire.Read(text, func(r *wire.Reader) { readUser(v, r) })
		}), counts: true},
		subject{name: "go-json-experiment (v2)", run: each(func() error {
			return jsonv2.Unmarshal(raw, new(stytch.User))
		}), counts: true},
	)
}

func encodeCase[T any](b *bench, name string, v *T, write func(*T, *wire.Writer)) ([]figure, error) {
	// As in a call, where one allocation has room for the body.
	var kept []byte
	own := new(struct {
		writer wire.Writer
		room   [256]byte
	})
	list, err := b.compare(name, b.effort,
		subject{name: "encoding/json", run: each(func() (err error) {
			kept, err = json.Marshal(v)
			return err
		}), counts: true},
		subject{name: "SDK", run: each(func() (err error) {
			own.writer.Reset(own.room[:0])
			write(v, &own.writer)
			kept = own.writer.Bytes()
			return own.writer.Err()
		}), counts: true},
		subject{name: "go-json-experiment (v2)", run: each(func() (err error) {
			kept, err = jsonv2.Marshal(v)
			return err
		}), counts: true},
	)
	if len(kept) == 0 && err == nil {
		err = errors.New("nothing was written")
	}
	return list, err
}

var phoneNumber = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// validation measures the validation of a request, compared with one match of a compiled regular
// expression.
func (b *bench) validation(context.Context) ([]figure, error) {
	send := &stytch.OTPsSMSSendRequest{PhoneNumber: "+15005550006", ExpirationMinutes: new(5)}
	authenticate := exampleAuthenticate()
	return b.compare("validate", b.effort,
		subject{name: "one regexp", run: each(func() error {
			if !phoneNumber.MatchString(send.PhoneNumber) {
				return errors.New("no phone number")
			}
			return nil
		}), counts: true},
		subject{name: "SDK, a send", run: each(func() error { return checked(send, validateSend) }), counts: true},
		subject{name: "SDK, authenticate", run: each(func() error { return checked(authenticate, validateAuthenticate) }), counts: true},
	)
}

func checked[T any](v *T, rules func(*T, *validate.Validator)) error {
	var c validate.Validator
	rules(v, &c)
	if broken := c.Violations(); broken != nil {
		return fmt.Errorf("the example breaks rules: %v", broken)
	}
	return nil
}

// readers compares the SDK's reader with those of libraries. Each reads the same text with
// hand-written code. One case reads some fields, and one checks the whole text without keeping a
// value.
func (b *bench) readers(context.Context) ([]figure, error) {
	answer := b.authenticate().response
	raw := []byte(answer)
	if err := sameUsers(answer); err != nil {
		return nil, err
	}
	list, err := b.compare("read some fields of 1.9 kB", b.effort,
		subject{name: "internal/wire", run: each(func() error { return readWire(answer, new(account)) }), counts: true},
		subject{name: "go-faster/jx", run: each(func() error { return readJX(raw, new(account)) }), counts: true},
		subject{name: "jsontext", run: each(func() error { return readJSONText(raw, new(account)) }), counts: true},
	)
	if err != nil {
		return nil, err
	}
	all, err := b.compare("check all of 1.9 kB", b.effort,
		subject{name: "internal/wire", run: each(func() error { return wire.Read(answer, (*wire.Reader).Skip) }), counts: true},
		subject{name: "go-faster/jx", run: each(func() error { return skipJX(raw) }), counts: true},
		subject{name: "jsontext", run: each(func() error {
			if !jsontext.Value(raw).IsValid() {
				return errors.New("not valid")
			}
			return nil
		}), counts: true},
	)
	return append(list, all...), err
}
