module github.com/stytchgen/sdk/guard/redisguard

go 1.26.0

replace github.com/stytchgen/sdk => ../..

require (
	github.com/redis/go-redis/v9 v9.23.0
	github.com/stytchgen/sdk v0.1.0
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	golang.org/x/sys v0.50.0 // indirect
)
