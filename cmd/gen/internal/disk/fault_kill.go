//go:build genfault

package disk

import (
	"os"
	"strconv"
)

// A build with the tag genfault ends itself without warning before the n-th
// change of the disk, n being what the environment says.
func init() {
	at, _ := strconv.Atoi(os.Getenv("STYTCHGEN_KILL_AT"))
	changes := 0
	fault = func(change, name string) error {
		changes++
		if changes == at {
			p, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = p.Kill()
			}
			if err != nil {
				panic(err)
			}
			select {} // until the signal arrives
		}
		return nil
	}
}
