package stytchtest

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/stytchgen/sdk/stytch"
)

// fingerprintYears is how long a fingerprint can be looked up, as examples of the service
// have it.
const fingerprintYears = 10

// ruleMatch is the reason of a verdict that a rule gives.
const ruleMatch = "RULE_MATCH"

// verdictReasons are the reasons that are published, and the actions that they lead to.
// The service has more.
var verdictReasons = map[string]stytch.FraudAction{
	"HEADLESS_BROWSER_AUTOMATION": stytch.FraudActionBlock,
	"USER_AGENT_DECEPTION":        stytch.FraudActionBlock,
	"RATE_LIMIT_EXCEEDED":         stytch.FraudActionBlock,
	"VIRTUAL_MACHINE":             stytch.FraudActionChallenge,
	"RATE_LIMIT_WARNING":          stytch.FraudActionChallenge,
	"SMART_RATE_LIMIT_WARNING":    stytch.FraudActionChallenge,
}

// strictness orders the actions.
var strictness = map[stytch.FraudAction]int{stytch.FraudActionAllow: 0, stytch.FraudActionChallenge: 1, stytch.FraudActionBlock: 2}

// Fingerprint is what the service's browser script finds out about a device. Every field
// is optional.
type Fingerprint struct {
	// TelemetryID is the id that the script gives the page. It is generated if empty.
	TelemetryID string `json:"telemetry_id,omitempty"`
	// Fingerprints are generated if empty.
	Fingerprints stytch.FraudFingerprints `json:"fingerprints,omitzero"`
	// Reasons speak against the device, such as VIRTUAL_MACHINE. The verdict follows from
	// them, and from rules.
	Reasons []string `json:"reasons,omitempty"`
	// DeviceType is the kind of browser, CHROME if empty.
	DeviceType string `json:"detected_device_type,omitempty"`
	// Deceptive says that the device is not what it says.
	Deceptive bool `json:"deceptive,omitempty"`
	// Properties describe network and browser. Rules about networks and countries need them.
	Properties *stytch.FraudProperties `json:"properties,omitempty"`
	RawSignals map[string]any          `json:"raw_signals,omitempty"`
	CreatedAt  time.Time               `json:"created_at,omitzero"`
}

// AddFingerprint adds the fingerprint of a device, as the service's browser script takes
// it, and returns it with the id to look it up by. It fails for a reason that the service
// does not publish.
func (p *Project) AddFingerprint(f Fingerprint) (Fingerprint, error) {
	defer p.lock()()
	return p.addFingerprint(f)
}

func (p *Project) addFingerprint(f Fingerprint) (Fingerprint, error) {
	for _, reason := range f.Reasons {
		if _, ok := verdictReasons[reason]; !ok {
			return f, fmt.Errorf("stytchtest: %q is no reason for a verdict; want one of %s", reason, strings.Join(slices.Sorted(maps.Keys(verdictReasons)), ", "))
		}
	}
	setIfEmpty(&f.TelemetryID, newUUID())
	for field, kind := range map[*string]string{
		&f.Fingerprints.NetworkFingerprint: "network-fingerprint", &f.Fingerprints.HardwareFingerprint: "hardware-fingerprint",
		&f.Fingerprints.BrowserFingerprint: "browser-fingerprint", &f.Fingerprints.VisitorFingerprint: "visitor-fingerprint",
	} {
		setIfEmpty(field, kind+"-"+newUUID())
	}
	setIfEmpty(&f.DeviceType, "CHROME")
	if f.Fingerprints.VisitorID == nil {
		f.Fingerprints.VisitorID = new("visitor-" + newUUID())
	}
	if f.Fingerprints.BrowserID == nil {
		f.Fingerprints.BrowserID = new("browser-id-" + newUUID())
	}
	if f.CreatedAt.IsZero() {
		f.CreatedAt = p.clock.Now()
	}
	if p.state.Fraud.Fingerprints == nil {
		p.state.Fraud.Fingerprints = map[string]Fingerprint{}
	}
	p.state.Fraud.Fingerprints[f.TelemetryID] = f
	return f, nil
}

