package main

import (
	"embed"
	"log/slog"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

// app is the application. It needs a client with a guard, a log and a clock.
type app struct {
	client *b2b.Client
	guard  *guard.Guard // the client asks it before it sends
	log    *slog.Logger
	now    func() time.Time
	inbox  http.Handler // nil unless an emulator runs in this process

	logins *logins
}

// maxTokenAge is how long pages accept a session JWT without asking the service. So a
// session that ended elsewhere can still open them for this time.
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
	mux.HandleFunc("GET /login/code", a.during(askCode, a.showCode))
	mux.HandleFunc("POST /login/code", a.during(askCode, a.checkCode))
	mux.HandleFunc("POST /login/resend", a.during(askCode, a.resendCode))
	mux.HandleFunc("GET /login/organizations", a.during(choose, a.showOrganizations))
	mux.HandleFunc("POST /login/organizations", a.during(choose, a.chooseOrganization))
	mux.HandleFunc("POST /login/organizations/new", a.during(choose, a.createOrganization))
	mux.HandleFunc("GET /login/invitation", a.openInvitation)
	mux.HandleFunc("POST /login/invitation", a.during(join, a.acceptInvitation))
	mux.HandleFunc("GET /login/phone", a.during(askPhone, a.showPhone))
	mux.HandleFunc("POST /login/phone", a.during(askPhone, a.takePhone))
	mux.Handle("GET /members", members(http.HandlerFunc(a.showMembers)))
	mux.Handle("GET /team", members(http.HandlerFunc(a.showTeam)))
	mux.Handle("POST /team/invite", a.administrators("create", a.invite))
	mux.Handle("POST /team/role", a.administrators("update.settings.roles", a.changeRole))
	mux.Handle("POST /team/remove", a.administrators("delete", a.remove))
	mux.HandleFunc("POST /logout", a.logout)
	mux.Handle("POST /logout/everywhere", certain(http.HandlerFunc(a.logoutEverywhere)))
	mux.Handle("GET /static/{file}", http.FileServerFS(static))
	if a.inbox != nil {
		mux.Handle("GET /inbox", a.inbox)
	}
	return a.protect(mux)
}

// during serves only logins that are at this page, and redirects the others to their own
// page. So a factor cannot be skipped by opening the next page.
func (a *app) during(at place, next func(http.ResponseWriter, *http.Request, login)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		one, ok := a.logins.find(r)
		switch {
		case !ok:
			http.Redirect(w, r, "/login?notice=start-again", http.StatusSeeOther)
		case one.at() != at:
			http.Redirect(w, r, string(one.at()), http.StatusSeeOther)
		default:
			next(w, r, one)
		}
	}
}

// goOn stores a changed login, and redirects the browser to its page.
func (a *app) goOn(w http.ResponseWriter, r *http.Request, one login) {
	one.tries = 0
	a.logins.update(r, func(have *login) { *have = one })
	http.Redirect(w, r, string(one.at()), http.StatusSeeOther)
}
