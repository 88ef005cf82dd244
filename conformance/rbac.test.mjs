// Access policies, through the official SDK: its calls, its members' headers, and its local check of permissions next to ours.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientError } from "stytch";
import { fails, newWorld, unrecorded } from "./world.mjs";

const email = "ada@example.com";

/** Starts a world with an organization and a member with roles, who is logged in. */
async function newCompany(...roles) {
  const world = await newWorld();
  const { organization_id } = await world.organization({ organization_name: "Analytical Engines", organization_slug: "engines" });
  const { member_id } = await world.member({
    organization_id, email_address: email, roles: ["stytch_member", ...roles].map((role_id) => ({ role_id, sources: [] })),
  });
  return { ...world, organization_id, member_id, ...(await login(world, organization_id)) };
}

async function login({ b2b, code }, organization_id) {
  await b2b.otps.email.loginOrSignup({ organization_id, email_address: email });
  const { session_token, session_jwt } = await b2b.otps.email.authenticate({ organization_id, email_address: email, code: await code(email) });
  return { session_token, session_jwt };
}

const documents = (...actions) => [{ resource_id: "documents", actions }];

test("an organization has roles of its own", async () => {
  const { b2b, policy, organization_id, session_jwt, session_token } = await newCompany("auditor");
  const { organizations } = b2b.rbac;
  await policy({ roles: [], scopes: [], resources: [{ resource_id: "documents", description: "", actions: ["read", "export"] }] });
  assert.deepEqual((await organizations.getOrgPolicy({ organization_id })).org_policy, { roles: [] });
  const check = { organization_id, resource_id: "documents", action: "export" };
  await fails(b2b.sessions.authenticate({ session_token, authorization_check: check }), 403, "session_authorization_error");

  const org_policy = { roles: [{ role_id: "auditor", description: "Reads.", permissions: documents("export") }] };
  const set = await organizations.setOrgPolicy({ organization_id, org_policy });
  assert.deepEqual(set.org_policy, org_policy);
  assert.deepEqual((await organizations.getOrgPolicy({ organization_id: "engines" })).org_policy, org_policy);
  const { verdict } = await b2b.sessions.authenticate({ session_token, authorization_check: check });
  assert.deepEqual(verdict, { authorized: true, granting_roles: ["auditor"] });
  await b2b.sessions.authenticateJwtLocal({ session_jwt, authorization_check: check });
  await fails(b2b.sessions.authenticate({ session_token, authorization_check: { ...check, organization_id: "engines" } }),
    403, "session_authorization_tenancy_error");

  await fails(organizations.getOrgPolicy({ organization_id: "organization-test-none" }), 404, "organization_not_found");
  await fails(organizations.setOrgPolicy({ organization_id, org_policy: { roles: [{ ...org_policy.roles[0], permissions: documents("teleport") }] } }),
    400, "invalid_permission_action");
});

test("a call on behalf of a member needs the member's permission", async () => {
  const { b2b, grant, organization, member, organization_id, member_id, session_token, session_jwt } = await newCompany();
  const { organizations } = b2b;
  for (const authorization of [{ session_token }, { session_jwt }]) {
    const asMember = { authorization };
    await organizations.members.update({ organization_id, member_id, name: "Ada" }, asMember);
    await fails(organizations.members.update({ organization_id, member_id, is_breakglass: true }, asMember), 403, "session_authorization_error");
    await fails(organizations.update({ organization_id, organization_name: "Looms" }, asMember), 403, "session_authorization_error");
    await fails(organizations.members.create({ organization_id, email_address: "b@example.com" }, asMember), 403, "session_authorization_error");
  }
  await grant("stytch_member", "stytch.organization", "update.info.name");
  await organizations.update({ organization_id, organization_name: "Looms" }, { authorization: { session_token } });
  await fails(organizations.update({ organization_id, organization_name: "Looms", mfa_policy: "OPTIONAL" }, { authorization: { session_token } }),
    403, "session_authorization_error");
  const other = await organization({ organization_name: "Other" });
  const stranger = await member({ organization_id: other.organization_id, email_address: email });
  await fails(organizations.members.update({ organization_id: other.organization_id, member_id: stranger.member_id, name: "Eve" }, { authorization: { session_token } }),
    403, "session_authorization_tenancy_error");
  await fails(organizations.update({ organization_id, organization_name: "Mills" }, { authorization: { session_token: "none" } }), 404, "session_not_found");
});

/** Returns random numbers from a seed (mulberry32). */
function dice(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  const one = (list) => list[below(list.length)];
  const some = (most, make) => Array.from({ length: below(most + 1) }, make);
  return { below, one, some };
}

