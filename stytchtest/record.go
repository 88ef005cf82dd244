package stytchtest

import (
	stdjson "encoding/json"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// recordJSON are the options for the entries of a Store: JSON as encoding/json writes and reads it, without fields
// that are zero. So the entry of a session has a third of the size, and is read several times as fast. Numbers keep
// all their digits.
var recordJSON = json.JoinOptions(
	jsonv1.DefaultOptionsV1(),
	json.OmitZeroStructFields(true),
	json.MatchCaseInsensitiveNames(false),
	json.RejectUnknownMembers(true),
	jsontext.EscapeForHTML(false),
	json.WithMarshalers(json.MarshalToFunc(func(e *jsontext.Encoder, n stdjson.Number) error {
		return e.WriteValue(jsontext.Value(n))
	})),
	json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *any) error {
		if d.PeekKind() != '0' {
			return json.SkipFunc
		}
		number, err := d.ReadValue()
		*v = stdjson.Number(number)
		return err
	})),
)

func encodeRecord(v any) ([]byte, error) { return json.Marshal(v, recordJSON) }

func decodeRecord(data []byte, into any) error { return json.Unmarshal(data, into, recordJSON) }
