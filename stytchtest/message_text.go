package stytchtest

import (
	"fmt"
	"strings"
	"time"
)

// The first sentence of a message, and the subject of a mail, by its purpose. The
// service's own texts depend on the templates of the project.
var (
	linkTexts = map[string][2]string{
		"login":          {"Log in", "Open this link to log in:"},
		"signup":         {"Confirm your address", "Open this link to sign up:"},
		"invite":         {"You are invited", "Open this link to accept the invitation:"},
		"discovery":      {"Log in", "Open this link to log in:"},
		"reset_password": {"Reset your password", "Open this link to choose a new password:"},
	}
	codeTexts = map[string]string{
		"login":     "Your code to log in is %s.",
		"signup":    "Your code to sign up is %s.",
		"mfa":       "Your code for the second step of the login is %s.",
		"discovery": "Your code to log in is %s.",
	}
)

// Subject returns the subject of a mail. It is empty for other messages.
func (m Message) Subject() string {
	switch {
	case m.Channel != ChannelEmail:
		return ""
	case m.Code != "":
		return "Your code is " + m.Code
	}
	if texts, ok := linkTexts[m.Purpose]; ok {
		return texts[0]
	}
	return "Your link"
}

// Text returns the text of the message in plain English, whatever its locale and
// template. It says how long the code or link is valid.
func (m Message) Text() string {
	life := lifetime(m.ExpiresAt.Sub(m.SentAt))
	if m.Code != "" {
		first, ok := codeTexts[m.Purpose]
		if !ok {
			first = "Your code is %s."
		}
		return fmt.Sprintf(first, m.Code) + " It is valid for " + life + "."
	}
	var b strings.Builder
	first := "Open this link:"
	if texts, ok := linkTexts[m.Purpose]; ok {
		first = texts[1]
	}
	fmt.Fprintf(&b, "%s\n\n%s\n\n", first, m.Link)
	if m.LoginLink != "" {
		fmt.Fprintf(&b, "Or log in without a new password:\n\n%s\n\n", m.LoginLink)
	}
	return b.String() + "It is valid for " + life + ". If you did not ask for this message, ignore it."
}

// lifetime writes a duration in its largest whole unit.
func lifetime(d time.Duration) string {
	units := []struct {
		name string
		is   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}}
	for _, unit := range units {
		if n := d / unit.is; n > 0 && d%unit.is == 0 {
			if n == 1 {
				return "1 " + unit.name
			}
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return d.String()
}
