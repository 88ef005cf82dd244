package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stytchgen/sdk/cmd/stytch-emulator/statestore"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const (
	stateWriteCase = "a write with a state file, 1,000,000 users and sessions"
	stateStartCase = "start with a state file, 1,000,000 users and sessions"
	killsCase      = "writes under load, 30 kills"
)

// kills is how often the emulator is killed.
const kills = 30

// stateFile measures the emulator with its state in a file.
func (b *bench) stateFile(ctx context.Context) ([]figure, error) {
	program, err := b.buildEmulator(ctx)
	if err != nil {
		return nil, err
	}
	large, small := filepath.Join(b.temp, "large"), filepath.Join(b.temp, "small")
	for path, users := range map[string]int{large: manyUsers, small: fewUsers} {
		if err := fillFile(path, users); err != nil {
			return nil, err
		}
	}
	start, err := b.stateStart(ctx, program, large)
	if err != nil {
		return nil, err
	}
	writes, err := b.stateWrites(ctx, large, small)
	if err != nil {
		return nil, err
	}
	lost, err := b.killed(ctx, program)
	return append(append(writes, start), lost), errors.Join(err, os.Remove(large))
}

func (b *bench) buildEmulator(ctx context.Context) (string, error) {
	program, err := filepath.Abs(filepath.Join(b.temp, "stytch-emulator"))
	if err != nil {
		return "", err
	}
	_, err = b.command(ctx, b.root, nil, "go", "build", "-buildvcs=false", "-o", program, "./cmd/stytch-emulator")
	return program, err
}

// fillFile makes a state file with users.
func fillFile(path string, users int) error {
	store, err := statestore.Create(path)
	if err != nil {
		return err
	}
	many := &batches{Store: store}
	srv, err := filled(users, many)
	if err == nil {
		err = errors.Join(srv.Save(), many.flush(), srv.Close())
	}
	return errors.Join(err, store.Close())
}

// batches saves many changes at once. One by one, a large state would take an hour.
type batches struct {
	stytchtest.Store
	changes []stytchtest.StoreChange
}

func (b *batches) Save(changes []stytchtest.StoreChange) error {
	b.changes = append(b.changes, changes...)
	if len(b.changes) < 100_000 {
		return nil
	}
	return b.flush()
}

func (b *batches) flush() error {
	changes := b.changes
	b.changes = nil
	return b.Store.Save(changes)
}

// stateWrites compares writes with a large and with a small state.
func (b *bench) stateWrites(ctx context.Context, large, small string) ([]figure, error) {
	few, err := writer(ctx, small)
	if err != nil {
		return nil, err
	}
	defer few.close()
	many, err := writer(ctx, large)
	if err != nil {
		return nil, err
	}
	defer many.close()
	return b.compare(stateWriteCase, b.effort, subject{name: "1,000 users", run: each(few.write)}, subject{name: "emulator", run: each(many.write)})
}

// stateWriter changes users of an emulator with a state file.
type stateWriter struct {
	write func() error
	close func()
}

func writer(ctx context.Context, path string) (*stateWriter, error) {
	store, err := statestore.Open(path)
	if err != nil {
		return nil, err
	}
	srv, err := stytchtest.Start(stytchtest.Config{Store: store})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	users, _ := srv.FindUsers(stytchtest.Filter{Search: "77@"}) // so that they are far apart
	client := srv.Client()
	n := 0
	return &stateWriter{
		write: func() error {
			n++
			_, err := client.Users.Update(ctx, stytch.UsersUpdateRequest{
				UserID: users[n%len(users)].UserID, Name: &stytch.UserName{FirstName: new(strconv.Itoa(n))},
			})
			return err
		},
		close: func() { _, _ = srv.Close(), store.Close() },
	}, nil
}

