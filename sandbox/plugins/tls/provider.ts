import { version } from "@pulumi/tls/package.json";
import { isMap, isUnknown, logicalProvider } from "../wire";
import type { Failure, InputField, LogicalResource, Plain, PlainMap, Provider } from "../wire";
import { certificateRequest, locallySigned, selfSigned } from "./certificates";
import type { Issued } from "./certificates";
import {
  algorithmOf,
  CURVES,
  generateKey,
  keyId,
  parsePrivateKey,
  privateForms,
  publicForms,
  signer,
} from "./keys";
import type { Algorithm } from "./keys";
import { nameFailures, text } from "./names";
import { ALLOWED_USES } from "./usages";

const GET_PUBLIC_KEY = "tls:index/getPublicKey:getPublicKey";
const HOUR_MS = 3_600_000;

const WRITE_ONLY =
  "is write-only, which the stand-in does not serve; give the key itself, it is kept as a secret";

/** The inputs that both kinds of certificate share. */
const CERTIFICATE_INPUTS = {
  allowedUses: { kind: "strings", required: true, allowed: ALLOWED_USES },
  validityPeriodHours: { kind: "number", required: true, min: 0 },
  earlyRenewalHours: { kind: "number", default: 0, min: 0, updatable: true },
  isCaCertificate: { kind: "boolean", default: false },
  maxPathLength: { kind: "number", min: -1 },
  setSubjectKeyId: { kind: "boolean", default: false },
} as const satisfies Record<string, InputField>;

/** Whom a certificate or a request is for. */
const NAME_INPUTS = {
  subject: { kind: "map" },
  dnsNames: { kind: "strings" },
  ipAddresses: { kind: "strings" },
  uris: { kind: "strings" },
} as const satisfies Record<string, InputField>;

const CERTIFICATE_OUTPUTS = ["certPem", "readyForRenewal", "validityStartTime", "validityEndTime"] as const;

export interface TlsOptions {
  /** @default the system's clock */
  readonly now?: () => Date;
}

/** The stand-in for the tls plugin, of the version of the npm package. */
export function tlsProvider({ now = () => new Date() }: TlsOptions = {}): Provider {
  const provider = logicalProvider({ name: "tls", version }, resources(now));
  return {
    ...provider,
    invoke: (token, args) => getPublicKey(token, args),
    secretOutputs: (type, inputs) =>
      type === GET_PUBLIC_KEY ? ["privateKeyPem"] : (provider.secretOutputs?.(type, inputs) ?? []),
  };
}

function resources(now: () => Date): Readonly<Record<string, LogicalResource>> {
  return {
    "tls:index/privateKey:PrivateKey": PRIVATE_KEY,
    "tls:index/certRequest:CertRequest": CERT_REQUEST,
    "tls:index/selfSignedCert:SelfSignedCert": {
      inputs: {
        ...CERTIFICATE_INPUTS,
        ...NAME_INPUTS,
        privateKeyPem: { kind: "string", required: true },
        setAuthorityKeyId: { kind: "boolean", default: false },
      },
      unserved: { privateKeyPemWo: WRITE_ONLY, privateKeyPemWoVersion: WRITE_ONLY },
      computed: [...CERTIFICATE_OUTPUTS, "keyAlgorithm"],
      secret: ["privateKeyPem"],
      validate: (inputs) => [...nameFailures(inputs), ...authorityFailures(inputs)],
      create: async (inputs) => {
        const key = await signer(text(inputs.privateKeyPem), "privateKeyPem");
        const issued = await selfSigned(inputs, key, now());
        return certificate(inputs, issued, { keyAlgorithm: key.algorithm });
      },
      ...renewal(now),
    },
    "tls:index/locallySignedCert:LocallySignedCert": {
      inputs: {
        ...CERTIFICATE_INPUTS,
        caCertPem: { kind: "string", required: true },
        caPrivateKeyPem: { kind: "string", required: true },
        certRequestPem: { kind: "string", required: true },
      },
      unserved: { caPrivateKeyPemWo: WRITE_ONLY, caPrivateKeyPemWoVersion: WRITE_ONLY },
      computed: [...CERTIFICATE_OUTPUTS, "caKeyAlgorithm"],
      secret: ["caPrivateKeyPem"],
      create: async (inputs) => {
        const authority = await signer(text(inputs.caPrivateKeyPem), "caPrivateKeyPem");
        const issued = await locallySigned(inputs, authority, now());
        return certificate(inputs, issued, { caKeyAlgorithm: authority.algorithm });
      },
      ...renewal(now),
    },
  };
}

