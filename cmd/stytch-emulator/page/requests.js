// The requests that the emulator received, with their responses, the newest first.

import { time } from "./clock.js";
import { byID, call, collected, element, foreign, json, onClick, say, showList } from "./dom.js";

const pageful = 50;
let limit = pageful;
let secrets = false; // whether they are shown
const opened = new Set(); // numbers of requests

const visible = () => byID("requests").classList.contains("current") && !document.hidden;

const part = (title, value) => value === undefined || value === null ? [] : [
  element("h4", {}, title),
  element("pre", { tabindex: "0", role: "group", "aria-label": title }, json(value)),
];

function makeRequest(request) {
  const failed = request.status === 0 || request.status >= 400;
  const rest = element("div", { class: "exchange" });
  const whole = element("details", { open: opened.has(request.number) },
    element("summary", {},
      foreign(request.call ?? `${request.method} ${request.path}`), " ",
      element("span", { class: failed ? "badge off" : "badge" }, request.status === 0 ? "connection reset" : String(request.status)), " ",
      ...(request.error_type ? [foreign(request.error_type), " "] : []),
      ...(request.fault ? ["by a fault "] : []),
      element("span", { class: "quiet" }, time(request.at), ` · ${(request.duration_microseconds / 1000).toFixed(1)} ms`)),
    rest);
  const fill = () => {
    if (whole.open) opened.add(request.number);
    else opened.delete(request.number);
    if (!whole.open || rest.children.length) return;
    rest.append(
      element("p", { class: "code-line" }, foreign(`${request.method} ${request.path}`)),
      ...part("Query", request.query), ...part("Body", request.body), ...part("Response", request.response), ...part("Header", request.header));
  };
  whole.addEventListener("toggle", fill);
  fill();
  return element("li", { class: "request" }, whole);
}

/** Loads the requests that the page shows. */
export const loadRequests = collected(async () => {
  if (!visible()) return;
  const query = new URLSearchParams({ limit, order: "newest", secrets });
  if (byID("request-call").value.trim()) query.set("call", byID("request-call").value.trim());
  const { requests, total } = await call("GET", `requests?${query}`);
  byID("no-request").hidden = requests.length > 0;
  byID("more-requests").hidden = total <= requests.length;
  byID("more-requests").textContent = `Show older requests (${total - requests.length} more)`;
  showList(byID("request-list"), requests, (one) => one.number, makeRequest);
});

/** Offers the names of calls for the search. */
export const setCalls = (calls) => byID("request-calls").replaceChildren(...calls.map((known) => element("option", { value: known.call })));

export function startRequests(failed) {
  const reload = () => loadRequests().catch(failed);
  byID("request-call").addEventListener("input", reload);
  addEventListener("hashchange", reload);
  document.addEventListener("visibilitychange", reload);
  onClick(byID("more-requests"), () => { limit += pageful; return loadRequests(); });
  onClick(byID("secrets"), async () => {
    secrets = !secrets;
    byID("secrets").setAttribute("aria-pressed", secrets);
    await loadRequests();
    say(secrets ? "Secrets are shown" : "Secrets are redacted");
  });
}
