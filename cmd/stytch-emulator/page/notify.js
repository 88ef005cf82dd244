// News of messages while the page is not visible: the number in the title, and notifications of the browser.

import { byID, onClick, say } from "./dom.js";
import { channel } from "./message.js";

const title = document.title;
const stored = "notify";
let unseen = 0;

const allowed = () => globalThis.Notification?.permission === "granted" && localStorage[stored] === "yes";

function showButton() {
  byID("notify").setAttribute("aria-pressed", allowed());
  byID("notify").hidden = !globalThis.Notification; // browsers offer notifications on loopback and with TLS only
}

/** Tells of new messages, if the page is not visible. */
export function announce(messages, open) {
  if (!document.hidden) return;
  unseen += messages.length;
  document.title = `(${unseen}) ${title}`;
  if (!allowed()) return;
  const message = messages.at(-1);
  const notification = new Notification(message.code ? `Code ${message.code}` : "A link", {
    body: `${channel(message)} to ${message.address}${messages.length > 1 ? `, and ${messages.length - 1} more` : ""}`,
    icon: "favicon.svg", tag: "stytch-emulator",
  });
  notification.addEventListener("click", () => {
    focus();
    notification.close();
    open(message.id);
  });
}

export function startNotify() {
  showButton();
  onClick(byID("notify"), async () => {
    if (allowed()) {
      localStorage[stored] = "no";
      say("Notifications are off");
    } else {
      if (await Notification.requestPermission() !== "granted") throw new Error("the browser does not allow notifications of this page; allow them in its settings");
      localStorage[stored] = "yes";
      say("New messages cause a notification while this page is not visible");
    }
    showButton();
  });
  document.addEventListener("visibilitychange", () => {
    unseen = 0;
    document.title = title;
  });
}