const PRIVATE_KEY: LogicalResource = {
  inputs: {
    algorithm: { kind: "string", required: true, allowed: ["RSA", "ECDSA", "ED25519"] },
    ecdsaCurve: { kind: "string", default: "P224" },
    rsaBits: { kind: "number", default: 2048, min: 1024 },
  },
  computed: [
    "privateKeyOpenssh",
    "privateKeyPem",
    "privateKeyPemPkcs8",
    "publicKeyFingerprintMd5",
    "publicKeyFingerprintSha256",
    "publicKeyOpenssh",
    "publicKeyPem",
  ],
  secret: ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"],
  validate: ({ algorithm, ecdsaCurve }) =>
    algorithm === "ECDSA" && !isUnknown(ecdsaCurve) && !Object.hasOwn(CURVES, text(ecdsaCurve))
      ? [{ property: "ecdsaCurve", reason: `must be of ${Object.keys(CURVES).join(", ")} in the stand-in` }]
      : [],
  create: async ({ algorithm, ecdsaCurve, rsaBits }) => {
    const key = await generateKey(algorithm as Algorithm, {
      rsaBits: Number(rsaBits),
      curve: ecdsaCurve as keyof typeof CURVES,
    });
    return { id: keyId(key), computed: { ...privateForms(key), ...publicForms(key) } };
  },
};

const CERT_REQUEST: LogicalResource = {
  inputs: { ...NAME_INPUTS, privateKeyPem: { kind: "string", required: true } },
  unserved: { privateKeyPemWo: WRITE_ONLY, privateKeyPemWoVersion: WRITE_ONLY },
  computed: ["certRequestPem", "keyAlgorithm"],
  secret: ["privateKeyPem"],
  validate: nameFailures,
  create: async (inputs) => {
    const key = await signer(text(inputs.privateKeyPem), "privateKeyPem");
    const { id, pem } = await certificateRequest(inputs, key);
    return { id, computed: { certRequestPem: pem, keyAlgorithm: key.algorithm } };
  },
};

function certificate(inputs: PlainMap, issued: Issued, algorithm: PlainMap) {
  const { serial, ...outputs } = issued;
  // As the official plugin has it: one that is never outside of its renewal window is born ready for it.
  const readyForRenewal = Number(inputs.earlyRenewalHours) >= Number(inputs.validityPeriodHours);
  return { id: serial, computed: { ...outputs, ...algorithm, readyForRenewal } };
}

/** A certificate in its renewal window is replaced by the next update, and a refresh says so. */
function renewal(now: () => Date): Pick<LogicalResource, "due" | "refresh"> {
  const isDue = (earlyRenewalHours: Plain | undefined, validityEndTime: Plain | undefined): boolean => {
    if (typeof earlyRenewalHours !== "number" || typeof validityEndTime !== "string") return false;
    return Date.parse(validityEndTime) - earlyRenewalHours * HOUR_MS <= now().getTime();
  };
  return {
    due: (inputs, outputs) =>
      isDue(inputs.earlyRenewalHours, outputs.validityEndTime) ? "readyForRenewal" : undefined,
    refresh: (outputs) =>
      isDue(outputs.earlyRenewalHours, outputs.validityEndTime)
        ? { ...outputs, readyForRenewal: true }
        : outputs,
  };
}

function authorityFailures({
  isCaCertificate,
  subject,
  setAuthorityKeyId,
  setSubjectKeyId,
}: PlainMap): Failure[] {
  if (
    isCaCertificate === true &&
    (subject === undefined || (isMap(subject) && Object.keys(subject).length === 0))
  ) {
    return [{ property: "subject", reason: "an authority needs at least one part of a name" }];
  }
  if (setAuthorityKeyId === true && isCaCertificate === false && setSubjectKeyId === false) {
    return [{ property: "setAuthorityKeyId", reason: "needs setSubjectKeyId: it points to that id" }];
  }
  return [];
}

async function getPublicKey(token: string, { privateKeyPem, ...rest }: PlainMap) {
  if (token !== GET_PUBLIC_KEY) {
    throw new Error(`the stand-in plugin tls does not serve ${token}, only ${GET_PUBLIC_KEY}`);
  }
  const others = Object.keys(rest).filter((name) => rest[name] !== null);
  if (others.length > 0 || typeof privateKeyPem !== "string") {
    return Promise.resolve({
      failures: [{ property: "privateKeyPem", reason: "is required, and all that the stand-in serves" }],
    });
  }
  const key = parsePrivateKey(privateKeyPem, "privateKeyPem");
  const algorithm = algorithmOf(key, "privateKeyPem");
  return Promise.resolve({ value: { algorithm, id: keyId(key), privateKeyPem, ...publicForms(key) } });
}
