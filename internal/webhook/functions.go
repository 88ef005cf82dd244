package webhook

import (
	"context"

	"github.com/stytchgen/sdk/internal/wire"
)

// Functions are the functions of an application for the events about objects of type T. E is the type of
// the event.
type Functions[E, T any] struct {
	Created, Updated func(context.Context, E, *T) error
	Deleted          func(context.Context, E) error
}

// For returns what to call for an event with this action and object, or nil if there is no function for it.
func (f Functions[E, T]) For(action string, object []byte, read func(*T, *wire.Reader)) func(context.Context, E) error {
	var handle func(context.Context, E, *T) error
	switch action {
	case "CREATE":
		handle = f.Created
	case "UPDATE":
		handle = f.Updated
	case "DELETE":
		return f.Deleted
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
