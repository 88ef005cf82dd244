package stytchtest

// oauthMember returns the member of a login with an account, or nil.
func (r *run) oauthMember(o *organization, a account) *member {
	return r.project.state.memberByEmail(o.Profile.OrganizationID, a.Email)
}
