import assert from "node:assert/strict";
import test from "node:test";
import { fails, newWorld } from "./world.mjs";

test("connected apps", async () => {
  const { client } = await newWorld();
  const { clients } = client.connectedApp;
  const made = await clients.create({ client_type: "third_party", client_name: "Calendar", redirect_urls: ["https://calendar.example.com/callback"] });
  const { client_id, client_secret, client_secret_last_four } = made.connected_app;
  assert.equal(client_secret_last_four, client_secret.slice(-4));
  await fails(clients.create({ client_type: "third_party", redirect_urls: ["http://localhost:1"] }), 400, "connected_app_redirect_url_cannot_use_localhost");

  const changed = await clients.update({ client_id, client_name: "Dates", access_token_expiry_minutes: 5 });
  assert.equal(changed.connected_app.client_name, "Dates");
  await fails(clients.update({ client_id, full_access_allowed: true }), 400, "third_party_clients_cannot_use_full_access");
  const got = await clients.get({ client_id });
  assert.equal(got.connected_app.access_token_expiry_minutes, 5);
  await fails(clients.get({ client_id: "nobody" }), 404, "connected_app_not_found");
  const found = await clients.search({});
  assert.deepEqual(found.connected_apps.map((one) => one.client_id), [client_id]);
  await fails(clients.search({ cursor: "none" }), 400, "user_search_invalid_cursor");
  await clients.delete({ client_id });
  await fails(clients.delete({ client_id }), 404, "connected_app_not_found");
});

test("the secret of a connected app is replaced", async () => {
  const { client } = await newWorld();
  const { clients } = client.connectedApp;
  const { connected_app } = await clients.create({ client_type: "first_party" });
  const { client_id } = connected_app;
  await fails(clients.secrets.rotate({ client_id }), 400, "connected_app_not_rotating_secret");
  await fails(clients.secrets.rotateCancel({ client_id }), 400, "connected_app_not_rotating_secret");
  await clients.secrets.rotateStart({ client_id });
  await fails(clients.secrets.rotateStart({ client_id }), 400, "connected_app_already_rotating_secret");
  await clients.secrets.rotateCancel({ client_id });
  const next = (await clients.secrets.rotateStart({ client_id })).connected_app.next_client_secret;
  const done = await clients.secrets.rotate({ client_id });
  assert.equal(done.connected_app.client_secret_last_four, next.slice(-4));

  const open = await clients.create({ client_type: "first_party_public" });
  await fails(clients.secrets.rotateStart({ client_id: open.connected_app.client_id }), 400, "public_connected_apps_do_not_have_secrets");
});
