package stytchtest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
)

// publicDomains belong to mail providers that everybody can get an address of. They are
// the part before .com, .co.uk and the like.
var publicDomains = strings.Fields(`aol att bol comcast earthlink free gmail gmx googlemail hey hotmail icloud ig laposte
	libero live mac mail me msn orange outlook rediffmail sbcglobal uol verizon wanadoo yahoo yandex ymail`)

// disposableDomains give out addresses that soon are gone. The service knows more.
var disposableDomains = strings.Fields(`10minutemail.com guerrillamail.com mailinator.com temp-mail.org yopmail.com`)

var domainPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)

func isDomain(domain string) bool { return domainPattern.MatchString(strings.ToLower(domain)) }

func isPublicDomain(domain string) bool {
	labels := strings.Split(strings.ToLower(domain), ".")
	regional := len(labels) == 3 && len(labels[1]) <= 3 && len(labels[2]) == 2 // as co.uk
	return (len(labels) == 2 || regional) && slices.Contains(publicDomains, labels[0])
}

// checkDomains refuses lists of domains that no organization can have for its own.
func checkDomains(o b2b.Organization) *apiError {
	for _, list := range []struct {
		name, invalid, common, duplicate string
		domains                          []string
	}{
		{"email_allowed_domains", "organization_settings_invalid_domain", "organization_settings_domain_too_common", "organization_settings_duplicate_domain", o.EmailAllowedDomains},
		{"claimed_email_domains", "organization_settings_invalid_claimed_domain", "organization_settings_claimed_domain_too_common", "organization_settings_duplicate_claimed_domain", o.ClaimedEmailDomains},
	} {
		for i, domain := range list.domains {
			switch {
			case !isDomain(domain):
				return failf(list.invalid, "%s: %q is not a domain such as example.com", list.name, domain)
			case isPublicDomain(domain):
				return failf(list.common, "%s: everybody can get an address of %s", list.name, domain)
			case slices.Contains(disposableDomains, strings.ToLower(domain)):
				return failf("organization_settings_disposable_domain", "%s: addresses of %s are disposable", list.name, domain)
			case hasDomain(list.domains[:i], domain):
				return failf(list.duplicate, "%s: %s is in it twice", list.name, domain)
			}
		}
	}
	for _, a := range o.RBACEmailImplicitRoleAssignments {
		switch {
		case !isDomain(a.Domain):
			return failf("rbac_invalid_domain", "rbac_email_implicit_role_assignments: %q is not a domain such as example.com", a.Domain)
		case isPublicDomain(a.Domain):
			return failf("rbac_domain_too_common", "rbac_email_implicit_role_assignments: everybody can get an address of %s", a.Domain)
		}
	}
	return nil
}
