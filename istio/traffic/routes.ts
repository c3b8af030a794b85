import type { FaultInjection, Service } from "../intent";
import type { HttpFault, HttpRewrite, HttpRoute } from "../model";
import { escaped, httpMatches, takesAll } from "./httpMatch";
import type { Condition } from "./match";
import type { PathRewrite } from "./paths";
import { retrySplit } from "./retries";
import type { RouteConflict, RouteOptions, RouteScope, Rule } from "./routePlan";
import { routePlan } from "./routePlan";
import { mirrorDestination } from "./split";

export type { RouteConflict, RouteOptions } from "./routePlan";

/**
 * The HTTP routes of a service's requests. The first one that takes a request decides, and they stand in this
 * order: faults with a match of their own, experiments, path routes, and what is left over. Each of the first
 * three holds together with those after it: a fault hits a request wherever it would have gone, and a request of
 * an experiment keeps the rewrite, timeout and retries of its path.
 */
export function httpRoutes(
  service: Service,
  scope: RouteScope,
  options: RouteOptions = {},
): readonly HttpRoute[] {
  const parts = routePlan(service, scope, options).rules.flatMap(byMethod);
  // What is left over needs no name where nothing else is there.
  const isNamed = parts.length > 1 || options.namePrefix !== undefined;
  return parts.map((part) => ({
    ...(isNamed || part.rule.names.length > 0 ? { name: nameOf(part, options) } : {}),
    ...httpRoute(service, scope, part, options),
  }));
}

/** The entries of a service that cannot be said together, with each other or with the options' match. */
export function routeConflicts(
  service: Service,
  scope: RouteScope,
  options: RouteOptions = {},
): readonly RouteConflict[] {
  return routePlan(service, scope, options).conflicts;
}

/** The requests of a rule whose retries are the same. */
interface RulePart {
  readonly rule: Rule;
  readonly condition: Condition;
  readonly retries: HttpRoute["retries"];
  /** Whether another part of the rule has its name. */
  readonly isSecond: boolean;
}

/** A rule, apart by method where some may not be repeated. */
function byMethod(rule: Rule): readonly RulePart[] {
  const { condition } = rule;
  const alike = (retries: HttpRoute["retries"]): readonly RulePart[] => [
    { rule, condition, retries, isSecond: false },
  ];
  if (rule.retries === undefined) return alike(undefined);
  const { methods: repeated, retries, others } = retrySplit(rule.retries);
  if (repeated === undefined) return alike(retries);
  const named = condition.methods?.filter((method) => repeated.includes(method)) ?? repeated;
  const unnamed = condition.methods?.filter((method) => !repeated.includes(method));
  if (named.length === 0) return alike(others);
  const first = { rule, condition: { ...condition, methods: named }, retries, isSecond: false };
  if (unnamed?.length === 0) return [first];
  const rest = unnamed === undefined ? condition : { ...condition, methods: unnamed };
  return [first, { rule, condition: rest, retries: others, isSecond: true }];
}

function nameOf({ rule, isSecond }: RulePart, { namePrefix }: RouteOptions): string {
  const name = [...(namePrefix === undefined ? [] : [namePrefix]), ...rule.names].join(".") || "default";
  return isSecond ? `${name}${OTHERS}` : name;
}

function httpRoute(
  service: Service,
  scope: RouteScope,
  { rule, condition, retries }: RulePart,
  { withPort = false }: RouteOptions,
): HttpRoute {
  const { fault, timeout } = rule;
  const match = httpMatches(condition);
  const mirror = rule.isOwn ? service.mirror : undefined;
  return {
    ...(takesAll(match) ? {} : { match }),
    ...(fault === undefined ? {} : { fault: httpFault(fault) }),
    ...(condition.rewrite === undefined ? {} : { rewrite: httpRewrite(condition.rewrite) }),
    ...(rule.response === undefined ? {} : { headers: { response: { set: rule.response } } }),
    route: rule.route,
    ...(mirror === undefined
      ? {}
      : {
          mirror: mirrorDestination(service, mirror.to, scope, { withPort }),
          mirrorPercentage: { value: mirror.percent },
        }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(retries === undefined ? {} : { retries }),
  };
}

/** End of the name of a route for the methods that are not repeated. */
const OTHERS = ".other-methods";

function httpFault({ delay, abort }: FaultInjection): HttpFault {
  return {
    ...(delay === undefined
      ? {}
      : { delay: { percentage: { value: delay.percent }, fixedDelay: delay.duration } }),
    ...(abort === undefined
      ? {}
      : { abort: { percentage: { value: abort.percent }, httpStatus: abort.status } }),
  };
}

/**
 * A prefix is replaced by an expression, since Istio's own rewrite replaces letters: with `/api` matched and `/`
 * written, `/api/users` would become `//users`.
 */
function httpRewrite({ from, to }: PathRewrite): HttpRewrite {
  if (from === undefined) return { uri: to };
  // A `to` that ends in a slash takes the place of the slash, too, so that none stands twice.
  const slash = to.endsWith("/") ? "/?" : "";
  return {
    uriRegexRewrite: {
      match: `^${escaped(from)}${slash}`,
      // In a substitution only the backslash means something.
      rewrite: to.replaceAll("\\", "\\\\"),
    },
  };
}
