package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/internal/browsertest"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// tab is a browser tab with the page of a program.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // GET https://...
	console  []string
	spoken   *sync.Cond // signaled when console grows
}

// open shows the page of a program, and records its requests and the console's
// messages.
func open(t *testing.T, p *program) *tab {
	t.Helper()
	b := &tab{t: t, ctx: browsertest.New(t)}
	b.spoken = sync.NewCond(&b.mu)
	if err := chromedp.Listen(b.ctx, b.note); err != nil {
		t.Fatal(err)
	}
	messages := chromedp.Console(b.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.console = append(b.console, m.String())
			b.mu.Unlock()
			b.spoken.Broadcast()
		}
	}()
	b.do(allow("clipboard-read"), allow("clipboard-write"), chromedp.Navigate(p.url+root+"/"), b.until(`text("#connection") === "Connected"`))
	return b
}

func (b *tab) note(event any) {
	if e, ok := event.(*network.EventRequestWillBeSent); ok {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.requests = append(b.requests, e.Request.Method+" "+e.Request.URL)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	browsertest.Do(b.t, b.ctx, steps...)
}

// shorthand declares helpers for the scripts of the tests.
const shorthand = `const all = (s) => [...document.querySelectorAll(s)], one = (s) => document.querySelector(s),
	text = (s) => one(s)?.textContent ?? "", shown = (s) => !!one(s)?.checkVisibility(); `

// until waits until a JavaScript expression is true.
func (b *tab) until(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](`(() => { `+shorthand+` return `+expression+` })()`, chromedp.WithPollingTimeout(0))
}

// get returns the value of a JavaScript expression.
func get[T any](b *tab, expression string) T {
	b.t.Helper()
	return browsertest.Get(b.t, b.ctx, chromedp.Evaluate[T](`(async () => { `+shorthand+` return `+expression+` })()`, chromedp.EvalAwaitPromise))
}

// allow grants pages a permission that a browser would ask the user for.
func allow(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
		})
		return err
	})
}

// look sets the tab's size and theme.
func look(width int64, theme string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.EmulateViewport(width, 800),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
			})
			return err
		}))
}

// isQuiet reports requests to other hosts and messages on the console, except those
// that contain one of the expected texts.
func (b *tab) isQuiet(p *program, expected ...string) {
	b.t.Helper()
	// Earlier requests and messages are known once this line is.
	const last = "the last line"
	b.do(b.until(`(console.info("` + last + `"), true)`))
	isLast := func(line string) bool { return strings.Contains(line, last) }
	b.mu.Lock()
	defer b.mu.Unlock()
	for !slices.ContainsFunc(b.console, isLast) {
		b.spoken.Wait()
	}
	for _, request := range b.requests {
		if _, url, _ := strings.Cut(request, " "); !strings.HasPrefix(url, p.url+root+"/") && !strings.HasPrefix(url, "data:") { // the browser draws its own fields with these
			b.t.Errorf("the page requests %s", url)
		}
	}
	if b.asked("GET", p, "events") == 0 {
		b.t.Errorf("the page's requests were not seen: %v", b.requests)
	}
	for _, line := range slices.DeleteFunc(b.console, isLast) {
		if slices.ContainsFunc(expected, func(text string) bool { return strings.Contains(line, text) }) {
			continue
		}
		b.t.Errorf("the console shows %s", line)
	}
}

// asked counts the requests for a path of the control API. Call it after
// isQuiet.
func (b *tab) asked(method string, p *program, page string) (n int) {
	for _, request := range b.requests {
		if request == method+" "+p.url+root+"/api/"+page {
			n++
		}
	}
	return n
}

// TestPageShowsTheCode logs in with the page: a message appears, its code can
// be copied, and the code is shown as expired when the clock passes its end.
func TestPageShowsTheCode(t *testing.T) {
	p := launch(t)
	p.does(http.MethodPost, "/api/clock/stop", "")
	b := open(t, p)
	b.do(b.until(`shown("#first-steps") && text("#variables").includes("STYTCH_BASE_URL='` + p.url + `'")`))
	browsertest.Screenshot(t, b.ctx, "empty")
	methodID := must(p.client().OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{
		PhoneNumber: phone, Locale: new(stytch.PhoneLocaleDeDE), ExpirationMinutes: new(10)}))(t).PhoneID
	code := p.wait(phone).Code
	b.do(b.until(`text(".message .code") === "` + code + `"`))
	card := get[string](b, `one(".message").innerText`)
	for _, want := range []string{"SMS", phone, "de-DE", "signup", "in 10:00"} {
		if !strings.Contains(card, want) {
			t.Errorf("%q is not in %q", want, card)
		}
	}
	if news := get[string](b, `text("#news")`); !strings.Contains(news, strings.Join(strings.Split(code, ""), " ")) || get[bool](b, `shown("#first-steps")`) {
		t.Errorf("a screen reader announces %q", news)
	}
	b.do(chromedp.Click(".message button"), b.until(`text("#news").includes("copied")`))
	if copied := get[string](b, `navigator.clipboard.readText()`); copied != code {
		t.Errorf("copied %q, want %s", copied, code)
	}
	if _, err := p.client().OTPs.Authenticate(t.Context(), stytch.OTPsAuthenticateRequest{MethodID: methodID, Code: code, SessionDurationMinutes: new(60)}); err != nil {
		t.Error(err)
	}
	b.do(chromedp.Click(`nav a[href="#people"]`), b.until(`all("#sessions > li").length === 1 && text("#users").includes("`+phone+` (verified)")`), chromedp.Click(`nav a[href="#messages"]`))

	methodID, code = p.send(phone), p.wait(phone).Code
	b.do(b.until(`text(".message .code") === "`+code+`" && all(".message").length === 2`),
		chromedp.Focus(`[data-advance="600"]`), chromedp.KeyEvent("\r"), b.until(`text(".message .expiry") === "expired"`))
	browsertest.Screenshot(t, b.ctx, "expired")
	_, err := p.client().OTPs.Authenticate(t.Context(), stytch.OTPsAuthenticateRequest{MethodID: methodID, Code: code})
	wants(t, err, stytch.ErrUnableToAuthOTPCode)
	b.isQuiet(p)
}

