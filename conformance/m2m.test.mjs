import assert from "node:assert/strict";
import test from "node:test";
import { fails, newWorld } from "./world.mjs";

test("M2M clients", async () => {
  const { client } = await newWorld();
  const { clients } = client.m2m;
  const made = await clients.create({ scopes: ["read:invoices"], client_name: "Export", trusted_metadata: { team: "finance" } });
  const { client_id, client_secret } = made.m2m_client;
  assert.equal(made.m2m_client.client_secret_last_four, client_secret.slice(-4));
  await fails(clients.create({ scopes: [], client_id }), 400, "duplicate_m2m_client_id");

  const got = await clients.get({ client_id });
  assert.equal(got.m2m_client.client_name, "Export");
  assert.equal(got.m2m_client.client_secret, undefined);
  await fails(clients.get({ client_id: "nobody" }), 404, "m2m_client_not_found");

  const changed = await clients.update({ client_id, status: "inactive", scopes: ["read:invoices", "write:*"] });
  assert.equal(changed.m2m_client.status, "inactive");
  await fails(clients.update({ client_id, status: "asleep" }), 400, "invalid_m2m_client_status");
  await clients.update({ client_id, status: "active" });

  const found = await clients.search({ query: { operator: "AND", operands: [{ filter_name: "scopes", filter_value: ["write:*"] }] } });
  assert.deepEqual(found.m2m_clients.map((one) => one.client_id), [client_id]);
  await fails(
    clients.search({ query: { operator: "AND", operands: [{ filter_name: "colour", filter_value: ["red"] }] } }),
    400,
    "m2m_search_filter_name_not_recognized",
  );

  await clients.delete({ client_id });
  await fails(clients.delete({ client_id }), 404, "m2m_client_not_found");
});

test("M2M tokens, checked with the SDK's own check", async () => {
  const { client, b2b } = await newWorld();
  const { m2m_client } = await client.m2m.clients.create({ scopes: ["read:invoices", "write:*"] });
  const { client_id, client_secret } = m2m_client;
  const token = await client.m2m.token({ client_id, client_secret, scopes: ["write:*"] });
  assert.equal(token.token_type, "bearer");
  assert.equal(token.expires_in, 3600);
  const checked = await b2b.m2m.authenticateToken({ access_token: token.access_token, required_scopes: ["write:invoices"] });
  assert.equal(checked.client_id, client_id);
  assert.deepEqual(checked.scopes, ["write:*"]);
  await assert.rejects(
    client.m2m.authenticateToken({ access_token: token.access_token, required_scopes: ["read:invoices"] }),
    { code: "missing_scopes" },
  );
  const error = await client.m2m.token({ client_id, client_secret: "wrong" }).then(
    () => assert.fail("a wrong secret was accepted"),
    (reason) => reason,
  );
  assert.equal(`${error.status_code} ${error.error_type}`, "400 invalid_client");
  assert.ok(error.error_message);
});

test("the secret of an M2M client is replaced", async () => {
  const { client } = await newWorld();
  const { secrets } = client.m2m.clients;
  const { m2m_client } = await client.m2m.clients.create({ scopes: ["read:invoices"] });
  const { client_id } = m2m_client;
  const works = (client_secret) => client.m2m.token({ client_id, client_secret }).then(() => true, () => false);

  await fails(secrets.rotate({ client_id }), 400, "m2m_client_not_rotating_secret");
  await fails(secrets.rotateCancel({ client_id }), 400, "m2m_client_not_rotating_secret");
  const dropped = (await secrets.rotateStart({ client_id })).m2m_client.next_client_secret;
  await fails(secrets.rotateStart({ client_id }), 400, "m2m_client_already_rotating_secret");
  assert.deepEqual([await works(m2m_client.client_secret), await works(dropped)], [true, true]);
  await secrets.rotateCancel({ client_id });
  assert.deepEqual([await works(m2m_client.client_secret), await works(dropped)], [true, false]);
  const next = (await secrets.rotateStart({ client_id })).m2m_client.next_client_secret;
  await secrets.rotate({ client_id });
  assert.deepEqual([await works(m2m_client.client_secret), await works(next)], [false, true]);
});
