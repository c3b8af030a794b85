import "reflect-metadata";
import { randomBytes, type webcrypto } from "node:crypto";
import { Agent, request } from "node:http";
import { connect as tcpConnect } from "node:net";
import { connect as tlsConnect } from "node:tls";
import * as x509 from "@peculiar/x509";
import type { Answer } from "../../../../sandbox/app/settings";
import type { TestCluster } from "../../node/support/cluster";
import { SYSTEM } from "./install";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const HOUR_MS = 3_600_000;

/** What the sidecar of a client offers for HTTP, by which a server's proxy knows mutual TLS of the mesh. */
const PROTOCOLS = ["istio-http/1.1", "istio"];

/** A CA that signs certificates of workloads. */
export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
  /** What a client shows beside its own certificate. */
  readonly chain: string;
}

/** A certificate and its key. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** How a client that is no part of the mesh connects. */
export interface Approach {
  /** Address and port of a pod, or of a gateway to its network. */
  readonly to: { readonly address: string; readonly port: number };
  /** Plaintext where it is left out; an empty object is TLS without a certificate. */
  readonly tls?: Partial<Identity>;
  /** Name that TLS asks for. @default none */
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default "/" */
  readonly path?: string;
  /** @default "GET" */
  readonly method?: string;
}

/** What came of it. */
export interface Outcome {
  readonly status?: number;
  readonly answer?: Answer;
  /** Why no answer came. */
  readonly error?: string;
}

/** The intermediate by which the istiod of a region signs. */
export async function authorityOf({ kube }: TestCluster): Promise<Authority> {
  const secret = await kube.get({ apiVersion: "v1", kind: "Secret", name: "cacerts", namespace: SYSTEM });
  const data = (secret?.["data"] ?? {}) as Readonly<Record<string, string>>;
  const text = (name: string): string => Buffer.from(data[name] ?? "", "base64").toString();
  const [key] = x509.PemConverter.decode(text("ca-key.pem"));
  if (key === undefined) throw new Error("cacerts has no key");
  return {
    certificate: new x509.X509Certificate(text("ca-cert.pem")),
    key: await crypto.subtle.importKey("pkcs8", key, ALGORITHM, false, ["sign"]),
    chain: text("cert-chain.pem"),
  };
}

/** A certificate for a SPIFFE name. */
export async function issue(authority: Authority, spiffe: string, validForMs = HOUR_MS): Promise<Identity> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const notAfter = new Date(Date.now() + validForMs);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString("hex"),
    subject: "",
    issuer: authority.certificate.subject,
    notBefore: new Date(notAfter.getTime() - 2 * HOUR_MS),
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([{ type: "url", value: spiffe }], true),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    cert: `${certificate.toString("pem")}\n${authority.chain}`,
    key: x509.PemConverter.encode(key, "PRIVATE KEY"),
  };
}

/** Sends one request straight to a pod's port, as whoever can reach it could. */
export function approach({
  to,
  tls,
  name,
  headers = {},
  path = "/",
  method = "GET",
}: Approach): Promise<Outcome> {
  const agent = new Agent({ keepAlive: false });
  agent.createConnection = () => {
    const socket = tcpConnect({ host: to.address, port: to.port });
    if (tls === undefined) return socket;
    // The server's name is not what is tested here.
    const asked = name === undefined ? {} : { servername: name };
    return tlsConnect({ socket, ...tls, ...asked, ALPNProtocols: PROTOCOLS, rejectUnauthorized: false });
  };
  return new Promise((resolve) => {
    const sent = request({ agent, path, method, headers: { host: "outsider", ...headers }, setHost: false });
    sent.setTimeout(10_000, () => sent.destroy(new Error("ETIMEDOUT")));
    sent.once("error", (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message }));
    sent.once("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.once("error", (error) => resolve({ error: String(error) }));
      response.once("end", () => {
        const text = Buffer.concat(parts).toString();
        const status = response.statusCode ?? 0;
        resolve(status === 200 ? { status, answer: JSON.parse(text) as Answer } : { status });
      });
    });
    sent.end();
  });
}
