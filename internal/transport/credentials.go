package transport

import (
	"errors"
	"fmt"
	"strings"
)

// defaultBaseURL returns the address of the project's environment.
func (cfg *Config) defaultBaseURL() string {
	if strings.HasPrefix(cfg.ProjectID, "project-live-") {
		return cfg.LiveURL
	}
	return cfg.TestURL
}

// checkCredentials finds mistakes that would otherwise cause a 401 much later. Its errors show neither
// value, because the two may be swapped.
func checkCredentials(projectID, secret string) error {
	if err := checkCredential("project ID", projectID); err != nil {
		return err
	}
	if err := checkCredential("secret", secret); err != nil {
		return err
	}
	idTest, idLive := strings.HasPrefix(projectID, "project-test-"), strings.HasPrefix(projectID, "project-live-")
	test, live := strings.HasPrefix(secret, "secret-test-"), strings.HasPrefix(secret, "secret-live-")
	switch {
	case strings.HasPrefix(projectID, "secret-") && strings.HasPrefix(secret, "project-"):
		return errors.New("the project ID and the secret are swapped: the project ID comes first")
	case strings.HasPrefix(secret, "project-"):
		return errors.New("the secret is a project ID: want one that begins with secret-test- or secret-live-")
	case strings.HasPrefix(secret, "public-token-"):
		return errPublicToken
	case idTest && live:
		return errors.New("the project ID is of the test environment, the secret of the live one: " +
			"want both of the same environment")
	case idLive && test:
		return errors.New("the project ID is of the live environment, the secret of the test one: " +
			"want both of the same environment")
	}
	return checkProjectID(projectID)
}

// checkProjectID is checkCredentials for a client without a secret.
func checkProjectID(projectID string) error {
	if err := checkCredential("project ID", projectID); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(projectID, "secret-"):
		return errors.New("the project ID is a secret: want one that begins with project-test- or project-live-")
	case strings.HasPrefix(projectID, "public-token-"):
		return errPublicToken
	case strings.Contains(projectID, ":"):
		return errors.New("the project ID contains a colon: " +
			"want one that begins with project-test- or project-live-")
	}
	return nil
}

var errPublicToken = errors.New("a public token is for browsers and apps: " +
	"want the project ID and the secret from the Stytch dashboard")

func checkCredential(what, value string) error {
	switch trimmed := strings.TrimSpace(value); {
	case trimmed == "":
		return fmt.Errorf("the %s is empty: want the one from the Stytch dashboard", what)
	case trimmed != value:
		return fmt.Errorf("the %s begins or ends with white space, such as the line break of a file: "+
			"want it without", what)
	case strings.ContainsAny(value[:1], "\"'`"):
		return fmt.Errorf("the %s begins with a quotation mark, probably copied from a file: "+
			"want it without", what)
	}
	for i := range len(value) {
		if c := value[i]; c <= ' ' || c >= 0x7f {
			return fmt.Errorf("the %s has white space, a control character or a letter outside ASCII at offset %d: "+
				"want the one from the Stytch dashboard", what, i)
		}
	}
	return nil
}
