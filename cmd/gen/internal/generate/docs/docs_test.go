package docs

import (
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// TestLinksStayInThePackage: both APIs have calls of the same name, and a page
// links to those of its own package.
func TestLinksStayInThePackage(t *testing.T) {
	service := func(id string) []*model.Service {
		return []*model.Service{{Tag: "otps", Methods: []*model.Method{{ID: id, Name: "Send"}}}}
	}
	consumer := &model.Package{Name: "stytch", Services: service("otps.send")}
	b2b := &model.Package{Name: "b2b", Services: append(service("otps.send"), service("otps.discover")...)}
	p, err := newPages(&model.SDK{Packages: []*model.Package{consumer, b2b}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		within *model.Package
		text   string
		want   string
	}{
		{consumer, "`otps.send`", "[`OTPs.Send`](stytch-otps.md#otpssend)"},
		{b2b, "`otps.send`", "[`OTPs.Send`](b2b-otps.md#otpssend)"},
		{consumer, "`otps.discover`", "[`OTPs.Send`](b2b-otps.md#otpssend)"},
		{nil, "`otps.send`", "[`OTPs.Send`](stytch-otps.md#otpssend)"},
	} {
		p.within(tt.within)
		if got := p.markdown(tt.text); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
}