// TestPageOpensTheLink logs in by opening the link of a message.
func TestPageOpensTheLink(t *testing.T) {
	p := launch(t)
	landed := make(chan string, 1)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/auth" {
			return // the browser asks for an icon too
		}
		landed <- r.URL.Query().Get("token")
		if referrer := r.Header.Get("Referer"); referrer != "" {
			t.Errorf("the application learns where the link was: %s", referrer)
		}
	}))
	t.Cleanup(app.Close)
	b := open(t, p)
	must(p.client().MagicLinks.Email.LoginOrCreate(t.Context(), stytch.MagicLinksEmailLoginOrCreateRequest{Email: email, SignupMagicLinkURL: new(app.URL + "/auth")}))(t)
	b.do(b.until(`text(".message .follow") === "Sign up"`))
	browsertest.Screenshot(t, b.ctx, "link")
	if card := get[string](b, `one(".message").innerText`); !strings.Contains(card, p.url+"/v1/magic_links/redirect") || strings.Contains(card, "undefined") {
		t.Errorf("the message shows %q", card)
	}
	b.do(chromedp.Click(".message button"), b.until(`text("#news").includes("The link is copied")`))
	if copied := get[string](b, `navigator.clipboard.readText()`); copied != get[string](b, `one(".follow").href`) {
		t.Errorf("copied %q", copied)
	}
	b.do(chromedp.Click(".message .follow"))
	token := <-landed
	must(p.client().MagicLinks.Authenticate(t.Context(), stytch.MagicLinksAuthenticateRequest{Token: token, SessionDurationMinutes: new(60)}))(t)
	b.do(b.until(`text(".message .expiry") === "used"`))
	b.isQuiet(p)
}

// TestPageShowsTheCodesOfApps follows the code of an authenticator app.
func TestPageShowsTheCodesOfApps(t *testing.T) {
	p := launch(t)
	p.does(http.MethodPost, "/api/clock/stop", "")
	b := open(t, p)
	user := p.login(phone).UserID
	must(p.client().TOTPs.Create(t.Context(), stytch.TOTPsCreateRequest{UserID: user}))(t)
	b.do(chromedp.Click(`nav a[href="#people"]`), b.until(`shown("#totps .code") && !shown("#messages")`))
	shows := func() string { return get[string](b, `text("#totps .code")`) }
	first := shows()
	must(p.client().TOTPs.Authenticate(t.Context(), stytch.TOTPsAuthenticateRequest{UserID: user, TOTPCode: first}))(t)
	b.do(b.until(`text("#totps").includes("Statusverified")`))
	browsertest.Screenshot(t, b.ctx, "apps")
	p.does(http.MethodPost, "/api/clock/advance", `{"seconds":30}`)
	b.do(b.until(`text("#totps .code") !== "` + first + `"`))
	must(p.client().TOTPs.Authenticate(t.Context(), stytch.TOTPsAuthenticateRequest{UserID: user, TOTPCode: shows()}))(t)
	b.isQuiet(p)
}

