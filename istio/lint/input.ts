import type { Service } from "../intent";
import type { Fields } from "../rules/fields";

/** Where an object was written: an entry of the catalog, or a place in a YAML file. */
export type LintSource = EntrySource | FileSource;

export interface EntrySource {
  /** Application, which is also the name of its folder in `catalog/`. */
  readonly application: string;
  /** Entry within it, as in `services.ai-agent`. */
  readonly entry: string;
}

export interface FileSource {
  readonly file: string;
  /** Line on which the object begins, from 1. */
  readonly line: number;
}

/** An object and where it was written; what `buildEntries` gives is one. */
export type LintObject = LintSource & { readonly object: Fields | object };

/** Everything that one cluster gets, and what is known to run there. */
export interface LintCluster {
  /** Name of the cluster, as findings name it. */
  readonly name: string;
  /** Its region, which is the locality of its workloads. @default not known */
  readonly region?: string;
  /** Its Istio network. @default not known */
  readonly network?: string;
  /** Whether it follows the control plane of another cluster, and so gets no objects. @default false */
  readonly remote?: boolean;
  /** All objects, in any order; Services and workloads among them say what runs there. */
  readonly objects: readonly LintObject[];
  /** Services of the catalog that run there: their workloads are deployed by somebody else. @default none */
  readonly services?: readonly Service[];
}

/** A finding of an application that is meant to be so. */
export interface CatalogSuppression {
  readonly application: string;
  readonly code: string;
  /** @default every entry of the application */
  readonly entry?: string;
  readonly reason: string;
}

/** What the rules must know beside the objects. */
export interface LintOptions {
  /** All regions of the mesh. @default those of the clusters */
  readonly regions?: readonly string[];
  /** @default "cluster.local" */
  readonly trustDomain?: string;
  /** Namespace of what holds for the whole mesh. @default "istio-system" */
  readonly rootNamespace?: string;
  /** Service accounts of others as `namespace/name`, where the name may be `*`. @default none */
  readonly otherCallers?: readonly string[];
  /** @default none */
  readonly suppressions?: readonly CatalogSuppression[];
  /**
   * Whether the objects are all that there are, as in a catalog. Where they are not, nothing is said of hosts
   * in namespaces, and gateways, of which they show nothing.
   * @default false
   */
  readonly complete?: boolean;
}

/** Whether a source is an entry of the catalog. */
export function isEntry(source: LintSource): source is EntrySource {
  return "entry" in source;
}

/** The place as a message names it. */
export function describeSource(source: LintSource): string {
  return isEntry(source) ? `catalog/${source.application}/ ${source.entry}` : `${source.file}:${source.line}`;
}
