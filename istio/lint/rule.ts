import type { Finding } from "../rules/fault";
import type { Located, RuleText } from "./finding";
import type { ClusterView, MeshView, Variant } from "./view/view";
import type { Viewed } from "./view/object";

/** What a rule finds, with the object and the clusters that it is about. */
export type Found = Located<Viewed> & { readonly clusters: readonly string[] };

/** A rule of the linter. */
export interface LintRule extends RuleText {
  readonly find: (mesh: MeshView) => readonly Found[];
}

/** A rule over each object of some kinds by itself. An object that several clusters get is looked at once. */
export function objectRule(
  rule: RuleText & {
    readonly kinds: readonly string[] | "all";
    readonly find: (one: Viewed, mesh: MeshView) => readonly Finding[];
  },
): LintRule {
  const { kinds, find, ...text } = rule;
  return {
    ...text,
    find: (mesh) =>
      (kinds === "all" ? mesh.kinds : kinds).flatMap((kind) =>
        mesh
          .variants(kind)
          .flatMap(({ at, clusters }: Variant) =>
            find(at, mesh).map((finding) => ({ ...finding, at, clusters })),
          ),
      ),
  };
}

/** A rule over the `spec` of each object of some kinds by itself. */
export function specRule(
  rule: RuleText & {
    readonly kinds: readonly string[];
    readonly find: (spec: unknown, mesh: MeshView) => readonly Finding[];
  },
): LintRule {
  const { find, ...rest } = rule;
  return objectRule({ ...rest, find: ({ spec }, mesh) => find(spec, mesh) });
}

/** A rule over what one cluster gets, for each cluster. */
export function clusterRule(
  rule: RuleText & {
    readonly find: (cluster: ClusterView, mesh: MeshView) => readonly Located<Viewed>[];
  },
): LintRule {
  const { find, ...text } = rule;
  return {
    ...text,
    find: (mesh) =>
      mesh.clusters.flatMap((cluster) =>
        find(cluster, mesh).map((found) => ({ ...found, clusters: [cluster.name] })),
      ),
  };
}

/** A rule over all clusters together. */
export function meshRule(rule: LintRule): LintRule {
  return rule;
}
