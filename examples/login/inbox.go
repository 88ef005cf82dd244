package main

import (
	"bytes"
	"net/http"
	"slices"

	"github.com/stytchgen/sdk/stytchtest"
)

// inbox shows the messages of the emulator, the newest first. Without an emulator there
// is no inbox: the codes of the real service are not known here.
func inbox(messages *stytchtest.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		list := messages.Messages()
		slices.Reverse(list)
		var body bytes.Buffer
		if err := pages["inbox"].ExecuteTemplate(&body, "layout.html", struct {
			Page  any
			Inbox bool
		}{list, false}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = body.WriteTo(w)
	})
}
