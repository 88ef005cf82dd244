// The dialogs that ask for fields, and for a confirmation.

import { byID, element, json, marked } from "./dom.js";

const read = (object, path) => path.split(".").reduce((part, name) => part?.[name], object);

function write(object, path, value) {
  const names = path.split(".");
  const last = names.pop();
  let part = object;
  for (const name of names) part = part[name] ??= {};
  part[last] = value;
}

function control(field, value) {
  const id = `edit-${field.name}`;
  if (field.choices) {
    const select = element("select", { id, name: field.name }, element("option", { value: "" }, "default"),
      ...field.choices.map((choice) => element("option", { value: choice }, choice)));
    select.value = value ?? "";
    return select;
  }
  const input = element("input", { id, name: field.name, type: field.type ?? "text", required: field.required, autocomplete: "off", spellcheck: "false", placeholder: field.hint });
  input.value = field.list ? (value ?? []).join(", ") : value ?? "";
  return input;
}

const valueOf = (field, input) => field.list ? input.value.split(",").map((one) => one.trim()).filter(Boolean) : input.value;

let act = null;
let opener = null;

function show(dialog) {
  opener = document.activeElement;
  dialog.showModal();
}

/** Asks for fields, and calls a function with those that differ from the given values. If the function returns something,
 * the dialog shows it. */
export function edit({ title, fields, values = {}, perform }) {
  byID("edit-title").replaceChildren(...marked(title));
  byID("edit-fields").replaceChildren(...fields.flatMap((field) => {
    const input = control(field, read(values, field.name));
    return [element("label", { for: input.id }, field.label), input];
  }));
  byID("edit-more").value = "";
  byID("edit-more").setCustomValidity("");
  byID("edit-problem").textContent = "";
  byID("edit-form").hidden = false;
  byID("edit-answer").hidden = true;
  act = async () => {
    const sent = {};
    for (const field of fields) {
      const value = valueOf(field, byID(`edit-${field.name}`));
      const before = field.list ? read(values, field.name) ?? [] : read(values, field.name) ?? "";
      if (JSON.stringify(value) !== JSON.stringify(before)) write(sent, field.name, value);
    }
    const more = byID("edit-more").value.trim();
    return perform({ ...sent, ...(more ? JSON.parse(more) : {}) });
  };
  show(byID("edit"));
}

/** Asks whether to do something, and does it. */
export function confirm({ title, text, button, perform }) {
  byID("sure-title").replaceChildren(...marked(title));
  byID("sure-text").replaceChildren(...marked(text));
  byID("sure-yes").textContent = button;
  act = perform;
  show(byID("sure"));
}

async function submit(dialog, problem) {
  problem.textContent = "";
  try {
    const answer = await act();
    if (!answer) return dialog.close();
    byID("edit-form").hidden = true;
    byID("edit-answer").hidden = false;
    byID("edit-result").textContent = json(answer);
    byID("edit-done").focus();
  } catch (error) {
    problem.textContent = `That did not work: ${error.message}`;
  }
}

export function startForms() {
  byID("edit-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(byID("edit"), byID("edit-problem"));
  });
  byID("sure-yes").addEventListener("click", () => submit(byID("sure"), byID("sure-problem")));
  for (const [button, dialog] of [["edit-cancel", "edit"], ["edit-done", "edit"], ["sure-no", "sure"]]) {
    byID(button).addEventListener("click", () => byID(dialog).close());
  }
  for (const name of ["edit", "sure"]) {
    byID(name).addEventListener("close", () => {
      act = null;
      byID("edit-result").textContent = ""; // it may be a secret
      byID("sure-problem").textContent = "";
      if (opener?.isConnected) opener.focus();
      else byID("main").focus({ preventScroll: true });
    });
  }
}
