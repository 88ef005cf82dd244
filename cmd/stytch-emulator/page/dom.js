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

/** Shows a foreign value. It cannot run as a script or change the direction of the text around it. */
export const foreign = (value) => element("bdi", {}, String(value));

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

/** Shows items in a list. Unchanged items keep their element, and so the focus. */
export function showList(list, items, key, make) {
  const there = new Map([...list.children].map((node) => [node.dataset.key, node]));
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
  for (const node of [...list.children]) if (!wanted.has(node)) node.remove();
  let at = list.firstElementChild;
  for (const node of nodes) {
    if (node === at) at = at.nextElementSibling;
    else list.insertBefore(node, at);
  }
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

/** Calls the control API and returns its response. It throws the error that the emulator reports. */
export async function call(method, path, body) {
  const response = await fetch(`api/${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status === 204) return null;
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** Runs a function when a button is clicked, and shows its error. */
export function onClick(button, act) {
  button.addEventListener("click", async () => {
    try {
      await act();
      complain("");
    } catch (error) {
      complain(`That did not work: ${error.message}`);
    }
  });
}

/** Makes a button copy the text of an element. */
export function copies(button, source, what) {
  let back;
  onClick(button, async () => {
    await copy(source);
    say(`${what} copied`);
    button.textContent = "Copied";
    clearTimeout(back);
    back = setTimeout(() => { button.textContent = "Copy"; }, 2000);
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
