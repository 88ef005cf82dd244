package integrations

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stytchgen/sdk/stytch"
)

// Echo has a function that wraps the middleware.
func Echo(client *stytch.Client) http.Handler {
	e := echo.New()
	e.GET("/", func(c echo.Context) error { return c.String(http.StatusOK, "Welcome") })
	e.POST("/logout", func(c echo.Context) error {
		if err := client.Sessions.Logout(c.Response(), c.Request()); err != nil {
			stytch.PublicErrorOf(err).Write(c.Response())
			return nil
		}
		return c.String(http.StatusOK, "Bye")
	})
	members := e.Group("", echo.WrapMiddleware(client.Sessions.Middleware(stytch.MiddlewareOptions{})))
	members.GET("/members", func(c echo.Context) error {
		session, _ := stytch.SessionFrom(c.Request().Context())
		return c.String(http.StatusOK, "Hello "+session.UserID)
	})
	return e
}
