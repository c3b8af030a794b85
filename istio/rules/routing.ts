import type { FaultInjection, PathRoute, RouteTarget, Service } from "../intent";
import { entryKey } from "../scope";
import type { RouteScope } from "../traffic/routePlan";
import { versionsOf } from "../traffic/split";
import type { Fault } from "./fault";
import { checkName, duplicates } from "./names";
import { isHttp } from "./protocol";
import { checkMatch, checkPathText } from "./requestMatch";
import { checkRetries } from "./retries";
import { checkDuration, checkPercent, checkWhole } from "./values";

/** Faults of what is said about the requests of one service, each entry by itself. */
export function checkRouting(setting: string, service: Service, scope: RouteScope): readonly Fault[] {
  const { experiments = [], routes = [], faults = [], mirror, timeout, retries } = service;
  const to = (place: string, target: RouteTarget, what: string): readonly Fault[] =>
    checkTarget(place, target, service, scope, what);
  return [
    ...checkRollout(setting, service),
    ...checkNames(setting, service),
    ...experiments.flatMap(({ name, match, to: target }) => [
      ...checkMatch(`${setting}.experiments.${name}.match`, match),
      ...to(`${setting}.experiments.${name}.to`, target, "an experiment"),
    ]),
    ...routes.flatMap((route) => [
      ...checkPathRoute(`${setting}.routes.${route.name}`, route, service),
      ...(route.to === undefined ? [] : to(`${setting}.routes.${route.name}.to`, route.to, "a route")),
    ]),
    ...checkDuration(`${setting}.timeout`, timeout),
    ...(retries === undefined ? [] : checkRetries(`${setting}.retries`, retries, timeout, service.protocol)),
    ...(mirror === undefined
      ? []
      : [
          ...to(`${setting}.mirror.to`, mirror.to, "a mirror"),
          ...checkPercent(`${setting}.mirror.percent`, mirror.percent),
        ]),
    ...faults.flatMap((fault) => checkFaultInjection(`${setting}.faults.${fault.name}`, fault)),
    ...oneWithoutMatch(`${setting}.faults`, faults),
  ];
}

function checkRollout(setting: string, { rollout, versions }: Service): readonly Fault[] {
  if (rollout === undefined) return [];
  const { stable, canary } = rollout;
  const both: Fault = {
    setting: `${setting}.rollout`,
    value: rollout,
    allowed: "either versions or rollout",
    fix: "Take versions out: the weights come from rollouts.yaml",
  };
  const same: Fault = {
    setting: `${setting}.rollout`,
    value: rollout,
    allowed: "two versions",
    fix: "Name the version on trial as canary",
  };
  return [
    ...checkName(`${setting}.rollout.stable`, stable),
    ...checkName(`${setting}.rollout.canary`, canary),
    ...(versions === undefined ? [] : [both]),
    ...(stable === canary ? [same] : []),
  ];
}

/** Names of entries make the names of routes, by which logs and metrics tell them apart. */
function checkNames(
  setting: string,
  { experiments = [], routes = [], faults = [] }: Service,
): readonly Fault[] {
  const lists = { experiments, routes, faults };
  const names = Object.values(lists).flatMap((list) => list.map(({ name }) => name));
  return [
    ...Object.entries(lists).flatMap(([key, list]) =>
      list.flatMap(({ name }) => checkName(`${setting}.${key}.${name}.name`, name)),
    ),
    ...duplicates(names).map((name) => ({
      setting,
      value: name,
      allowed: "each name once among experiments, routes and faults",
      fix: "Rename one of them",
    })),
    ...names
      .filter((name) => name === "default")
      .map((name) => ({
        setting,
        value: name,
        allowed: "a name other than default, which is that of the last route",
        fix: "Rename it",
      })),
  ];
}

