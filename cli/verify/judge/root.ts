import { judged, outcome, type Fault, type Outcome } from "../check";
import type { AuthorityFacts, PublishedRoot, RegionFacts, RegionWanted } from "../facts";
import { certificatesOf, fingerprintsOf, isSignedBy } from "./certificate";

/** Enough of a fingerprint for a reader to tell two apart. */
const SHOWN = 17;

/**
 * Whether the region trusts the roots of the stack `global`, all of them and no other: in `cacerts`, by which its
 * istiod signs, and in the ConfigMap of each namespace, which its proxies take.
 * @param roots PEM of the roots as `global` exports them; without, the region is only compared with itself.
 */
export function judgeRoot(wanted: RegionWanted, facts: RegionFacts, roots: string | undefined): Outcome {
  return judged(facts.authority, (authority) =>
    judged(facts.publishedRoots, (published) => {
      const own = wanted.controlPlane === wanted.name;
      const expected = fingerprintsOf(roots ?? authority?.roots ?? published[0]?.pem ?? "") ?? [];
      const source = roots === undefined ? "its own cacerts" : "stack global";
      const faults = [
        ...(own ? authorityFaults(wanted, authority, expected, source) : []),
        ...publishedFaults(wanted, published, expected, source),
        ...stackFaults(wanted, facts, expected),
      ];
      return outcome(short(expected[0] ?? "none"), faults);
    }),
  );
}

function authorityFaults(
  { name }: RegionWanted,
  authority: AuthorityFacts | undefined,
  expected: readonly string[],
  source: string,
): Fault[] {
  const what = `Secret istio-system/cacerts in ${name}`;
  const fix = `pulumi up --refresh --stack ${name}, then restart istiod: kubectl -n istio-system rollout restart deploy -l app=istiod`;
  if (authority === undefined)
    return [{ what, cause: "it is gone: an istiod that starts now makes a root that no peer trusts", fix }];
  const found = fingerprintsOf(authority.roots);
  if (!same(found, expected)) return [{ what, cause: differs(found, expected, source), fix }];
  const [signing] = certificatesOf(authority.certificate);
  const signers = certificatesOf(authority.roots);
  if (signing !== undefined && signers.some((root) => root !== undefined && isSignedBy(signing, root)))
    return [];
  return [
    {
      what,
      cause: "the certificate in it is signed by none of the roots in it: no peer takes what it signs",
      fix,
    },
  ];
}

function publishedFaults(
  { name, namespaces }: RegionWanted,
  published: readonly PublishedRoot[],
  expected: readonly string[],
  source: string,
): Fault[] {
  const fix = `see that istiod runs: it writes the ConfigMap; delete it for a new one: kubectl -n <namespace> delete configmap istio-ca-root-cert`;
  const others = published.flatMap(({ namespace, pem }): Fault[] => {
    const found = fingerprintsOf(pem);
    if (same(found, expected)) return [];
    const what = `ConfigMap ${namespace}/istio-ca-root-cert in ${name}`;
    return [{ what, cause: differs(found, expected, source), fix: fix.replace("<namespace>", namespace) }];
  });
  const known = new Set(published.map(({ namespace }) => namespace));
  const without = namespaces.filter((namespace) => !known.has(namespace));
  return [
    ...others,
    ...without.map((namespace) => ({
      what: `ConfigMap ${namespace}/istio-ca-root-cert in ${name}`,
      cause: "it is missing, so no proxy of the namespace can start",
      fix: "see that istiod runs and that the namespace is not left out by discoverySelectors",
    })),
  ];
}

/** A region that was brought up before the root changed says so itself. */
function stackFaults({ name }: RegionWanted, { stack }: RegionFacts, expected: readonly string[]): Fault[] {
  if (stack === undefined || expected.includes(stack.rootFingerprint)) return [];
  return [
    {
      what: `stack ${name}`,
      cause: `it was brought up with root ${short(stack.rootFingerprint)}, which stack global has not`,
      fix: `pulumi up --stack ${name}`,
    },
  ];
}

/** Whether all regions trust the same roots, whatever `global` says. */
export function judgeOneRoot(regions: ReadonlyMap<string, RegionFacts>): Outcome {
  const seen = new Map<string, string[]>();
  for (const [region, { publishedRoots }] of regions) {
    if ("failed" in publishedRoots) continue;
    const prints = publishedRoots.value.map(({ pem }) => (fingerprintsOf(pem) ?? ["unreadable"]).join(" "));
    for (const print of new Set(prints)) seen.set(print, [...(seen.get(print) ?? []), region]);
  }
  if (seen.size <= 1) return outcome("one root", []);
  const sides = [...seen].map(([print, names]) => `${names.join(", ")}: ${short(print)}`).join("; ");
  const fix = "mend the region that stands apart: see root of each region";
  return outcome(`${seen.size} roots`, [
    { what: "the root of the mesh", cause: `regions trust different ones: ${sides}`, fix },
  ]);
}

function same(found: readonly string[] | undefined, expected: readonly string[]): boolean {
  return found?.join() === expected.join();
}

function differs(found: readonly string[] | undefined, expected: readonly string[], source: string): string {
  if (found === undefined) return "what it holds is no certificate";
  const all = (prints: readonly string[]): string => prints.map(short).join(" and ");
  return `it holds root ${all(found)}; ${source} has ${all(expected)}`;
}

function short(fingerprint: string): string {
  return fingerprint.length > SHOWN ? `${fingerprint.slice(0, SHOWN)}…` : fingerprint;
}
