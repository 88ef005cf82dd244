package stytchtest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"
	guess "github.com/trustelem/zxcvbn/match"

	"github.com/stytchgen/sdk/stytch"
)

// PasswordPolicy is what a project configures about passwords. The zero value has the service's
// defaults.
type PasswordPolicy struct {
	// ValidationPolicy judges passwords, by zxcvbn unless set.
	ValidationPolicy stytch.PasswordStrengthPolicy `json:"validation_policy,omitempty"`
	// LUDSMinPasswordLength and LUDSMinPasswordComplexity are the fewest characters, and the fewest
	// classes of characters from 1 to 4, under the policy luds: 8 and 3 unless set.
	LUDSMinPasswordLength     int `json:"luds_min_password_length,omitempty"`
	LUDSMinPasswordComplexity int `json:"luds_min_password_complexity,omitempty"`
	// CheckBreachOnCreation and CheckBreachOnAuthentication look passwords up in a list of leaked
	// ones, when they are set and at each login. Nil means true.
	CheckBreachOnCreation       *bool `json:"check_breach_on_creation,omitempty"`
	CheckBreachOnAuthentication *bool `json:"check_breach_on_authentication,omitempty"`
	// ValidateOnAuthentication makes users reset a password at the login if it does not fit the policy
	// any more.
	ValidateOnAuthentication bool `json:"validate_on_authentication,omitempty"`
	// CrossOrganization gives each e-mail address one password for all organizations. Without it,
	// each member has their own.
	CrossOrganization bool `json:"cross_organization,omitempty"`
}

// Default limits of the policy luds.
const (
	defaultLUDSLength     = 8
	defaultLUDSComplexity = 3
	ludsClasses           = 4
)

// minScore is the least zxcvbn score of a valid password, and maxJudged is how many bytes of a
// password zxcvbn judges, because its time grows fast with the length.
const (
	minScore  = 3
	maxJudged = 100
)

// SetPasswordPolicy replaces what the project configures about passwords. Existing
// passwords stay. CrossOrganization cannot change while members have passwords.
func (p *Project) SetPasswordPolicy(policy PasswordPolicy) error {
	defer p.lock()()
	return p.setPasswordPolicy(policy)
}

func (p *Project) setPasswordPolicy(policy PasswordPolicy) error {
	switch policy.ValidationPolicy {
	case "", stytch.PasswordStrengthPolicyZxcvbn, stytch.PasswordStrengthPolicyLUDS:
	default:
		return fmt.Errorf("stytchtest: the validation policy %q is neither zxcvbn nor luds", policy.ValidationPolicy)
	}
	if policy.LUDSMinPasswordLength < 0 || policy.LUDSMinPasswordComplexity < 0 || policy.LUDSMinPasswordComplexity > ludsClasses {
		return fmt.Errorf("stytchtest: want a length of at least 1, and a complexity from 1 to %d", ludsClasses)
	}
	inUse := p.state.Passwords.size > 0
	for m := range p.state.Members.all() {
		inUse = inUse || m.Password != nil
	}
	if inUse && policy.CrossOrganization != p.state.PasswordPolicy.CrossOrganization {
		return fmt.Errorf("stytchtest: members have passwords, so cross_organization cannot change")
	}
	p.state.PasswordPolicy = policy
	return nil
}

func (p PasswordPolicy) isLUDS() bool { return p.ValidationPolicy == stytch.PasswordStrengthPolicyLUDS }

func (p PasswordPolicy) checksBreachOnCreation() bool {
	return p.CheckBreachOnCreation == nil || *p.CheckBreachOnCreation
}

func (p PasswordPolicy) checksBreachOnAuthentication() bool {
	return p.CheckBreachOnAuthentication == nil || *p.CheckBreachOnAuthentication
}

// judgment is what a policy says about a password.
type judgment struct {
	strong      bool
	score       int
	warning     string
	suggestions []string
	luds        *stytch.LUDSRequirements // nil under zxcvbn
}

// judge applies the policy to a password. address is the e-mail address of its owner, or empty.
func (p PasswordPolicy) judge(password, address string) judgment {
	if p.isLUDS() {
		luds := p.requirements(password)
		return judgment{strong: luds.MissingCharacters == 0 && luds.MissingComplexity == 0, luds: luds}
	}
	if len(password) > maxJudged {
		password = strings.ToValidUTF8(password[:maxJudged], "")
	}
	var about []string
	if address != "" {
		about = append(strings.Split(address, "@"), address)
	}
	found := zxcvbn.PasswordStrength(password, about)
	j := judgment{strong: found.Score >= minScore, score: found.Score}
	if !j.strong {
		j.warning, j.suggestions = advice(found.Sequence)
	}
	return j
}

