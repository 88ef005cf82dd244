// Organizations, their members and discovery, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { b2b as newClient, fails, newWorld } from "./world.mjs";

const email_address = "ada@example.com";

/** Proves an address by e-mail, without an organization. */
async function discover({ b2b, code }, address = email_address) {
  await b2b.otps.email.discovery.send({ email_address: address });
  return b2b.otps.email.discovery.authenticate({ email_address: address, code: await code(address) });
}

test("one code creates an organization, and logs in to it", async () => {
  const world = await newWorld();
  const { discovery } = world.b2b;
  const first = await discover(world);
  const created = await discovery.organizations.create({
    intermediate_session_token: first.intermediate_session_token, organization_name: "Engines", organization_slug: "engines",
  });
  assert.deepEqual([created.member_authenticated, created.member.is_admin, created.organization.organization_slug], [true, true, "engines"]);
  const again = await discover(world);
  const { intermediate_session_token } = again;
  const { discovered_organizations } = await discovery.organizations.list({ intermediate_session_token });
  assert.deepEqual(discovered_organizations.map((d) => d.membership.type), ["active_member"]);
  await fails(discovery.organizations.create({ intermediate_session_token, organization_slug: "engines" }), 400, "organization_slug_already_used");
  const auth = await discovery.intermediateSessions.exchange({ intermediate_session_token, organization_id: "engines" });
  assert.equal(auth.member_authenticated, true);
  await fails(discovery.intermediateSessions.exchange({ intermediate_session_token, organization_id: "engines" }), 404, "intermediate_session_not_found");
  await fails(discovery.organizations.list({}), 400, "no_session_arguments");
});

test("an organization is created, changed and deleted", async () => {
  const { b2b, config } = await newWorld();
  const { organizations, rbac } = b2b;
  const { organization } = await organizations.create({ organization_name: "Engines", organization_slug: "engines", organization_external_id: "customer-1" });
  const { organization_id } = organization;
  await fails(organizations.create({ organization_name: "Again", organization_slug: "engines" }), 400, "organization_slug_already_used");
  assert.equal((await organizations.get({ organization_id: "customer-1" })).organization.organization_id, organization_id);
  assert.equal((await organizations.update({ organization_id, organization_name: "New" })).organization.organization_name, "New");
  await fails(organizations.update({ organization_id, auth_methods: "RESTRICTED" }), 400, "allowed_auth_methods_required_for_restricted");
  await organizations.deleteExternalId({ organization_id });
  await fails(organizations.deleteExternalId({ organization_id: "customer-1" }), 404, "organization_not_found");
  assert.equal((await organizations.metrics({ organization_id })).member_count, 0);
  await organizations.delete({ organization_id });
  for (const call of ["get", "delete", "metrics"]) await fails(organizations[call]({ organization_id }), 404, "organization_not_found");
  assert.ok((await rbac.policy()).policy.roles.length >= 2);
  await fails(newClient({ ...config, secret: "secret-test-wrong" }).rbac.policy(), 401, "unauthorized_credentials");
});

test("a member is created, changed, deleted and reactivated", async () => {
  const world = await newWorld();
  const { organization_id } = await world.organization({ organization_name: "Engines", organization_slug: "engines" });
  const { members } = world.b2b.organizations;
  const created = await members.create({ organization_id, email_address, external_id: "ada-1", mfa_phone_number: "+15005550006" });
  const { member_id } = created;
  await fails(members.create({ organization_id, email_address }), 400, "duplicate_member_email");
  assert.equal((await members.get({ organization_id, email_address })).member_id, member_id);
  await fails(members.get({ organization_id, member_id: "nobody" }), 404, "member_not_found");
  const changed = await members.update({ organization_id, member_id, name: "Ada", email_address: "ada@example.org" });
  assert.deepEqual([changed.member.name, changed.member.email_address], ["Ada", "ada@example.org"]);
  await fails(members.update({ organization_id, member_id, default_mfa_method: "totp" }), 400, "default_mfa_member_missing_factor");
  await members.unlinkRetiredEmail({ organization_id, member_id, email_address });
  await fails(members.unlinkRetiredEmail({ organization_id, member_id, email_address }), 404, "email_not_found");
  await members.deleteMFAPhoneNumber({ organization_id, member_id });
  await fails(members.deleteMFAPhoneNumber({ organization_id, member_id }), 404, "member_phone_number_not_found");
  await members.deleteExternalId({ organization_id, member_id });
  await fails(members.deleteExternalId({ organization_id, member_id: "ada-1" }), 404, "member_not_found");
  await members.dangerouslyGet({ member_id });

  const other = await world.member({
    organization_id, email_address: "grace@example.com", email_address_verified: true,
    totp_registration_id: "member-totp-test-1", member_password_id: "member-password-test-1",
  });
  const grace = { organization_id, member_id: other.member_id };
  await members.deleteTOTP(grace);
  await fails(members.deleteTOTP(grace), 404, "totp_not_found");
  const password = { organization_id, member_password_id: "member-password-test-1" };
  await members.deletePassword(password);
  await fails(members.deletePassword(password), 404, "member_password_not_found");
  await members.delete(grace);
  await fails(members.delete(grace), 404, "member_not_found");
  await fails(members.dangerouslyGet({ member_id: other.member_id }), 404, "member_not_found");
  assert.equal((await members.dangerouslyGet({ member_id: other.member_id, include_deleted: true })).member.status, "deleted");
  assert.equal((await members.reactivate(grace)).member.status, "active");
  await fails(members.reactivate(grace), 400, "no_deleted_member_found_for_reactivation");
});
