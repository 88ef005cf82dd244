package stytchtest

import (
	"github.com/stytchgen/sdk/b2b"
)

func (r *run) externalCreate(q b2b.SSOExternalCreateConnectionRequest) (b2b.SSOExternalCreateConnectionResponse, *apiError) {
	none := b2b.SSOExternalCreateConnectionResponse{}
	o, err := r.ssoOrganization(q.OrganizationID, q.ActingMember, "create")
	if err != nil {
		return none, err
	}
	if err := r.checkGrants(q.ActingMember, o, grants{q.ConnectionImplicitRoleAssignments, q.GroupImplicitRoleAssignments}); err != nil {
		return none, err
	}
	st := &r.project.state
	other := st.organizationByID(q.ExternalOrganizationID)
	if other == nil {
		return none, failf("organization_not_found", "external_organization_id: there is no such organization")
	}
	if other == o {
		return none, fail("external_organization_id_same_as_organization_id")
	}
	target := st.Connections.find(byID, q.ExternalConnectionID)
	switch {
	case target == nil || target.External != nil:
		return none, fail("external_connection_id_not_found")
	case target.organizationID() != other.Profile.OrganizationID:
		return none, fail("sso_connection_organization_mismatch")
	case !target.active():
		return none, fail("external_connection_not_active")
	}
	for _, have := range st.connectionsOf(o) {
		if have.External != nil && have.External.ExternalConnectionID == target.id() {
			return none, fail("duplicate_external_sso_connection")
		}
	}
	c := &connection{External: &b2b.ExternalConnection{
		OrganizationID: o.Profile.OrganizationID, ConnectionID: newID("external-connection"),
		ExternalOrganizationID: other.Profile.OrganizationID, ExternalConnectionID: target.id(),
		DisplayName: text(q.DisplayName), Status: b2b.SSOConnectionStatusActive,
		ExternalConnectionImplicitRoleAssignments: q.ConnectionImplicitRoleAssignments, ExternalGroupImplicitRoleAssignments: q.GroupImplicitRoleAssignments,
	}}
	r.project.connect(o, c)
	return b2b.SSOExternalCreateConnectionResponse{Connection: new(*c.External)}, nil
}

func (r *run) externalUpdate(q b2b.SSOExternalUpdateConnectionRequest) (b2b.SSOExternalUpdateConnectionResponse, *apiError) {
	none := b2b.SSOExternalUpdateConnectionResponse{}
	o, err := r.ssoOrganization(q.OrganizationID, q.ActingMember, "update")
	if err != nil {
		return none, err
	}
	c := r.project.state.connectionOf(o, q.ConnectionID)
	if c == nil || c.External == nil {
		return none, fail("sso_connection_not_found")
	}
	if err := r.checkGrants(q.ActingMember, o, grants{q.ExternalConnectionImplicitRoleAssignments, q.ExternalGroupImplicitRoleAssignments}); err != nil {
		return none, err
	}
	set(&c.External.DisplayName, q.DisplayName)
	setList(&c.External.ExternalConnectionImplicitRoleAssignments, q.ExternalConnectionImplicitRoleAssignments)
	setList(&c.External.ExternalGroupImplicitRoleAssignments, q.ExternalGroupImplicitRoleAssignments)
	r.project.listActive(o, c)
	r.project.regrant(c)
	return b2b.SSOExternalUpdateConnectionResponse{Connection: new(*c.External)}, nil
}
