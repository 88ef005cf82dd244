// Members of organizations, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientError } from "stytch";
import { asInJWT, fails, newWorld, wrong } from "./world.mjs";

const phone = "+15005550006";
const email = "ada@example.com";

/** Starts a world with an organization and a member. */
async function newCompany(organization = {}, member = {}) {
  const world = await newWorld();
  const { organization_id } = await world.organization({ organization_name: "Analytical Engines", organization_slug: "engines", ...organization });
  const { member_id } = await world.member({ organization_id, email_address: email, ...member });
  return { ...world, organization_id, member_id };
}

/** Logs the member in by e-mail. */
async function login({ b2b, code, organization_id }, options = {}) {
  await b2b.otps.email.loginOrSignup({ organization_id, email_address: email });
  return b2b.otps.email.authenticate({ organization_id, email_address: email, code: await code(email), ...options });
}

const enrolled = { mfa_enrolled: true, mfa_phone_number: phone, mfa_phone_number_verified: true };
const unknown = "11111111-1111-4111-8111-111111111111";

test("a member logs in by e-mail, steps up by SMS and logs out", async () => {
  const company = await newCompany({}, { mfa_phone_number: phone, mfa_phone_number_verified: true });
  const { b2b, code, organization_id, member_id } = company;
  const auth = await login(company, { session_duration_minutes: 30, session_custom_claims: { plan: "pro" } });
  assert.deepEqual([auth.member_authenticated, auth.member_id, auth.organization_id], [true, member_id, organization_id]);
  assert.deepEqual([auth.intermediate_session_token, auth.mfa_required, auth.primary_required], ["", null, null]);
  assert.equal(auth.member.status, "active");
  assert.equal(auth.organization.organization_slug, "engines");
  assert.deepEqual(auth.member_session.custom_claims, { plan: "pro" });

  const sent = await b2b.otps.sms.send({ organization_id, member_id, locale: "pt-br" });
  assert.equal(sent.member.member_id, member_id);
  const both = await b2b.otps.sms.authenticate({
    organization_id, member_id, code: await code(phone), session_token: auth.session_token,
  });
  assert.equal(both.member_session.member_session_id, auth.member_session.member_session_id);
  assert.deepEqual(both.member_session.authentication_factors.map((f) => f.delivery_method), ["email", "sms"]);

  const { member_sessions } = await b2b.sessions.get({ organization_id, member_id });
  assert.deepEqual(member_sessions, [both.member_session]);
  const { session_token } = await b2b.sessions.authenticate({ session_token: auth.session_token, session_duration_minutes: 60 });
  await b2b.sessions.revoke({ session_token });
  await fails(b2b.sessions.authenticate({ session_token }), 404, "session_not_found");
});

test("a person with an address of the organization's domain signs up", async () => {
  const { b2b, message, organization_id } = await newCompany({
    email_jit_provisioning: "RESTRICTED", email_allowed_domains: ["example.com"],
  });
  const email_address = "grace@example.com";
  const signup = await b2b.otps.email.loginOrSignup({ organization_id, email_address, signup_expiration_minutes: 15, locale: "fr" });
  assert.deepEqual([signup.member_created, signup.member.status], [true, "pending"]);
  const { code: digits, locale, sent_at, expires_at } = await message(email_address);
  assert.deepEqual([locale, new Date(expires_at) - new Date(sent_at)], ["fr", 900_000]);
  const auth = await b2b.otps.email.authenticate({ organization_id, email_address, code: digits });
  assert.deepEqual([auth.member_id, auth.member.status], [signup.member_id, "active"]);

  await fails(b2b.otps.email.loginOrSignup({ organization_id, email_address: "eve@example.net" }), 400, "invalid_email_for_jit_provisioning");
});

