import { createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

/** A key of an issuer; made here, so that none is ever written down. */
export interface SigningKey {
  readonly id: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** What a token says of itself beside its claims. */
export interface TokenForm {
  /** @default the issuer's newest key */
  readonly key?: SigningKey;
  /** @default "ES256" */
  readonly algorithm?: "ES256" | "HS256" | "none";
  /** @default ten minutes from now */
  readonly expiresInSeconds?: number;
}

/** One who issues tokens, with keys that can be exchanged. */
export class TokenIssuer {
  private keys: readonly SigningKey[] = [makeKey()];

  constructor(readonly name: string) {}

  /** The key that new tokens are signed with. */
  get key(): SigningKey {
    const newest = this.keys.at(-1);
    if (newest === undefined) throw new Error("an issuer has a key");
    return newest;
  }

  /** The public keys as a JSON Web Key Set. */
  get jwks(): string {
    const keys = this.keys.map(({ id, publicKey }) => ({
      ...publicKey.export({ format: "jwk" }),
      kid: id,
      use: "sig",
      alg: "ES256",
    }));
    return JSON.stringify({ keys });
  }

  /** Exchanges all keys for a new one; returns those that no longer count. */
  rotate(): readonly SigningKey[] {
    const old = this.keys;
    this.keys = [makeKey()];
    return old;
  }

  /** A token with these claims beside `iss`, `iat` and `exp`, which they may replace. */
  token(claims: Readonly<Record<string, unknown>>, form: TokenForm = {}): string {
    const { key = this.key, algorithm = "ES256", expiresInSeconds = 600 } = form;
    const now = Math.floor(Date.now() / 1000);
    const head = encoded({ alg: algorithm, typ: "JWT", kid: key.id });
    const payload = encoded({ iss: this.name, iat: now, exp: now + expiresInSeconds, ...claims });
    const text = `${head}.${payload}`;
    return `${text}.${signature(text, key, algorithm)}`;
  }
}

/** A key that belongs to nobody, or to somebody else. */
export function makeKey(): SigningKey {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { id: randomBytes(6).toString("hex"), ...pair };
}

/** The same token with other claims under the old signature. */
export function tampered(token: string, claims: Readonly<Record<string, unknown>>): string {
  const [head = "", payload = "", end = ""] = token.split(".");
  const said = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  return [head, encoded({ ...said, ...claims }), end].join(".");
}

/** The header that carries a token. */
export function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

function signature(text: string, { publicKey, privateKey }: SigningKey, algorithm: string): string {
  switch (algorithm) {
    case "none":
      return "";
    case "HS256": {
      // What everybody knows, taken for a secret: a proxy that lets the token choose the algorithm falls for it.
      const known = publicKey.export({ type: "spki", format: "pem" });
      return createHmac("sha256", known).update(text).digest("base64url");
    }
    default:
      return sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString(
        "base64url",
      );
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
