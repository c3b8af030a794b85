import type { X509Certificate } from "node:crypto";
import { absent, judged, outcome, type Fault, type Outcome } from "../check";
import type { RegionFacts, RegionWanted } from "../facts";
import { certificatesOf, commonName } from "./certificate";

const DAY_MS = 24 * 3600 * 1000;

/** From when on an end counts as near. */
export interface Expiry {
  readonly now: Date;
  readonly days: number;
}

/** Whether what the region signs with, and the roots that it trusts, hold now and for some time to come. */
export function judgeCertificates(wanted: RegionWanted, facts: RegionFacts, expiry: Expiry): Outcome {
  if (wanted.controlPlane !== wanted.name) return absent(`by ${wanted.controlPlane}`);
  return judged(facts.authority, (authority) => {
    if (authority === undefined) return absent("no cacerts");
    const [own] = certificatesOf(authority.certificate);
    const roots = certificatesOf(authority.roots);
    const readable = [own, ...roots].filter((one) => one !== undefined);
    if (own === undefined || readable.length < roots.length + 1)
      return outcome("unreadable", [unreadable(wanted)]);
    const trusted = readable.slice(1);
    const faults = [
      ...near(`intermediate "${commonName(own)}" of ${wanted.name}`, own, expiry, renewal(wanted)),
      ...trusted.flatMap((root) =>
        near(`root "${commonName(root)}", as ${wanted.name} trusts it`, root, expiry, NEW_ROOT),
      ),
      ...outlives(wanted, own, trusted),
    ];
    const first = Math.min(...readable.map((one) => Date.parse(one.validTo)));
    return outcome(`${daysTo(first, expiry)} days`, faults);
  });
}

/** The root has no renewal of its own. */
const NEW_ROOT = "a new root has to be made in time; rotation is not built yet (docs/trust.md)";

function renewal({ name }: RegionWanted): string {
  return `pulumi up --stack global renews it within trust.renewBeforeDays of its end; then pulumi up --stack ${name}`;
}

function near(what: string, certificate: X509Certificate, expiry: Expiry, fix: string): Fault[] {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (from > expiry.now.getTime()) {
    const cause = `it holds from ${day(from)} on, not yet`;
    return [
      { what, cause, fix: "see that the clock of the machine that made it, and of this one, are right" },
    ];
  }
  const left = daysTo(to, expiry);
  if (left < 0) return [{ what, cause: `it ended on ${day(to)}: what it signs is refused everywhere`, fix }];
  if (left >= expiry.days) return [];
  return [
    { what, cause: `it ends on ${day(to)}, in ${left} days; less than ${expiry.days} count as near`, fix },
  ];
}

/** The two durations are compared in the settings, the dates nowhere. */
function outlives({ name }: RegionWanted, own: X509Certificate, roots: readonly X509Certificate[]): Fault[] {
  const ends = roots.map((root) => Date.parse(root.validTo));
  if (ends.length === 0 || Date.parse(own.validTo) <= Math.max(...ends)) return [];
  const cause = `it ends on ${day(Date.parse(own.validTo))}, after every root that it could be signed by`;
  return [{ what: `intermediate "${commonName(own)}" of ${name}`, cause, fix: NEW_ROOT }];
}

function unreadable({ name }: RegionWanted): Fault {
  return {
    what: `Secret istio-system/cacerts in ${name}`,
    cause: "ca-cert.pem or root-cert.pem in it is no certificate",
    fix: `pulumi up --refresh --stack ${name}`,
  };
}

function daysTo(time: number, { now }: Expiry): number {
  return Math.floor((time - now.getTime()) / DAY_MS);
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
