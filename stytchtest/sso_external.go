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
	c, err := r.project.addExternal(o, b2b.ExternalConnection{
		ExternalOrganizationID: q.ExternalOrganizationID, ExternalConnectionID: q.ExternalConnectionID, DisplayName: text(q.DisplayName),
		ExternalConnectionImplicitRoleAssignments: q.ConnectionImplicitRoleAssignments, ExternalGroupImplicitRoleAssignments: q.GroupImplicitRoleAssignments,
	})
	if err != nil {
		return none, err
	}
	return b2b.SSOExternalCreateConnectionResponse{Connection: new(*c.External)}, nil
}

// addExternal adds a connection that leads to another one. An empty id is generated.
func (p *Project) addExternal(o *organization, e b2b.ExternalConnection) (*connection, *apiError) {
	st := &p.state
	other := st.organizationByID(e.ExternalOrganizationID)
	if other == nil {
		return nil, failf("organization_not_found", "external_organization_id: there is no such organization")
	}
	if other == o {
		return nil, fail("external_organization_id_same_as_organization_id")
	}
	target := st.Connections.find(byID, e.ExternalConnectionID)
	switch {
	case target == nil || target.External != nil:
		return nil, fail("external_connection_id_not_found")
	case target.organizationID() != other.Profile.OrganizationID:
		return nil, fail("sso_connection_organization_mismatch")
	case !target.active():
		return nil, fail("external_connection_not_active")
	}
	for _, have := range st.connectionsOf(o) {
		if have.External != nil && have.External.ExternalConnectionID == target.id() {
			return nil, fail("duplicate_external_sso_connection")
		}
	}
	setIfEmpty(&e.ConnectionID, newID("external-connection"))
	e.OrganizationID, e.ExternalOrganizationID, e.Status = o.Profile.OrganizationID, other.Profile.OrganizationID, b2b.SSOConnectionStatusActive
	c := &connection{External: &e}
	p.connect(o, c)
	return c, nil
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
