package stytchtest

import (
	"reflect"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// Filter selects a part of a list of users, organizations, members or sessions. The
// zero Filter selects all of it.
type Filter struct {
	// Search is a text that an ID, address, phone number, name or slug contains, in
	// upper or lower case. Sessions are also found by their owner's.
	Search string
	// Offset is how many of the found entries are left out at the beginning. Limit is
	// the most to return after these; 0 means all.
	Offset, Limit int
	// NewestFirst begins with the entry that was added last. Otherwise, it comes last.
	NewestFirst bool
}

// FindUsers returns the users that a filter selects, and how many there are without
// Offset and Limit.
func (p *Project) FindUsers(f Filter) (users []stytch.User, total int) {
	defer p.lock()()
	now := p.clock.Now()
	return pick(&p.state.Users, f, (*user).texts, func(u *user) stytch.User { return u.profile(now) })
}

// FindOrganizations is FindUsers for organizations.
func (p *Project) FindOrganizations(f Filter) (organizations []b2b.Organization, total int) {
	defer p.lock()()
	return pick(&p.state.Organizations, f, (*organization).texts, func(o *organization) b2b.Organization { return o.Profile })
}

// FindMembers is FindUsers for the members of an organization, or of all organizations
// if the ID is empty. It finds deleted members too.
func (p *Project) FindMembers(organizationID string, f Filter) (members []b2b.Member, total int) {
	defer p.lock()()
	now := p.clock.Now()
	texts := func(m *member) []string {
		if organizationID != "" && m.Profile.OrganizationID != organizationID {
			return nil
		}
		return m.texts()
	}
	return pick(&p.state.Members, f, texts, func(m *member) b2b.Member { return m.profile(now) })
}

// FindSessions is FindUsers for active sessions. They are without tokens.
func (p *Project) FindSessions(f Filter) (sessions []Session, total int) {
	defer p.lock()()
	now := p.clock.Now()
	texts := func(s *session) []string {
		if s.expired(now) {
			return nil
		}
		all := []string{s.ID}
		for _, u := range p.state.Users.list(byID, s.UserID) {
			all = append(all, u.texts()...)
		}
		for _, m := range p.state.Members.list(byID, s.MemberID) {
			all = append(all, m.texts()...)
		}
		for _, o := range p.state.Organizations.list(byID, s.OrganizationID) {
			all = append(all, o.texts()...)
		}
		return all
	}
	return pick(&p.state.Sessions, f, texts, (*session).public)
}

// section returns a part of a list, which it may reverse. A limit of 0 is none.
func section[T any](list []T, newestFirst bool, offset, limit int) []T {
	if newestFirst {
		slices.Reverse(list)
	}
	list = list[min(max(offset, 0), len(list)):]
	if limit > 0 {
		list = list[:min(limit, len(list))]
	}
	return list
}

// pick selects records of a table. A record without texts is never found.
func pick[T any, R record[T], V any](t *table[T, R], f Filter, texts func(R) []string, view func(R) V) ([]V, int) {
	var found []R
	wanted := strings.ToLower(f.Search)
	for r := range t.all() {
		if slices.ContainsFunc(texts(r), func(have string) bool { return strings.Contains(strings.ToLower(have), wanted) }) {
			found = append(found, r)
		}
	}
	total := len(found)
	found = section(found, f.NewestFirst, f.Offset, f.Limit)
	views := make([]V, len(found))
	for i, r := range found {
		views[i] = view(r)
	}
	fillLists(reflect.ValueOf(views))
	return views, total
}

// texts are what a search finds a record by.
func (u *user) texts() []string {
	all := []string{u.Profile.UserID, text(u.Profile.ExternalID)}
	if n := u.Profile.Name; n != nil {
		all = append(all, text(n.FirstName)+" "+text(n.LastName), text(n.MiddleName))
	}
	for _, m := range u.Methods {
		all = append(all, m.Address, m.ID)
	}
	return all
}

func (o *organization) texts() []string {
	p := &o.Profile
	return append([]string{p.OrganizationID, p.OrganizationName, p.OrganizationSlug, text(p.OrganizationExternalID)}, p.EmailAllowedDomains...)
}

func (m *member) texts() []string {
	p := &m.Profile
	return []string{p.MemberID, p.EmailAddress, p.Name, p.MFAPhoneNumber, text(p.ExternalID)}
}
