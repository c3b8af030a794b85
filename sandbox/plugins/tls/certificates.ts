// Decorators of the X.509 library look for this at import time.
import "reflect-metadata";
import { createHash, randomBytes, webcrypto, X509Certificate as NodeCertificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { PlainMap } from "../wire";
import type { Signer } from "./keys";
import { alternativeNames, distinguishedName, text } from "./names";
import { usages } from "./usages";

const SERIAL_BYTES = 16;
const HOUR_MS = 3_600_000;

/** What a certificate resource puts out, apart from its inputs. */
export interface Issued {
  /** The serial number in decimal: the resource's id. */
  readonly serial: string;
  readonly certPem: string;
  readonly validityStartTime: string;
  readonly validityEndTime: string;
}

/** Whom a certificate is for. */
interface Holder {
  readonly subject: x509.Name;
  readonly alternativeNames: x509.JsonGeneralNames;
  readonly publicKey: Buffer;
}

/** Who signs it. */
interface Issuer {
  readonly name: x509.Name;
  readonly signer: Signer;
  /** Its subject key identifier, where it has one. */
  readonly keyId: string | undefined;
}

/** A certificate signed with its own key. */
export async function selfSigned(inputs: PlainMap, key: Signer, now: Date): Promise<Issued> {
  const name = new x509.Name(distinguishedName(inputs.subject));
  const publicKey = key.publicKey.export({ type: "spki", format: "der" });
  const own = inputs.isCaCertificate === true || inputs.setSubjectKeyId === true;
  if (inputs.setAuthorityKeyId === true && !own) {
    throw new Error("setAuthorityKeyId: there is no subject key id to point to; set setSubjectKeyId as well");
  }
  const authority = inputs.setAuthorityKeyId === true ? await keyIdOf(publicKey) : undefined;
  return issue(
    inputs,
    { subject: name, alternativeNames: alternativeNames(inputs), publicKey },
    { name, signer: key, keyId: authority },
    now,
  );
}

/** A certificate for a request, signed by an authority. */
export async function locallySigned(inputs: PlainMap, authority: Signer, now: Date): Promise<Issued> {
  const request = parse(() => new x509.Pkcs10CertificateRequest(text(inputs.certRequestPem)), {
    property: "certRequestPem",
    what: "certificate request",
  });
  if (!(await request.verify())) throw new Error("certRequestPem: its signature is not that of its own key");
  const ca = parse(() => new x509.X509Certificate(text(inputs.caCertPem)), {
    property: "caCertPem",
    what: "certificate",
  });
  // Go refuses this as well; signed all the same, the chain would fail only where it is used.
  if (!new NodeCertificate(text(inputs.caCertPem)).publicKey.equals(authority.publicKey)) {
    throw new Error("caPrivateKeyPem: is not the key of the certificate in caCertPem");
  }
  const names = request.extensions
    .filter((extension) => extension instanceof x509.SubjectAlternativeNameExtension)
    .flatMap((extension) => extension.names.toJSON());
  return issue(
    inputs,
    {
      subject: request.subjectName,
      alternativeNames: names.filter(({ type }) => type === "dns" || type === "ip" || type === "url"),
      publicKey: Buffer.from(request.publicKey.rawData),
    },
    {
      name: ca.subjectName,
      signer: authority,
      keyId: ca.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
    },
    now,
  );
}

/** A certificate signing request. */
export async function certificateRequest(
  inputs: PlainMap,
  key: Signer,
): Promise<{ id: string; pem: string }> {
  const names = alternativeNames(inputs);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name(distinguishedName(inputs.subject)),
    keys: { privateKey: key.signing, publicKey: key.verifying },
    signingAlgorithm: { name: key.signing.algorithm.name, hash: key.hash },
    extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
  });
  return {
    id: createHash("sha1").update(Buffer.from(request.rawData)).digest("hex"),
    pem: withNewline(request.toString("pem")),
  };
}

async function issue(inputs: PlainMap, holder: Holder, issuer: Issuer, now: Date): Promise<Issued> {
  // Certificates know no fractions of a second.
  const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const notAfter = new Date(notBefore.getTime() + Number(inputs.validityPeriodHours) * HOUR_MS);
  const serial = randomBytes(SERIAL_BYTES);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString("hex"),
    subject: holder.subject,
    issuer: issuer.name,
    notBefore,
    notAfter,
    publicKey: new x509.PublicKey(holder.publicKey),
    signingKey: issuer.signer.signing,
    signingAlgorithm: { name: issuer.signer.signing.algorithm.name, hash: issuer.signer.hash },
    extensions: await extensions(inputs, holder, issuer),
  });
  return {
    serial: BigInt(`0x${serial.toString("hex")}`).toString(),
    certPem: withNewline(certificate.toString("pem")),
    validityStartTime: timestamp(notBefore),
    validityEndTime: timestamp(notAfter),
  };
}

async function extensions(inputs: PlainMap, holder: Holder, issuer: Issuer): Promise<x509.Extension[]> {
  const { flags, extended } = usages(inputs.allowedUses);
  const isCa = inputs.isCaCertificate === true;
  const limit = inputs.maxPathLength;
  const pathLength = isCa && typeof limit === "number" && limit >= 0 ? limit : undefined;
  const all: x509.Extension[] = [new x509.BasicConstraintsExtension(isCa, pathLength, true)];
  if (flags !== undefined) all.push(new x509.KeyUsagesExtension(flags, true));
  if (extended.length > 0) all.push(new x509.ExtendedKeyUsageExtension([...extended]));
  if (isCa || inputs.setSubjectKeyId === true) {
    all.push(new x509.SubjectKeyIdentifierExtension(await keyIdOf(holder.publicKey)));
  }
  if (issuer.keyId !== undefined) all.push(new x509.AuthorityKeyIdentifierExtension(issuer.keyId));
  if (holder.alternativeNames.length > 0) {
    // Without a subject these names are all there is, so nobody may pass over them.
    const critical = holder.subject.toJSON().length === 0;
    all.push(new x509.SubjectAlternativeNameExtension(holder.alternativeNames, critical));
  }
  return all;
}

/** RFC 5280's first method: the SHA-1 of the key's bits, without its algorithm. */
async function keyIdOf(spki: Buffer): Promise<string> {
  return Buffer.from(await new x509.PublicKey(spki).getKeyIdentifier(webcrypto)).toString("hex");
}

function parse<T>(read: () => T, { property, what }: { property: string; what: string }): T {
  try {
    return read();
  } catch {
    throw new Error(`${property}: is no ${what} in PEM form`);
  }
}

function withNewline(pem: string): string {
  return pem.endsWith("\n") ? pem : `${pem}\n`;
}

function timestamp(date: Date): string {
  return date.toISOString().replace(".000Z", "Z");
}
