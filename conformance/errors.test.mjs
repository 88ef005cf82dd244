// Errors that every call can return, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { b2b, consumer, errorTypes, fails, newWorld, unanswered } from "./world.mjs";

const phone_number = "+15005550006";

test("wrong credentials", async () => {
  const { config } = await newWorld();
  for (const wrong of [{ secret: "secret-test-wrong" }, { project_id: "project-test-wrong" }]) {
    await fails(consumer({ ...config, ...wrong }).otps.sms.loginOrCreate({ phone_number }), 401, "unauthorized_credentials");
    await fails(b2b({ ...config, ...wrong }).sessions.authenticate({ session_token: "x" }), 401, "unauthorized_credentials");
  }
});

test("the base URL may end with a slash", async () => {
  const { config, code } = await newWorld();
  const client = consumer({ ...config, env: `${config.env}/` });
  const { phone_id } = await client.otps.sms.loginOrCreate({ phone_number });
  const { session_jwt } = await client.otps.authenticate({
    method_id: phone_id, code: await code(phone_number), session_duration_minutes: 5,
  });
  await client.sessions.authenticateJwtLocal({ session_jwt });
});

test("a message names the invalid field", async () => {
  const { client } = await newWorld();
  const { error_message } = await fails(client.otps.sms.loginOrCreate({ phone_number, expiration_minutes: 99 }), 400, "invalid_expiration_otp");
  assert.match(error_message, /expiration_minutes: .*between 1 and 10/);
});

test("every error type of the spec", async () => {
  const { client, b2b, fail } = await newWorld();
  const types = await errorTypes();
  assert.ok(types.length > 40);
  for (const { Name: error_type, Status: status } of types) {
    for (const api of ["consumer", "b2b"]) await fail({ call: `${api}.otps.sms.send`, error_type, times: 1 });
    await fails(client.otps.sms.send({ phone_number }), status, error_type);
    await fails(b2b.otps.sms.send({ organization_id: "o", member_id: "m" }), status, error_type);
  }
});

test("no response, half a response, and a gateway's page", async () => {
  const { client, fail } = await newWorld();
  for (const fault of [{ reset: true }, { truncate: true }, { html: true }, { html: true, status: 504 }]) {
    await fail({ ...fault, times: 1 });
    await unanswered(client.otps.sms.loginOrCreate({ phone_number }));
  }
  await client.otps.sms.loginOrCreate({ phone_number });
});
