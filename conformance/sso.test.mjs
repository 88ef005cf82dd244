// Single sign-on, and the connections for it, through the official SDK.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { once } from "node:events";
import { test } from "node:test";
import { fails, newWorld } from "./world.mjs";

const email = "ada@example.com";
const mapping = { email: "NameID", full_name: "displayName", groups: "groups" };

// A certificate of a test, which protects nothing.
const certificate = `-----BEGIN CERTIFICATE-----
MIIDCTCCAfGgAwIBAgIULUaYtGUBf3KL/u+D/n/2cJtCN3owDQYJKoZIhvcNAQEL
BQAwEzERMA8GA1UEAwwIaWRwLnRlc3QwIBcNMjYxMTI4MDEwOTAxWhgPMjEyNjEx
MDQwMTA5MDFaMBMxETAPBgNVBAMMCGlkcC50ZXN0MIIBIjANBgkqhkiG9w0BAQEF
AAOCAQ8AMIIBCgKCAQEA1os4qXQFizOEH+v4NV0ZshxiayWoIzNOUN2+VHwM6bCh
2fUiufD4ndzFa8NaeRr+LsdZuoCpgCAuvromIQmbCDrqUT8JYhCSFjJCNF5ULguB
MXEylXorfCISz3BwBhYDLpYPHl4MGgmpoHWmr0sm6Tx/vHWVi9rZv2yhaRkGSvjA
EI/zhutt3svbOK5Hva+aQTW5UbDGnWNa+LaSIToR5OXEgeX+NwbkgBrt5t5YsIvG
Ke522PWQKUuZu7ITfqOF1uPCymS56J9hYxQb6WsNBsycehNkffFvaaLu4AoEyeO5
udrA3gBP6pZWv4gSNUw/AW4nr7b5ChXf7GG1vcgj7wIDAQABo1MwUTAdBgNVHQ4E
FgQU8pugBFgDQryvMhlAYuzQ8l5Y4IcwHwYDVR0jBBgwFoAU8pugBFgDQryvMhlA
YuzQ8l5Y4IcwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAuB+U
G9AdvbP2OSysQFnf7ndODDMO/NWqNt4fqpou8e6Ix+Y3C7bb+LML75Q0t/2MRsIQ
h9YCkJ5sezXmNMp25BUTyNgxqvmXhomctaC4NKviYNBDXS/UIAdIJzi5Dc9ZIA9O
wBiDo9GnIdD6u8LLYTtTz+tNiMR2gLr1mSiwqFcglIsdRIStdZixnfvTMhZr9pGQ
n/Hf7/ghwGbPpnLrfcwkFPLb3qfI5vjYW7qrHeDXQ5HeqxV2QnRVQo5T6Y9YB3sH
qeQEbG7fbHcAiD3dpLOk/uIAjSE7LOE6ckvsuJ9aqpd6bQJvA8GTPz2ycEA6Ty/G
sfdj82JSohAHvrJOVw==
-----END CERTIFICATE-----
`;
const { privateKey: key } = generateKeyPairSync("rsa", {
  modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

/** Logs in with a connection on the emulator's page, and returns the query of the application's URL. */
async function login({ config, public_token }, query, form) {
  const start = `${config.env}/v1/public/sso/start?${new URLSearchParams({ public_token, ...query })}`;
  const response = await fetch(start, { method: "POST", body: new URLSearchParams(form), redirect: "manual" });
  assert.equal(response.status, 303, await response.text());
  return new URL(response.headers.get("location")).searchParams;
}

/** Creates a SAML connection that the emulator's page serves. */
async function active({ b2b }, organization_id) {
  const { connection } = await b2b.sso.saml.createConnection({ organization_id, display_name: "Okta", identity_provider: "okta" });
  return b2b.sso.saml.updateConnection({
    organization_id, connection_id: connection.connection_id, idp_entity_id: "https://idp.example.com", idp_sso_url: "https://idp.example.com/sso",
    x509_certificate: certificate, attribute_mapping: mapping,
  });
}

test("a SAML connection is set up, and members log in with it", async () => {
  const world = await newWorld();
  const { b2b, organization, grant } = world;
  await grant("editor", "documents", "update");
  const { organization_id } = await organization({ organization_name: "Engines" });
  const { connection } = await active(world, organization_id);
  const { connection_id } = connection;
  assert.deepEqual([connection.status, connection.signing_certificates.length, connection.verification_certificates.length], ["active", 1, 1]);
  await b2b.sso.saml.updateConnection({
    organization_id, connection_id, saml_connection_implicit_role_assignments: [{ role_id: "editor" }],
    saml_group_implicit_role_assignments: [{ role_id: "editor", group: "staff" }],
  });
  await fails(b2b.sso.saml.updateConnection({ organization_id, connection_id, idp_sso_url: "http://idp.example.com" }), 400, "saml_connection_idp_sso_url_not_https");
  await fails(b2b.sso.saml.createConnection({ organization_id: "none" }), 404, "organization_not_found");

  const landed = await login(world, { organization_id }, { email, name: "Ada", groups: "staff" });
  assert.equal(landed.get("stytch_token_type"), "sso");
  const sso_token = landed.get("token");
  const auth = await b2b.sso.authenticate({ sso_token, session_duration_minutes: 60, locale: "en" });
  assert.deepEqual([auth.member_authenticated, auth.member.sso_registrations[0].connection_id], [true, connection_id]);
  assert.deepEqual(auth.member_session.authentication_factors.map((f) => [f.type, f.delivery_method]), [["sso", "sso_saml"]]);
  assert.deepEqual(auth.member_session.roles, ["stytch_member", "editor"]);
  await fails(b2b.sso.authenticate({ sso_token }), 404, "sso_token_not_found");

  const found = await b2b.sso.getConnections({ organization_id });
  assert.deepEqual(found.saml_connections.map((c) => c.connection_id), [connection_id]);
  await fails(b2b.sso.getConnections({ organization_id: "none" }), 404, "organization_not_found");
  await b2b.sso.deleteConnection({ organization_id, connection_id });
  await fails(b2b.sso.deleteConnection({ organization_id, connection_id }), 404, "sso_connection_not_found");
});

test("certificates and keys come and go", async () => {
  const world = await newWorld();
  const { b2b, organization } = world;
  const { organization_id } = await organization({ organization_name: "Engines" });
  const { connection } = await active(world, organization_id);
  const ids = { organization_id, connection_id: connection.connection_id };
  const changed = await b2b.sso.saml.updateConnection({ ...ids, x509_certificate: certificate, saml_encryption_private_key: key, signing_private_key: key });
  const [{ certificate_id }, last] = changed.connection.verification_certificates;
  await b2b.sso.saml.deleteVerificationCertificate({ ...ids, certificate_id });
  await fails(b2b.sso.saml.deleteVerificationCertificate({ ...ids, certificate_id: last.certificate_id }), 400, "cannot_delete_last_sso_verification_key");
  const { private_key_id } = changed.connection.encryption_private_keys[0];
  await b2b.sso.saml.deleteEncryptionPrivateKey({ ...ids, private_key_id });
  await fails(b2b.sso.saml.deleteEncryptionPrivateKey({ ...ids, private_key_id }), 404, "sso_encryption_private_key_not_found");
});

test("a SAML connection takes the metadata of its provider", async (t) => {
  const metadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com"><IDPSSODescriptor
    protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    <X509Certificate>${certificate.split("\n").slice(1, -2).join("")}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService
    Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/></IDPSSODescriptor></EntityDescriptor>`;
  const server = createServer((_, response) => response.end(metadata)).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { b2b, organization } = await newWorld();
  const { organization_id } = await organization({ organization_name: "Engines" });
  const { connection } = await b2b.sso.saml.createConnection({ organization_id });
  const ids = { organization_id, connection_id: connection.connection_id };
  const changed = await b2b.sso.saml.updateByURL({ ...ids, metadata_url: `http://127.0.0.1:${server.address().port}/metadata` });
  assert.deepEqual([changed.connection.idp_entity_id, changed.connection.status], ["https://idp.example.com", "pending"]);
  await fails(b2b.sso.saml.updateByURL({ ...ids, metadata_url: "metadata" }), 400, "invalid_saml_metadata_url");
});

test("an OIDC connection is set up, and another organization uses it", async () => {
  const world = await newWorld();
  const { b2b, organization } = world;
  const { organization_id } = await organization({ organization_name: "Engines", organization_slug: "engines" });
  const works = await organization({ organization_name: "Works", organization_slug: "works" });
  const { connection } = await b2b.sso.oidc.createConnection({ organization_id, display_name: "Entra", identity_provider: "microsoft-entra" });
  await fails(b2b.sso.oidc.createConnection({ organization_id: "none" }), 404, "organization_not_found");
  const ids = { organization_id, connection_id: connection.connection_id };
  const issuer = "https://idp.example.com";
  const changed = await b2b.sso.oidc.updateConnection({
    ...ids, issuer, client_id: "client", client_secret: "secret", authorization_url: `${issuer}/authorize`, token_url: `${issuer}/token`,
    userinfo_url: `${issuer}/userinfo`, jwks_url: `${issuer}/keys`, custom_scopes: "openid email", attribute_mapping: { email: "email", full_name: "name" },
  });
  assert.equal(changed.connection.status, "active");
  assert.ok(changed.warning);
  await fails(b2b.sso.oidc.updateConnection({ ...ids, client_id: "" }), 400, "oidc_connection_client_id_required");

  const external = { organization_id: works.organization_id, external_organization_id: organization_id, external_connection_id: connection.connection_id };
  const made = await b2b.sso.external.createConnection({ ...external, display_name: "Engines" });
  await fails(b2b.sso.external.createConnection(external), 400, "duplicate_external_sso_connection");
  const { connection_id } = made.connection;
  const renamed = await b2b.sso.external.updateConnection({ organization_id: works.organization_id, connection_id, display_name: "Looms" });
  assert.equal(renamed.connection.display_name, "Looms");
  await fails(b2b.sso.external.updateConnection({ organization_id, connection_id }), 404, "sso_connection_not_found");

  const landed = await login(world, { connection_id }, { email, name: "Ada" });
  const auth = await b2b.sso.authenticate({ sso_token: landed.get("token") });
  const { registrations } = await b2b.organizations.members.oidcProviders({ organization_id: auth.organization_id, member_id: auth.member_id, include_refresh_token: true });
  assert.deepEqual([registrations.length, registrations[0].connection_id], [1, connection_id]);
  await fails(b2b.organizations.members.oidcProviders({ organization_id: auth.organization_id, member_id: "none" }), 404, "member_not_found");
  assert.deepEqual([auth.organization_id, auth.member_session.authentication_factors[0].delivery_method], [works.organization_id, "sso_oidc"]);
});
