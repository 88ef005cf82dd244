package address

import (
	"strings"
	"testing"
)

func TestParsePhone(t *testing.T) {
	for _, test := range []struct{ number, key, country string }{
		{"+15005550006", "15005550006", "US"},
		{"+10000000000", "10000000000", "US"}, // the sandbox number of the service
		{"+14165550123", "14165550123", "CA"},
		{"+12425550123", "12425550123", "BS"},
		{"+18765550123", "18765550123", "JM"},
		{"+79161234567", "79161234567", "RU"},
		{"+77012345678", "77012345678", "KZ"},
		{"+447400123456", "447400123456", "GB"},
		{"+447624123456", "447624123456", "IM"},
		{"+447797123456", "447797123456", "JE"},
		{"+447781123456", "447781123456", "GG"},
		{"+4779123456", "4779123456", "SJ"},
		{"+4791234567", "4791234567", "NO"},
		{"+393123456789", "393123456789", "IT"},
		{"+390669812345", "390669812345", "VA"},
		{"+358184123456", "358184123456", "AX"},
		{"+262639012345", "262639012345", "YT"},
		{"+5999512345", "5999512345", "CW"},
		{"+5993181234", "5993181234", "BQ"},
		{"+881612345678", "881612345678", International},
		{"+97912345678", "97912345678", International},
		{"+2101234567", "2101234567", ""}, // calling codes that are not assigned
		{"+9991234567", "9991234567", ""},

		// One number in different spellings.
		{"+4407400123456", "447400123456", "GB"},
		{"+119005550006", "19005550006", "US"},
		{"+789161234567", "79161234567", "RU"},
		{"+36061234567", "361234567", "HU"},
		{"+5215512345678", "525512345678", "MX"},
		{"+5491123456789", "541123456789", "AR"},
		{"+54091123456789", "541123456789", "AR"},
		{"+5531988887777", "553188887777", "BR"},
		{"+55031988887777", "553188887777", "BR"},
		{"+37580291234567", "375291234567", "BY"},
		// Zeros that belong to the number.
		{"+390212345678", "390212345678", "IT"},
		{"+2250123456789", "2250123456789", "CI"},

		// Invalid numbers.
		{"", "", ""}, {"+", "", ""}, {"15005550006", "", ""}, {"+05005550006", "", ""}, {"++15005550006", "", ""},
		{"+1500555000a", "", ""}, {"+1500555\x000006", "", ""}, {"+１5005550006", "", ""}, {"+٠١٢٣٤٥٦٧", "", ""},
		{"+123456", "", ""}, {"+1234567890123456", "", ""}, {"+15005550006\n", "", ""}, {" +15005550006", "", ""}, {"+1 5005550006", "", ""},
	} {
		phone, ok := ParsePhone(test.number)
		if ok != (test.key != "") || phone != (Phone{test.key, test.country}) {
			t.Errorf("%q: %+v, %v; want key %q of %q", test.number, phone, ok, test.key, test.country)
		}
	}
}

