// Snapshots of the whole state, and the reset.

import { byID, call, onClick, say } from "./dom.js";
import { confirm } from "./form.js";

export function startState() {
  byID("restore").addEventListener("change", () => {
    const [file] = byID("restore").files;
    if (!file) return;
    confirm({
      title: "Restore this snapshot?", button: "Restore",
      text: `The state of ${file.name} replaces users, sessions, organizations, messages and the clock. You cannot undo this.`,
      perform: async () => {
        await call("PUT", "snapshot", await file.text());
        say("The snapshot was restored");
      },
    });
    byID("restore").value = "";
  });
  onClick(byID("reset"), () => confirm({
    title: "Reset everything?", button: "Reset",
    text: "This deletes users, codes, sessions, organizations, messages and faults, and sets the clock to this machine's time. The content of the seed file is added again. You cannot undo this.",
    perform: async () => {
      await call("POST", "reset");
      say("Everything was reset");
    },
  }));
}
