package stytchtest

import (
	"cmp"
	"net/http"
	"regexp"

	"github.com/stytchgen/sdk/stytch"
)

// userIDs are what a call takes for a user: an id of the service, or an
// external id that the application chose.
var userIDs = regexp.MustCompile(`^[A-Za-z0-9._|-]{1,128}$`)

// user returns the user with an id, the service's own or an external one.
func (r *run) user(id string) (*user, *apiError) {
	if u := r.project.state.userByID(id); u != nil {
		return u, nil
	}
	if !userIDs.MatchString(id) {
		return nil, fail("invalid_user_id")
	}
	return nil, fail("user_not_found")
}

// newUser makes a user who has nothing yet to log in with. The caller adds the
// user to the project.
func (r *run) newUser(pending *bool) *user {
	status := stytch.UserStatusActive
	if pending != nil && *pending {
		status = stytch.UserStatusPending
	}
	return &user{Profile: stytch.User{
		UserID: newID("user"), Status: status, CreatedAt: new(r.now), Roles: []string{defaultRole}, Name: &stytch.UserName{},
	}}
}

// taken is the error for an address or number that another user has.
func taken(address string) *apiError {
	if isEmail(address) {
		return fail("duplicate_email")
	}
	return fail("duplicate_phone_number")
}

func (r *run) createUser(q stytch.UsersCreateRequest) (stytch.UsersCreateResponse, *apiError) {
	none := stytch.UsersCreateResponse{}
	st := &r.project.state
	u := r.newUser(q.CreateUserAsPending)
	var answer stytch.UsersCreateResponse
	for _, one := range []struct{ address, id *string }{{q.Email, &answer.EmailID}, {q.PhoneNumber, &answer.PhoneID}} {
		if one.address == nil {
			continue
		}
		if owner, _ := st.userByAddress(*one.address, r.now); owner != nil {
			return none, taken(*one.address)
		}
		*one.id = u.add(*one.address).ID
	}
	if err := r.set(u, settings{q.Name, q.TrustedMetadata, q.UntrustedMetadata, q.ExternalID, q.Roles}); err != nil {
		return none, err
	}
	st.Users.add(u)
	r.status = http.StatusCreated
	answer.UserID, answer.Status, answer.User = u.Profile.UserID, u.Profile.Status, u.profile(r.now)
	return answer, nil
}

// settings are what an application can set of a user. What is nil stays as it is.
type settings struct {
	name               *stytch.UserName
	trusted, untrusted map[string]any
	externalID         *string
	roles              []string
}

// set changes a user, or does nothing and says why.
func (r *run) set(u *user, to settings) *apiError {
	p := u.Profile
	if to.externalID != nil {
		if owner := r.project.state.userByID(*to.externalID); owner != nil && owner != u {
			return fail("duplicate_user_external_id")
		}
		p.ExternalID = to.externalID
	}
	if to.roles != nil {
		if err := r.project.assignable(to.roles, defaultRole); err != nil {
			return err
		}
		p.Roles = append([]string{defaultRole}, to.roles...)
	}
	if to.name != nil {
		p.Name = renamed(p.Name, to.name)
	}
	var err *apiError
	if to.trusted != nil {
		if p.TrustedMetadata, err = mergeMetadata(p.TrustedMetadata, to.trusted); err != nil {
			return err
		}
	}
	if to.untrusted != nil {
		if p.UntrustedMetadata, err = mergeMetadata(p.UntrustedMetadata, to.untrusted); err != nil {
			return err
		}
	}
	u.Profile = p
	return nil
}

// renamed is a name with the parts changed that are given.
func renamed(name, to *stytch.UserName) *stytch.UserName {
	if name == nil {
		return to
	}
	return &stytch.UserName{
		FirstName:  cmp.Or(to.FirstName, name.FirstName),
		MiddleName: cmp.Or(to.MiddleName, name.MiddleName),
		LastName:   cmp.Or(to.LastName, name.LastName),
	}
}

func (r *run) getUser(q stytch.UsersGetRequest) (stytch.UsersGetResponse, *apiError) {
	u, err := r.user(q.UserID)
	if err != nil {
		return stytch.UsersGetResponse{}, err
	}
	p := u.profile(r.now)
	return stytch.UsersGetResponse{
		UserID: p.UserID, Emails: p.Emails, Status: p.Status, PhoneNumbers: p.PhoneNumbers,
		WebAuthnRegistrations: p.WebAuthnRegistrations, Providers: p.Providers, TOTPs: p.TOTPs, CryptoWallets: p.CryptoWallets,
		BiometricRegistrations: p.BiometricRegistrations, IsLocked: p.IsLocked, Roles: p.Roles, Name: p.Name, CreatedAt: p.CreatedAt,
		Password: p.Password, TrustedMetadata: p.TrustedMetadata, UntrustedMetadata: p.UntrustedMetadata, ExternalID: p.ExternalID,
		LockCreatedAt: p.LockCreatedAt, LockExpiresAt: p.LockExpiresAt,
	}, nil
}

func (r *run) updateUser(q stytch.UsersUpdateRequest) (stytch.UsersUpdateResponse, *apiError) {
	none := stytch.UsersUpdateResponse{}
	u, err := r.user(q.UserID)
	if err != nil {
		return none, err
	}
	if err := r.set(u, settings{q.Name, q.TrustedMetadata, q.UntrustedMetadata, q.ExternalID, q.Roles}); err != nil {
		return none, err
	}
	p := u.profile(r.now)
	return stytch.UsersUpdateResponse{
		UserID: p.UserID, User: p, Emails: p.Emails, PhoneNumbers: p.PhoneNumbers, CryptoWallets: p.CryptoWallets,
	}, nil
}

func (r *run) deleteExternalID(q stytch.UsersDeleteExternalIDRequest) (stytch.UsersDeleteExternalIDResponse, *apiError) {
	u, err := r.user(q.UserID)
	if err != nil {
		return stytch.UsersDeleteExternalIDResponse{}, err
	}
	u.Profile.ExternalID = nil
	return stytch.UsersDeleteExternalIDResponse{UserID: u.Profile.UserID, User: u.profile(r.now)}, nil
}

// deleteUser forgets a user. Their codes are part of them, and their sessions
// end.
func (r *run) deleteUser(q stytch.UsersDeleteRequest) (stytch.UsersDeleteResponse, *apiError) {
	gone, err := r.user(q.UserID)
	if err != nil {
		return stytch.UsersDeleteResponse{}, err
	}
	st, id := &r.project.state, gone.Profile.UserID
	st.Users.remove(gone)
	st.endSessions(id, nil)
	st.revokeAll(id)
	return stytch.UsersDeleteResponse{UserID: id}, nil
}
