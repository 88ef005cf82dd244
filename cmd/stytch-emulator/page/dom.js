// Code that the parts of the page share: elements, lists, copying, the control API. Foreign values are always added as
// text, never as markup.

export const byID = (id) => document.getElementById(id);

/** Creates an element. It leaves out attributes that are false or null. Strings among the children become text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value != null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

// Characters that are invisible, or that change the order of the text around them.
const odd = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}])/u;
const named = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** Splits a text into nodes. Invisible characters, and those that reorder text, are marked and have no effect. */
export const marked = (text) => text.split(odd).map((part, i) => i % 2 === 0 ? part
  : element("span", { class: "odd", "data-code": named(part), title: `${named(part)}: a character that is invisible or reorders text` }, part));

/** Shows a foreign value. It cannot run as a script or change the direction of the text around it. */
export const foreign = (value, attributes = {}) => element("bdi", attributes, ...marked(String(value)));

/** Writes a value as JSON, with escapes for the characters that `marked` marks. */
export const json = (value) => JSON.stringify(value, null, 2).split(new RegExp(odd, "gu"))
  .map((part, i) => i % 2 === 0 || part === "\n" ? part : [...Array(part.length).keys()].map((at) => `\\u${part.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")).join("");

/** Creates a list of names and values. It leaves out values that are null or empty. */
export function facts(values) {
  const list = element("dl");
  for (const [name, value] of Object.entries(values)) {
    if (value == null || value === "") continue;
    const shown = value instanceof Node ? value : foreign(value);
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, shown)));
  }
  return list;
}

const shown = new WeakMap();

/** Shows items in a list. Unchanged items keep their element, and so the focus. If an item with the focus is changed or
 * removed, the focus goes to its new element, or to a neighbor. */
export function showList(list, items, key, make) {
  const before = [...list.children];
  const focused = before.findIndex((node) => node.contains(document.activeElement));
  const there = new Map(before.map((node) => [node.dataset.key, node]));
  const nodes = items.map((item) => {
    const text = JSON.stringify(item);
    const name = String(key(item));
    let node = there.get(name);
    if (!node || shown.get(node) !== text) {
      node = make(item);
      node.dataset.key = name;
      shown.set(node, text);
    }
    return node;
  });
  const wanted = new Set(nodes);
  for (const node of before) if (!wanted.has(node)) node.remove();
  let at = list.firstElementChild;
  for (const node of nodes) {
    if (node === at) at = at.nextElementSibling;
    else list.insertBefore(node, at);
  }
  if (focused < 0 || wanted.has(before[focused])) return;
  const next = nodes.find((node) => node.dataset.key === before[focused].dataset.key) ?? nodes[Math.min(focused, nodes.length - 1)];
  (next?.querySelector("a, button, summary") ?? list.closest("[tabindex]"))?.focus();
}

/** Announces a text to screen readers. */
export function say(text) {
  byID("news").textContent = text;
}

/** Shows an error. "" removes it. */
export function complain(text) {
  const problem = byID("problem");
  problem.textContent = text;
  problem.hidden = !text;
}

/** The project that the page is about, null for the first one. */
export const project = new URLSearchParams(location.search).get("project");

/** The address of this page with a query, for the same project. */
export const pageAddress = (query = {}) => `${location.pathname}?${new URLSearchParams({ ...(project ? { project } : {}), ...query })}`.replace(/\?$/, "");

/** The address of a call of the control API, for the project of the page. */
export function apiAddress(path) {
  const url = new URL(`api/${path}`, location.href);
  if (project && !/^(projects|snapshot$|faults\/choices)/.test(path)) url.searchParams.set("project", project);
  return url.href;
}

/** Calls the control API and returns its response. A body that is a text is already JSON. It throws the error that the
 * emulator reports. */
export async function call(method, path, body) {
  const response = await fetch(apiAddress(path), {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
  });
  if (response.status === 204) return null;
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function attempt(act) {
  try {
    await act();
    complain("");
  } catch (error) {
    complain(`That did not work: ${error.message}`);
  }
}

/** Runs a function when a button is clicked, and shows its error. */
export const onClick = (button, act) => button.addEventListener("click", () => attempt(act));

/** Runs a function when a form is submitted, and shows its error. */
export const onSubmit = (form, act) => form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(act);
});

/** Returns a function that runs an asynchronous one. Calls during a run cause one more run together. */
export function collected(act) {
  let running = null;
  let again = false;
  return () => {
    again = true;
    running ??= (async () => {
      try {
        while (again) {
          again = false;
          try {
            await act();
          } catch (error) {
            if (!again) throw error; // the next run may succeed
          }
        }
      } finally {
        running = null;
      }
    })();
    return running;
  };
}

/** Makes a button copy the text of an element. */
export function copies(button, source, what, label = "Copy") {
  let back;
  onClick(button, async () => {
    await copy(source);
    say(`${what} copied`);
    button.textContent = "Copied";
    clearTimeout(back);
    back = setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// Browsers allow the clipboard API on loopback and with TLS only. Other pages select the text and use the older copy
// command.
async function copy(source) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(source.textContent);
    return;
  }
  getSelection().selectAllChildren(source);
  if (!document.execCommand("copy")) throw new Error("the browser does not allow access to the clipboard; copy the selected text");
}
