package main

import "github.com/stytchgen/sdk/stytchtest"

// This file and inbox.go are for development. An application that always uses the real
// service can delete them, and so the dependency on the emulator.

// startEmulator starts an emulator in this process. Its users are lost when it ends.
func startEmulator() (*stytchtest.Server, error) { return stytchtest.Start(stytchtest.Config{}) }
