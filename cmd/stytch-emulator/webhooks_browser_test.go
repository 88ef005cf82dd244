package main

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/internal/browsertest"
	"github.com/stytchgen/sdk/stytch"
)

// TestPageShowsWebhooks adds an endpoint, looks at a failed delivery and replays it.
func TestPageShowsWebhooks(t *testing.T) {
	p := launch(t)
	var works atomic.Bool
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !works.Load() {
			http.Error(w, "<b>not now</b>", http.StatusTeapot)
		}
	}))
	t.Cleanup(app.Close)
	b := open(t, p)
	b.do(chromedp.Click(`nav a[href="#webhooks"]`), b.until(`shown("#no-delivery")`),
		chromedp.SendKeys("#endpoint-url", app.URL), chromedp.Click("#endpoint button"), b.until(`text("#endpoint-list").includes("whsec_")`))
	must(p.client().Users.Create(t.Context(), stytch.UsersCreateRequest{Email: new(email)}))(t)
	b.do(b.until(`text("#delivery-list summary").includes("direct.user.create") && text("#delivery-list").includes("status 418") && text("#delivery-list .badge") === "pending"`),
		chromedp.Click("#delivery-list summary"), b.until(`text("#delivery-list pre").includes("`+email+`") && text("#delivery-list").includes("<b>not now</b>")`))
	browsertest.Screenshot(t, b.ctx, "webhooks")
	works.Store(true)
	b.do(chromedp.Click("#delivery-list button"), b.until(`text("#delivery-list .badge") === "delivered" && text("#delivery-list").includes("2 attempts")`),
		chromedp.Click("#endpoint-list .danger"), b.until(`shown("#sure") && text("#sure-title").includes("`+app.URL+`")`), chromedp.Click("#sure-yes"),
		b.until(`!shown("#sure") && all("#endpoint-list li, #delivery-list li").length === 0`))
	b.isQuiet(p)
}
