// The messages, the newest first.

import { byID, call, collected, onClick, pageAddress, say, showList } from "./dom.js";
import { address, channel, makeDetail, makeMessage, statusText, texts } from "./message.js";
import { announce } from "./notify.js";
import { forgetUndo, offerUndo } from "./undo.js";
import { goTo } from "./views.js";

const pageful = 50;
const batch = 500; // ids in one request

let all = [];
let index = new Map(); // all of them, by id
let found = [];
let limit = pageful;
let opened = new URLSearchParams(location.search).get("message");
let asked = opened; // the message of the link that the page was opened with
let coming = []; // new messages that are not displayed yet
let shownAll = Promise.resolve();
const haystacks = new WeakMap();

/** Replaces all messages. */
export function setMessages(messages) {
  // Keeps the objects of unchanged messages, and with them their elements.
  coming = [];
  if (!messages.length) limit = pageful;
  all = messages.map((message) => Object.assign(index.get(message.id) ?? {}, message));
  index = new Map(all.map((message) => [message.id, message]));
  show();
  if (asked) {
    const at = found.findIndex((message) => message.id === asked);
    byID("missing").hidden = at >= 0;
    if (at >= 0) select(at);
    asked = null;
  }
}

/** Adds a new message. Messages that come together are shown together. */
export function addMessage(message) {
  coming.push(message);
  if (coming.length === 1) shownAll = new Promise((done) => setTimeout(() => done(showNew())));
}

function showNew() {
  const fresh = coming;
  coming = [];
  if (!fresh.length) return;
  all.push(...fresh);
  for (const message of fresh) index.set(message.id, message);
  if (limit > pageful) limit += fresh.length; // keep the messages that are already shown
  show(new Set(fresh.map((message) => message.id)));
  const last = fresh.at(-1);
  const content = last.code ? `code ${[...last.code].join(" ")}` : "a link";
  const more = fresh.length > 1 ? `, the last of ${fresh.length} new messages` : "";
  say(`${channel(last)} to ${last.address}: ${content}${more}`);
  announce(fresh, open);
}

function matches(message, terms) {
  if (!terms.length) return true;
  let text = haystacks.get(message);
  if (text === undefined) haystacks.set(message, text = texts(message));
  return terms.every((term) => text.includes(term) || statusText(message).includes(term));
}

function show(fresh = new Set()) {
  const terms = byID("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  found = all.filter((message) => matches(message, terms)).reverse();
  byID("message-count").textContent = all.length;
  byID("first-steps").hidden = all.length > 0;
  byID("none-found").hidden = !all.length || found.length > 0;
  byID("forget").disabled = !found.length;
  byID("forget").textContent = terms.length ? `Delete these ${found.length}` : "Delete all";
  byID("older").hidden = found.length <= limit;
  byID("older").textContent = `Show older messages (${found.length - limit} more)`;
  // The status is shown by showExpiry, so that its change makes no new element.
  showList(byID("message-list"), found.slice(0, limit).map((message) => ({ ...message, status: undefined })), (message) => message.id,
    (message) => makeMessage(message, toggle, fresh.has(message.id)));
  showOpened();
  showExpiry();
}

const items = () => [...byID("message-list").children];
const itemOf = (id) => items().find((item) => item.dataset.key === id);
const messageOf = (item) => index.get(item.dataset.key);

function showOpened() {
  for (const item of items()) {
    const isOpen = item.dataset.key === opened;
    const detail = item.querySelector(".detail");
    item.querySelector(".open").setAttribute("aria-expanded", isOpen);
    if (isOpen && !detail) item.append(makeDetail(messageOf(item), (message) => remove([message])));
    if (!isOpen) detail?.remove();
  }
}

function toggle(id) {
  opened = opened === id ? null : id;
  byID("missing").hidden = true;
  history.replaceState(null, "", opened ? address({ id }) : `${pageAddress()}#messages`);
  showOpened();
}

/** Opens a message, wherever the page is. */
function open(id) {
  goTo("messages");
  byID("filter").value = "";
  if (opened !== id) toggle(id);
  show();
  select(found.findIndex((message) => message.id === id));
}

/** Moves the focus to a message of the list. */
function select(at) {
  if (at < 0 || at >= found.length) return;
  if (at >= limit) limit = at + pageful;
  show();
  const link = items()[at].querySelector(".open");
  link.focus({ focusVisible: true });
  items()[at].scrollIntoView({ block: "nearest" });
}

const focused = () => items().findIndex((item) => item.contains(document.activeElement));

/** Moves the focus by a number of messages. */
export const move = (by) => select(focused() < 0 ? 0 : Math.max(0, focused() + by));

/** Opens the newest message, or closes it. */
export const openFirst = () => items()[0]?.querySelector(".open").click();

/** Copies the code or link of the message with the focus, or of the newest one. */
export const copyCurrent = () => items()[Math.max(0, focused())]?.querySelector(".copy").click();

/** Deletes the message with the focus. */
export async function removeCurrent() {
  if (focused() >= 0) await remove([found[focused()]]);
}

async function remove(messages) {
  const ids = messages.map((message) => message.id);
  if (ids.length === all.length) await call("DELETE", "messages");
  else for (let i = 0; i < ids.length; i += batch) {
    await call("DELETE", `messages?${new URLSearchParams(ids.slice(i, i + batch).map((id) => ["id", id]))}`);
  }
  if (ids.includes(opened)) toggle(opened);
  offerUndo(ids.length === 1 ? `The message to ${messages[0].address} was deleted.` : `${ids.length} messages were deleted.`, async () => {
    await call("POST", "messages/restore", { ids });
    say(ids.length === 1 ? "The message is back" : `${ids.length} messages are back`);
  });
}

/** Shows whether the code or link of each message still works. */
export function showExpiry() {
  for (const item of items()) {
    const message = messageOf(item);
    const text = statusText(message);
    const status = item.querySelector(".expiry");
    if (status.textContent !== text) status.textContent = text;
    item.classList.toggle("over", !text.startsWith("expires"));
  }
}

/** Asks for the status of the displayed messages that may have been used. */
export const loadStatuses = collected(async () => {
  await shownAll; // a message can be used before it is displayed
  const ids = items().map(messageOf).filter((message) => message.status === "open").map((message) => message.id);
  for (let i = 0; i < ids.length; i += batch) {
    const { messages } = await call("GET", `messages?${new URLSearchParams(ids.slice(i, i + batch).map((id) => ["id", id]))}`);
    for (const fresh of messages) Object.assign(index.get(fresh.id) ?? {}, fresh);
  }
  showExpiry();
});

export function startMessages() {
  byID("filter").addEventListener("input", () => { limit = pageful; show(); });
  onClick(byID("older"), () => {
    limit *= 2; // so that the last of thousands are a few clicks away
    show();
  });
  onClick(byID("forget"), async () => {
    await remove([...found]);
    byID("messages").focus();
  });
}

/** Forgets what another run of the emulator knew. */
export function forgetMessages() {
  all = [];
  index = new Map();
  forgetUndo();
}