// TestPageDrivesTheEmulator uses the page's buttons.
func TestPageDrivesTheEmulator(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", "organizations:\n  - organization_name: Engines\n    members: [{email_address: ada@example.com}]\n"))
	b := open(t, p)
	p.send(phone)
	b.do(chromedp.Click(`nav a[href="#people"]`), b.until(`text("#members").includes("ada@example.com") && text("#members").includes("Engines")`),
		chromedp.Click(`nav a[href="#controls"]`), chromedp.Click("#stop"), b.until(`text("#running") === "stopped"`))
	if decoded[clockView](t, p.does(http.MethodGet, "/api/clock", "")).Running {
		t.Error("the clock is running")
	}
	b.do(chromedp.Click("#run"), b.until(`text("#running") === "running"`))

	b.do(b.until(`all("#fault-call option").length > 20`), chromedp.SetValue("#fault-call", "consumer.otps.sms.send"),
		chromedp.Click("#fault button"), b.until(`text("#fault-list") === "consumer.otps.sms.send: too_many_requests, Retry-After 2 s, 1 more time"`))
	client := must(stytch.NewClient(p.env["STYTCH_PROJECT_ID"], p.env["STYTCH_SECRET"], stytch.WithBaseURL(p.url), stytch.WithMaxRetries(0)))(t)
	_, err := client.OTPs.SMS.Send(t.Context(), stytch.OTPsSMSSendRequest{PhoneNumber: phone})
	wants(t, err, stytch.ErrTooManyRequests)
	b.do(b.until(`shown("#no-fault") && !all("#fault-list li").length`))
	for _, kind := range []struct{ value, shows string }{
		{"500", "status 500"}, {"html", "HTML"}, {"truncate", "cut in half"}, {"reset", "reset"}, {"delay", "3000 ms"}, {"error", stytchtest.ErrorTypes()[0].Name},
	} {
		choose := fmt.Sprintf(`(one("#fault-kind").value = %q, one("#fault-kind").dispatchEvent(new Event("change")))`, kind.value)
		if !get[bool](b, choose) {
			t.Fatal("the choice was not accepted")
		}
		b.do(chromedp.Click("#fault button"), b.until(fmt.Sprintf(`all("#fault-list li").at(-1)?.textContent.includes(%q)`, kind.shows)))
	}
	browsertest.Screenshot(t, b.ctx, "faults")
	b.do(chromedp.Click("#mend"), b.until(`shown("#no-fault")`))

	b.do(chromedp.SetValue("#fault-times", "-1"), chromedp.Click("#fault button"))
	if get[bool](b, `one("#fault-times").checkValidity()`) {
		t.Error("-1 calls are accepted")
	}

	b.do(chromedp.SetUploadFiles("#restore", []string{write(t, "snapshot.json", p.does(http.MethodGet, "/api/snapshot", ""))}), b.until(`shown("#sure") && text("#sure-text").includes("snapshot.json")`))
	p.send("+15005550009")
	b.do(b.until(`text("#message-list").includes("0009")`), chromedp.Click("#sure-yes"), b.until(`!shown("#sure") && text("#message-list") && !text("#message-list").includes("0009")`))

	b.do(chromedp.Click("#reset"), b.until(`shown("#sure") && document.activeElement === one("#sure-no")`))
	browsertest.Screenshot(t, b.ctx, "reset")
	b.do(chromedp.KeyEvent("\x1b"), b.until(`!shown("#sure")`))
	b.do(chromedp.Click("#reset"), chromedp.Click("#sure-yes"), chromedp.Click(`nav a[href="#messages"]`), b.until(`shown("#first-steps")`),
		chromedp.Click(`nav a[href="#people"]`), b.until(`text("#user-part .count") === "0" && text("#organization-part .count") === "1"`))
	b.isQuiet(p)
	if n := b.asked("POST", p, "faults"); n != 7 {
		t.Errorf("%d faults were sent, want 7: none with -1 calls", n)
	}
	if n := b.asked("PUT", p, "snapshot"); n != 1 {
		t.Errorf("%d snapshots were restored, want 1", n)
	}
	if n := b.asked("POST", p, "reset"); n != 1 {
		t.Errorf("reset %d times, want once: after the confirmation", n)
	}
}

// ownPort returns a free port that no other test gets: the system assigns ports
// above these.
func ownPort(t *testing.T) string {
	t.Helper()
	for port := 10000 + os.Getpid()%10000; port < 32000; port++ {
		if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			listener.Close()
			return strconv.Itoa(port)
		}
	}
	t.Fatal("want a free port, found none")
	return ""
}

// TestPageComesBack stops the emulator and starts it again while the page is
// open.
func TestPageComesBack(t *testing.T) {
	port := ownPort(t)
	p := launch(t, "--port", port)
	b := open(t, p)
	p.send(phone)
	b.do(b.until(`all(".message").length === 1`))
	if code := p.end(); code != 0 {
		t.Errorf("exit code %d while a page was open: %s", code, p.stderr)
	}
	b.do(b.until(`text("#connection").includes("does not respond")`))
	browsertest.Screenshot(t, b.ctx, "gone")
	again := launch(t, "--port", port, "--secret", "it's-another")
	b.do(b.until(`text("#connection") === "Connected again" && shown("#first-steps") && text("#variables").includes("it'\\''s-another")`))
	again.send(phone)
	b.do(b.until(`all(".message").length === 1`))
}

// hostile are values with markup, script or unusual characters.
var hostile = []string{
	`<img/src=x/onerror=document.title='taken'>@example.com`,
	`"><script>document.title='taken'</script>@example.com`,
	`<style>*{display:none}</style>@example.com`,
	`</bdi></li><iframe/src=javascript:parent.document.title='taken'></iframe>@example.com`,
	"\u202emoc.elpmaxe@ada",
	strings.Repeat("long", 60) + "@example.com",
	"javascript:document.title='taken'@example.com",
}

// TestPageShowsHostileValuesAsText sends values that an unsafe page would run.
func TestPageShowsHostileValuesAsText(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	for _, value := range hostile {
		must(p.client().OTPs.Email.LoginOrCreate(t.Context(), stytch.OTPsEmailLoginOrCreateRequest{
			Email: value, SignupTemplateID: new(value + strings.Repeat("<b>", 100))}))(t)
	}
	b.do(b.until(fmt.Sprintf(`all(".message").length === %d`, len(hostile))), chromedp.Click(`nav a[href="#people"]`), b.until(fmt.Sprintf(`text("#user-part .count") === "%d"`, len(hostile))), chromedp.Click(`nav a[href="#messages"]`))
	// The API rejects such a locale, so it is set with a snapshot.
	snapshot := p.does(http.MethodGet, "/api/snapshot", "")
	p.does(http.MethodPut, "/api/snapshot", strings.Replace(snapshot, `"locale": "en"`, `"locale": "<img src=x onerror=document.title='taken'>"`, 1))
	b.do(b.until(`all(".message").some((m) => m.innerText.includes("<img src=x onerror"))`))
	for i, value := range hostile {
		if got := get[string](b, fmt.Sprintf(`all(".message h3 bdi").reverse()[%d].textContent`, i)); got != value {
			t.Errorf("want %q, shown as %q", value, got)
		}
	}
	if n := get[int](b, `all("main img, main iframe, main script, main style, main b").length`); n > 0 {
		t.Errorf("%d elements were created from values", n)
	}
	if title := get[string](b, `document.title`); title == "taken" {
		t.Error("a script ran")
	}
	b.isQuiet(p)
}

