// The messages, the newest first.

import { until, time } from "./clock.js";
import { byID, call, copies, element, facts, foreign, onClick, say, showList } from "./dom.js";

const pageful = 50;
const channels = { __proto__: null, sms: "SMS", whatsapp: "WhatsApp", email: "E-mail" };
const links = { __proto__: null, login: "Log in", signup: "Sign up", invite: "Accept the invitation", discovery: "Log in", reset_password: "Reset the password" };
const title = document.title;

let all = [];
let limit = pageful;
let unseen = 0;

const channel = (message) => channels[message.channel] ?? message.channel;

/** Replaces all messages. */
export function setMessages(messages) {
  all = messages;
  limit = pageful;
  show();
}

/** Adds a new message. */
export function addMessage(message) {
  all.push(message);
  if (limit > pageful) limit++; // keep the messages that are already shown
  show();
  const content = message.code ? `code ${[...message.code].join(" ")}` : "a link";
  say(`${channel(message)} to ${message.address}: ${content}`);
  if (document.hidden) document.title = `(${++unseen}) ${title}`;
}

function show() {
  const wanted = byID("filter").value.trim().toLowerCase();
  const found = all.filter((message) => message.address.toLowerCase().includes(wanted));
  byID("message-count").textContent = all.length;
  byID("first-steps").hidden = all.length > 0;
  byID("none-found").hidden = !all.length || found.length > 0;
  byID("forget").disabled = !all.length;
  byID("older").hidden = found.length <= limit;
  showList(byID("message-list"), found.slice(-limit).reverse(), (message) => message.id, make);
  showExpiry();
}

function codeOf(message) {
  const code = element("span", { class: "code" }, message.code);
  const button = element("button", { type: "button", "aria-label": `Copy the code for ${message.address}` }, "Copy");
  copies(button, code, "The code is");
  return element("div", { class: "snippet" }, code, button);
}

// The browser may know the emulator under another host than the link has.
function linkOf(message, link, name) {
  const { pathname, search } = new URL(link);
  const { href } = new URL(pathname + search, location.origin);
  const text = element("span", { class: "link" }, href);
  const button = element("button", { type: "button", "aria-label": `Copy the link for ${message.address}` }, "Copy");
  copies(button, text, "The link is");
  const follow = element("a", { class: "follow", href, target: "_blank", rel: "noopener noreferrer", "aria-label": `${name} as ${message.address}` }, name);
  return element("div", { class: "snippet" }, follow, button, text);
}

function make(message) {
  return element("li", { class: "message", "data-expires": message.expires_at },
    element("h3", {}, element("span", { class: "badge" }, channel(message)), " ", foreign(message.address)),
    ...(message.code ? [codeOf(message)] : []),
    ...(message.link ? [linkOf(message, message.link, links[message.purpose] ?? "Open the link")] : []),
    ...(message.login_link ? [linkOf(message, message.login_link, "Log in without it")] : []),
    facts({
      Sent: time(message.sent_at),
      Expires: element("span", { class: "expiry" }),
      Purpose: message.purpose,
      Language: message.locale,
      Template: message.template_id,
      User: message.user_id,
      Organization: message.organization_id,
      Member: message.member_id,
    }));
}

/** Shows how long each message is still valid. */
export function showExpiry() {
  for (const item of byID("message-list").children) {
    const left = until(item.dataset.expires);
    item.classList.toggle("over", !left);
    item.querySelector(".expiry").textContent = left || "expired";
  }
}

export function startMessages() {
  byID("filter").addEventListener("input", () => { limit = pageful; show(); });
  onClick(byID("older"), () => {
    limit += pageful;
    show();
  });
  onClick(byID("forget"), async () => {
    await call("DELETE", "messages");
    say("The messages were cleared");
    byID("messages").focus();
  });
  document.addEventListener("visibilitychange", () => {
    unseen = 0;
    document.title = title;
  });
}
