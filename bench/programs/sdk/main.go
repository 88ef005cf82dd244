// Command sdk makes one call with the SDK.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/stytchgen/sdk/stytch"
)

func main() {
	client, err := stytch.FromEnv()
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.OTPs.Authenticate(context.Background(), stytch.OTPsAuthenticateRequest{
		MethodID: "phone-number-test-1", Code: "482913", SessionDurationMinutes: new(60),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.UserID)
}
