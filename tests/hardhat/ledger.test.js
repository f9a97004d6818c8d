// SPDX-License-Identifier: Apache-2.0
// A start for people who come from Hardhat: deploy the committed artifacts, then issue -> accept -> split -> fund -> redeem, every
// message signed as EIP-712 typed data by a participant's key and carried by a relay key that has no authority.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { BrowserProvider, Contract, ContractFactory, JsonRpcSigner, Wallet, ZeroAddress, ZeroHash, getCreateAddress, id as keccakText } from "ethers";
import { network } from "hardhat";

const artifact = (name) => JSON.parse(readFileSync(new URL(`../../chain/abi/artifacts/${name}.json`, import.meta.url), "utf8"));
const wallet = (name) => new Wallet(keccakText(`deeptier test key: ${name}`));

const REGISTRAR = 1, BANK = 3, MAKER = 10, SUPPLIER = 21, TIER2 = 22;
const ROLE = { core: 1, supplier: 2, bank: 16 };
const ALL_RIGHTS = 3;
const FACE = 100_000_000n; // 1,000,000.00 in fen
const FOREVER = 0xffffffff;

// The EIP-712 types are the structs of ILedgerTypes, field for field; the ABI names them in internalType.
function typesOf(abi) {
  const types = {};
  const visit = ({ internalType, components }) => {
    const name = /^struct ILedgerTypes\.(\w+)/.exec(internalType ?? "")?.[1];
    if (!name) return;
    types[name] = components.map((c) => ({ name: c.name, type: nameOf(c) }));
    components.forEach(visit);
  };
  const nameOf = (c) => c.type.replace(/^tuple/, /^struct ILedgerTypes\.(\w+)/.exec(c.internalType)?.[1] ?? "");
  abi.filter((x) => x.type === "function").forEach((f) => f.inputs.forEach(visit));
  return types;
}

