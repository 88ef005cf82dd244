// Package share lets a package of the SDK use functions of another that applications should not
// see. The package that owns the functions makes them methods of a type, and puts a value of it here when it is
// initialized. A package that imports the owner gets the value as an interface with the methods that it uses.
//
// The linker drops the methods that no interface of a program has. It would keep functions.
package share

import "reflect"

var shared []any

// Put shares the methods of a value with the packages that import the caller. It is for variables of a package:
// the result is true so that there is something to assign.
func Put(value any) bool {
	shared = append(shared, value)
	return true
}

// Get returns what an imported package shares with these methods. T is an interface. Get panics when there is none.
func Get[T any]() T {
	for _, value := range shared {
		if value, ok := value.(T); ok {
			return value
		}
	}
	panic("no imported package shares the methods of " + reflect.TypeFor[T]().String())
}
