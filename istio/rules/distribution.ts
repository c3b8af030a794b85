import type { Clusters, Distribution } from "../distribute";
import type { Application, Gateway, RouteTarget, Service } from "../intent";
import { serviceAddress } from "../limits/address";
import type { Fault } from "./fault";

/** An entry that another one needs where it goes itself. */
interface Need {
  /** Where the other one is named. */
  readonly setting: string;
  /** The other entry as `namespace/name`. */
  readonly target: string;
}

/**
 * Faults of what goes where. Traffic policy works where the client is: hosts, subsets and mutual TLS of a service
 * are read from the client's own cluster. So an entry goes wherever something goes that sends requests to it.
 */
export function checkDistribution(
  applications: readonly Application[],
  distribution: Distribution,
): readonly Fault[] {
  const targets = new Map<string, object>(
    applications
      .flatMap(({ services, externalServices }) => [...services, ...externalServices])
      .map((entry) => [`${entry.namespace}/${entry.name}`, entry]),
  );
  const limiter = limiterOf(applications);
  if (limiter !== undefined) targets.set(limiter.address, limiter.home);
  return [
    ...applications.flatMap(({ name, services, gateways }) => [
      ...services.flatMap((entry) =>
        missing(
          entry,
          needsOfService(`applications.${name}.services.${entry.name}`, entry, limiter?.address),
          targets,
          distribution,
        ),
      ),
      ...gateways.flatMap((entry) =>
        missing(
          entry,
          needsOfGateway(`applications.${name}.gateways.${entry.name}`, entry),
          targets,
          distribution,
        ),
      ),
    ]),
    ...checkExternalCallers(applications, distribution),
    ...checkBaseline(applications, distribution),
  ];
}

/** Where its caller goes and an external service does not, the caller's requests leave as they are, without TLS. */
function checkExternalCallers(
  applications: readonly Application[],
  { clustersOf }: Distribution,
): readonly Fault[] {
  const byAccount = new Map<string, Service[]>();
  for (const one of applications.flatMap(({ services }) => services)) {
    const account = `${one.namespace}/${one.serviceAccount}`;
    byAccount.set(account, [...(byAccount.get(account) ?? []), one]);
  }
  return applications.flatMap((application) =>
    application.externalServices.flatMap((external) =>
      (external.callers ?? []).flatMap((caller): readonly Fault[] => {
        const needed = (byAccount.get(caller) ?? []).flatMap(clustersOf);
        const lacking = without([...new Set(needed)].toSorted(), clustersOf(external));
        if (lacking.length === 0) return [];
        const { name } = external;
        return [
          {
            setting: `applications.${application.name}.externalServices.${name}.callers`,
            value: caller,
            allowed: `callers that go where ${name} goes; it does not go to ${lacking.join(", ")}`,
            fix: `Bind ${name} there too: without it requests leave the cluster as the caller sends them`,
          },
        ];
      }),
    ),
  );
}

function missing(
  from: object,
  needs: readonly Need[],
  targets: ReadonlyMap<string, object>,
  { clustersOf }: Distribution,
): readonly Fault[] {
  return needs.flatMap(({ setting, target }) => {
    const entry = targets.get(target);
    // An unknown name is the fault of the setting that says it, and has been refused there.
    if (entry === undefined) return [];
    const lacking = without(clustersOf(from), clustersOf(entry));
    if (lacking.length === 0) return [];
    return [
      {
        setting,
        value: target,
        allowed: `what goes to the same clusters; ${target} does not go to ${lacking.join(", ")}`,
        fix: "Bind it there too: a client's cluster must have the host and the policy of what it calls",
      },
    ];
  });
}

/** The rate limit service and its namespace, which gets its configuration; none where every cluster has that anyway. */
function limiterOf(
  applications: readonly Application[],
): { readonly address: string; readonly home: object } | undefined {
  for (const { namespaces, rateLimitService } of applications) {
    if (rateLimitService === undefined) continue;
    const { address } = rateLimitService;
    const home = namespaces.find(({ name }) => name === serviceAddress(address)?.namespace);
    if (home !== undefined) return { address, home };
  }
  return undefined;
}

function needsOfService(setting: string, service: Service, limiter: string | undefined): readonly Need[] {
  const { experiments = [], routes = [], mirror, calls = [], globalRateLimits = [] } = service;
  return [
    ...(limiter === undefined || globalRateLimits.length === 0
      ? []
      : [{ setting: `${setting}.globalRateLimits`, target: limiter }]),
    ...experiments.flatMap(({ name, to }) => toService(`${setting}.experiments.${name}.to`, to)),
    ...routes.flatMap(({ name, to }) => toService(`${setting}.routes.${name}.to`, to)),
    ...toService(`${setting}.mirror.to`, mirror?.to),
    ...calls.map((target) => ({ setting: `${setting}.calls`, target })),
  ];
}

function needsOfGateway(setting: string, { routes }: Gateway): readonly Need[] {
  return routes.map(({ name, to }) => ({ setting: `${setting}.routes.${name}.to`, target: to }));
}

function toService(setting: string, to: RouteTarget | undefined): readonly Need[] {
  return to !== undefined && "service" in to ? [{ setting, target: to.service }] : [];
}

/** A service that follows the mesh's baseline would accept plaintext where the baseline is not. */
function checkBaseline(applications: readonly Application[], { clustersOf }: Distribution): readonly Fault[] {
  const baseline = applications.find(({ meshMtls }) => meshMtls !== undefined);
  // A baseline that goes nowhere says nothing anywhere; that it is bound to nothing is named elsewhere.
  if (baseline === undefined || clustersOf(baseline).length === 0) return [];
  const said = new Map(
    applications.flatMap(({ namespaces }) => namespaces.map(({ name, mtls }) => [name, mtls] as const)),
  );
  const lacking = new Map<string, string[]>();
  for (const { services } of applications) {
    for (const service of services) {
      if (service.mtls !== undefined || said.get(service.namespace) !== undefined) continue;
      for (const cluster of without(clustersOf(service), clustersOf(baseline))) {
        const services = lacking.get(cluster) ?? [];
        services.push(`${service.namespace}/${service.name}`);
        lacking.set(cluster, services);
      }
    }
  }
  return [...lacking].map(([cluster, services]) => ({
    setting: `applications.${baseline.name}.meshMtls`,
    value: baseline.meshMtls,
    allowed: `a baseline wherever services follow it; it does not go to ${cluster}, where these do: ${few(services)}`,
    fix: `Bind ${baseline.name} there too, or say mtls for their namespaces`,
  }));
}

const SHOWN = 5;

function few(names: readonly string[]): string {
  const sorted = names.toSorted();
  if (sorted.length <= SHOWN) return sorted.join(", ");
  return `${sorted.slice(0, SHOWN).join(", ")} and ${sorted.length - SHOWN} more`;
}

function without(clusters: Clusters, others: Clusters): Clusters {
  return clusters.filter((cluster) => !others.includes(cluster));
}