function checkTarget(
  setting: string,
  target: RouteTarget,
  service: Service,
  scope: RouteScope,
  what: string,
): readonly Fault[] {
  if (!("service" in target)) return checkVersion(setting, target.version, service);
  const other = scope.service(target.service);
  const fault = (allowed: string, fix: string): readonly Fault[] => [
    { setting: `${setting}.service`, value: target.service, allowed, fix },
  ];
  if (other === undefined) {
    return fault("a service of the applications that the mesh runs, as namespace/name", "Correct the name");
  }
  if (target.version !== undefined) return checkVersion(setting, target.version, other);
  if (entryKey(other) === entryKey(service)) {
    return fault("another service, or a version", `Say which version: to itself ${what} changes nothing`);
  }
  return isHttp(other.protocol)
    ? []
    : fault(`a service with HTTP requests; this one speaks ${other.protocol}`, "Take another service");
}

function checkVersion(setting: string, version: string, service: Service): readonly Fault[] {
  const known = versionsOf(service);
  if (known.includes(version)) return [];
  return [
    {
      setting: `${setting}.version`,
      value: version,
      allowed: `a version of ${entryKey(service)}: ${known.join(", ") || "it has none"}`,
      fix: `Correct it, or name it in the versions of ${entryKey(service)}; one without a share is given 0`,
    },
  ];
}

function checkPathRoute(setting: string, route: PathRoute, service: Service): readonly Fault[] {
  const { match, to, rewritePath, timeout, retries } = route;
  const limit = timeout ?? service.timeout;
  // The service's own retries have to fit, too, into a timeout that is said here alone.
  const repeated = retries ?? (timeout === undefined ? undefined : service.retries);
  const isIdle = [to, rewritePath, timeout, retries].every((said) => said === undefined);
  return [
    ...checkMatch(`${setting}.match`, match),
    ...(isIdle ? [idle(setting, route)] : []),
    ...(rewritePath === undefined ? [] : checkRewrite(`${setting}.rewritePath`, rewritePath, match.path)),
    ...checkDuration(`${setting}.timeout`, timeout),
    ...(repeated === undefined ? [] : checkRetries(`${setting}.retries`, repeated, limit, service.protocol)),
  ];
}

function idle(setting: string, route: PathRoute): Fault {
  return {
    setting,
    value: route,
    allowed: "at least one of to, rewritePath, timeout, retries",
    fix: "Say what is different for these requests, or take the route out",
  };
}

/** Faults of a rewrite: what it replaces has to be known. */
export function checkRewrite(
  setting: string,
  rewritePath: string,
  path: PathRoute["match"]["path"],
): readonly Fault[] {
  const isKnown = typeof path === "string" || (path !== undefined && "prefix" in path);
  const unknown: Fault = {
    setting,
    value: rewritePath,
    allowed: "a rewrite of one path or a prefix, which it replaces",
    fix: "Give match.path as a text or a prefix",
  };
  return [...checkPathText(setting, rewritePath), ...(isKnown ? [] : [unknown])];
}

function checkFaultInjection(setting: string, { match, delay, abort }: FaultInjection): readonly Fault[] {
  const nothing: Fault = {
    setting,
    value: {},
    allowed: "at least one of delay and abort",
    fix: "Say what is to fail",
  };
  return [
    ...(match === undefined ? [] : checkMatch(`${setting}.match`, match)),
    ...(delay === undefined && abort === undefined ? [nothing] : []),
    ...(delay === undefined
      ? []
      : [
          ...checkPercent(`${setting}.delay.percent`, delay.percent),
          ...checkDuration(`${setting}.delay.duration`, delay.duration),
        ]),
    ...(abort === undefined
      ? []
      : [
          ...checkPercent(`${setting}.abort.percent`, abort.percent),
          ...checkWhole(`${setting}.abort.status`, abort.status, 200, 599),
        ]),
  ];
}

/** A route has one fault, and where no match tells them apart they would meet on the same routes. */
function oneWithoutMatch(setting: string, faults: readonly FaultInjection[]): readonly Fault[] {
  const names = faults.filter(({ match }) => match === undefined).map(({ name }) => name);
  if (names.length <= 1) return [];
  return [
    {
      setting,
      value: names,
      allowed: "one fault without a match",
      fix: "Put delay and abort into one of them, or give the others a match",
    },
  ];
}
