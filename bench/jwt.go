package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// jwtCheck compares the first check of a session JWT with its most expensive part, the verification of
// the signature, and with the usual library. A client remembers a JWT, so each check has another one.
func (b *bench) jwtCheck(ctx context.Context) ([]figure, error) {
	signer, err := newJWTSigner()
	if err != nil {
		return nil, err
	}
	const jwts = 400 // about as many as a sample needs
	tokens := make([]string, jwts)
	for i := range tokens {
		if tokens[i], err = signer.sign(fmt.Sprint("user-test-", i)); err != nil {
			return nil, err
		}
	}
	bare, err := signer.bare(tokens[0])
	if err != nil {
		return nil, err
	}
	parser := jwt.NewParser(jwt.WithTimeFunc(signer.clock), jwt.WithAudience(wiretest.ProjectID),
		jwt.WithIssuer("stytch.com/"+wiretest.ProjectID), jwt.WithValidMethods([]string{"RS256"}))
	return b.compare("check a session JWT", b.effort,
		subject{name: "rsa.VerifyPKCS1v15", run: each(bare), counts: true},
		subject{name: "SDK", run: func(n int) error {
			var client *stytch.Client
			for i := range n {
				if i%jwts == 0 {
					if client, err = signer.client(); err != nil {
						return err
					}
				}
				if _, err := client.Sessions.AuthenticateJWTLocal(ctx, tokens[i%jwts]); err != nil {
					return err
				}
			}
			return nil
		}, counts: true},
		subject{name: "golang-jwt", run: each(func() error {
			_, err := parser.ParseWithClaims(tokens[0], jwt.MapClaims{}, func(*jwt.Token) (any, error) { return &signer.key.PublicKey, nil })
			return err
		}), counts: true},
	)
}

// jwtAgain compares the check of a session JWT that the client has checked before with the verification
// of its signature, which the client then leaves out. Each number of goroutines is compared with as many
// that verify the signature, which need nothing in common.
func (b *bench) jwtAgain(ctx context.Context) ([]figure, error) {
	signer, err := newJWTSigner()
	if err != nil {
		return nil, err
	}
	token, err := signer.sign("user-test-1")
	if err != nil {
		return nil, err
	}
	bare, err := signer.bare(token)
	if err != nil {
		return nil, err
	}
	client, err := signer.client()
	if err != nil {
		return nil, err
	}
	local := func() error {
		_, err := client.Sessions.AuthenticateJWTLocal(ctx, token)
		return err
	}
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	request.AddCookie(&http.Cookie{Name: "stytch_session_jwt", Value: token})
	let := 0
	page := client.Sessions.Middleware(stytch.MiddlewareOptions{})(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { let++ }))
	figures, err := b.compare(jwtAgainCase, b.effort,
		subject{name: "rsa.VerifyPKCS1v15", run: each(bare), counts: true},
		subject{name: "SDK", run: each(local), counts: true},
		subject{name: "SDK, AuthenticateJWT", run: each(func() error {
			_, err := client.Sessions.AuthenticateJWT(ctx, stytch.AuthenticateJWTRequest{SessionJWT: token})
			return err
		}), counts: true},
		subject{name: "SDK, middleware", run: each(func() error {
			before := let
			if page.ServeHTTP(nil, request); let == before {
				return errors.New("the middleware did not let the request in")
			}
			return nil
		}), counts: true},
	)
	for _, goroutines := range []int{8, 64} {
		if err != nil {
			return nil, err
		}
		var more []figure
		more, err = b.compare(fmt.Sprintf("%s, %d goroutines", jwtAgainCase, goroutines), b.effort,
			subject{name: "rsa.VerifyPKCS1v15", run: parallel(goroutines, bare), batch: goroutines},
			subject{name: "SDK", run: parallel(goroutines, local), batch: goroutines},
		)
		figures = append(figures, more...)
	}
	return figures, err
}

const jwtAgainCase = "check a session JWT again"

// jwtSigner signs session JWTs of the service.
type jwtSigner struct {
	key *rsa.PrivateKey
	now time.Time
}

func newJWTSigner() (*jwtSigner, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	return &jwtSigner{key, time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)}, err
}

func (s *jwtSigner) clock() time.Time { return s.now }

func (s *jwtSigner) sign(user string) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, sessionClaims(s.now, user))
	token.Header["kid"] = "key-1"
	return token.SignedString(s.key)
}

// bare returns a function that only verifies the signature of a JWT.
func (s *jwtSigner) bare(token string) (func() error, error) {
	at := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(token[at+1:])
	text := []byte(token[:at])
	return func() error {
		digest := sha256.Sum256(text)
		return rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, digest[:], signature)
	}, err
}

// client returns a client that has the key.
func (s *jwtSigner) client() (*stytch.Client, error) {
	encode := base64.RawURLEncoding.EncodeToString
	jwk := stytch.JWK{Kty: "RSA", Use: "sig", Alg: "RS256", Kid: "key-1",
		N: encode(s.key.N.Bytes()), E: encode(big.NewInt(int64(s.key.E)).Bytes())}
	return connectConsumer(stytch.WithJWTKeys(jwk), stytch.WithClock(s.clock))
}

// sessionClaims returns the claims of a session JWT of the service.
func sessionClaims(now time.Time, user string) jwt.MapClaims {
	at := now.Format(time.RFC3339)
	return jwt.MapClaims{
		"aud": []string{wiretest.ProjectID}, "iss": "stytch.com/" + wiretest.ProjectID, "sub": user,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "plan": "pro",
		"https://stytch.com/session": map[string]any{
			"id": "session-test-1", "started_at": at, "last_accessed_at": at, "expires_at": now.Add(time.Hour).Format(time.RFC3339),
			"attributes":             map[string]any{"user_agent": "agent", "ip_address": "203.0.113.7"},
			"authentication_factors": []any{map[string]any{"type": "otp", "delivery_method": "sms", "last_authenticated_at": at}},
			"roles":                  []string{"stytch_user"},
		},
	}
}
