package main

import (
	"strings"

	"github.com/stytchgen/sdk/stytch"
)

// channel is how a code is sent.
type channel string

// The channels, with the values of the form.
const (
	sms      channel = "sms"
	whatsApp channel = "whatsapp"
	email    channel = "email"
)

// String returns the channel for use in a sentence.
func (c channel) String() string {
	return map[channel]string{sms: "SMS", whatsApp: "WhatsApp", email: "e-mail"}[c]
}

// addressOf normalizes an entered address, and chooses the channel. It accepts what
// is clear, and does not validate: the SDK rejects an invalid address before anything
// is sent.
func addressOf(typed string, chosen channel) (string, channel) {
	typed = strings.TrimSpace(typed)
	if strings.Contains(typed, "@") {
		return typed, email // no other channel fits
	}
	if chosen == email {
		return typed, email
	}
	if chosen != whatsApp {
		chosen = sms
	}
	number := stytch.CleanPhoneNumber(typed)
	if rest, ok := strings.CutPrefix(number, "00"); ok {
		number = "+" + rest
	}
	return number, chosen
}
