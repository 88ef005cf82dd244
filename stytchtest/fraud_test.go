package stytchtest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

func (w *world) lookup(telemetryID string) (*stytch.FraudFingerprintLookupResponse, error) {
	return w.client.Fraud.Fingerprint.Lookup(w.ctx, stytch.FraudFingerprintLookupRequest{TelemetryID: telemetryID, ExternalMetadata: &stytch.FraudExternalMetadata{UserAction: new("login")}})
}

func (w *world) rule(q stytch.FraudRulesSetRequest) (*stytch.FraudRulesSetResponse, error) {
	return w.client.Fraud.Rules.Set(w.ctx, q)
}

func TestFingerprints(t *testing.T) {
	w := newWorld(t)
	plain := must(w.AddFingerprint(stytchtest.Fingerprint{}))(t)
	got := must(w.lookup(plain.TelemetryID))(t)
	if got.Verdict.Action != stytch.FraudActionAllow || len(got.Verdict.Reasons) != 0 || !got.Verdict.IsAuthenticDevice || got.Fingerprints.VisitorID == nil ||
		*got.ExternalMetadata.UserAction != "login" || !got.ExpiresAt.After(w.Clock().Now()) {
		t.Errorf("device %+v", got)
	}
	suspicious := must(w.AddFingerprint(stytchtest.Fingerprint{Reasons: []string{"VIRTUAL_MACHINE", "HEADLESS_BROWSER_AUTOMATION"}, Deceptive: true}))(t)
	if v := must(w.lookup(suspicious.TelemetryID))(t).Verdict; v.Action != stytch.FraudActionBlock || len(v.Reasons) != 2 || v.IsAuthenticDevice {
		t.Errorf("verdict %+v", v)
	}
	_, err := w.lookup("nothing")
	wants(t, err, stytch.ErrTelemetryIDNotFound)
	w.Clock().Advance(11 * 366 * 24 * time.Hour)
	_, err = w.lookup(plain.TelemetryID)
	wants(t, err, stytch.ErrTelemetryIDNotFound)
	if _, err := w.AddFingerprint(stytchtest.Fingerprint{Reasons: []string{"BAD_MOOD"}}); err == nil {
		t.Error("a device has a reason that does not exist")
	}
}

// TestVerdictReasons changes what a reason leads to.
func TestVerdictReasons(t *testing.T) {
	w := newWorld(t)
	device := must(w.AddFingerprint(stytchtest.Fingerprint{Reasons: []string{"VIRTUAL_MACHINE"}}))(t)
	override := func(reason string, action stytch.FraudOverrideAction) (*stytch.FraudVerdictReasonsOverrideResponse, error) {
		return w.client.Fraud.VerdictReasons.Override(w.ctx, stytch.FraudVerdictReasonsOverrideRequest{VerdictReason: reason, OverrideAction: action, OverrideDescription: new("why")})
	}
	changed := must(override("VIRTUAL_MACHINE", stytch.FraudOverrideActionAllow))(t).VerdictReasonAction
	if changed.DefaultAction != stytch.FraudActionChallenge || *changed.OverrideAction != stytch.FraudActionAllow || *changed.OverrideDescription != "why" {
		t.Errorf("changed %+v", changed)
	}
	if v := must(w.lookup(device.TelemetryID))(t).Verdict; v.Action != stytch.FraudActionAllow || len(v.VerdictReasonOverrides) != 1 {
		t.Errorf("verdict %+v", v)
	}
	only := must(w.client.Fraud.VerdictReasons.List(w.ctx, stytch.FraudVerdictReasonsListRequest{OverridesOnly: new(true)}))(t).VerdictReasonActions
	all := must(w.client.Fraud.VerdictReasons.List(w.ctx, stytch.FraudVerdictReasonsListRequest{}))(t).VerdictReasonActions
	if len(only) != 1 || len(all) < 6 || slices.ContainsFunc(all, func(a stytch.FraudVerdictReasonAction) bool { return a.VerdictReason == "RULE_MATCH" }) {
		t.Errorf("%d changed, %d in all", len(only), len(all))
	}
	if back := must(override("VIRTUAL_MACHINE", stytch.FraudOverrideActionNone))(t).VerdictReasonAction; back.OverrideAction != nil {
		t.Errorf("back %+v", back)
	}
	_, err := override("RULE_MATCH", stytch.FraudOverrideActionAllow)
	wants(t, err, stytch.ErrBadRequest)
}

