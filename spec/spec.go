// Package spec holds the files of the spec, for programs that enforce it at
// run time. The SDK does not import it.
package spec

import "embed"

// Files holds consumer.yaml, b2b.yaml, shared.yaml and errors.yaml.
//
//go:embed consumer.yaml b2b.yaml shared.yaml errors.yaml
var Files embed.FS
