// Passkeys and security keys of users, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newAuthenticator } from "./authenticator.mjs";
import { fails, newWorld } from "./world.mjs";

const domain = "example.com";

test("a user registers a passkey and logs in with it", async () => {
  const { client, user } = await newWorld();
  const { user_id } = await user({ emails: [{ email: "ada@example.com", verified: true }] });
  const key = newAuthenticator("https://login.example.com");
  const started = await client.webauthn.registerStart({ user_id, domain, return_passkey_credential_options: true });
  const options = JSON.parse(started.public_key_credential_creation_options);
  assert.deepEqual([options.rp.id, options.authenticatorSelection.residentKey], [domain, "required"]);
  const public_key_credential = key.create(started.public_key_credential_creation_options);
  const made = await client.webauthn.register({ user_id, public_key_credential, session_duration_minutes: 60 });
  assert.deepEqual(made.session.authentication_factors.map((f) => [f.type, f.delivery_method]), [["webauthn", "webauthn_registration"]]);
  assert.equal(made.user.webauthn_registrations[0].webauthn_registration_id, made.webauthn_registration_id);
  await fails(client.webauthn.register({ user_id, public_key_credential }), 400, "no_pending_webauthn_registration");
  await fails(client.webauthn.registerStart({ user_id, domain: "https://example.com" }), 400, "invalid_webauthn_registration_domain");

  const login = await client.webauthn.authenticateStart({ domain });
  assert.equal(login.user_id, "");
  const signed = key.get(login.public_key_credential_request_options);
  const auth = await client.webauthn.authenticate({ public_key_credential: signed, session_token: made.session_token });
  assert.deepEqual([auth.user_id, auth.session.session_id], [user_id, made.session.session_id]);
  await fails(client.webauthn.authenticate({ public_key_credential: signed }), 401, "unable_to_auth_webauthn_registration");
  await fails(client.webauthn.authenticateStart({ domain: "example.org", user_id }), 400, "no_active_webauthn_registrations");

  const { webauthn_registration_id } = made;
  const renamed = await client.webauthn.update({ webauthn_registration_id, name: "Ada's laptop" });
  assert.equal(renamed.webauthn_registration.name, "Ada's laptop");
  await fails(client.webauthn.update({ webauthn_registration_id, name: "" }), 400, "empty_webauthn_registration_name");
  const { credentials } = await client.webauthn.listCredentials({ user_id, domain });
  assert.deepEqual(credentials.map((c) => [c.webauthn_registration_id, c.type]), [[webauthn_registration_id, "public-key"]]);
  await fails(client.webauthn.listCredentials({ user_id: "nobody", domain }), 404, "user_not_found");
});