// crowded is a program with many messages, long values and all kinds of state.
func crowded(t *testing.T) *program {
	p := launch(t, "--seed", write(t, "seed.yaml", `organizations:
  - organization_name: Analytical Engines
    mfa_policy: REQUIRED_FOR_ALL
    email_allowed_domains: [example.com, engines.example]
    members:
      - {email_address: ada@example.com, name: Ada Lovelace, mfa_enrolled: true, mfa_phone_number: "+15005550007", mfa_phone_number_verified: true}
      - {email_address: charles@example.com, status: invited}
  - organization_name: `+strings.Repeat("Verylongname", 10)+"\n"))
	for i := range 60 {
		p.send(fmt.Sprintf("+1500555%04d", i))
	}
	for _, value := range hostile {
		must(p.client().OTPs.Email.LoginOrCreate(t.Context(), stytch.OTPsEmailLoginOrCreateRequest{Email: value, SignupTemplateID: new(strings.Repeat(value, 20))}))(t)
	}
	p.does(http.MethodPost, "/api/webhooks/endpoints", `{"url":"http://127.0.0.1:1/`+strings.Repeat("hooks", 40)+`"}`)
	p.login(phone)
	for _, name := range []string{strings.Repeat("long", 16), "قبل الدفع"} {
		p.does(http.MethodPost, "/api/snapshots", `{"name":"`+name+`"}`)
	}
	must(p.client().OTPs.WhatsApp.LoginOrCreate(t.Context(), stytch.OTPsWhatsAppLoginOrCreateRequest{PhoneNumber: "+15005550008"}))(t)
	p.does(http.MethodPost, "/api/faults", `{"call":"b2b.otps.email.discovery.authenticate","share":0.5,"times":100000,"error_type":"too_many_requests","retry_after_seconds":60,"after_effect":true}`)
	return p
}

// TestPageFits checks the page in both themes and in the sizes of a phone and a
// desktop.
func TestPageFits(t *testing.T) {
	p := crowded(t)
	b := open(t, p)
	b.do(b.until(`all(".message").length === 50`), chromedp.Click("#older"), b.until(`all(".message").length === 69 && !shown("#older")`))
	b.do(b.until(`(all(".open")[0].click(), all(".open")[62].click(), all(".detail").length === 1)`))
	for _, theme := range []string{"light", "dark"} {
		for i := range 15 {
			width, view := []int64{320, 768, 1280}[i/5], []string{"messages", "people", "requests", "webhooks", "controls"}[i%5]
			b.do(look(width, theme), b.until(fmt.Sprintf(`(location.hash = %q, shown("#" + %[1]q) && (%[1]q !== "people" || all("#sessions > li").length === 1))`, view)))
			name := fmt.Sprintf("%s-%d-%s", theme, width, view)
			if got := get[int](b, `document.documentElement.scrollWidth`); got > int(width) {
				t.Errorf("%s: the page is %d wide: %v", name, got, get[[]string](b, fmt.Sprintf(`all("body *").filter((e) => e.getBoundingClientRect().right > %d).map((e) => e.outerHTML.slice(0, 80))`, width)))
			}
			if cut := get[[]string](b, `all("body *").filter((e) => !e.matches("pre, select, input, .unseen, .skip") && e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML.slice(0, 80))`); len(cut) > 0 {
				t.Errorf("%s: texts do not wrap: %v", name, cut)
			}
			if stuck := get[[]string](b, `all("main *").filter((e) => e.scrollHeight > e.clientHeight + 1 && e.matches(":not(textarea, select)") && ["auto", "scroll"].includes(getComputedStyle(e).overflowY) && e.tabIndex < 0).map((e) => e.outerHTML.slice(0, 80))`); len(stuck) > 0 {
				t.Errorf("%s: scrolled with a pointer only: %v", name, stuck)
			}
			if dark := get[bool](b, `getComputedStyle(document.body).backgroundColor.match(/\d+/g).every((part) => part < 64)`); dark != (theme == "dark") {
				t.Errorf("%s: the page is dark: %t", name, dark)
			}
			if faint := get[[]string](b, faint); len(faint) > 0 {
				t.Errorf("%s: too little contrast: %v", name, faint)
			}
			browsertest.Screenshot(t, b.ctx, name)
		}
	}
	if nameless := get[[]string](b, `all("button, input, select, [role=group]").filter((e) => !(e.labels?.length || e.ariaLabel || e.textContent.trim())).map((e) => e.outerHTML)`); len(nameless) > 0 {
		t.Errorf("elements without a name: %v", nameless)
	}
	if unmarked := get[[]string](b, `all("button, input, select, a, summary, pre").filter((e) => e.checkVisibility() && !e.disabled).filter((e) => {
		e.focus({ focusVisible: true }); return document.activeElement !== e || getComputedStyle(e).outlineStyle === "none"; }).map((e) => e.outerHTML.slice(0, 80))`); len(unmarked) > 0 {
		t.Errorf("not focusable, or without a visible focus: %v", unmarked)
	}
	b.isQuiet(p)
}

