package stytch_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// newExampleSession starts an emulator with a session.
func newExampleSession() (*stytchtest.Server, stytchtest.Session) {
	srv, err := stytchtest.Start(stytchtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	session, err := srv.AddSession(srv.AddUser(stytch.User{}).UserID, time.Hour, map[string]any{"plan": "pro"})
	if err != nil {
		log.Fatal(err)
	}
	return srv, session
}

// Only requests with a session reach the handler.
func ExampleSessionsService_Middleware() {
	srv, session := newExampleSession()
	defer srv.Close()
	client := srv.Client() // in production: stytch.NewClient(projectID, secret)

	members := client.Sessions.Middleware(stytch.MiddlewareOptions{})
	page := members(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, _ := stytch.SessionFrom(r.Context())
		fmt.Fprint(w, "your plan is ", session.CustomClaims["plan"])
	}))

	for _, cookie := range []*http.Cookie{{Name: "stytch_session_jwt", Value: session.JWT}, {Name: "theme", Value: "dark"}} {
		r, w := httptest.NewRequest(http.MethodGet, "/members", nil), httptest.NewRecorder()
		r.AddCookie(cookie)
		page.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	fmt.Println("calls:", srv.Calls("consumer.sessions.authenticate"))
	// Output:
	// 200 your plan is pro
	// 401 Please log in.
	//
	// calls: 0
}

// A logout revokes all sessions in the request.
func ExampleSessionsService_Logout() {
	srv, session := newExampleSession()
	defer srv.Close()
	client := srv.Client(stytch.WithSessionCookies(stytch.SessionCookies{TokenName: "__Host-session", JWTName: "__Host-session_jwt"}))

	r, w := httptest.NewRequest(http.MethodPost, "/logout", nil), httptest.NewRecorder()
	r.AddCookie(&http.Cookie{Name: "__Host-session", Value: "of-last-year"})
	r.AddCookie(&http.Cookie{Name: "__Host-session", Value: session.Token})
	err := client.Sessions.Logout(w, r)
	fmt.Println(err, len(srv.Sessions()))
	for _, cookie := range w.Result().Cookies() {
		fmt.Println(cookie)
	}
	// Output:
	// <nil> 0
	// __Host-session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly; Secure; SameSite=Lax
	// __Host-session_jwt=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly; Secure; SameSite=Lax
}

// Test a handler without the middleware.
func ExampleContextWithSession() {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, ok := stytch.SessionFrom(r.Context())
		fmt.Fprint(w, ok, " ", session.UserID)
	})
	ctx := stytch.ContextWithSession(context.Background(), &stytch.Session{UserID: "user-test-1"})
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/members", nil))
	fmt.Println(w.Body)
	// Output: true user-test-1
}

// A JWT is checked locally, unless it is older than allowed.
func ExampleSessionsService_AuthenticateJWT() {
	srv, session := newExampleSession()
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	check := func(maxAge time.Duration) {
		_, err := client.Sessions.AuthenticateJWT(ctx, stytch.AuthenticateJWTRequest{SessionJWT: session.JWT, MaxTokenAge: maxAge})
		fmt.Println("logged in:", err == nil, "calls:", srv.Calls("consumer.sessions.authenticate"))
	}
	check(0)  // locally, while the JWT is valid
	check(-1) // always with a call
	srv.Clock().Advance(10 * time.Minute)
	check(0) // the JWT has expired, but the session has not
	// Output:
	// logged in: true calls: 0
	// logged in: true calls: 1
	// logged in: true calls: 2
}

// The error says why a JWT is rejected.
func ExampleSessionsService_AuthenticateJWTLocal() {
	srv, session := newExampleSession()
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	srv.Clock().Advance(10 * time.Minute)
	_, err := client.Sessions.AuthenticateJWTLocal(ctx, session.JWT)
	fmt.Println(errors.Is(err, stytch.ErrJWTExpired))
	_, err = client.Sessions.AuthenticateJWTLocal(ctx, "no.jwt.")
	fmt.Println(errors.Is(err, stytch.ErrJWTMalformed))
	// Output:
	// true
	// true
}

// Answer a visitor with an error, without text from the service.
func ExamplePublicErrorOf() {
	srv, _ := newExampleSession()
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	sent, err := client.OTPs.Email.LoginOrCreate(ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: "ada@example.com"})
	if err != nil {
		log.Fatal(err)
	}
	srv.Fail(stytchtest.Fault{ErrorType: "too_many_requests", RetryAfter: 30 * time.Second, Times: 1})
	_, err = client.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.EmailID, Code: "482913"},
		stytch.WithCallRetries(0))

	w := httptest.NewRecorder()
	stytch.PublicErrorOf(err).Write(w)
	fmt.Println(w.Code, w.Header().Get("Retry-After"), w.Body)
	// Output: 429 30 There were too many attempts. Please wait a moment and try again.
}

// Clean the codes and numbers that people type.
func ExampleCleanPhoneNumber() {
	fmt.Println(stytch.CleanPhoneNumber("+44 (0) 20 7946-0958"), stytch.CleanCode("482 913"))
	// Output: +442079460958 482913
}