// stateStart measures the time from the start of the program until it is ready.
func (b *bench) stateStart(ctx context.Context, program, path string) (figure, error) {
	s := series{name: stateStartCase, allocs: notCounted}
	for range 3 {
		began := time.Now()
		e, err := startEmulator(ctx, program, "--state", path)
		if err != nil {
			return figure{}, err
		}
		s.ns = append(s.ns, float64(time.Since(began)))
		if !e.refused {
			return figure{}, errors.Join(errors.New("the emulator was ready before it had read its state"), e.kill())
		}
		memory, err := e.memory()
		if err := errors.Join(err, e.kill()); err != nil {
			return figure{}, err
		}
		b.note("After a start, the program has %v of memory, without the file.", sizeInBytes(memory))
	}
	return within(s, 10*time.Second, "10 s"), nil
}

// emulatorProcess is a running emulator.
type emulatorProcess struct {
	*exec.Cmd
	url    string
	stderr bytes.Buffer
	// refused says whether the program reported at first that it was not ready.
	refused bool
}

// startEmulator starts the program, and waits until it is ready.
func startEmulator(ctx context.Context, program string, args ...string) (*emulatorProcess, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := free.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	if err := free.Close(); err != nil {
		return nil, err
	}
	e := &emulatorProcess{Cmd: exec.CommandContext(ctx, program, append([]string{"--port", port}, args...)...), url: "http://" + address}
	e.Stderr = &e.stderr
	if err := e.Start(); err != nil {
		return nil, err
	}
	for ctx.Err() == nil {
		if resp, err := http.Get(e.url + "/_emulator/ready"); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return e, nil
			}
			e.refused = true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil, errors.Join(ctx.Err(), e.kill())
}

// kill ends the program at once.
func (e *emulatorProcess) kill() error {
	err := e.Process.Kill()
	_ = e.Wait() // it was killed
	return err
}

// memory returns the bytes of the program that are in memory, without those of files.
func (e *emulatorProcess) memory() (int64, error) { return e.status("RssAnon") }

// mostMemory returns the most bytes of the program that were in memory, with those of files.
func (e *emulatorProcess) mostMemory() (int64, error) { return e.status("VmHWM") }

// status reads a size of the process, in bytes.
func (e *emulatorProcess) status(name string) (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", e.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if text, found := strings.CutPrefix(line, name+":"); found {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("the status of the process has no %s", name)
}

// killed kills the program while clients create users, and counts the users that were lost although the client
// had the response.
func (b *bench) killed(ctx context.Context, program string) (figure, error) {
	path := filepath.Join(b.temp, "killed")
	var mu sync.Mutex
	var acknowledged []string
	var created atomic.Int64
	for round := range kills {
		e, err := startEmulator(ctx, program, "--state", path)
		if err != nil {
			return figure{}, err
		}
		client, err := e.client()
		if err != nil {
			return figure{}, err
		}
		enough := make(chan struct{}, 10_000)
		var clients sync.WaitGroup
		for range 8 {
			clients.Go(func() {
				for {
					made, err := client.Users.Create(ctx, stytch.UsersCreateRequest{Email: new(addressOf(int(created.Add(1))))})
					if err != nil {
						return // the program was killed
					}
					mu.Lock()
					acknowledged = append(acknowledged, made.UserID)
					mu.Unlock()
					enough <- struct{}{}
				}
			})
		}
		for range 20 + round {
			<-enough
		}
		if err := e.kill(); err != nil {
			return figure{}, err
		}
		clients.Wait()
	}
	e, err := startEmulator(ctx, program, "--state", path)
	if err != nil {
		return figure{}, err
	}
	client, err := e.client()
	lost := 0
	for _, id := range acknowledged {
		if _, failed := client.Users.Get(ctx, stytch.UsersGetRequest{UserID: id}); errors.Is(failed, stytch.ErrUserNotFound) {
			lost++
		} else {
			err = errors.Join(err, failed)
		}
	}
	return exact(killsCase, "lost", "acknowledged", count(int64(lost), "lost"), count(int64(len(acknowledged)), "acknowledged")), errors.Join(err, e.kill())
}

// client returns a client with the credentials that the program has by default.
func (e *emulatorProcess) client() (*stytch.Client, error) {
	return stytch.NewClient("project-test-11111111-1111-4111-8111-111111111111", "secret-test-emulator-11111111111111111111111=",
		stytch.WithBaseURL(e.url), stytch.WithMaxRetries(0))
}