// TestRules has several rules for one device: the most exact one decides.
func TestRules(t *testing.T) {
	w := newWorld(t)
	device := must(w.AddFingerprint(stytchtest.Fingerprint{Reasons: []string{"VIRTUAL_MACHINE"}, Properties: &stytch.FraudProperties{NetworkProperties: stytch.FraudNetworkProperties{
		IPAddress: "192.0.2.77", ASN: stytch.FraudASN{ASN: "64496"}, IPGeolocation: stytch.FraudGeolocation{Country: "GB"},
	}}}))(t)
	verdict := func() stytch.FraudVerdict { t.Helper(); return must(w.lookup(device.TelemetryID))(t).Verdict }
	steps := []struct {
		rule stytch.FraudRulesSetRequest
		want stytch.FraudAction
		kind stytch.FraudRuleType
	}{
		{stytch.FraudRulesSetRequest{Action: "BLOCK", CountryCode: new("gb")}, "BLOCK", "COUNTRY_CODE"},
		{stytch.FraudRulesSetRequest{Action: "ALLOW", ASN: new("64496")}, "ALLOW", "ASN"},
		{stytch.FraudRulesSetRequest{Action: "BLOCK", CIDRBlock: new("192.0.0.0/16")}, "BLOCK", "CIDR_BLOCK"},
		{stytch.FraudRulesSetRequest{Action: "CHALLENGE", CIDRBlock: new("192.0.2.1/24")}, "CHALLENGE", "CIDR_BLOCK"},
		{stytch.FraudRulesSetRequest{Action: "ALLOW", CIDRBlock: new("192.0.2.77")}, "ALLOW", "CIDR_BLOCK"},
		{stytch.FraudRulesSetRequest{Action: "BLOCK", CIDRBlock: new("192.0.3.0/24")}, "ALLOW", "CIDR_BLOCK"},
		{stytch.FraudRulesSetRequest{Action: "BLOCK", HardwareFingerprint: &device.Fingerprints.HardwareFingerprint}, "BLOCK", "HARDWARE_FINGERPRINT"},
		{stytch.FraudRulesSetRequest{Action: "ALLOW", VisitorID: device.Fingerprints.VisitorID, ExpiresInMinutes: new(60)}, "ALLOW", "VISITOR_ID"},
	}
	for _, step := range steps {
		set := must(w.rule(step.rule))(t)
		if v := verdict(); v.Action != step.want || v.RuleMatchType == nil || *v.RuleMatchType != step.kind || !slices.Equal(v.Reasons, []string{"RULE_MATCH"}) {
			t.Errorf("after %+v: %+v", set, v)
		}
	}
	w.Clock().Advance(time.Hour) // the rule for the visitor ends
	if v := verdict(); *v.RuleMatchType != stytch.FraudRuleTypeHardwareFingerprint {
		t.Errorf("verdict %+v", v)
	}
	list := func(limit int, cursor *string) (*stytch.FraudRulesListResponse, error) {
		return w.client.Fraud.Rules.List(w.ctx, stytch.FraudRulesListRequest{Limit: &limit, Cursor: cursor})
	}
	first := must(list(4, nil))(t)
	rest := must(list(10, first.NextCursor))(t)
	if len(first.Rules) != 4 || len(rest.Rules) != 3 || *rest.NextCursor != "" {
		t.Errorf("%d and %d rules", len(first.Rules), len(rest.Rules))
	}
	_, err := list(4, new("nothing"))
	wants(t, err, stytch.ErrDFPRuleInvalidCursor)
	again := must(w.rule(stytch.FraudRulesSetRequest{Action: "CHALLENGE", HardwareFingerprint: &device.Fingerprints.HardwareFingerprint, Description: new("why")}))(t)
	if v := verdict(); v.Action != stytch.FraudActionChallenge || again.Action != stytch.FraudRuleActionChallenge {
		t.Errorf("verdict %+v", v)
	}
	for _, step := range steps {
		step.rule.Action, step.rule.ExpiresInMinutes = stytch.FraudRuleActionNone, nil
		must(w.rule(step.rule))(t)
	}
	if v := verdict(); v.RuleMatchType != nil || v.Action != stytch.FraudActionChallenge || len(must(list(10, nil))(t).Rules) != 0 {
		t.Errorf("without rules: %+v", v)
	}
}

