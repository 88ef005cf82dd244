package sessionweb

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/sessionjwt"
)

// session is one of the tests.
type session struct{ owner string }

var (
	errDead   = errors.New("the session has ended")
	errOutage = errors.New("the service is down")
)

// The kinds of credentials that a request can show. Each is of ada, eve or nobody.
const (
	liveToken   = "live"    // of a session that lives
	deadToken   = "dead"    // of none
	outageToken = "outage"  // that the service cannot be asked about
	freshJWT    = "fresh"   // that a local check believes
	expiredJWT  = "expired" // whose session lives
	revokedJWT  = "revoked" // expired, and its session was ended
	overJWT     = "over"    // expired, and it says that its session has ended
	brokenJWT   = "broken"  // that a local check refuses
	foreignJWT  = "foreign" // of another project
)

// shownKind is a credential.
type shownKind struct{ kind, owner string }

func (s shownKind) live() bool {
	return s.kind == liveToken || s.kind == freshJWT || s.kind == expiredJWT
}

// value is the credential as a cookie has it: a JWT's claims can be peeked at.
func (s shownKind) value(n int) string {
	switch s.kind {
	case liveToken, deadToken, outageToken:
		return fmt.Sprint(s.kind, "-", s.owner, "-", n)
	}
	project, ends := "ours", "2200-01-01T00:00:00Z"
	if s.kind == foreignJWT {
		project = "theirs"
	}
	if s.kind == overJWT {
		ends = "2000-01-01T00:00:00Z"
	}
	claims := fmt.Sprintf(`{"aud":%q,"sub":%q,"https://stytch.com/session":{"expires_at":%q}}`, project, s.owner, ends)
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(s.kind)) + "." + encode([]byte(claims)) + "." + encode(fmt.Append(nil, n))
}

// kindOf reads a value back.
func kindOf(value string) shownKind {
	if head, _, isJWT := strings.Cut(value, "."); isJWT {
		kind, err := base64.RawURLEncoding.DecodeString(head)
		claim, ok := sessionjwt.Peek(value)
		if err != nil || !ok {
			panic("not a JWT of this test: " + value)
		}
		return shownKind{string(kind), claim.Subject}
	}
	kind, rest, _ := strings.Cut(value, "-")
	owner, _, _ := strings.Cut(rest, "-")
	return shownKind{kind, owner}
}

// fake is a service.
func fake(calls *int) Backend[session] {
	site, err := NewSite("ours", Cookies{})
	if err != nil {
		panic(err)
	}
	return Backend[session]{
		Site: site,
		Local: func(_ context.Context, jwt string) (*session, time.Duration, error) {
			switch k := kindOf(jwt); k.kind {
			case freshJWT:
				return &session{k.owner}, 0, nil
			case brokenJWT:
				return nil, 0, sessionjwt.ErrSignature
			case foreignJWT:
				return nil, 0, sessionjwt.ErrAudience
			default:
				return nil, 0, sessionjwt.ErrExpired
			}
		},
		Remote: func(_ context.Context, token, jwt string, _ time.Duration) (Renewal[session], error) {
			*calls++
			k := kindOf(token + jwt)
			switch {
			case k.kind == outageToken:
				return Renewal[session]{}, errOutage
			case k.live():
				return Renewal[session]{&session{k.owner}, "token of " + k.owner, "JWT of " + k.owner}, nil
			}
			return Renewal[session]{}, errDead
		},
		Owner: func(s *session) string { return s.owner },
		Past:  func(t time.Time) bool { return t.Before(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)) },
		LoggedOut: func(err error) bool {
			return !errors.Is(err, errOutage) && err != nil
		},
		RetryAfter: func(error) time.Duration { return 0 },
	}
}

// sequences returns all lists of up to n kinds.
func sequences(kinds []shownKind, n int) [][]shownKind {
	all := [][]shownKind{nil}
	for last := all; n > 0; n-- {
		var next [][]shownKind
		for _, one := range last {
			for _, k := range kinds {
				next = append(next, append(slices.Clone(one), k))
			}
		}
		all, last = append(all, next...), next
	}
	return all
}