// SetEmailRisk sets how fraud.email.risk rates an e-mail address: the action and the
// score, from 0 to 100.
func (p *Project) SetEmailRisk(address string, action stytch.FraudAction, score int) {
	defer p.lock()()
	p.setEmailRisk(address, action, score)
}

func (p *Project) setEmailRisk(address string, action stytch.FraudAction, score int) {
	if p.state.Fraud.Emails == nil {
		p.state.Fraud.Emails = map[string]emailRisk{}
	}
	p.state.Fraud.Emails[strings.ToLower(address)] = emailRisk{action, score}
}

// fraud is what a project knows about devices and addresses.
type fraud struct {
	Fingerprints map[string]Fingerprint                     `json:"fingerprints,omitempty"`
	Rules        []stytch.FraudRule                         `json:"rules,omitempty"`
	Overrides    map[string]stytch.FraudVerdictReasonAction `json:"overrides,omitempty"`
	Emails       map[string]emailRisk                       `json:"emails,omitempty"`
}

type emailRisk struct {
	Action stytch.FraudAction `json:"action"`
	Score  int                `json:"score"`
}

func newUUID() string { return strings.TrimPrefix(newID(""), "-test-") }

// ruleKinds are the kinds of identifiers of rules, the most exact first: the field of a
// rule, and whether it is about a device.
var ruleKinds = []struct {
	kind    stytch.FraudRuleType
	prefix  string // of the ids of a device, "" for networks
	field   func(*stytch.FraudRule) **string
	matches func(id string, f *Fingerprint) bool
}{
	{stytch.FraudRuleTypeVisitorID, "visitor", func(r *stytch.FraudRule) **string { return &r.VisitorID }, func(id string, f *Fingerprint) bool { return id == text(f.Fingerprints.VisitorID) }},
	{stytch.FraudRuleTypeBrowserID, "browser-id", func(r *stytch.FraudRule) **string { return &r.BrowserID }, func(id string, f *Fingerprint) bool { return id == text(f.Fingerprints.BrowserID) }},
	{stytch.FraudRuleTypeVisitorFingerprint, "visitor-fingerprint", func(r *stytch.FraudRule) **string { return &r.VisitorFingerprint }, func(id string, f *Fingerprint) bool { return id == f.Fingerprints.VisitorFingerprint }},
	{stytch.FraudRuleTypeBrowserFingerprint, "browser-fingerprint", func(r *stytch.FraudRule) **string { return &r.BrowserFingerprint }, func(id string, f *Fingerprint) bool { return id == f.Fingerprints.BrowserFingerprint }},
	{stytch.FraudRuleTypeHardwareFingerprint, "hardware-fingerprint", func(r *stytch.FraudRule) **string { return &r.HardwareFingerprint }, func(id string, f *Fingerprint) bool { return id == f.Fingerprints.HardwareFingerprint }},
	{stytch.FraudRuleTypeNetworkFingerprint, "network-fingerprint", func(r *stytch.FraudRule) **string { return &r.NetworkFingerprint }, func(id string, f *Fingerprint) bool { return id == f.Fingerprints.NetworkFingerprint }},
	{stytch.FraudRuleTypeCIDRBlock, "", func(r *stytch.FraudRule) **string { return &r.CIDRBlock }, func(id string, f *Fingerprint) bool {
		block, err := netip.ParsePrefix(id)
		if err != nil || f.Properties == nil {
			return false
		}
		address, err := netip.ParseAddr(f.Properties.NetworkProperties.IPAddress)
		return err == nil && block.Contains(address.Unmap())
	}},
	{stytch.FraudRuleTypeASN, "", func(r *stytch.FraudRule) **string { return &r.ASN }, func(id string, f *Fingerprint) bool {
		return f.Properties != nil && id == f.Properties.NetworkProperties.ASN.ASN
	}},
	{stytch.FraudRuleTypeCountryCode, "", func(r *stytch.FraudRule) **string { return &r.CountryCode }, func(id string, f *Fingerprint) bool {
		return f.Properties != nil && strings.EqualFold(id, f.Properties.NetworkProperties.IPGeolocation.Country)
	}},
}

