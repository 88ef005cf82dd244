package guard

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/guard/internal/address"
	"github.com/stytchgen/sdk/internal/redact"
)

// Config says how often codes may be sent. The zero Config has a default for everything. A list of
// limits that is nil has the default, too; one that is empty but not nil is no limit.
type Config struct {
	// Gap is the least time between two codes to one address. 0 means 30 seconds, a negative value
	// none.
	Gap time.Duration

	// PerAddress limits the codes to one address. The default is 5 in an hour and 10 in a day.
	PerAddress []Limit

	// PerClient limits the codes that one client asks for: an address of IPv4, or a prefix of IPv6. The
	// default is 10 in ten minutes and 50 in a day, with 3 more for each verified.
	PerClient []Limit

	// PerNetwork limits the codes that are asked for from one network: a /24 of IPv4, or a /48 of
	// IPv6. The default is 50 in ten minutes and 200 in a day, with 3 more for each verified.
	PerNetwork []Limit

	// PerCountry limits the codes to phones of one country. The default is 200 in an hour and 1000 in
	// a day, with 3 more for each verified.
	PerCountry []Limit

	// PhoneTotal limits all codes to phones. The default is 500 in an hour and 2000 in a day, with 3
	// more for each verified: this is what an attack costs at most.
	PhoneTotal []Limit

	// EmailTotal limits all codes to mailboxes that clients ask for. The default is 2000 in an hour and
	// 10,000 in a day, with 3 more for each verified.
	EmailTotal []Limit

	// AllowCountries are those to whose phones codes are sent, and no others, as ISO 3166-1 alpha-2
	// codes: "US". When it is empty, they are all, without [International] numbers and those of calling
	// codes that no country has.
	AllowCountries []string

	// RefuseCountries are those to whose phones no codes are sent.
	RefuseCountries []string

	// IPv6Prefix is how many bits of an address of IPv6 make a client, from 32 to 128. 0 means 64,
	// which is what every customer of a provider has at least.
	IPv6Prefix int

	// Alarm says when too few codes are verified. The zero AlarmRule has a default.
	Alarm AlarmRule

	// OnAlarm is called when an alarm goes off, in the call that made it do so; nil: only the log tells
	// of it.
	OnAlarm func(context.Context, Alarm)

	// OnDecision is called with every decision of [Guard.Ask], for a metric; nil: nothing is.
	OnDecision func(context.Context, Decision)

	// Log is told of decisions not to allow a code, of alarms, and of a store that fails. Nil means
	// slog.Default().
	Log *slog.Logger

	// Store counts. Nil means the memory of this process: with several processes, each then allows
	// as much as one may.
	Store Store `stytch:"sensitive"`

	// Key makes the names under which a Store knows addresses and clients, so that whoever reads the
	// store cannot find out who they are. It is at least 16 secret bytes, the same in all processes;
	// the secret of the project will do. Another key forgets what was counted. Without a Store there
	// need not be one.
	Key []byte `stytch:"sensitive"`

	// StoreDown says what to do while the Store fails. The default is CountLocally.
	StoreDown StoreDown

	// StoreTimeout is how long the Store may take. 0 means a second.
	StoreTimeout time.Duration

	// MaxCounters is how many addresses, clients and networks are counted in memory, each of which
	// takes up to 500 bytes. 0 means a million, which is enough for 250,000 codes a day. When there are
	// as many, codes of others have to wait; those that are counted stay limited. The log warns before.
	MaxCounters int

	// Now is the clock of what is counted in memory, and of alarms. Nil means that of the machine. A
	// Store has a clock of its own.
	Now func() time.Time
}

// StoreDown is what to do while a [Store] fails.
type StoreDown int

const (
	// CountLocally counts in the memory of the process until the store is back. Each process then
	// allows as much as one may.
	CountLocally StoreDown = iota
	// FailClosed sends no codes: Ask returns the store's error.
	FailClosed
	// FailOpen sends every code, without a limit. Countries are refused all the same.
	FailOpen
)

// String says what is done.
func (s StoreDown) String() string {
	switch s {
	case FailClosed:
		return "no code is sent"
	case FailOpen:
		return "every code is sent"
	default:
		return "each process counts by itself"
	}
}

// AlarmRule says when too few codes to phones are verified: that is how it looks when a fraudster
// has them sent. It applies to each country, and to all of them together.
type AlarmRule struct {
	// Within is the time that is looked at. 0 means an hour.
	Within time.Duration
	// Least is how many codes were sent, at least. 0 means 50, a negative value no alarms.
	Least int
	// Share is the part of them that is verified, at least; below it, the alarm goes off. 0 means 0.3.
	Share float64
	// For is how long the share has to be too small before the alarm goes off: people need time to
	// type a code. 0 means five minutes, a negative value none.
	For time.Duration
}

// The defaults of a Config.
var (
	defaultPerAddress = []Limit{{Most: 5, Within: time.Hour}, {Most: 10, Within: 24 * time.Hour}}
	defaultPerClient  = []Limit{{Most: 10, Within: 10 * time.Minute, Earned: 3}, {Most: 50, Within: 24 * time.Hour, Earned: 3}}
	defaultPerNetwork = []Limit{{Most: 50, Within: 10 * time.Minute, Earned: 3}, {Most: 200, Within: 24 * time.Hour, Earned: 3}}
	defaultPerCountry = []Limit{{Most: 200, Within: time.Hour, Earned: 3}, {Most: 1000, Within: 24 * time.Hour, Earned: 3}}
	defaultEmailTotal = []Limit{{Most: 2000, Within: time.Hour, Earned: 3}, {Most: 10_000, Within: 24 * time.Hour, Earned: 3}}
	defaultPhoneTotal = []Limit{{Most: 500, Within: time.Hour, Earned: 3}, {Most: 2000, Within: 24 * time.Hour, Earned: 3}}
)

