// Users, organizations, members, sessions, authenticator apps, clients and connections. Each list loads only while the page
// shows it.

import { now, time } from "./clock.js";
import { byID, call, collected, copies, element, facts, foreign, json, onClick, say, showList } from "./dom.js";
import { confirm, edit } from "./form.js";

const pageful = 20;

const perform = (name, values) => call("POST", `calls/${name}`, values);
const verified = (value, is) => element("span", {}, foreign(value), is ? " (verified)" : " (not verified)");
const lines = (nodes) => element("span", { class: "lines" }, ...nodes);
const listed = (values) => values?.length ? lines(values.map((value) => foreign(value))) : null;
const fullName = (name) => [name?.first_name, name?.middle_name, name?.last_name].filter(Boolean).join(" ");
const userName = (user) => fullName(user.name) || user.emails[0]?.email || user.phone_numbers[0]?.phone_number || user.user_id;

// Names of organizations and users by id, for lists that have only ids.
const names = new Map();

async function learn(ids, name, of) {
  await Promise.all([...new Set(ids)].filter((id) => id && !names.has(id)).map(async (id) => {
    try {
      names.set(id, of(await name(id)));
    } catch {
      names.set(id, id); // deleted
    }
  }));
}

const learnOrganizations = (items) => learn(items.map((one) => one.organization_id),
  (id) => perform("b2b.organizations.get", { organization_id: id }), (answer) => answer.organization.organization_name);
const learnUsers = (items) => learn(items.map((one) => one.user_id),
  (id) => perform("consumer.users.get", { user_id: id }), (answer) => userName(answer));
const learnMembers = (items) => learn(items.map((one) => one.member_id),
  (id) => perform("b2b.organizations.members.get", { organization_id: items.find((one) => one.member_id === id).organization_id, member_id: id }),
  (answer) => answer.member.name || answer.member.email_address);

// A name, with its id where a pointer rests.
const named = (id) => id ? element("span", {}, foreign(names.get(id) ?? id, { title: id })) : null;

/** Lists of the control API, with a search of their own. */
const listOf = (path) => async ({ search, limit }) => {
  const answer = await call("GET", `${path}?${new URLSearchParams({ search, limit, order: "newest" })}`);
  return { items: answer[path], total: answer.total };
};

/** Lists that are searched here. */
const found = (items, { search, limit }) => {
  const wanted = items.filter((item) => JSON.stringify(item).toLowerCase().includes(search.toLowerCase()));
  return { items: wanted.slice(0, limit), total: wanted.length };
};

const clientsOf = (name) => async (query) => {
  const clients = [];
  for (let cursor = null; clients.length < 1000;) {
    const answer = await perform(`consumer.${name}.search`, { limit: 100, ...(cursor ? { cursor } : {}) });
    clients.push(...answer.m2m_clients ?? answer.connected_apps);
    cursor = answer.results_metadata?.next_cursor;
    if (!cursor) break;
  }
  return found(clients, query);
};

async function connections(query) {
  const { organizations } = await call("GET", `organizations?${new URLSearchParams({ limit: 100, order: "newest" })}`);
  const lists = await Promise.all(organizations.map(async ({ organization_id: organization, organization_name: name }) => {
    names.set(organization, name);
    const sso = await perform("b2b.sso.get_connections", { organization_id: organization }).catch(() => ({})); // deleted meanwhile
    const scim = await perform("b2b.scim.connection.get", { organization_id: organization }).then((answer) => answer.connection, () => null);
    return [
      ...["saml", "oidc", "external"].flatMap((kind) => (sso[`${kind}_connections`] ?? []).map((one) => ({ ...one, kind, organization_id: organization }))),
      ...(scim?.connection_id ? [{ ...scim, kind: "scim", organization_id: organization }] : []),
    ];
  }));
  return found(lists.flat(), query);
}

