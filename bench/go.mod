module github.com/stytchgen/sdk/bench

go 1.26.0

replace github.com/stytchgen/sdk => ..

require (
	github.com/oasdiff/yaml3 v0.0.14
	github.com/stytchgen/sdk v0.0.0
)

require (
	github.com/kr/text v0.2.0 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	gopkg.in/check.v1 v1.0.0-20190902080502-41f04d3bba15 // indirect
)
