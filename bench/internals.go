package main

import (
	"time"
	"unsafe" // for go:linkname too

	"github.com/stytchgen/sdk/internal/validate"
	"github.com/stytchgen/sdk/internal/wire"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// The codecs and checks of the generated types are not exported. go:linkname gives access to them, to
// measure them separately from the rest of a call.

//go:linkname readAuthenticate github.com/stytchgen/sdk/stytch.(*OTPsAuthenticateResponse).readJSON
func readAuthenticate(*stytch.OTPsAuthenticateResponse, *wire.Reader)

//go:linkname writeAuthenticate github.com/stytchgen/sdk/stytch.(*OTPsAuthenticateRequest).writeJSON
func writeAuthenticate(*stytch.OTPsAuthenticateRequest, *wire.Writer)

//go:linkname validateAuthenticate github.com/stytchgen/sdk/stytch.(*OTPsAuthenticateRequest).validate
func validateAuthenticate(*stytch.OTPsAuthenticateRequest, *validate.Validator)

//go:linkname writeSend github.com/stytchgen/sdk/stytch.(*OTPsSMSSendRequest).writeJSON
func writeSend(*stytch.OTPsSMSSendRequest, *wire.Writer)

//go:linkname validateSend github.com/stytchgen/sdk/stytch.(*OTPsSMSSendRequest).validate
func validateSend(*stytch.OTPsSMSSendRequest, *validate.Validator)

// addSession adds a session to the emulator without signing a JWT, which takes longer than anything else.
//
//go:linkname addSession github.com/stytchgen/sdk/stytchtest.(*Project).addSession
func addSession(p *stytchtest.Project, id string, life time.Duration, claims map[string]any) (unsafe.Pointer, error)

//go:linkname readUser github.com/stytchgen/sdk/stytch.(*User).readJSON
func readUser(*stytch.User, *wire.Reader)
