package redisguard

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// The load of the processes.
const (
	processes = 8
	asks      = 25_000 // of each
	phones    = 600
	clients   = 300
)

// The shared limits. All but one are longer than the test takes.
var (
	perAddress = guard.Limit{Most: 5, Within: 24 * time.Hour}
	perClient  = guard.Limit{Most: 7, Within: 24 * time.Hour}
	perCountry = guard.Limit{Most: 1000, Within: 24 * time.Hour}
	total      = guard.Limit{Most: 1900, Within: 24 * time.Hour}
	burst      = guard.Limit{Most: 40, Within: time.Second} // of the counter "burst", counted directly with the store
)

// socketVariable makes a process one of those that ask, and names the server's socket.
const socketVariable = "REDISGUARD_TEST_SOCKET"

func TestMain(m *testing.M) {
	if socket := os.Getenv(socketVariable); socket != "" {
		if err := askAll(socket, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// askAll asks in one of the processes, from several goroutines, and writes the allowed codes.
func askAll(socket string, out io.Writer) error {
	client := connect(socket)
	defer client.Close()
	store, err := New(client, Options{})
	if err != nil {
		return err
	}
	g, err := guard.New(guard.Config{
		Store: store, Key: []byte("a key that all processes share"), Gap: -1, StoreDown: guard.FailClosed, StoreTimeout: time.Minute,
		PerAddress: []guard.Limit{perAddress}, PerClient: []guard.Limit{perClient}, PerNetwork: []guard.Limit{},
		PerCountry: []guard.Limit{perCountry}, PhoneTotal: []guard.Limit{total}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	buffered := bufio.NewWriter(out)
	write := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(buffered, format, args...)
	}
	const goroutines = 4
	failed := make(chan error)
	for i := range goroutines {
		go func() {
			random := rand.New(rand.NewPCG(uint64(os.Getpid()), uint64(i)))
			failed <- func() error {
				for n := range asks / goroutines {
					if n%4 == 0 {
						result, err := store.Do(context.Background(), guard.Step{Op: guard.OpTake}, []guard.Counter{{Key: "burst", Limits: []guard.Limit{burst}}})
						if err != nil {
							return err
						}
						if result.Taken {
							write("burst %d\n", result.At.UnixMilli())
						}
						continue
					}
					phone, client := random.IntN(phones), random.IntN(clients)
					country := []string{"1415", "4474"}[phone%2]
					d, err := g.Ask(context.Background(), guard.Send{
						Address: fmt.Sprintf("+%s%07d", country, phone), Client: netip.AddrFrom4([4]byte{192, 0, byte(client >> 8), byte(client)}),
					})
					if err != nil {
						return err
					}
					if d.Allowed() {
						write("phone%d client%d %s total\n", phone, client, d.Country)
					}
				}
				return nil
			}()
		}()
	}
	for range goroutines {
		if e := <-failed; e != nil {
			err = e
		}
	}
	if e := buffered.Flush(); err == nil {
		err = e
	}
	return err
}

// TestProcesses lets eight processes ask 200,000 times. No limit is exceeded, and each limit is fully
// used.
func TestProcesses(t *testing.T) {
	s := startServer(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	outputs, started := make([]strings.Builder, processes), make([]*exec.Cmd, processes)
	for i := range started {
		started[i] = exec.CommandContext(t.Context(), program)
		started[i].Env = append(os.Environ(), socketVariable+"="+s.socket)
		started[i].Stdout, started[i].Stderr = &outputs[i], os.Stderr
		if err := started[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	counts, bursts := map[string]int{}, []int{}
	for i, process := range started {
		if err := process.Wait(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(outputs[i].String()) {
			for _, word := range strings.Fields(line) {
				counts[word]++
			}
			if _, at, ok := strings.Cut(line, "burst "); ok {
				ms, err := strconv.Atoi(strings.TrimSpace(at))
				if err != nil {
					t.Fatal(err)
				}
				bursts = append(bursts, ms)
			}
		}
	}
	reached := 0
	for subject, n := range counts {
		limit := total
		switch {
		case strings.HasPrefix(subject, "phone"):
			limit = perAddress
		case strings.HasPrefix(subject, "client"):
			limit = perClient
		case len(subject) == 2:
			limit = perCountry
		case subject != "total":
			continue
		}
		if n == limit.Most {
			reached++
		}
		if n > limit.Most {
			t.Errorf("%s: %d codes; the limit is %s", subject, n, limit)
		}
	}
	if counts["total"] != total.Most {
		t.Errorf("%d codes were allowed; want %d", counts["total"], total.Most)
	}
	slices.Sort(bursts)
	for i := burst.Most; i < len(bursts); i++ {
		if between := time.Duration(bursts[i]-bursts[i-burst.Most]) * time.Millisecond; between < burst.Within {
			t.Fatalf("%d codes within %v; the limit is %s", burst.Most+1, between, burst)
		}
	}
	if len(bursts) < 2*burst.Most {
		t.Errorf("only %d codes of %s", len(bursts), burst)
	}
	t.Logf("%d asks: %d codes, %d limits reached, and %d codes of %s", processes*asks, counts["total"], reached, len(bursts), burst)
}
