// Magic links of users and members, through the official SDK.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { fails, newWorld } from "./world.mjs";

const email = "ada@example.com";

/** Follows a link like a browser, and returns the URL of the application. */
async function open(link) {
  const response = await fetch(link, { redirect: "manual" });
  assert.equal(response.status, 302);
  return new URL(response.headers.get("location"));
}

/** Returns a PKCE verifier and its challenge. */
function pkce() {
  const verifier = randomBytes(32).toString("hex");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

test("a new user signs up by a link, and comes back by another", async () => {
  const { client, message } = await newWorld();
  const { verifier, challenge } = pkce();
  const sent = await client.magicLinks.email.loginOrCreate({
    email, create_user_as_pending: true, signup_magic_link_url: "https://app.example.com/welcome?plan=pro", code_challenge: challenge,
  });
  assert.equal(sent.user_created, true);
  const { link, purpose } = await message(email);
  const landed = await open(link);
  assert.deepEqual([purpose, landed.origin, landed.pathname], ["signup", "https://app.example.com", "/welcome"]);
  assert.deepEqual([landed.searchParams.get("plan"), landed.searchParams.get("stytch_token_type")], ["pro", "magic_links"]);
  const token = landed.searchParams.get("token");
  await fails(client.magicLinks.authenticate({ token }), 400, "pkce_expected_code_verifier");
  const auth = await client.magicLinks.authenticate({ token, code_verifier: verifier, session_duration_minutes: 60 });
  assert.deepEqual([auth.user.status, auth.user.emails[0].verified, auth.method_id], ["active", true, sent.email_id]);
  assert.deepEqual(auth.session.authentication_factors.map((f) => [f.type, f.delivery_method]), [["magic_link", "email"]]);
  await fails(client.magicLinks.authenticate({ token, code_verifier: verifier }), 401, "unable_to_auth_magic_link");
  await fails(client.magicLinks.authenticate({ token: "none" }), 404, "magic_link_not_found");

  const again = await client.magicLinks.email.send({ email, locale: "es" });
  assert.equal(again.user_id, sent.user_id);
  const next = await message(email);
  assert.deepEqual([next.purpose, next.locale], ["login", "es"]);
  const login = await client.magicLinks.authenticate({ token: next.token, session_token: auth.session_token });
  assert.equal(login.session.session_id, auth.session.session_id);
});

test("errors of sending links", async () => {
  const { client } = await newWorld();
  await fails(client.magicLinks.email.send({ email }), 404, "email_not_found");
  await fails(client.magicLinks.email.loginOrCreate({ email, login_magic_link_url: "http://example.com/login" }), 400, "invalid_magic_link_url");
  await fails(client.magicLinks.email.loginOrCreate({ email, login_expiration_minutes: 4 }), 400, "invalid_expiration");
  await fails(client.magicLinks.email.loginOrCreate({ email, code_challenge: "plain" }), 400, "invalid_pkce_code_challenge");
});

test("a user is invited", async () => {
  const { client, message } = await newWorld();
  const sent = await client.magicLinks.email.invite({ email, name: { first_name: "Ada" }, invite_expiration_minutes: 30 });
  const { token, purpose, sent_at, expires_at } = await message(email);
  assert.deepEqual([purpose, new Date(expires_at) - new Date(sent_at)], ["invite", 1_800_000]);
  await client.magicLinks.email.revokeInvite({ email });
  await fails(client.magicLinks.email.revokeInvite({ email }), 404, "email_not_found");
  await fails(client.magicLinks.authenticate({ token }), 401, "unable_to_auth_magic_link");
  const second = await client.magicLinks.email.invite({ email });
  assert.notEqual(second.user_id, sent.user_id);
  const auth = await client.magicLinks.authenticate({ token: (await message(email)).token });
  assert.deepEqual([auth.user_id, auth.user.status], [second.user_id, "active"]);
  await fails(client.magicLinks.email.invite({ email }), 400, "duplicate_email");
});

test("the application delivers the link", async () => {
  const { client, user } = await newWorld();
  const { user_id } = await user({ emails: [{ email, verified: false }] });
  const { token } = await client.magicLinks.create({ user_id, expiration_minutes: 5 });
  const auth = await client.magicLinks.authenticate({ token, session_duration_minutes: 5 });
  const [factor] = auth.session.authentication_factors;
  assert.deepEqual([factor.delivery_method, factor.embeddable_magic_link_factor.embedded_id], ["embedded", auth.method_id]);
  assert.equal(auth.user.emails[0].verified, false);
  await fails(client.magicLinks.create({ user_id: "nobody" }), 404, "user_not_found");
});

test("a person is invited to an organization, and logs in by links", async () => {
  const { b2b, message } = await newWorld();
  const { organization } = await b2b.organizations.create({ organization_name: "Analytical Engines" });
  const { organization_id } = organization;
  const sent = await b2b.magicLinks.email.invite({ organization_id, email_address: email, name: "Ada" });
  assert.deepEqual([sent.member.status, sent.member.name], ["invited", "Ada"]);
  const invitation = await message(email);
  const landed = await open(invitation.link);
  assert.equal(landed.searchParams.get("stytch_token_type"), "multi_tenant_magic_links");
  const auth = await b2b.magicLinks.authenticate({ magic_links_token: landed.searchParams.get("token") });
  assert.deepEqual([auth.member_authenticated, auth.member.status, auth.member_id], [true, "active", sent.member_id]);
  await fails(b2b.magicLinks.email.invite({ organization_id, email_address: email }), 400, "duplicate_member_email");
  await fails(b2b.magicLinks.authenticate({ magic_links_token: "none" }), 404, "magic_link_not_found");

  const login = await b2b.magicLinks.email.loginOrSignup({ organization_id, email_address: email });
  assert.equal(login.member_created, false);
  const again = await b2b.magicLinks.authenticate({ magic_links_token: (await message(email)).token, session_jwt: auth.session_jwt });
  assert.equal(again.session_token, auth.session_token);
  await fails(b2b.magicLinks.email.loginOrSignup({ organization_id, email_address: "grace@example.com" }), 400, "email_jit_provisioning_not_allowed");
});

test("a person discovers their organizations by a link", async () => {
  const { b2b, message, organization, member } = await newWorld();
  const { organization_id } = await organization({ organization_name: "Engines" });
  await member({ organization_id, email_address: email });
  const { verifier, challenge } = pkce();
  await b2b.magicLinks.email.discovery.send({ email_address: email, pkce_code_challenge: challenge });
  const { token } = await message(email);
  const found = await b2b.magicLinks.discovery.authenticate({ discovery_magic_links_token: token, pkce_code_verifier: verifier });
  assert.deepEqual(found.discovered_organizations.map((d) => d.membership.type), ["active_member"]);
  const auth = await b2b.discovery.intermediateSessions.exchange({ intermediate_session_token: found.intermediate_session_token, organization_id });
  assert.equal(auth.member_authenticated, true);
  await fails(b2b.magicLinks.discovery.authenticate({ discovery_magic_links_token: token }), 401, "unable_to_auth_magic_link");
  await fails(b2b.magicLinks.email.discovery.send({ email_address: "ada" }), 400, "invalid_email");
});
