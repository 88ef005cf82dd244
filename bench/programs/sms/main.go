// Command sms sends a code by SMS with the SDK.
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
	resp, err := client.OTPs.SMS.Send(context.Background(), stytch.OTPsSMSSendRequest{PhoneNumber: "+15005550006"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.PhoneID)
}
