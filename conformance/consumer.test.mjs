// One-time passcodes of users, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fails, newWorld, wrong } from "./world.mjs";

const phone = "+15005550006";
const email = "ada@example.com";

// The three channels of a message, with the names that their calls use.
const channels = [
  { name: "sms", address: phone, field: "phone_number", id: "phone_id", missing: "phone_number_not_found", malformed: "invalid_phone_number" },
  { name: "whatsapp", address: phone, field: "phone_number", id: "phone_id", missing: "phone_number_not_found", malformed: "invalid_phone_number" },
  { name: "email", address: email, field: "email", id: "email_id", missing: "email_not_found", malformed: "invalid_email" },
];

for (const { name, address, field, id, missing, malformed } of channels) {
  test(`${name}: a new user logs in, and comes back`, async () => {
    const { client, code, message } = await newWorld();
    const created = await client.otps[name].loginOrCreate({ [field]: address });
    assert.equal(created.status_code, 200);
    assert.match(created.request_id, /^request-id-test-/);
    assert.equal(created.user_created, true);

    const auth = await client.otps.authenticate({ method_id: created[id], code: await code(address) });
    assert.equal(auth.user_id, created.user_id);
    assert.equal(auth.method_id, created[id]);
    assert.equal(auth.user.status, "active");
    assert.deepEqual([auth.session_token, auth.session_jwt, auth.session], ["", "", null]);

    const again = await client.otps[name].loginOrCreate({ [field]: address, locale: "es", expiration_minutes: 10 });
    assert.deepEqual([again.user_created, again.user_id, again[id]], [false, created.user_id, created[id]]);
    const { channel, locale, sent_at, expires_at } = await message(address);
    assert.deepEqual([channel, locale, new Date(expires_at) - new Date(sent_at)], [name, "es", 600_000]);

    const sent = await client.otps[name].send({ [field]: address });
    assert.deepEqual([sent.user_id, sent[id]], [created.user_id, created[id]]);
    const session = await client.otps.authenticate({
      method_id: sent[id], code: await code(address), session_duration_minutes: 60,
    });
    assert.equal(session.session.user_id, created.user_id);
    const [factor, ...others] = session.session.authentication_factors;
    assert.deepEqual([factor.type, factor.delivery_method, others.length], ["otp", name, 0]);
  });

  test(`${name}: errors of sending`, async () => {
    const { client } = await newWorld();
    const channel = client.otps[name];
    await fails(channel.send({ [field]: address }), 404, missing);
    for (const call of ["send", "loginOrCreate"]) {
      await fails(channel[call]({ [field]: "not-an-address" }), 400, malformed);
      await fails(channel[call]({}), 400, "bad_request");
      await fails(channel[call]({ [field]: address, expiration_minutes: 11 }), 400, "invalid_expiration_otp");
      await fails(channel[call]({ [field]: address, locale: "tlh" }), 400, "invalid_locale");
    }
    await fails(channel.send({ [field]: address, user_id: "user-test-x", session_token: "x" }), 400, "too_many_user_selection_arguments");
  });

  test(`${name}: the address is added to a user who is logged in`, async () => {
    const { client, code } = await newWorld();
    const first = await client.otps.email.loginOrCreate({ email: "first@example.com" });
    const login = await client.otps.authenticate({
      method_id: first.email_id, code: await code("first@example.com"), session_duration_minutes: 60,
    });
    const sent = await client.otps[name].send({ [field]: address, session_token: login.session_token });
    assert.equal(sent.user_id, first.user_id);
    const both = await client.otps.authenticate({
      method_id: sent[id], code: await code(address), session_jwt: login.session_jwt,
    });
    assert.equal(both.session_token, login.session_token);
    assert.deepEqual(both.session.authentication_factors.map((f) => f.delivery_method), ["email", name]);
    assert.equal(both.user.emails.length + both.user.phone_numbers.length, 2);

    const other = await client.otps.email.loginOrCreate({ email: "other@example.com" });
    const duplicate = name === "email" ? "duplicate_email" : "duplicate_phone_number";
    await fails(client.otps[name].send({ [field]: address, user_id: other.user_id }), 400, duplicate);
  });
}

test("a pending user becomes active with the code", async () => {
  const { client, code } = await newWorld();
  const { email_id } = await client.otps.email.loginOrCreate({ email, create_user_as_pending: true });
  const { user } = await client.otps.authenticate({ method_id: email_id, code: await code(email) });
  assert.equal(user.status, "active");
  assert.deepEqual(user.emails, [{ email_id, email, verified: true }]);
});

