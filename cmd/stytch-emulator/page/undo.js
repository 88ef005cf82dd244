// The offer to undo the last deletion. It stays until it is used, closed, or replaced by the next one.

import { byID, marked, onClick } from "./dom.js";

let undo = null;

/** Offers to undo a deletion. */
export function offerUndo(text, act) {
  undo = act;
  byID("undo-text").replaceChildren(...marked(text));
  byID("undo").hidden = false;
}

export function forgetUndo() {
  undo = null;
  byID("undo").hidden = true;
}

/** Undoes the last deletion, if there is one. */
export async function undoLast() {
  const act = undo;
  if (!act) return;
  await act();
  if (undo === act) forgetUndo();
}

export function startUndo() {
  const leave = () => byID("main").focus({ preventScroll: true });
  onClick(byID("undo-do"), async () => {
    await undoLast();
    leave();
  });
  onClick(byID("undo-close"), () => {
    forgetUndo();
    leave();
  });
}
