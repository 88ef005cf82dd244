package integrations

import (
	"context"
	"net/http"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"

	"github.com/stytchgen/sdk/stytch"
)

// Fiber does not use net/http. Its adaptor runs the middleware, and fiberMiddleware keeps the session for the
// handlers.
func Fiber(client *stytch.Client) *fiber.App {
	app := fiber.New()
	app.Get("/", func(c fiber.Ctx) error { return c.SendString("Welcome") })
	app.Post("/logout", adaptor.HTTPHandler(ownContext(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := client.Sessions.Logout(w, r); err != nil {
			stytch.PublicErrorOf(err).Write(w)
			return
		}
		_, _ = w.Write([]byte("Bye"))
	}))))
	app.Get("/members", fiberMiddleware(client), func(c fiber.Ctx) error {
		session := fiber.Locals[*stytch.Session](c, sessionKey{})
		return c.SendString("Hello " + session.UserID)
	})
	return app
}

type sessionKey struct{}

// fiberMiddleware passes only requests with a session on.
func fiberMiddleware(client *stytch.Client) fiber.Handler {
	members := client.Sessions.Middleware(stytch.MiddlewareOptions{})
	return func(c fiber.Ctx) error {
		passed := false
		err := adaptor.HTTPHandler(ownContext(members(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			session, _ := stytch.SessionFrom(r.Context())
			fiber.Locals(c, sessionKey{}, session)
			passed = true
		}))))(c)
		if err != nil || !passed { // the middleware has answered
			return err
		}
		return c.Next()
	}
}

// ownContext gives requests a context of their own. Fiber uses its contexts again for other requests, and a call
// that several requests wait for can outlive the first of them.
func ownContext(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.Background()))
	})
}
