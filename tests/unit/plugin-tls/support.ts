import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlainMap, Provider } from "../../../sandbox/plugins/wire";
import { Engine, wireSecret } from "../plugin-wire/client";
import type { WireMap } from "../plugin-wire/client";

export const KEY = "tls:index/privateKey:PrivateKey";
export const REQUEST = "tls:index/certRequest:CertRequest";
export const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
export const LOCALLY_SIGNED = "tls:index/locallySignedCert:LocallySignedCert";

/** The uses of an authority. */
export const CA_USES = ["cert_signing", "crl_signing", "digital_signature"];

/** Makes a resource through Check and Create, and gives its id and plain outputs. */
export async function make(
  provider: Provider,
  type: string,
  news: PlainMap,
): Promise<{ id: string; outputs: Record<string, string> & PlainMap }> {
  const request = { urn: "urn", type, name: "name", news, randomSeed: Buffer.alloc(0) };
  const { inputs, failures } = await provider.check(request);
  if (failures.length > 0) throw new Error(failures.map((f) => `${f.property}: ${f.reason}`).join("; "));
  const signal = new AbortController().signal;
  const made = await provider.create({
    urn: "urn",
    type,
    inputs: inputs as PlainMap,
    preview: false,
    timeoutSeconds: 0,
    signal,
  });
  return { id: made.id, outputs: made.outputs as Record<string, string> & PlainMap };
}

/** A key, and a certificate request with it. */
export async function request(provider: Provider, commonName: string, more: PlainMap = {}) {
  const key = await make(provider, KEY, { algorithm: "ECDSA", ecdsaCurve: "P256" });
  const privateKeyPem = key.outputs.privateKeyPem ?? "";
  const csr = await make(provider, REQUEST, { privateKeyPem, subject: { commonName }, ...more });
  return { privateKeyPem, certRequestPem: csr.outputs.certRequestPem ?? "" };
}

/** An authority of its own. */
export async function root(provider: Provider, more: PlainMap = {}) {
  const key = await make(provider, KEY, { algorithm: "ECDSA", ecdsaCurve: "P384" });
  const privateKeyPem = key.outputs.privateKeyPem ?? "";
  const certificate = await make(provider, SELF_SIGNED, {
    privateKeyPem,
    subject: { commonName: "Root", organization: "global-mesh" },
    isCaCertificate: true,
    allowedUses: CA_USES,
    validityPeriodHours: 87600,
    ...more,
  });
  return { privateKeyPem, certificate, certPem: certificate.outputs.certPem ?? "" };
}

/** Runs openssl on files of the given contents, by name; gives stdout and stderr, whether it failed or not. */
export function openssl(files: Readonly<Record<string, string>>, ...args: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "tls-test-"));
  try {
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    return execFileSync("openssl", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether there is an openssl to ask; node's own crypto judges no whole chain. */
export function hasOpenssl(): boolean {
  return spawnSync("openssl", ["version"]).error === undefined;
}

/** A certificate in openssl's words. */
export function describeCertificate(pem: string): string {
  return openssl({ "cert.pem": pem }, "x509", "-in", "cert.pem", "-noout", "-text");
}

export { Engine, wireSecret };
export type { WireMap };
