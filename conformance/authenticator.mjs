// A security key in software, with the browser around it.
import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";

const sha256 = (data) => createHash("sha256").update(data).digest();

// Encodes the part of CBOR that WebAuthn uses: small integers, bytes, text and maps.
function cbor(value) {
  const head = (major, n) => (n < 24 ? Buffer.from([(major << 5) | n]) : n < 256 ? Buffer.from([(major << 5) | 24, n]) : Buffer.from([(major << 5) | 25, n >> 8, n & 255]));
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
}

/** Returns an authenticator for pages of an origin. */
export function newAuthenticator(origin) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = publicKey.export({ format: "jwk" });
  const id = randomBytes(16);
  let counter = 0;
  let handle;

  const clientData = (type, challenge) => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const data = (domain, flags) => Buffer.concat([sha256(domain), Buffer.from([flags, 0, 0, 0, ++counter])]);
  const credential = (parts) => JSON.stringify({
    id: id.toString("base64url"), rawId: id.toString("base64url"), type: "public-key", clientExtensionResults: {},
    response: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.toString("base64url")])),
  });

  return {
    /** Makes a key, like navigator.credentials.create. */
    create(options) {
      const { challenge, rp, user } = JSON.parse(options);
      handle = Buffer.from(user.id, "base64");
      const key = cbor(new Map([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, "base64url")], [-3, Buffer.from(y, "base64url")]]));
      const authData = Buffer.concat([data(rp.id, 0x41), Buffer.alloc(16), Buffer.from([0, id.length]), id, key]);
      return credential({
        clientDataJSON: clientData("webauthn.create", challenge),
        attestationObject: cbor(new Map([["fmt", "none"], ["attStmt", new Map()], ["authData", authData]])),
      });
    },
    /** Signs a challenge, like navigator.credentials.get. */
    get(options) {
      const { challenge, rpId } = JSON.parse(options);
      const clientDataJSON = clientData("webauthn.get", challenge);
      const authenticatorData = data(rpId, 0x01);
      const signature = createSign("sha256").update(authenticatorData).update(sha256(clientDataJSON)).sign(privateKey);
      return credential({ clientDataJSON, authenticatorData, signature, userHandle: handle });
    },
  };
}
