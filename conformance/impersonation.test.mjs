// Impersonation, and the calls about the project, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { b2b, consumer, fails, newWorld } from "./world.mjs";

const support = "support@example.net";

test("the staff acts as a user", async () => {
  const { client, user, impersonate } = await newWorld();
  const { user_id } = await user({ emails: [{ email: "ada@example.com", verified: true }] });
  const impersonation_token = await impersonate(user_id, support);
  const auth = await client.impersonation.authenticate({ impersonation_token });
  assert.equal(auth.user_id, user_id);
  assert.deepEqual(auth.session.authentication_factors.map((f) => [f.type, f.impersonated_factor.impersonator_email_address]), [["impersonated", support]]);
  await fails(client.impersonation.authenticate({ impersonation_token }), 401, "unable_to_auth_impersonation_token");
  const { session_token } = auth;
  await fails(client.sessions.authenticate({ session_token, session_duration_minutes: 60 }), 400, "session_not_mutable");
  await client.sessions.revoke({ session_token });
});

test("the staff acts as a member", async () => {
  const world = await newWorld();
  const { organization_id } = await world.organization({ organization_name: "Engines", mfa_policy: "REQUIRED_FOR_ALL" });
  const { member_id } = await world.member({ organization_id, email_address: "ada@example.com" });
  const impersonation_token = await world.impersonate(member_id, support);
  const auth = await world.b2b.impersonation.authenticate({ impersonation_token });
  assert.deepEqual([auth.member_id, auth.member_authenticated, auth.intermediate_session_token], [member_id, true, ""]);
  assert.equal(auth.member_session.authentication_factors[0].impersonated_factor.impersonator_email_address, support);
  await fails(world.b2b.impersonation.authenticate({ impersonation_token }), 401, "unable_to_auth_impersonation_token");
});

test("the project of the credentials, and its size", async () => {
  const { client, config, user } = await newWorld();
  await user({});
  assert.equal((await client.debug.whoami()).project_id, config.project_id);
  const { metrics } = await client.project.metrics();
  assert.equal(metrics.find((one) => one.metric_type === "USER_COUNT").count, 1);
  const wrong = { ...config, secret: "secret-test-wrong" };
  await fails(consumer(wrong).debug.whoami(), 401, "unauthorized_credentials");
  await fails(b2b(wrong).project.metrics(), 401, "unauthorized_credentials");
});
