package redisguard_test

import (
	"log"
	"os"

	"github.com/redis/go-redis/v9"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/guard/redisguard"
	"github.com/stytchgen/sdk/stytch"
)

// All processes with the same server and the same key share their limits.
func Example() {
	client := redis.NewClient(&redis.Options{Addr: "localhost:6379", ContextTimeoutEnabled: true})
	store, err := redisguard.New(client, redisguard.Options{})
	if err != nil {
		log.Fatal(err)
	}
	secret := os.Getenv("STYTCH_SECRET")
	g, err := guard.New(guard.Config{Store: store, Key: []byte(secret)})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := stytch.FromEnv(stytch.WithInterceptor(g.Intercept)); err != nil {
		log.Fatal(err)
	}
}
