import type { Service } from "../../intent";
import { versionsOf } from "../../traffic/split";
import { at, items } from "../../rules/fields";
import type { LintCluster, LintOptions } from "../input";
import { HostIndex, hostsIn, hostsOf } from "./hosts";
import { push } from "./labels";
import { ModeIndex } from "./modes";
import { ruleHost, viewed, type Viewed } from "./object";
import { WorkloadIndex, workloadOf, workloadsIn } from "./workloads";

/** One cluster, looked over once. */
export interface ClusterView {
  readonly name: string;
  readonly region?: string;
  /** Whether it follows the control plane of another cluster. */
  readonly remote: boolean;
  readonly objects: readonly Viewed[];
  readonly ofKind: (kind: string) => readonly Viewed[];
  /** Hosts that are declared in this cluster. */
  readonly hosts: HostIndex;
  /** Workloads that run in this cluster. */
  readonly workloads: WorkloadIndex;
  readonly modes: ModeIndex;
}

/** Objects of one name that say the same, and the clusters that get them. */
export interface Variant {
  readonly at: Viewed;
  readonly clusters: readonly string[];
}

/** All clusters together. */
export interface MeshView {
  readonly clusters: readonly ClusterView[];
  /** Every object once, whichever clusters get it, by kind. */
  readonly variants: (kind: string) => readonly Variant[];
  /** All kinds that there are. */
  readonly kinds: readonly string[];
  /** The variants of each name, in the order of the objects. */
  readonly byKey: ReadonlyMap<string, readonly Variant[]>;
  /** Hosts of all clusters: a proxy is told of the services of every one that is linked. */
  readonly hosts: HostIndex;
  readonly workloads: WorkloadIndex;
  /** Names of the subsets that DestinationRules define, by host; no entry for a host without any rule. */
  readonly subsets: ReadonlyMap<string, ReadonlySet<string>>;
  readonly regions: readonly string[];
  readonly trustDomain: string;
  readonly rootNamespace: string;
  readonly complete: boolean;
}

export function meshView(clusters: readonly LintCluster[], options: LintOptions): MeshView {
  const rootNamespace = options.rootNamespace ?? "istio-system";
  const views = clusters.map((cluster) => clusterView(cluster, rootNamespace));
  const byKey = variantsOf(views);
  const kinds = new Map<string, Variant[]>();
  for (const variants of byKey.values()) {
    for (const variant of variants) push(kinds, variant.at.kind, variant);
  }
  const known = new Set<string>();
  const services = clusters
    .flatMap((cluster) => cluster.services ?? [])
    .filter((service) => isNew(known, `${service.namespace}/${service.name}`));
  const all = [...byKey.values()].flatMap((variants) => variants.map((variant) => variant.at));
  const said = clusters.flatMap(({ region }) => (region === undefined ? [] : [region]));
  return {
    clusters: views,
    variants: (kind) => kinds.get(kind) ?? [],
    kinds: [...kinds.keys()],
    byKey,
    hosts: hostIndex(all, services),
    workloads: workloadIndex(all, services, options.otherCallers ?? []),
    subsets: definedSubsets(kinds.get("DestinationRule") ?? []),
    regions: options.regions ?? [...new Set(said)].toSorted(),
    trustDomain: options.trustDomain ?? "cluster.local",
    rootNamespace,
    complete: options.complete ?? false,
  };
}

function clusterView(cluster: LintCluster, rootNamespace: string): ClusterView {
  const { name, region, remote = false, services = [] } = cluster;
  const objects = cluster.objects.map(viewed);
  const kinds = new Map<string, Viewed[]>();
  for (const one of objects) push(kinds, one.kind, one);
  const ofKind = (kind: string): readonly Viewed[] => kinds.get(kind) ?? [];
  return {
    name,
    ...(region === undefined ? {} : { region }),
    remote,
    objects,
    ofKind,
    hosts: hostIndex(objects, services),
    workloads: workloadIndex(objects, services, []),
    modes: new ModeIndex(ofKind("PeerAuthentication"), rootNamespace),
  };
}

/** Builders give every cluster the same text, so most objects are compared as they stand. */
function variantsOf(clusters: readonly ClusterView[]): ReadonlyMap<string, readonly Variant[]> {
  const found = new Map<string, { at: Viewed; text: string; clusters: string[] }[]>();
  for (const cluster of clusters) {
    for (const one of cluster.objects) {
      const text = JSON.stringify([one.spec, one.source]);
      const same = found.get(one.key)?.find((variant) => variant.text === text);
      if (same === undefined) push(found, one.key, { at: one, text, clusters: [cluster.name] });
      else if (!same.clusters.includes(cluster.name)) same.clusters.push(cluster.name);
    }
  }
  return found;
}

function definedSubsets(rules: readonly Variant[]): ReadonlyMap<string, ReadonlySet<string>> {
  const defined = new Map<string, Set<string>>();
  for (const { at: rule } of rules) {
    const host = ruleHost(rule);
    const names = defined.get(host) ?? new Set();
    for (const { value } of items("", at(rule.spec, "subsets"))) names.add(String(value["name"]));
    defined.set(host, names);
  }
  return defined;
}

function hostIndex(objects: readonly Viewed[], services: readonly Service[]): HostIndex {
  const index = new HostIndex();
  for (const known of [...services.flatMap(hostsOf), ...objects.flatMap(hostsIn)]) index.add(known);
  return index;
}

function workloadIndex(
  objects: readonly Viewed[],
  services: readonly Service[],
  otherCallers: readonly string[],
): WorkloadIndex {
  const index = new WorkloadIndex();
  for (const caller of otherCallers) index.addAccount(caller);
  for (const service of services) index.add(workloadOf(service, versionsOf(service)));
  for (const workload of objects.flatMap(workloadsIn)) index.add(workload);
  return index;
}

function isNew(known: Set<string>, key: string): boolean {
  const fresh = !known.has(key);
  known.add(key);
  return fresh;
}
