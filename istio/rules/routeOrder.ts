import type { Service } from "../intent";
import type { StringMatch } from "../model";
import { httpMatches } from "../traffic/httpMatch";
import { routePlan, type RoutePlan, type RouteScope } from "../traffic/routePlan";
import type { Fault } from "./fault";
import { LONGEST_REGEX } from "./requestMatch";

/** Faults of the entries of a service together: what no route can say, and what no request reaches. */
export function checkRouteOrder(setting: string, service: Service, scope: RouteScope): readonly Fault[] {
  const { experiments = [], routes = [], faults = [] } = service;
  const plan = routePlan(service, scope);
  const reached = new Set(plan.rules.flatMap(({ names }) => names));
  const conflicts = checkMergeable(setting, plan);
  // What cannot be merged would be counted as unreached as well.
  if (conflicts.length > 0) return conflicts;
  return Object.entries({ faults, experiments, routes }).flatMap(([list, entries]) =>
    entries
      .filter(({ name, match }) => match !== undefined && !reached.has(name))
      .map(({ name, match }) => ({
        setting: `${setting}.${list}.${name}.match`,
        value: match,
        allowed: "what the entries before it leave over (faults, then experiments, then routes, as written)",
        fix: "Put it before them, narrow them, or take it out",
      })),
  );
}

/** Entries of a service whose conditions no route can say together. */
function checkMergeable(setting: string, { rules, conflicts }: RoutePlan): readonly Fault[] {
  const long = rules.filter(({ condition }) =>
    httpMatches(condition)
      .flatMap(({ uri, headers }) => [...(uri ? [uri] : []), ...Object.values(headers ?? {})])
      .some(isTooLong),
  );
  return [
    ...conflicts.map(({ names, part }) => ({
      setting,
      value: names,
      allowed: `conditions that one route can say together; these both compare ${part}`,
      fix: "Use texts or prefixes in place of expressions, or compare something else in one of them",
    })),
    ...long.map(({ names }) => ({
      setting,
      value: names,
      allowed: `cookies whose expression has up to ${LONGEST_REGEX} characters`,
      fix: "Compare fewer or shorter cookies",
    })),
  ];
}

function isTooLong(match: StringMatch): boolean {
  return "regex" in match && match.regex.length > LONGEST_REGEX;
}
