// Sessions of users, and the SDK's local check of JWTs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientError } from "stytch";
import { asInJWT, consumer, fails, newWorld } from "./world.mjs";

const email = "ada@example.com";

/** Logs a user in. */
async function login({ client, code }, options = {}) {
  const { email_id } = await client.otps.email.loginOrCreate({ email });
  return client.otps.authenticate({
    method_id: email_id, code: await code(email), session_duration_minutes: 60, ...options,
  });
}

const invalid = (call) => assert.rejects(call, (err) => err instanceof ClientError && err.code === "jwt_invalid");

test("a session is listed, authenticated and extended", async () => {
  const world = await newWorld();
  const { client, advance } = world;
  const auth = await login(world);
  const { sessions } = await client.sessions.get({ user_id: auth.user_id });
  assert.deepEqual(sessions, [auth.session]);

  const now = await advance(30);
  const byToken = await client.sessions.authenticate({ session_token: auth.session_token, session_duration_minutes: 90 });
  assert.equal(byToken.session.session_id, auth.session.session_id);
  assert.ok(Math.abs(new Date(byToken.session.expires_at) - now - 90 * 60_000) < 60_000, byToken.session.expires_at);
  const byJWT = await client.sessions.authenticate({ session_jwt: byToken.session_jwt });
  assert.equal(byJWT.user.user_id, auth.user_id);

  await advance(90);
  await fails(client.sessions.authenticate({ session_token: auth.session_token }), 404, "session_not_found");
  assert.deepEqual((await client.sessions.get({ user_id: auth.user_id })).sessions, []);
});

for (const by of ["session_id", "session_token", "session_jwt"]) {
  test(`a session is revoked by its ${by}`, async () => {
    const world = await newWorld();
    const { client } = world;
    const auth = await login(world);
    const revoked = await client.sessions.revoke({ [by]: by === "session_id" ? auth.session.session_id : auth[by] });
    assert.equal(revoked.status_code, 200);
    await fails(client.sessions.authenticate({ session_token: auth.session_token }), 404, "session_not_found");
    await fails(client.sessions.authenticate({ session_jwt: auth.session_jwt }), 404, "session_not_found");
    await fails(client.sessions.revoke({ session_token: auth.session_token }), 404, "session_not_found");
  });
}

test("errors of the session calls", async () => {
  const { client } = await newWorld();
  await fails(client.sessions.get({ user_id: "user-test-11111111-1111-4111-8111-111111111111" }), 404, "user_not_found");
  await fails(client.sessions.get({}), 400, "invalid_user_id");
  await fails(client.sessions.authenticate({}), 400, "no_session_arguments");
  await fails(client.sessions.authenticate({ session_token: "x", session_jwt: "y" }), 400, "too_many_session_arguments");
  await fails(client.sessions.authenticate({ session_jwt: "a.b.c" }), 401, "unable_to_parse_session_jwt");
  await fails(client.sessions.revoke({}), 400, "no_session_revoke_arguments");
  await fails(client.sessions.revoke({ session_id: "x", session_token: "y" }), 400, "too_many_session_revoke_arguments");
  await fails(client.sessions.getJWKS({ project_id: "project-test-unknown" }), 400, "bad_request");
});

test("custom claims are merged, and deleted by null", async () => {
  const world = await newWorld();
  const { client } = world;
  const auth = await login(world, { session_custom_claims: { plan: "pro", beta: true, iss: "me" } });
  assert.deepEqual(auth.session.custom_claims, { plan: "pro", beta: true });
  const set = (claims) => client.sessions.authenticate({ session_token: auth.session_token, session_custom_claims: claims });
  const { session, session_jwt } = await set({ beta: null, seats: 5, nested: { list: [1, "two"] } });
  const claims = { plan: "pro", seats: 5, nested: { list: [1, "two"] } };
  assert.deepEqual(session.custom_claims, claims);
  assert.deepEqual((await client.sessions.authenticateJwtLocal({ session_jwt })).custom_claims, claims);

  await fails(set({ large: "x".repeat(4097) }), 400, "custom_claims_too_large");
  await fails(set({ "https://stytch.com/session": {} }), 400, "stytch_claims_in_custom_claims");
});

