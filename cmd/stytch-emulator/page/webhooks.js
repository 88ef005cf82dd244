// The endpoints of webhooks, and the deliveries to them, the newest first.

import { time } from "./clock.js";
import { byID, call, collected, copies, element, facts, foreign, json, onClick, onSubmit, say, showList } from "./dom.js";
import { confirm } from "./form.js";

const pageful = 50;
let limit = pageful;
const opened = new Set(); // ids of deliveries

const visible = () => byID("webhooks").classList.contains("current") && !document.hidden;
const path = (kind, id, action = "") => `webhooks/${kind}/${encodeURIComponent(id)}${action}`;

function button(text, label, act, done) {
  const made = element("button", { type: "button", "aria-label": label }, text);
  onClick(made, async () => {
    await act();
    await loadWebhooks();
    say(done);
  });
  return made;
}

function makeEndpoint(endpoint) {
  const secret = element("span", { class: "code-line" }, endpoint.secret);
  const copy = element("button", { type: "button", "aria-label": `Copy the secret of ${endpoint.url}` }, "Copy");
  copies(copy, secret, "The secret is");
  const named = (text) => `${text} ${endpoint.url}`;
  const remove = element("button", { type: "button", class: "danger", "aria-label": named("Delete") }, "Delete…");
  onClick(remove, () => confirm({
    title: `Delete ${endpoint.url}?`, button: "Delete",
    text: "This deletes the endpoint with its secret and its deliveries. You cannot undo this.",
    perform: async () => {
      await call("DELETE", path("endpoints", endpoint.id));
      await loadWebhooks();
      say("The endpoint was deleted");
    },
  }));
  return element("li", {},
    element("h3", {}, foreign(endpoint.url), " ", ...(endpoint.disabled ? [element("span", { class: "badge off" }, "disabled")] : [])),
    facts({ Events: endpoint.events.join(", ") || "all", Endpoint: endpoint.id }),
    element("div", { class: "snippet" }, secret, copy),
    element("div", { class: "buttons" },
      button(endpoint.disabled ? "Enable" : "Disable", named(endpoint.disabled ? "Enable" : "Disable"),
        () => call("PATCH", path("endpoints", endpoint.id), { disabled: !endpoint.disabled }), "The endpoint was changed"),
      button("Rotate the secret", named("Rotate the secret of"), () => call("POST", path("endpoints", endpoint.id, "/rotate"), {}), "The secret was rotated"),
      button("Replay failed", named("Replay failed deliveries to"), () => call("POST", path("endpoints", endpoint.id, "/replay")), "The failed deliveries are sent again"),
      remove));
}

const makeAttempt = (attempt) => element("li", {},
  time(attempt.at), `: ${attempt.status ? `status ${attempt.status}` : ""}`, foreign(attempt.error ?? ""), ` after ${attempt.duration_milliseconds} ms `,
  ...(attempt.response ? [foreign(attempt.response)] : []));

function makeDelivery(delivery) {
  const whole = element("details", { open: opened.has(delivery.id) },
    element("summary", {},
      foreign(delivery.event_type), " ",
      element("span", { class: delivery.status === "delivered" ? "badge" : "badge off" }, delivery.status), " ",
      element("span", { class: "quiet" }, time(delivery.created_at), ` · ${delivery.attempts.length === 1 ? "1 attempt" : `${delivery.attempts.length} attempts`}`)),
    element("div", { class: "exchange" },
      facts({ Object: delivery.object_id, Message: delivery.id, Endpoint: delivery.endpoint, "Next attempt": delivery.next_attempt_at ? time(delivery.next_attempt_at) : null }),
      button("Replay", `Replay ${delivery.event_type} of ${delivery.object_id}`, () => call("POST", path("deliveries", delivery.id, "/replay")), "The delivery is sent again"),
      element("h4", {}, "Attempts"), element("ol", {}, ...delivery.attempts.map(makeAttempt)),
      element("h4", {}, "Payload"), element("pre", { tabindex: "0", role: "group", "aria-label": "Payload" }, json(delivery.payload))));
  whole.addEventListener("toggle", () => {
    if (whole.open) opened.add(delivery.id);
    else opened.delete(delivery.id);
  });
  return element("li", { class: "request" }, whole);
}

/** Loads the endpoints and deliveries that the page shows. */
export const loadWebhooks = collected(async () => {
  if (!visible()) return;
  const [{ endpoints }, { deliveries }] = await Promise.all([call("GET", "webhooks/endpoints"), call("GET", "webhooks/deliveries")]);
  showList(byID("endpoint-list"), endpoints, (one) => one.id, makeEndpoint);
  byID("no-delivery").hidden = deliveries.length > 0;
  byID("more-deliveries").hidden = deliveries.length <= limit;
  const urls = new Map(endpoints.map((one) => [one.id, one.url]));
  const latest = deliveries.slice(-limit).reverse().map((one) => ({ ...one, endpoint: urls.get(one.endpoint_id) ?? one.endpoint_id }));
  showList(byID("delivery-list"), latest, (one) => one.id, makeDelivery);
});

export function startWebhooks(failed) {
  const reload = () => loadWebhooks().catch(failed);
  addEventListener("hashchange", reload);
  document.addEventListener("visibilitychange", reload);
  onClick(byID("more-deliveries"), () => { limit += pageful; return loadWebhooks(); });
  onSubmit(byID("endpoint"), async () => {
    await call("POST", "webhooks/endpoints", { url: byID("endpoint-url").value, events: byID("endpoint-events").value.split(/[\s,]+/).filter(Boolean) });
    byID("endpoint").reset();
    await loadWebhooks();
    say("The endpoint was added");
  });
}
