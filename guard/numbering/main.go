// Command numbering writes ../internal/address/numbering.txt: which country a phone number belongs
// to, and what people add to it within the country. It takes both from the metadata of Google's
// libphonenumber, as the module github.com/nyaruka/phonenumbers carries it.
//
// That library would answer the two questions by itself, and more; see docs/guard.md for what it
// costs an application. Its test compares the two on random numbers.
//
//	go run .
package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

const file = "../internal/address/numbering.txt"

func main() {
	text, err := table()
	if err == nil {
		err = os.WriteFile(file, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "numbering:", err)
		os.Exit(1)
	}
}

const header = `# Which country a phone number belongs to: that of the longest prefix it begins with.
# Written by guard/numbering from the metadata of libphonenumber; do not edit.
#
# A line has the prefix, without +, and the ISO 3166-1 alpha-2 code of the country, or 001 for a
# network that belongs to no country, such as satellite phones. What follows are digits that people
# put before a number within the country, and that carriers ignore behind the calling code: with
# @2 after the first two digits, with /11 only where 11 digits come of it.
`

// added are digits that carriers accept beyond the national prefix of the metadata. Some stand in its
// patterns for parsing. Mexico's mobile numbers were called with a 1, and WhatsApp still does so;
// Argentina's are called with and without a 9; Brazil's have got a ninth digit.
var added = map[int][]string{
	52: {"1/11"}, 54: {"9/11"}, 55: {"9@2/11"}, 241: {"0/9"}, 370: {"8/9"}, 375: {"0/10", "80/11"},
}

// table returns the text of the file.
func table() ([]byte, error) {
	all, err := metadata()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(header)
	// As text, so that a prefix is followed by what is longer.
	asText := func(a, b int) int { return cmp.Compare(strconv.Itoa(a), strconv.Itoa(b)) }
	for _, code := range slices.SortedFunc(maps.Keys(all), asText) {
		regions := all[code]
		main := regions[0]
		if main.GetId() == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
			fmt.Fprintf(&out, "%d 001\n", code)
			continue
		}
		fmt.Fprintln(&out, strings.TrimSpace(fmt.Sprintf("%d %s %s", code, main.GetId(), strings.Join(trunks(main), " "))))
		for _, p := range parts(regions) {
			fmt.Fprintf(&out, "%d%s %s\n", code, p.digits, p.country)
		}
	}
	return out.Bytes(), nil
}

// metadata returns the regions of each calling code, the main one first.
func metadata() (map[int][]*phonenumbers.PhoneMetadata, error) {
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		return nil, err
	}
	byID := map[string]*phonenumbers.PhoneMetadata{}
	for _, m := range collection.GetMetadata() {
		byID[m.GetId()] = m
	}
	all := map[int][]*phonenumbers.PhoneMetadata{}
	for code := range phonenumbers.GetSupportedCallingCodes() {
		for _, id := range phonenumbers.GetRegionCodesForCountryCode(code) {
			if id == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
				all[code] = append(all[code], &phonenumbers.PhoneMetadata{Id: &id})
				continue
			}
			m := byID[id]
			if m == nil {
				return nil, fmt.Errorf("the metadata has no region %s of +%d", id, code)
			}
			all[code] = append(all[code], m)
		}
	}
	return all, nil
}

// trunks returns what people put before a number of the region.
func trunks(m *phonenumbers.PhoneMetadata) []string {
	var list []string
	switch prefix := m.GetNationalPrefix(); {
	case prefix == "":
	case prefix[0] == '0': // no number of such a region begins with 0
		list = append(list, prefix)
	default:
		list = append(list, fmt.Sprintf("%s/%d", prefix, len(prefix)+len(m.GetMobile().GetExampleNumber())))
	}
	return append(list, added[int(m.GetCountryCode())]...)
}
