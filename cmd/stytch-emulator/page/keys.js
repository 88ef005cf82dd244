// The keys of the page, and the dialog that lists them.

import { byID, complain, onClick } from "./dom.js";
import { copyCurrent, move, openFirst, removeCurrent } from "./messages.js";
import { undoLast } from "./undo.js";
import { goTo } from "./views.js";

const stored = "keys";

const inbox = (act) => () => {
  goTo("messages");
  return act();
};

const keys = {
  __proto__: null,
  "/": inbox(() => { byID("filter").focus(); byID("filter").select(); }),
  j: inbox(() => move(1)),
  k: inbox(() => move(-1)),
  c: inbox(copyCurrent),
  d: inbox(removeCurrent),
  u: undoLast,
  "?": () => byID("help").showModal(),
};

const typing = (target) => target.closest("input, select, textarea, dialog, [contenteditable]");

function leaveSearch() {
  byID("filter").value = "";
  byID("filter").dispatchEvent(new Event("input"));
  byID("filter").blur();
}

function press(event) {
  if (event.key === "Escape" && event.target === byID("filter")) leaveSearch();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !byID("keys-on").checked) return;
  // Enter on an element with the focus is the browser's.
  const act = keys[event.key] ?? (event.key === "Enter" && event.target === document.body ? inbox(openFirst) : undefined);
  if (!act) return;
  event.preventDefault();
  Promise.resolve(act()).then(() => complain(""), (error) => complain(`That did not work: ${error.message}`));
}

export function startKeys() {
  byID("keys-on").checked = localStorage[stored] !== "no";
  byID("keys-on").addEventListener("change", () => { localStorage[stored] = byID("keys-on").checked ? "yes" : "no"; });
  onClick(byID("help-open"), () => byID("help").showModal());
  onClick(byID("help-close"), () => byID("help").close());
  document.addEventListener("keydown", press);
}
