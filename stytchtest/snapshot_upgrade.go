package stytchtest

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stytchgen/sdk/stytch"
)

// later are the parts of a state that snapshots of version 1 do not have, although those of version 2 must.
var later = []string{"m2m_clients", "connected_apps", "policy", "links", "ceremonies", "passwords", "password_policy", "redirect_urls"}

// upgraded returns a snapshot of version 1 as one of version 2. It returns any other as it is.
func upgraded(data []byte) ([]byte, error) {
	var version struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &version); err != nil || version.Version != 1 {
		return data, nil // what is wrong with it is found later
	}
	var whole map[string]json.RawMessage
	var projects []map[string]json.RawMessage
	if err := decodeStrict(data, &whole); err != nil {
		return nil, err
	}
	if err := decodeStrict(whole["projects"], &projects); err != nil {
		return nil, fmt.Errorf("projects: %w", err)
	}
	for i, p := range projects {
		var state map[string]json.RawMessage
		if err := decodeStrict(p["state"], &state); err != nil {
			return nil, fmt.Errorf("projects[%d].state: %w", i, err)
		}
		if err := upgrade(state); err != nil {
			return nil, fmt.Errorf("projects[%d].state: %w", i, err)
		}
		p["state"] = encode(state)
	}
	whole["version"], whole["projects"] = encode(2), encode(projects)
	return encode(whole), nil
}

// upgrade changes a state of version 1, which has grants in place of a policy.
func upgrade(state map[string]json.RawMessage) error {
	if state == nil {
		return errors.New("it is null")
	}
	for _, name := range later {
		if _, there := state[name]; there {
			return fmt.Errorf("%q is not in snapshots of version 1", name)
		}
		state[name] = json.RawMessage("null")
	}
	var grants []struct {
		Role     string   `json:"role"`
		Resource string   `json:"resource"`
		Actions  []string `json:"actions"`
	}
	if err := decodeStrict(state["grants"], &grants); err != nil {
		return fmt.Errorf("grants: %w", err)
	}
	delete(state, "grants")
	var policy stytch.RBACPolicy
	for _, g := range grants {
		grantIn(&policy, g.Role, g.Resource, g.Actions)
	}
	state["policy"] = encode(policy)
	return nil
}