const (
	defaultGap          = 30 * time.Second
	defaultStoreTimeout = time.Second
	defaultMaxCounters  = 1_000_000
	defaultIPv6Prefix   = 64
)

var defaultAlarm = AlarmRule{Within: time.Hour, Least: 50, Share: 0.3, For: 5 * time.Minute}

// minKey is the length of a Key, at least.
const minKey = 16

// complete fills in the defaults.
func (c *Config) complete() {
	for _, limits := range []struct {
		have *[]Limit
		def  []Limit
	}{
		{&c.PerAddress, defaultPerAddress}, {&c.PerClient, defaultPerClient}, {&c.PerNetwork, defaultPerNetwork},
		{&c.PerCountry, defaultPerCountry}, {&c.PhoneTotal, defaultPhoneTotal}, {&c.EmailTotal, defaultEmailTotal},
	} {
		if *limits.have == nil {
			*limits.have = limits.def
		}
	}
	if c.Gap == 0 {
		c.Gap = defaultGap
	}
	if c.IPv6Prefix == 0 {
		c.IPv6Prefix = defaultIPv6Prefix
	}
	if c.StoreTimeout == 0 {
		c.StoreTimeout = defaultStoreTimeout
	}
	if c.MaxCounters == 0 {
		c.MaxCounters = defaultMaxCounters
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Alarm.Within == 0 {
		c.Alarm.Within = defaultAlarm.Within
	}
	if c.Alarm.Least == 0 {
		c.Alarm.Least = defaultAlarm.Least
	}
	if c.Alarm.Share == 0 {
		c.Alarm.Share = defaultAlarm.Share
	}
	if c.Alarm.For == 0 {
		c.Alarm.For = defaultAlarm.For
	}
}

// check finds what is wrong with a complete Config.
func (c *Config) check() error {
	for _, list := range []struct {
		field  string
		limits []Limit
	}{
		{"PerAddress", c.PerAddress}, {"PerClient", c.PerClient}, {"PerNetwork", c.PerNetwork}, {"PerCountry", c.PerCountry},
		{"PhoneTotal", c.PhoneTotal}, {"EmailTotal", c.EmailTotal},
	} {
		if err := checkLimits(list.field, list.limits); err != nil {
			return err
		}
	}
	for _, list := range []struct {
		field     string
		countries []string
	}{{"AllowCountries", c.AllowCountries}, {"RefuseCountries", c.RefuseCountries}} {
		for i, country := range list.countries {
			if !address.KnownCountry(country) {
				return fmt.Errorf("guard: %s[%d] is %q: want an ISO 3166-1 alpha-2 code such as \"US\"%s", list.field, i, country, hint(country))
			}
			if list.field == "RefuseCountries" && slices.Contains(c.AllowCountries, country) {
				return fmt.Errorf("guard: RefuseCountries[%d] is %q, which AllowCountries has, too: want it in one of them", i, country)
			}
		}
	}
	within := c.Alarm.Within
	switch {
	case c.Gap > 0 && (c.Gap < shortest || c.Gap > longest || c.Gap%time.Millisecond != 0):
		return fmt.Errorf("guard: Gap is %v: want whole milliseconds, from %v to %v, or a negative value for none", c.Gap, shortest, longest)
	case c.IPv6Prefix < 32 || c.IPv6Prefix > 128:
		return fmt.Errorf("guard: IPv6Prefix is %d: want 32 to 128", c.IPv6Prefix)
	case within < shortest || within > longest || within%time.Millisecond != 0:
		return fmt.Errorf("guard: Alarm.Within is %v: want whole milliseconds, from %v to %v", within, shortest, longest)
	case !(c.Alarm.Share > 0 && c.Alarm.Share <= 1): // also when it is no number
		return fmt.Errorf("guard: Alarm.Share is %v: want a part of 1, such as 0.3", c.Alarm.Share)
	case c.Store != nil && len(c.Key) < minKey, c.Store == nil && c.Key != nil && len(c.Key) < minKey:
		return fmt.Errorf("guard: Key has %d bytes: want at least %d that are secret, and the same in all processes that share the store; "+
			"the secret of the project will do", len(c.Key), minKey)
	case c.StoreDown < CountLocally || c.StoreDown > FailOpen:
		return fmt.Errorf("guard: StoreDown is %d: want CountLocally, FailClosed or FailOpen", c.StoreDown)
	case c.StoreTimeout < 0:
		return fmt.Errorf("guard: StoreTimeout is %v: want a positive duration", c.StoreTimeout)
	case c.MaxCounters < 0:
		return fmt.Errorf("guard: MaxCounters is %d: want a positive number", c.MaxCounters)
	}
	return nil
}

// hint guesses which country was meant.
func hint(country string) string {
	other := map[string]string{"UK": "GB", "EL": "GR", "EN": "GB", "WORLD": International}[strings.ToUpper(country)]
	if upper := strings.ToUpper(country); other == "" && address.KnownCountry(upper) {
		other = upper
	}
	if other == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", other)
}

// Format prints the configuration without its key, whatever the verb.
func (c Config) Format(f fmt.State, verb rune) { redact.Format(f, verb, c) }

// LogValue returns the configuration for a log, without its key.
func (c Config) LogValue() slog.Value { return redact.LogValue(c) }
