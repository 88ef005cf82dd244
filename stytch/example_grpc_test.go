package stytch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// authenticator returns what an interceptor of gRPC calls: a function that takes the context of a call
// and the value of its metadata "authorization", and returns the context for the handler.
func authenticator(client *stytch.Client) func(ctx context.Context, authorization string) (context.Context, error) {
	return func(ctx context.Context, authorization string) (context.Context, error) {
		jwt, ok := strings.CutPrefix(authorization, "Bearer ")
		if !ok {
			return ctx, stytch.ErrNoSession
		}
		session, err := client.Sessions.AuthenticateJWT(ctx, stytch.AuthenticateJWTRequest{SessionJWT: jwt, MaxTokenAge: time.Minute})
		if err != nil {
			return ctx, err
		}
		return stytch.ContextWithSession(ctx, session), nil
	}
}

// codeOf returns the name of the gRPC code for an error of a check.
func codeOf(err error) string {
	switch {
	case err == nil:
		return "OK"
	case errors.Is(err, context.Canceled):
		return "Canceled"
	case stytch.LoggedOut(err):
		return "Unauthenticated"
	case errors.Is(err, stytch.ErrNotAllowed):
		return "PermissionDenied"
	}
	return "Unavailable" // the visitor may be logged in, so do not ask for another login
}

// An interceptor of gRPC needs no more than a context and a JWT. In a grpc.UnaryServerInterceptor:
//
//	values := metadata.ValueFromIncomingContext(ctx, "authorization")
//	if len(values) == 0 {
//		values = []string{""}
//	}
//	ctx, err := authenticate(ctx, values[0])
//	if err != nil {
//		return nil, status.Error(codeOf(err), stytch.PublicErrorOf(err).Message)
//	}
//	return handler(ctx, req)
func Example_grpc() {
	srv, session := newExampleSession()
	defer srv.Close()
	authenticate := authenticator(srv.Client())

	handler := func(ctx context.Context) string {
		session, _ := stytch.SessionFrom(ctx)
		return fmt.Sprint("your plan is ", session.CustomClaims["plan"])
	}
	call := func(ctx context.Context, authorization string) {
		ctx, err := authenticate(ctx, authorization)
		if err != nil {
			fmt.Println(codeOf(err), stytch.PublicErrorOf(err).Message)
			return
		}
		fmt.Println(codeOf(nil), handler(ctx))
	}
	call(context.Background(), "Bearer "+session.JWT)
	call(context.Background(), "Bearer "+session.JWT+"A")
	call(context.Background(), "")
	srv.Close() // the service cannot be reached, which a fresh JWT does not need
	call(context.Background(), "Bearer "+session.JWT)
	srv.Clock().Advance(2 * time.Minute)
	call(context.Background(), "Bearer "+session.JWT)
	// Output:
	// OK your plan is pro
	// Unauthenticated Please log in.
	// Unauthenticated Please log in.
	// OK your plan is pro
	// Unavailable Something is out of order on our side. Please try again shortly.
}
