package main

import (
	"embed"
	"log/slog"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

// app is the application. It needs a client with a guard, a log and a clock.
type app struct {
	client *stytch.Client
	guard  *guard.Guard // the client asks it before it sends
	log    *slog.Logger
	now    func() time.Time
	inbox  http.Handler // nil unless an emulator runs in this process

	logins *logins
}

// maxTokenAge is how long the members' pages accept a session JWT without asking the
// service. So a session that ended elsewhere can still open them for this time. It is
// at most five minutes, because then the JWT expires. Pages that need more safety ask
// for every request, like logging out everywhere.
const maxTokenAge = time.Minute

//go:embed static
var static embed.FS

// handler returns the application.
func (a *app) handler() http.Handler {
	a.logins = newLogins(a.now)

	loggedOut := http.HandlerFunc(a.toLogin)
	outage := http.HandlerFunc(a.unavailable)
	members := a.client.Sessions.Middleware(stytch.MiddlewareOptions{MaxTokenAge: maxTokenAge, Unauthorized: loggedOut, Unavailable: outage})
	certain := a.client.Sessions.Middleware(stytch.MiddlewareOptions{MaxTokenAge: -1, Unauthorized: loggedOut, Unavailable: outage})

	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/members", http.StatusSeeOther))
	mux.HandleFunc("GET /login", a.showLogin)
	mux.HandleFunc("POST /login", a.startLogin)
	mux.HandleFunc("GET /login/code", a.showCode)
	mux.HandleFunc("POST /login/code", a.checkCode)
	mux.HandleFunc("POST /login/resend", a.resendCode)
	mux.Handle("GET /members", members(http.HandlerFunc(a.showMembers)))
	// Without the middleware, because logging out must work during an outage
	// too.
	mux.HandleFunc("POST /logout", a.logout)
	mux.Handle("POST /logout/everywhere", certain(http.HandlerFunc(a.logoutEverywhere)))
	mux.Handle("GET /static/{file}", http.FileServerFS(static))
	if a.inbox != nil {
		mux.Handle("GET /inbox", a.inbox)
	}
	return a.protect(mux)
}