const organizationField = { name: "organization_id", label: "Organization: its id or slug", required: true };
const more = {
  user: [
    { name: "name.first_name", label: "First name" }, { name: "name.last_name", label: "Last name" },
    { name: "external_id", label: "External id" },
  ],
  organization: [
    { name: "organization_name", label: "Name", required: true }, { name: "organization_slug", label: "Slug" },
    { name: "email_allowed_domains", label: "Allowed domains, with commas", list: true },
    { name: "email_jit_provisioning", label: "New members by e-mail", choices: ["RESTRICTED", "NOT_ALLOWED"] },
    { name: "email_invites", label: "Invitations", choices: ["ALL_ALLOWED", "RESTRICTED", "NOT_ALLOWED"] },
    { name: "mfa_policy", label: "Second factor", choices: ["OPTIONAL", "REQUIRED_FOR_ALL"] },
  ],
  member: [
    { name: "email_address", label: "E-mail address", type: "email", required: true }, { name: "name", label: "Name" },
    { name: "mfa_phone_number", label: "Phone number of the second factor", type: "tel" }, { name: "external_id", label: "External id" },
  ],
  client: [
    { name: "client_name", label: "Name" }, { name: "client_description", label: "Description" }, { name: "scopes", label: "Scopes, with commas", list: true },
  ],
  app: [
    { name: "client_name", label: "Name" }, { name: "client_description", label: "Description" },
    { name: "redirect_urls", label: "Redirect URLs, with commas", list: true },
  ],
};

