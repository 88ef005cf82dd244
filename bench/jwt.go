package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// jwtCheck compares the local check of a session JWT with its most expensive part, the
// verification of the signature, and with the usual library.
func (b *bench) jwtCheck(ctx context.Context) ([]figure, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	now := time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)
	clock := func() time.Time { return now }
	signed := jwt.NewWithClaims(jwt.SigningMethodRS256, sessionClaims(now))
	signed.Header["kid"] = "key-1"
	token, err := signed.SignedString(key)
	if err != nil {
		return nil, err
	}
	text := []byte(token[:len(token)-1-base64.RawURLEncoding.EncodedLen(key.Size())])
	signature, err := base64.RawURLEncoding.DecodeString(token[len(text)+1:])
	if err != nil {
		return nil, err
	}
	encode := base64.RawURLEncoding.EncodeToString
	jwk := stytch.JWK{Kty: "RSA", Use: "sig", Alg: "RS256", Kid: "key-1",
		N: encode(key.N.Bytes()), E: encode(big.NewInt(int64(key.E)).Bytes())}
	client, err := connectConsumer(stytch.WithJWTKeys(jwk), stytch.WithClock(clock))
	if err != nil {
		return nil, err
	}
	parser := jwt.NewParser(jwt.WithTimeFunc(clock), jwt.WithAudience(wiretest.ProjectID),
		jwt.WithIssuer("stytch.com/"+wiretest.ProjectID), jwt.WithValidMethods([]string{"RS256"}))
	return b.compare("check a session JWT", b.effort,
		subject{name: "rsa.VerifyPKCS1v15", run: each(func() error {
			digest := sha256.Sum256(text)
			return rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature)
		}), counts: true},
		subject{name: "SDK", run: each(func() error {
			_, err := client.Sessions.AuthenticateJWTLocal(ctx, token)
			return err
		}), counts: true},
		subject{name: "golang-jwt", run: each(func() error {
			_, err := parser.ParseWithClaims(token, jwt.MapClaims{}, func(*jwt.Token) (any, error) { return &key.PublicKey, nil })
			return err
		}), counts: true},
	)
}

// sessionClaims returns the claims of a session JWT of the service.
func sessionClaims(now time.Time) jwt.MapClaims {
	at := now.Format(time.RFC3339)
	return jwt.MapClaims{
		"aud": []string{wiretest.ProjectID}, "iss": "stytch.com/" + wiretest.ProjectID, "sub": "user-test-1",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "plan": "pro",
		"https://stytch.com/session": map[string]any{
			"id": "session-test-1", "started_at": at, "last_accessed_at": at, "expires_at": now.Add(time.Hour).Format(time.RFC3339),
			"attributes":             map[string]any{"user_agent": "agent", "ip_address": "203.0.113.7"},
			"authentication_factors": []any{map[string]any{"type": "otp", "delivery_method": "sms", "last_authenticated_at": at}},
			"roles":                  []string{"stytch_user"},
		},
	}
}
