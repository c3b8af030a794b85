import type { Duration, FaultInjection, RequestMatch, Retries, Service } from "../intent";
import type { WeightedDestination } from "../model";
import type { BuildScope } from "../scope";
import type { Condition } from "./match";
import { conditionOf, covers, merge, NEVER, Unmergeable } from "./match";
import { rewriteOf } from "./paths";
import { regionalRoutes } from "./regional";
import { split, targetSplit } from "./split";

/** What routes outside the service, as those of a gateway, put before the service's own. */
export interface RouteOptions {
  /**
   * Which requests come to the service at all; every route takes only these. A path that `rewritePath` replaces
   * is compared with the service's own paths after that.
   * @default every request
   */
  readonly match?: RequestMatch;
  /** What replaces the matched part of the path. @default the path stays */
  readonly rewritePath?: string;
  /** Limit in place of the service's; a path route with one of its own keeps it. @default the service's */
  readonly timeout?: Duration;
  /** Retries in place of the service's; a path route with its own keeps them. @default the service's */
  readonly retries?: Retries;
  /** Beginning of every route's name, and the whole name of the last one. @default no beginning */
  readonly namePrefix?: string;
  /**
   * Whether destinations say the service's port: required where requests were sent to another one, as to a
   * gateway's.
   * @default false
   */
  readonly withPort?: boolean;
}

/** What routes ask the mesh for. */
export type RouteScope = Pick<BuildScope, "regions" | "rollouts" | "service">;

/** One idea about some requests, in the order in which they are tried. */
export interface Rule {
  /** Names of the entries that it comes from; none for what is left over. */
  readonly names: readonly string[];
  readonly condition: Condition;
  readonly route: readonly WeightedDestination[];
  /** Whether the requests go where the service sends them by itself. */
  readonly isOwn: boolean;
  readonly timeout: Duration | undefined;
  readonly retries: Retries | undefined;
  readonly fault?: FaultInjection;
  /** Headers of the answer. @default as the workload says them */
  readonly response?: Readonly<Record<string, string>>;
}

/** Two entries whose conditions hold for some requests, but that no route can say together. */
export interface RouteConflict {
  /** Names of the entries, the outer one first. */
  readonly names: readonly string[];
  /** What both compare. */
  readonly part: string;
}

/** The rules of a service in the order in which they are tried, and what could not be merged. */
export interface RoutePlan {
  readonly rules: readonly Rule[];
  readonly conflicts: readonly RouteConflict[];
}

/** What `httpRoutes` says, before it is put in Istio's terms. */
export function routePlan(service: Service, scope: RouteScope, options: RouteOptions = {}): RoutePlan {
  const conflicts: RouteConflict[] = [];
  /** What an entry's condition leaves of a rule; nothing where no request can fulfil both. */
  const within = (name: readonly string[], outer: Condition, rule: Rule): readonly Rule[] => {
    const condition = merge(outer, rule.condition);
    if (condition === NEVER) return [];
    if (!(condition instanceof Unmergeable)) return [{ ...rule, names: [...name, ...rule.names], condition }];
    conflicts.push({ names: [...name, ...rule.names], part: condition.part });
    return [];
  };
  const { experiments = [], faults = [] } = service;
  const own = ownRules(service, scope, options);
  const withPort = options.withPort ?? false;
  const elsewhere = (name: readonly string[], match: RequestMatch, to: Pick<Rule, "route" | "response">) =>
    own
      .filter(({ isOwn }) => isOwn)
      .flatMap((rule) => within(name, conditionOf(match), { ...rule, ...to, isOwn: false }));
  const experimental = [
    ...regionalRoutes(service, scope, { withPort }).flatMap(({ names, header, region, ...to }) =>
      elsewhere(names, { headers: { [header]: region } }, to),
    ),
    ...experiments.flatMap(({ name, match, to }) =>
      elsewhere([name], match, { route: targetSplit(service, to, scope, { withPort }) }),
    ),
  ];
  const everywhere = faults.find(({ match }) => match === undefined);
  const tried = [
    ...experimental,
    ...own.map((rule) => ({ ...rule, ...(everywhere && { fault: everywhere }) })),
  ];
  const faulty = faults.flatMap((fault) =>
    fault.match === undefined
      ? []
      : tried.flatMap((rule) => within([fault.name], conditionOf(fault.match), { ...rule, fault })),
  );
  const outer: Condition = {
    ...conditionOf(options.match),
    ...rewriteOf(options.match?.path, options.rewritePath),
  };
  const rules = [...faulty, ...tried].flatMap((rule) => within([], outer, rule));
  return { rules: reached(rules), conflicts };
}

/** Path routes and what is left over. */
function ownRules(service: Service, scope: RouteScope, options: RouteOptions): readonly Rule[] {
  const withPort = options.withPort ?? false;
  const rest: Rule = {
    names: [],
    condition: conditionOf(),
    route: split(service, scope, { withPort }),
    isOwn: true,
    timeout: options.timeout ?? service.timeout,
    retries: options.retries ?? service.retries,
  };
  const paths = (service.routes ?? []).map(({ name, match, to, rewritePath, timeout, retries }) => ({
    names: [name],
    condition: { ...conditionOf(match), ...rewriteOf(match.path, rewritePath) },
    route: to === undefined ? rest.route : targetSplit(service, to, scope, { withPort }),
    isOwn: to === undefined,
    timeout: timeout ?? rest.timeout,
    retries: retries ?? rest.retries,
  }));
  return [...paths, rest];
}

/** The rules without those whose requests an earlier one takes, of which Istio warns (IST0130, IST0131). */
function reached(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(
    ({ condition }, index) => !rules.slice(0, index).some((earlier) => covers(earlier.condition, condition)),
  );
}
