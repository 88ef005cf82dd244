// Package spec contains the files of the spec, for programs that enforce it at
// run time. The SDK does not import it.
package spec

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	yaml "github.com/oasdiff/yaml3"
)

// Files holds consumer.yaml and b2b.yaml, each with the folder of its area
// files, shared.yaml and errors.yaml.
//
//go:embed consumer.yaml b2b.yaml shared.yaml errors.yaml consumer b2b
var Files embed.FS

// Document returns an API, consumer or b2b, as one OpenAPI document: its files
// and the shared components. The generator has checked that no name is in two
// of the files.
func Document(api string) (map[string]any, error) {
	document, err := read(api + ".yaml")
	if err != nil {
		return nil, err
	}
	areas, err := fs.Glob(Files, api+"/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range append(areas, "shared.yaml") {
		part, err := read(name)
		if err != nil {
			return nil, err
		}
		for _, key := range []string{"tags", "paths", "components"} {
			if document[key], err = join(document[key], part[key]); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, key, err)
			}
		}
	}
	return document, nil
}

func read(name string) (map[string]any, error) {
	data, err := Files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.DisableTimestamps(true) // JSON has none
	var file map[string]any
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return file, nil
}

// join adds lists to lists, and mappings to mappings with all that is in them.
func join(to, from any) (any, error) {
	if to == nil || from == nil {
		if to == nil {
			to = from
		}
		return to, nil
	}
	switch from := from.(type) {
	case []any:
		if to, ok := to.([]any); ok {
			return append(to, from...), nil
		}
	case map[string]any:
		to, ok := to.(map[string]any)
		if !ok {
			break
		}
		for name, value := range from {
			joined, err := join(to[name], value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			to[name] = joined
		}
		return to, nil
	}
	return nil, errors.New("two files have different values")
}
