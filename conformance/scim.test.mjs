// SCIM: the connection through the official SDK, and the directory's side with plain requests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fails, newWorld } from "./world.mjs";

/** Starts an emulator with an organization and its connection. Returns a function that sends what a directory does. */
async function newDirectory() {
  const world = await newWorld();
  const { organization_id } = await world.organization({ organization_name: "Engines" });
  const { connection } = await world.b2b.scim.connection.create({ organization_id, display_name: "Okta", identity_provider: "okta" });
  const { connection_id, base_url, bearer_token } = connection;
  const send = async (method, path, body, token = bearer_token) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" };
    const response = await fetch(base_url + path, { method, headers, body: body && JSON.stringify(body) });
    return { status: response.status, ...(response.status === 204 ? {} : await response.json()) };
  };
  return { ...world, ids: { organization_id, connection_id }, bearer_token, send };
}

const schemas = (name) => [`urn:ietf:params:scim:schemas:core:2.0:${name}`];
const ada = { schemas: schemas("User"), userName: "ada@example.com", name: { givenName: "Ada", familyName: "Lovelace" }, externalId: "00u1", active: true };

test("the connection of a directory", async () => {
  const { b2b, ids } = await newDirectory();
  const { organization_id } = ids;
  const { connection } = b2b.scim;
  await fails(connection.create({ organization_id }), 400, "active_scim_connection_exists");
  assert.equal((await connection.get({ organization_id })).connection.display_name, "Okta");
  const changed = await connection.update({ ...ids, display_name: "Entra", identity_provider: "microsoft-entra" });
  assert.match(changed.connection.base_url, /\?aadOptscim062020$/);
  const other = { organization_id, connection_id: "scim-connection-test-other" };
  for (const call of ["update", "delete", "getGroups", "rotateStart", "rotateComplete", "rotateCancel"]) {
    await fails(connection[call](other), 404, "no_active_scim_connection");
  }
  assert.equal((await connection.delete(ids)).connection_id, ids.connection_id);
  await fails(connection.get({ organization_id }), 404, "no_active_scim_connection");
});

test("the bearer token is replaced", async () => {
  const { b2b, ids, send, bearer_token } = await newDirectory();
  const { connection } = b2b.scim;
  const works = async (token) => (await send("GET", "/Users", undefined, token)).status === 200;
  await fails(connection.rotateComplete(ids), 400, "scim_connection_not_rotating_token");
  const dropped = (await connection.rotateStart(ids)).connection.next_bearer_token;
  assert.deepEqual([await works(bearer_token), await works(dropped)], [true, true]);
  await connection.rotateCancel(ids);
  assert.deepEqual([await works(bearer_token), await works(dropped)], [true, false]);
  const next = (await connection.rotateStart(ids)).connection.next_bearer_token;
  await connection.rotateComplete(ids);
  assert.deepEqual([await works(bearer_token), await works(next)], [false, true]);
});

test("a directory pushes a person and a group", async () => {
  const { b2b, ids, send, policy, session } = await newDirectory();
  await policy({ roles: [{ role_id: "editor", permissions: [] }] });
  const { organization_id } = ids;
  const made = await send("POST", "/Users", ada);
  assert.equal(made.status, 201);
  const member_id = made.id;
  const group = await send("POST", "/Groups", { schemas: schemas("Group"), displayName: "Editors", members: [{ value: member_id }] });
  const { scim_groups } = await b2b.scim.connection.getGroups(ids);
  assert.deepEqual(scim_groups.map((one) => [one.group_id, one.group_name]), [[group.id, "Editors"]]);
  const scim_group_implicit_role_assignments = [{ role_id: "editor", group_id: group.id, group_name: "Editors" }];
  await b2b.scim.connection.update({ ...ids, scim_group_implicit_role_assignments });
  const { member } = await b2b.organizations.members.get({ organization_id, member_id });
  assert.equal(member.name, "Ada Lovelace");
  assert.equal(member.scim_registration.scim_attributes.groups[0].display, "Editors");
  assert.deepEqual(member.roles.find((role) => role.role_id === "editor").sources,
    [{ type: "scim_connection_group", details: { connection_id: ids.connection_id, group_id: group.id } }]);
  await fails(
    b2b.scim.connection.update({ ...ids, scim_group_implicit_role_assignments: [{ role_id: "nothing", group_id: group.id, group_name: "" }] }),
    400, "invalid_rbac_role_id",
  );

  const session_jwt = await session(member_id);
  const found = await send("GET", `/Users?filter=${encodeURIComponent(`userName eq "${ada.userName}"`)}`);
  assert.deepEqual(found.Resources.map((one) => one.id), [member_id]);
  await send("PATCH", `/Users/${member_id}`, { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "replace", value: { active: false } }] });
  await fails(b2b.organizations.members.get({ organization_id, member_id }), 404, "member_not_found");
  await fails(b2b.sessions.authenticate({ session_jwt }), 404, "session_not_found");
  const refused = await send("POST", "/Users", ada);
  assert.deepEqual([refused.status, refused.scimType], ["409", "uniqueness"]);
});