// faint is a script that lists texts with a contrast of less than 4.5, the
// minimum of WCAG.
const faint = `(() => {
	const parts = (c) => c.match(/[\d.]+/g).map(Number);
	const light = (c) => parts(c).slice(0, 3).map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (parts(c)[3] !== 0) return c; } return "rgb(255,255,255)"; };
	return all("body *").filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())).filter((e) => {
		const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
		return (a + .05) / (b + .05) < 4.5;
	}).map((e) => e.outerHTML.slice(0, 80));
})()`

// TestPageFinds filters the messages and clears them.
func TestPageFinds(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	p.send(phone)
	p.send("+15005550007")
	b.do(b.until(`all(".message").length === 2`), chromedp.SendKeys("#filter", "0007"), b.until(`all(".message").length === 1 && text(".message h3").includes("0007")`),
		chromedp.SendKeys("#filter", "x"), b.until(`shown("#none-found")`), b.search("#filter", "0007 signup sms"), b.until(`all(".message").length === 1`))
	for _, search := range []string{p.wait(phone).Code, "0006", "sign up is", "expires"} {
		b.do(b.search("#filter", search), b.until(`text("#message-list").includes("0006")`))
	}
}

// search fills a field in at once.
func (b *tab) search(field, text string) chromedp.Action[chromedp.Void] {
	return b.until(fmt.Sprintf(`(one(%[1]q).value = %[2]q, one(%[1]q).dispatchEvent(new Event("input")))`, field, text))
}

// messages returns the addresses of the messages, the oldest first.
func (p *program) messages() (addresses []string) {
	p.t.Helper()
	for _, m := range decoded[messagesView](p.t, p.does(http.MethodGet, "/api/messages", "")).Messages {
		addresses = append(addresses, m.Address)
	}
	return addresses
}

// TestPageDeletesAndUndoes deletes one message, those that a search finds, and
// all, and brings them back.
func TestPageDeletesAndUndoes(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	numbers := []string{"+15005550001", "+15005550002", "+15005550011"}
	for _, number := range numbers {
		p.send(number)
	}
	has := func(want ...string) {
		t.Helper()
		b.do(b.until(fmt.Sprintf(`all(".message").length === %d`, len(want))))
		if got := p.messages(); !slices.Equal(got, want) {
			t.Errorf("the inbox has %v, want %v", got, want)
		}
	}
	b.do(b.until(`all(".message").length === 3`), b.until(`(all(".open")[1].click(), shown(".detail"))`),
		chromedp.Click(".detail .danger"), b.until(`text("#undo-text") === "The message to +15005550002 was deleted."`))
	has(numbers[0], numbers[2])
	browsertest.Screenshot(t, b.ctx, "undo")
	b.do(chromedp.Click("#undo-do"), b.until(`!shown("#undo")`))
	has(numbers...)

	b.do(chromedp.SendKeys("#filter", "555001"), b.until(`text("#forget") === "Delete these 1"`), chromedp.Click("#forget"), b.until(`shown("#none-found")`))
	if got := p.messages(); !slices.Equal(got, numbers[:2]) {
		t.Errorf("the inbox has %v, want those that the search does not find", got)
	}
	b.do(chromedp.Click("#undo-do"), b.until(`all(".message").length === 1`), b.search("#filter", ""), b.until(`all(".message").length === 3`))

	b.do(chromedp.Click("#forget"), b.until(`shown("#first-steps") && text("#undo-text") === "3 messages were deleted."`))
	has()
	b.do(chromedp.KeyEvent("u"), b.until(`all(".message").length === 3`))
	has(numbers...)
	b.isQuiet(p)
}

// TestPageIsUsedWithKeys uses the page without a pointer.
func TestPageIsUsedWithKeys(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	p.send("+15005550001")
	p.send("+15005550002")
	b.do(b.until(`all(".message").length === 2`))
	focus := func(number string) chromedp.Action[chromedp.Void] {
		return b.until(fmt.Sprintf(`document.activeElement.matches(".open") && document.activeElement.textContent.includes(%q)`, number))
	}
	b.do(chromedp.KeyEvent("j"), focus("0002"), chromedp.KeyEvent("j"), focus("0001"), chromedp.KeyEvent("k"), focus("0002"), chromedp.KeyEvent("j"), focus("0001"),
		chromedp.KeyEvent("c"), b.until(`text("#news") === "The code is copied"`))
	if copied, want := get[string](b, `navigator.clipboard.readText()`), p.wait("+15005550001").Code; copied != want {
		t.Errorf("copied %q, want %s", copied, want)
	}
	b.do(chromedp.KeyEvent("\r"), b.until(`shown(".detail .look") && text(".detail .look").includes("Your code to sign up is") && location.search.startsWith("?message=message-test-")`),
		chromedp.KeyEvent("\r"), b.until(`!shown(".detail") && location.search === ""`),
		chromedp.KeyEvent("d"), b.until(`all(".message").length === 1`), focus("0002"), chromedp.KeyEvent("u"), b.until(`all(".message").length === 2`),
		chromedp.KeyEvent("/"), b.until(`document.activeElement === one("#filter")`), chromedp.KeyEvent("?"), b.until(`one("#filter").value.endsWith("?") && !shown("#help")`),
		chromedp.KeyEvent("\x1b"), b.until(`document.activeElement !== one("#filter") && all(".message").length === 2`),
		chromedp.KeyEvent("?"), b.until(`shown("#help")`))
	browsertest.Screenshot(t, b.ctx, "help")
	b.do(chromedp.Click("#keys-on"), chromedp.KeyEvent("\x1b"), b.until(`!shown("#help")`), chromedp.KeyEvent("/"))
	if get[bool](b, `document.activeElement === one("#filter")`) {
		t.Error("the keys still work after they were switched off")
	}
	b.isQuiet(p)
}

