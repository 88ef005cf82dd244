// Wallets of Ethereum and Solana for the tests, made with libraries that the emulator does not use.
import { generateKeyPairSync, sign } from "node:crypto";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { base58, hex } from "@scure/base";

/** Returns a wallet of Ethereum, whose sign is personal_sign. */
export function newEthereum() {
  const { secretKey, publicKey } = secp256k1.keygen();
  const address = keccak_256(secp256k1.Point.fromBytes(publicKey).toBytes(false).subarray(1)).subarray(12);
  return {
    crypto_wallet_type: "ethereum",
    crypto_wallet_address: `0x${hex.encode(address)}`,
    sign(text) {
      const message = Buffer.from(text);
      const hash = keccak_256(Buffer.concat([Buffer.from(`\x19Ethereum Signed Message:\n${message.length}`), message]));
      const [recovery, ...rs] = secp256k1.sign(hash, secretKey, { format: "recovered", prehash: false });
      return `0x${hex.encode(Uint8Array.of(...rs, 27 + recovery))}`;
    },
  };
}

/** Returns a wallet of Solana. */
export function newSolana() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    crypto_wallet_type: "solana",
    crypto_wallet_address: base58.encode(publicKey.export({ type: "spki", format: "der" }).subarray(-32)),
    sign: (text) => base58.encode(sign(null, Buffer.from(text), privateKey)),
  };
}