// Few names, so that they often meet, and some that differ only in case, space or a suffix.
const roleNames = ["reader", "editor", "owner", "Reader", "reader ", "*", "stytch_user", "stytch_member", "stytch_admin"];
const resources = ["documents", "images", "Documents", "documents.drafts", "*", "stytch.member"];
const actions = ["read", "update", "delete", "Read", "read.all", "*"];

const randomRoles = ({ one, some }, most) =>
  some(most, () => ({
    role_id: one(roleNames), description: "", permissions: some(5, () => ({ resource_id: one(resources), actions: some(4, () => one(actions)) })),
  }));

/** Returns what the SDK decides locally. */
const decision = (check) =>
  check.then(
    () => "yes",
    (err) => {
      const codes = { invalid_permissions: "no", tenancy_mismatch: "another organization" };
      if (!(err instanceof ClientError) || !codes[err.code]) throw err;
      return codes[err.code];
    },
  );

const policies = 130;
const checks = 8;

test(`${2 * policies * checks} random checks are decided as our SDK decides them`, async () => {
  const world = await newWorld();
  const { config, organization, member, user, policy, roles } = world;
  const ours = await organization({ organization_name: "Analytical Engines", organization_slug: "engines" });
  const other = await organization({ organization_name: "Other" });
  const random = dice(20260227);
  const seen = {};
  for (let round = 0; round < policies; round++) {
    const projectRoles = randomRoles(random, 8);
    await policy({ roles: projectRoles, resources: [], scopes: [] });
    for (const { organization_id } of [ours, other]) await roles(organization_id, randomRoles(random, 3));
    const held = ["stytch_user", "stytch_member", ...random.some(4, () => random.one(roleNames))];
    const address = `m${round}@example.com`;
    const { member_id } = await member({
      organization_id: ours.organization_id, email_address: address, roles: held.map((role_id) => ({ role_id, sources: [] })),
    });
    const { user_id } = await user({ roles: held });
    // Without a cached policy.
    const { client, b2b } = unrecorded(config);
    for (const [sessions, id] of [[client.sessions, user_id], [b2b.sessions, member_id]]) {
      const session_jwt = await world.session(id);
      const asked = Array.from({ length: checks }, () => ({
        resource_id: random.one(resources), action: random.one(actions),
        ...(id === member_id && { organization_id: random.one([...Array(4).fill(ours.organization_id), other.organization_id, "engines"]) }),
      }));
      const theirs = [];
      for (const authorization_check of asked) theirs.push(await decision(sessions.authenticateJwtLocal({ session_jwt, authorization_check })));
      const decided = await world.decisions(session_jwt, asked);
      assert.deepEqual(decided, theirs, JSON.stringify({ asked, held, projectRoles }));
      for (const one of theirs) seen[one] = (seen[one] ?? 0) + 1;
    }
  }
  assert.deepEqual(Object.keys(seen).sort(), ["another organization", "no", "yes"]);
  assert.ok(seen.yes > 200 && seen.no > 200, JSON.stringify(seen));
});

const scopeNames = ["read", "read:documents", "read:*", "Read", "*", "editor"];

test(`${policies * checks} random checks of access tokens are decided as our SDK decides them`, async () => {
  const world = await newWorld();
  const { client, config, policy } = world;
  const random = dice(20260228);
  const { one, some } = random;
  const seen = {};
  for (let round = 0; round < policies; round++) {
    const scopes = some(6, () => ({
      scope: one(scopeNames), description: "", permissions: some(5, () => ({ resource_id: one(resources), actions: some(4, () => one(actions)) })),
    }));
    await policy({ roles: randomRoles(random, 4), resources: [], scopes });
    const { m2m_client } = await client.m2m.clients.create({ scopes: [one(scopeNames), ...some(3, () => one(scopeNames))] });
    const { access_token } = await client.m2m.token({ client_id: m2m_client.client_id, client_secret: m2m_client.client_secret });
    const asked = Array.from({ length: checks }, () => ({ resource_id: one(resources), action: one(actions) }));
    const { client: fresh } = unrecorded(config);
    const theirs = [];
    for (const authorization_check of asked) theirs.push(await decision(fresh.idp.introspectTokenLocal(access_token, { authorization_check })));
    assert.deepEqual(await world.tokenDecisions(access_token, asked), theirs, JSON.stringify({ asked, scopes, has: m2m_client.scopes }));
    for (const it of theirs) seen[it] = (seen[it] ?? 0) + 1;
  }
  assert.ok(seen.yes > 100 && seen.no > 100, JSON.stringify(seen));
});
