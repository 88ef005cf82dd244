// The emulator's clock. Codes and sessions expire by it.

import { byID, call, element, onClick, onSubmit, say } from "./dom.js";

let reported = { now: 0, running: false, at: 0 };

/** The emulator's time, in milliseconds. */
export const now = () => reported.now + (reported.running ? Date.now() - reported.at : 0);

const long = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A time, in the time zone of the browser. */
export const time = (text) => element("time", { datetime: text, title: text }, long.format(new Date(text)));

/** The text for a future time: "in 1:59". Empty for a past time. */
export function until(text) {
  const seconds = Math.ceil((Date.parse(text) - now()) / 1000);
  return seconds > 0 ? `in ${span(seconds)}` : "";
}

function span(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** Stores and shows the clock that the emulator reported. */
export function setClock({ now, running }) {
  reported = { now: Date.parse(now), running, at: Date.now() };
  byID("running").textContent = running ? "running" : "stopped";
  byID("running").classList.toggle("off", !running);
  byID("stop").hidden = !running;
  byID("run").hidden = running;
  showClock();
}

/** Shows the time. */
export function showClock() {
  if (!reported.now) return;
  const date = new Date(now());
  byID("now").textContent = long.format(date);
  byID("now").dateTime = date.toISOString();
  const apart = Math.ceil((now() - Date.now()) / 1000); // the emulator drops parts of a second
  byID("ahead").hidden = Math.abs(apart) < 5;
  byID("today").hidden = Math.abs(apart) < 5;
  byID("ahead").textContent = `${span(Math.abs(apart))} ${apart < 0 ? "behind" : "ahead of"} this machine`;
}

// The emulator moves its clock by seconds.
async function moveTo(milliseconds) {
  setClock(await call("POST", "clock/advance", { seconds: Math.round((milliseconds - now()) / 1000) }));
  say(`The clock shows ${byID("now").textContent}`);
}

// The value of a field for date and time, in the time zone of the browser.
function fieldValue(milliseconds) {
  const date = new Date(milliseconds);
  return new Date(milliseconds - date.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

export function startClock() {
  for (const button of document.querySelectorAll("[data-advance]")) {
    onClick(button, () => moveTo(now() + button.dataset.advance * 1000));
  }
  onClick(byID("today"), () => moveTo(Date.now()));
  byID("clock-time").addEventListener("focus", () => { byID("clock-time").value ||= fieldValue(now()); });
  onSubmit(byID("clock-set"), () => moveTo(new Date(byID("clock-time").value).getTime()));
  const turn = (from, to, path, words) => onClick(byID(from), async () => {
    setClock(await call("POST", path));
    byID(to).focus();
    say(words);
  });
  turn("stop", "run", "clock/stop", "The clock is stopped");
  turn("run", "stop", "clock/run", "The clock is running");
}
