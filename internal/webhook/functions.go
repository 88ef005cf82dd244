package webhook

import (
	"context"

	"github.com/stytchgen/sdk/internal/wire"
)

// For returns what to call for an event about an object of type T, or nil if the application has no function for
// its action. E is the type of the event. read reads the object, which created and updated get.
func For[E, T any](
	action string, object []byte, created, updated func(context.Context, E, *T) error, deleted func(context.Context, E) error,
	read func(*T, *wire.Reader),
) func(context.Context, E) error {
	var handle func(context.Context, E, *T) error
	switch action {
	case "CREATE":
		handle = created
	case "UPDATE":
		handle = updated
	case "DELETE":
		return deleted
	}
	if handle == nil {
		return nil
	}
	return func(ctx context.Context, event E) error {
		v := new(T)
		if err := wire.ReadLenient(string(object), func(d *wire.Reader) { read(v, d) }); err != nil {
			return err
		}
		return handle(ctx, event, v)
	}
}

// First calls the first of the functions that is not nil, if there is one.
func First[E any](ctx context.Context, event E, functions ...func(context.Context, E) error) error {
	for _, f := range functions {
		if f != nil {
			return f(ctx, event)
		}
	}
	return nil
}
