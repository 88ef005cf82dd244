package stytchtest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// people fills a world with users who differ in all that a search can ask for.
func people(w *world) {
	at := func(minutes int) *time.Time { return new(w.Clock().Now().Add(time.Duration(minutes) * time.Minute)) }
	w.AddUser(stytch.User{
		UserID: "user" + uuid, ExternalID: new("ada"), CreatedAt: at(1), Name: &stytch.UserName{FirstName: new("Ada"), LastName: new("Lovelace")},
		Emails:                 []stytch.UserEmail{{EmailID: "email-1", Email: email, Verified: true}},
		PhoneNumbers:           []stytch.UserPhoneNumber{{PhoneID: "phone-1", PhoneNumber: phone}},
		WebAuthnRegistrations:  []stytch.WebAuthnRegistration{{WebAuthnRegistrationID: "webauthn-1", Verified: true}},
		BiometricRegistrations: []stytch.BiometricRegistration{{BiometricRegistrationID: "biometric-1", Verified: true}},
		TOTPs:                  []stytch.TOTP{{TOTPID: "totp-1", Verified: true}},
		CryptoWallets:          []stytch.CryptoWallet{{CryptoWalletID: "wallet-1", CryptoWalletAddress: "0xAB", Verified: true}},
		Providers:              []stytch.OAuthProvider{{ProviderType: "Google"}}, Password: &stytch.Password{PasswordID: "password-1"},
	})
	w.AddUser(stytch.User{
		ExternalID: new("grace"), CreatedAt: at(2), Status: stytch.UserStatusPending, Name: &stytch.UserName{FirstName: new("Grace"), LastName: new("Hopper")},
		Emails:       []stytch.UserEmail{{EmailID: "email-2", Email: "Grace@navy.example"}},
		PhoneNumbers: []stytch.UserPhoneNumber{{PhoneID: "phone-2", PhoneNumber: "+447700900123", Verified: true}},
	})
	w.AddUser(stytch.User{ExternalID: new("nameless"), CreatedAt: at(3)})
}

// found are the external ids of the users that a query finds.
func (w *world) found(operator stytch.SearchOperator, operands ...stytch.UserFilter) string {
	w.t.Helper()
	got := must(w.client.Users.Search(w.ctx, stytch.UsersSearchRequest{Query: &stytch.UserSearchQuery{Operator: operator, Operands: operands}}))(w.t)
	if got.ResultsMetadata.Total != len(got.Results) || got.ResultsMetadata.NextCursor != nil {
		w.t.Errorf("%d results, and a summary of %+v", len(got.Results), got.ResultsMetadata)
	}
	var ids []string
	for _, u := range got.Results {
		ids = append(ids, *u.ExternalID)
	}
	return strings.Join(ids, " ")
}

