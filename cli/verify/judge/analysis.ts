import type { Subset } from "../../../istio/model";
import { regionOfSubset } from "../../../istio/traffic/regional";
import { absent, judged, outcome, type Asked, type Fault, type Outcome } from "../check";
import type { AnalysisMessage, RegionFacts, RegionWanted } from "../facts";
import { ISTIO_KINDS } from "../kinds";
import type { SandboxWays } from "../sandbox";

const SUBSET_WITHOUT_PODS = "IST0173";

/** Messages about what selects no pod. */
const NO_PODS: readonly string[] = ["IST0127", SUBSET_WITHOUT_PODS];

/** Istio's warning about every EnvoyFilter, whatever is in it (ValidateEnvoyFilter). */
const ANY_ENVOY_FILTER = "EnvoyFilter exposes internal implementation details";

/** How messages are judged. */
export interface AnalysisMeasure {
  /** Whether warnings count. */
  readonly strict: boolean;
  /** @default the mesh stands in no sandbox */
  readonly sandbox?: Pick<SandboxWays, "objects"> | undefined;
}

/**
 * Whether Istio's analyzers find no error in what stands; warnings are notes, unless they are to count. So are messages
 * of a namespace in which nothing runs at all: workloads are brought by others, perhaps later than the mesh.
 * @param messages absent for a region without objects of Istio.
 */
export function judgeAnalysis(
  wanted: RegionWanted,
  { inhabited, policies }: Pick<RegionFacts, "inhabited" | "policies">,
  messages: Asked<readonly AnalysisMessage[]> | undefined,
  { strict, sandbox }: AnalysisMeasure,
): Outcome {
  if (messages === undefined) return absent(`by ${wanted.controlPlane}`);
  return judged(messages, (told) =>
    judged(inhabited, (namespaces) => {
      const all = told.filter(
        (message) =>
          isHere(message, policies) &&
          !isChosen(message, wanted, sandbox?.objects ?? []) &&
          !isOfElsewhere(message, wanted, policies),
      );
      const counts = (message: AnalysisMessage): boolean =>
        strict
          ? message.level !== "Info"
          : message.level === "Error" && !(isOfNoPods(message) && isEmpty(message, namespaces));
      const faults = all.filter(counts).map((message) => fault(wanted, message));
      const others = all.filter((message) => message.level !== "Info" && !counts(message));
      const detail = others.length === 0 ? "clean" : plural(others.length, "note");
      return outcome(
        faults.length === 0 ? detail : plural(faults.length, "error"),
        faults,
        summed(wanted, others),
      );
    }),
  );
}

/**
 * Whether a message only says that an EnvoyFilter is one, of one that the catalog itself has asked for, or that the
 * sandbox brings in place of iptables.
 */
function isChosen(
  { message, origin = "" }: AnalysisMessage,
  { matrix }: RegionWanted,
  ofSandbox: readonly string[],
): boolean {
  const key = keyOf(origin);
  return message.includes(ANY_ENVOY_FILTER) && (Object.hasOwn(matrix, key) || ofSandbox.includes(key));
}

/** `namespace/Kind/name` of an object of Istio as messages name it: `Kind namespace/name`. */
function keyOf(origin: string): string {
  const [kind = "", rest = ""] = origin.split(" ");
  const [namespace = "", name = ""] = rest.split("/");
  return `${namespace}/${kind}/${name}`;
}

/**
 * Whether a message is about what stands in this region. The analyzers read the peers' objects, too, and say of those
 * of Istio that they are this cluster's; in the peer's own turn they say the same.
 */
function isHere({ origin = "" }: AnalysisMessage, policies: RegionFacts["policies"]): boolean {
  const [kind = ""] = origin.split(" ");
  if ("failed" in policies || !ISTIO_KINDS.includes(kind)) return true;
  return policies.value.some(({ key }) => key === keyOf(origin));
}

/** A DestinationRule as anybody may have written it. */
interface LiveRule {
  readonly subsets?: readonly (Pick<Subset, "name"> & Partial<Subset>)[];
}

/**
 * Whether a message says that no pod is in the subset of a region whose pods are not asked for here. A peer's are in the
 * peer's own turn. Nobody reads those of a region that is leaving, which has its subset until it is out of the table, and
 * a region that the service is not bound to has none.
 */
function isOfElsewhere(
  { code, origin = "", message }: AnalysisMessage,
  { name, governs, reads, matrix }: RegionWanted,
  policies: RegionFacts["policies"],
): boolean {
  if (code !== SUBSET_WITHOUT_PODS || "failed" in policies) return false;
  const key = keyOf(origin);
  const rule = policies.value.find((policy) => policy.key === key)?.spec as LiveRule | undefined;
  const said = /^The Subset (\S+) /.exec(message)?.[1];
  const { labels } = rule?.subsets?.find((subset) => subset.name === said) ?? {};
  if (said === undefined || labels === undefined) return false;
  const region = regionOfSubset({ name: said, labels });
  if (region === undefined) return false;
  const isRead = region === name || Object.hasOwn(reads, region);
  const isBound = matrix[key]?.includes(region) ?? true;
  return !(governs.includes(region) && isRead && isBound);
}

function isOfNoPods({ code, message }: AnalysisMessage): boolean {
  return NO_PODS.includes(code) || message.startsWith("Referenced selector not found");
}

/** Whether no pod is in the namespace of what a message is about. */
function isEmpty({ origin = "" }: AnalysisMessage, inhabited: readonly string[]): boolean {
  const namespace = /^\S+ ([^/\s]+)\//.exec(origin)?.[1];
  return namespace !== undefined && !inhabited.includes(namespace);
}

function fault({ name }: RegionWanted, { code, origin, message, documentationUrl }: AnalysisMessage): Fault {
  return {
    what: `${origin ?? "the mesh"} in ${name}`,
    cause: `${code}: ${message}`,
    fix: `see ${documentationUrl ?? "https://istio.io/latest/docs/reference/config/analysis/"}`,
  };
}

/** One line for each code: a cluster may have hundreds of the same. */
function summed({ name }: RegionWanted, messages: readonly AnalysisMessage[]): string[] {
  const codes = [...new Set(messages.map(({ code }) => code))].toSorted();
  return codes.map((code) => {
    const same = messages.filter((message) => message.code === code);
    const [first] = same;
    const more = same.length > 1 ? ` and ${same.length - 1} more` : "";
    return `${name}: ${code}: ${first?.origin ?? "the mesh"}${more}: ${first?.message ?? ""}`;
  });
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
