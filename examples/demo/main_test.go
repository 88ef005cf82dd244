package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestDemo(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{
		"> POST /v1/otps/sms/login_or_create {phone_number: \"+15005550006\"}", "sms to +15005550006 (en): your code is ",
		"whatsapp to +15005550006 (pt-br)", "email to ada@example.com", "status 404 otp_code_not_found", "the next step is: enroll",
		"checked again, locally: 0 calls were made", "is logged in to engines with 2 factors", "email to ada@example.com (en): your link is http",
		"the authenticator app shows ", "the session has 2 factors", "found Jacquard Looms; the next step there is: ", "is logged in to looms",
		"direct.user.delete for user-", "Done: ",
	} {
		if !strings.Contains(strings.ReplaceAll(out.String(), ">  ", "> "), want) {
			t.Errorf("the transcript does not contain %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "!!") {
		t.Errorf("a response breaks the spec:\n%s", out.String())
	}
}
