// Crypto wallets, through the official SDK.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newEthereum, newSolana } from "./wallet.mjs";
import { fails, newWorld } from "./world.mjs";

for (const [name, newWallet] of Object.entries({ Ethereum: newEthereum, Solana: newSolana })) {
  test(`a user logs in with a wallet of ${name}`, async () => {
    const { client } = await newWorld();
    const { cryptoWallets } = client;
    const { sign, ...wallet } = newWallet();
    const login = (signature) => cryptoWallets.authenticate({ ...wallet, signature, session_duration_minutes: 60 });
    await fails(login(sign("x")), 404, "crypto_wallet_not_found");
    const started = await cryptoWallets.authenticateStart(wallet);
    assert.equal(started.user_created, true);
    await fails(login(newWallet().sign(started.challenge)), 401, "unable_to_authenticate_crypto_wallet");
    const auth = await login(sign(started.challenge));
    assert.equal(auth.user_id, started.user_id);
    assert.equal(auth.user.crypto_wallets[0].verified, true);
    assert.equal(auth.session.authentication_factors[0].crypto_wallet_factor.crypto_wallet_address, wallet.crypto_wallet_address);
    await fails(login(sign(started.challenge)), 401, "unable_to_authenticate_crypto_wallet"); // it was used
    await fails(cryptoWallets.authenticateStart({ ...wallet, crypto_wallet_address: "x" }), 400, `invalid_${wallet.crypto_wallet_type}_address`);
  });
}

test("Sign In With Ethereum", async () => {
  const { client, advance } = await newWorld();
  const { cryptoWallets } = client;
  const { sign, ...wallet } = newEthereum();
  const siwe_params = { domain: "example.com", uri: "https://example.com/login", resources: ["https://example.com/terms"], chain_id: "137", statement: "Log in to Example." };
  const start = (params) => cryptoWallets.authenticateStart({ ...wallet, siwe_params: { ...siwe_params, ...params } });
  const { challenge } = await start();
  assert.match(challenge, /^example\.com wants you to sign in with your Ethereum account:\n0x[0-9a-fA-F]{40}\n\nLog in to Example\.\n\nURI: https:\/\/example\.com\/login\nVersion: 1\nChain ID: 137\nNonce: \w{8,}\n/);
  const auth = await cryptoWallets.authenticate({ ...wallet, signature: sign(challenge) });
  assert.deepEqual([auth.siwe_params.domain, auth.siwe_params.chain_id, auth.siwe_params.resources], ["example.com", "137", siwe_params.resources]);
  await fails(start({ uri: "/login" }), 400, "invalid_siwe_uri");
  const late = await start();
  await advance(5);
  await fails(cryptoWallets.authenticate({ ...wallet, signature: sign(late.challenge) }), 400, "siwe_message_expired");
});
