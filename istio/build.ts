import { externalEntry, externalRules } from "./egress/external";
import { externalRoutes } from "./egress/routes";
import { egressGateway, egressRule } from "./egress/throughGateway";
import { gatewayObject, gatewayRoutes } from "./gateways/gateway";
import type { Application, ExternalService, Gateway, RawObject, Service, Telemetry } from "./intent";
import { globalRateLimits } from "./limits/global";
import { gatewayRateLimit, serviceRateLimit } from "./limits/local";
import type { IstioObject } from "./model";
import { ownLabels } from "./model";
import type { BuildContext, BuildScope } from "./scope";
import { buildScope, distinctNamespaces } from "./scope";
import { authorizationPolicy, defaultDeny } from "./security/authorizationPolicy";
import { denyPolicies } from "./security/denyPolicies";
import { pathParameters } from "./security/pathParameters";
import { namespaceMtls, serviceMtls } from "./security/peerAuthentication";
import { telemetryObject } from "./telemetry/telemetry";
import { destinationRule } from "./traffic/destinationRule";
import { serviceEntry } from "./traffic/serviceEntry";
import { exported, sidecar } from "./traffic/sidecar";
import { virtualService } from "./traffic/virtualService";
import { requestAuthentication } from "./security/requestAuthentication";

export type { BuildContext } from "./scope";

/** A namespace to make before the objects. */
export interface NamespaceSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** @default none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object and the entry of the catalog that it comes from. */
export interface BuiltObject {
  /** Name of the application, which is that of its folder in `catalog/`. */
  readonly application: string;
  /** Entry within the application, as in `services.ai-agent`. */
  readonly entry: string;
  /** The entry itself, or the application where it is no entry of its own: what bindings select. */
  readonly source: object;
  readonly object: IstioObject;
}

/** One idea: the objects that it takes, none where the entry does not say it. */
type Builder<Entry> = (
  entry: Entry,
  scope: BuildScope,
) => readonly (IstioObject | undefined)[] | IstioObject | undefined;

/** Ideas about one service, one builder each. */
const SERVICE: readonly Builder<Service>[] = [
  exported(serviceEntry),
  exported(virtualService),
  exported(destinationRule),
  sidecar,
  serviceMtls,
  authorizationPolicy,
  serviceRateLimit,
  globalRateLimits,
  denyPolicies,
  pathParameters,
  requestAuthentication,
];

/** Ideas about one gateway. */
const GATEWAY: readonly Builder<Gateway>[] = [gatewayObject, gatewayRoutes, gatewayRateLimit];

/** Ideas about one service outside the mesh. */
const EXTERNAL: readonly Builder<ExternalService>[] = [
  externalEntry,
  externalRules,
  externalRoutes,
  egressGateway,
  egressRule,
];

/** Ideas about what proxies report. */
const TELEMETRY: readonly Builder<Telemetry>[] = [telemetryObject];

/** The label that makes a revision's webhook inject proxies into a namespace. */
export function injectionLabel(revision: string): Readonly<Record<string, string>> {
  return revision === "default" ? { "istio-injection": "enabled" } : { "istio.io/rev": revision };
}

/** The namespaces that applications bring along, each once. */
export function buildNamespaces(
  applications: readonly Application[],
  revision: string,
): readonly (NamespaceSpec & { readonly source: object })[] {
  return distinctNamespaces(applications).map((namespace) => {
    const { name, injection = true } = namespace;
    const labels = { ...ownLabels(name), ...(injection ? injectionLabel(revision) : {}) };
    return { name, labels, source: namespace };
  });
}

/** Every object that applications say, raw ones included. */
export function buildObjects(
  applications: readonly Application[],
  context: BuildContext,
): readonly IstioObject[] {
  return buildEntries(applications, context).map(({ object }) => object);
}

/** Every object that applications say, raw ones included, with the entry that it comes from. */
export function buildEntries(
  applications: readonly Application[],
  context: BuildContext,
): readonly BuiltObject[] {
  const scope = buildScope(applications, context);
  const named = new Set<string>();
  return applications.flatMap((application) => {
    const built = (
      entry: string,
      objects: ReturnType<Builder<unknown>>,
      source: object = application,
    ): readonly BuiltObject[] =>
      [objects]
        .flat()
        .filter((object) => object !== undefined)
        .map((object) => ({ application: application.name, entry, source, object }));
    const each = <Entry extends { readonly name: string }>(
      kind: string,
      entries: readonly Entry[],
      builders: readonly Builder<Entry>[],
    ): readonly BuiltObject[] =>
      entries.flatMap((entry) =>
        builders.flatMap((build) => built(`${kind}.${entry.name}`, build(entry, scope), entry)),
      );
    const { name, meshMtls, namespaces } = application;
    const newNamespaces = namespaces.filter((namespace) => !named.has(namespace.name));
    for (const namespace of newNamespaces) named.add(namespace.name);
    return [
      ...built("meshMtls", meshMtls && namespaceMtls(name, scope.rootNamespace, meshMtls)),
      ...each("namespaces", newNamespaces, [
        (namespace) => namespace.mtls && namespaceMtls(namespace.name, namespace.name, namespace.mtls),
        defaultDeny,
      ]),
      ...each("services", application.services, SERVICE),
      ...each("gateways", application.gateways, GATEWAY),
      ...each("externalServices", application.externalServices, EXTERNAL),
      ...each("telemetry", application.telemetry, TELEMETRY),
      ...application.raw.flatMap((raw) => built(`raw.${raw.metadata.name}`, labelled(raw, name), raw)),
    ];
  });
}

/** The raw objects of applications with our labels on them. */
export function rawObjects(applications: readonly Application[]): readonly IstioObject[] {
  return applications.flatMap(({ name, raw }) => raw.map((object) => labelled(object, name)));
}

function labelled(raw: RawObject, application: string): IstioObject {
  const { name, namespace, labels, annotations } = raw.metadata;
  return {
    ...raw,
    metadata: {
      name,
      namespace,
      labels: { ...labels, ...ownLabels(application) },
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}
