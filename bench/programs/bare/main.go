// Command bare makes one call with net/http only and discards the response.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func main() {
	const body = `{"method_id":"phone-number-test-1","code":"482913","session_duration_minutes":60}`
	req, err := http.NewRequest(http.MethodPost, os.Getenv("STYTCH_BASE_URL")+"/v1/otps/authenticate", strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	req.SetBasicAuth(os.Getenv("STYTCH_PROJECT_ID"), os.Getenv("STYTCH_SECRET"))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Status)
}
