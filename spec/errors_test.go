package spec_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/spec"
)

type errorType struct {
	Status int  `yaml:"status"`
	Retry  bool `yaml:"retry"`
}

func errorTypes(t *testing.T) map[string]errorType {
	t.Helper()
	data, err := spec.Files.ReadFile("errors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var catalog struct {
		Errors map[string]errorType `yaml:"errors"`
	}
	if err := yaml.Unmarshal(data, &catalog); err != nil {
		t.Fatal(err)
	}
	return catalog.Errors
}

// TestErrorStatuses keeps the statuses to what the service is known to do: which
// types have a rare status, and which status goes with a kind of name. The
// exceptions are those that its documentation shows.
func TestErrorStatuses(t *testing.T) {
	types := errorTypes(t)
	rare := map[int][]string{
		403: {
			"captcha_required", "consumer_session_authorization_error", "email_in_denylist", "email_not_in_allowlist",
			"organization_suspended", "session_authorization_error", "session_authorization_tenancy_error", "twitter_403", "use_https",
		},
		405: {"method_not_allowed"},
		408: {"password_validation_timeout", "search_timeout"},
		429: {"captcha_failed", "too_few_tokens_authenticated", "too_many_requests", "user_lock_limit_reached"},
		499: {"client_closed_request", "context_canceled_error"},
		500: {"internal_server_error", "server_error", "unknown_error"},
		503: {"server_unavailable", "service_unavailable"},
	}
	found := map[int][]string{}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if status := types[name].Status; status != 400 && status != 401 && status != 404 {
			found[status] = append(found[status], name)
		}
	}
	if !maps.EqualFunc(found, rare, slices.Equal) {
		t.Errorf("the types with rare statuses are\n%v, want\n%v\nif the documentation shows the status of a new type, add the type to the list in this test", found, rare)
	}
	kinds := []struct {
		name   *regexp.Regexp
		status int
		except []string
	}{
		{regexp.MustCompile(`_not_found(_for_user)?$`), 404, []string{"apple_oauth_config_not_found", "external_connection_id_not_found"}},
		{regexp.MustCompile(`^unable_to_auth(enticate)?_`), 401, nil},
		{regexp.MustCompile(`^unauthorized_(credentials|project_id|action)`), 401, nil},
		{regexp.MustCompile(`^(invalid|missing|duplicate|cannot|weak)_`), 400, []string{"cannot_update_trusted_metadata"}},
		{regexp.MustCompile(`_search_`), 400, nil},
	}
	for name, e := range types {
		for _, kind := range kinds {
			if kind.name.MatchString(name) && e.Status != kind.status && !slices.Contains(kind.except, name) {
				t.Errorf("%s has the status %d, want %d as others of its kind", name, e.Status, kind.status)
			}
		}
	}
}

// TestRetriedErrors wants the client to wait and repeat only after what passes by
// itself within seconds: not while a user is locked.
func TestRetriedErrors(t *testing.T) {
	var retried []string
	for name, e := range errorTypes(t) {
		if e.Retry {
			retried = append(retried, name)
		}
	}
	if got := strings.Join(retried, " "); got != "too_many_requests" {
		t.Errorf("repeated: %s", got)
	}
}
