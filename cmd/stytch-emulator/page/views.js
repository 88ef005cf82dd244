// The views of the page. The fragment of the URL names one of them, or a part of it.

import { byID } from "./dom.js";

const views = [...document.querySelectorAll(".view")];

function show() {
  const view = document.getElementById(location.hash.slice(1))?.closest(".view") ?? views[0];
  for (const one of views) one.classList.toggle("current", one === view);
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.hash === `#${view.id}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Shows a view, as a click on its link does. */
export function goTo(id) {
  if (!byID(id).classList.contains("current")) location.hash = id;
}

export function startViews() {
  document.documentElement.classList.add("scripted");
  addEventListener("hashchange", () => {
    show();
    document.getElementById(location.hash.slice(1))?.focus({ preventScroll: true });
  });
  show();
}
