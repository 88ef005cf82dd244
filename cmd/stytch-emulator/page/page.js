// The page of the emulator. It follows the emulator's event stream and calls its control API.

import { setClock, showClock, startClock } from "./clock.js";
import { apiAddress, byID, call, complain, copies } from "./dom.js";
import { startForms } from "./form.js";
import { loadChoices, setFaults, startFaults } from "./faults.js";
import { startKeys } from "./keys.js";
import { addMessage, forgetMessages, loadStatuses, setMessages, showExpiry, startMessages } from "./messages.js";
import { startNotify } from "./notify.js";
import { hasExpired, loadPeople, startPeople } from "./people.js";
import { loadProjects, startProjects } from "./projects.js";
import { loadRequests, setCalls, startRequests } from "./requests.js";
import { loadSnapshots, startSnapshots } from "./snapshots.js";
import { startState } from "./state.js";
import { startUndo } from "./undo.js";
import { startViews } from "./views.js";
import { loadWebhooks, startWebhooks } from "./webhooks.js";

const again = 1000; // milliseconds between attempts to reach the emulator

function connection(text, lost) {
  const status = byID("connection");
  if (status.textContent !== text) status.textContent = text; // a screen reader announces each change
  status.classList.toggle("lost", lost);
}

// Loads what the events do not contain. It can differ after a restart of the emulator.
async function load() {
  const [variables] = await Promise.all([call("GET", "environment"), loadChoices().then(setCalls), loadPeople(), loadRequests(), loadProjects(), loadWebhooks(), loadSnapshots()]);
  const quote = (value) => `'${value.replaceAll("'", `'\\''`)}'`;
  byID("variables").textContent = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}\n`).join("");
}

let lost = false;

// A lost connection is already shown.
function failed(error) {
  if (!lost) complain(`The emulator did not respond: ${error.message}`);
}

function connect() {
  const events = new EventSource(apiAddress("events"));
  const on = (name, take) => events.addEventListener(name, (event) => take(JSON.parse(event.data)));
  events.addEventListener("open", () => {
    connection(lost ? "Connected again" : "Connected", false);
    if (lost) forgetMessages();
    lost = false;
    complain("");
    load().catch(failed);
  });
  events.addEventListener("error", () => {
    lost = true;
    complain("");
    connection("The emulator does not respond. Trying again…", true);
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, again); // the browser does not try again
  });
  on("messages", ({ messages }) => setMessages(messages));
  on("message", addMessage);
  on("clock", (clock) => {
    setClock(clock);
    showExpiry();
    loadPeople().catch(failed);
  });
  on("faults", ({ faults }) => setFaults(faults));
  on("changed", () => Promise.all([loadPeople(), loadStatuses(), loadRequests(), loadWebhooks(), loadSnapshots()]).catch(failed));
}

startViews();
startMessages();
startUndo();
startNotify();
startKeys();
startClock();
startFaults();
startForms();
startPeople(failed);
startRequests(failed);
startWebhooks(failed);
startProjects();
startSnapshots(failed);
startState();
for (const button of document.querySelectorAll("[data-copies]")) {
  copies(button, byID(button.dataset.copies), "The text is");
}
setInterval(() => {
  showClock();
  showExpiry();
  if (!lost && hasExpired()) loadPeople().catch(failed);
}, 1000);
connect();
