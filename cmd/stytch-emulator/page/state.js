// The file of the whole state, and the reset.

import { byID, call, onClick, say } from "./dom.js";
import { confirm } from "./form.js";

export function startState() {
  byID("restore").addEventListener("change", () => {
    const [file] = byID("restore").files;
    if (!file) return;
    confirm({
      title: "Restore this file?", button: "Restore",
      text: `The state in ${file.name} replaces users, sessions, organizations, messages and the clock of all projects. You cannot undo this.`,
      perform: async () => {
        await call("PUT", "snapshot", await file.text());
        say("The state was restored");
      },
    });
    byID("restore").value = "";
  });
  onClick(byID("reset"), () => confirm({
    title: "Reset everything?", button: "Reset",
    text: "This deletes users, codes, sessions, organizations, messages and faults, and sets the clock to this machine's time. The content of the seed file is added again. Named snapshots stay. You cannot undo this.",
    perform: async () => {
      await call("POST", "reset");
      say("Everything was reset");
    },
  }));
}
