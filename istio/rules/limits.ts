import type { Application, GlobalRateLimit, LocalRateLimit, RateLimitService, Service } from "../intent";
import { serviceAddress } from "../limits/address";
import { seconds } from "../limits/local";
import type { Fault } from "./fault";
import { checkName, duplicates } from "./names";
import { isHttp } from "./protocol";
import { checkPath } from "./requestMatch";
import { checkWhole } from "./values";

const MOST_UINT32 = 2 ** 32 - 1;

/** Shortest time in which Envoy fills a bucket. */
const SHORTEST_SECONDS = 0.05;

/** Faults of what each workload of a service, or each pod of a gateway, lets in. */
export function checkLocalLimit(
  entry: string,
  {
    localRateLimit,
    protocol,
  }: { readonly localRateLimit?: LocalRateLimit; readonly protocol?: Service["protocol"] },
): readonly Fault[] {
  if (localRateLimit === undefined) return [];
  const setting = `${entry}.localRateLimit`;
  const { requests, per, burst = requests } = localRateLimit;
  const time = seconds(per);
  return [
    ...positive(`${setting}.requests`, requests),
    ...(Number.isInteger(burst) && burst >= requests && burst <= MOST_UINT32
      ? []
      : [
          fault(
            `${setting}.burst`,
            burst,
            `a whole number from that of requests to ${MOST_UINT32}`,
            "Correct it or leave it out",
          ),
        ]),
    ...(/^\d+(\.\d+)?[smh]$/.test(per) && time >= SHORTEST_SECONDS
      ? []
      : [fault(`${setting}.per`, per, "a time from 0.05s, in s, m or h", 'Write it like "60s"')]),
    ...(protocol === undefined || isHttp(protocol)
      ? []
      : [
          fault(
            setting,
            protocol,
            "HTTP, HTTP2 or GRPC as protocol",
            "Correct the protocol, or take the limit out",
          ),
        ]),
  ];
}

/** Faults of the limits that proxies count together, over all applications. */
export function checkGlobalLimits(applications: readonly Application[]): readonly Fault[] {
  const asking = applications.filter(({ rateLimitService }) => rateLimitService !== undefined);
  return [
    ...(asking.length > 1
      ? [
          fault(
            "rateLimitService",
            asking.map(({ name }) => name),
            "one application that names the service for the whole mesh",
            "Keep it in one of them",
          ),
        ]
      : []),
    ...asking.flatMap((application) => checkRateLimitService(application)),
    ...applications.flatMap(({ name, services }) =>
      services.flatMap((service) =>
        checkLimits(`applications.${name}.services.${service.name}`, service, asking.length > 0),
      ),
    ),
  ];
}

function checkRateLimitService({ name, namespaces, rateLimitService }: Application): readonly Fault[] {
  if (rateLimitService === undefined) return [];
  const setting = `applications.${name}.rateLimitService`;
  const { address, configMap, timeoutMs = 20 }: RateLimitService = rateLimitService;
  const found = serviceAddress(address);
  const own = ["istio-system", ...namespaces.map((namespace) => namespace.name)];
  return [
    ...(found === undefined || found.port < 1 || found.port > 65535
      ? [
          fault(
            `${setting}.address`,
            address,
            "name.namespace.svc.cluster.local:port",
            'Write it like "ratelimit.istio-system.svc.cluster.local:8081"',
          ),
        ]
      : []),
    ...(found === undefined || own.includes(found.namespace)
      ? []
      : [
          fault(
            `${setting}.address`,
            found.namespace,
            `a namespace for its configuration: ${own.join(", ")}`,
            "Add it to the application's namespaces",
          ),
        ]),
    ...(configMap === undefined ? [] : checkName(`${setting}.configMap`, configMap)),
    ...positive(`${setting}.timeoutMs`, timeoutMs),
  ];
}

function checkLimits(entry: string, service: Service, hasService: boolean): readonly Fault[] {
  const { globalRateLimits: limits = [], protocol } = service;
  const setting = `${entry}.globalRateLimits`;
  if (limits.length === 0) return [];
  return [
    ...(hasService
      ? []
      : [
          fault(setting, undefined, "limits beside a rateLimitService", "Name the service in an application"),
        ]),
    ...(isHttp(protocol)
      ? []
      : [
          fault(
            setting,
            protocol,
            "HTTP, HTTP2 or GRPC as protocol",
            "Correct the protocol, or take the limits out",
          ),
        ]),
    ...duplicates(limits.map(({ name }) => name)).map((name) =>
      fault(setting, name, "each name once", "Rename one of them"),
    ),
    ...limits.flatMap((limit) => checkLimit(`${setting}.${limit.name}`, limit)),
  ];
}

function checkLimit(setting: string, { name, perHeader, path, requests }: GlobalRateLimit): readonly Fault[] {
  return [
    ...checkName(`${setting}.name`, name),
    ...positive(`${setting}.requests`, requests),
    ...(/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(perHeader)
      ? []
      : [
          fault(
            `${setting}.perHeader`,
            perHeader,
            "a header's name in lower case",
            'Write it like "x-user-id"',
          ),
        ]),
    // No webhook looks into an EnvoyFilter, and a proxy refuses all of its routes for one bad expression.
    ...(path === undefined ? [] : checkPath(`${setting}.path`, path)),
  ];
}

/** Faults of what Envoy counts in 32 bits. */
function positive(setting: string, value: number): readonly Fault[] {
  return checkWhole(setting, value, 1, MOST_UINT32);
}

function fault(setting: string, value: unknown, allowed: string, fix: string): Fault {
  return { setting, value, allowed, fix };
}
