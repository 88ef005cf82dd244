// Device fingerprints, rules and the risk of addresses, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fails, newWorld } from "./world.mjs";

const properties = {
  network_properties: {
    ip_address: "192.0.2.77", asn: { asn: "64496", name: "Example", network: "192.0.2.0/24" },
    ip_geolocation: { city: "London", region: "England", country: "GB" }, is_proxy: false, is_vpn: false,
  },
  browser_properties: { user_agent: "Mozilla/5.0" },
};

test("the verdict on a device", async () => {
  const { client, fingerprint } = await newWorld();
  const { fraud } = client;
  const { telemetry_id, fingerprints } = await fingerprint({ reasons: ["VIRTUAL_MACHINE"], properties });
  const action = async () => (await fraud.fingerprint.lookup({ telemetry_id, external_metadata: { user_action: "login" } })).verdict.action;
  assert.equal(await action(), "CHALLENGE");
  await fails(fraud.fingerprint.lookup({ telemetry_id: "nothing" }), 404, "telemetry_id_not_found");

  const override = { verdict_reason: "VIRTUAL_MACHINE", override_action: "ALLOW" };
  assert.equal((await fraud.verdictReasons.override(override)).verdict_reason_action.default_action, "CHALLENGE");
  assert.equal(await action(), "ALLOW");
  await fails(fraud.verdictReasons.override({ ...override, verdict_reason: "RULE_MATCH" }), 400, "bad_request");
  const { verdict_reason_actions } = await fraud.verdictReasons.list({ overrides_only: true });
  assert.deepEqual(verdict_reason_actions.map((one) => one.verdict_reason), ["VIRTUAL_MACHINE"]);
  await fails(fraud.verdictReasons.list({ overrides_only: "x" }), 400, "bad_request");

  await fraud.rules.set({ action: "BLOCK", cidr_block: "192.0.2.0/24" });
  assert.equal(await action(), "BLOCK");
  await fraud.rules.set({ action: "ALLOW", visitor_id: fingerprints.visitor_id, expires_in_minutes: 60 });
  assert.equal(await action(), "ALLOW");
  await fails(fraud.rules.set({ action: "ALLOW", country_code: "GB" }), 400, "invalid_country_code_allow_rule");
  const page = await fraud.rules.list({ limit: 1 });
  const rest = await fraud.rules.list({ limit: 1, cursor: page.next_cursor });
  assert.deepEqual([...page.rules, ...rest.rules].map((one) => one.rule_type).sort(), ["CIDR_BLOCK", "VISITOR_ID"]);
  await fails(fraud.rules.list({ cursor: "x" }), 400, "dfp_rule_invalid_cursor");
});

test("the risk of an address", async () => {
  const { email } = (await newWorld()).client.fraud;
  const risk = await email.risk({ email_address: "ada.king+news@example.com" });
  assert.deepEqual([risk.action, risk.address_information.normalized_email], ["ALLOW", "adaking@example.com"]);
  assert.equal((await email.risk({ email_address: "ada@mailinator.com" })).action, "BLOCK");
  await fails(email.risk({ email_address: "ada" }), 400, "invalid_email");
});
