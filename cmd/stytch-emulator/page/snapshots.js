// The named snapshots of the project.

import { time } from "./clock.js";
import { byID, call, collected, element, foreign, onClick, onSubmit, say, showList } from "./dom.js";
import { confirm } from "./form.js";
import { offerUndo } from "./undo.js";

const visible = () => byID("snapshots").checkVisibility() && !document.hidden;
const path = (name, action = "") => `snapshots/${encodeURIComponent(name)}${action}`;

const counted = ["users", "organizations", "members", "sessions", "messages"];
const contents = (snapshot) => counted.filter((kind) => snapshot[kind]).map((kind) => `${snapshot[kind]} ${snapshot[kind] === 1 ? kind.slice(0, -1) : kind}`).join(", ") || "nothing";

function makeSnapshot(snapshot) {
  const back = element("button", { type: "button", "aria-label": `Go back to ${snapshot.name}` }, "Go back…");
  onClick(back, () => confirm({
    title: `Go back to ${snapshot.name}?`, button: "Go back",
    text: "The users, sessions, organizations, messages and the clock of the snapshot replace those of this project. You cannot undo this: save a snapshot first if you need what is here now.",
    perform: async () => {
      await call("POST", path(snapshot.name, "/restore"));
      say(`The state is that of ${snapshot.name}`);
    },
  }));
  const remove = element("button", { type: "button", class: "danger", "aria-label": `Delete the snapshot ${snapshot.name}` }, "Delete");
  onClick(remove, async () => {
    await call("DELETE", path(snapshot.name));
    offerUndo(`The snapshot ${snapshot.name} was deleted.`, async () => {
      await call("POST", path(snapshot.name, "/undelete"));
      say("The snapshot is back");
    });
    await loadSnapshots();
  });
  return element("li", {}, element("h3", {}, foreign(snapshot.name)), element("p", { class: "quiet" }, "saved ", time(snapshot.saved_at)), element("p", {}, contents(snapshot)),
    element("div", { class: "buttons" }, back, remove));
}

/** Loads the snapshots, if the page shows them. */
export const loadSnapshots = collected(async () => {
  if (!visible()) return;
  const { snapshots } = await call("GET", "snapshots");
  byID("no-snapshot").hidden = snapshots.length > 0;
  showList(byID("snapshot-list"), snapshots.reverse(), (one) => one.name, makeSnapshot);
});

async function save(name, replace) {
  await call("POST", "snapshots", { name, replace });
  byID("snapshot").reset();
  await loadSnapshots();
  say(`The snapshot ${name} was saved`);
}

export function startSnapshots(failed) {
  const reload = () => loadSnapshots().catch(failed);
  addEventListener("hashchange", reload);
  addEventListener("resize", reload);
  document.addEventListener("visibilitychange", reload);
  onSubmit(byID("snapshot"), async () => {
    const name = byID("snapshot-name").value.trim();
    const { snapshots } = await call("GET", "snapshots");
    if (!snapshots.some((one) => one.name === name)) return save(name, false);
    confirm({
      title: `Replace ${name}?`, button: "Replace",
      text: "There is a snapshot with this name already. The state of this project replaces it. You cannot undo this.",
      perform: () => save(name, true),
    });
  });
}
