// OAuth logins of users and members, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fails, newWorld } from "./world.mjs";

const email = "ada@example.com";

/** Logs in with a provider like a browser, and returns the query of the application's URL. */
async function login({ config, public_token }, path, query, form) {
  const start = `${config.env}${path}?${new URLSearchParams({ public_token, ...query })}`;
  const response = await fetch(start, { method: "POST", body: new URLSearchParams(form), redirect: "manual" });
  assert.equal(response.status, 303, await response.text());
  return new URL(response.headers.get("location")).searchParams;
}

test("a user logs in with Google, and attaches an account at GitHub", async () => {
  const world = await newWorld();
  const { client } = world;
  const landed = await login(world, "/v1/public/oauth/google/start", {}, { email, name: "Ada" });
  assert.equal(landed.get("stytch_token_type"), "oauth");
  const token = landed.get("token");
  const auth = await client.oauth.authenticate({ token, session_duration_minutes: 60 });
  assert.deepEqual(auth.user_session.authentication_factors.map((f) => [f.type, f.delivery_method]), [["oauth", "oauth_google"]]);
  assert.deepEqual([auth.provider_type, auth.user.emails[0].verified, auth.provider_values.scopes.length], ["Google", true, 3]);
  await fails(client.oauth.authenticate({ token }), 404, "oauth_token_not_found");

  const { oauth_attach_token } = await client.oauth.attach({ provider: "github", session_token: auth.session_token });
  const attached = await login(world, "/v1/public/oauth/github/start", { oauth_attach_token }, { subject: "1815" });
  const both = await client.oauth.authenticate({ token: attached.get("token"), session_token: auth.session_token });
  assert.deepEqual([both.user_id, both.user.providers.length], [auth.user_id, 2]);
  await fails(client.oauth.attach({ provider: "acme", user_id: auth.user_id }), 400, "invalid_oauth_provider");
});

// The calls for a provider's tokens, and a field of the response.
const providers = { google: (r) => r.access_token, microsoft: (r) => r.access_token, slack: (r) => r.registrations[0].access_token,
  hubspot: (r) => r.registrations[0].access_token, github: (r) => r.registrations[0].access_token };

for (const [provider, token] of Object.entries(providers)) {
  test(`a member logs in with ${provider}`, async () => {
    const world = await newWorld();
    const { b2b, organization, member } = world;
    const { organization_id } = await organization({ organization_name: "Engines" });
    const { member_id } = await member({ organization_id, email_address: email });
    const path = `/v1/b2b/public/oauth/${provider}/start`;
    const calls = b2b.organizations.members.oauthProviders;
    await fails(calls[provider]({ organization_id, member_id }), 404, "member_oauth_token_not_found");
    const landed = await login(world, path, { organization_id }, { email, email_verified: "true", tenants: "T1815" });
    const auth = await b2b.oauth.authenticate({ oauth_token: landed.get("token") });
    assert.deepEqual([auth.member_authenticated, auth.member_id, auth.member.oauth_registrations.length], [true, member_id, 1]);
    assert.equal(token(await calls[provider]({ organization_id, member_id })), auth.provider_values.access_token);
    await fails(b2b.oauth.authenticate({ oauth_token: "none" }), 404, "oauth_token_not_found");
  });
}

test("a person discovers their organizations with Google", async () => {
  const world = await newWorld();
  const { b2b, organization, member } = world;
  const { organization_id } = await organization({ organization_name: "Engines" });
  await member({ organization_id, email_address: email });
  const landed = await login(world, "/v1/b2b/public/oauth/google/discovery/start", {}, { email, name: "Ada Lovelace" });
  assert.equal(landed.get("stytch_token_type"), "discovery_oauth");
  const discovery_oauth_token = landed.get("token");
  const found = await b2b.oauth.discovery.authenticate({ discovery_oauth_token });
  assert.deepEqual([found.full_name, found.discovered_organizations.length], ["Ada Lovelace", 1]);
  const auth = await b2b.discovery.intermediateSessions.exchange({ organization_id, intermediate_session_token: found.intermediate_session_token });
  assert.equal(auth.member_authenticated, true);
  await fails(b2b.oauth.discovery.authenticate({ discovery_oauth_token }), 404, "oauth_token_not_found");
});
