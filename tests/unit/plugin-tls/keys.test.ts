import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tlsProvider } from "../../../sandbox/plugins/tls/provider";
import { describeCertificate, hasOpenssl, KEY, make, openssl, SELF_SIGNED } from "./support";

const provider = tlsProvider();

const KINDS = [
  {
    inputs: { algorithm: "ECDSA", ecdsaCurve: "P256" },
    header: "EC PRIVATE KEY",
    ssh: "ecdsa-sha2-nistp256",
  },
  {
    inputs: { algorithm: "ECDSA", ecdsaCurve: "P384" },
    header: "EC PRIVATE KEY",
    ssh: "ecdsa-sha2-nistp384",
  },
  {
    inputs: { algorithm: "ECDSA", ecdsaCurve: "P521" },
    header: "EC PRIVATE KEY",
    ssh: "ecdsa-sha2-nistp521",
  },
  { inputs: { algorithm: "RSA", rsaBits: 2048 }, header: "RSA PRIVATE KEY", ssh: "ssh-rsa" },
  { inputs: { algorithm: "ED25519" }, header: "PRIVATE KEY", ssh: "ssh-ed25519" },
];

describe("plugin tls: keys", () => {
  for (const { inputs, header, ssh } of KINDS) {
    const name = Object.values(inputs).join(" ");

    it(`${name}: every form is of the same key`, async () => {
      const { outputs, id } = await make(provider, KEY, inputs);
      assert.ok(outputs.privateKeyPem?.startsWith(`-----BEGIN ${header}-----\n`));
      assert.ok(outputs.privateKeyPemPkcs8?.startsWith("-----BEGIN PRIVATE KEY-----\n"));
      const publicKey = createPublicKey(outputs.publicKeyPem ?? "");
      for (const form of [outputs.privateKeyPem ?? "", outputs.privateKeyPemPkcs8 ?? ""]) {
        assert.ok(createPublicKey(createPrivateKey(form)).equals(publicKey));
      }
      assert.match(id, /^[0-9a-f]{40}$/);
      assert.match(outputs.publicKeyFingerprintMd5 ?? "", /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
      assert.ok(outputs.publicKeyOpenssh?.startsWith(`${ssh} `));
    });

    it(`${name}: ssh-keygen reads the OpenSSH form and agrees on key and fingerprint`, async function () {
      if (!hasSshKeygen()) this.skip();
      const { outputs } = await make(provider, KEY, inputs);
      const folder = mkdtempSync(join(tmpdir(), "tls-test-"));
      try {
        const file = join(folder, "key");
        writeFileSync(file, outputs.privateKeyOpenssh ?? "", { mode: 0o600 });
        const run = (...args: string[]): string =>
          execFileSync("ssh-keygen", args, { encoding: "utf8" }).trim();
        assert.equal(
          run("-y", "-f", file).split(" ").slice(0, 2).join(" "),
          outputs.publicKeyOpenssh?.trim(),
        );
        assert.equal(run("-l", "-f", file).split(" ")[1], outputs.publicKeyFingerprintSha256);
        assert.equal(
          run("-l", "-E", "md5", "-f", file).split(" ")[1],
          `MD5:${outputs.publicKeyFingerprintMd5}`,
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it(`${name}: signs a certificate that openssl accepts`, async function () {
      if (!hasOpenssl()) this.skip();
      const { outputs } = await make(provider, KEY, inputs);
      const made = await make(provider, SELF_SIGNED, {
        privateKeyPem: outputs.privateKeyPem ?? "",
        subject: { commonName: "a" },
        isCaCertificate: true,
        allowedUses: ["cert_signing"],
        validityPeriodHours: 1,
      });
      assert.equal(made.outputs.keyAlgorithm, inputs.algorithm);
      const files = { "c.pem": made.outputs.certPem ?? "" };
      assert.match(openssl(files, "verify", "-check_ss_sig", "-CAfile", "c.pem", "c.pem"), /c\.pem: OK/);
      assert.match(
        describeCertificate(made.outputs.certPem ?? ""),
        /CA:TRUE\n/,
        "no path length was asked for",
      );
    });
  }

  it("two keys are never the same", async () => {
    const inputs = { algorithm: "ED25519" };
    const [one, two] = await Promise.all([make(provider, KEY, inputs), make(provider, KEY, inputs)]);
    assert.notEqual(one.id, two.id);
  });

  it("the official default curve, which certificates here cannot use, is refused with a choice", async () => {
    await assert.rejects(
      make(provider, KEY, { algorithm: "ECDSA" }),
      /ecdsaCurve: must be of P256, P384, P521/,
    );
    await assert.rejects(
      make(provider, KEY, { algorithm: "DSA" }),
      /algorithm: must be of RSA, ECDSA, ED25519/,
    );
  });

  it("getPublicKey gives the public forms of a private key", async () => {
    const { outputs, id } = await make(provider, KEY, { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const token = "tls:index/getPublicKey:getPublicKey";
    const answer = await provider.invoke?.(token, { privateKeyPem: outputs.privateKeyPem ?? "" });
    assert.equal(answer?.value?.publicKeyPem, outputs.publicKeyPem);
    assert.equal(answer?.value?.id, id);
    assert.deepEqual(provider.secretOutputs?.(token, {}), ["privateKeyPem"]);
    const none = await provider.invoke?.(token, { privateKeyOpenssh: "x" });
    assert.match(none?.failures?.[0]?.reason ?? "", /is required/);
    await assert.rejects(
      provider.invoke?.("tls:index/getCertificate:getCertificate", {}) ?? Promise.resolve(),
    );
  });
});

function hasSshKeygen(): boolean {
  // It knows no way to say nothing: any exit of its own will do.
  return spawnSync("ssh-keygen", ["-?"]).error === undefined;
}