/** The kinds of lists. */
const kinds = {
  user: {
    title: "Users", key: "user_id", load: listOf("users"), name: userName,
    facts: (u) => ({
      Status: u.is_locked ? `${u.status}, locked` : u.status,
      "Phone numbers": u.phone_numbers.length ? lines(u.phone_numbers.map((p) => verified(p.phone_number, p.verified))) : null,
      "E-mail": u.emails.length ? lines(u.emails.map((e) => verified(e.email, e.verified))) : null,
      Created: time(u.created_at), "External id": u.external_id, User: u.user_id,
    }),
    fields: [{ name: "email", label: "E-mail address", type: "email" }, { name: "phone_number", label: "Phone number", type: "tel", hint: "+15005550006" }, ...more.user],
    create: (values) => perform("consumer.users.create", values),
    changes: more.user, change: (u, values) => perform("consumer.users.update", { user_id: u.user_id, ...values }),
    remove: (u) => perform("consumer.users.delete", { user_id: u.user_id }),
    also: "This ends the sessions of the user, and revokes their codes and links.",
  },
  member: {
    title: "Members", key: "member_id", load: async (query) => {
      const list = await listOf("members")(query);
      await learnOrganizations(list.items);
      return list;
    },
    name: (m) => m.name || m.email_address,
    facts: (m) => ({
      "E-mail": m.email_address, Organization: named(m.organization_id),
      Status: m.is_locked ? `${m.status}, locked` : m.status,
      Roles: listed(m.roles?.map((role) => role.role_id)),
      MFA: m.mfa_enrolled ? "enrolled" : "not enrolled",
      "MFA phone number": m.mfa_phone_number ? verified(m.mfa_phone_number, m.mfa_phone_number_verified) : null,
      "External id": m.external_id, Member: m.member_id,
    }),
    fields: [organizationField, ...more.member],
    create: (values) => perform("b2b.organizations.members.create", values),
    changes: more.member, change: (m, values) => perform("b2b.organizations.members.update", { organization_id: m.organization_id, member_id: m.member_id, ...values }),
    remove: (m) => perform("b2b.organizations.members.delete", { organization_id: m.organization_id, member_id: m.member_id }),
    also: "This ends the sessions of the member, and revokes their codes and links.",
  },
  organization: {
    title: "Organizations", key: "organization_id", load: listOf("organizations"), name: (o) => o.organization_name,
    facts: (o) => ({
      Slug: o.organization_slug, MFA: o.mfa_policy, "Login methods": o.auth_methods, "New members by e-mail": o.email_jit_provisioning,
      "Allowed domains": listed(o.email_allowed_domains), "External id": o.organization_external_id, Organization: o.organization_id,
    }),
    fields: more.organization, create: (values) => perform("b2b.organizations.create", values),
    changes: more.organization, change: async (o, values) => {
      await perform("b2b.organizations.update", { organization_id: o.organization_id, ...values });
      names.delete(o.organization_id);
    },
    remove: (o) => perform("b2b.organizations.delete", { organization_id: o.organization_id }),
    also: "This deletes the members of the organization, their sessions, and its connections.",
  },
  session: {
    title: "Sessions", key: "id", load: async (query) => {
      const list = await listOf("sessions")(query);
      await Promise.all([learnOrganizations(list.items), learnUsers(list.items), learnMembers(list.items.filter((one) => one.member_id))]);
      return list;
    },
    name: (s) => names.get(s.user_id ?? s.member_id) ?? s.id,
    facts: (s) => ({
      User: s.user_id, Organization: named(s.organization_id), Member: s.member_id,
      Started: time(s.started_at), "Last used": time(s.last_accessed_at), Expires: time(s.expires_at), Session: s.id,
    }),
    fields: [{ name: "id", label: "The id of the user or member", required: true }],
    create: (values) => call("POST", "sessions", values), shown: true,
    removes: "End", remove: (s) => s.user_id ? perform("consumer.sessions.revoke", { session_id: s.id }) : perform("b2b.sessions.revoke", { member_session_id: s.id }),
    also: "The session's token is no longer accepted.",
  },
  totp: {
    title: "Authenticator apps", key: "id", load: async (query) => {
      const { totps } = await call("GET", "totps");
      const list = found(totps, query);
      await Promise.all([learnUsers(list.items), learnMembers(list.items.filter((one) => one.member_id))]);
      return list;
    },
    name: (t) => names.get(t.user_id ?? t.member_id) ?? t.id,
    facts: (t) => ({ Status: t.verified ? "verified" : "not verified", User: t.user_id, Organization: named(t.organization_id), Member: t.member_id, App: t.id }),
    code: true,
  },
  client: {
    title: "M2M clients", key: "client_id", load: clientsOf("m2m.clients"), name: (c) => c.client_name || c.client_id,
    facts: (c) => ({ Status: c.status, Description: c.client_description, Scopes: listed(c.scopes), Client: c.client_id }),
    fields: more.client, create: (values) => perform("consumer.m2m.clients.create", { scopes: [], ...values }), shown: true,
    changes: more.client, change: (c, values) => perform("consumer.m2m.clients.update", { client_id: c.client_id, ...values }),
    remove: (c) => perform("consumer.m2m.clients.delete", { client_id: c.client_id }), also: "The client gets no more tokens.",
  },
  app: {
    title: "Connected apps", key: "client_id", load: clientsOf("connected_apps.clients"), name: (c) => c.client_name || c.client_id,
    facts: (c) => ({ Type: c.client_type, Status: c.status, Description: c.client_description, "Redirect URLs": listed(c.redirect_urls), Client: c.client_id }),
    fields: [{ name: "client_type", label: "Type", choices: ["first_party", "first_party_public", "third_party", "third_party_public"] }, ...more.app],
    create: (values) => perform("consumer.connected_apps.clients.create", { client_type: "third_party", ...values }), shown: true,
    changes: more.app, change: (c, values) => perform("consumer.connected_apps.clients.update", { client_id: c.client_id, ...values }),
    remove: (c) => perform("consumer.connected_apps.clients.delete", { client_id: c.client_id }), also: "The app can act for no user.",
  },
  connection: {
    title: "Connections (SSO, SCIM)", key: "connection_id", closed: true, load: connections, name: (c) => c.display_name || c.connection_id,
    facts: (c) => ({ Kind: c.kind.toUpperCase(), Organization: named(c.organization_id), Status: c.status, "Identity provider": c.identity_provider, Connection: c.connection_id }),
    fields: [organizationField, { name: "kind", label: "Kind", choices: ["saml", "oidc", "external", "scim"] }, { name: "display_name", label: "Name" }, { name: "identity_provider", label: "Identity provider", hint: "generic, okta, microsoft-entra" }],
    create: ({ kind = "saml", ...values }) => perform(kind === "scim" ? "b2b.scim.connection.create" : `b2b.sso.${kind}.create_connection`, values), shown: true,
    changes: [{ name: "display_name", label: "Name" }, { name: "identity_provider", label: "Identity provider" }],
    change: (c, values) => perform(c.kind === "scim" ? "b2b.scim.connection.update" : `b2b.sso.${c.kind}.update_connection`,
      { organization_id: c.organization_id, connection_id: c.connection_id, ...values }),
    remove: (c) => perform(c.kind === "scim" ? "b2b.scim.connection.delete" : "b2b.sso.delete_connection", { organization_id: c.organization_id, connection_id: c.connection_id }),
    also: "No member can log in or be changed with it.",
  },
};

