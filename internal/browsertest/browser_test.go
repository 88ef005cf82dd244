package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/internal/browsertest"
)

func TestTabsShareCookies(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("seen"); err == nil {
			_, _ = w.Write([]byte("<p>" + cookie.Value))
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "before"})
		_, _ = w.Write([]byte("<p>first"))
	}))
	defer site.Close()
	browser := browsertest.New(t)
	browsertest.Do(t, browser, chromedp.Navigate(site.URL))
	first := browsertest.Get(t, browser, chromedp.Text("p"))
	tab := browsertest.Tab(t, browser)
	browsertest.Do(t, tab, chromedp.Navigate(site.URL))
	second := browsertest.Get(t, tab, chromedp.Text("p"))
	if first != "first" || second != "before" {
		t.Errorf("the tabs show %q and %q", first, second)
	}
}
