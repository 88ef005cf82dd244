//go:build goexperiment.jsonv2

package wire

import (
	"encoding/json"
	"encoding/json/jsontext"
	jsonv2 "encoding/json/v2"
	"reflect"
	"testing"
)

// FuzzReaderAgainstV2 checks that a Reader agrees with encoding/json/v2, except for rare times. It runs
// with GOEXPERIMENT=jsonv2.
func FuzzReaderAgainstV2(f *testing.F) {
	addSeeds(f)
	numbers := jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(d *jsontext.Decoder, v *any) error {
		if d.PeekKind() != '0' {
			return jsonv2.SkipFunc
		}
		raw, err := d.ReadValue()
		*v = json.Number(raw)
		return err
	}))
	f.Fuzz(func(t *testing.T, src string) {
		var got, want sample
		r := NewReader(src)
		got.readJSON(r)
		err := r.End()
		wantErr := jsonv2.Unmarshal([]byte(src), &want, numbers)
		if isRareTime(wantErr) {
			return
		}
		want.freeNumbers()
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("got error %v, want %v", err, wantErr)
		}
		if err == nil && (!sameTimes(&got, &want) || !reflect.DeepEqual(got, want)) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}
