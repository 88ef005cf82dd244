package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"github.com/stytchgen/sdk/guard/internal/address"
)

// TestCommitted compares the committed table with a generated one.
func TestCommitted(t *testing.T) {
	want, err := table()
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("%s differs from the generated table: run go run . in this folder", file)
	}
}

// randomNumbers calls f with valid numbers of every region, derived from the examples in the
// metadata.
func randomNumbers(t *testing.T, f func(number *phonenumbers.PhoneNumber)) {
	random := rand.New(rand.NewPCG(14, 3))
	all, err := metadata()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range slices.Sorted(maps.Keys(all)) {
		for _, m := range all[code] {
			for _, kind := range []*phonenumbers.PhoneNumberDesc{m.GetMobile(), m.GetFixedLine()} {
				example := kind.GetExampleNumber()
				if example == "" {
					continue
				}
				for try := range 25 {
					digits := []byte(example)
					for i := range digits { // each try keeps fewer digits of the example
						if try > 0 && i >= len(digits)-1-try%len(digits) {
							digits[i] = byte('0' + random.IntN(10))
						}
					}
					number, err := phonenumbers.Parse(fmt.Sprintf("+%d%s", code, digits), "")
					if err == nil && phonenumbers.IsValidNumber(number) && number.GetCountryCode() == int32(code) {
						f(number)
					}
				}
			}
		}
	}
}

// TestCountries compares the table with the library on valid numbers.
func TestCountries(t *testing.T) {
	numbers, wrong := 0, 0
	randomNumbers(t, func(number *phonenumbers.PhoneNumber) {
		numbers++
		e164 := phonenumbers.Format(number, phonenumbers.E164)
		want := phonenumbers.GetRegionCodeForNumber(number)
		if phone, ok := address.ParsePhone(e164); !ok || phone.Country != want {
			if wrong++; wrong <= 20 {
				t.Errorf("%s: %q, %v; want %q", e164, phone.Country, ok, want)
			}
		}
	})
	t.Logf("%d numbers, %d of another country", numbers, wrong)
	if numbers < 9_000 {
		t.Errorf("only %d numbers were valid", numbers)
	}
}

// TestOneNumber checks that all spellings that the library accepts for a number have one key,
// and that different numbers have different keys.
func TestOneNumber(t *testing.T) {
	spellings, byKey := 0, map[string]string{}
	failed := map[string]int{}
	randomNumbers(t, func(number *phonenumbers.PhoneNumber) {
		e164 := phonenumbers.Format(number, phonenumbers.E164)
		phone, _ := address.ParsePhone(e164)
		if other, ok := byKey[phone.Key]; ok && other != e164 && number.GetCountryCode() != 54 { // see added
			t.Errorf("%s and %s have the same key", other, e164)
		}
		byKey[phone.Key] = e164
		code := strconv.Itoa(int(number.GetCountryCode()))
		for _, added := range []string{"0", "1", "06", "8", "80", "9"} {
			spelling := "+" + code + added + e164[1+len(code):]
			parsed, err := phonenumbers.Parse(spelling, "")
			if err != nil || phonenumbers.Format(parsed, phonenumbers.E164) != e164 {
				continue
			}
			spellings++
			if again, ok := address.ParsePhone(spelling); ok && again.Key != phone.Key {
				if failed[code]++; failed[code] == 1 {
					t.Errorf("%s has the key %s, and %s has %s", spelling, again.Key, e164, phone.Key)
				}
			}
		}
	})
	t.Logf("%d numbers, %d other spellings", len(byKey), spellings)
	if spellings < 5_000 {
		t.Errorf("only %d spellings", spellings)
	}
}