const lists = [];

function makeList(id, kind) {
  const count = element("span", { class: "count" });
  const list = element("ul", { class: "cards", id: `${id}s` });
  const older = element("button", { type: "button", hidden: true }, "Show more");
  const add = kind.create ? element("button", { type: "button" }, "Add…") : "";
  const part = element("details", { open: !kind.closed, id: `${id}-part` },
    element("summary", {}, kind.title, " ", count), add ? element("div", { class: "buttons" }, add) : "", list, older);
  const state = { id, kind, part, count, list, older, limit: pageful, items: [] };
  onClick(older, () => { state.limit += pageful; return loadPeople(); });
  part.addEventListener("toggle", () => { if (part.open) loadPeople(); });
  if (add) {
    onClick(add, () => edit({
      title: `Add: ${kind.title}`, fields: kind.fields,
      perform: async (values) => {
        const answer = await kind.create(values);
        say("Added");
        return kind.shown ? answer : null;
      },
    }));
  }
  lists.push(state);
  return part;
}

function makeCard(kind, item) {
  const name = kind.name(item);
  const buttons = [];
  if (kind.change) {
    const change = element("button", { type: "button", "aria-label": `Change ${name}` }, "Change…");
    onClick(change, () => edit({
      title: `Change ${name}`, fields: kind.changes, values: item,
      perform: async (values) => {
        await kind.change(item, values);
        say("Changed");
      },
    }));
    buttons.push(change);
  }
  if (kind.remove) {
    const verb = kind.removes ?? "Delete";
    const remove = element("button", { type: "button", class: "danger", "aria-label": `${verb} ${name}` }, `${verb}…`);
    onClick(remove, () => confirm({
      title: `${verb}: ${name}?`, text: `${kind.also} You cannot undo this.`, button: verb,
      perform: async () => {
        await kind.remove(item);
        say("Done");
      },
    }));
    buttons.push(remove);
  }
  const whole = element("details", { class: "raw" }, element("summary", {}, "All fields"));
  whole.addEventListener("toggle", () => {
    if (whole.children.length === 1) whole.append(element("pre", { tabindex: "0", role: "group", "aria-label": `All fields of ${name}` }, json(item)));
  });
  let code = "";
  if (kind.code) {
    const digits = element("span", { class: "code" }, item.code);
    const button = element("button", { type: "button", class: "copy", "aria-label": `Copy the code of ${name}` }, "Copy");
    copies(button, digits, "The code is");
    code = element("div", { class: "snippet" }, digits, button);
  }
  return element("li", {}, element("h3", {}, foreign(name)), code, facts(kind.facts(item)), whole, element("div", { class: "buttons" }, ...buttons));
}

/** Whether the page shows the lists. */
const visible = () => byID("people").classList.contains("current") && !document.hidden;

/** Loads the lists that the page shows. */
export const loadPeople = collected(async () => {
  if (!visible()) return;
  names.clear(); // a name may have changed
  await Promise.all(lists.filter((one) => one.part.open).map(load));
});

async function load(state) {
  const { items, total } = await state.kind.load({ search: byID("find").value.trim(), limit: state.limit });
  state.items = items;
  state.count.textContent = total;
  state.older.hidden = total <= items.length;
  showList(state.list, items.map((item) => ({ item, title: state.kind.name(item), organization: names.get(item.organization_id) })),
    ({ item }) => item[state.kind.key], ({ item }) => makeCard(state.kind, item));
}

/** Reports whether a displayed session or code of an app has expired. */
export const hasExpired = () => visible() && lists.some((state) => state.items.some((one) => Date.parse(one.expires_at) <= now()));

export function startPeople(failed) {
  byID("people-lists").append(...Object.entries(kinds).map(([id, kind]) => makeList(id, kind)));
  const reload = () => loadPeople().catch(failed);
  byID("find").addEventListener("input", reload);
  addEventListener("hashchange", reload);
  document.addEventListener("visibilitychange", reload);
}
