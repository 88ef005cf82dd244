package webhook_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/webhook"
)

// The vector that the Standard Webhooks specification and its libraries use.
const (
	secret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	messageID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	payload   = `{"test": 2432232314}`
	signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	timestamp = "1614265330"
)

var signedAt = time.Unix(1614265330, 0)

func key(t *testing.T, secret string) webhook.Key {
	t.Helper()
	k, err := webhook.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSign(t *testing.T) {
	if got := key(t, secret).Sign(messageID, signedAt, []byte(payload)); got != signature {
		t.Errorf("got %s, want %s", got, signature)
	}
}

func TestParseKey(t *testing.T) {
	for _, wrong := range []string{
		"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ9r8G-YqrTwjUPD8ILPZIo2LaLaSw",
		"whsec_c2hvcnQ=", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	} {
		if _, err := webhook.ParseKey(wrong); err == nil {
			t.Errorf("%q is accepted", wrong)
		} else if len(wrong) > 8 && strings.Contains(err.Error(), wrong[6:]) {
			t.Errorf("the error for %q contains the secret: %v", wrong, err)
		}
	}
}

func TestVerify(t *testing.T) {
	other := key(t, "whsec_"+strings.Repeat("A", 32))
	const wrong = "v1,AAAAE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OEAAA="
	for name, c := range map[string]struct {
		id, timestamp, signature, body string
		later                          time.Duration
		ok                             bool
	}{
		"signed":                       {ok: true},
		"five minutes old":             {later: 5 * time.Minute, ok: true},
		"five minutes early":           {later: -5 * time.Minute, ok: true},
		"older":                        {later: 5*time.Minute + time.Second},
		"earlier":                      {later: -5*time.Minute - time.Second},
		"second signature":             {signature: wrong + " " + signature, ok: true},
		"another scheme first":         {signature: "v2,x v1a,y " + signature, ok: true},
		"another scheme only":          {signature: "v2" + signature[2:]},
		"bare signature":               {signature: signature[3:]},
		"wrong signature":              {signature: wrong},
		"shorter signature":            {signature: signature[:20]},
		"empty signature":              {signature: "v1,"},
		"no signature":                 {signature: "-"},
		"changed body":                 {body: payload + " "},
		"changed id":                   {id: messageID + "x"},
		"id that takes the timestamp":  {id: messageID + "." + timestamp},
		"no id":                        {id: "-"},
		"changed timestamp":            {timestamp: "1614265331"},
		"timestamp with a fraction":    {timestamp: "1614265330.0"},
		"timestamp beyond 64 bits":     {timestamp: "99999999999999999999"},
		"largest timestamp":            {timestamp: "9223372036854775807"},
		"smallest timestamp":           {timestamp: "-9223372036854775808"},
		"no timestamp":                 {timestamp: "-"},
		"timestamp with another zero":  {timestamp: "01614265330"},
		"timestamp with a sign before": {timestamp: "+1614265330"},
	} {
		set := func(value, usual string) []string {
			switch value {
			case "":
				return []string{usual}
			case "-":
				return nil
			}
			return []string{value}
		}
		for _, prefix := range []string{"Svix-", "Webhook-"} {
			header := http.Header{
				prefix + "Id": set(c.id, messageID), prefix + "Timestamp": set(c.timestamp, timestamp), prefix + "Signature": set(c.signature, signature),
			}
			body := payload
			if c.body != "" {
				body = c.body
			}
			id, err := webhook.Verify([]webhook.Key{other, key(t, secret)}, header, []byte(body), signedAt.Add(c.later), 5*time.Minute)
			if c.ok && (err != nil || id != messageID) {
				t.Errorf("%s, %s: got %q, %v", name, prefix, id, err)
			}
			if !c.ok && (err == nil || id != "") {
				t.Errorf("%s, %s: it is accepted", name, prefix)
			}
		}
	}
}

// The three headers of a message have one prefix. Those of another prefix do not complete it.
func TestVerifyMixedHeaders(t *testing.T) {
	header := http.Header{"Svix-Id": {messageID}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {signature}}
	if _, err := webhook.Verify([]webhook.Key{key(t, secret)}, header, []byte(payload), signedAt, time.Minute); err == nil {
		t.Error("it is accepted")
	}
	if _, err := webhook.Verify(nil, http.Header{"Svix-Id": {messageID}, "Svix-Timestamp": {timestamp}, "Svix-Signature": {signature}},
		[]byte(payload), signedAt, time.Minute); err == nil {
		t.Error("it is accepted without a key")
	}
}
