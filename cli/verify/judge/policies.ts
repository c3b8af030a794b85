import { objectKey, type IstioObject } from "../../../istio/model";
import { absent, judged, outcome, type Fault, type Outcome } from "../check";
import type { LivePolicy, PolicyRows, RegionFacts, RegionWanted } from "../facts";
import { differences } from "./differences";

/** Paths that a message names before it says how many more there are. */
const SHOWN_PATHS = 3;

/**
 * Whether the region's API server holds the objects that its stack's matrix sends to it, as the catalog says them, and
 * none that the matrix sends elsewhere only.
 */
export function judgePolicies(wanted: RegionWanted, facts: RegionFacts): Outcome {
  if (wanted.governs.length === 0) return absent(`by ${wanted.controlPlane}`);
  return judged(facts.policies, (live) => {
    const matrix = facts.stack?.policyMatrix ?? wanted.matrix;
    const sent = sentTo(matrix, wanted.governs);
    const standing = new Map(live.map((policy) => [policy.key, policy]));
    const said = new Map(wanted.objects.map((object) => [objectKey(object), object]));
    const missing = sent.filter((key) => !standing.has(key));
    const faults = [
      ...missing.map((key) => gone(wanted, key)),
      ...sent.flatMap((key) => edited(wanted, said.get(key), standing.get(key))),
      ...live
        .filter(({ key, ours }) => ours && matrix[key] !== undefined && !sent.includes(key))
        .map(({ key }) => tooMany(wanted, key)),
      ...behind(wanted, matrix),
    ];
    return outcome(`${sent.length - missing.length} of ${sent.length}`, faults);
  });
}

function sentTo(matrix: PolicyRows, regions: readonly string[]): readonly string[] {
  return Object.entries(matrix)
    .filter(([, to]) => to.some((region) => regions.includes(region)))
    .map(([key]) => key);
}

function gone({ name }: RegionWanted, key: string): Fault {
  const cause = `stack ${name} sends it there, and it does not stand: somebody deleted it, or the last update failed`;
  return { what: `${key} in ${name}`, cause, fix: `pulumi up --refresh --stack ${name}` };
}

function edited(
  { name }: RegionWanted,
  wanted: IstioObject | undefined,
  found: LivePolicy | undefined,
): Fault[] {
  if (wanted === undefined || found === undefined) return [];
  const { labels, annotations = {} } = wanted.metadata;
  const paths = [
    ...differences(wanted.spec, found.spec, "spec"),
    // Others may put labels and annotations of their own beside ours.
    ...differences(labels, pick(found.labels, labels), "metadata.labels"),
    ...differences(annotations, pick(found.annotations, annotations), "metadata.annotations"),
  ];
  if (paths.length === 0) return [];
  const more = paths.length > SHOWN_PATHS ? ` and ${paths.length - SHOWN_PATHS} more` : "";
  return [
    {
      what: `${found.key} in ${name}`,
      cause:
        `it differs from the catalog at ${paths.slice(0, SHOWN_PATHS).join(", ")}${more}: edited by hand, or the ` +
        "catalog was changed since the last update",
      fix: `pulumi preview --diff --refresh --stack ${name} shows both; pulumi up --refresh --stack ${name} mends it`,
    },
  ];
}

function pick(all: Readonly<Record<string, string>>, keys: object): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key in keys));
}

function tooMany({ name }: RegionWanted, key: string): Fault {
  const [namespace = "", kind = "", object = ""] = key.split("/");
  return {
    what: `${key} in ${name}`,
    cause: "it stands here and carries our label, but the matrix sends it to other regions only",
    fix: `kubectl -n ${namespace} delete ${kind.toLowerCase()} ${object}, once nothing else made it`,
  };
}

/** What the files say and the stack does not know yet. */
function behind({ name, governs, matrix: files }: RegionWanted, stack: PolicyRows): Fault[] {
  const [told, wanted] = [new Set(sentTo(stack, governs)), sentTo(files, governs)];
  const now = new Set(wanted);
  const changed = [...wanted.filter((key) => !told.has(key)), ...[...told].filter((key) => !now.has(key))];
  if (changed.length === 0) return [];
  const more = changed.length > 1 ? ` and ${changed.length - 1} more` : "";
  return [
    {
      what: `stack ${name}`,
      cause: `the catalog was changed since its last update: ${changed[0] ?? ""}${more} come or go`,
      fix: `pulumi up --stack ${name}`,
    },
  ];
}

/** Whether all stacks send the same objects to the same regions: each compiles the whole mesh. */
export function judgeOneMatrix(regions: ReadonlyMap<string, RegionFacts>): Outcome {
  const rows = [...regions].flatMap(([name, { stack }]) =>
    stack === undefined ? [] : [{ name, said: canonical(stack.policyMatrix) }],
  );
  const [first, ...others] = rows;
  const apart = others.filter(({ said }) => said !== first?.said).map(({ name }) => name);
  if (first === undefined || apart.length === 0) return outcome("one matrix", []);
  return outcome("not one matrix", [
    {
      what: "policyMatrix of the mesh",
      cause: `${apart.join(", ")} and ${first.name} were last brought up from different catalogs or settings`,
      fix: `from the same files: ${rows.map(({ name }) => `pulumi up --stack ${name}`).join("; ")}`,
    },
  ]);
}

function canonical(rows: PolicyRows): string {
  return JSON.stringify(
    Object.entries(rows)
      .map(([key, to]) => [key, to.toSorted()])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
}
