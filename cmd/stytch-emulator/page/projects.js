// The projects of the emulator. A page is about one of them.

import { byID, call, element, onClick, pageAddress, project } from "./dom.js";
import { confirm } from "./form.js";

const show = (id) => { location.href = `${location.pathname}?${new URLSearchParams({ project: id })}${location.hash}`; };

/** Offers the other projects, if there are any. */
export async function loadProjects() {
  const { projects } = await call("GET", "projects");
  const first = projects[0].project_id;
  byID("project").replaceChildren(...projects.map(({ project_id: id }) => element("option", { value: id }, id === first ? "First project" : id)));
  byID("project").value = project ?? first;
  byID("project").hidden = projects.length === 1;
  byID("project-remove").hidden = (project ?? first) === first;
}

export function startProjects() {
  byID("project").addEventListener("change", () => show(byID("project").value));
  onClick(byID("project-add"), async () => show((await call("POST", "projects")).project_id));
  onClick(byID("project-remove"), () => confirm({
    title: "Delete this project?", button: "Delete",
    text: "This deletes the project with everything in it. Its credentials no longer work. You cannot undo this.",
    perform: async () => {
      await call("DELETE", `projects/${encodeURIComponent(project)}`);
      location.href = location.pathname;
    },
  }));
}
