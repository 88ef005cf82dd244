package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/rs/cors"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

// api answers requests with JSON. An error is a stytch.PublicError.
type api struct{ client *stytch.Client }

// newAPI returns the routes of the API. Scripts of the pages at origin may call it.
func newAPI(client *stytch.Client, origin string) http.Handler {
	a := &api{client}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", a.login)
	mux.HandleFunc("POST /login/code", a.code)
	mux.HandleFunc("POST /session/refresh", a.refresh)
	mux.HandleFunc("POST /session/logout", a.logout)

	loggedIn := client.Sessions.Middleware(stytch.MiddlewareOptions{
		Unauthorized: http.HandlerFunc(refuse), Unavailable: http.HandlerFunc(refuse),
	})
	mux.Handle("GET /me", loggedIn(http.HandlerFunc(a.me)))

	// There are no cookies, so the browser needs to allow no credentials, and no other site can use a session.
	crossOrigin := cors.New(cors.Options{
		AllowedOrigins: []string{origin}, AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type"}, MaxAge: 600,
	})
	return crossOrigin.Handler(guard.Clients()(mux))
}

// refuse answers a request without a session, or one whose session cannot be checked.
func refuse(w http.ResponseWriter, r *http.Request) {
	stytch.PublicErrorOf(stytch.SessionErrorFrom(r.Context())).WriteJSON(w)
}

// login sends a code to {"phone_number": "..."}.
func (a *api) login(w http.ResponseWriter, r *http.Request) {
	var in struct {
		PhoneNumber string `json:"phone_number"`
	}
	if !read(w, r, &in) {
		return
	}
	sent, err := a.client.OTPs.SMS.LoginOrCreate(r.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: stytch.CleanPhoneNumber(in.PhoneNumber)})
	if err != nil {
		stytch.PublicErrorOf(err).WriteJSON(w)
		return
	}
	write(w, map[string]string{"method_id": sent.PhoneID})
}

// credentials are what the application keeps: the token to renew the session with, and the JWT for requests.
type credentials struct {
	SessionToken string `json:"session_token,omitempty"`
	SessionJWT   string `json:"session_jwt"`
}

// code checks {"method_id": "...", "code": "..."}, and starts a session.
func (a *api) code(w http.ResponseWriter, r *http.Request) {
	var in struct {
		MethodID string `json:"method_id"`
		Code     string `json:"code"`
	}
	if !read(w, r, &in) {
		return
	}
	auth, err := a.client.OTPs.Authenticate(r.Context(), stytch.OTPsAuthenticateRequest{
		MethodID: in.MethodID, Code: stytch.CleanCode(in.Code), SessionDurationMinutes: new(24 * 60),
	})
	if err != nil {
		stytch.PublicErrorOf(err).WriteJSON(w)
		return
	}
	write(w, credentials{auth.SessionToken, auth.SessionJWT})
}

// refresh returns a new JWT for the session token in the Authorization header. The application calls it when a
// request was answered with 401.
func (a *api) refresh(w http.ResponseWriter, r *http.Request) {
	token := stytch.SessionTokenFrom(r)
	if token == "" {
		stytch.PublicErrorOf(stytch.ErrNoSession).WriteJSON(w)
		return
	}
	auth, err := a.client.Sessions.Authenticate(r.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &token})
	if err != nil {
		stytch.PublicErrorOf(err).WriteJSON(w)
		return
	}
	write(w, credentials{SessionJWT: auth.SessionJWT})
}

// logout ends the session in the Authorization header.
func (a *api) logout(w http.ResponseWriter, r *http.Request) {
	if err := a.client.Sessions.Logout(w, r); err != nil {
		stytch.PublicErrorOf(err).WriteJSON(w)
		return
	}
	write(w, struct{}{})
}

// me returns who is logged in.
func (a *api) me(w http.ResponseWriter, r *http.Request) {
	session, _ := stytch.SessionFrom(r.Context())
	write(w, map[string]any{"user_id": session.UserID, "expires_at": session.ExpiresAt})
}

// read decodes the body of a request, of at most 4 kB. If it cannot, it answers and returns false.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		stytch.PublicError{Status: http.StatusBadRequest, Code: "bad_request", Message: fmt.Sprintf("The body is not the JSON of %s.", r.URL.Path)}.WriteJSON(w)
		return false
	}
	return true
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // it fails only if the visitor has left
}
