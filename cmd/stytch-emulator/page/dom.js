// What the parts of the page share: elements, lists, copying, the control API. Every value that comes from outside
// becomes text here, and never markup.

export const byID = (id) => document.getElementById(id);

/** Makes an element. An attribute that is false or null is left out; texts among the children stay texts. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value != null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A value of somebody else's. It can neither run nor turn the text around it to the other direction. */
export const foreign = (value) => element("bdi", {}, String(value));

/** A list of names and values. A value that is null or empty is left out with its name. */
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

/** Has a list show items. What did not change keeps its element, and with it the focus. */
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

/** Tells those who hear the page. */
export function say(text) {
  byID("news").textContent = text;
}

/** Tells what did not work, or with "" that all is well again. */
export function complain(text) {
  const problem = byID("problem");
  problem.textContent = text;
  problem.hidden = !text;
}

/** Calls the control API, and returns what it answers. It fails with the reason that the emulator gives. */
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

/** Has a button do something, and say so when that fails. */
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

// Browsers give the clipboard to pages on loopback and to those with TLS. For the others the text is selected and copied
// as it was done before.
async function copy(source) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(source.textContent);
    return;
  }
  getSelection().selectAllChildren(source);
  if (!document.execCommand("copy")) throw new Error("the browser keeps the clipboard closed; the text is selected");
}
