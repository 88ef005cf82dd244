package integrations

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/stytchgen/sdk/stytch"
)

// Gin needs the few lines of ginMiddleware.
func Gin(client *stytch.Client) http.Handler {
	g := gin.New()
	g.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "Welcome") })
	g.POST("/logout", func(c *gin.Context) {
		if err := client.Sessions.Logout(c.Writer, c.Request); err != nil {
			stytch.PublicErrorOf(err).Write(c.Writer)
			return
		}
		c.String(http.StatusOK, "Bye")
	})
	members := g.Group("", ginMiddleware(client.Sessions.Middleware(stytch.MiddlewareOptions{})))
	members.GET("/members", func(c *gin.Context) {
		session, _ := stytch.SessionFrom(c.Request.Context())
		c.String(http.StatusOK, "Hello "+session.UserID)
	})
	return g
}

// ginMiddleware makes a middleware for net/http one for Gin.
func ginMiddleware(middleware func(http.Handler) http.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		passed := false
		middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			passed = true
			c.Request = r
			c.Next()
		})).ServeHTTP(c.Writer, c.Request)
		if !passed { // the middleware has answered
			c.Abort()
		}
	}
}
