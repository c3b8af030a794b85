import { keyOf } from "../callers";
import type { Application } from "../intent";
import { serviceHost } from "../intent";
import type { BuildScope } from "../scope";
import { buildScope } from "../scope";
import { callersOf } from "./callers";
import { checkCalls } from "./calls";
import { checkExternal } from "./external";
import type { Fault } from "./fault";
import { checkGateways } from "./gateways";
import { checkGlobalLimits, checkLocalLimit } from "./limits";
import { duplicates } from "./names";
import { checkTelemetry } from "./telemetry";

/** Namespaces of gateways, which the mesh itself makes. */
const GATEWAY_NAMESPACES = ["istio-egress", "istio-ingress", "istio-system"];

/** Faults of what goes in and out of the mesh, of limits, scope and telemetry, over all applications. */
export function checkEdge(
  applications: readonly Application[],
  regions: readonly string[],
): readonly Fault[] {
  const scope = buildScope(applications, {
    regions,
    trustDomain: "cluster.local",
    rootNamespace: "istio-system",
    rollouts: {},
  });
  const callers = callersOf(applications);
  return [
    ...sharedNames(applications),
    ...sharedHosts(applications, scope),
    ...foreignNamespaces(applications),
    ...checkGateways(applications, scope),
    ...each(applications, (application, setting) => [
      ...application.externalServices.flatMap((one) =>
        checkExternal(`${setting}.externalServices.${one.name}`, one, callers),
      ),
      ...application.services.flatMap((service) => [
        ...checkCalls(`${setting}.services.${service.name}.calls`, service, scope),
        ...checkLocalLimit(`${setting}.services.${service.name}`, service),
      ]),
    ]),
    ...checkGlobalLimits(applications),
    ...checkTelemetry(applications, (key) => isService(key, scope)),
  ];
}

function each(
  applications: readonly Application[],
  check: (application: Application, setting: string) => readonly Fault[],
): readonly Fault[] {
  return applications.flatMap((application) => check(application, `applications.${application.name}`));
}

function isService(key: string, scope: BuildScope): boolean {
  return scope.service(key) !== undefined;
}

/** Entries name services and external services alike. */
function sharedNames(applications: readonly Application[]): readonly Fault[] {
  const services = new Set(applications.flatMap((application) => application.services.map(keyOf)));
  const external = applications.flatMap(({ externalServices }) => externalServices.map(keyOf));
  return [...new Set([...duplicates(external), ...external.filter((key) => services.has(key))])].map(
    (key) => ({
      setting: "externalServices",
      value: key,
      allowed: "a name that no other service or external service of the namespace has",
      fix: "Rename it",
    }),
  );
}

/**
 * Hosts that a proxy would be told of twice. It follows one of the two entries, and what is said of its ports, as that
 * the proxy opens TLS, holds for those of the other one, too.
 */
function sharedHosts(applications: readonly Application[], { reach }: BuildScope): readonly Fault[] {
  const owners = new Map(
    applications.flatMap(({ services }) => services.map((one) => [serviceHost(one), keyOf(one)] as const)),
  );
  const told = new Map<string, string>();
  return each(applications, ({ externalServices }, setting) =>
    externalServices.flatMap((external) => {
      const audience = reach
        .exportExternalTo(external)
        .map((namespace) => (namespace === "." ? external.namespace : namespace));
      return external.hosts.flatMap((host) => {
        const places = audience.map((namespace) => `${host} ${namespace}`);
        const owner = owners.get(host) ?? places.flatMap((place) => told.get(place) ?? [])[0];
        for (const place of places) told.set(place, keyOf(external));
        if (owner === undefined || owner === keyOf(external)) return [];
        return [
          {
            setting: `${setting}.externalServices.${external.name}.hosts`,
            value: host,
            allowed: `a host that ${owner} does not have, where the same proxies are told of both`,
            fix: "Put the ports into one entry, or give the two other callers",
          },
        ];
      });
    }),
  );
}

/** Objects go where the application is bound; a namespace of another application may not be there. */
function foreignNamespaces(applications: readonly Application[]): readonly Fault[] {
  return each(applications, ({ namespaces, gateways, externalServices }, setting) => {
    const own = namespaces.map(({ name }) => name);
    const used = [
      ...gateways.map(
        (one) => [`gateways.${one.name}`, one.namespace, [...GATEWAY_NAMESPACES, ...own]] as const,
      ),
      ...externalServices.map((one) => [`externalServices.${one.name}`, one.namespace, own] as const),
    ];
    return used
      .filter(([, namespace, allowed]) => !allowed.includes(namespace))
      .map(([place, namespace, allowed]) => ({
        setting: `${setting}.${place}.namespace`,
        value: namespace,
        allowed: `a namespace that the application brings along, or of gateways: ${allowed.join(", ") || "none"}`,
        fix: "Correct the name, or add it to the application's namespaces",
      }));
  });
}
