import assert from "node:assert/strict";
import { tlsProvider } from "../../../sandbox/plugins/tls/provider";
import type { PlainMap, Provider } from "../../../sandbox/plugins/wire";
import { UNKNOWN } from "../../../sandbox/plugins/wire";
import {
  CA_USES,
  Engine,
  KEY,
  LOCALLY_SIGNED,
  make,
  request,
  root,
  SELF_SIGNED,
  wireSecret,
} from "./support";
import type { WireMap } from "./support";

const HOUR = 3_600_000;

describe("plugin tls: life cycle", () => {
  let now: Date;
  let provider: Provider;

  beforeEach(() => {
    now = new Date("2026-01-01T00:00:00Z");
    provider = tlsProvider({ now: () => now });
  });

  async function certificate(earlyRenewalHours: number) {
    const key = await make(provider, KEY, { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const inputs: PlainMap = {
      privateKeyPem: key.outputs.privateKeyPem ?? "",
      subject: { commonName: "Root" },
      isCaCertificate: true,
      allowedUses: CA_USES,
      validityPeriodHours: 100,
      earlyRenewalHours,
    };
    const { outputs } = await make(provider, SELF_SIGNED, inputs);
    return { inputs, outputs };
  }

  function diff(inputs: PlainMap, outputs: PlainMap, news: PlainMap, type = SELF_SIGNED) {
    return provider.diff({
      urn: "urn",
      id: "id",
      type,
      oldInputs: inputs,
      oldOutputs: outputs,
      news,
      ignoreChanges: [],
    });
  }

  it("outside of the renewal window nothing is planned; inside of it, a replacement", async () => {
    const { inputs, outputs } = await certificate(10);
    assert.equal(outputs.readyForRenewal, false);
    now = new Date(now.getTime() + 89 * HOUR);
    assert.equal((await diff(inputs, outputs, inputs)).changed, false);
    now = new Date(now.getTime() + HOUR);
    const due = await diff(inputs, outputs, inputs);
    assert.deepEqual(due.replaces, ["readyForRenewal"]);
    assert.deepEqual(due.detailed, { readyForRenewal: "update-replace" });
  });

  it("earlyRenewalHours alone changes in place, and its new value counts for the window at once", async () => {
    const { inputs, outputs } = await certificate(10);
    const wider = await diff(inputs, outputs, { ...inputs, earlyRenewalHours: 20 });
    assert.deepEqual(wider, { changed: true, replaces: [], detailed: { earlyRenewalHours: "update" } });
    now = new Date(now.getTime() + 85 * HOUR);
    const due = await diff(inputs, outputs, { ...inputs, earlyRenewalHours: 20 });
    assert.deepEqual(due.replaces, ["readyForRenewal"]);
    const signal = new AbortController().signal;
    const updated = await provider.update({
      urn: "urn",
      id: "id",
      type: SELF_SIGNED,
      oldInputs: inputs,
      oldOutputs: outputs,
      news: { ...inputs, earlyRenewalHours: 5 },
      preview: false,
      timeoutSeconds: 0,
      signal,
    });
    assert.deepEqual(updated.outputs, { ...outputs, earlyRenewalHours: 5 });
  });

  it("a refresh keeps the state, and only says when the window has come", async () => {
    const { inputs, outputs } = await certificate(10);
    const read = { urn: "urn", id: "id", type: SELF_SIGNED, inputs, outputs };
    assert.deepEqual(await provider.read(read), { id: "id", inputs, outputs });
    now = new Date(now.getTime() + 95 * HOUR);
    assert.equal((await provider.read(read))?.outputs.readyForRenewal, true);
  });

  it("every other input replaces; a default that is said or left out does not", async () => {
    const { inputs, outputs } = await certificate(0);
    const changes: PlainMap = {
      allowedUses: ["cert_signing"],
      validityPeriodHours: 101,
      maxPathLength: 1,
      setSubjectKeyId: true,
      setAuthorityKeyId: true,
      isCaCertificate: false,
      dnsNames: ["a"],
      privateKeyPem: UNKNOWN,
    };
    for (const [name, value] of Object.entries(changes)) {
      assert.deepEqual((await diff(inputs, outputs, { ...inputs, [name]: value })).replaces, [name], name);
    }
    const renamed = await diff(inputs, outputs, { ...inputs, subject: { commonName: "Other" } });
    assert.deepEqual(renamed.replaces, ["subject"]);
    const said = { ...inputs, setSubjectKeyId: false, earlyRenewalHours: 0 };
    assert.equal((await diff(inputs, outputs, said)).changed, false);
    const official = { ...inputs, __defaults: [] };
    assert.equal(
      (await diff(official, outputs, inputs)).changed,
      false,
      "the official plugin's mark in state",
    );
  });

  it("a preview knows the inputs and none of what is made", async () => {
    const ca = await root(provider);
    const { certRequestPem } = await request(provider, "a");
    const signal = new AbortController().signal;
    const { id, outputs } = await provider.create({
      urn: "urn",
      type: LOCALLY_SIGNED,
      inputs: {
        certRequestPem,
        caCertPem: ca.certPem,
        caPrivateKeyPem: UNKNOWN,
        allowedUses: CA_USES,
        validityPeriodHours: 1,
      },
      preview: true,
      timeoutSeconds: 0,
      signal,
    });
    assert.equal(id, "");
    const unknown = Object.keys(outputs).filter((name) => outputs[name] === UNKNOWN);
    assert.deepEqual(unknown.toSorted(), [
      "caKeyAlgorithm",
      "caPrivateKeyPem",
      "certPem",
      "readyForRenewal",
      "validityEndTime",
      "validityStartTime",
    ]);
    assert.equal(outputs.isCaCertificate, false);
  });

  it("over the wire private keys are secret, in inputs as in outputs", async () => {
    const engine = await Engine.connect(provider);
    try {
      const key = await engine.create({ algorithm: "ED25519" }, false, KEY);
      const isSecret = (map: WireMap, name: string): boolean => {
        const value = map[name];
        return typeof value === "object" && value !== null && "4dabf18193072939515e22adb298388d" in value;
      };
      const secret = Object.keys(key.outputs).filter((name) => isSecret(key.outputs, name));
      assert.deepEqual(secret.toSorted(), ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]);
      const made = await make(provider, KEY, { algorithm: "ED25519" });
      const privateKeyPem = made.outputs.privateKeyPem ?? "";
      const inputs = { privateKeyPem, subject: { commonName: "a" }, allowedUses: [], validityPeriodHours: 1 };
      const checked = await engine.check(inputs, {}, SELF_SIGNED);
      assert.deepEqual(
        checked.inputs.privateKeyPem,
        wireSecret(privateKeyPem),
        "though the SDK's mark was missing",
      );
    } finally {
      engine.close();
    }
  });

  it("an import is refused", async () => {
    await assert.rejects(provider.read({ urn: "urn", id: "id", type: KEY }), /cannot import/);
  });
});