describe("the ledger", () => {
  let relay, ledger, token, domain, types, now;
  const key = Object.fromEntries(["registrar 1", "registrar 2", "bank", "maker", "checker", "supplier", "tier 2"].map((n) => [n, wallet(n)]));
  const cash = Object.fromEntries(["bank", "core", "supplier", "tier 2", "escrow"].map((n) => [n, wallet(`cash ${n}`).address]));

  const sign = (who, name, message) => {
    const used = {};
    const take = (n) => { if (types[n] && !used[n]) { used[n] = types[n]; types[n].forEach((f) => take(f.type.replace(/\[\]$/, ""))); } };
    take(name);
    return key[who].signTypedData(domain, used, message);
  };

  async function deploy(name, ...args) {
    const { abi, bytecode } = artifact(name);
    const contract = await new ContractFactory(abi, bytecode, relay).deploy(...args);
    await contract.waitForDeployment();
    return contract;
  }

  async function register(subject, roles, limit, who, cashAddress) {
    const message = {
      participant: REGISTRAR, subject, roles, limit, cash: cashAddress, identity: keccakText(who), account: key[who].address,
      officer: 1, rights: ALL_RIGHTS, signer: key["registrar 1"].address, deadline: FOREVER,
    };
    await ledger.registerParticipant(message, await sign("registrar 1", "RegisterParticipant", message), await sign(who, "RegisterParticipant", message));
  }

  async function approve(provider, owner) { // cash addresses belong to the participants' banks; here the node plays their part
    await provider.send("hardhat_impersonateAccount", [owner]);
    await provider.send("hardhat_setBalance", [owner, "0xde0b6b3a7640000"]);
    return new JsonRpcSigner(provider, owner);
  }

  before(async () => {
    const connection = await network.create();
    const provider = new BrowserProvider(connection.provider);
    relay = new JsonRpcSigner(provider, (await provider.send("eth_accounts", []))[0]);
    const views = await deploy("LedgerViews");
    const module = await deploy("LedgerModule", await views.getAddress());
    const predicted = getCreateAddress({ from: relay.address, nonce: (await relay.getNonce()) + 1 });
    const first = [0, 1, 0, 366 * 86400, 720, 5, 0, 0, 365_000, 0, 30, ZeroAddress, ZeroAddress, 0];
    const rulebook = await deploy("Rulebook", predicted, first);
    const registrars = [1, 2].map((n) => [key[`registrar ${n}`].address, n, ALL_RIGHTS]);
    const core = await deploy("ReceivableLedger", await module.getAddress(), await rulebook.getAddress(), "0x434e59", 2, keccakText("registrar"), registrars);
    assert.equal(await core.getAddress(), predicted);
    ledger = new Contract(predicted, artifact("IReceivableLedger").abi, relay);
    types = typesOf(artifact("IReceivableLedger").abi);
    domain = { name: "DeepTier", version: "1", chainId: (await provider.getNetwork()).chainId, verifyingContract: predicted };
    now = (await provider.getBlock("latest")).timestamp;

    await register(BANK, ROLE.bank, 0, "bank", cash.bank);
    await register(MAKER, ROLE.core, 10n * FACE, "maker", cash.core);
    await register(SUPPLIER, ROLE.supplier, 0, "supplier", cash.supplier);
    await register(TIER2, ROLE.supplier, 0, "tier 2", cash["tier 2"]);
    const officer = {
      participant: MAKER, version: 2, account: key.checker.address, officer: 2, rights: ALL_RIGHTS, registrar: key["registrar 1"].address,
      signer: key.maker.address, second: ZeroAddress, deadline: FOREVER,
    };
    const hands = await Promise.all(["registrar 1", "maker", "checker"].map((who) => sign(who, "AddAccount", officer)));
    await ledger.addAccount(officer, [hands[0], hands[1], "0x", hands[2]]);

    token = await deploy("TokenizedDeposit", "Deposit CNY", "dCNY", 2, cash.bank);
    const rail = {
      participant: REGISTRAR, rail: 1, token: await token.getAddress(), bank: BANK, escrow: cash.escrow, bankSigner: key.bank.address,
      signer: key["registrar 1"].address, deadline: FOREVER,
    };
    await ledger.addRail(rail, await sign("registrar 1", "AddRail", rail), await sign("bank", "AddRail", rail));
    for (const owner of [cash.core, cash.escrow]) await token.connect(await approve(provider, owner)).approve(predicted, 2n ** 256n - 1n);
    await token.connect(await approve(provider, cash.bank)).mint(cash.core, FACE);
    const invoices = {
      participant: REGISTRAR, obligor: MAKER, entries: [{ fingerprint: keccakText("fingerprint"), gross: FACE, older: ZeroHash }],
      signer: key["registrar 1"].address, deadline: FOREVER,
    };
    await ledger.registerInvoices(invoices, await sign("registrar 1", "RegisterInvoices", invoices));
  });

  it("issue -> accept -> split -> fund -> redeem, to the cent", async () => {
    const obligation = (BigInt(MAKER) << 32n) | 1n;
    const claim = (obligation << 24n) | 1n, child = (obligation << 24n) | 2n;
    const issue = {
      participant: MAKER,
      obligation: {
        number: 1, creditor: SUPPLIER, face: FACE, due: now + 90 * 86400, acceptBy: Math.floor((now + 86400) / 3600), rail: 1, closes: 5,
        lateRate: 182_500, terms: keccakText("terms"), invoices: [{ fingerprint: keccakText("fingerprint"), amount: FACE }],
      },
      signer: key.maker.address, checker: key.checker.address, deadline: FOREVER,
    };
    await ledger.issue(issue, await sign("maker", "Issue", issue), await sign("checker", "Issue", issue));

    const accept = { participant: SUPPLIER, claim, version: 1, signer: key.supplier.address, deadline: FOREVER };
    await ledger.accept(accept, await sign("supplier", "Accept", accept));

    const amount = 30_000_001n;
    const split = { participant: SUPPLIER, claim, version: 2, to: TIER2, amount, signer: key.supplier.address, deadline: FOREVER };
    const consent = { participant: TIER2, claim, version: 2, piece: 0, amount, signer: key["tier 2"].address, deadline: FOREVER };
    const acceptance = key["tier 2"].address + FOREVER.toString(16) + (await sign("tier 2", "Acceptance", consent)).slice(2);
    await ledger.split(split, await sign("supplier", "Split", split), acceptance);
    assert.deepEqual([(await ledger.claimOf(claim)).amount, (await ledger.claimOf(child)).amount], [FACE - amount, amount]);

    const fund = { participant: MAKER, obligation, version: 1, amount: FACE, signer: key.maker.address, deadline: FOREVER };
    await ledger.fund(fund, await sign("maker", "Fund", fund));
    await ledger.redeem(claim);
    await ledger.redeem(child);
    assert.equal(await token.balanceOf(cash.supplier), FACE - amount);
    assert.equal(await token.balanceOf(cash["tier 2"]), amount);
    assert.equal((await ledger.railOf(1)).owed, 0n);
  });

  it("refuses what was already done, by a typed error", async () => {
    const claim = (((BigInt(MAKER) << 32n) | 1n) << 24n) | 1n;
    await assert.rejects(ledger.redeem.staticCall(claim), (error) => {
      const { name, args } = error.revert;
      assert.deepEqual([name, ...args], ["NotHeld", claim, 2n]);
      return true;
    });
  });
});