// TestPageOpensTheMessageOfAnAddress opens a link to a message.
func TestPageOpensTheMessageOfAnAddress(t *testing.T) {
	p := launch(t)
	for i := range 60 {
		p.send(fmt.Sprintf("+1500555%04d", i))
	}
	b := open(t, p)
	b.do(b.until(`(one("#older").click(), all(".message").length === 60)`), b.until(`(all(".open").at(-1).click(), shown(".detail"))`),
		chromedp.Click(".detail .buttons button"), b.until(`text("#news").includes("copied")`))
	link := get[string](b, `navigator.clipboard.readText()`)
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(link), b.until(`shown(".detail") && document.activeElement.textContent.includes("0000")`))
	if !get[bool](b, `text(".raw pre").includes('"address": "+15005550000"')`) {
		t.Error("the message is not shown raw")
	}
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(strings.Replace(link, "message-test", "other-test", 1)), b.until(`shown("#missing") && all(".message").length === 50`))
}

// TestPageShowsWhatIsUsed uses, replaces and revokes codes and links.
func TestPageShowsWhatIsUsed(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", "organizations:\n  - organization_name: Engines\n    members: [{email_address: ada@example.com, name: Ada Lovelace}]\n"))
	b := open(t, p)
	p.login(phone)
	b.do(b.until(`text(".message .expiry") === "used"`))
	user := must(p.client().Users.Create(t.Context(), stytch.UsersCreateRequest{PhoneNumber: new("+15005550007"), Name: &stytch.UserName{FirstName: new("Grace"), LastName: new("Hopper")}}))(t).UserID
	p.send("+15005550007")
	p.send("+15005550007")
	b.do(b.until(`all(".message .expiry").slice(0, 2).map((e) => e.textContent.slice(0, 8)).join() === "expires ,replaced" && text(".message .about").includes("Grace Hopper")`))
	must(p.client().Users.Delete(t.Context(), stytch.UsersDeleteRequest{UserID: user}))(t)
	b.do(b.until(`text(".message .expiry").startsWith("replaced")`))

	organization := decoded[struct {
		Organizations []struct {
			OrganizationID string `json:"organization_id"`
		}
	}](t, p.does(http.MethodGet, "/api/organizations", "")).Organizations[0].OrganizationID
	must(p.b2b().MagicLinks.Email.LoginOrSignup(t.Context(), b2b.MagicLinksEmailLoginOrSignupRequest{OrganizationID: organization, EmailAddress: email}))(t)
	b.do(b.until(`text(".message .about").startsWith("login · Ada Lovelace · Engines")`))
	must(p.b2b().MagicLinks.Authenticate(t.Context(), b2b.MagicLinksAuthenticateRequest{MagicLinksToken: p.wait(email).Token}))(t)
	b.do(b.until(`text(".message .expiry") === "used"`))
	b.isQuiet(p)
}

// TestPageNotifies receives a message while the page is not visible.
func TestPageNotifies(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	b.do(allow("notifications"), chromedp.Click("#notify"), b.until(`one("#notify").ariaPressed === "true"`))
	// A headless browser shows every tab, and no notifications.
	b.do(b.until(`(Object.defineProperty(document, "hidden", { get: () => !globalThis.looked }), globalThis.Notification = class extends EventTarget {
		static permission = "granted"; close() {} constructor(...args) { super(); globalThis.noted = [...(globalThis.noted ?? []), args]; globalThis.last = this; } }, true)`))
	p.send(phone)
	code := p.wait(phone).Code
	b.do(b.until(`globalThis.noted?.[0][0] === "Code `+code+`" && noted[0][1].body === "SMS to `+phone+`" && document.title.startsWith("(1) ")`),
		b.until(`(globalThis.looked = true, document.dispatchEvent(new Event("visibilitychange")), last.dispatchEvent(new Event("click")), shown(".detail") && !document.title.startsWith("("))`))
	b.isQuiet(p)
}

// TestPageSetsTheClock sets the clock to another time and back.
func TestPageSetsTheClock(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	b.do(chromedp.SetValue("#clock-time", "2031-05-06T07:08:09"), chromedp.Click("#clock-set button"), b.until(`shown("#ahead") && one("#now").dateTime.startsWith("2031-05-0")`))
	if now := decoded[clockView](t, p.does(http.MethodGet, "/api/clock", "")).Now; now.Year() != 2031 {
		t.Errorf("the clock shows %v", now)
	}
	b.do(chromedp.Click("#today"), b.until(`!shown("#ahead") && !shown("#today")`))
	b.isQuiet(p)
}

