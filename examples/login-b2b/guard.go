package main

import (
	"net/http"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

// Every code costs money, and annoys whoever did not ask for it. Criminals have
// forms like ours send thousands to numbers that they earn from ("SMS pumping").
// So the client asks a guard before each call that sends, and the guard learns from
// it which codes were verified.
//
// A real deployment sets AllowCountries to where it has customers; with several
// processes a Store that all of them share; and behind a proxy, in protect.go, the
// proxy's address. docs/guard.md has the rest.
func clientOptions(g *guard.Guard) []stytch.Option {
	return append([]stytch.Option{stytch.WithInterceptor(g.Intercept)}, ownOptions...)
}

// left returns how long to wait for another code.
func (a *app) left(r *http.Request, send guard.Send) wait {
	decision, err := a.guard.Look(r.Context(), send)
	if err != nil && r.Context().Err() == nil {
		a.log.Error("could not look at the limits", "error", err) // the page says nothing of waiting then
	}
	return wait(decision.Wait)
}
