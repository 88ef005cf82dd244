import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { fails, newWorld } from "./world.mjs";

const redirect_uri = "https://calendar.example.com/callback";
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const code_challenge = createHash("sha256").update(verifier).digest("base64url");

/** Asks the token endpoint, which the SDK does not have. */
async function tokens(config, form) {
  const response = await fetch(`${config.env}/v1/public/${config.project_id}/oauth2/token`, { method: "POST", body: new URLSearchParams(form) });
  return response.json();
}

/** The SDK hides why introspection failed behind one code. */
const inactive = (call) => assert.rejects(call, { code: "token_invalid" });

test("a user authorizes an app", async () => {
  const { client, config, user, policy } = await newWorld();
  await policy({
    roles: [{ role_id: "editor", permissions: [{ resource_id: "documents", actions: ["read"] }] }],
    resources: [{ resource_id: "documents", actions: ["read"] }],
    scopes: [{ scope: "read:documents", description: "Reads your documents.", permissions: [{ resource_id: "documents", actions: ["read"] }] }],
  });
  const { user_id } = await user({ emails: [{ email: "ada@example.com", verified: true }], roles: ["editor"] });
  const { connected_app } = await client.connectedApp.clients.create({ client_type: "third_party_public", client_name: "Calendar", redirect_urls: [redirect_uri] });
  const { client_id } = connected_app;
  const asked = { client_id, redirect_uri, response_type: "code", scopes: ["openid", "offline_access", "read:documents"], user_id };

  const started = await client.idp.oauth.authorizeStart(asked);
  assert.equal(started.consent_required, true);
  assert.deepEqual(started.scope_results.map((one) => one.is_grantable), [true, true, true]);
  await fails(client.idp.oauth.authorizeStart({ ...asked, client_id: "nobody" }), 404, "connected_app_not_found");
  await fails(client.idp.oauth.authorize({ ...asked, consent_granted: true, redirect_uri: `${redirect_uri}/evil`, code_challenge }), 401, "connected_app_supplied_redirect_url_not_found_in_client");
  await fails(client.idp.oauth.authorize({ ...asked, consent_granted: true }), 400, "pkce_required_for_idp_authorization_flow");
  const refused = await client.idp.oauth.authorize({ ...asked, consent_granted: false, state: "s", code_challenge });
  assert.match(refused.redirect_uri, /[?&]error=access_denied/);

  const granted = await client.idp.oauth.authorize({ ...asked, consent_granted: true, state: "s", nonce: "n", code_challenge });
  assert.equal(new URL(granted.redirect_uri).searchParams.get("code"), granted.authorization_code);
  const form = { grant_type: "authorization_code", client_id, code: granted.authorization_code, redirect_uri, code_verifier: verifier };
  assert.equal((await tokens(config, { ...form, code_verifier: "x".repeat(43) })).error, "invalid_grant");
  const got = await tokens(config, form);

  const local = await client.idp.introspectTokenLocal(got.access_token, { authorization_check: { resource_id: "documents", action: "read" } });
  assert.equal(local.subject, user_id);
  assert.equal(local.scope, "openid offline_access read:documents");
  assert.deepEqual(local.custom_claims, { client_id });
  await assert.rejects(client.idp.introspectTokenLocal(got.access_token, { authorization_check: { resource_id: "documents", action: "delete" } }));
  await assert.rejects(client.idp.introspectTokenLocal(got.id_token), { code: "jwt_invalid" });
  const far = await client.idp.introspectTokenNetwork({ token: got.access_token, client_id });
  assert.deepEqual([far.subject, far.token_type, far.custom_claims], [user_id, "access_token", {}]);
  assert.equal((await client.idp.introspectTokenNetwork({ token: got.refresh_token, client_id })).token_type, "refresh_token");
  await inactive(client.idp.introspectTokenNetwork({ token: got.access_token, client_id, client_secret: "wrong" }));

  const renewed = await tokens(config, { grant_type: "refresh_token", client_id, refresh_token: got.refresh_token });
  assert.notEqual(renewed.refresh_token, got.refresh_token);
  const { connected_apps } = await client.users.connectedApps({ user_id });
  assert.deepEqual(connected_apps.map((app) => [app.connected_app_id, app.name]), [[client_id, "Calendar"]]);
  await client.users.revoke({ user_id, connected_app_id: client_id });
  await inactive(client.idp.introspectTokenNetwork({ token: renewed.access_token, client_id }));
  assert.equal((await tokens(config, { grant_type: "refresh_token", client_id, refresh_token: renewed.refresh_token })).error, "invalid_grant");
});

