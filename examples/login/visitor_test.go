package main

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/stytchtest"
)

// site is the application with an emulator, in a test.
type site struct {
	t        *testing.T
	emulator *stytchtest.Server
	url      string
	log      *strings.Builder
}

// code returns the newest code for an address.
func (s *site) code(address string) string {
	s.t.Helper()
	message, ok := s.emulator.Inbox().Last(address)
	if !ok {
		s.t.Fatalf("no code was sent to %q", address)
	}
	return message.Code
}

// wrongCode returns six digits other than the newest code for an address.
func (s *site) wrongCode(address string) string {
	if s.code(address) == "111111" {
		return "222222"
	}
	return "111111"
}

// visitor is a visitor with their own browser.
type visitor struct {
	*site
	client *http.Client
}

func (s *site) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &visitor{s, &http.Client{Jar: jar}}
}

// page is the page after all redirects.
type page struct {
	status int
	path   string
	url    string
	header http.Header
	body   string
}

func (v *visitor) get(path string) page { return v.read(v.client.Get(v.url + path)) }

func (v *visitor) post(path string, fields ...string) page {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return v.read(v.client.PostForm(v.url+path, form))
}

func (v *visitor) read(resp *http.Response, err error) page {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return page{resp.StatusCode, resp.Request.URL.Path, resp.Request.URL.String(), resp.Header, string(body)}
}

// want compares the path, the status and the text of a page.
func (p page) want(t *testing.T, status int, path string, texts ...string) {
	t.Helper()
	if p.status != status || p.path != path {
		t.Errorf("%s with status %d; want %s with %d", p.path, p.status, path, status)
	}
	text := visible(p.body)
	for _, want := range texts {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q:\n%s", want, text)
		}
	}
}

var (
	inline = regexp.MustCompile(`</?(strong|span|a|time)\b[^>]*>`)
	tag    = regexp.MustCompile(`<[^>]*>`)
)

// visible returns the text of a page, roughly as a person sees it.
func visible(body string) string {
	text := tag.ReplaceAllString(inline.ReplaceAllString(body, ""), " ")
	return html.UnescapeString(strings.Join(strings.Fields(text), " "))
}
