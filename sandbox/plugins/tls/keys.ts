import { createHash, createPrivateKey, createPublicKey, generateKeyPair, webcrypto } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { opensshPrivateKey, sshPublicKey } from "./openssh";

const generate = promisify(generateKeyPair);

/** Curves by the official plugin's names, with Node's. */
export const CURVES = { P256: "P-256", P384: "P-384", P521: "P-521" } as const;

export type Algorithm = "RSA" | "ECDSA" | "ED25519";

/** A private key that may sign certificates. */
export interface Signer {
  readonly algorithm: Algorithm;
  readonly publicKey: KeyObject;
  readonly signing: webcrypto.CryptoKey;
  /** The public half, in the form that a certificate request is made of. */
  readonly verifying: webcrypto.CryptoKey;
  readonly hash: "SHA-256" | "SHA-384" | "SHA-512";
}

/** A new private key. */
export async function generateKey(
  algorithm: Algorithm,
  options: { readonly rsaBits: number; readonly curve: keyof typeof CURVES },
): Promise<KeyObject> {
  switch (algorithm) {
    case "RSA":
      return (await generate("rsa", { modulusLength: options.rsaBits })).privateKey;
    case "ECDSA":
      return (await generate("ec", { namedCurve: CURVES[options.curve] })).privateKey;
    case "ED25519":
      return (await generate("ed25519")).privateKey;
  }
}

/** Reads a private key. The error never quotes the text, which is a secret. */
export function parsePrivateKey(pem: string, property: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error(`${property}: is no unencrypted private key in PEM form`);
  }
}

/** The algorithm of a key, by the official plugin's names. */
export function algorithmOf(key: KeyObject, property: string): Algorithm {
  const algorithms: Readonly<Record<string, Algorithm>> = { rsa: "RSA", ec: "ECDSA", ed25519: "ED25519" };
  const algorithm = algorithms[key.asymmetricKeyType ?? ""];
  if (algorithm !== undefined) return algorithm;
  throw new Error(`${property}: is a ${String(key.asymmetricKeyType)} key, not RSA, ECDSA or ED25519`);
}

/** The private key in every form that PrivateKey puts out. */
export function privateForms(key: KeyObject) {
  const pkcs8 = key.export({ type: "pkcs8", format: "pem" }).toString();
  const traditional = { rsa: "pkcs1", ec: "sec1" } as const;
  const kind = key.asymmetricKeyType;
  const pem =
    kind === "rsa" || kind === "ec"
      ? key.export({ type: traditional[kind], format: "pem" }).toString()
      : pkcs8;
  return { privateKeyPem: pem, privateKeyPemPkcs8: pkcs8, privateKeyOpenssh: opensshPrivateKey(key) };
}

/** The public key in every form that PrivateKey and getPublicKey put out. */
export function publicForms(key: KeyObject) {
  const publicKey = createPublicKey(key);
  const ssh = sshPublicKey(publicKey);
  const md5 = createHash("md5").update(ssh.blob).digest("hex");
  const sha256 = createHash("sha256").update(ssh.blob).digest("base64").replace(/=+$/, "");
  return {
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    publicKeyOpenssh: `${ssh.type} ${ssh.blob.toString("base64")}\n`,
    publicKeyFingerprintMd5: md5.replace(/(..)(?!$)/g, "$1:"),
    publicKeyFingerprintSha256: `SHA256:${sha256}`,
  };
}

/** What the official plugin identifies a key by: the SHA-1 of its public half. */
export function keyId(key: KeyObject): string {
  return createHash("sha1")
    .update(createPublicKey(key).export({ type: "spki", format: "der" }))
    .digest("hex");
}

/** A private key made ready to sign certificates and requests. */
export async function signer(pem: string, property: string): Promise<Signer> {
  const key = parsePrivateKey(pem, property);
  const algorithm = algorithmOf(key, property);
  const publicKey = createPublicKey(key);
  const { parameters, hash } = signingParameters(key, property);
  const [signing, verifying] = await Promise.all([
    webcrypto.subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), parameters, false, [
      "sign",
    ]),
    webcrypto.subtle.importKey("spki", publicKey.export({ type: "spki", format: "der" }), parameters, true, [
      "verify",
    ]),
  ]);
  return { algorithm, publicKey, signing, verifying, hash };
}

/** As Go signs: SHA-256, or as strong as the curve. */
function signingParameters(key: KeyObject, property: string) {
  switch (algorithmOf(key, property)) {
    case "RSA":
      return { parameters: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, hash: "SHA-256" } as const;
    case "ED25519":
      return { parameters: { name: "Ed25519" }, hash: "SHA-256" } as const;
    case "ECDSA": {
      const curves = {
        prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
        secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
        secp521r1: { namedCurve: "P-521", hash: "SHA-512" },
      } as const;
      const name = key.asymmetricKeyDetails?.namedCurve ?? "";
      if (!Object.hasOwn(curves, name)) {
        throw new Error(`${property}: is on the curve ${name}; the stand-in serves P256, P384 and P521`);
      }
      const { namedCurve, hash } = curves[name as keyof typeof curves];
      return { parameters: { name: "ECDSA", namedCurve }, hash };
    }
  }
}