test("a member authorizes an app", async () => {
  const { client, b2b, config, organization, member } = await newWorld();
  const { organization_id, organization_slug } = await organization({ organization_name: "Engines", organization_slug: "engines" });
  const { member_id } = await member({ organization_id, email_address: "ada@example.com", email_address_verified: true });
  const { connected_app } = await client.connectedApp.clients.create({ client_type: "third_party", client_name: "Calendar", redirect_urls: [redirect_uri] });
  const { client_id, client_secret } = connected_app;
  const asked = { client_id, redirect_uri, response_type: "code", scopes: ["openid", "profile"], organization_id, member_id };

  const started = await b2b.idp.oauth.authorizeStart(asked);
  assert.equal(started.client.client_name, "Calendar");
  await fails(b2b.idp.oauth.authorizeStart({ ...asked, scopes: ["full_access"] }), 400, "third_party_clients_cannot_use_full_access");
  await fails(b2b.idp.oauth.authorize({ ...asked, consent_granted: true, scopes: ["read:minds"] }), 400, "oauth_invalid_scope_requested");
  const granted = await b2b.idp.oauth.authorize({ ...asked, consent_granted: true });
  const got = await tokens(config, { grant_type: "authorization_code", client_id, client_secret, code: granted.authorization_code, redirect_uri });

  const claim = { organization_id, slug: organization_slug };
  const local = await b2b.idp.introspectTokenLocal(got.access_token);
  assert.deepEqual([local.subject, local.organization], [member_id, claim]);
  const far = await b2b.idp.introspectTokenNetwork({ token: got.access_token, client_id, client_secret });
  assert.deepEqual([far.subject, far.organization], [member_id, claim]);
  await inactive(b2b.idp.introspectTokenNetwork({ token: got.access_token, client_id }));

  const connected_app_id = client_id;
  const mine = await b2b.organizations.members.getConnectedApps({ organization_id, member_id });
  assert.deepEqual(mine.connected_apps.map((app) => app.scopes_granted), ["openid profile"]);
  await fails(b2b.organizations.members.getConnectedApps({ organization_id: "nobody", member_id }), 404, "organization_not_found");
  const all = await b2b.organizations.connectedApps({ organization_id });
  assert.deepEqual(all.connected_apps.map((app) => app.connected_app_id), [client_id]);
  await fails(b2b.organizations.connectedApps({ organization_id: "nobody" }), 404, "organization_not_found");
  const one = await b2b.organizations.getConnectedApp({ organization_id, connected_app_id });
  assert.deepEqual(one.active_members, [{ member_id, granted_scopes: ["openid", "profile"] }]);
  await b2b.organizations.members.connectedApps.revoke({ organization_id, member_id, connected_app_id });
  await fails(b2b.organizations.members.connectedApps.revoke({ organization_id, member_id, connected_app_id }), 404, "connected_app_not_found");
  await fails(b2b.organizations.getConnectedApp({ organization_id, connected_app_id }), 404, "connected_app_not_found");
  await inactive(b2b.idp.introspectTokenNetwork({ token: got.access_token, client_id, client_secret }));
});

test("an app gets a session for its access token", async () => {
  const { client, b2b, config, user, organization, member, session } = await newWorld();
  const { user_id } = await user({ emails: [{ email: "ada@example.com", verified: true }] });
  const { organization_id } = await organization({ organization_name: "Engines" });
  const { member_id } = await member({ organization_id, email_address: "ada@example.com", email_address_verified: true });
  const { connected_app } = await client.connectedApp.clients.create({ client_type: "first_party", full_access_allowed: true, redirect_urls: [redirect_uri] });
  const { client_id, client_secret } = connected_app;
  const asked = { consent_granted: true, client_id, redirect_uri, response_type: "code", scopes: ["full_access"] };
  const token = async (granted) =>
    (await tokens(config, { grant_type: "authorization_code", client_id, client_secret, code: granted.authorization_code, redirect_uri })).access_token;

  const access_token = await token(await client.idp.oauth.authorize({ ...asked, session_jwt: await session(user_id) }));
  const got = await client.sessions.exchangeAccessToken({ access_token, session_duration_minutes: 60 });
  assert.equal(got.user_id, user_id);
  await fails(client.sessions.exchangeAccessToken({ access_token }), 400, "oauth_access_token_exchange_token_invalid_grant");
  const theirs = await token(await b2b.idp.oauth.authorize({ ...asked, session_jwt: await session(member_id) }));
  assert.equal((await b2b.sessions.exchangeAccessToken({ access_token: theirs })).member_id, member_id);
  await fails(b2b.sessions.exchangeAccessToken({ access_token }), 404, "idp_access_token_not_found");
});

test("a member gets another address", async () => {
  const { b2b, organization, member, message } = await newWorld();
  const { organization_id } = await organization({ organization_name: "Engines" });
  const { member_id } = await member({ organization_id, email_address: "ada@example.com", email_address_verified: true });
  const email_address = "ada@lovelace.example.com";
  await b2b.organizations.members.startEmailUpdate({ organization_id, member_id, email_address, delivery_method: "EMAIL_OTP" });
  const { code } = await message(email_address);
  const moved = await b2b.otps.email.authenticate({ organization_id, email_address, code });
  assert.deepEqual([moved.member_id, moved.member.email_address], [member_id, email_address]);
  await fails(b2b.organizations.members.startEmailUpdate({ organization_id, member_id, email_address }), 400, "duplicate_member_email");
});
