package main

import (
	"strings"

	"github.com/stytchgen/sdk/stytch"
)

// channel is the way that a code takes.
type channel string

// The channels, as the form has them.
const (
	sms      channel = "sms"
	whatsApp channel = "whatsapp"
	email    channel = "email"
)

// String is a channel in a sentence.
func (c channel) String() string {
	return map[channel]string{sms: "SMS", whatsApp: "WhatsApp", email: "e-mail"}[c]
}

// addressOf makes an address of what a person typed, and settles the channel. It is
// forgiving where the meaning is clear, and checks nothing: the SDK refuses what is
// no address before anything is sent.
func addressOf(typed string, chosen channel) (string, channel) {
	typed = strings.TrimSpace(typed)
	if strings.Contains(typed, "@") {
		return typed, email // nothing else reaches it
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
