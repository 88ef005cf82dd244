// Package browsertest drives a headless Chromium in tests.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Required is the environment variable that turns the skip of a test without a
// browser into a failure.
const Required = "REQUIRE_BROWSER"

// New starts a browser with a profile of its own and returns the context of its
// tab, for Do and Get. The browser ends with the test. A machine without one
// skips the test, unless Required is set. A test that fails leaves a screenshot
// of the tab, when SCREENSHOTS names a folder.
func New(t *testing.T) context.Context {
	t.Helper()
	path := find()
	if path == "" {
		if os.Getenv(Required) != "" {
			t.Fatalf("no Chromium found, and %s is set: install Debian's package chromium", Required)
		}
		t.Skipf("no Chromium found: install Debian's package chromium to run this test")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(1280, 900),
	)
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to run as root with it
	}
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...) // open for the screenshot of a failure
	browser, end := chromedp.NewContext(allocator, chromedp.WithLogf(t.Logf), chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		if t.Failed() {
			Screenshot(t, browser, "failed")
		}
		end()
		stop()
	})
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return browser
}

// Tab opens another tab of the browser, with the same cookies.
func Tab(t *testing.T, browser context.Context) context.Context {
	t.Helper()
	tab, end := chromedp.NewContext(browser)
	t.Cleanup(end)
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	return tab
}

// patience is how long a step may wait for what never comes.
const patience = time.Minute

// Do takes steps in a tab, and ends the test when one fails.
func Do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for i, step := range steps {
		ctx, cancel := context.WithTimeout(tab, patience)
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			t.Fatalf("step %d of %d: %v", i+1, len(steps), err)
		}
	}
}

// Get returns what an action finds in a tab, and ends the test when it fails.
func Get[T any](t *testing.T, tab context.Context, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// Screenshot writes what a tab shows, whole, to a file named for the test in
// the folder that the environment's SCREENSHOTS names. Without one it does
// nothing.
func Screenshot(t *testing.T, tab context.Context, name string) {
	t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, filepath.Base(t.Name())+"-"+name+".png"), picture, 0o644)
	}
	if err != nil {
		t.Errorf("taking a screenshot: %v", err)
	}
}

// find returns the path of a Chromium, or nothing.
func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
