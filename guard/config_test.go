package guard_test

import (
	"fmt"
	"math"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

func TestConfigRefused(t *testing.T) {
	memory := guard.NewMemory(time.Now, 10)
	hour := func(most, earned int) []guard.Limit {
		return []guard.Limit{{Most: most, Within: time.Hour, Earned: earned}}
	}
	for _, test := range []struct {
		cfg  guard.Config
		want string
	}{
		{guard.Config{PerAddress: hour(0, 0)}, "guard: PerAddress[0].Most is 0: want 1 to 1000000000; for no limit at all, set PerAddress to []guard.Limit{}"},
		{guard.Config{PerClient: hour(-1, 0)}, "PerClient[0].Most is -1"},
		{guard.Config{PerNetwork: hour(math.MaxInt, 0)}, "PerNetwork[0].Most is"},
		{guard.Config{PerCountry: hour(1, -1)}, "PerCountry[0].Earned is -1: want 0 to 100"},
		{guard.Config{PhoneTotal: hour(1, 101)}, "PhoneTotal[0].Earned is 101"},
		{guard.Config{EmailTotal: append(hour(1, 0), hour(2, 0)...)}, "EmailTotal[1] is a second limit within 1h0m0s: want one"},
		{guard.Config{PerAddress: []guard.Limit{{Most: 1, Within: time.Millisecond}}}, "PerAddress[0].Within is 1ms: want whole milliseconds, from 1s"},
		{guard.Config{PerAddress: []guard.Limit{{Most: 1, Within: time.Second + 1}}}, "PerAddress[0].Within"},
		{guard.Config{PerAddress: []guard.Limit{{Most: 1, Within: math.MaxInt64}}}, "PerAddress[0].Within"},
		{guard.Config{PerAddress: make([]guard.Limit, 9)}, "PerAddress has 9 limits: want at most 8"},
		{guard.Config{AllowCountries: []string{"US", "UK"}}, `AllowCountries[1] is "UK": want an ISO 3166-1 alpha-2 code such as "US"; did you mean "GB"?`},
		{guard.Config{AllowCountries: []string{"us"}}, `did you mean "US"?`},
		{guard.Config{RefuseCountries: []string{"+1"}}, `RefuseCountries[0] is "+1"`},
		{guard.Config{RefuseCountries: []string{""}}, `RefuseCountries[0] is ""`},
		{guard.Config{AllowCountries: []string{"US"}, RefuseCountries: []string{"US"}}, `RefuseCountries[0] is "US", which is in AllowCountries too`},
		{guard.Config{Gap: time.Millisecond}, "Gap is 1ms"},
		{guard.Config{IPv6Prefix: 8}, "IPv6Prefix is 8: want 32 to 128"},
		{guard.Config{Alarm: guard.AlarmRule{Share: 30}}, "Alarm.Share is 30: want more than 0 and at most 1, such as 0.3"},
		{guard.Config{Alarm: guard.AlarmRule{Share: math.NaN()}}, "Alarm.Share is NaN"},
		{guard.Config{Alarm: guard.AlarmRule{Within: -1}}, "Alarm.Within is -1ns"},
		{guard.Config{Store: memory}, "Key has 0 bytes: want at least 16 secret bytes"},
		{guard.Config{Key: []byte("short")}, "Key has 5 bytes"},
		{guard.Config{StoreDown: 7}, "StoreDown is 7: want CountLocally, FailClosed or FailOpen"},
		{guard.Config{StoreTimeout: -1}, "StoreTimeout is -1ns"},
		{guard.Config{MaxCounters: -1}, "MaxCounters is -1"},
	} {
		g, err := guard.New(test.cfg)
		if g != nil || err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "guard: ") {
			t.Errorf("%v, %v; want an error with %q", g, err, test.want)
		}
	}
}

// TestConfigIsCopied changes the lists of a Config after New.
func TestConfigIsCopied(t *testing.T) {
	cfg := guard.Config{PerAddress: []guard.Limit{{Most: 1, Within: time.Hour}}, AllowCountries: []string{"US"}, Key: []byte("0123456789abcdef")}
	a := newAsker(t, cfg)
	a.want(phone, client, "allow")
	cfg.PerAddress[0].Most, cfg.AllowCountries[0] = 100, "GB"
	clear(cfg.Key)
	a.want(phone, client, "wait 1h0m0s: address: 1 in 1h")
}

func TestLimitString(t *testing.T) {
	for want, limit := range map[string]guard.Limit{
		"5 in 1h": {Most: 5, Within: time.Hour}, "5 in 24h": {Most: 5, Within: 24 * time.Hour}, "1 in 30s": {Most: 1, Within: 30 * time.Second},
		"5 in 1h30m": {Most: 5, Within: 90 * time.Minute}, "5 in 10m": {Most: 5, Within: 10 * time.Minute}, "5 in 1h0m1s": {Most: 5, Within: time.Hour + time.Second},
		"10 and 2 for each verified in 1m40s": {Most: 10, Within: 100 * time.Second, Earned: 2}, "5 in 1.5s": {Most: 5, Within: 1500 * time.Millisecond},
	} {
		if got := fmt.Sprint(limit); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}

// TestImports checks that the guard imports only the standard library and this module, as the
// documentation promises.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		inside, ok := strings.CutPrefix(path, "github.com/stytchgen/sdk/")
		if !ok || strings.HasPrefix(inside, "cmd/") || inside == "templates" || inside == "spec" {
			t.Errorf("the guard imports %s", path)
		}
	}
}
