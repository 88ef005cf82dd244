package main

import "github.com/stytchgen/sdk/stytchtest"

// This file and inbox.go are for development: an application that knows only the real
// service deletes them, and with them the emulator's dependencies.

// startEmulator starts an emulator of the service in this process. Its users live as
// long as it.
func startEmulator() (*stytchtest.Server, error) { return stytchtest.Start(stytchtest.Config{}) }
