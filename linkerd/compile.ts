import type { BuiltObject, NamespaceSpec } from "../istio/build";
import { rawObjects } from "../istio/build";
import { boundApplications, type CompiledCatalog, type MeshContext } from "../istio/compile";
import type { Application, Binding } from "../istio/intent";
import { objectKey, ownLabels, type MtlsMode } from "../istio/model";
import { checkCatalog } from "../istio/rules/catalog";
import { CatalogError, type Fault } from "../istio/rules/fault";
import { duplicates } from "../istio/rules/names";
import { distinctNamespaces } from "../istio/scope";
import type { InboundPolicy, LinkerdObject } from "./model";
import { DEFAULT_INBOUND_POLICY, INJECT } from "./names";
import { accessObjects } from "./policy/access";
import { httpRoutes } from "./policy/routes";
import { checkForLinkerd } from "./rules/application";

/** What a region with Linkerd applies, sorted whatever the order of the input. */
export interface LinkerdCatalog extends CompiledCatalog {
  /**
   * What every workload lets in unless its namespace or a Server says otherwise.
   * @default the chart's: everybody
   */
  readonly defaultInboundPolicy?: InboundPolicy;
}

/**
 * Compiles for Linkerd what the bindings give to a region. As with Istio all applications are checked, bound here
 * or not, so that every region refuses the same catalog.
 * @throws CatalogError listing every fault, among them each setting that Linkerd cannot honour.
 */
export function compileForLinkerd(
  applications: readonly Application[],
  bindings: readonly Binding[],
  mesh: MeshContext,
): LinkerdCatalog {
  refuse([...checkCatalog(applications, bindings, mesh.regions), ...checkForLinkerd(applications)]);
  refuse(repeated(build(applications, mesh).map(({ object }) => object)));
  const bound = boundApplications(applications, bindings, mesh.clusterLabels);
  const mode = bound.find(({ meshMtls }) => meshMtls !== undefined)?.meshMtls;
  const entries = sortedBy(({ object }) => objectKey(object), build(bound, mesh));
  return {
    namespaces: sortedBy(({ name }) => name, namespacesOf(bound)),
    configMaps: [],
    objects: entries.map(({ object }) => object),
    entries,
    ...(mode === undefined ? {} : { defaultInboundPolicy: inboundPolicy(mode) }),
  };
}

function build(applications: readonly Application[], mesh: MeshContext): readonly BuiltObject[] {
  return applications.flatMap((application) => {
    const from = (entry: string, objects: readonly LinkerdObject[]): readonly BuiltObject[] =>
      objects.map((object) => ({ application: application.name, entry, object }));
    return [
      ...application.services.flatMap((service) =>
        from(`services.${service.name}`, [
          ...httpRoutes(service, mesh),
          ...accessObjects(service, mesh.trustDomain),
        ]),
      ),
      ...rawObjects([application]).flatMap((raw) => from(`raw.${raw.metadata.name}`, [raw])),
    ];
  });
}

/** Namespaces with Linkerd's annotations in place of Istio's label. */
function namespacesOf(applications: readonly Application[]): readonly NamespaceSpec[] {
  return distinctNamespaces(applications).map(({ name, injection = true, mtls, defaultDeny = false }) => {
    const policy = defaultDeny ? "deny" : mtls && inboundPolicy(mtls);
    return {
      name,
      labels: ownLabels(name),
      annotations: {
        ...(policy === undefined ? {} : { [DEFAULT_INBOUND_POLICY]: policy }),
        ...(injection ? INJECT : {}),
      },
    };
  });
}

/** STRICT lets in whoever has an identity of the mesh, as in Istio; `access` narrows it. */
function inboundPolicy(mode: MtlsMode): InboundPolicy {
  return mode === "STRICT" ? "all-authenticated" : "all-unauthenticated";
}

function repeated(objects: readonly LinkerdObject[]): readonly Fault[] {
  return duplicates(objects.map(objectKey)).map((key) => ({
    setting: "raw",
    value: key,
    allowed: "objects that nothing else makes",
    fix: "Rename it, or take out what makes the other: two objects of one name cannot stand together",
  }));
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new CatalogError(faults);
}

function sortedBy<T>(key: (item: T) => string, items: readonly T[]): readonly T[] {
  return items.toSorted((left, right) => (key(left) < key(right) ? -1 : 1));
}
