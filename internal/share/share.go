// Package share lets a package of the SDK use functions of another that applications should not
// see. The package that owns a function puts it here when it is initialized. A package that imports
// the owner gets it by its type.
package share

import "reflect"

var shared = map[reflect.Type]any{}

// Put shares a value with the packages that import the caller. It is for variables of a package: the
// result is true so that there is something to assign.
func Put[T any](value T) bool {
	shared[reflect.TypeFor[T]()] = value
	return true
}

// Get returns the value of this type that an imported package shares. It panics when there is none.
func Get[T any]() T {
	value, ok := shared[reflect.TypeFor[T]()].(T)
	if !ok {
		panic("no imported package shares a " + reflect.TypeFor[T]().String())
	}
	return value
}
