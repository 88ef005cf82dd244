// One message: its line in the list, and all of it when it is open.

import { time, until } from "./clock.js";
import { copies, element, facts, foreign, json, marked, onClick, pageAddress } from "./dom.js";

const channels = { __proto__: null, sms: "SMS", whatsapp: "WhatsApp", email: "E-mail" };
const links = { __proto__: null, login: "Log in", signup: "Sign up", invite: "Accept the invitation", discovery: "Log in", reset_password: "Reset the password" };
const words = { __proto__: null, used: "used", expired: "expired", replaced: "replaced" };

/** The name of a message's channel. */
export const channel = (message) => channels[message.channel] ?? message.channel;

/** The address of a message on this page. */
export const address = (message) => `${pageAddress({ message: message.id })}#messages`;

/** Whether the code or link of a message still works, as text: "expires in 1:59". */
export function statusText(message) {
  if (words[message.status] && message.status !== "expired") return words[message.status];
  const left = until(message.expires_at);
  return left ? `expires ${left}` : "expired";
}

/** All texts that a search looks at, in lower case. */
export const texts = (message) => [
  message.code, message.address, message.purpose, channel(message), message.name, message.organization_name, message.locale,
  message.template_id, message.user_id, message.organization_id, message.member_id, message.subject, message.text, message.id,
].join("\n").toLowerCase();

// The browser may know the emulator under another host than the link has.
function here(link) {
  const { pathname, search } = new URL(link);
  return new URL(pathname + search, location.origin).href;
}

function codeOf(message) {
  const code = element("span", { class: "code" }, message.code);
  const button = element("button", { type: "button", class: "copy", "aria-label": `Copy the code for ${message.address}` }, "Copy");
  copies(button, code, "The code is");
  return element("div", { class: "snippet" }, code, button);
}

function linkOf(message, link, name) {
  const href = here(link);
  const text = element("span", { class: "link" }, href);
  const button = element("button", { type: "button", class: "copy", "aria-label": `Copy the link for ${message.address}` }, "Copy");
  copies(button, text, "The link is");
  const follow = element("a", { class: "follow", href, target: "_blank", rel: "noopener noreferrer", "aria-label": `${name} as ${message.address}` }, name);
  return element("div", { class: "snippet" }, follow, button, text);
}

/** Creates the line of a message. */
export function makeMessage(message, toggle, isNew) {
  const open = element("a", { class: "open", href: address(message), "aria-expanded": "false" },
    element("span", { class: "badge" }, channel(message)), " ", foreign(message.address));
  open.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    toggle(message.id);
  });
  const about = [
    message.purpose,
    message.locale === "en" ? null : foreign(message.locale),
    message.name ? foreign(message.name, { title: message.member_id ?? message.user_id }) : null,
    message.organization_name ? foreign(message.organization_name, { title: message.organization_id }) : null,
    time(message.sent_at),
  ].filter(Boolean);
  return element("li", { class: isNew ? "message new" : "message" },
    element("div", { class: "line" },
      element("h3", {}, open),
      element("span", { class: "badge expiry" }),
      element("p", { class: "about" }, ...about.flatMap((part, i) => i ? [element("span", { class: "quiet" }, " · "), part] : [part])),
      ...(message.code ? [codeOf(message)] : []),
      ...(message.link ? [linkOf(message, message.link, links[message.purpose] ?? "Open the link")] : []),
      ...(message.login_link ? [linkOf(message, message.login_link, "Log in without it")] : [])));
}

// The text as a reader of the message sees it, with its links.
function textOf(message) {
  const known = [message.link, message.login_link].filter(Boolean);
  return message.text.split("\n\n").map((paragraph) => known.includes(paragraph)
    ? element("p", {}, element("a", { href: here(paragraph), target: "_blank", rel: "noopener noreferrer" }, here(paragraph)))
    : element("p", {}, ...marked(paragraph)));
}

/** Creates the rest of a message: as it looks, its facts, and raw. */
export function makeDetail(message, remove) {
  const share = element("span", { class: "unseen" }, new URL(address(message), location.href).href);
  const copyLink = element("button", { type: "button" }, "Copy a link to this message");
  copies(copyLink, share, "The link to the message is", "Copy a link to this message");
  const discard = element("button", { type: "button", class: "danger" }, "Delete");
  onClick(discard, () => remove(message));
  const raw = element("pre", { tabindex: "0", role: "group", "aria-label": "The message as JSON" }, json(message));
  const copyRaw = element("button", { type: "button" }, "Copy");
  copies(copyRaw, raw, "The JSON is");
  return element("div", { class: "detail" },
    element("div", { class: `look ${message.channel === "email" ? "mail" : "text"}`, tabindex: "0", role: "group", "aria-label": "The message as it looks" },
      message.subject ? facts({ To: message.address, Subject: message.subject }) : "",
      ...textOf(message)),
    facts({
      Sent: time(message.sent_at),
      Expires: time(message.expires_at),
      Purpose: message.purpose,
      Language: message.locale,
      Template: message.template_id,
      Name: message.name,
      User: message.user_id,
      Organization: message.organization_name,
      "Organization's id": message.organization_id,
      Member: message.member_id,
      Message: message.id,
    }),
    element("details", { class: "raw" }, element("summary", {}, "Raw"), element("div", { class: "snippet" }, raw, copyRaw)),
    element("div", { class: "buttons" }, copyLink, share, discard));
}