test("a code works once, and expires after two minutes", async () => {
  const { client, code, advance } = await newWorld();
  const { phone_id: method_id } = await client.otps.sms.loginOrCreate({ phone_number: phone });
  const first = await code(phone);
  await fails(client.otps.authenticate({ method_id, code: wrong(first) }), 404, "otp_code_not_found");
  await client.otps.authenticate({ method_id, code: first });
  await fails(client.otps.authenticate({ method_id, code: first }), 401, "unable_to_auth_otp_code");

  await client.otps.sms.send({ phone_number: phone });
  const second = await code(phone);
  await advance(2);
  await fails(client.otps.authenticate({ method_id, code: second }), 401, "unable_to_auth_otp_code");
});

test("ten wrong codes lock the user for an hour", async () => {
  const { client, code, advance } = await newWorld();
  const { phone_id: method_id } = await client.otps.sms.loginOrCreate({ phone_number: phone, expiration_minutes: 10 });
  const right = await code(phone);
  for (let i = 0; i < 10; i++) {
    await fails(client.otps.authenticate({ method_id, code: wrong(right) }), 404, "otp_code_not_found");
  }
  await fails(client.otps.authenticate({ method_id, code: right }), 429, "user_lock_limit_reached");
  await advance(60);
  await client.otps.sms.send({ phone_number: phone });
  const { user } = await client.otps.authenticate({ method_id, code: await code(phone) });
  assert.equal(user.is_locked, false);
});

test("the client that sends the code is compared with the one that asked for it", async () => {
  const { client, code } = await newWorld();
  const attributes = { ip_address: "203.0.113.7", user_agent: "Engine/1" };
  const { phone_id: method_id } = await client.otps.sms.loginOrCreate({ phone_number: phone, attributes });
  const login = {
    method_id, code: await code(phone), session_duration_minutes: 5, telemetry_id: "26b3b2c1",
    options: { ip_match_required: true, user_agent_match_required: true },
  };
  await fails(client.otps.authenticate({ ...login, attributes: { ...attributes, ip_address: "203.0.113.8" } }), 401, "attribute_mismatch");
  await fails(client.otps.authenticate({ ...login, attributes: { ...attributes, user_agent: "Engine/2" } }), 401, "attribute_mismatch");
  const auth = await client.otps.authenticate({ ...login, attributes });
  assert.deepEqual(auth.session.attributes, attributes);
  assert.ok(auth.user_device.visitor_id);
});

test("errors of authenticating", async () => {
  const { client, code } = await newWorld();
  const { phone_id: method_id } = await client.otps.sms.loginOrCreate({ phone_number: phone });
  const login = { method_id, code: await code(phone) };
  await fails(client.otps.authenticate({ method_id }), 400, "bad_request");
  await fails(client.otps.authenticate({ ...login, code: "12345" }), 400, "invalid_code");
  await fails(client.otps.authenticate({ ...login, method_id: "nothing" }), 404, "otp_code_not_found");
  await fails(client.otps.authenticate({ ...login, session_duration_minutes: 4 }), 400, "invalid_session_duration_minutes");
  await fails(client.otps.authenticate({ ...login, session_token: "x", session_jwt: "y" }), 400, "too_many_session_arguments");
  await fails(client.otps.authenticate({ ...login, session_token: "x".repeat(44) }), 404, "session_not_found");
  const claims = { session_duration_minutes: 5, session_custom_claims: { "https://stytch.com/x": 1 } };
  await fails(client.otps.authenticate({ ...login, ...claims }), 400, "stytch_claims_in_custom_claims");
  await client.otps.authenticate(login); // the failed calls did not use up the code
});

test("the sandbox always logs in", async () => {
  const { client } = await newWorld();
  for (const channel of ["sms", "whatsapp"]) {
    const sent = await client.otps[channel].loginOrCreate({ phone_number: "+10000000000" });
    await client.otps.authenticate({ method_id: sent.phone_id, code: "000000", session_duration_minutes: 60 });
  }
  const sent = await client.otps.email.send({ email: "sandbox@stytch.com" });
  const auth = await client.otps.authenticate({ method_id: sent.email_id, code: "000000" });
  assert.equal(auth.user_id, "user-test-e3795c81-f849-4167-bfda-e4a6e9c280fd");

  const { session } = await client.sessions.authenticate({ session_token: "WJtR5BCy38Szd5AfoDpf0iqFKEt4EE5JhjlWUY7l3FtY" });
  assert.equal(session.user_id, auth.user_id);
  const missing = { session_token: "59cnLELtq5cFVS6uYK9f-pAWzBkhqZl8AvLhbhOvKNWw" };
  await fails(client.sessions.authenticate(missing), 404, "session_not_found");
});
