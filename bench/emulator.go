package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// The numbers of users that a login with the emulator is measured with. Each user has an address and a
// session.
const fewUsers, manyUsers = 1_000, 1_000_000

const largeEmulator = "login by e-mail, with 1,000,000 users and sessions"

// emulator compares logins with many and with few users, and counts the memory of the many.
func (b *bench) emulator(ctx context.Context) ([]figure, error) {
	few, err := filled(fewUsers, nil)
	if err != nil {
		return nil, err
	}
	defer few.Close()
	before := liveMemory()
	many, err := filled(manyUsers, nil)
	if err != nil {
		return nil, err
	}
	defer many.Close()
	memory := liveMemory() - before
	b.note("%d users with a session each take %v.", manyUsers, sizeInBytes(memory))

	list, err := b.compare(largeEmulator, b.effort, subject{name: "1,000 users", run: each(logins(ctx, few, fewUsers))},
		subject{name: "emulator", run: each(logins(ctx, many, manyUsers))})
	return append(list, exact(largeEmulator, "memory", "2 GB", sizeInBytes(memory), sizeInBytes(2e9))), err
}

// filled starts an emulator with users. The store can be nil.
func filled(users int, store stytchtest.Store) (*stytchtest.Server, error) {
	srv, err := stytchtest.Start(stytchtest.Config{Store: store})
	if err != nil {
		return nil, err
	}
	for n := range users {
		u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: addressOf(n), Verified: true}}})
		if _, err := addSession(srv.Project, u.UserID, 24*time.Hour, nil); err != nil {
			return nil, errors.Join(err, srv.Close())
		}
	}
	return srv, nil
}

func addressOf(user int) string { return fmt.Sprintf("person-%d@example.com", user) }

// liveMemory returns the bytes of the heap that are in use.
func liveMemory() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// logins returns a function that logs in one user after the other.
func logins(ctx context.Context, srv *stytchtest.Server, users int) func() error {
	client := srv.Client()
	n := 0
	return func() error {
		n = (n + 7919) % users // a prime, so that the users are far apart
		sent, err := client.OTPs.Email.LoginOrCreate(ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: addressOf(n)})
		if err != nil {
			return err
		}
		message, _ := srv.Inbox().Last(addressOf(n))
		_, err = client.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.EmailID, Code: message.Code, SessionDurationMinutes: new(60)})
		return err
	}
}
