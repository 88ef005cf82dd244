// Package webhook signs webhook messages and verifies their signatures, by the scheme of Svix and of
// the Standard Webhooks specification, version 1.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// version marks the signatures of this scheme. A message can have signatures of other schemes beside
// them.
const version = "v1,"

// A Key signs the messages of one endpoint.
type Key []byte

// ParseKey returns the key in a secret such as "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw". Its errors do
// not contain the secret.
func ParseKey(secret string) (Key, error) {
	if secret == "" {
		return nil, errors.New(`the webhook secret is empty; want one that begins with "whsec_"`)
	}
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return nil, errors.New(`a webhook secret begins with "whsec_"`)
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New(`a webhook secret is "whsec_" and then base64`)
	}
	if len(key) < 16 {
		return nil, fmt.Errorf("the key in a webhook secret has at least 16 bytes, this one has %d", len(key))
	}
	return key, nil
}

// Sign returns the signature of a message, with its version.
func (k Key) Sign(id string, at time.Time, body []byte) string {
	return version + base64.StdEncoding.EncodeToString(k.sum(id, strconv.FormatInt(at.Unix(), 10), body))
}

func (k Key) sum(id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// Verify returns the id of a message if one of the keys has signed it, at most tolerance before or after
// now.
func Verify(keys []Key, header http.Header, body []byte, now time.Time, tolerance time.Duration) (id string, err error) {
	prefix := "Svix-"
	if header.Get(prefix+"Id") == "" {
		prefix = "Webhook-" // the names of the Standard Webhooks specification
	}
	id, timestamp, signatures := header.Get(prefix+"Id"), header.Get(prefix+"Timestamp"), header.Get(prefix+"Signature")
	switch {
	case id == "":
		return "", errors.New("the request has neither a svix-id nor a webhook-id header")
	case strings.Contains(id, "."): // the signature could not tell where the id ends
		return "", fmt.Errorf("the header %sid has a dot", strings.ToLower(prefix))
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return "", fmt.Errorf("the header %stimestamp is not a time in Unix seconds", strings.ToLower(prefix))
	}
	earliest, latest := now.Add(-tolerance).Unix(), now.Add(tolerance).Unix()
	if seconds < earliest || seconds > latest {
		return "", fmt.Errorf("the message was signed more than %v before or after the time of this machine", tolerance)
	}
	sums := make([][]byte, len(keys))
	for i, k := range keys {
		sums[i] = k.sum(id, timestamp, body)
	}
	for signature := range strings.SplitSeq(signatures, " ") {
		encoded, ok := strings.CutPrefix(signature, version)
		if !ok {
			continue
		}
		got, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			continue
		}
		for _, want := range sums {
			if hmac.Equal(got, want) {
				return id, nil
			}
		}
	}
	return "", fmt.Errorf("no signature in the header %ssignature belongs to a secret of this endpoint", strings.ToLower(prefix))
}
