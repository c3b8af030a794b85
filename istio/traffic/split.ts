import type { RolloutPhases } from "../../topology";
import type { RouteTarget, Service } from "../intent";
import { serviceHost } from "../intent";
import type { Destination, WeightedDestination } from "../model";
import type { BuildScope } from "../scope";
import { entryKey } from "../scope";

/** Version → percent of the requests, the versions in the order of their names; none where there is no split. */
export function shares(service: Service, rollouts: RolloutPhases): readonly (readonly [string, number])[] {
  const { versions, rollout } = service;
  const canary = rollouts[entryKey(service)] ?? 0;
  const table =
    rollout === undefined ? (versions ?? {}) : { [rollout.stable]: 100 - canary, [rollout.canary]: canary };
  return Object.entries(table).toSorted(([left], [right]) => (left < right ? -1 : 1));
}

/** Versions of a service, by which its workloads are told apart. */
export function versionsOf({ versions, rollout }: Service): readonly string[] {
  const names = rollout === undefined ? Object.keys(versions ?? {}) : [rollout.stable, rollout.canary];
  return names.toSorted();
}

/** How a destination is named. */
export interface DestinationOptions {
  /**
   * Whether the port is said. Inside the mesh it is the one that was called; a request that comes from elsewhere
   * has been to another port.
   */
  readonly withPort: boolean;
}

/** Where the requests of a service go: by its shares, or to all of its workloads. */
export function split(
  service: Service,
  { rollouts }: Pick<BuildScope, "rollouts">,
  options: DestinationOptions,
): readonly WeightedDestination[] {
  const table = shares(service, rollouts);
  if (table.length === 0) return [{ destination: destination(service, undefined, options), weight: 100 }];
  return table.map(([version, weight]) => ({ destination: destination(service, version, options), weight }));
}

/** Where a target's requests go; to another service they take its port. */
export function targetSplit(
  service: Service,
  target: RouteTarget,
  scope: Pick<BuildScope, "rollouts" | "service">,
  options: DestinationOptions,
): readonly WeightedDestination[] {
  if (!("service" in target)) {
    return [{ destination: destination(service, target.version, options), weight: 100 }];
  }
  const other = scope.service(target.service);
  // The rules refuse a target that no application has, before anything is built.
  if (other === undefined) return [];
  const withPort = options.withPort || entryKey(other) !== entryKey(service);
  if (target.version === undefined) return split(other, scope, { withPort });
  return [{ destination: destination(other, target.version, { withPort }), weight: 100 }];
}

/** Who gets the copies: one version, or all workloads of the other service alike. */
export function mirrorDestination(
  service: Service,
  target: RouteTarget,
  scope: Pick<BuildScope, "service">,
  options: DestinationOptions,
): Destination {
  const other = "service" in target ? (scope.service(target.service) ?? service) : service;
  const withPort = options.withPort || entryKey(other) !== entryKey(service);
  return destination(other, target.version, { withPort });
}

function destination(
  service: Service,
  version: string | undefined,
  { withPort }: DestinationOptions,
): Destination {
  return {
    host: serviceHost(service),
    ...(version === undefined ? {} : { subset: version }),
    ...(withPort ? { port: { number: service.port } } : {}),
  };
}
