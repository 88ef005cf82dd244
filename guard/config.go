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

// Config sets how often codes may be sent. The zero Config uses a default for everything. A nil list
// of limits means the default; an empty list means no limit.
type Config struct {
	// Gap is the least time between two codes to one address. 0 means 30 seconds, and a negative
	// value means none.
	Gap time.Duration

	// PerAddress limits the codes to one address. The default is 5 in an hour and 10 in a day.
	PerAddress []Limit

	// PerClient limits the codes that one client asks for: an IPv4 address, or an IPv6 prefix. The
	// default is 10 in ten minutes and 50 in a day, plus 3 for each verified code.
	PerClient []Limit

	// PerNetwork limits the codes that one network asks for: an IPv4 /24, or an IPv6 /48. The
	// default is 50 in ten minutes and 200 in a day, plus 3 for each verified code.
	PerNetwork []Limit

	// PerCountry limits the codes to phones of one country. The default is 200 in an hour and 1000 in a
	// day, plus 3 for each verified code.
	PerCountry []Limit

	// PhoneTotal limits all codes to phones, and so the cost of an attack. The default is 500 in an
	// hour and 2000 in a day, plus 3 for each verified code.
	PhoneTotal []Limit

	// EmailTotal limits all codes to mailboxes that clients ask for. The default is 2000 in an hour and
	// 10,000 in a day, plus 3 for each verified code.
	EmailTotal []Limit

	// AllowCountries are the only countries to whose phones codes are sent, as ISO 3166-1 alpha-2 codes:
	// "US". An empty list allows all countries, but not [International] numbers and unassigned calling
	// codes.
	AllowCountries []string

	// RefuseCountries are countries whose phones get no codes.
	RefuseCountries []string

	// IPv6Prefix is the number of bits of an IPv6 address that identify a client, from 32 to 128. 0
	// means 64, the smallest prefix that providers give to a customer.
	IPv6Prefix int

	// Alarm sets when to warn that too few codes are verified. The zero AlarmRule
	// uses a default.
	Alarm AlarmRule

	// OnAlarm is called for an alarm, by the call that caused it. If it is nil, alarms are only logged.
	OnAlarm func(context.Context, Alarm)

	// OnDecision is called with every decision of [Guard.Ask], for example for a metric. It can
	// be nil.
	OnDecision func(context.Context, Decision)

	// Log gets rejected codes, alarms and failures of the store. Nil means slog.Default().
	Log *slog.Logger

	// Store counts the codes. Nil means the memory of this process. Then each of several processes
	// allows the full limits.
	Store Store `stytch:"sensitive"`

	// Key hashes the addresses and clients in a Store, so that the store does not show them. It has at
	// least 16 secret bytes, the same in all processes; the project secret works. With another key the
	// counts start at zero. Key is optional without a Store.
	Key []byte `stytch:"sensitive"`

	// StoreDown sets what to do while the Store fails. The default is CountLocally.
	StoreDown StoreDown

	// StoreTimeout is the longest time that the Store may take. 0 means a
	// second.
	StoreTimeout time.Duration

	// MaxCounters is the most addresses, clients and networks that are counted in memory. Each takes up
	// to 500 bytes. 0 means a million, which is enough for 250,000 codes a day. When it is reached, codes
	// to new addresses have to wait, and counted ones stay limited. The log warns before.
	MaxCounters int

	// Now is the clock for the counts in memory, and for alarms. Nil means the machine's clock. A
	// Store has its own clock.
	Now func() time.Time
}

// StoreDown is what a guard does while its [Store] fails.
type StoreDown int

const (
	// CountLocally counts in the memory of the process until the store works again. Each process
	// then allows the full limits.
	CountLocally StoreDown = iota
	// FailClosed sends no codes: Ask returns the store's error.
	FailClosed
	// FailOpen sends every code, without limits. Countries are still checked.
	FailOpen
)

// String returns a description for the log.
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

// AlarmRule sets when too few codes to phones are verified, which is the sign of fraud. It applies
// to each country, and to all countries together.
type AlarmRule struct {
	// Within is the period that is checked. 0 means an hour.
	Within time.Duration
	// Least is the smallest number of sent codes for an alarm. 0 means 50, and a negative
	// value means no alarms.
	Least int
	// Share is the share of verified codes below which the alarm is raised. 0 means 0.3.
	Share float64
	// For is how long the share must be too small before the alarm is raised, because people need
	// time to enter a code. 0 means five minutes, and a negative value means no delay.
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

// minKey is the least length of a Key.
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

// check reports an invalid value of a complete Config.
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
				return fmt.Errorf("guard: RefuseCountries[%d] is %q, which is in AllowCountries too: want it in one of them", i, country)
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
	case !(c.Alarm.Share > 0 && c.Alarm.Share <= 1): // also false for NaN
		return fmt.Errorf("guard: Alarm.Share is %v: want more than 0 and at most 1, such as 0.3", c.Alarm.Share)
	case c.Store != nil && len(c.Key) < minKey, c.Store == nil && c.Key != nil && len(c.Key) < minKey:
		return fmt.Errorf("guard: Key has %d bytes: want at least %d secret bytes, the same in all processes that share the store; "+
			"the project secret works", len(c.Key), minKey)
	case c.StoreDown < CountLocally || c.StoreDown > FailOpen:
		return fmt.Errorf("guard: StoreDown is %d: want CountLocally, FailClosed or FailOpen", c.StoreDown)
	case c.StoreTimeout < 0:
		return fmt.Errorf("guard: StoreTimeout is %v: want a positive duration", c.StoreTimeout)
	case c.MaxCounters < 0:
		return fmt.Errorf("guard: MaxCounters is %d: want a positive number", c.MaxCounters)
	}
	return nil
}

// hint suggests a country for a wrong code.
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

// Format prints the configuration without its key.
func (c Config) Format(f fmt.State, verb rune) { redact.Format(f, verb, c) }

// LogValue returns the configuration for a log, without its key.
func (c Config) LogValue() slog.Value { return redact.LogValue(c) }
