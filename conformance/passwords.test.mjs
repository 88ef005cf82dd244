// Passwords of users and members, through the official SDK.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fails, newWorld } from "./world.mjs";

const email = "ada@example.com";
const password = "a long Engine 1843";
const better = "another Engine 1871";

test("a user registers, logs in and resets the password in every way", async () => {
  const { client, message } = await newWorld();
  const made = await client.passwords.create({ email, password, session_duration_minutes: 60, name: { first_name: "Ada" } });
  assert.deepEqual(made.session.authentication_factors.map((f) => [f.type, f.delivery_method]), [["password", "knowledge"]]);
  assert.deepEqual([made.user.emails[0].email_id, made.user.password.requires_reset], [made.email_id, false]);
  await fails(client.passwords.create({ email, password }), 400, "duplicate_email");
  await fails(client.passwords.create({ email: "b@example.com", password: "password" }), 400, "weak_password");

  const auth = await client.passwords.authenticate({ email, password, session_token: made.session_token });
  assert.equal(auth.session.session_id, made.session.session_id);
  await fails(client.passwords.authenticate({ email, password: better }), 401, "unauthorized_credentials");
  await fails(client.passwords.authenticate({ email: "b@example.com", password }), 404, "email_not_found");

  await client.passwords.email.resetStart({ email, reset_password_expiration_minutes: 10 });
  const { token, login_token, purpose } = await message(email);
  assert.equal(purpose, "reset_password");
  await fails(client.passwords.email.reset({ token: "none", password: better }), 401, "unable_to_auth_password_reset_token");
  const reset = await client.passwords.email.reset({ token, password: better, session_duration_minutes: 60 });
  assert.equal(reset.user.emails[0].verified, true);
  await client.magicLinks.authenticate({ token: login_token });
  await fails(client.sessions.authenticate({ session_token: made.session_token }), 404, "session_not_found");
  await fails(client.passwords.email.resetStart({ email: "b@example.com" }), 404, "email_not_found");

  const existing = await client.passwords.existingPassword.reset({ email, existing_password: better, new_password: password, session_duration_minutes: 60 });
  await fails(client.passwords.existingPassword.reset({ email, existing_password: better, new_password: password }), 401, "unauthorized_credentials");
  const inSession = await client.passwords.sessions.reset({ password: better, session_token: existing.session_token });
  assert.equal(inSession.session.session_id, existing.session.session_id);
  await fails(client.passwords.sessions.reset({ password: better, session_token: "none" }), 404, "session_not_found");
  await client.passwords.authenticate({ email, password: better });
});

test("the strength of a password", async () => {
  const { client, b2b, passwordPolicy } = await newWorld();
  const weak = await client.passwords.strengthCheck({ password: "password" });
  assert.deepEqual([weak.valid_password, weak.score, weak.strength_policy, weak.breach_detection_on_create], [false, 0, "zxcvbn", true]);
  const leaked = await client.passwords.strengthCheck({ password: "correct horse battery staple", email });
  assert.deepEqual([leaked.valid_password, leaked.score, leaked.breached_password], [false, 4, true]);
  const member = await b2b.passwords.strengthCheck({ password: "password" });
  assert.deepEqual([member.valid_password, member.zxcvbn_feedback.suggestions.length > 0], [false, true]);
  await passwordPolicy({ validation_policy: "luds", luds_min_password_length: 12 });
  const luds = await client.passwords.strengthCheck({ password: "Abc" });
  assert.deepEqual([luds.feedback.luds_requirements.missing_characters, luds.feedback.luds_requirements.missing_complexity], [9, 1]);
  assert.equal((await b2b.passwords.strengthCheck({ password: "Abcdefghijk1" })).valid_password, true);
  await fails(client.passwords.strengthCheck({}), 400, "bad_request");
  await fails(b2b.passwords.strengthCheck({}), 400, "bad_request");
});