test("a required second factor is entered", async () => {
  const company = await newCompany({ mfa_policy: "REQUIRED_FOR_ALL" }, enrolled);
  const { b2b, code, organization_id, member_id } = company;
  const auth = await login(company);
  assert.deepEqual([auth.member_authenticated, auth.member_session, auth.session_token, auth.session_jwt], [false, null, "", ""]);
  assert.equal(auth.mfa_required.secondary_auth_initiated, "sms_otp");
  assert.equal(auth.mfa_required.member_options.mfa_phone_number, phone);
  assert.ok(auth.intermediate_session_token_expires_at);
  const second = {
    organization_id, member_id, code: await code(phone), intermediate_session_token: auth.intermediate_session_token,
  };
  await fails(b2b.otps.sms.authenticate({ ...second, code: wrong(second.code) }), 404, "otp_code_not_found");
  const done = await b2b.otps.sms.authenticate({ ...second, session_custom_claims: { mfa: true } });
  assert.deepEqual(done.member_session.authentication_factors.map((f) => f.delivery_method), ["email", "sms"]);
  await b2b.sessions.authenticateJwt({ session_jwt: done.session_jwt });
  await fails(b2b.otps.sms.authenticate(second), 404, "intermediate_session_not_found");
});

test("a login without its second factor expires after ten minutes, and belongs to one member", async () => {
  const company = await newCompany({ mfa_policy: "REQUIRED_FOR_ALL" }, enrolled);
  const { b2b, code, organization_id, member_id } = company;
  const { intermediate_session_token } = await login(company);
  const second = { organization_id, member_id, code: await code(phone), intermediate_session_token };
  const other = await company.member({ organization_id, email_address: "eve@example.com", ...enrolled });
  const wrongMember = "invalid_intermediate_session_token_for_organization";
  await fails(b2b.otps.sms.authenticate({ ...second, member_id: other.member_id }), 400, wrongMember);
  await company.advance(2);
  await fails(b2b.otps.sms.authenticate(second), 401, "unable_to_auth_otp_code");
  await company.advance(8);
  await fails(b2b.otps.sms.authenticate(second), 404, "intermediate_session_not_found");
});

test("a member enrolls and unenrolls", async () => {
  const company = await newCompany({ mfa_policy: "OPTIONAL" });
  const { b2b, code, organization_id, member_id } = company;
  const { session_token } = await login(company);
  const enroll = async (set_mfa_enrollment) => {
    await b2b.otps.sms.send({ organization_id, member_id, mfa_phone_number: phone, session_token });
    const { member } = await b2b.otps.sms.authenticate({
      organization_id, member_id, code: await code(phone), session_token, set_mfa_enrollment, set_default_mfa: true,
    });
    return member;
  };
  const member = await enroll("enroll");
  assert.deepEqual([member.mfa_enrolled, member.mfa_phone_number, member.mfa_phone_number_verified], [true, phone, true]);
  assert.equal((await login(company)).member_authenticated, false);
  await code(phone);
  assert.equal((await enroll("unenroll")).mfa_enrolled, false);
});

test("an organization requires another login method", async () => {
  const company = await newCompany({ auth_methods: "RESTRICTED", allowed_auth_methods: ["sso", "google_oauth"] });
  const auth = await login(company);
  assert.equal(auth.member_authenticated, false);
  assert.deepEqual(auth.primary_required.allowed_auth_methods, ["sso", "google_oauth"]);
});

