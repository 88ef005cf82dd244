package b2b_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

const (
	projectID = "project-test-00000000-1111-4222-8333-444444444444"
	secret    = "secret-test-AbCdEfGhIjKlMnOpQrStUvWxYz0="
)

func TestNewClient(t *testing.T) {
	client, err := b2b.NewClient(projectID, secret, stytch.WithBaseURL("https://login.example.com/"))
	if err != nil {
		t.Fatal(err)
	}
	const want = `b2b.Client{ProjectID: "` + projectID + `", BaseURL: "https://login.example.com"}`
	for name, v := range map[string]any{"pointer": client, "value": *client} {
		if got := fmt.Sprintf("%+v", v); got != want {
			t.Errorf("a %s prints %s, want %s", name, got, want)
		}
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("client", "client", client)
	if !strings.Contains(log.String(), projectID) || strings.Contains(log.String(), secret) {
		t.Errorf("log %s", &log)
	}
	if client, err := b2b.NewClient("", secret); client != nil || err == nil {
		t.Errorf("got %v and error %v", client, err)
	}
}

func TestFromEnv(t *testing.T) {
	t.Setenv("STYTCH_BASE_URL", "")
	t.Setenv("STYTCH_PROJECT_ID", projectID)
	t.Setenv("STYTCH_SECRET", "")
	if client, err := b2b.FromEnv(); client != nil || err == nil || !strings.Contains(err.Error(), "STYTCH_SECRET") {
		t.Errorf("got %v and error %v", client, err)
	}
	t.Setenv("STYTCH_SECRET", secret)
	if _, err := b2b.FromEnv(); err != nil {
		t.Error(err)
	}
}

func TestNewPublicClient(t *testing.T) {
	client, err := b2b.NewPublicClient(projectID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Organizations.Get(t.Context(), b2b.OrganizationsGetRequest{OrganizationID: "organization-test-1"})
	if err == nil || !strings.Contains(err.Error(), "NewPublicClient") {
		t.Errorf("got %v", err)
	}
}
