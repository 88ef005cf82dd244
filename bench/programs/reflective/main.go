// Command reflective makes one call like a typical hand-written client: with its own types for the
// call, encoding/json and a default http.Client.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

type authenticateRequest struct {
	MethodID               string `json:"method_id"`
	Code                   string `json:"code"`
	SessionDurationMinutes *int   `json:"session_duration_minutes,omitempty"`
}

type authenticateResponse struct {
	RequestID    string   `json:"request_id"`
	UserID       string   `json:"user_id"`
	MethodID     string   `json:"method_id"`
	SessionToken string   `json:"session_token"`
	SessionJWT   string   `json:"session_jwt"`
	User         user     `json:"user"`
	Session      *session `json:"session"`
}

type user struct {
	UserID            string         `json:"user_id"`
	Status            string         `json:"status"`
	Emails            []email        `json:"emails"`
	PhoneNumbers      []phoneNumber  `json:"phone_numbers"`
	CreatedAt         *time.Time     `json:"created_at"`
	TrustedMetadata   map[string]any `json:"trusted_metadata"`
	UntrustedMetadata map[string]any `json:"untrusted_metadata"`
}

type email struct {
	EmailID  string `json:"email_id"`
	Email    string `json:"email"`
	Verified bool   `json:"verified"`
}

type phoneNumber struct {
	PhoneID     string `json:"phone_id"`
	PhoneNumber string `json:"phone_number"`
	Verified    bool   `json:"verified"`
}

type session struct {
	SessionID      string         `json:"session_id"`
	UserID         string         `json:"user_id"`
	StartedAt      *time.Time     `json:"started_at"`
	LastAccessedAt *time.Time     `json:"last_accessed_at"`
	ExpiresAt      *time.Time     `json:"expires_at"`
	CustomClaims   map[string]any `json:"custom_claims"`
}

type apiError struct {
	StatusCode   int    `json:"status_code"`
	RequestID    string `json:"request_id"`
	ErrorType    string `json:"error_type"`
	ErrorMessage string `json:"error_message"`
}

func (e *apiError) Error() string { return e.ErrorType + ": " + e.ErrorMessage }

func authenticate(in authenticateRequest) (*authenticateResponse, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, os.Getenv("STYTCH_BASE_URL")+"/v1/otps/authenticate", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(os.Getenv("STYTCH_PROJECT_ID"), os.Getenv("STYTCH_SECRET"))
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		failure := new(apiError)
		if err := json.Unmarshal(body, failure); err != nil {
			return nil, err
		}
		return nil, failure
	}
	out := new(authenticateResponse)
	return out, json.Unmarshal(body, out)
}

func main() {
	minutes := 60
	out, err := authenticate(authenticateRequest{MethodID: "phone-number-test-1", Code: "482913", SessionDurationMinutes: &minutes})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.UserID)
}