// TestEveryCombination shows the middleware every list of up to two tokens and two JWTs, and checks
// what is promised of all of them.
func TestEveryCombination(t *testing.T) {
	tokens := sequences([]shownKind{{liveToken, "ada"}, {liveToken, "eve"}, {deadToken, ""}, {outageToken, ""}}, 2)
	var kinds []shownKind
	for _, owner := range []string{"ada", "eve"} {
		for _, kind := range []string{freshJWT, expiredJWT, revokedJWT, overJWT, brokenJWT, foreignJWT} {
			kinds = append(kinds, shownKind{kind, owner})
		}
	}
	jwts := sequences(kinds, 2)
	reached := map[string]int{}
	for _, maxAge := range []time.Duration{0, -1} {
		for _, t1 := range tokens {
			for _, j1 := range jwts {
				checkCombination(t, maxAge, t1, j1, reached)
				if t.Failed() {
					return
				}
			}
		}
	}
	for _, way := range []string{"in", "401", "503", "cleared", "ambiguous"} {
		if reached[way] < 100 {
			t.Errorf("only %d combinations end with %s: this tests too little", reached[way], way)
		}
	}
}

func checkCombination(t *testing.T, maxAge time.Duration, tokens, jwts []shownKind, reached map[string]int) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "https://app.example.com/", nil)
	for n, k := range tokens {
		r.AddCookie(&http.Cookie{Name: defaultTokenName, Value: k.value(n)})
	}
	for n, k := range jwts {
		r.AddCookie(&http.Cookie{Name: defaultJWTName, Value: k.value(n)})
	}
	calls, in := 0, ""
	var reason error
	b := fake(&calls)
	unauthorized := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reason = ErrorFrom[session](r.Context())
		w.WriteHeader(http.StatusUnauthorized)
	})
	w := httptest.NewRecorder()
	b.Middleware(Options{MaxTokenAge: maxAge, Unauthorized: unauthorized})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s, _ := From[session](r.Context())
		in = s.owner
	})).ServeHTTP(w, r)

	all := append(slices.Clone(tokens), jwts...)
	owners, fresh, outage, foreign := map[string]bool{}, false, false, false
	for _, k := range all {
		if k.live() {
			owners[k.owner] = true
		}
		fresh = fresh || k.kind == freshJWT && maxAge == 0
		outage = outage || k.kind == outageToken
		foreign = foreign || k.kind == foreignJWT
	}
	cleared, set := false, false
	for _, c := range w.Result().Cookies() {
		cleared = cleared || c.MaxAge < 0 && in == ""
		set = set || c.Value != ""
	}
	fail := func(what string) {
		t.Helper()
		t.Errorf("%s: maximum age %d, tokens %v, JWTs %v: status %d, in as %q, %d calls, reason %v, cookies %q",
			what, maxAge, tokens, jwts, w.Code, in, calls, reason, w.Header()["Set-Cookie"])
	}
	switch {
	case in != "" && !owners[in]:
		fail("let in without a live session")
	case in != "" && !fresh && len(owners) > 1:
		fail("let in beside the live session of another")
	case in != "" && fresh && slices.ContainsFunc(jwts, func(k shownKind) bool { return k.live() && k.owner != in }):
		fail("let in by a JWT beside that of another")
	case in == "" && len(owners) == 1 && !outage:
		fail("a live session is not let in")
	case in == "" && !outage && w.Code != http.StatusUnauthorized, w.Code == http.StatusServiceUnavailable && !outage:
		fail("an outage without one")
	case cleared && (len(owners) > 0 || outage || foreign):
		fail("cleared what was not refused, or is another project's")
	case !cleared && len(all) > 0 && len(owners) == 0 && !outage && !foreign:
		fail("what was refused stays")
	case set && in == "":
		fail("set cookies without a session")
	case calls > len(all):
		fail("asked more often than there are credentials")
	case fresh && calls > 0 && !slices.ContainsFunc(jwts, func(k shownKind) bool { return k.kind == expiredJWT || k.kind == revokedJWT }):
		fail("asked beside a fresh JWT without a doubt")
	case len(all) == 0 && !errors.Is(reason, ErrNoSession):
		fail("another reason")
	}
	if in != "" {
		reached["in"]++
	} else {
		reached[fmt.Sprint(w.Code)]++
	}
	if cleared {
		reached["cleared"]++
	}
	if errors.Is(reason, ErrAmbiguousSession) {
		reached["ambiguous"]++
	}
}