func TestSearchFilters(t *testing.T) {
	w := newWorld(t)
	people(w)
	now := w.Clock().Now()
	other := func(name, value string) stytch.UserFilter {
		return stytch.UserFilterOther{FilterName: name, FilterValue: json.RawMessage(value)}
	}
	tests := []struct {
		filter stytch.UserFilter
		want   string
	}{
		{stytch.UserFilterCreatedAtGreaterThan{FilterValue: now.Add(2 * time.Minute)}, "nameless"},
		{stytch.UserFilterCreatedAtLessThan{FilterValue: now.Add(2 * time.Minute)}, "ada"},
		{stytch.UserFilterCreatedAtBetween{FilterValue: stytch.UserFilterTimeRange{GreaterThan: now.Add(time.Minute), LessThan: now.Add(3 * time.Minute)}}, "grace"},
		{stytch.UserFilterStatus{FilterValue: stytch.UserStatusPending}, "grace"},
		{stytch.UserFilterStatus{FilterValue: stytch.UserStatusActive}, "ada nameless"},
		{stytch.UserFilterUserID{FilterValue: []string{"grace", "ada", "nobody"}}, "ada grace"},
		{stytch.UserFilterUserID{FilterValue: []string{"user" + uuid}}, "ada"},
		{stytch.UserFilterFullNameFuzzy{FilterValue: "LOVE"}, "ada"},
		{stytch.UserFilterFullNameFuzzy{FilterValue: "grace hop"}, "grace"},
		{stytch.UserFilterFullNameFuzzy{FilterValue: "opper"}, ""},
		{stytch.UserFilterPhoneNumber{FilterValue: []string{phone, "+1"}}, "ada"},
		{stytch.UserFilterPhoneID{FilterValue: []string{"phone-2"}}, "grace"},
		{stytch.UserFilterPhoneNumberFuzzy{FilterValue: "7700"}, "grace"},
		{stytch.UserFilterPhoneVerified{FilterValue: true}, "grace"},
		{stytch.UserFilterPhoneVerified{FilterValue: false}, "ada"},
		{stytch.UserFilterEmailAddress{FilterValue: []string{"grace@NAVY.example"}}, "grace"},
		{stytch.UserFilterEmailAddress{FilterValue: []string{"grace"}}, ""},
		{stytch.UserFilterEmailID{FilterValue: []string{"email-1"}}, "ada"},
		{stytch.UserFilterEmailVerified{FilterValue: false}, "grace"},
		{stytch.UserFilterEmailAddressFuzzy{FilterValue: "gra"}, "grace"},
		{stytch.UserFilterEmailAddressFuzzy{FilterValue: "NAV"}, "grace"},
		{stytch.UserFilterEmailAddressFuzzy{FilterValue: "race"}, ""},
		{stytch.UserFilterWebAuthnRegistrationID{FilterValue: []string{"webauthn-1"}}, "ada"},
		{stytch.UserFilterWebAuthnRegistrationVerified{FilterValue: true}, "ada"},
		{stytch.UserFilterWebAuthnRegistrationVerified{FilterValue: false}, ""},
		{stytch.UserFilterCryptoWalletID{FilterValue: []string{"wallet-1"}}, "ada"},
		{stytch.UserFilterCryptoWalletAddress{FilterValue: []string{"0xAB"}}, "ada"},
		{stytch.UserFilterCryptoWalletVerified{FilterValue: true}, "ada"},
		{stytch.UserFilterTOTPID{FilterValue: []string{"totp-1"}}, "ada"},
		{stytch.UserFilterTOTPVerified{FilterValue: true}, "ada"},
		{stytch.UserFilterOAuthProvider{FilterValue: []string{"Google", "GitHub"}}, "ada"},
		{stytch.UserFilterPasswordExists{FilterValue: true}, "ada"},
		{stytch.UserFilterPasswordExists{FilterValue: false}, "grace nameless"},
		{other("email_domain", `"navy.example"`), "grace"},
		{other("biometric_registration_id", `["biometric-1"]`), "ada"},
		{other("biometric_verified", `true`), "ada"},
	}
	for _, test := range tests {
		name := strings.TrimPrefix(fmt.Sprintf("%T", test.filter), "stytch.UserFilter")
		t.Run(name, func(t *testing.T) {
			if got := w.found("AND", test.filter); got != test.want {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
}

func TestSearchOperators(t *testing.T) {
	w := newWorld(t)
	people(w)
	ada, grace := stytch.UserFilterUserID{FilterValue: []string{"ada"}}, stytch.UserFilterStatus{FilterValue: stytch.UserStatusPending}
	for _, test := range []struct {
		operator stytch.SearchOperator
		operands []stytch.UserFilter
		want     string
	}{
		{"AND", []stytch.UserFilter{ada, grace}, ""},
		{"AND", []stytch.UserFilter{ada, stytch.UserFilterEmailVerified{FilterValue: true}}, "ada"},
		{"OR", []stytch.UserFilter{ada, grace}, "ada grace"},
		{"AND", []stytch.UserFilter{}, "ada grace nameless"},
		{"OR", []stytch.UserFilter{}, "ada grace nameless"},
	} {
		if got := w.found(test.operator, test.operands...); got != test.want {
			t.Errorf("%s of %d: found %q, want %q", test.operator, len(test.operands), got, test.want)
		}
	}
}

// TestSearchPages reads all pages while users come and go between them.
func TestSearchPages(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range 5 {
		want = append(want, w.AddUser(stytch.User{ExternalID: new(fmt.Sprint("user", i))}).UserID)
		w.Clock().Advance(time.Minute)
	}
	first := must(w.client.Users.Search(w.ctx, stytch.UsersSearchRequest{Limit: new(2)}))(t)
	if first.ResultsMetadata.Total != 5 || first.ResultsMetadata.NextCursor == nil || len(first.Results) != 2 {
		t.Fatalf("first page: %d users, %+v", len(first.Results), first.ResultsMetadata)
	}
	must(w.client.Users.Delete(w.ctx, stytch.UsersDeleteRequest{UserID: want[1]}))(t) // the one that the cursor is for
	want = append(want, must(w.client.Users.Create(w.ctx, stytch.UsersCreateRequest{Email: new(email)}))(t).UserID)
	var got []string
	for cursor := first.ResultsMetadata.NextCursor; cursor != nil; {
		next := must(w.client.Users.Search(w.ctx, stytch.UsersSearchRequest{Limit: new(2), Cursor: cursor}))(t)
		for _, u := range next.Results {
			got = append(got, u.UserID)
		}
		cursor = next.ResultsMetadata.NextCursor
	}
	if !slices.Equal(got, want[2:]) {
		t.Errorf("the other pages have %v, want %v", got, want[2:])
	}
	all := must(w.client.Users.Search(w.ctx, stytch.UsersSearchRequest{}))(t)
	if len(all.Results) != 5 || all.ResultsMetadata.NextCursor != nil {
		t.Errorf("without a query: %d users, %+v", len(all.Results), all.ResultsMetadata)
	}
}

func TestSearchHasADefaultLimit(t *testing.T) {
	w := newWorld(t)
	for range 101 {
		w.AddUser(stytch.User{})
	}
	for _, limit := range []*int{nil, new(0)} {
		got := must(w.client.Users.Search(w.ctx, stytch.UsersSearchRequest{Limit: limit}))(t)
		if len(got.Results) != 100 || got.ResultsMetadata.Total != 101 || got.ResultsMetadata.NextCursor == nil {
			t.Errorf("%d users, %+v", len(got.Results), got.ResultsMetadata)
		}
	}
}

func TestSearchRefuses(t *testing.T) {
	operand := func(name, value string) string {
		return fmt.Sprintf(`{"query":{"operator":"AND","operands":[{"filter_name":%q,"filter_value":%s}]}}`, name, value)
	}
	tests := []struct {
		body string
		want stytch.ErrorType // without its beginning, user_search_; "" for a success
	}{
		{`{}`, ""},
		{`{"query":{}}`, ""},
		{`{"query":{"operator":"AND"}}`, ""},
		{`{"cursor":""}`, ""},
		{`{"cursor":"x"}`, "invalid_cursor"},
		{`{"cursor":"` + base64.URLEncoding.EncodeToString([]byte("yesterday user")) + `"}`, "invalid_cursor"},
		{`{"limit":1001}`, "invalid_limit"},
		{`{"limit":-1}`, "invalid_limit"},
		{`{"query":{"operands":[]}}`, "invalid_operator"},
		{`{"query":{"operator":"XOR","operands":[]}}`, "invalid_operator"},
		{`{"query":{"operator":"AND","operands":[{"filter_value":1}]}}`, "missing_filter_name"},
		{`{"query":{"operator":"AND","operands":[{"filter_name":1,"filter_value":1}]}}`, "filter_name_must_be_string"},
		{`{"query":{"operator":"AND","operands":[{"filter_name":"status"}]}}`, "missing_filter_value"},
		{operand("nobody", "1"), "filter_name_not_recognized"},
		{operand("email_id", `"x"`), "expected_array_of_string"},
		{operand("email_address", `[1]`), "expected_array_of_string"},
		{operand("email_verified", `"yes"`), "expected_bool"},
		{operand("email_domain", `true`), "expected_string"},
		{operand("created_at_between", `"x"`), "expected_object"},
		{operand("created_at_between", `{"less_than":"2026-01-01T00:00:00Z"}`), "missing_greater_than"},
		{operand("created_at_between", `{"greater_than":"2026-01-01T00:00:00Z"}`), "missing_less_than"},
		{operand("created_at_between", `{"greater_than":"x","less_than":"x"}`), "expected_timestamp"},
		{operand("created_at_less_than", `5`), "expected_timestamp"},
		{operand("created_at_less_than", `"today"`), "expected_timestamp"},
		{operand("created_at_less_than", `""`), "missing_created_at_less_than"},
		{operand("created_at_greater_than", `""`), "missing_created_at_greater_than"},
		{operand("status", `"gone"`), "invalid_status_filter"},
		{operand("status", `""`), "missing_status"},
		{operand("full_name_fuzzy", `"ad"`), "full_name_fuzzy_too_short"},
		{operand("full_name_fuzzy", `""`), "missing_full_name_fuzzy"},
		{operand("email_address_fuzzy", `"ad"`), "email_address_fuzzy_too_short"},
		{operand("phone_number_fuzzy", `"+1"`), "phone_number_fuzzy_too_short"},
		{operand("email_domain", `""`), "missing_email_domain"},
		{operand("user_id", `["ada","user`+uuid+`"]`), "cannot_mix_internal_and_external_user_ids"},
	}
	for filter, missing := range map[string]stytch.ErrorType{
		"user_id": "user_ids", "phone_number": "phone_numbers", "phone_id": "phone_ids", "email_address": "email_addresses", "email_id": "email_ids",
		"webauthn_registration_id": "webauthn_registration_ids", "biometric_registration_id": "biometric_registration_ids", "totp_id": "totp_ids",
		"crypto_wallet_id": "crypto_wallet_id", "crypto_wallet_address": "crypto_wallet_address", "oauth_provider": "oauth_providers",
	} {
		tests = append(tests, struct {
			body string
			want stytch.ErrorType
		}{operand(filter, "[]"), "missing_" + missing})
	}
	w := newWorld(t)
	for _, test := range tests {
		status, e := w.post("/v1/users/search", test.body, w.ID, w.Secret)
		switch {
		case test.want == "" && status != http.StatusOK:
			t.Errorf("%s: %d %v", test.body, status, e)
		case test.want != "" && (status != http.StatusBadRequest || e["error_type"] != "user_search_"+string(test.want)):
			t.Errorf("%s: %d %v, want %s", test.body, status, e["error_type"], test.want)
		}
	}
	if status, _ := w.post("/v1/users/search", `{"query":5}`, w.ID, w.Secret); status != http.StatusBadRequest {
		t.Errorf("%d for a query that is a number, want 400", status)
	}
}
