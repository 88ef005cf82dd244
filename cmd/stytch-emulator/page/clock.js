// The clock: the emulator's time, which everything that expires is held against.

import { byID, call, element, onClick, say } from "./dom.js";

let told = { now: 0, running: false, at: 0 };

/** The emulator's time, in milliseconds. */
export const now = () => told.now + (told.running ? Date.now() - told.at : 0);

const long = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A time, in the zone of who reads it. */
export const time = (text) => element("time", { datetime: text, title: text }, long.format(new Date(text)));

/** The text for a time to come: "in 1:59", or nothing when it is over. */
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

/** Takes what the emulator says of its clock. */
export function setClock({ now, running }) {
  told = { now: Date.parse(now), running, at: Date.now() };
  byID("running").textContent = running ? "running" : "stopped";
  byID("running").classList.toggle("off", !running);
  byID("stop").hidden = !running;
  byID("run").hidden = running;
  showClock();
}

/** Shows the time. */
export function showClock() {
  if (!told.now) return;
  const date = new Date(now());
  byID("now").textContent = long.format(date);
  byID("now").dateTime = date.toISOString();
  const apart = Math.ceil((now() - Date.now()) / 1000); // the emulator drops parts of a second
  byID("ahead").hidden = Math.abs(apart) < 5;
  byID("ahead").textContent = `${span(Math.abs(apart))} ${apart < 0 ? "behind" : "ahead of"} this machine`;
}

export function startClock() {
  for (const button of document.querySelectorAll("[data-advance]")) {
    onClick(button, async () => {
      setClock(await call("POST", "clock/advance", { seconds: Number(button.dataset.advance) }));
      say(`The clock was advanced: ${byID("now").textContent}`);
    });
  }
  const turn = (from, to, path, words) => onClick(byID(from), async () => {
    setClock(await call("POST", path));
    byID(to).focus();
    say(words);
  });
  turn("stop", "run", "clock/stop", "The clock stands still");
  turn("run", "stop", "clock/run", "The clock runs");
}
