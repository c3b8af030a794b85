import type { RouteTarget, Service } from "../../intent";

/**
 * Versions that a service says its workloads have; none where it does not tell, and then they may have any. Other
 * services that send to a version of it are not asked: whether that exists is what the rules want to know.
 */
export function versionsOf(service: Service): readonly string[] {
  const { versions, rollout, experiments = [], routes = [], mirror } = service;
  const said = [
    ...Object.keys(versions ?? {}),
    ...(rollout === undefined ? [] : [rollout.stable, rollout.canary]),
  ];
  if (said.length === 0) return [];
  const targets = [...experiments, ...routes, ...(mirror === undefined ? [] : [mirror])].map(({ to }) => to);
  return [...new Set([...said, ...targets.flatMap(ownVersion)])].toSorted();
}

function ownVersion(to: RouteTarget | undefined): readonly string[] {
  return to === undefined || "service" in to ? [] : [to.version];
}
