import assert from "node:assert/strict";
import test from "node:test";
import { fails, newWorld } from "./world.mjs";

const unknown = { operator: "AND", operands: [{ filter_name: "colour", filter_value: ["red"] }] };

test("organizations and members are searched", async () => {
  const { b2b } = await newWorld();
  const make = async (organization_name, organization_slug) =>
    (await b2b.organizations.create({ organization_name, organization_slug })).organization.organization_id;
  const engines = await make("Engines", "engines");
  const navy = await make("Navy", "navy");
  for (const [organization_id, email_address] of [[engines, "ada@example.com"], [engines, "charles@example.com"], [navy, "grace@example.com"]]) {
    await b2b.organizations.members.create({ organization_id, email_address });
  }

  const slugs = { operator: "OR", operands: [{ filter_name: "organization_slugs", filter_value: ["navy"] }, { filter_name: "member_emails", filter_value: ["ada@example.com"] }] };
  const organizations = await b2b.organizations.search({ query: slugs });
  assert.deepEqual(organizations.organizations.map((o) => o.organization_slug).sort(), ["engines", "navy"]);
  await fails(b2b.organizations.search({ query: unknown }), 400, "organization_search_filter_name_not_recognized");

  const page = await b2b.organizations.members.search({ organization_ids: [engines], limit: 1 });
  const rest = await b2b.organizations.members.search({ organization_ids: [engines], limit: 1, cursor: page.results_metadata.next_cursor });
  assert.deepEqual([...page.members, ...rest.members].map((m) => m.email_address).sort(), ["ada@example.com", "charles@example.com"]);
  assert.equal(rest.results_metadata.next_cursor, null);
  await fails(b2b.organizations.members.search({ organization_ids: [engines], query: unknown }), 400, "member_search_filter_name_not_recognized");
});