test("the SDK's local check of a JWT returns the service's session", async () => {
  const world = await newWorld();
  const { client, fail } = world;
  const auth = await login(world, {
    attributes: { ip_address: "203.0.113.7", user_agent: "Engine/1" }, session_custom_claims: { plan: "pro" },
  });
  const { keys } = await client.sessions.getJWKS({ project_id: world.config.project_id });
  assert.deepEqual([keys.length, keys[0].alg, keys[0].use], [1, "RS256", "sig"]);

  await fail({ call: "consumer.sessions.authenticate", error_type: "internal_server_error" });
  const { session, session_jwt } = await client.sessions.authenticateJwt({ session_jwt: auth.session_jwt });
  assert.equal(session_jwt, auth.session_jwt);
  assert.deepEqual(asInJWT(session), asInJWT(auth.session));
});

test("the SDK rejects a forged JWT", async () => {
  const world = await newWorld();
  const { client } = world;
  const { session_jwt } = await login(world);
  const [header, payload, signature] = session_jwt.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: "user-test-another" })).toString("base64url");
  await invalid(client.sessions.authenticateJwtLocal({ session_jwt: [header, forged, signature].join(".") }));
  await fails(client.sessions.authenticate({ session_jwt: [header, forged, signature].join(".") }), 401, "unable_to_parse_session_jwt");
  const inSixMinutes = new Date(Date.now() + 6 * 60_000);
  await invalid(client.sessions.authenticateJwtLocal({ session_jwt, current_date: inSixMinutes }));

  const stranger = await newWorld(); // another project with other keys
  await invalid(stranger.client.sessions.authenticateJwtLocal({ session_jwt }));
  await fails(stranger.client.sessions.authenticate({ session_jwt }), 401, "unable_to_parse_session_jwt");
});

test("an expired JWT is renewed while its session is active", async () => {
  const world = await newWorld();
  const { client, advance } = world;
  const { session_jwt } = await login(world);
  const now = await advance(6);
  await invalid(client.sessions.authenticateJwtLocal({ session_jwt, current_date: now }));
  const renewed = await client.sessions.authenticateJwt({ session_jwt, max_token_age_seconds: 0, session_custom_claims: { a: 1 } });
  assert.notEqual(renewed.session_jwt, session_jwt);
  await client.sessions.authenticateJwtLocal({ session_jwt: renewed.session_jwt, current_date: await advance(0) });
});

test("keys are rotated", async () => {
  const world = await newWorld();
  const { client, config, rotateKeys } = world;
  const { session_jwt: old } = await login(world);
  await client.sessions.authenticateJwtLocal({ session_jwt: old }); // fetches the keys
  await rotateKeys(false);
  const { session_jwt: fresh } = await client.sessions.authenticate({ session_jwt: old });
  assert.equal((await client.sessions.getJWKS({ project_id: config.project_id })).keys.length, 2);
  await client.sessions.authenticateJwt({ session_jwt: fresh }); // asks the service, because the SDK does not fetch keys twice in 30 s
  const later = consumer(config);
  await later.sessions.authenticateJwtLocal({ session_jwt: old });
  await later.sessions.authenticateJwtLocal({ session_jwt: fresh });

  await rotateKeys(true);
  await invalid(consumer(config).sessions.authenticateJwtLocal({ session_jwt: old }));
  await fails(client.sessions.authenticate({ session_jwt: old }), 401, "unable_to_parse_session_jwt");
});

test("roles allow actions", async () => {
  const world = await newWorld();
  const { client } = world;
  const { session_token, session_jwt } = await login(world);
  const authorization_check = { resource_id: "documents", action: "read" };
  await fails(client.sessions.authenticate({ session_token, authorization_check }), 403, "consumer_session_authorization_error");
  await world.grant("stytch_user", "documents", "read");
  const { verdict } = await client.sessions.authenticate({ session_token, authorization_check });
  assert.deepEqual(verdict, { authorized: true, granting_roles: ["stytch_user"] });
  // The emulator has no policy for a local check, so the SDK asks it.
  await client.sessions.authenticateJwt({ session_jwt, authorization_check });
});
