import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import * as x509 from "@peculiar/x509";
import { makeRoot } from "../../node/support/certificates";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const HOUR_MS = 3_600_000;
const ADDRESS = "127.0.0.1";

/** Serves an issuer's public keys by https on loopback, with a certificate of an authority of its own. */
export class KeyServer {
  private asked = 0;

  private constructor(
    private readonly server: Server,
    /** Certificate of the authority. */
    readonly authority: string,
  ) {}

  /** @param keys what is served, asked for anew each time. */
  static async start(keys: () => string): Promise<KeyServer> {
    const { authority, cert, key } = await makeCertificate();
    const server = createServer({ cert, key }, (_request, response) => {
      made.asked += 1;
      response.writeHead(200, { "content-type": "application/json" }).end(keys());
    });
    const made = new KeyServer(server, authority);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, ADDRESS, resolve);
    });
    return made;
  }

  get address(): string {
    return `https://${ADDRESS}:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  /** How often the keys were fetched. */
  get fetched(): number {
    return this.asked;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function makeCertificate(): Promise<{ authority: string; cert: string; key: string }> {
  const root = await makeRoot("authority of the key server");
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString("hex"),
    subject: "CN=key server",
    issuer: root.certificate.subject,
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + HOUR_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: root.keys.privateKey,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: ADDRESS }])],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    authority: root.certificate.toString("pem"),
    cert: certificate.toString("pem"),
    key: x509.PemConverter.encode(key, "PRIVATE KEY"),
  };
}
