package guard

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/netip"

	"github.com/stytchgen/sdk/guard/internal/address"
	"github.com/stytchgen/sdk/internal/redact"
)

// Send is a code that a person asks for.
type Send struct {
	// Address is the phone number in E.164 format, such as "+15005550006", or the e-mail address. All
	// spellings of one number or mailbox count as one.
	Address string `stytch:"sensitive"`

	// Account names the recipient, such as a member's ID. Use it if the application does not know the
	// Address; it then counts as a phone number of an unknown country. With an Address, it is limited
	// like a second address.
	Account string

	// Client is the IP address of the client that asks; see [ClientIP]. If it is not set, the client of
	// the context from [WithClient] is used.
	Client netip.Addr

	// NoClient means that the application sends the code by itself. Then only the limits of the address
	// apply, and for phones those of the country and of the total.
	NoClient bool

	// Purpose distinguishes codes that one address may get in a row, such as those of two
	// organizations. Config.Gap applies to each purpose, and the other limits to all purposes
	// together.
	Purpose string
}

// Format prints the send without its address.
func (s Send) Format(f fmt.State, verb rune) { redact.Format(f, verb, s) }

// LogValue returns the send for a log, without its address.
func (s Send) LogValue() slog.Value { return redact.LogValue(s) }

// International is the country, for [Config], of phone numbers that belong to no country: satellite
// phones, and networks at sea and in the air.
const International = "001"

// target is a Send with the result of parsing its address.
type target struct {
	Send
	ids     []string // the keys that are limited like an address
	phone   bool     // the code goes to a phone
	country string   // the phone's country; empty if unknown
}

// parse parses the address of a Send. It reports whether a code could be sent to it.
func parse(s Send) (target, bool) {
	t := target{Send: s, phone: true}
	if s.Account != "" {
		t.ids = append(t.ids, "account "+s.Account)
	}
	if s.Address == "" {
		return t, s.Account != ""
	}
	if phone, ok := address.ParsePhone(s.Address); ok {
		t.ids = append(t.ids, "phone "+phone.Key)
		t.country = phone.Country
		return t, true
	}
	mailbox, ok := address.ParseMailbox(s.Address)
	t.ids, t.phone = append(t.ids, "mailbox "+mailbox), false
	return t, ok
}

// subject is something whose codes are counted.
type subject struct {
	reason  Reason
	country string
	Counter
}

// subjects lists the subjects that a code counts for.
func (g *Guard) subjects(t target) []subject {
	list := make([]subject, 0, 6)
	add := func(reason Reason, key string, limits []Limit) {
		if len(limits) > 0 {
			list = append(list, subject{reason, t.country, Counter{key, limits}})
		}
	}
	for _, id := range t.ids {
		add(ReasonGap, g.hash("gap", id, t.Purpose), g.gap)
		add(ReasonAddress, g.hash("to", id), g.cfg.PerAddress)
	}
	if t.Client.IsValid() && !t.NoClient {
		client, network := g.prefixes(t.Client)
		add(ReasonClient, g.hash("client", client.String()), g.cfg.PerClient)
		add(ReasonNetwork, g.hash("network", network.String()), g.cfg.PerNetwork)
	}
	switch {
	case !t.phone && t.NoClient:
	case !t.phone:
		add(ReasonTotal, emailsKey, g.cfg.EmailTotal)
	case t.country != "":
		add(ReasonCountry, countryKey(t.country), g.perCountry)
		fallthrough
	default:
		add(ReasonTotal, phonesKey, g.phoneTotal)
	}
	return list
}

// counters returns the counters of subjects for a store.
func counters(subjects []subject) []Counter {
	list := make([]Counter, len(subjects))
	for i, s := range subjects {
		list[i] = s.Counter
	}
	return list
}

// hash returns a key for values that must not be readable in a store.
func (g *Guard) hash(kind string, parts ...string) string {
	text := make([]byte, 0, 128)
	for _, part := range parts {
		text = binary.BigEndian.AppendUint64(text, uint64(len(part))) // so that different lists have different hashes
		text = append(text, part...)
	}
	mac := hmac.New(sha256.New, g.key)
	mac.Write(append(text, kind...))
	return kind + " " + base64.RawURLEncoding.EncodeToString(mac.Sum(text[:0])[:16])
}

// The keys of values that are not secret.
const phonesKey, emailsKey = "phones", "emails"

func countryKey(country string) string { return "country " + country }
