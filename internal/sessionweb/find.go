package sessionweb

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/sessionjwt"
)

// maxShown limits the tokens and JWTs of a request, and so the calls that it can
// cost. A host and its parent domains can have up to four of each without an attack.
const maxShown = 10

// candidate is a live session of a request.
type candidate[T any] struct {
	session    *T
	token, jwt string
	renewed    bool // the service was asked, and the JWT is fresh
}

// finder finds the session of a request.
//
// A sibling subdomain can set cookies of the same names, with a session of its own. The
// order of cookies does not show who set them. So every credential counts: all live
// sessions must have the same owner, or the request is refused. A fresh JWT is accepted
// without a call, unless another credential names another owner.
type finder[T any] struct {
	Backend[T]
	maxAge   time.Duration
	live     []candidate[T]
	doubtful []string // JWTs that only the service can decide about
	reason   error    // why the first refused credential was refused
	foreign  bool     // one JWT is for another project
	deadJWT  bool     // the service refused a JWT
}

// Find returns the session of a token, a JWT, or both. Either can be empty. With a check, the session must
// allow what it asks. Remote must then include the check, so that a session that the service was asked
// about is not checked twice.
func (b Backend[T]) Find(ctx context.Context, token, jwt string, maxAge time.Duration, check *rbac.Check) (*T, error) {
	var c credentials
	if token != "" {
		c.tokens = []string{token}
	}
	if jwt != "" {
		c.jwts = []string{jwt}
	}
	f := finder[T]{Backend: b, maxAge: maxAge}
	one, err := f.find(ctx, c)
	if err == nil && check != nil && !one.renewed {
		err = b.allow(ctx, one, *check)
	}
	if err != nil {
		return nil, err
	}
	return one.session, nil
}

// find returns the session of credentials. It fails with the error of the first refused
// one, or if the service cannot be asked about one of them.
func (f *finder[T]) find(ctx context.Context, c credentials) (candidate[T], error) {
	var none candidate[T]
	if len(c.tokens)+len(c.jwts) > maxShown {
		return none, ErrAmbiguousSession
	}
	for _, jwt := range c.jwts {
		if err := f.check(ctx, jwt); err != nil {
			return none, err
		}
	}
	fresh := len(f.live) > 0
	if !fresh {
		for _, token := range c.tokens {
			if err := f.ask(ctx, token, ""); err != nil {
				return none, err
			}
		}
	}
	for _, jwt := range f.doubtful {
		if f.matters(jwt) {
			if err := f.ask(ctx, "", jwt); err != nil {
				return none, err
			}
		}
	}
	if len(f.live) == 0 {
		return none, cmp.Or(f.reason, ErrNoSession)
	}
	one := f.live[0]
	if fresh && len(c.tokens) == 1 {
		one.token = c.tokens[0] // of several tokens, only the service knows which one belongs to the JWT
	}
	return one, nil
}

// check checks a JWT without a call.
func (f *finder[T]) check(ctx context.Context, jwt string) error {
	session, age, err := f.checkLocally(ctx, jwt)
	switch {
	case !sessionjwt.Settled(err, age, f.maxAge):
		f.doubtful = append(f.doubtful, jwt)
	case err == nil:
		return f.accept(candidate[T]{session: session, jwt: jwt})
	default:
		f.reason = cmp.Or(f.reason, err)
		f.foreign = f.foreign || errors.Is(err, sessionjwt.ErrAudience)
	}
	return nil
}

// checkLocally checks a JWT without a call. If the service must be asked anyway, it only
// checks that the JWT is for this project.
func (f *finder[T]) checkLocally(ctx context.Context, jwt string) (session *T, age time.Duration, err error) {
	if f.maxAge >= 0 {
		return f.Local(ctx, jwt)
	}
	if claim, ok := sessionjwt.Peek(jwt); ok && claim.ForAnother(f.Project) {
		return nil, 0, sessionjwt.ErrAudience
	}
	return nil, 0, nil // older than allowed
}

// matters reports whether the service must be asked about a doubtful JWT. Next to a live
// session it matters only if it names another owner, whose session may still be live.
// The owner is read without verification: a forged JWT has no live session.
func (f *finder[T]) matters(jwt string) bool {
	if len(f.live) == 0 {
		return true
	}
	claim, ok := sessionjwt.Peek(jwt)
	over := !claim.Ends.IsZero() && f.Past(claim.Ends)
	return ok && !over && claim.Subject != f.Owner(f.live[0].session)
}

// ask asks the service about a token or a JWT.
func (f *finder[T]) ask(ctx context.Context, token, jwt string) error {
	renewal, err := f.Remote(ctx, token, jwt, f.maxAge)
	switch {
	case err == nil:
		return f.accept(candidate[T]{renewal.Session, cmp.Or(renewal.Token, token), cmp.Or(renewal.JWT, jwt), true})
	case f.LoggedOut(err):
		f.reason = cmp.Or(f.reason, err)
		f.deadJWT = f.deadJWT || jwt != ""
		return nil
	}
	return err
}

// accept adds a live session. It fails when another one has another owner.
func (f *finder[T]) accept(one candidate[T]) error {
	f.live = append(f.live, one)
	if f.Owner(one.session) != f.Owner(f.live[0].session) {
		return ErrAmbiguousSession
	}
	return nil
}
