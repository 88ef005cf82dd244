package main

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/internal/browsertest"
)

// TestPageSavesSnapshots saves the state under a name, goes back to it, deletes and replaces it.
func TestPageSavesSnapshots(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	p.send(phone)
	save := func(name string) chromedp.Action[chromedp.Void] {
		return chromedp.Steps(b.search("#snapshot-name", name), chromedp.Click("#snapshot [type=submit]"))
	}
	listed := func(names string) chromedp.Action[chromedp.Void] {
		return b.until(`all("#snapshot-list h3").map((e) => e.textContent).join() === "` + names + `" && shown("#no-snapshot") === ` + map[bool]string{true: "true", false: "false"}[names == ""])
	}
	b.do(chromedp.Click(`nav a[href="#controls"]`), listed(""), save("before checkout"), listed("before checkout"),
		b.until(`text("#snapshot-list").includes("1 user, 1 message") && one("#snapshot-name").value === ""`))
	browsertest.Screenshot(t, b.ctx, "saved")
	p.send("+15005550007")
	p.does(http.MethodPost, "/api/snapshots", `{"name":"قبل الدفع"}`) // by another client
	b.do(listed("قبل الدفع,before checkout"),
		chromedp.Click(`#snapshot-list li:last-child button`), b.until(`shown("#sure") && text("#sure-title") === "Go back to before checkout?"`))
	browsertest.Screenshot(t, b.ctx, "back")
	b.do(chromedp.Click("#sure-yes"), b.until(`!shown("#sure") && text("#message-count") === "1"`),
		chromedp.Click(`#snapshot-list li:first-child button`), b.until(`shown("#sure")`), chromedp.Click("#sure-yes"), b.until(`!shown("#sure") && text("#message-count") === "2"`))

	b.do(save("before checkout"), b.until(`shown("#sure") && text("#sure-title") === "Replace before checkout?"`), chromedp.Click("#sure-no"), listed("قبل الدفع,before checkout"),
		chromedp.Click("#snapshot [type=submit]"), b.until(`shown("#sure")`), chromedp.Click("#sure-yes"), b.until(`!shown("#sure")`), listed("before checkout,قبل الدفع"),
		b.until(`text("#snapshot-list li").includes("2 users, 2 messages")`),
		chromedp.Click("#snapshot-list li:first-child .danger"), listed("قبل الدفع"), b.until(`text("#undo-text") === "The snapshot before checkout was deleted."`),
		chromedp.Click("#undo-do"), b.until(`!shown("#undo")`), listed("before checkout,قبل الدفع"),
		save(`<img src=x onerror="document.title = 'taken'">`), b.until(`text("#problem").includes("not allowed") && document.title !== "taken"`))
	b.isQuiet(p, "Failed to load resource") // the name that is refused
}