test("a person finds their organizations and switches between them", async () => {
  const company = await newCompany();
  const { b2b, code, organization_id } = company;
  const other = await company.organization({ organization_name: "Difference Engines", organization_slug: "difference" });
  const strict = await company.organization({ organization_name: "Strict", organization_slug: "strict", mfa_policy: "REQUIRED_FOR_ALL" });
  await company.member({ organization_id: other.organization_id, email_address: email, status: "invited" });
  await company.member({ organization_id: strict.organization_id, email_address: email, ...enrolled });

  const sent = await b2b.otps.email.discovery.send({ email_address: email, discovery_expiration_minutes: 15 });
  assert.equal(sent.status_code, 200);
  const digits = await code(email);
  await fails(b2b.otps.email.discovery.authenticate({ email_address: email, code: wrong(digits) }), 404, "otp_code_not_found");
  const found = await b2b.otps.email.discovery.authenticate({ email_address: email, code: digits });
  assert.ok(found.intermediate_session_token);
  assert.deepEqual(found.discovered_organizations.map((d) => d.organization.organization_slug).sort(), ["difference", "engines", "strict"]);
  const invited = found.discovered_organizations.find((d) => d.organization.organization_slug === "difference");
  assert.equal(invited.membership.type, "invited_member");
  await fails(b2b.otps.email.discovery.authenticate({ email_address: email, code: digits }), 401, "unable_to_auth_otp_code");

  const { session_token } = await login(company);
  const exchange = (to, more = {}) => b2b.sessions.exchange({ organization_id: to.organization_id, session_token, ...more });
  const there = await exchange(other, { session_duration_minutes: 45, session_custom_claims: { here: true } });
  assert.deepEqual([there.member_authenticated, there.member_session.organization_slug], [true, "difference"]);
  const needs = await exchange(strict, { locale: "es" });
  assert.deepEqual([needs.member_authenticated, needs.mfa_required.secondary_auth_initiated], [false, "sms_otp"]);
  const done = await b2b.otps.sms.authenticate({
    organization_id: strict.organization_id, member_id: needs.member_id, code: await code(phone),
    intermediate_session_token: needs.intermediate_session_token,
  });
  assert.equal(done.organization.organization_id, strict.organization_id);

  await fails(exchange({ organization_id: `organization-test-${unknown}` }), 404, "organization_not_found");
  const empty = await company.organization({ organization_name: "Empty", organization_slug: "empty" });
  await fails(exchange(empty), 404, "member_not_found");
  await fails(b2b.sessions.exchange({ organization_id }), 400, "no_session_arguments");
});

for (const by of ["member_session_id", "session_jwt", "member_id"]) {
  test(`a member's session is revoked by its ${by}`, async () => {
    const company = await newCompany();
    const { b2b } = company;
    const auth = await login(company);
    const value = { member_session_id: auth.member_session.member_session_id, session_jwt: auth.session_jwt, member_id: auth.member_id }[by];
    await b2b.sessions.revoke({ [by]: value });
    await fails(b2b.sessions.authenticate({ session_token: auth.session_token }), 404, "session_not_found");
  });
}

test("a member revokes only their own sessions", async () => {
  const company = await newCompany();
  const { b2b, code, organization_id } = company;
  const mine = await login(company);
  await company.member({ organization_id, email_address: "eve@example.com" });
  await b2b.otps.email.loginOrSignup({ organization_id, email_address: "eve@example.com" });
  const theirs = await b2b.otps.email.authenticate({ organization_id, email_address: "eve@example.com", code: await code("eve@example.com") });
  const target = { member_session_id: mine.member_session.member_session_id };
  await fails(b2b.sessions.revoke(target, { authorization: { session_token: theirs.session_token } }), 403, "session_authorization_error");
  await fails(b2b.sessions.revoke(target, { authorization: { session_jwt: theirs.session_jwt } }), 403, "session_authorization_error");
  await b2b.sessions.revoke(target, { authorization: { session_jwt: mine.session_jwt } });
});

test("the SDK's local check of a member's JWT returns the service's session", async () => {
  const company = await newCompany();
  const { b2b, config, fail } = company;
  const auth = await login(company, { session_custom_claims: { plan: "pro" } });
  assert.equal((await b2b.sessions.getJWKS({ project_id: config.project_id })).keys.length, 1);
  await fail({ call: "b2b.sessions.authenticate", error_type: "internal_server_error", times: 1 });
  const { member_session } = await b2b.sessions.authenticateJwt({ session_jwt: auth.session_jwt });
  assert.deepEqual(asInJWT(member_session), asInJWT(auth.member_session));

  await fails(b2b.sessions.authenticateJwt({ session_jwt: auth.session_jwt, max_token_age_seconds: 0 }), 500, "internal_server_error");
  const renewed = await b2b.sessions.authenticateJwt({ session_jwt: auth.session_jwt, max_token_age_seconds: 0 });
  assert.ok(renewed.session_jwt);
  const local = { session_jwt: `${auth.session_jwt.slice(0, -8)}AAAAAAAA` };
  await assert.rejects(b2b.sessions.authenticateJwtLocal(local), (err) => err instanceof ClientError && err.code === "jwt_invalid");
  await fails(b2b.sessions.authenticate(local), 401, "unable_to_parse_session_jwt");
  await fails(b2b.sessions.getJWKS({ project_id: "project-test-unknown" }), 400, "bad_request");
});

