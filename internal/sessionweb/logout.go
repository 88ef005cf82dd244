package sessionweb

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// Logout ends every session of a request, from its header and its cookies, and clears
// the cookies. A session that has already ended is not an error. The cookies are cleared
// even if the service fails. A canceled request does not stop it.
func (b Backend[T]) Logout(w http.ResponseWriter, r *http.Request) error {
	shown := credentials{tokens: cookieValues(r, b.TokenName), jwts: cookieValues(r, b.JWTName)}
	program, isProgram := bearerOf(r)
	if !isProgram || len(shown.tokens)+len(shown.jwts) > 0 {
		b.Clear(w, r)
	}
	shown.tokens, shown.jwts = append(program.tokens, shown.tokens...), append(program.jwts, shown.jwts...)
	var problems []error
	if len(shown.tokens)+len(shown.jwts) > maxShown {
		problems = append(problems, ErrAmbiguousSession)
		shown.tokens = shown.tokens[:min(len(shown.tokens), maxShown)]
		shown.jwts = shown.jwts[:min(len(shown.jwts), maxShown-len(shown.tokens))]
	}
	ctx := context.WithoutCancel(r.Context())
	var mu sync.Mutex
	var calls sync.WaitGroup
	revoke := func(token, jwt string) {
		calls.Go(func() {
			if err := b.Revoke(ctx, token, jwt); err != nil && !b.LoggedOut(err) {
				mu.Lock()
				defer mu.Unlock()
				problems = append(problems, err)
			}
		})
	}
	for _, token := range shown.tokens {
		revoke(token, "")
	}
	for _, jwt := range shown.jwts {
		revoke("", jwt)
	}
	calls.Wait()
	return errors.Join(problems...)
}
