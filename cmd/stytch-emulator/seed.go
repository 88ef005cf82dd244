package main

import (
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/stytchgen/sdk/stytchtest"
)

// seed is the file of --seed. stytchtest.SeedSchema describes it.
type seed struct {
	path string
	data []byte
}

// readSeed reads a seed. Its errors are found when it is applied.
func readSeed(path string) (*seed, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the seed could not be read: %w", err)
	}
	return &seed{path, data}, nil
}

// apply adds what is missing in a project.
func (s *seed) apply(p *stytchtest.Project) error {
	if s == nil {
		return nil
	}
	return p.Seed(s.path, s.data)
}

// postSeed adds the content of a seed to a project.
func (c *control) postSeed(w http.ResponseWriter, r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if err := c.srv.Seed("seed", data); err != nil {
		return err
	}
	return c.done(w, true)
}

// getSeedSchema returns the JSON Schema of a seed.
func (c *control) getSeedSchema(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/schema+json")
	_, _ = w.Write(stytchtest.SeedSchema()) // the client may be gone
	return nil
}
