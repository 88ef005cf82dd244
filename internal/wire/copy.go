package wire

import "slices"

// CopyMap returns a deep copy of free-form data, as [Reader.Map] returns it. It is nil for nil.
func CopyMap(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	c := make(map[string]any, len(m))
	for name, value := range m {
		c[name] = copyAny(value)
	}
	return c
}

// copyAny copies what a value refers to. Texts, numbers and booleans cannot change.
func copyAny(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return CopyMap(v)
	case []any:
		c := slices.Clone(v)
		for i, element := range c {
			c[i] = copyAny(element)
		}
		return c
	}
	return v
}
