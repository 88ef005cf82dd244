// Authenticator apps and recovery codes of users and members, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fails, newWorld, wrong } from "./world.mjs";

const email = "ada@example.com";

test("a user sets up an app, and logs in with it and with a recovery code", async () => {
  const { client, user, totpCode, advance } = await newWorld();
  const { user_id } = await user({ emails: [{ email, verified: true }] });
  const made = await client.totps.create({ user_id });
  assert.match(made.qr_code, /^data:image\/png;base64, /);
  assert.deepEqual(made.user.totps, [{ totp_id: made.totp_id, verified: false }]);
  await fails(client.totps.create({ user_id }), 400, "pending_totp_exists");
  const totp_code = await totpCode(user_id);
  await fails(client.totps.authenticate({ user_id, totp_code: wrong(totp_code) }), 401, "unable_to_authenticate_totp");
  const auth = await client.totps.authenticate({ user_id, totp_code, session_duration_minutes: 60 });
  assert.deepEqual(auth.session.authentication_factors.map((f) => [f.type, f.delivery_method]), [["totp", "authenticator_app"]]);
  assert.equal(auth.user.totps[0].verified, true);
  await fails(client.totps.authenticate({ user_id, totp_code }), 400, "totp_code_already_authenticated");
  await advance(0.5);
  await client.totps.authenticate({ user_id, totp_code: await totpCode(made.totp_id), session_token: auth.session_token });

  const { totps } = await client.totps.recoveryCodes({ user_id });
  assert.deepEqual(totps, [{ totp_id: made.totp_id, verified: true, recovery_codes: made.recovery_codes }]);
  const [recovery_code] = made.recovery_codes;
  const recovered = await client.totps.recover({ user_id, recovery_code, session_duration_minutes: 5 });
  assert.deepEqual(recovered.session.authentication_factors.map((f) => [f.type, f.delivery_method]), [["recovery_codes", "recovery_code"]]);
  await fails(client.totps.recover({ user_id, recovery_code }), 401, "unable_to_authenticate_recovery_code");
  await fails(client.totps.recoveryCodes({ user_id: "nobody" }), 404, "user_not_found");
});

test("a member sets up an app in a login that wants a second factor", async () => {
  const { b2b, code, organization, member, totpCode, advance } = await newWorld();
  const { organization_id } = await organization({ organization_name: "Engines", mfa_policy: "REQUIRED_FOR_ALL" });
  const { member_id } = await member({ organization_id, email_address: email });
  const at = { organization_id, member_id };
  const login = async () => {
    await b2b.otps.email.loginOrSignup({ organization_id, email_address: email });
    return b2b.otps.email.authenticate({ organization_id, email_address: email, code: await code(email) });
  };
  const first = await login();
  assert.equal(first.mfa_required.member_options, null);
  const { intermediate_session_token } = first;
  const made = await b2b.totps.create({ ...at, intermediate_session_token });
  await fails(b2b.totps.create(at), 400, "pending_totp_exists");
  await fails(b2b.totps.authenticate({ ...at, code: "12", intermediate_session_token }), 400, "invalid_totp_code");
  const in_ = await b2b.totps.authenticate({ ...at, code: await totpCode(member_id), intermediate_session_token, set_default_mfa: true });
  assert.deepEqual(in_.member_session.authentication_factors.map((f) => f.type), ["email_otp", "totp"]);
  assert.deepEqual([in_.member.totp_registration_id, in_.member.default_mfa_method], [made.totp_registration_id, "totp"]);

  await advance(0.5);
  const second = await login();
  assert.equal(second.mfa_required.member_options.totp_registration_id, made.totp_registration_id);
  await b2b.totps.authenticate({ ...at, code: await totpCode(member_id), intermediate_session_token: second.intermediate_session_token });

  const { recovery_codes } = await b2b.recoveryCodes.get(at);
  assert.deepEqual(recovery_codes, made.recovery_codes);
  const third = await login();
  const recovered = await b2b.recoveryCodes.recover({ ...at, recovery_code: recovery_codes[0], intermediate_session_token: third.intermediate_session_token });
  assert.equal(recovered.recovery_codes_remaining, 9);
  await fails(b2b.recoveryCodes.recover({ ...at, recovery_code: recovery_codes[0], session_token: in_.session_token }), 401, "unable_to_authenticate_recovery_code");
  const rotated = await b2b.recoveryCodes.rotate(at);
  assert.equal(rotated.recovery_codes.length, 10);
});

test("an app is taken over from another system", async () => {
  const { b2b, organization, member } = await newWorld();
  const { organization_id } = await organization({ organization_name: "Engines" });
  const { member_id } = await member({ organization_id, email_address: email });
  const at = { organization_id, member_id };
  await fails(b2b.recoveryCodes.get(at), 400, "no_active_recovery_code_backed_factor");
  await fails(b2b.recoveryCodes.rotate(at), 400, "no_active_recovery_code_backed_factor");
  const made = await b2b.totps.migrate({ ...at, secret: "JBSWY3DPEHPK3PXP", recovery_codes: ["aaaa-bbbb-cccc"] });
  assert.deepEqual([made.member.totp_registration_id, made.recovery_codes], [made.totp_registration_id, ["aaaa-bbbb-cccc"]]);
  await fails(b2b.totps.migrate({ ...at, secret: "JBSWY3DPEHPK3PXP", recovery_codes: [] }), 400, "active_totp_exists");
});
