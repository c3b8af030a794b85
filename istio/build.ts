import type { Application, RawObject, Service } from "./intent";
import type { IstioObject, MtlsMode } from "./model";
import { ownLabels } from "./model";
import { authorizationPolicy } from "./security/authorizationPolicy";
import { namespaceMtls, serviceMtls } from "./security/peerAuthentication";
import { destinationRule, serviceEntry, virtualService } from "./traffic/service";

/** What building needs to know of the mesh. */
export interface BuildContext {
  readonly regions: readonly string[];
  readonly trustDomain: string;
  readonly rootNamespace: string;
}

/** A namespace to make before the objects. */
export interface NamespaceSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The label that makes a revision's webhook inject proxies into a namespace. */
export function injectionLabel(revision: string): Readonly<Record<string, string>> {
  return revision === "default" ? { "istio-injection": "enabled" } : { "istio.io/rev": revision };
}

/** The namespaces that applications bring along, each once. */
export function buildNamespaces(
  applications: readonly Application[],
  revision: string,
): readonly NamespaceSpec[] {
  return distinctNamespaces(applications).map(({ name, injection = true }) => ({
    name,
    labels: { ...ownLabels(name), ...(injection ? injectionLabel(revision) : {}) },
  }));
}

/** Every object that applications say, raw ones included. */
export function buildObjects(
  applications: readonly Application[],
  context: BuildContext,
): readonly IstioObject[] {
  const modeOf = effectiveMode(applications);
  return [
    ...applications.flatMap(({ name, meshMtls }) =>
      meshMtls === undefined ? [] : [namespaceMtls(name, context.rootNamespace, meshMtls)],
    ),
    ...distinctNamespaces(applications).flatMap(({ name, mtls }) =>
      mtls === undefined ? [] : [namespaceMtls(name, name, mtls)],
    ),
    ...applications.flatMap(({ services }) =>
      services.flatMap((service) => buildService(service, modeOf(service), context)),
    ),
    ...rawObjects(applications),
  ];
}

/** The raw objects of applications with our labels on them. */
export function rawObjects(applications: readonly Application[]): readonly IstioObject[] {
  return applications.flatMap(({ name, raw }) => raw.map((object) => labelled(object, name)));
}

function buildService(
  service: Service,
  mode: MtlsMode | undefined,
  { regions, trustDomain }: BuildContext,
): readonly IstioObject[] {
  return [
    serviceEntry(service),
    virtualService(service),
    destinationRule(service, regions, mode),
    serviceMtls(service),
    authorizationPolicy(service, trustDomain),
  ].filter((object) => object !== undefined);
}

/** Several applications may bring the same namespace along; the rules see to it that they say the same. */
function distinctNamespaces(applications: readonly Application[]): Application["namespaces"] {
  const byName = new Map(
    applications.flatMap(({ namespaces }) => namespaces.map((namespace) => [namespace.name, namespace])),
  );
  return [...byName.values()];
}

/** What the workloads of a service accept: the narrowest policy decides, as in Istio. */
function effectiveMode(applications: readonly Application[]): (service: Service) => MtlsMode | undefined {
  const ofMesh = applications.find(({ meshMtls }) => meshMtls !== undefined)?.meshMtls;
  const ofNamespace = new Map(distinctNamespaces(applications).map(({ name, mtls }) => [name, mtls]));
  return (service) => service.mtls ?? ofNamespace.get(service.namespace) ?? ofMesh;
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
