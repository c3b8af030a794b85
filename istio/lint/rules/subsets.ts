import { at, items } from "../../rules/fields";
import { usedSubsets } from "../../rules/objects";
import type { Finding } from "../../rules/fault";
import { objectRule, type LintRule } from "../rule";
import type { KnownHost } from "../view/hosts";
import { labelsOf } from "../view/labels";
import { fullHost, ruleHost, type Viewed } from "../view/object";
import type { MeshView } from "../view/view";
import { mayBear, type Workload } from "../view/workloads";

/** Rules over the versions of a host. */
export const subsetRules: readonly LintRule[] = [
  objectRule({
    code: "GM101",
    title: "Some workload or endpoint of the host can match every subset",
    why: "Requests to a subset without workloads get 503.",
    fix: "Correct the subset's labels, or name the version in the service's versions.",
    severity: "error",
    also: ["IST0173", "KIA0203"],
    kinds: ["DestinationRule"],
    find: emptySubsets,
  }),
  objectRule({
    code: "GM102",
    title: "Every subset that a route uses is defined",
    why: "Requests to a subset that no DestinationRule of the host defines get 503.",
    fix: "Define the subset in the host's DestinationRule, or correct its name.",
    severity: "error",
    also: ["IST0101", "KIA1107"],
    kinds: ["VirtualService"],
    find: undefinedSubsets,
  }),
];

function emptySubsets(one: Viewed, mesh: MeshView): readonly Finding[] {
  const host = ruleHost(one);
  const subsets = items("spec.subsets", at(one.spec, "subsets"));
  if (subsets.length === 0) return [];
  const known = mesh.hosts.find(host);
  const workloads = known.flatMap((declared) => workloadsOf(declared, mesh));
  // Where nothing is known of the host's workloads they may be anything.
  if (workloads.length === 0 || known.some(({ external }) => external)) return [];
  return subsets.flatMap(({ setting, value }) => {
    const labels = labelsOf(value["labels"]);
    if (workloads.some((workload) => mayBear(workload, labels))) return [];
    return [
      {
        setting: `${setting}.labels`,
        value: labels,
        allowed: `labels that workloads of ${host} may have: ${knownLabels(workloads)}`,
      },
    ];
  });
}

function workloadsOf(
  { namespace, selector, inline }: KnownHost,
  { workloads }: MeshView,
): readonly Workload[] {
  // Endpoints that stand in the ServiceEntry are among the namespace's workloads, without a label to find them by.
  if (selector === undefined) return inline ? workloads.matching(namespace, {}) : [];
  return workloads.matching(namespace, selector);
}

function knownLabels(workloads: readonly Workload[]): string {
  const all = workloads.flatMap(({ labels }) =>
    Object.entries(labels).flatMap(([key, values]) => values.map((value) => `${key}=${value}`)),
  );
  return [...new Set(all)].toSorted().slice(0, 8).join(", ") || "none";
}

/** Where no DestinationRule of a host is to be seen at all, it is missing only if the host itself is known. */
function undefinedSubsets(one: Viewed, mesh: MeshView): readonly Finding[] {
  return [...new Set(usedSubsets(one.spec))].flatMap((text) => {
    const [short = "", subset = ""] = text.split(" ");
    const host = fullHost(short, one);
    const known = mesh.subsets.get(host);
    if (known === undefined ? !mesh.hosts.declares(host) : known.has(subset)) return [];
    return [
      {
        setting: "subset",
        value: `${subset} of ${host}`,
        allowed: `what a DestinationRule of the host defines: ${[...(known ?? [])].toSorted().join(", ") || "none"}`,
      },
    ];
  });
}
