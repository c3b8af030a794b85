import { identify } from "./identify";
import { isCurrent } from "./plan";
import { at, type Deployment } from "./state";

/** A release as `helm list` shows it: its latest revision. */
export interface ListedRelease {
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  /** Name and version of the chart, `istiod-1.31.1`. */
  readonly chart: string;
}

/** A revision as `helm history` shows it. */
export interface Revision {
  readonly revision: number;
  readonly status: string;
  /** When Helm last wrote it. */
  readonly updated: string;
}

/** What the state knows of releases. */
export interface KnownReleases {
  /** URN by `namespace/name`, of those that it has and of those whose creation was interrupted. */
  readonly urns: ReadonlyMap<string, string>;
  /** Ids among them that the state has as resources, so that it must be told what becomes of them. */
  readonly inState: ReadonlySet<string>;
  /** Namespaces that the stack made: a release of one of our charts that was broken off in one is the stack's own. */
  readonly namespaces: ReadonlySet<string>;
}

/** What takes a release out of the state in which every run of Helm refuses it. */
export type ReleaseMend =
  { readonly action: "uninstall" } | { readonly action: "rollback"; readonly revision: number };

/** A release that a killed run left, and what is to be done about it. */
export interface StuckRelease {
  /** `namespace/name`. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  readonly revision: number;
  /** ISO 8601: when Helm last wrote it. */
  readonly since: string;
  readonly mend: ReleaseMend;
  /** The state has it as a resource. */
  readonly urn?: string;
}

const RELEASE = "kubernetes:helm.sh/v3:Release";
const NAMESPACE = "kubernetes:core/v1:Namespace";

/** Status of a release on which Helm is at work, or was when it ended. */
const UNDER_WAY = ["pending-install", "pending-upgrade", "pending-rollback", "uninstalling"];

/** The releases that a stack's state speaks of, and the namespaces that it made. */
export function knownReleases(deployment: Deployment): KnownReleases {
  const current = (deployment.resources ?? []).filter(isCurrent);
  const pending = (deployment.pending_operations ?? []).map(({ resource }) => resource);
  const urns = new Map<string, string>();
  for (const resource of [...current, ...pending]) {
    if (resource.type !== RELEASE) continue;
    const outside = identify(resource, undefined);
    const id = resource.id ?? (outside.kind === "id" ? outside.id : undefined);
    if (id !== undefined) urns.set(id, resource.urn);
  }
  const releases = current.filter(({ type }) => type === RELEASE);
  const namespaces = current.filter(({ type }) => type === NAMESPACE);
  return {
    urns,
    inState: new Set(releases.flatMap(({ id }) => id ?? [])),
    namespaces: new Set(namespaces.flatMap(({ id, inputs }) => id ?? text(at(inputs, "metadata", "name")))),
  };
}

/** The charts that a mesh is installed from. Teams have releases of their own in the namespaces that the stack made. */
const OUR_CHARTS = /^(?:base|istiod|gateway)-v?\d/;

/** Whether a release may be one that a killed run of this stack left; others are none of its business. */
export function mayBeOurs(release: ListedRelease, known: KnownReleases): boolean {
  const id = `${release.namespace}/${release.name}`;
  const unheard = known.namespaces.has(release.namespace) && OUR_CHARTS.test(release.chart);
  if (UNDER_WAY.includes(release.status)) return known.urns.has(id) || unheard;
  // A first installation that failed while the cluster was away: the state never heard of it, and its name is taken.
  return release.status === "failed" && !known.urns.has(id) && unheard;
}

/** What is to be done about a release, by its history; undefined when Helm accepts it as it stands. */
export function planRelease(
  release: Pick<ListedRelease, "name" | "namespace">,
  history: readonly Revision[],
  known: KnownReleases,
): StuckRelease | undefined {
  const revisions = history.toSorted((a, b) => a.revision - b.revision);
  const latest = revisions.at(-1);
  if (latest === undefined) return undefined;
  const mend = mendOf(latest, revisions);
  if (mend === undefined) return undefined;
  const { name, namespace } = release;
  const id = `${namespace}/${name}`;
  const urn = known.inState.has(id) ? known.urns.get(id) : undefined;
  return {
    id,
    name,
    namespace,
    status: latest.status,
    revision: latest.revision,
    since: new Date(latest.updated).toISOString(),
    mend,
    ...(urn === undefined ? {} : { urn }),
  };
}

function mendOf(latest: Revision, revisions: readonly Revision[]): ReleaseMend | undefined {
  const worked = revisions.filter(({ status }) => status === "deployed" || status === "superseded");
  const failedFirst = latest.status === "failed" && worked.length === 0;
  if (latest.status === "uninstalling" || failedFirst) return { action: "uninstall" };
  if (!UNDER_WAY.includes(latest.status)) return undefined;
  const good =
    revisions.findLast(({ status }) => status === "deployed") ??
    revisions.findLast(({ status }) => status === "superseded");
  return good === undefined ? { action: "uninstall" } : { action: "rollback", revision: good.revision };
}

/** Helm's arguments of a mend. */
export function mendArguments({ name, namespace, mend }: StuckRelease): string[] {
  const where = ["--namespace", namespace, "--timeout", "5m"];
  switch (mend.action) {
    case "uninstall":
      return ["uninstall", name, "--ignore-not-found", "--wait", ...where];
    case "rollback":
      return ["rollback", name, String(mend.revision), ...where];
  }
}

function text(value: unknown): string[] {
  return typeof value === "string" ? [value] : [];
}
