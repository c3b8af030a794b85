import type { Service } from "../intent";
import type { RouteScope } from "../traffic/routePlan";
import type { Fault } from "./fault";
import { checkLocality } from "./locality";
import { checkHost, checkName } from "./names";
import { HTTP_PROTOCOLS, isHttp } from "./protocol";
import { checkResilience, requestLimits } from "./resilience";
import { checkRegionHeader } from "./regionHeader";
import { checkRouteOrder } from "./routeOrder";
import { checkRouting } from "./routing";
import { checkShares } from "./shares";

/** Faults of one service in a mesh of those regions, beside the other services of that scope. */
export function checkService(
  setting: string,
  service: Service,
  regions: readonly string[],
  scope: RouteScope,
): readonly Fault[] {
  const { versions, locality } = service;
  const routing = [...checkRegionHeader(setting, service, regions), ...checkRouting(setting, service, scope)];
  return [
    ...checkName(`${setting}.name`, service.name),
    ...checkName(`${setting}.namespace`, service.namespace),
    ...(service.globalHost === undefined ? [] : checkHost(`${setting}.globalHost`, service.globalHost)),
    ...checkPort(`${setting}.port`, service.port),
    ...checkPort(`${setting}.targetPort`, service.targetPort),
    ...Object.keys(service.portMtls ?? {}).flatMap((port) => checkPort(`${setting}.portMtls`, Number(port))),
    ...(versions === undefined
      ? []
      : [
          ...Object.keys(versions).flatMap((version) => checkName(`${setting}.versions`, version)),
          ...checkShares(`${setting}.versions`, versions, 0),
        ]),
    ...(locality === undefined ? [] : checkLocality(`${setting}.locality`, locality, regions)),
    ...routing,
    // Entries that are at fault themselves say nothing about how they go together.
    ...(routing.length === 0 ? checkRouteOrder(setting, service, scope) : []),
    ...checkResilience(setting, service),
    ...checkProtocol(setting, service),
  ];
}

function checkPort(setting: string, port: number): readonly Fault[] {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return [];
  return [
    { setting, value: port, allowed: "a whole number from 1 to 65535", fix: "Give the number of a port" },
  ];
}

/** Settings of requests, which the proxy does not see on a connection. */
const OF_REQUESTS = [
  "versions",
  "rollout",
  "regionHeader",
  "experiments",
  "routes",
  "timeout",
  "retries",
  "mirror",
  "faults",
  "pathParameters",
] as const satisfies readonly (keyof Service)[];

/** On a connection nobody sees a request, so no split would happen. */
function checkProtocol(setting: string, service: Service): readonly Fault[] {
  if (isHttp(service.protocol)) return [];
  const { connectionPool, loadBalancing } = service;
  const hash = typeof loadBalancing === "object" ? Object.keys(loadBalancing.hashBy) : [];
  const needs = [
    ...OF_REQUESTS.filter((key) => service[key] !== undefined),
    ...requestLimits(connectionPool).map((key) => `connectionPool.${key}`),
    ...hash.filter((key) => key !== "sourceAddress").map((key) => `loadBalancing.hashBy.${key}`),
  ];
  if (needs.length === 0) return [];
  return [
    {
      setting: `${setting}.protocol`,
      value: service.protocol,
      allowed: `${HTTP_PROTOCOLS.join(", ")} where ${needs.join(", ")} are given`,
      fix: `Correct the protocol, or take out ${needs.join(", ")}`,
    },
  ];
}
