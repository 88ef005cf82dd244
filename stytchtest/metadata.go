package stytchtest

import "maps"

// The limits of each of the two metadata objects of a user, member or
// organization.
const (
	maxMetadata     = 4096 // bytes of JSON
	maxMetadataKeys = 20
)

// mergeMetadata sets metadata as the service does: at the top level only, a
// null deletes, and the limits are for the result.
func mergeMetadata(have, more map[string]any) (map[string]any, *apiError) {
	merged := merge(have, more)
	if len(merged) > maxMetadataKeys {
		return nil, failf("metadata_too_many_keys", "the metadata has %d keys, and %d are allowed", len(merged), maxMetadataKeys)
	}
	if size := jsonSize(merged); size > maxMetadata {
		return nil, failf("metadata_too_large", "the metadata takes %d bytes, and %d are allowed", size, maxMetadata)
	}
	return merged, nil
}

// merge returns what is left when more is set on top of have, and a null
// deletes. Neither changes.
func merge(have, more map[string]any) map[string]any {
	merged := map[string]any{}
	maps.Copy(merged, have)
	for name, value := range more {
		if value == nil {
			delete(merged, name)
		} else {
			merged[name] = value
		}
	}
	return merged
}
