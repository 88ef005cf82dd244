package integrations

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/stytchgen/sdk/stytch"
)

// Chi takes the middleware as it is.
func Chi(client *stytch.Client) http.Handler {
	r := chi.NewRouter()
	r.Get("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "Welcome") })
	r.Post("/logout", func(w http.ResponseWriter, r *http.Request) {
		if err := client.Sessions.Logout(w, r); err != nil {
			stytch.PublicErrorOf(err).Write(w)
			return
		}
		fmt.Fprint(w, "Bye")
	})
	r.Group(func(r chi.Router) {
		r.Use(client.Sessions.Middleware(stytch.MiddlewareOptions{}))
		r.Get("/members", func(w http.ResponseWriter, r *http.Request) {
			session, _ := stytch.SessionFrom(r.Context())
			fmt.Fprint(w, "Hello ", session.UserID)
		})
	})
	return r
}