// TestPageIsReadWithoutScripts reads the inbox in a browser without JavaScript.
func TestPageIsReadWithoutScripts(t *testing.T) {
	p := launch(t)
	for i := range 60 {
		p.send(fmt.Sprintf("+1500555%04d", i))
	}
	for _, value := range hostile {
		must(p.client().OTPs.Email.LoginOrCreate(t.Context(), stytch.OTPsEmailLoginOrCreateRequest{Email: value}))(t)
	}
	last, oldest := p.wait("+15005550059"), p.wait("+15005550000")
	tab := browsertest.New(t)
	browsertest.Do(t, tab, browsertest.WithoutScripts(), look(320, "light"), chromedp.Navigate(p.url+root+"/"))
	read := func() string { return browsertest.Get(t, tab, chromedp.Text("#plain")) }
	first := read()
	browsertest.Screenshot(t, tab, "newest")
	for _, want := range []string{last.Code, "email", "<img/src=x", "Older messages"} {
		if !strings.Contains(first, want) {
			t.Errorf("%q is not in %q", want, first)
		}
	}
	browsertest.Load(t, tab, chromedp.Click(`a[href^="?older"]`))
	if older := read(); !strings.Contains(older, oldest.Code) || strings.Contains(older, "Older messages") {
		t.Errorf("the older messages are %q", older)
	}
	browsertest.Do(t, tab, chromedp.Navigate(p.url+root+"/?message="+last.ID))
	if one := read(); !strings.Contains(one, last.Code) || strings.Contains(one, "0058") {
		t.Errorf("the message of the link is %q", one)
	}
	for header, wanted := range map[string]bool{"document": true, "empty": false, "iframe": false} {
		resp := p.ask(http.MethodGet, "/", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", header)
		if body := string(must(io.ReadAll(resp.Body))(t)); strings.Contains(body, last.Code) != wanted {
			t.Errorf("a page of another site gets the messages with Sec-Fetch-Dest %s: %t", header, !wanted)
		}
		resp.Body.Close()
	}
}

// TestPageIsQuickWithManyMessages shows 2,000 messages, searches them and goes
// to the oldest.
func TestPageIsQuickWithManyMessages(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	client := p.client()
	for i := range 2000 {
		must(client.OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: fmt.Sprintf("+1500555%04d", i)}))(t)
	}
	b.do(b.until(`text("#message-count") === "2000" && all(".message").length === 50`))
	took := func(what, act string) {
		t.Helper()
		t.Logf("%s takes %.0f ms", what, get[float64](b, `await (async () => { const start = performance.now(); `+act+`; document.body.offsetHeight; return performance.now() - start; })()`))
	}
	took("a search that finds one", `one("#filter").value = "5550007"; one("#filter").dispatchEvent(new Event("input"))`)
	b.do(b.until(`all(".message").length === 1`))
	took("a search that finds all", `one("#filter").value = "sms"; one("#filter").dispatchEvent(new Event("input"))`)
	took("showing all of them", `while (one("#older").checkVisibility()) one("#older").click()`)
	b.do(b.until(`all(".message").length === 2000`))
	took("a second of the clock", `one(".message .expiry").textContent = ""; await new Promise((ok) => setTimeout(ok, 0))`)
	took("opening the oldest", `all(".open").at(-1).click()`)
	b.do(b.until(`shown(".detail")`))
	start := p.messages()
	if len(start) != 2000 {
		t.Errorf("the inbox has %d messages", len(start))
	}
	took("deleting all", `one("#forget").click(); while (!one("#first-steps").checkVisibility()) await new Promise((ok) => setTimeout(ok, 1))`)
	took("bringing all back", `one("#undo-do").click(); while (all(".message").length < 50) await new Promise((ok) => setTimeout(ok, 1))`)
	b.isQuiet(p)
}

