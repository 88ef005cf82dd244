package main

import (
	"bytes"
	"fmt"
	"reflect"
	"time"

	"github.com/go-faster/jx"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stytchgen/sdk/internal/wire"
)

// An account has some fields of a response, of the kinds that responses have. Each library reads it
// with hand-written code that is similar to generated code.
type account struct {
	userID, status string
	locked         bool
	createdAt      time.Time
	externalID     *string
	emails         []address
	roles          []string
}

type address struct {
	id, email string
	verified  bool
}

// sameUsers checks that all readers read the same values.
func sameUsers(answer string) error {
	var a, b, c account
	if err := readWire(answer, &a); err != nil {
		return err
	}
	if err := readJX([]byte(answer), &b); err != nil {
		return err
	}
	if err := readJSONText([]byte(answer), &c); err != nil {
		return err
	}
	if a.userID == "" || len(a.emails) == 0 || !reflect.DeepEqual(a, b) || !reflect.DeepEqual(a, c) {
		return fmt.Errorf("the readers differ:\n%+v\n%+v\n%+v", a, b, c)
	}
	return nil
}

func readWire(text string, a *account) error {
	return wire.Read(text, func(r *wire.Reader) {
		for r.BeginObject(); r.NextField(); {
			if r.Name() == "user" {
				a.readWire(r)
			} else {
				r.Unknown()
			}
		}
	})
}

func (a *account) readWire(r *wire.Reader) {
	for r.BeginObject(); r.NextField(); {
		switch r.Name() {
		case "user_id":
			a.userID = r.String()
		case "status":
			a.status = r.String()
		case "is_locked":
			a.locked = r.Bool()
		case "created_at":
			a.createdAt = r.Time()
		case "external_id":
			a.externalID = r.StringPtr()
		case "emails":
			a.emails = wire.ReadSlice(r, (*address).readWire)
		case "roles":
			a.roles = r.Strings()
		default:
			r.Unknown()
		}
	}
}

func (v *address) readWire(r *wire.Reader) {
	for r.BeginObject(); r.NextField(); {
		switch r.Name() {
		case "email_id":
			v.id = r.String()
		case "email":
			v.email = r.String()
		case "verified":
			v.verified = r.Bool()
		default:
			r.Unknown()
		}
	}
}

// skipJX checks a text with jx.
func skipJX(text []byte) error {
	d := jx.GetDecoder()
	defer jx.PutDecoder(d)
	d.ResetBytes(text)
	return d.Skip()
}

func readJX(text []byte, a *account) error {
	d := jx.GetDecoder()
	defer jx.PutDecoder(d)
	d.ResetBytes(text)
	return d.ObjBytes(func(d *jx.Decoder, name []byte) error {
		if string(name) == "user" {
			return d.ObjBytes(a.readJX)
		}
		return d.Skip()
	})
}

func (a *account) readJX(d *jx.Decoder, name []byte) (err error) {
	switch string(name) {
	case "user_id":
		a.userID, err = d.Str()
	case "status":
		a.status, err = d.Str()
	case "is_locked":
		a.locked, err = d.Bool()
	case "created_at":
		var b []byte
		if b, err = d.StrBytes(); err == nil {
			a.createdAt, err = time.Parse(time.RFC3339, string(b))
		}
	case "external_id":
		if d.Next() == jx.Null {
			return d.Null()
		}
		var s string
		s, err = d.Str()
		a.externalID = &s
	case "emails":
		a.emails = []address{}
		err = d.Arr(func(d *jx.Decoder) error {
			a.emails = append(a.emails, address{})
			return d.ObjBytes(a.emails[len(a.emails)-1].readJX)
		})
	case "roles":
		a.roles = []string{}
		err = d.Arr(func(d *jx.Decoder) error {
			s, err := d.Str()
			a.roles = append(a.roles, s)
			return err
		})
	default:
		err = d.Skip()
	}
	return err
}

func (v *address) readJX(d *jx.Decoder, name []byte) (err error) {
	switch string(name) {
	case "email_id":
		v.id, err = d.Str()
	case "email":
		v.email, err = d.Str()
	case "verified":
		v.verified, err = d.Bool()
	default:
		err = d.Skip()
	}
	return err
}

func readJSONText(text []byte, a *account) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(text))
	return eachField(d, func(name string) error {
		if name == "user" {
			return eachField(d, func(name string) error { return a.readJSONText(d, name) })
		}
		return d.SkipValue()
	})
}

// eachField reads an object; read reads the value of each field.
func eachField(d *jsontext.Decoder, read func(name string) error) error {
	if _, err := d.ReadToken(); err != nil { // {
		return err
	}
	for d.PeekKind() != '}' {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		if err := read(token.String()); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

func eachElement(d *jsontext.Decoder, read func() error) error {
	if _, err := d.ReadToken(); err != nil { // [
		return err
	}
	for d.PeekKind() != ']' {
		if err := read(); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

func readText(d *jsontext.Decoder, s *string) error {
	token, err := d.ReadToken()
	if err == nil {
		*s = token.String()
	}
	return err
}

func readBool(d *jsontext.Decoder, b *bool) error {
	token, err := d.ReadToken()
	if err == nil {
		*b = token.Bool()
	}
	return err
}

func (a *account) readJSONText(d *jsontext.Decoder, name string) (err error) {
	switch name {
	case "user_id":
		return readText(d, &a.userID)
	case "status":
		return readText(d, &a.status)
	case "is_locked":
		return readBool(d, &a.locked)
	case "created_at":
		var s string
		if err = readText(d, &s); err == nil {
			a.createdAt, err = time.Parse(time.RFC3339, s)
		}
		return err
	case "external_id":
		if d.PeekKind() == 'n' {
			return d.SkipValue()
		}
		a.externalID = new(string)
		return readText(d, a.externalID)
	case "emails":
		a.emails = []address{}
		return eachElement(d, func() error {
			a.emails = append(a.emails, address{})
			v := &a.emails[len(a.emails)-1]
			return eachField(d, func(name string) error { return v.readJSONText(d, name) })
		})
	case "roles":
		a.roles = []string{}
		return eachElement(d, func() error {
			a.roles = append(a.roles, "")
			return readText(d, &a.roles[len(a.roles)-1])
		})
	}
	return d.SkipValue()
}

func (v *address) readJSONText(d *jsontext.Decoder, name string) error {
	switch name {
	case "email_id":
		return readText(d, &v.id)
	case "email":
		return readText(d, &v.email)
	case "verified":
		return readBool(d, &v.verified)
	}
	return d.SkipValue()
}
