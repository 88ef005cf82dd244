// The page of the emulator: keeps up with its stream of events, and drives its control API.

import { setClock, showClock, startClock } from "./clock.js";
import { byID, call, complain, copies, onClick, say } from "./dom.js";
import { loadChoices, setFaults, startFaults } from "./faults.js";
import { addMessage, setMessages, showExpiry, startMessages } from "./messages.js";
import { hasExpired, loadState } from "./state.js";

const again = 1000; // milliseconds between attempts to reach the emulator

function connection(text, lost) {
  const status = byID("connection");
  if (status.textContent !== text) status.textContent = text; // said once
  status.classList.toggle("lost", lost);
}

// What no event tells, and an emulator that was started anew may have otherwise.
async function load() {
  const [variables] = await Promise.all([call("GET", "environment"), loadChoices(), loadState()]);
  const quote = (value) => `'${value.replaceAll("'", `'\\''`)}'`;
  byID("variables").textContent = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}\n`).join("");
}

let lost = false;

// An emulator that is gone is said to be so already.
function failed(error) {
  if (!lost) complain(`The emulator did not answer: ${error.message}`);
}

function connect() {
  const events = new EventSource("api/events");
  const on = (name, take) => events.addEventListener(name, (event) => take(JSON.parse(event.data)));
  events.addEventListener("open", () => {
    connection(lost ? "Connected again" : "Connected", false);
    lost = false;
    complain("");
    load().catch(failed);
  });
  events.addEventListener("error", () => {
    lost = true;
    complain("");
    connection("The emulator is gone. Trying to reach it…", true);
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, again); // this one gave up
  });
  on("messages", ({ messages }) => setMessages(messages));
  on("message", addMessage);
  on("clock", (clock) => {
    setClock(clock);
    showExpiry();
    loadState().catch(failed);
  });
  on("faults", ({ faults }) => setFaults(faults));
  on("changed", () => loadState().catch(failed));
}

function startReset() {
  const dialog = byID("sure");
  onClick(byID("reset"), () => dialog.showModal());
  onClick(byID("sure-no"), () => dialog.close());
  onClick(byID("sure-yes"), async () => {
    dialog.close();
    await call("POST", "reset");
    say("Everything is reset");
  });
}

startMessages();
startClock();
startFaults();
startReset();
for (const button of document.querySelectorAll("[data-copies]")) {
  copies(button, byID(button.dataset.copies), "The text is");
}
setInterval(() => {
  showClock();
  showExpiry();
  if (!lost && hasExpired()) loadState().catch(failed);
}, 1000);
connect();
