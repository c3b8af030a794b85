import { X509Certificate } from "node:crypto";

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** The certificates of a PEM text. One that cannot be read is undefined. */
export function certificatesOf(pem: string): readonly (X509Certificate | undefined)[] {
  return (pem.match(BLOCK) ?? []).map((block) => {
    try {
      return new X509Certificate(block);
    } catch {
      return undefined;
    }
  });
}

/** SHA-256 of each certificate of a PEM text, sorted and each once; undefined where one cannot be read. */
export function fingerprintsOf(pem: string): readonly string[] | undefined {
  const certificates = certificatesOf(pem);
  if (certificates.length === 0 || certificates.includes(undefined)) return undefined;
  const all = certificates.flatMap((certificate) => certificate?.fingerprint256 ?? []);
  return [...new Set(all)].toSorted();
}

/** The common name of a subject, or the whole of it. */
export function commonName({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll("\n", ", ");
}

/** Whether one certificate was signed by the other's key. */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