var uuidForm = regexp.MustCompile("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

// maxASN is the largest number of an autonomous system, of 32 bits.
const maxASN = 1<<32 - 1

// checkRule refuses a rule that the service does not take, and writes its identifier as
// the service does.
func checkRule(r *stytch.FraudRule) *apiError {
	for _, one := range ruleKinds {
		field := *one.field(r)
		if field == nil {
			continue
		}
		r.RuleType = one.kind
		switch id := *field; one.kind {
		case stytch.FraudRuleTypeCIDRBlock:
			block, err := netip.ParsePrefix(id)
			if address, failed := netip.ParseAddr(id); failed == nil {
				block, err = netip.PrefixFrom(address, address.BitLen()), nil
			}
			switch {
			case err != nil || !block.Addr().Is4():
				return failf("invalid_cidr_block", "cidr_block: it is neither an IPv4 address nor a block of them, such as 192.0.2.0/24")
			case block.Bits() < 16:
				return failf("cidr_block_invalid_prefix", "cidr_block: the prefix is /%d, and should be /16 to /32", block.Bits())
			}
			*field = block.Masked().String()
		case stytch.FraudRuleTypeASN:
			n, err := strconv.ParseUint(id, 10, 64)
			if err != nil || n > maxASN {
				return failf("invalid_asn", "asn: it is not a number between 0 and %d", int64(maxASN))
			}
			*field = strconv.FormatUint(n, 10)
		case stytch.FraudRuleTypeCountryCode:
			code := strings.ToUpper(id)
			if region, err := language.ParseRegion(code); err != nil || region.String() != code || !region.IsCountry() {
				return failf("invalid_country_code", "country_code: %q is no code of ISO 3166-1", code)
			}
			if r.Action == stytch.FraudRuleActionAllow {
				return fail("invalid_country_code_allow_rule")
			}
			*field = code
		default:
			if after, ok := strings.CutPrefix(id, one.prefix+"-"); !ok || !uuidForm.MatchString(after) {
				return failf("invalid_fingerprint_or_id", "the identifier is not %s- with a UUID", one.prefix)
			}
		}
		return nil
	}
	return failf("invalid_fingerprint_or_id", "the rule has no identifier")
}

// identifier is the identifier of a rule.
func identifier(r *stytch.FraudRule) string {
	for _, one := range ruleKinds {
		if one.kind == r.RuleType {
			return text(*one.field(r))
		}
	}
	return ""
}

// match returns the rule that decides about a device, or nil.
func (f *fraud) match(device *Fingerprint, now time.Time) *stytch.FraudRule {
	for _, one := range ruleKinds {
		var found *stytch.FraudRule
		for i := range f.Rules {
			r := &f.Rules[i]
			if r.RuleType != one.kind || ended(r, now) || !one.matches(identifier(r), device) {
				continue
			}
			// Of blocks, the longest prefix decides. Two of one length are the same block.
			if found == nil || prefixLength(r) > prefixLength(found) {
				found = r
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

func ended(r *stytch.FraudRule, now time.Time) bool {
	return r.ExpiresAt != nil && !now.Before(*r.ExpiresAt)
}

func prefixLength(r *stytch.FraudRule) int {
	block, err := netip.ParsePrefix(text(r.CIDRBlock))
	if err != nil {
		return 0
	}
	return block.Bits()
}

// verdict is the recommendation on a device: that of a rule, or the strictest of the
// actions that its reasons lead to.
func (f *fraud) verdict(device *Fingerprint, now time.Time) stytch.FraudVerdict {
	v := stytch.FraudVerdict{
		Action: stytch.FraudActionAllow, Reasons: slices.Clone(device.Reasons), DetectedDeviceType: device.DeviceType, IsAuthenticDevice: !device.Deceptive,
	}
	if r := f.match(device, now); r != nil {
		v.Action, v.Reasons = stytch.FraudAction(r.Action), []string{ruleMatch}
		v.RuleMatchType, v.RuleMatchIdentifier = new(r.RuleType), new(identifier(r))
		return v
	}
	for _, reason := range device.Reasons {
		action := verdictReasons[reason]
		if have, ok := f.Overrides[reason]; ok {
			action = *have.OverrideAction
			v.VerdictReasonOverrides = append(v.VerdictReasonOverrides, stytch.FraudVerdictReasonOverride{VerdictReason: reason, OverrideAction: action})
		}
		if strictness[action] > strictness[v.Action] {
			v.Action = action
		}
	}
	return v
}

func (r *run) fingerprintLookup(q stytch.FraudFingerprintLookupRequest) (stytch.FraudFingerprintLookupResponse, *apiError) {
	f := &r.project.state.Fraud
	device, ok := f.Fingerprints[q.TelemetryID]
	expires := device.CreatedAt.AddDate(fingerprintYears, 0, 0)
	if !ok || !r.now.Before(expires) {
		return stytch.FraudFingerprintLookupResponse{}, fail("telemetry_id_not_found")
	}
	answer := stytch.FraudFingerprintLookupResponse{
		TelemetryID: q.TelemetryID, Fingerprints: device.Fingerprints, Verdict: f.verdict(&device, r.now), CreatedAt: device.CreatedAt, ExpiresAt: expires,
		Properties: device.Properties, RawSignals: device.RawSignals,
	}
	if q.ExternalMetadata != nil {
		answer.ExternalMetadata = *q.ExternalMetadata
	}
	return answer, nil
}

func (r *run) ruleSet(q stytch.FraudRulesSetRequest) (stytch.FraudRulesSetResponse, *apiError) {
	f := &r.project.state.Fraud
	made := stytch.FraudRule{
		Action: q.Action, CreatedAt: r.now, Description: q.Description, VisitorID: q.VisitorID, BrowserID: q.BrowserID,
		VisitorFingerprint: q.VisitorFingerprint, BrowserFingerprint: q.BrowserFingerprint, HardwareFingerprint: q.HardwareFingerprint,
		NetworkFingerprint: q.NetworkFingerprint, CIDRBlock: q.CIDRBlock, CountryCode: q.CountryCode, ASN: q.ASN,
	}
	if err := checkRule(&made); err != nil {
		return stytch.FraudRulesSetResponse{}, err
	}
	if q.ExpiresInMinutes != nil {
		made.ExpiresAt = new(r.now.Add(minutes(q.ExpiresInMinutes, 0)))
	}
	i := slices.IndexFunc(f.Rules, func(have stytch.FraudRule) bool {
		return have.RuleType == made.RuleType && identifier(&have) == identifier(&made)
	})
	if i >= 0 {
		if made.CreatedAt = f.Rules[i].CreatedAt; !ended(&f.Rules[i], r.now) {
			made.LastUpdatedAt = new(r.now)
		} else {
			made.CreatedAt = r.now
		}
		f.Rules = slices.Delete(slices.Clone(f.Rules), i, i+1)
	}
	if made.Action != stytch.FraudRuleActionNone {
		f.Rules = append(f.Rules, made)
	}
	return as[stytch.FraudRulesSetResponse](made), nil
}

// defaultRules is how many rules a page has.
const defaultRules = 10

func (r *run) ruleList(q stytch.FraudRulesListRequest) (stytch.FraudRulesListResponse, *apiError) {
	live := slices.DeleteFunc(slices.Clone(r.project.state.Fraud.Rules), func(one stytch.FraudRule) bool { return ended(&one, r.now) })
	limit := defaultRules
	set(&limit, q.Limit)
	rules, metadata, ok := pageOf(searchRequest{Cursor: q.Cursor, Limit: &limit}, live, func(one stytch.FraudRule) position {
		return position{one.CreatedAt, string(one.RuleType) + identifier(&one)}
	})
	if !ok {
		return stytch.FraudRulesListResponse{}, fail("dfp_rule_invalid_cursor")
	}
	// The official SDK declares a text, so the last page has an empty one.
	return stytch.FraudRulesListResponse{Rules: rules, NextCursor: new(text(metadata.NextCursor))}, nil
}

func (f *fraud) reason(name string) stytch.FraudVerdictReasonAction {
	if have, ok := f.Overrides[name]; ok {
		return have
	}
	return stytch.FraudVerdictReasonAction{VerdictReason: name, DefaultAction: verdictReasons[name]}
}

func (r *run) reasonOverride(q stytch.FraudVerdictReasonsOverrideRequest) (stytch.FraudVerdictReasonsOverrideResponse, *apiError) {
	f := &r.project.state.Fraud
	normal, ok := verdictReasons[q.VerdictReason]
	if !ok {
		return stytch.FraudVerdictReasonsOverrideResponse{}, failf("bad_request", "verdict_reason: it is not one of the reasons that can be changed; fraud.verdict_reasons.list lists them")
	}
	if f.Overrides == nil {
		f.Overrides = map[string]stytch.FraudVerdictReasonAction{}
	}
	delete(f.Overrides, q.VerdictReason)
	if q.OverrideAction != stytch.FraudOverrideActionNone {
		f.Overrides[q.VerdictReason] = stytch.FraudVerdictReasonAction{
			VerdictReason: q.VerdictReason, DefaultAction: normal, OverrideAction: new(stytch.FraudAction(q.OverrideAction)),
			OverrideCreatedAt: new(r.now), OverrideDescription: q.OverrideDescription,
		}
	}
	return stytch.FraudVerdictReasonsOverrideResponse{VerdictReasonAction: f.reason(q.VerdictReason)}, nil
}

func (r *run) reasonList(q stytch.FraudVerdictReasonsListRequest) (stytch.FraudVerdictReasonsListResponse, *apiError) {
	f := &r.project.state.Fraud
	var answer stytch.FraudVerdictReasonsListResponse
	for _, name := range slices.Sorted(maps.Keys(verdictReasons)) {
		one := f.reason(name)
		if q.OverridesOnly == nil || !*q.OverridesOnly || one.OverrideAction != nil {
			answer.VerdictReasonActions = append(answer.VerdictReasonActions, one)
		}
	}
	return answer, nil
}

// What the emulator takes for addresses of functions, and for providers of disposable
// addresses. The lists of the service are not published, and longer.
var (
	roleAddresses = []string{"abuse", "admin", "billing", "contact", "help", "info", "noreply", "no-reply", "office", "postmaster", "sales", "security", "support", "webmaster"}
	disposable    = []string{"10minutemail.com", "guerrillamail.com", "mailinator.com", "sharklasers.com", "temp-mail.org", "yopmail.com"}
)

// The scores of the emulator, unless SetEmailRisk has set another.
const (
	riskDisposable = 90
	riskNoMail     = 80
	riskTumbling   = 50
	riskNone       = 4

	manyTumbling = 4 // dots and plus signs
)

// emailRisk rates an address by its text only: the emulator asks no name server.
func (r *run) emailRisk(q stytch.FraudEmailRiskRequest) (stytch.FraudEmailRiskResponse, *apiError) {
	local, domain, _ := strings.Cut(strings.ToLower(q.EmailAddress), "@") // the spec allows one @
	mailbox, _, _ := strings.Cut(local, "+")
	answer := stytch.FraudEmailRiskResponse{
		AddressInformation: stytch.FraudAddressInformation{
			HasValidSyntax: true, IsSuspectedRoleAddress: slices.Contains(roleAddresses, mailbox),
			NormalizedEmail: strings.ReplaceAll(mailbox, ".", "") + "@" + domain, TumblingCharacterCount: strings.Count(local, ".") + strings.Count(local, "+"),
		},
		// RFC 6761 has the domain for names that never exist.
		DomainInformation: stytch.FraudDomainInformation{HasMXOrARecord: !strings.HasSuffix("."+domain, ".invalid"), IsDisposableDomain: slices.Contains(disposable, domain)},
	}
	switch {
	case answer.DomainInformation.IsDisposableDomain:
		answer.Action, answer.RiskScore = stytch.FraudActionBlock, riskDisposable
	case !answer.DomainInformation.HasMXOrARecord:
		answer.Action, answer.RiskScore = stytch.FraudActionBlock, riskNoMail
	case answer.AddressInformation.TumblingCharacterCount >= manyTumbling:
		answer.Action, answer.RiskScore = stytch.FraudActionChallenge, riskTumbling
	default:
		answer.Action, answer.RiskScore = stytch.FraudActionAllow, riskNone
	}
	if have, ok := r.project.state.Fraud.Emails[strings.ToLower(q.EmailAddress)]; ok {
		answer.Action, answer.RiskScore = cmp.Or(have.Action, answer.Action), have.Score
	}
	return answer, nil
}
