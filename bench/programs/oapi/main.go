// Command oapi sends a code by SMS with a client that oapi-codegen generates from the same spec. The
// measurement copies this module and generates the client into it.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/oapi/client"
)

func main() {
	c, err := client.NewClientWithResponses(os.Getenv("STYTCH_BASE_URL"), client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.SetBasicAuth(os.Getenv("STYTCH_PROJECT_ID"), os.Getenv("STYTCH_SECRET"))
		return nil
	}))
	if err != nil {
		log.Fatal(err)
	}
	resp, err := c.OtpsSmsSendWithResponse(context.Background(), client.OtpsSmsSendJSONRequestBody{PhoneNumber: "+15005550006"})
	if err != nil {
		log.Fatal(err)
	}
	if resp.JSON200 == nil {
		log.Fatal(resp.Status())
	}
	fmt.Println(resp.JSON200.PhoneId)
}
