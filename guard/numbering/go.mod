module github.com/stytchgen/sdk/guard/numbering

go 1.26.0

replace github.com/stytchgen/sdk => ../..

require github.com/nyaruka/phonenumbers v1.8.1

require (
	github.com/stytchgen/sdk v0.1.0
	golang.org/x/text v0.44.0 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
)
