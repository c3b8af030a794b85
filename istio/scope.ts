import type { RolloutPhases } from "../topology";
import type { Application, ExternalService, RateLimitService, Service } from "./intent";
import type { MtlsMode } from "./model";
import type { MergedGateway } from "./gateways/merge";
import { mergedGateways } from "./gateways/merge";
import type { Reach } from "./reach";
import { reachOf } from "./reach";

/** What building needs to know of the mesh. */
export interface BuildContext {
  readonly regions: readonly string[];
  readonly trustDomain: string;
  readonly rootNamespace: string;
  /** Phase of every canary; a service that is not named has none of its requests at the canary. */
  readonly rollouts: RolloutPhases;
  /**
   * Namespaces whose proxies must know every host of the mesh, whoever may call it, as those of east-west gateways.
   * @default none
   */
  readonly seesAll?: readonly string[];
  /** Namespaces whose services every proxy is told of. @default the root namespace alone */
  readonly seenByAll?: readonly string[];
}

/** The mesh as every builder sees it: where it is, and what the other entries say. */
export interface BuildScope extends BuildContext {
  /** Everything that is built together, in the order of the catalog. */
  readonly applications: readonly Application[];
  /** The service of that `namespace/name`. */
  readonly service: (key: string) => Service | undefined;
  /** The external service of that `namespace/name`. */
  readonly externalService: (key: string) => ExternalService | undefined;
  /** What the workloads of a service accept where its port leads: the narrowest policy decides, as in Istio. */
  readonly modeOf: (service: Service) => MtlsMode | undefined;
  /** What all applications say of the gateway of that `namespace/name`. */
  readonly gateway: (key: string) => MergedGateway | undefined;
  /** Who may see what, as far as the entries say it. */
  readonly reach: Reach;
  /** The service that counts global rate limits; none where no application names it. */
  readonly rateLimitService?: RateLimitService;
}

/** `namespace/name` of an entry, by which entries name each other. */
export function entryKey({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

/** Looks over applications once, so that builders can ask. */
export function buildScope(applications: readonly Application[], context: BuildContext): BuildScope {
  const services = new Map(
    applications.flatMap((application) => application.services.map((one) => [entryKey(one), one])),
  );
  const external = new Map(
    applications.flatMap(({ externalServices }) => externalServices.map((one) => [entryKey(one), one])),
  );
  const gateways = mergedGateways(applications);
  const ofMesh = applications.find(({ meshMtls }) => meshMtls !== undefined)?.meshMtls;
  const ofNamespace = new Map(distinctNamespaces(applications).map(({ name, mtls }) => [name, mtls]));
  const limiter = applications.find(
    ({ rateLimitService }) => rateLimitService !== undefined,
  )?.rateLimitService;
  return {
    ...context,
    applications,
    reach: reachOf(applications, context),
    ...(limiter === undefined ? {} : { rateLimitService: limiter }),
    service: (key) => services.get(key),
    externalService: (key) => external.get(key),
    gateway: (key) => gateways.get(key),
    modeOf: ({ portMtls, targetPort, mtls, namespace }) =>
      portMtls?.[targetPort] ?? mtls ?? ofNamespace.get(namespace) ?? ofMesh,
  };
}

/** Several applications may bring the same namespace along; the rules see to it that they say the same. */
export function distinctNamespaces(applications: readonly Application[]): Application["namespaces"] {
  const byName = new Map(
    applications.flatMap(({ namespaces }) => namespaces.map((namespace) => [namespace.name, namespace])),
  );
  return [...byName.values()];
}
