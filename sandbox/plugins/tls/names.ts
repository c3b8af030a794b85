import { isIP } from "node:net";
import type { JsonGeneralNames, JsonNameParams } from "@peculiar/x509";
import { isMap, isUnknown } from "../wire";
import type { Failure, Plain, PlainMap } from "../wire";

/** The parts of a subject in the order in which Go writes them. */
const SUBJECT_PARTS = {
  country: "2.5.4.6",
  organization: "2.5.4.10",
  organizationalUnit: "2.5.4.11",
  locality: "2.5.4.7",
  province: "2.5.4.8",
  streetAddresses: "2.5.4.9",
  postalCode: "2.5.4.17",
  commonName: "2.5.4.3",
  serialNumber: "2.5.4.5",
  emailAddress: "1.2.840.113549.1.9.1",
} as const;

const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** A subject as a distinguished name; empty when there is none. */
export function distinguishedName(subject: Plain | undefined): JsonNameParams {
  if (!isMap(subject)) return [];
  return Object.entries(SUBJECT_PARTS).flatMap(([part, oid]) => {
    const value = subject[part];
    const values = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
    return values.map((item) => ({ [oid]: [encoded(part, text(item))] }));
  });
}

function encoded(part: string, value: string) {
  if (part === "emailAddress") return { ia5String: value };
  return PRINTABLE.test(value) ? { printableString: value } : { utf8String: value };
}

/** Subject alternative names in the order in which Go writes them. */
export function alternativeNames(inputs: PlainMap): JsonGeneralNames {
  return [
    ...strings(inputs.dnsNames).map((value) => ({ type: "dns" as const, value })),
    ...strings(inputs.ipAddresses).map((value) => ({ type: "ip" as const, value })),
    ...strings(inputs.uris).map((value) => ({ type: "url" as const, value })),
  ];
}

/** What is wrong with subject, addresses and URIs. */
export function nameFailures(inputs: PlainMap): Failure[] {
  const failures: Failure[] = [];
  const { subject } = inputs;
  if (isMap(subject)) {
    for (const [part, value] of Object.entries(subject)) {
      const property = `subject.${part}`;
      if (!Object.hasOwn(SUBJECT_PARTS, part)) {
        const known = Object.keys(SUBJECT_PARTS).join(", ");
        failures.push({ property, reason: `a subject has no such part; it has ${known}` });
      } else if (part === "streetAddresses" ? !isStrings(value) : !isString(value)) {
        failures.push({
          property,
          reason: part === "streetAddresses" ? "must be a list" : "must be a string",
        });
      }
    }
  }
  strings(inputs.ipAddresses).forEach((address, index) => {
    if (isIP(address) === 0) failures.push({ property: `ipAddresses[${index}]`, reason: "is no IP address" });
  });
  strings(inputs.uris).forEach((uri, index) => {
    if (!URL.canParse(uri)) failures.push({ property: `uris[${index}]`, reason: "is no absolute URI" });
  });
  return failures;
}

function isString(value: Plain): boolean {
  return typeof value === "string" || value === null || isUnknown(value);
}

function isStrings(value: Plain): boolean {
  return value === null || isUnknown(value) || (Array.isArray(value) && value.every(isString));
}

/** The text of a property; empty when it is none. */
export function text(value: Plain | undefined): string {
  return typeof value === "string" ? value : "";
}

function strings(value: Plain | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