test("passwords are taken over from another system", async () => {
  const { client, b2b, organization } = await newWorld();
  const hash = createHash("sha512").update(`salt${password}`).digest("hex");
  const migrated = await client.passwords.migrate({
    email, hash, hash_type: "sha_512", sha_512_config: { prepend_salt: "salt", append_salt: "" }, set_email_verified: true,
  });
  assert.deepEqual([migrated.user_created, migrated.user.emails[0].verified], [true, true]);
  await client.passwords.authenticate({ email, password });
  await fails(client.passwords.authenticate({ email, password: better }), 401, "unauthorized_credentials");
  await fails(client.passwords.migrate({ email, hash, hash_type: "bcrypt" }), 400, "invalid_bcrypt_hash");

  const { organization_id } = await organization({ organization_name: "Engines" });
  const member = await b2b.passwords.migrate({
    organization_id, email_address: email, hash, hash_type: "sha_512", sha_512_config: { prepend_salt: "salt", append_salt: "" },
  });
  assert.deepEqual([member.member_created, member.member.email_address_verified], [true, true]);
  await b2b.passwords.authenticate({ organization_id, email_address: email, password });
  await fails(b2b.passwords.migrate({ organization_id, email_address: email, hash: "x", hash_type: "md_5" }), 400, "invalid_md_5_hash");
});

test("a member sets a password, logs in and resets it in every way", async () => {
  const { b2b, message, organization, member } = await newWorld();
  const { organization_id } = await organization({ organization_name: "Engines" });
  const { member_id } = await member({ organization_id, email_address: email });
  const at = { organization_id, email_address: email };
  await fails(b2b.passwords.authenticate({ ...at, password }), 404, "member_password_not_found");
  const start = await b2b.passwords.email.resetStart(at);
  assert.equal(start.member_id, member_id);
  await fails(b2b.passwords.email.resetStart({ ...at, email_address: "b@example.com" }), 404, "member_not_found");
  const { token, login_token } = await message(email);
  await fails(b2b.passwords.email.reset({ password_reset_token: "none", password }), 401, "unable_to_auth_password_reset_token");
  const reset = await b2b.passwords.email.reset({ password_reset_token: token, password });
  assert.deepEqual([reset.member_authenticated, reset.member.member_password_id !== "", reset.member_id], [true, true, member_id]);
  await b2b.magicLinks.authenticate({ magic_links_token: login_token });

  const auth = await b2b.passwords.authenticate({ ...at, password });
  const existing = await b2b.passwords.existingPassword.reset({ ...at, existing_password: password, new_password: better });
  await fails(b2b.sessions.authenticate({ session_token: auth.session_token }), 404, "session_not_found");
  await fails(b2b.passwords.existingPassword.reset({ ...at, existing_password: password, new_password: better }), 401, "unauthorized_credentials");
  const inSession = await b2b.passwords.sessions.reset({ organization_id, password, session_token: existing.session_token });
  assert.equal(inSession.session_token, existing.session_token);
  await fails(b2b.passwords.sessions.reset({ organization_id, password: "1234", session_token: existing.session_token }), 400, "weak_password");
});

test("one password for all organizations", async () => {
  const { b2b, message, organization, member, passwordPolicy } = await newWorld();
  await fails(b2b.passwords.discovery.authenticate({ email_address: email, password }), 400, "cross_org_passwords_not_enabled");
  await fails(b2b.passwords.discovery.email.resetStart({ email_address: email }), 400, "cross_org_passwords_not_enabled");
  await fails(b2b.passwords.email.requireReset({ email_address: email }), 400, "cross_org_passwords_not_enabled");
  await passwordPolicy({ cross_organization: true });
  const { organization_id } = await organization({ organization_name: "Engines" });
  await member({ organization_id, email_address: email, email_address_verified: true });
  await b2b.passwords.discovery.email.resetStart({ email_address: email });
  const { token } = await message(email);
  await fails(b2b.passwords.discovery.email.reset({ password_reset_token: token, password: "1234" }), 400, "weak_password");
  const reset = await b2b.passwords.discovery.email.reset({ password_reset_token: token, password });
  assert.deepEqual(reset.discovered_organizations.map((d) => d.organization.organization_id), [organization_id]);
  const found = await b2b.passwords.discovery.authenticate({ email_address: email, password });
  const { intermediate_session_token } = found;
  const auth = await b2b.discovery.intermediateSessions.exchange({ intermediate_session_token, organization_id });
  assert.equal(auth.member_authenticated, true);
  const required = await b2b.passwords.email.requireReset({ email_address: email, organization_id });
  assert.equal(required.member.member_password_id, "");
});
