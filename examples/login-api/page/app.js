import { api } from "./config.js";

// The session of this tab. A script that gets into the page could read it wherever it is kept, so the page loads
// scripts from its own origin only.
const session = {
  get token() { return sessionStorage.getItem("session_token") ?? ""; },
  get jwt() { return sessionStorage.getItem("session_jwt") ?? ""; },
  keep(answer) {
    for (const name of ["session_token", "session_jwt"]) {
      if (answer[name]) sessionStorage.setItem(name, answer[name]);
    }
  },
  forget() { sessionStorage.clear(); },
};

// call returns the answer of the API. An error has the fields status, code, message and retry_after.
async function call(method, path, { body, bearer } = {}) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  let response;
  try {
    response = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw { status: 0, message: "There is no connection. Please try again." };
  }
  const answer = await response.json();
  if (!response.ok) throw answer;
  return answer;
}

// callAsMember sends the JWT, and renews it once if it has expired.
async function callAsMember(method, path) {
  try {
    return await call(method, path, { bearer: session.jwt });
  } catch (error) {
    if (error.status !== 401 || !session.token) throw error;
  }
  session.keep(await call("POST", "/session/refresh", { bearer: session.token }));
  return call(method, path, { bearer: session.jwt });
}

const part = (id) => document.getElementById(id);
const alertBox = document.querySelector("[role=alert]");
let methodID = "";

function show(id) {
  for (const each of ["login", "code", "member"]) part(each).hidden = each !== id;
  part(id).querySelector("input, button")?.focus();
}

function fail(error) {
  alertBox.textContent = error.message + (error.retry_after ? ` (in ${error.retry_after} seconds)` : "");
  if (error.status === 401 || error.code === "login_first") {
    session.forget();
    show("login");
  }
}

// on runs an action of the person, and shows its error.
function on(id, event, action) {
  part(id).addEventListener(event, async (e) => {
    e.preventDefault();
    alertBox.textContent = "";
    try {
      await action(new FormData(event === "submit" ? e.target : undefined));
    } catch (error) {
      fail(error);
    }
  });
}

async function showMember() {
  const me = await callAsMember("GET", "/me");
  part("user").textContent = me.user_id;
  show("member");
}

on("login", "submit", async (form) => {
  ({ method_id: methodID } = await call("POST", "/login", { body: { phone_number: form.get("phone_number") } }));
  show("code");
});
on("code", "submit", async (form) => {
  session.keep(await call("POST", "/login/code", { body: { method_id: methodID, code: form.get("code") } }));
  await showMember();
});
on("again", "click", showMember);
on("logout", "click", async () => {
  await call("POST", "/session/logout", { bearer: session.token });
  session.forget();
  show("login");
});

if (session.token) {
  showMember().catch(fail);
} else {
  show("login");
}