func TestParseMailbox(t *testing.T) {
	for _, test := range []struct {
		name    string
		same    []string // spellings of one mailbox
		another []string // other mailboxes
	}{
		{"any provider", []string{
			"ada@example.com", "ADA@Example.COM", "ada@example.com.", "ada+shop@example.com", "Ada+a+b@example.com", `"ada"@example.com`,
			`"a\da"@example.com`, "ada(work)@example.com", "(a(b)c)ada@example.com", "ada@example.com(here)",
		}, []string{
			"a.da@example.com", "ada-shop@example.com", "ada_@example.com", "ada@example.org", "ada@mail.example.com", "+ada@example.com", "adam@example.com",
		}},
		{"Gmail", []string{"ada.love@gmail.com", "adalove@gmail.com", "a.d.a.love+x@googlemail.com"}, []string{"ada.love@example.com", "ada-love@gmail.com"}},
		{"iCloud", []string{"ada@icloud.com", "ada@me.com", "ada+x@mac.com"}, []string{"a.da@icloud.com"}},
		{"Proton", []string{"ada.love@proton.me", "ada_love@protonmail.com", "ada-love+x@pm.me"}, []string{"ada@proton.me"}},
		{"Yandex", []string{"ada.love@ya.ru", "ada-love@yandex.com"}, []string{"ada_love@ya.ru"}},
		{"Yahoo", []string{"ada@yahoo.co.uk", "ada-shop@yahoo.co.uk", "ada-a-b@yahoo.co.uk", "ada+x@yahoo.co.uk"}, []string{"ada@yahoo.com", "ada.love@yahoo.co.uk"}},
		{"nothing but what is ignored", []string{"...@gmail.com", "...+x@gmail.com"}, []string{"..@gmail.com"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want, ok := ParseMailbox(test.same[0])
			if !ok {
				t.Fatalf("%s is not valid", test.same[0])
			}
			for _, mailbox := range test.same {
				if key, ok := ParseMailbox(mailbox); !ok || key != want {
					t.Errorf("%s: %q, %v; want %q", mailbox, key, ok, want)
				}
			}
			for _, mailbox := range test.another {
				if key, ok := ParseMailbox(mailbox); !ok || key == want {
					t.Errorf("%s: %q, %v; want another key", mailbox, key, ok)
				}
			}
		})
	}
	for _, mailbox := range []string{
		"", "@", "ada", "ada@", "@example.com", "ada@.", "()@example.com", "ada@()", "a da@example.com", "ada@exa mple.com", "ada@example.com\n", "ada\x00@example.com",
		strings.Repeat("a", 400) + "@example.com",
	} {
		if key, ok := ParseMailbox(mailbox); ok {
			t.Errorf("%q is parsed as %q", mailbox, key)
		}
	}
}

// TestNumbering checks the whole table.
func TestNumbering(t *testing.T) {
	plan := numbering()
	if len(plan) < 300 {
		t.Fatalf("%d prefixes", len(plan))
	}
	for digits, p := range plan {
		if len(digits) > longestPrefix || strings.Trim(digits, "0123456789") != "" {
			t.Errorf("prefix %q", digits)
		}
		if p.country != International && (len(p.country) != 2 || strings.Trim(p.country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
			t.Errorf("%s: country %q", digits, p.country)
		}
		for _, trunk := range p.trunks {
			if trunk.digits == "" || strings.Trim(trunk.digits, "0123456789") != "" || trunk.length < 0 || trunk.length > 12 || trunk.at > 2 {
				t.Errorf("%s: trunk %+v", digits, trunk)
			}
		}
		// No calling code is a prefix of another one.
		if len(digits) > 1 {
			if _, ok := plan[digits[:1]]; !ok && len(digits) > 3 {
				_, two := plan[digits[:2]]
				_, three := plan[digits[:3]]
				if two == three {
					t.Errorf("%s has no calling code, or two", digits)
				}
			}
		}
	}
	for _, country := range []string{"US", "CA", "GB", "JE", "KZ", International} {
		if !KnownCountry(country) {
			t.Errorf("%s is not known", country)
		}
	}
	for _, country := range []string{"", "UK", "us", "USA", "+1"} {
		if KnownCountry(country) {
			t.Errorf("%q is known", country)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"+15005550006", "ada@example.com", `"a\"@b"@c`, "((@))", "+@+", "\xff@\xff", "+7"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if phone, ok := ParsePhone(s); ok {
			again, ok := ParsePhone("+" + phone.Key)
			if len(phone.Key) >= minDigits && (!ok || again.Country != phone.Country && again.Key == phone.Key) {
				t.Errorf("%q: %+v, and then %+v", s, phone, again)
			}
		}
		if key, ok := ParseMailbox(s); ok && len(key) > 3*maxMailbox {
			t.Errorf("%q: a key of %d bytes", s, len(key))
		}
	})
}
