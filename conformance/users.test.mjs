// Users and the access policy, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { consumer, fails, newWorld } from "./world.mjs";

const phone = "+15005550006";
const email = "ada@example.com";
const external_id = "customer-1815";

test("a user is created, found, changed and deleted", async () => {
  const { client, grant } = await newWorld();
  await grant("editor", "documents", "read");
  const made = await client.users.create({
    email, phone_number: phone, external_id, name: { first_name: "Ada" }, roles: ["editor"], trusted_metadata: { plan: "free", trial: true },
  });
  assert.deepEqual([made.status_code, made.status, made.user.roles], [201, "active", ["stytch_user", "editor"]]);
  assert.deepEqual(made.user.emails, [{ email_id: made.email_id, email, verified: false }]);

  const { results, results_metadata } = await client.users.search({
    query: { operator: "AND", operands: [{ filter_name: "email_address", filter_value: [email] }, { filter_name: "status", filter_value: "active" }] },
  });
  assert.deepEqual([results.map((u) => u.user_id), results_metadata.total], [[made.user_id], 1]);

  const { user } = await client.users.update({
    user_id: external_id, name: { last_name: "Lovelace" }, trusted_metadata: { plan: "pro", trial: null }, roles: [],
  });
  assert.deepEqual([user.name.first_name, user.name.last_name, user.trusted_metadata, user.roles], ["Ada", "Lovelace", { plan: "pro" }, ["stytch_user"]]);
  assert.equal((await client.users.get({ user_id: external_id })).user_id, made.user_id);

  const bare = await client.users.deleteExternalId({ user_id: external_id });
  assert.equal(bare.user.external_id, null);
  await fails(client.users.deleteExternalId({ user_id: external_id }), 404, "user_not_found");

  await client.users.delete({ user_id: made.user_id });
  await fails(client.users.get({ user_id: made.user_id }), 404, "user_not_found");
  await fails(client.users.delete({ user_id: made.user_id }), 404, "user_not_found");
  await fails(client.users.update({ user_id: made.user_id }), 404, "user_not_found");
});

test("what creating and searching refuse", async () => {
  const { client } = await newWorld();
  await client.users.create({ email });
  await fails(client.users.create({ email }), 400, "duplicate_email");
  await fails(client.users.create({}), 400, "invalid_create_user_request");
  const query = { operator: "AND", operands: [{ filter_name: "shoe_size", filter_value: "40" }] };
  await fails(client.users.search({ query }), 400, "user_search_filter_name_not_recognized");
});

test("a search goes through its pages", async () => {
  const { client } = await newWorld();
  const made = [];
  for (let i = 0; i < 5; i++) made.push((await client.users.create({ email: `user${i}@example.com` })).user_id);
  const found = [];
  const pages = client.users.searchAll({ limit: 2, query: { operator: "AND", operands: [] } });
  while (pages.hasNext()) found.push(...(await pages.next()).map((u) => u.user_id));
  assert.deepEqual(found.sort(), made.sort());
});

test("a factor is exchanged while it is the only one", async () => {
  const { client } = await newWorld();
  const { user_id, email_id } = await client.users.create({ email });
  const { user } = await client.users.exchangePrimaryFactor({ user_id, phone_number: phone });
  assert.deepEqual([user.emails, user.phone_numbers[0].verified], [[], true]);
  await fails(client.users.deleteEmail({ email_id }), 404, "email_not_found");
  await fails(client.users.exchangePrimaryFactor({ user_id, email_address: "nobody" }), 400, "invalid_email");
});

const uuid = "-test-8f2d6c1e-4b7a-4c39-9e15-2a6d0b7f3c84";

// Each kind of factor: the call that deletes one, where a user has it, and what a second call answers.
const factors = [
  ["deleteEmail", "email_id", "emails", { email_id: `email${uuid}`, email, verified: true }, "email_not_found"],
  ["deletePhoneNumber", "phone_id", "phone_numbers", { phone_id: `phone-number${uuid}`, phone_number: phone, verified: true }, "phone_number_not_found"],
  ["deleteWebAuthnRegistration", "webauthn_registration_id", "webauthn_registrations", { webauthn_registration_id: `webauthn-registration${uuid}` }, "webauthn_registration_not_found"],
  ["deleteBiometricRegistration", "biometric_registration_id", "biometric_registrations", { biometric_registration_id: `biometric-registration${uuid}` }, "biometric_registration_not_found"],
  ["deleteTOTP", "totp_id", "totps", { totp_id: `totp${uuid}` }, "totp_not_found"],
  ["deleteCryptoWallet", "crypto_wallet_id", "crypto_wallets", { crypto_wallet_id: `crypto-wallet${uuid}` }, "crypto_wallet_not_found"],
  ["deleteOAuthRegistration", "oauth_user_registration_id", "providers", { oauth_user_registration_id: `oauth-user${uuid}` }, "oauth_user_registration_not_found"],
  ["deletePassword", "password_id", "password", { password_id: `password${uuid}` }, "password_not_found"],
];

for (const [call, id, field, factor, missing] of factors) {
  test(`${call} takes one from a user`, async () => {
    const { client, user: add } = await newWorld();
    const emails = [{ email: "other@example.com" }];
    await add({ emails, [field]: field === "password" ? factor : [...(field === "emails" ? emails : []), factor] });
    const { user } = await client.users[call]({ [id]: factor[id] });
    assert.equal(JSON.stringify(user).includes(factor[id]), false);
    await fails(client.users[call]({ [id]: factor[id] }), 404, missing);
  });
}

test("a user takes back what a connected app may do", async () => {
  const { client, consent } = await newWorld();
  const { user_id } = await client.users.create({ email, external_id });
  await consent(external_id, { connected_app_id: "connected-app-1", name: "Calendar", client_type: "third_party", scopes_granted: "openid" });
  const { connected_apps } = await client.users.connectedApps({ user_id });
  assert.deepEqual(connected_apps.map((app) => app.name), ["Calendar"]);
  await client.users.revoke({ user_id, connected_app_id: "connected-app-1" });
  await fails(client.users.revoke({ user_id, connected_app_id: "connected-app-1" }), 404, "connected_app_not_found");
  await fails(client.users.connectedApps({ user_id: "nobody" }), 404, "user_not_found");
});

test("the SDK checks permissions by itself, with the policy", async () => {
  const { client, code, config, grant, fail } = await newWorld();
  await grant("stytch_user", "documents", "read");
  const { phone_id: method_id } = await client.otps.sms.loginOrCreate({ phone_number: phone });
  const { session, session_jwt } = await client.otps.authenticate({ method_id, code: await code(phone), session_duration_minutes: 60 });
  const { policy } = await client.rbac.policy();
  assert.deepEqual(policy.roles.map((role) => role.role_id), ["stytch_user"]);
  const check = (action) => client.sessions.authenticateJwt({ session_jwt, authorization_check: { resource_id: "documents", action } });
  await fails(check("delete"), 403, "consumer_session_authorization_error"); // the SDK asks the service before it refuses
  await fail({ call: "consumer.sessions.authenticate", error_type: "internal_server_error" });
  assert.equal((await check("read")).session.session_id, session.session_id);
  const stranger = consumer({ ...config, secret: "secret-test-wrong" });
  await fails(stranger.rbac.policy(), 401, "unauthorized_credentials");
});
