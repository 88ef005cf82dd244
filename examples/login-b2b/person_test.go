package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/internal/browsertest"
)

// person is a person with a browser tab.
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

// types types into the focused field, then presses Enter. Every page with a field
// has a focused one.
func (p *person) types(keys string) {
	p.t.Helper()
	browsertest.Load(p.t, p.tab, chromedp.WaitReady(chromedp.CSS("input:focus")), chromedp.KeyEvent(keys+"\r"))
}

// click clicks on the button with a text.
func (p *person) click(text string) int64 {
	p.t.Helper()
	return browsertest.Load(p.t, p.tab, chromedp.Click(chromedp.Search(fmt.Sprintf("//button[normalize-space()=%q]", text))))
}

// sees checks the path and the text of the page.
func (p *person) sees(path string, texts ...string) {
	p.t.Helper()
	text := strings.Join(strings.Fields(browsertest.Get(p.t, p.tab, chromedp.Text("body"))), " ")
	if at := browsertest.Get(p.t, p.tab, chromedp.Location()); !strings.HasPrefix(at, p.url+path) {
		p.t.Errorf("the tab is at %s; want %s", at, path)
	}
	for _, want := range texts {
		if !strings.Contains(text, want) {
			p.t.Errorf("the page does not show %q:\n%s", want, text)
		}
	}
}

// focuses waits until a field has the focus.
func (p *person) focuses(name string) {
	p.t.Helper()
	browsertest.Do(p.t, p.tab, chromedp.WaitReady(chromedp.CSS("input:focus[name="+name+"]")))
}
