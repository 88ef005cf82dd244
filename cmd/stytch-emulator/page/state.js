// Shows users, sessions, authenticator apps, and organizations with their members.

import { now, time } from "./clock.js";
import { byID, call, copies, element, facts, foreign, showList } from "./dom.js";

const pageful = 20;
let sessions = [];
let totps = [];

const verified = (value, is) => element("span", {}, foreign(value), is ? " (verified)" : " (not verified)");
const lines = (nodes) => element("span", { class: "lines" }, ...nodes);
const card = (title, values, ...more) => element("li", {}, element("h3", {}, foreign(title)), facts(values), ...more);

const user = (u) => card(
  u.emails[0]?.email ?? u.phone_numbers[0]?.phone_number ?? u.user_id,
  {
    Status: u.is_locked ? `${u.status}, locked` : u.status,
    "Phone numbers": u.phone_numbers.length ? lines(u.phone_numbers.map((p) => verified(p.phone_number, p.verified))) : null,
    "E-mail": u.emails.length ? lines(u.emails.map((e) => verified(e.email, e.verified))) : null,
    Created: time(u.created_at),
    User: u.user_id,
  });

const session = (s) => card(s.id, {
  User: s.user_id,
  Organization: s.organization_id,
  Member: s.member_id,
  Started: time(s.started_at),
  "Last used": time(s.last_accessed_at),
  Expires: time(s.expires_at),
});

function totp(t) {
  const code = element("span", { class: "code" }, t.code);
  const button = element("button", { type: "button", "aria-label": `Copy the code of ${t.id}` }, "Copy");
  copies(button, code, "The code is");
  return card(t.id,
    { Status: t.verified ? "verified" : "not verified", User: t.user_id, Organization: t.organization_id, Member: t.member_id },
    element("div", { class: "snippet" }, code, button));
}

const organization = ({ members, ...o }) => card(
  o.organization_name,
  {
    Slug: o.organization_slug,
    MFA: o.mfa_policy,
    "Login methods": o.auth_methods,
    "New members by e-mail": o.email_jit_provisioning,
    "Allowed domains": o.email_allowed_domains?.length ? lines(o.email_allowed_domains.map(foreign)) : null,
    Organization: o.organization_id,
  },
  element("h4", {}, `Members: ${members.length}`),
  element("ul", { class: "cards" }, ...members.slice(0, pageful).map(member), ...rest(members, "members")));

const member = (m) => element("li", {}, element("h5", {}, foreign(m.email_address)), facts({
  Name: m.name,
  Status: m.is_locked ? `${m.status}, locked` : m.status,
  MFA: m.mfa_enrolled ? "enrolled" : "not enrolled",
  "MFA phone number": m.mfa_phone_number ? verified(m.mfa_phone_number, m.mfa_phone_number_verified) : null,
  Member: m.member_id,
}));

function rest(items, path) {
  if (items.length <= pageful) return [];
  return [element("li", { "data-key": "rest" }, `and ${items.length - pageful} more: `, element("a", { href: `api/${path}` }, "all as JSON"))];
}

function show(id, items, key, make) {
  byID(`${id}-count`).textContent = items.length;
  const list = byID(`${id}s`);
  list.querySelector(":scope > [data-key=rest]")?.remove();
  showList(list, items.slice(-pageful).reverse(), key, make);
  list.append(...rest(items, `${id}s`));
}

let loading = null;
let again = false;

/** Loads the state. Calls during a load cause one more load together. */
export function loadState() {
  again = true;
  loading ??= (async () => {
    try {
      while (again) {
        again = false;
        await load();
      }
    } finally {
      loading = null;
    }
  })();
  return loading;
}

async function load() {
  const [u, s, t, o, m] = await Promise.all(["users", "sessions", "totps", "organizations", "members"].map((path) => call("GET", path)));
  sessions = s.sessions;
  totps = t.totps;
  const members = Map.groupBy(m.members, (one) => one.organization_id);
  show("user", u.users, (one) => one.user_id, user);
  show("session", s.sessions, (one) => one.id, session);
  show("totp", t.totps, (one) => one.id, totp);
  byID("totp-part").hidden = !t.totps.length;
  show("organization", o.organizations.map((one) => ({ ...one, members: members.get(one.organization_id) ?? [] })),
    (one) => one.organization_id, organization);
}

/** Reports whether a displayed session or code of an app has expired. */
export const hasExpired = () => [...sessions, ...totps].some((one) => Date.parse(one.expires_at) <= now());
