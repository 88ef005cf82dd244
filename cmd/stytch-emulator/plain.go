package main

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode"

	"github.com/stytchgen/sdk/stytchtest"
)

// plainPageful is how many messages a page without JavaScript shows.
const plainPageful = 50

// index is the page. Its part for browsers without JavaScript has the messages.
var index = template.Must(template.New("index.html").Funcs(template.FuncMap{"marks": marks}).ParseFS(assets, "page/index.html"))

// plainView is what the page shows without JavaScript.
type plainView struct {
	Messages []plainMessage
	Older    int  // how many newer messages an older page skips; 0 if there are no older ones
	Linked   bool // the page is about one message
	Project  string
}

type plainMessage struct {
	messageView
	Sent, Expires string
}

func (c *control) page(w http.ResponseWriter, r *http.Request) error {
	var b bytes.Buffer
	if err := index.Execute(&b, c.plainView(r)); err != nil {
		return &failure{http.StatusInternalServerError, err}
	}
	w.Header().Set("Content-Type", assetTypes[".html"])
	_, _ = w.Write(b.Bytes()) // the client may be gone
	return nil
}

// plainView returns what a request asks for. A page of another site can only show
// the page to a person, not fetch it.
func (c *control) plainView(r *http.Request) plainView {
	if checkSite(r, c.allowed) != nil && r.Header.Get("Sec-Fetch-Dest") != "document" {
		return plainView{}
	}
	c, err := c.selected(r)
	if err != nil {
		return plainView{}
	}
	messages := c.srv.Inbox().Messages()
	slices.Reverse(messages)
	view := plainView{Project: r.URL.Query().Get("project")}
	if id := r.URL.Query().Get("message"); id != "" {
		for _, m := range messages {
			if m.ID == id {
				messages, view.Linked = []stytchtest.Message{m}, true
				break
			}
		}
	}
	skipped, _ := strconv.Atoi(r.URL.Query().Get("older")) // 0 if it is not a number
	messages = messages[min(max(skipped, 0), len(messages)):]
	if len(messages) > plainPageful {
		messages, view.Older = messages[:plainPageful], max(skipped, 0)+plainPageful
	}
	for _, m := range c.newMessagesView(messages).Messages {
		view.Messages = append(view.Messages, plainMessage{m, m.SentAt.Format(time.DateTime), m.ExpiresAt.Format(time.DateTime)})
	}
	return view
}

// mark is a part of a text. Code names a character that is invisible or that
// changes the order of the text around it.
type mark struct{ Text, Code string }

// marks splits a text at the characters that the page marks.
func marks(text any) []mark {
	var parts []mark
	plain := ""
	for _, r := range fmt.Sprint(text) {
		if r == '\n' || r == '\t' || !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == '\u200c' || r == '\u200d' {
			plain += string(r)
			continue
		}
		parts, plain = append(parts, mark{plain, ""}, mark{string(r), fmt.Sprintf("U+%04X", r)}), ""
	}
	return append(parts, mark{plain, ""})
}
