// Shared by the tests: an emulator for each test, and clients of the official SDK that use it.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { B2BClient, Client, RequestError, StytchError } from "stytch";

const { LAB, CALLS } = process.env;
assert.ok(LAB && CALLS, "run these tests with make conformance");

async function lab(url, body) {
  const response = await fetch(url, body && { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return response.json();
}

/** Every error type of the spec, with its status. */
export const errorTypes = () => lab(`${LAB}/errors`);

/** Starts an emulator. Returns its clients and helpers for the tests. */
export async function newWorld() {
  const world = await lab(`${LAB}/worlds`, {});
  const at = (path) => `${world.lab}/${path}`;
  const message = (address) => lab(at(`message?address=${encodeURIComponent(address)}`));
  const config = { project_id: world.project_id, secret: world.secret, env: world.url, fraud_env: world.url };
  return {
    config,
    public_token: world.public_token,
    client: consumer(config),
    b2b: b2b(config),
    /** Returns the newest message to an address that was not returned before. */
    message,
    code: async (address) => (await message(address)).code,
    /** Returns the code that the authenticator app of a user or member shows now. */
    totpCode: (id) => lab(at(`totp?id=${encodeURIComponent(id)}`)),
    passwordPolicy: (policy) => lab(at("passwords"), policy),
    /** Moves the clock, and returns the emulator's time. */
    advance: async (minutes) => new Date(await lab(at("clock"), { minutes })),
    fail: (fault) => lab(at("faults"), fault),
    rotateKeys: (forget) => lab(at("keys"), { forget }),
    grant: (role, resource, ...actions) => lab(at("grants"), { role, resource, actions }),
    policy: (policy) => lab(at("policy"), policy),
    /** Sets the roles of an organization, even those that the service would refuse. */
    roles: (organization_id, roles) => lab(at("roles"), { organization_id, roles }),
    /** Returns what our SDK decides locally about checks: "yes", "no", "another organization", or an error. */
    decisions: (jwt, checks) => lab(at("decisions"), { jwt, checks }),
    tokenDecisions: (token, checks) => lab(at("token-decisions"), { token, checks }),
    organization: (organization) => lab(at("organizations"), organization),
    member: (member) => lab(at("members"), member),
    /** Starts a session of a user or member, and returns its JWT. */
    session: (id) => lab(at("sessions"), { id }),
    user: (user) => lab(at("users"), user),
    userinfo: (url) => lab(at("userinfo"), { url }),
    trusted: (profile) => lab(at("trusted"), profile),
    /** Returns a token with which a person of the staff acts as a user or member. */
    impersonate: (id, email) => lab(at("impersonations"), { id, email }),
    /** Adds the fingerprint of a device, and returns it with its telemetry_id. */
    fingerprint: (fingerprint) => lab(at("fingerprints"), fingerprint),
    consent: (user_id, app) => lab(at("consents"), { user_id, app }),
  };
}

/** Clients of the official SDK that record their calls. */
export const consumer = (config) => record(quietly(() => new Client(config)), "Client");
export const b2b = (config) => record(quietly(() => new B2BClient(config)), "B2BClient");

/** Clients of the official SDK that do not record their calls, for many of them. */
export const unrecorded = (config) => quietly(() => ({ client: new Client(config), b2b: new B2BClient(config) }));

// The SDK warns about every env that it does not know.
function quietly(make) {
  const { warn } = console;
  console.warn = () => {};
  try {
    return make();
  } finally {
    console.warn = warn;
  }
}

/**
 * Calls whose types in the SDK are wrong: it has a class and a type with the name ConnectedApp, which TypeScript makes one,
 * and the types of the answers with a token and with a connected app of an organization lack the request id.
 */
const untyped = [`["connectedApp"]`, `["m2m"]["token"]`, `["organizations"]["getConnectedApp"]`];

/** Wraps a client so that each successful call is recorded as TypeScript, for the compiler to check. */
function record(target, type) {
  return new Proxy(target, {
    get(_, name) {
      const value = target[name];
      const path = `${type}[${JSON.stringify(name)}]`;
      if (typeof value !== "function") return typeof value === "object" ? record(value, path) : value;
      if (name === "authenticateJwt" || name === "searchAll") return value.bind(target); // a remote check returns more than its type declares; an iterator is no call
      return async (...args) => {
        const response = await value.apply(target, args);
        const line = `{ const request: Request<${path}> = ${literal(args)}; const response: Response<${path}> = ${literal(response)}; }\n`;
        if (!untyped.some((part) => path.includes(part))) appendFileSync(join(CALLS, `${process.pid}.ts`), line);
        return response;
      };
    },
  });
}

// Writes a value without its nulls: the SDK's types have optional fields where the service returns null.
function literal(value) {
  if (value instanceof Date) return `new Date(${+value})`;
  if (Array.isArray(value)) return `[${value.map(literal)}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field != null);
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}: ${literal(field)}`)}}`;
}

/** The service's session in the form in which the SDK reads it from a JWT: times with milliseconds, no nulls. */
export function asInJWT({ started_at, last_accessed_at, expires_at, ...session }) {
  const factors = session.authentication_factors.map((factor) =>
    Object.fromEntries(Object.entries(factor).filter(([, value]) => value !== null)));
  return { ...session, authentication_factors: factors, times: [started_at, last_accessed_at, expires_at].map((t) => +new Date(t)) };
}

/** Asserts that a call fails with the service's error, and returns the error. */
export async function fails(call, status, errorType) {
  const error = await call.then(
    () => assert.fail(`the call succeeded, and was to fail with ${errorType}`),
    (reason) => reason,
  );
  if (!(error instanceof StytchError)) throw error;
  assert.equal(`${error.status_code} ${error.error_type}`, `${status} ${errorType}`, error.error_message);
  assert.match(error.request_id, /^request-id-test-/);
  assert.ok(error.error_message, "there is a message");
  assert.match(error.error_url, /^https:\/\/(stytch\.com\/docs|datatracker\.ietf\.org\/doc)\//); // the latter for OAuth 2.0
  return error;
}

/** Asserts that there was no response. */
export const unanswered = (call) => assert.rejects(call, RequestError);

/** Returns a code other than the given one. */
export const wrong = (code) => (code === "111111" ? "222222" : "111111");
