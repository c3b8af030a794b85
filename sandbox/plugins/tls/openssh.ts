import { createPublicKey, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** OpenSSH's names of the curves, by those of a JSON Web Key. */
const CURVES: Readonly<Record<string, string>> = {
  "P-256": "nistp256",
  "P-384": "nistp384",
  "P-521": "nistp521",
};

/** Block size to which an unencrypted private section is filled up. */
const PADDING = 8;
const LINE = 70;

/** A public key as an SSH server knows it. */
export function sshPublicKey(key: KeyObject): { readonly type: string; readonly blob: Buffer } {
  const { type, publicParts } = parts(key);
  return { type, blob: Buffer.concat([text(type), ...publicParts]) };
}

/** A private key in OpenSSH's own form (PROTOCOL.key), without a passphrase or a comment. */
export function opensshPrivateKey(key: KeyObject): string {
  const { type, privateParts } = parts(key);
  const { blob } = sshPublicKey(createPublicKey(key));
  // The same number twice tells a reader that it decrypted rightly.
  const check = randomBytes(4);
  const section = Buffer.concat([check, check, text(type), ...privateParts, text("")]);
  const missing = (PADDING - (section.length % PADDING)) % PADDING;
  const padding = Buffer.from(Array.from({ length: missing }, (_, index) => index + 1));
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    text("none"),
    text("none"),
    text(""),
    Buffer.from([0, 0, 0, 1]),
    bytes(blob),
    bytes(Buffer.concat([section, padding])),
  ]);
  const lines = body.toString("base64").match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
    "\n",
  );
}

interface Parts {
  readonly type: string;
  /** What follows the type in a public key. */
  readonly publicParts: readonly Buffer[];
  /** What follows the type in a private key; empty for a public one. */
  readonly privateParts: readonly Buffer[];
}

function parts(key: KeyObject): Parts {
  const jwk = key.export({ format: "jwk" });
  const part = (name: "n" | "e" | "d" | "p" | "q" | "qi" | "x" | "y"): Buffer =>
    Buffer.from(jwk[name] ?? "", "base64url");
  switch (jwk.kty) {
    case "RSA":
      return {
        type: "ssh-rsa",
        publicParts: [integer(part("e")), integer(part("n"))],
        privateParts: (["n", "e", "d", "qi", "p", "q"] as const).map((name) => integer(part(name))),
      };
    case "EC": {
      const curve = CURVES[jwk.crv ?? ""] ?? "";
      const point = bytes(Buffer.concat([Buffer.from([4]), part("x"), part("y")]));
      return {
        type: `ecdsa-sha2-${curve}`,
        publicParts: [text(curve), point],
        privateParts: [text(curve), point, integer(part("d"))],
      };
    }
    case "OKP":
      return {
        type: "ssh-ed25519",
        publicParts: [bytes(part("x"))],
        privateParts: [bytes(part("x")), bytes(Buffer.concat([part("d"), part("x")]))],
      };
    case undefined:
    default:
      throw new Error(`OpenSSH has no form for a key of type ${jwk.kty ?? "unknown"}`);
  }
}

function text(value: string): Buffer {
  return bytes(Buffer.from(value));
}

function bytes(value: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([length, value]);
}

/** A positive number: no leading zeros but the one that keeps the sign. */
function integer(value: Buffer): Buffer {
  const start = value.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(0) : value.subarray(start);
  return bytes((digits[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}
