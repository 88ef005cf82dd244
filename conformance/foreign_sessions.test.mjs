import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import test from "node:test";
import { fails, newWorld } from "./world.mjs";

const email = "ada@example.com";

/** Adds a user and a member with the same address. */
async function people({ user, organization, member }) {
  const { user_id } = await user({ emails: [{ email, verified: true }] });
  const { organization_id } = await organization({ organization_name: "Engines" });
  const { member_id } = await member({ organization_id, email_address: email, email_address_verified: true });
  return { user_id, organization_id, member_id };
}

test("sessions for the tokens of another issuer", async () => {
  const world = await newWorld();
  const { client, b2b, trusted } = world;
  const { user_id, organization_id, member_id } = await people(world);
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const profile = { issuer: "https://issuer.example.com", audience: "stytch", public_keys: [publicKey.export({ type: "spki", format: "pem" })] };
  const { id: profile_id } = await trusted(profile);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 60;
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: profile.issuer, aud: profile.audience, sub: "1", jti: "t-1", email, exp })}`;
  const token = `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;

  const mine = await client.sessions.attest({ profile_id, token, session_duration_minutes: 60 });
  assert.deepEqual([mine.user_id, mine.session.authentication_factors[0].trusted_auth_token_factor.token_id], [user_id, "t-1"]);
  await fails(client.sessions.attest({ profile_id, token: `${token}x` }), 400, "invalid_trusted_auth_token");
  const theirs = await b2b.sessions.attest({ profile_id, token, organization_id });
  assert.equal(theirs.member_id, member_id);
  await fails(b2b.sessions.attest({ profile_id, token }), 400, "token_missing_organization_id_claim");
});

test("sessions for the sessions of another provider", async () => {
  const world = await newWorld();
  const { client, b2b, userinfo } = world;
  const { user_id, organization_id, member_id } = await people(world);
  await fails(client.sessions.migrate({ session_token: "good" }), 400, "migrate_from_external_missing_userinfo");
  const provider = createServer((request, response) => {
    response.writeHead(request.headers.authorization === "Bearer good" ? 200 : 401);
    response.end(JSON.stringify({ email }));
  });
  await new Promise((done) => provider.listen(0, "127.0.0.1", done));
  try {
    await userinfo(`http://127.0.0.1:${provider.address().port}/`);
    const mine = await client.sessions.migrate({ session_token: "good", session_duration_minutes: 60 });
    assert.deepEqual([mine.user_id, mine.session.authentication_factors[0].type], [user_id, "imported"]);
    assert.equal((await b2b.sessions.migrate({ session_token: "good", organization_id })).member_id, member_id);
    await fails(b2b.sessions.migrate({ session_token: "bad", organization_id }), 400, "migrate_from_external_unexpected_response");
  } finally {
    provider.closeAllConnections();
    await new Promise((done) => provider.close(done));
  }
});
