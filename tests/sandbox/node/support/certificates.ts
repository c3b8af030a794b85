import "reflect-metadata";
import { randomBytes, X509Certificate, type webcrypto } from "node:crypto";
import { connect } from "node:tls";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** A CA that signs intermediates. */
export interface Root {
  readonly certificate: x509.X509Certificate;
  readonly keys: { readonly publicKey: webcrypto.CryptoKey; readonly privateKey: webcrypto.CryptoKey };
}

/** A root CA. */
export async function makeRoot(name: string): Promise<Root> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(8).toString("hex"),
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + YEAR_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate, keys };
}

/** The contents of a `cacerts` Secret: a new intermediate below the root. */
export async function makeCacerts(root: Root, name: string): Promise<Record<string, string>> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString("hex"),
    subject: `CN=${name}`,
    issuer: root.certificate.subject,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + YEAR_MS / 2),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: root.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "istiod.istio-system.svc" }]),
    ],
  });
  // istiod reads keys in SEC 1 or PKCS#8 form.
  const key = x509.PemConverter.encode(
    await crypto.subtle.exportKey("pkcs8", keys.privateKey),
    "PRIVATE KEY",
  );
  const [intermediate, rootPem] = [certificate.toString("pem"), root.certificate.toString("pem")];
  return {
    "ca-cert.pem": intermediate,
    "ca-key.pem": key,
    "root-cert.pem": rootPem,
    "cert-chain.pem": `${intermediate}\n${rootPem}`,
  };
}

/** A server's certificate below a root, with its key, as a TLS secret holds them. */
export interface ServerPair {
  readonly certificate: string;
  readonly key: string;
  /** SHA-256 of the certificate as TLS shows it: colons between upper-case bytes. */
  readonly fingerprint: string;
}

/** A certificate for a server of these names. */
export async function makeServerPair(root: Root, names: readonly string[]): Promise<ServerPair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString("hex"),
    subject: `CN=${names[0] ?? "server"}`,
    issuer: root.certificate.subject,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + YEAR_MS / 2),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: root.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))),
    ],
  });
  const der = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  const pem = certificate.toString("pem");
  return {
    certificate: pem,
    key: x509.PemConverter.encode(der, "PRIVATE KEY"),
    fingerprint: new X509Certificate(pem).fingerprint256,
  };
}

/** Common names of the certificates that a server on localhost shows, its own first. */
export function shownCertificates(port: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "localhost", port, rejectUnauthorized: false });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      const names: string[] = [];
      let one = socket.getPeerCertificate(true);
      // A root names itself as its issuer.
      for (; !names.includes(String(one.subject.CN)); one = one.issuerCertificate)
        names.push(String(one.subject.CN));
      socket.destroy();
      resolve(names);
    });
  });
}
