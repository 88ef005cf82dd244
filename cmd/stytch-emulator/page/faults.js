// The faults: failures on purpose.

import { byID, call, element, onClick, onSubmit, say, showList } from "./dom.js";

const number = (id) => byID(id).valueAsNumber;

// The fault of each choice, as the control API expects it.
const kinds = {
  limit: () => ({ error_type: "too_many_requests", retry_after_seconds: number("fault-retry") }),
  500: () => ({ status: 500 }),
  html: () => ({ html: true }),
  truncate: () => ({ truncate: true }),
  reset: () => ({ reset: true }),
  delay: () => ({ delay_milliseconds: number("fault-delay") }),
  error: () => ({ error_type: byID("fault-error").value }),
};

// The call always takes effect with these.
const harmless = ["truncate", "delay"];

/** Shows the active faults. */
export function setFaults(faults) {
  byID("no-fault").hidden = faults.length > 0;
  byID("mend").hidden = !faults.length;
  showList(byID("fault-list"), faults.map(describe).map((text, i) => ({ text, i })), (fault) => fault.i,
    (fault) => element("li", {}, fault.text));
}

function describe(fault) {
  const parts = [];
  if (fault.error_type) parts.push(fault.error_type);
  if (fault.status) parts.push(`status ${fault.status}`);
  if (fault.html) parts.push("a gateway's HTML");
  if (fault.truncate) parts.push("the body cut in half");
  if (fault.reset) parts.push("a connection reset");
  if (fault.delay_milliseconds) parts.push(`a delay of ${fault.delay_milliseconds} ms`);
  if (fault.retry_after_seconds) parts.push(`Retry-After ${fault.retry_after_seconds} s`);
  const target = fault.call || (fault.api ? `every call of ${fault.api}` : "every call");
  const share = fault.share ? `${Math.round(fault.share * 100)} % of ` : "";
  const times = fault.times ? `, ${fault.times} more ${fault.times === 1 ? "time" : "times"}` : "";
  return `${share}${target}: ${parts.join(", ")}${fault.after_effect ? ", after the effect" : ""}${times}`;
}

function choose() {
  const kind = byID("fault-kind").value;
  for (const choice of document.querySelectorAll(".choice")) {
    const fits = choice.dataset.kinds === kind;
    choice.hidden = !fits;
    for (const field of choice.querySelectorAll("input, select")) field.disabled = !fits;
  }
  byID("fault-late").hidden = harmless.includes(kind);
}

async function add() {
  const kind = byID("fault-kind").value;
  const fault = { ...kinds[kind](), times: number("fault-times") };
  if (byID("fault-call").value) fault.call = byID("fault-call").value;
  if (byID("fault-effect").checked && !harmless.includes(kind)) fault.after_effect = true;
  await call("POST", "faults", fault); // the event stream reports the new list
  say("The fault was added");
}

/** Loads the choices of calls and error types, and returns the calls. */
export async function loadChoices() {
  const { calls, error_types: types } = await call("GET", "faults/choices");
  const groups = Map.groupBy(calls, (known) => known.api);
  byID("fault-call").replaceChildren(element("option", { value: "" }, "every call"),
    ...[...groups].map(([api, list]) => element("optgroup", { label: api },
      ...list.map((known) => element("option", { value: known.call }, known.call)))));
  byID("fault-error").replaceChildren(
    ...types.map((known) => element("option", { value: known.error_type }, `${known.error_type} (${known.status})`)));
  return calls;
}

export function startFaults() {
  byID("fault-kind").addEventListener("change", choose);
  choose();
  onSubmit(byID("fault"), add);
  onClick(byID("mend"), async () => {
    await call("DELETE", "faults");
    byID("faults").focus();
    say("The faults were cleared");
  });
}
