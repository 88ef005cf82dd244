package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/internal/browsertest"
)

// person is somebody at a tab of a browser.
type person struct {
	*site
	tab context.Context
}

func (s *site) person(tab context.Context) *person { return &person{s, tab} }

// open opens a page.
func (p *person) open(path string) {
	p.t.Helper()
	browsertest.Load(p.t, p.tab, chromedp.Navigate(p.url+path))
}

// types types into the field that has the focus, which no page lacks that has one,
// and then Enter.
func (p *person) types(keys string) {
	p.t.Helper()
	browsertest.Load(p.t, p.tab, chromedp.WaitReady(chromedp.CSS("input:focus")), chromedp.KeyEvent(keys+"\r"))
}

// click clicks on the button with a text.
func (p *person) click(text string) int64 {
	p.t.Helper()
	return browsertest.Load(p.t, p.tab, chromedp.Click(chromedp.Search(fmt.Sprintf("//button[normalize-space()=%q]", text))))
}

// sees asserts what stands on the page, and where that is.
func (p *person) sees(path string, texts ...string) {
	p.t.Helper()
	text := strings.Join(strings.Fields(browsertest.Get(p.t, p.tab, chromedp.Text("body"))), " ")
	if at := browsertest.Get(p.t, p.tab, chromedp.Location()); !strings.HasPrefix(at, p.url+path) {
		p.t.Errorf("the tab is at %s; want %s", at, path)
	}
	for _, want := range texts {
		if !strings.Contains(text, want) {
			p.t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
}

// focuses waits until a field has the focus.
func (p *person) focuses(name string) {
	p.t.Helper()
	browsertest.Do(p.t, p.tab, chromedp.WaitReady(chromedp.CSS("input:focus[name="+name+"]")))
}
