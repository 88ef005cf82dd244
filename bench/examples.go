package main

import (
	"encoding/json"
	"fmt"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/spec"
)

// An example is the spec's example of one call, as JSON.
type example struct{ request, response []byte }

// readExamples reads the examples of every call of one document of the spec, by operationId. The
// parameters of a call are included in its request like fields of the body.
func readExamples(api string) (map[string]example, error) {
	whole, err := spec.Document(api)
	if err != nil {
		return nil, err
	}
	data, err := yaml.Marshal(whole)
	if err != nil {
		return nil, err
	}
	type media struct {
		Content map[string]struct{ Example map[string]any }
	}
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `yaml:"operationId"`
			Parameters  []struct {
				Name    string
				Example any
			}
			RequestBody media `yaml:"requestBody"`
			Responses   map[string]media
		}
	}
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", api, err)
	}
	examples := map[string]example{}
	for _, operations := range document.Paths {
		for _, op := range operations {
			in := map[string]any{}
			for name, value := range op.RequestBody.Content["application/json"].Example {
				in[name] = value
			}
			for _, p := range op.Parameters {
				if p.Example != nil {
					in[p.Name] = p.Example
				}
			}
			var e example
			if e.request, err = json.Marshal(in); err != nil {
				return nil, err
			}
			if e.response, err = json.Marshal(op.Responses["200"].Content["application/json"].Example); err != nil {
				return nil, err
			}
			examples[op.OperationID] = e
		}
	}
	return examples, nil
}