// TestPageManagesPeople creates, changes, looks at and deletes what the lists show.
func TestPageManagesPeople(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	fill := func(fields ...string) chromedp.Action[chromedp.Void] {
		steps := []chromedp.Action[chromedp.Void]{b.until(`shown("#edit-fields input") && document.activeElement.matches("#edit-fields *")`)}
		for i := 0; i < len(fields); i += 2 {
			steps = append(steps, b.search(fmt.Sprintf(`[name="%s"]`, fields[i]), fields[i+1]))
		}
		return chromedp.Steps(append(steps, chromedp.Click("#edit-form [type=submit]"))...)
	}
	add := func(list string) chromedp.Action[chromedp.Void] {
		return chromedp.Click("#" + list + "-part > .buttons button")
	}
	b.do(chromedp.Click(`nav a[href="#people"]`), add("user"), fill("email", email, "name.first_name", "Ada"),
		b.until(`!shown("#edit") && text("#users h3") === "Ada" && text("#users").includes("ada@example.com (not verified)")`))
	b.do(add("user"), fill("email", email), b.until(`text("#edit-problem").includes("That did not work")`))
	browsertest.Screenshot(t, b.ctx, "refused")
	b.do(chromedp.Click("#edit-cancel"), chromedp.Click("#users .buttons button"), fill("name.last_name", "Lovelace"), b.until(`text("#users h3") === "Ada Lovelace"`))

	b.do(add("organization"), fill("organization_name", "Analytical Engines", "organization_slug", "analytical-engines"), b.until(`text("#organizations h3") === "Analytical Engines"`),
		add("member"), fill("organization_id", "analytical-engines", "email_address", email, "name", "Ada"),
		b.until(`text("#members").includes("Analytical Engines") && !shown("#edit")`))
	user := get[string](b, `(await (await fetch("api/users")).json()).users[0].user_id`)
	b.do(add("session"), fill("id", user), b.until(`text("#edit-result").includes("session_token")`), chromedp.Click("#edit-done"), b.until(`text("#sessions h3") === "Ada Lovelace"`),
		add("client"), fill("client_name", "Nightly job", "scopes", "read:books, write:books"), b.until(`text("#edit-result").includes("client_secret")`))
	browsertest.Screenshot(t, b.ctx, "secret")
	b.do(chromedp.Click("#edit-done"), b.until(`text("#clients").includes("write:books") && !text("#edit-result")`),
		add("app"), fill("client_name", "Calendar", "redirect_urls", "https://calendar.example.com/callback"), b.until(`text("#edit-result").includes("client_id")`), chromedp.Click("#edit-done"), b.until(`text("#apps h3") === "Calendar"`),
		chromedp.Click("#connection-part > summary"), add("connection"), fill("organization_id", "analytical-engines", "kind", "oidc", "display_name", "Okta"),
		b.until(`text("#edit-result").includes("connection_id")`), chromedp.Click("#edit-done"), b.until(`text("#connections").includes("OIDC") && text("#connections").includes("Analytical Engines")`))
	browsertest.Screenshot(t, b.ctx, "lists")
	b.do(b.search("#find", "nobody"), b.until(`all("#people .cards > li").length === 0`), b.search("#find", "ada"), b.until(`all("#users > li").length === 1 && all("#sessions > li").length === 1`), b.search("#find", ""))
	for _, list := range []string{"session", "user", "client", "app", "connection", "member", "organization"} {
		b.do(b.until(fmt.Sprintf(`all("#%ss > li").length === 1`, list)), chromedp.Click("#"+list+"s .danger"), b.until(`shown("#sure")`), chromedp.Click("#sure-yes"),
			b.until(fmt.Sprintf(`!shown("#sure") && (%q === "member" || text("#%[1]s-part .count") === "0")`, list)))
	}
	b.isQuiet(p, "Failed to load resource") // what the API refuses
}

// TestPageSelectsProjects adds a project, which has an inbox of its own, and deletes it.
func TestPageSelectsProjects(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	p.send(phone)
	b.do(b.until(`all(".message").length === 1 && !shown("#project")`))
	browsertest.Load(t, b.ctx, chromedp.Click("#project-add"))
	b.do(b.until(`text("#connection") === "Connected" && shown("#project") && one("#project").value === new URLSearchParams(location.search).get("project") && shown("#first-steps")`),
		b.until(`text("#variables").includes(one("#project").value)`))
	second := get[string](b, `one("#project").value`)
	secret := strings.Split(get[string](b, `text("#variables")`), "STYTCH_SECRET='")[1]
	client := must(stytch.NewClient(second, strings.TrimSuffix(strings.TrimSpace(secret), "'"), stytch.WithBaseURL(p.url)))(t)
	must(client.OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: "+15005550007"}))(t)
	b.do(b.until(`text("#message-list").includes("0007")`), b.until(`(all(".open")[0].click(), shown(".detail"))`), chromedp.Click(".detail .danger"), b.until(`shown("#undo")`), chromedp.Click("#undo-do"),
		b.until(`all(".message").length === 1`))
	for _, view := range []string{"people", "requests", "messages"} {
		b.do(chromedp.Click(`nav a[href="#` + view + `"]`))
	}
	browsertest.Screenshot(t, b.ctx, "second")
	resp := p.ask(http.MethodGet, "/?project="+second, "")
	if body := string(must(io.ReadAll(resp.Body))(t)); !strings.Contains(body, "0007") || strings.Count(body, `<li class="message`) != 1 {
		t.Error("without JavaScript, the page does not show the messages of the project")
	}
	resp.Body.Close()
	b.do(chromedp.Click("#project-remove"), b.until(`shown("#sure")`))
	browsertest.Load(t, b.ctx, chromedp.Click("#sure-yes"))
	b.do(b.until(`text("#connection") === "Connected" && text("#message-list").includes("0006") && !shown("#project")`))
	b.isQuiet(p)
}

// TestPageShowsRequests looks at requests and their responses, first without secrets.
func TestPageShowsRequests(t *testing.T) {
	p := launch(t)
	b := open(t, p)
	p.send(phone)
	b.do(chromedp.Click(`nav a[href="#requests"]`), b.until(`text("#request-list").includes("consumer.otps.sms.login_or_create")`), chromedp.Click("#request-list summary"),
		b.until(`text(".exchange").includes("[redacted]") && text(".exchange").includes("status_code") && !text(".exchange").includes("`+phone+`")`))
	browsertest.Screenshot(t, b.ctx, "redacted")
	b.do(chromedp.Click("#secrets"), b.until(`one("#secrets").ariaPressed === "true" && text(".exchange").includes("`+phone+`")`),
		chromedp.Click("#secrets"), b.until(`!text(".exchange").includes("`+phone+`")`))
	_, err := p.client().OTPs.Authenticate(t.Context(), stytch.OTPsAuthenticateRequest{MethodID: "phone-number-test-none", Code: "123456"})
	wants(t, err, stytch.ErrOTPCodeNotFound)
	b.do(b.until(`all(".request").length === 2 && text(".request").includes("otp_code_not_found")`),
		b.search("#request-call", "consumer.otps.sms.login_or_create"), b.until(`all(".request").length === 1`), b.search("#request-call", "consumer.users.get"), b.until(`shown("#no-request")`))
	b.isQuiet(p)
}