func TestRuleErrors(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		rule stytch.FraudRulesSetRequest
		want stytch.ErrorType
	}{
		"a visitor of another form": {stytch.FraudRulesSetRequest{Action: "BLOCK", VisitorID: new("visitor-1")}, stytch.ErrInvalidFingerprintOrID},
		"an id of another kind":     {stytch.FraudRulesSetRequest{Action: "BLOCK", BrowserID: new("visitor-7d15b9c0-4a2f-4e83-b6d1-0f92c8a3e574")}, stytch.ErrInvalidFingerprintOrID},
		"no block":                  {stytch.FraudRulesSetRequest{Action: "BLOCK", CIDRBlock: new("192.0.2")}, stytch.ErrInvalidCIDRBlock},
		"IPv6":                      {stytch.FraudRulesSetRequest{Action: "BLOCK", CIDRBlock: new("2001:db8::/32")}, stytch.ErrInvalidCIDRBlock},
		"a block too large":         {stytch.FraudRulesSetRequest{Action: "BLOCK", CIDRBlock: new("10.0.0.0/8")}, stytch.ErrCIDRBlockInvalidPrefix},
		"an ASN too large":          {stytch.FraudRulesSetRequest{Action: "BLOCK", ASN: new("4294967296")}, stytch.ErrInvalidASN},
		"no country":                {stytch.FraudRulesSetRequest{Action: "BLOCK", CountryCode: new("XX")}, stytch.ErrInvalidCountryCode},
		"a country to allow":        {stytch.FraudRulesSetRequest{Action: "ALLOW", CountryCode: new("DE")}, stytch.ErrInvalidCountryCodeAllowRule},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.rule(test.rule)
			wants(t, err, test.want)
		})
	}
}

func TestEmailRisk(t *testing.T) {
	w := newWorld(t)
	risk := func(address string) *stytch.FraudEmailRiskResponse {
		t.Helper()
		return must(w.client.Fraud.Email.Risk(w.ctx, stytch.FraudEmailRiskRequest{EmailAddress: address}))(t)
	}
	got := risk("Ada.King+news@Example.com")
	if a := got.AddressInformation; a.NormalizedEmail != "adaking@example.com" || a.TumblingCharacterCount != 2 || !a.HasValidSyntax || got.Action != stytch.FraudActionAllow {
		t.Errorf("risk %+v", got)
	}
	for address, want := range map[string]stytch.FraudAction{
		"ada@mailinator.com": stytch.FraudActionBlock, "ada@nothing.invalid": stytch.FraudActionBlock, "a.d.a.k.i@example.com": stytch.FraudActionChallenge, "info@example.com": stytch.FraudActionAllow,
		"a@İİİİ.com": stytch.FraudActionAllow, // longer in lower case
	} {
		if got := risk(address); got.Action != want {
			t.Errorf("%s: %+v", address, got)
		}
	}
	if !risk("info@example.com").AddressInformation.IsSuspectedRoleAddress {
		t.Error("info is the address of a person")
	}
	w.SetEmailRisk("ADA@example.com", stytch.FraudActionBlock, 99)
	if got := risk("ada@example.com"); got.Action != stytch.FraudActionBlock || got.RiskScore != 99 {
		t.Errorf("risk %+v", got)
	}
}

// TestFraudInSnapshots keeps devices, rules and changed reasons.
func TestFraudInSnapshots(t *testing.T) {
	w := newWorld(t)
	device := must(w.AddFingerprint(stytchtest.Fingerprint{}))(t)
	must(w.rule(stytch.FraudRulesSetRequest{Action: "BLOCK", VisitorID: device.Fingerprints.VisitorID}))(t)
	data := must(w.Snapshot())(t)
	w.Reset()
	if err := w.Restore(data); err != nil {
		t.Fatal(err)
	}
	if v := must(w.lookup(device.TelemetryID))(t).Verdict; v.Action != stytch.FraudActionBlock {
		t.Errorf("verdict %+v", v)
	}
}