test("roles allow actions in the organization", async () => {
  const company = await newCompany();
  const { b2b, organization_id } = company;
  const { session_token } = await login(company);
  const check = (id) => b2b.sessions.authenticate({
    session_token, authorization_check: { organization_id: id, resource_id: "documents", action: "read" },
  });
  await fails(check(organization_id), 403, "session_authorization_error");
  await company.grant("stytch_member", "documents", "*");
  assert.deepEqual((await check(organization_id)).verdict, { authorized: true, granting_roles: ["stytch_member"] });
  await fails(check(`organization-test-${unknown}`), 403, "session_authorization_tenancy_error");
});

test("errors of the calls for members", async () => {
  const { b2b, code, advance, organization_id, member_id } = await newCompany();
  const elsewhere = `organization-test-${unknown}`;
  const stranger = `member-test-${unknown}`;
  const { sms, email: mail } = b2b.otps;
  await fails(sms.send({ organization_id: elsewhere, member_id }), 404, "organization_not_found");
  await fails(sms.send({ organization_id, member_id: stranger }), 404, "member_not_found");
  await fails(sms.send({ organization_id, member_id }), 404, "member_phone_number_not_found");
  await fails(sms.send({ organization_id, member_id, mfa_phone_number: "5550006" }), 400, "invalid_phone_number");
  await sms.send({ organization_id, member_id, mfa_phone_number: phone });
  await fails(sms.send({ organization_id, member_id, mfa_phone_number: "+15005550007" }), 400, "duplicate_member_phone_number");
  await fails(sms.authenticate({ organization_id, member_id, code: "123456" }), 400, "no_session_arguments");
  await fails(sms.authenticate({ organization_id, member_id, code: "123456", session_token: "x", session_jwt: "y" }), 400, "too_many_session_arguments");

  await fails(mail.loginOrSignup({ organization_id, email_address: "not-an-address" }), 400, "invalid_email");
  await fails(mail.loginOrSignup({ organization_id, email_address: "eve@example.com" }), 400, "email_jit_provisioning_not_allowed");
  await fails(mail.loginOrSignup({ organization_id, email_address: email, login_expiration_minutes: 1 }), 400, "invalid_expiration_otp");
  await mail.loginOrSignup({ organization_id, email_address: email });
  const login = { organization_id, email_address: email, code: await code(email) };
  await fails(mail.authenticate({ ...login, code: "12345" }), 400, "invalid_code");
  await fails(mail.authenticate({ ...login, intermediate_session_token: "x".repeat(44) }), 404, "intermediate_session_not_found");
  await advance(10);
  await fails(mail.authenticate(login), 401, "unable_to_auth_otp_code");

  await fails(mail.discovery.send({ email_address: "not-an-address" }), 400, "invalid_email");
  await fails(b2b.sessions.get({ organization_id, member_id: stranger }), 404, "member_not_found");
  await fails(b2b.sessions.authenticate({}), 400, "no_session_arguments");
  await fails(b2b.sessions.revoke({}), 400, "no_session_revoke_arguments");
});

test("ten wrong codes lock the member", async () => {
  const { b2b, code, organization_id } = await newCompany();
  await b2b.otps.email.loginOrSignup({ organization_id, email_address: email });
  const login = { organization_id, email_address: email, code: await code(email) };
  for (let i = 0; i < 10; i++) {
    await fails(b2b.otps.email.authenticate({ ...login, code: wrong(login.code) }), 404, "otp_code_not_found");
  }
  await fails(b2b.otps.email.authenticate(login), 429, "user_lock_limit_reached");
});