// requirements counts what a password has and lacks. Characters that are neither
// letters from a to z nor digits are symbols.
func (p PasswordPolicy) requirements(password string) *stytch.LUDSRequirements {
	luds := &stytch.LUDSRequirements{}
	for _, c := range password {
		switch {
		case c >= 'a' && c <= 'z':
			luds.HasLowerCase = true
		case c >= 'A' && c <= 'Z':
			luds.HasUpperCase = true
		case c >= '0' && c <= '9':
			luds.HasDigit = true
		default:
			luds.HasSymbol = true
		}
	}
	classes := 0
	for _, has := range []bool{luds.HasLowerCase, luds.HasUpperCase, luds.HasDigit, luds.HasSymbol} {
		if has {
			classes++
		}
	}
	length, complexity := p.LUDSMinPasswordLength, p.LUDSMinPasswordComplexity
	if length == 0 {
		length = defaultLUDSLength
	}
	if complexity == 0 {
		complexity = defaultLUDSComplexity
	}
	luds.MissingComplexity = max(0, complexity-classes)
	luds.MissingCharacters = max(0, length-utf8.RuneCountInString(password))
	return luds
}

// advice says why a password is easy to guess, and how to choose a better one.
func advice(sequence []*guess.Match) (warning string, suggestions []string) {
	suggestions = []string{"Add another word or two. Uncommon words are better."}
	var longest *guess.Match
	for _, m := range sequence {
		if longest == nil || len(m.Token) > len(longest.Token) {
			longest = m
		}
	}
	if longest == nil {
		return "", suggestions
	}
	switch longest.Pattern {
	case "dictionary":
		switch longest.DictionaryName {
		case "passwords":
			warning = "This is similar to a password that many people use."
		case "user_inputs":
			warning = "The e-mail address is easy to guess."
		default:
			warning = "A word by itself is easy to guess."
		}
	case "spatial":
		warning = "Keys that are next to each other are easy to guess."
		suggestions = append(suggestions, "Use a longer pattern of keys with more turns.")
	case "repeat":
		warning = "Repeated characters are easy to guess."
		suggestions = append(suggestions, "Avoid repeated words and characters.")
	case "sequence":
		warning = "Sequences such as abc or 6543 are easy to guess."
		suggestions = append(suggestions, "Avoid sequences.")
	case "regex", "date":
		warning = "Dates and years are easy to guess."
		suggestions = append(suggestions, "Avoid dates and years that have to do with you.")
	}
	return warning, suggestions
}

// breached are passwords that leaked. The service knows hundreds of millions; these are enough for tests. Some of them
// are strong by zxcvbn or by luds.
var breached = strings.Fields(`000000 111111 123123 123456 1234567 12345678 123456789 1234567890 1q2w3e4r 654321 666666
	abc123 admin baseball batman dragon football iloveyou letmein login master michael monkey mustang password password1
	password123 princess qwerty qwerty123 qwertyuiop shadow solo starwars sunshine superman trustno1 welcome whatever
	zaq12wsx Aa123456 Abcd1234! Admin123! Hello123! Letmein1! P@ssw0rd P@ssw0rd1 P@ssw0rd123 Pa$$w0rd Passw0rd! Password1!
	Password123! Qwerty123! Summer2024! Welcome1! Welcome123! Winter2024! Zaq12wsx! Tr0ub4dor&3 correcthorsebatterystaple`)

// isBreached reports whether a password is among the leaked ones. Spaces make no
// difference, so that "correct horse battery staple" is one of them too.
func isBreached(password string) bool {
	return slices.Contains(breached, password) || slices.Contains(breached, strings.ReplaceAll(password, " ", ""))
}

// acceptable rejects a new password that the policy does not allow.
func (p PasswordPolicy) acceptable(password, address string) *apiError {
	if j := p.judge(password, address); !j.strong {
		if j.luds != nil {
			return failf("weak_password", "the password lacks %d characters and %d classes of characters", j.luds.MissingCharacters, j.luds.MissingComplexity)
		}
		return failf("weak_password", "the password has the score %d; want at least %d", j.score, minScore)
	}
	if p.checksBreachOnCreation() && isBreached(password) {
		return fail("breached_password")
	}
	return nil
}

// needsReset reports whether a password that is right must be reset.
func (p PasswordPolicy) needsReset(password, address string) bool {
	return p.checksBreachOnAuthentication() && isBreached(password) ||
		p.ValidateOnAuthentication && !p.judge(password, address).strong
}
