package main

import (
	"net/http"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

// Every code costs money, and annoys people who did not ask for it. Criminals make
// forms like ours send thousands of codes to numbers that they earn from ("SMS
// pumping"). So the client asks a guard before each call that sends, and reports
// which codes were verified.
//
// In production, set AllowCountries to the countries of your customers. With several
// processes, set a Store that they share. Behind a proxy, set the proxy's address in
// protect.go. docs/guard.md explains the rest.
func clientOptions(g *guard.Guard) []stytch.Option {
	return append([]stytch.Option{stytch.WithInterceptor(g.Intercept)}, ownOptions...)
}

// left returns the time until another code can be sent.
func (a *app) left(r *http.Request, send guard.Send) wait {
	decision, err := a.guard.Look(r.Context(), send)
	if err != nil && r.Context().Err() == nil {
		a.log.Error("could not look at the limits", "error", err) // the page shows no waiting time then
	}
	return wait(decision.Wait)
}
