import type { BuiltObject } from "../istio/build";
import { rawObjects } from "../istio/build";
import { partOf, type CompiledCatalog, type CompiledMesh, type MeshContext } from "../istio/compile";
import { distribute } from "../istio/distribute";
import type { Application, Binding } from "../istio/intent";
import { policyMatrix } from "../istio/matrix";
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

/** What a whole mesh of Linkerd applies: the same whichever region asks. */
export interface LinkerdMesh extends CompiledMesh {
  /** What every workload of a region lets in unless told otherwise; none where the catalog does not say it. */
  readonly inboundPolicyOf: (region: string) => InboundPolicy | undefined;
}

/**
 * Compiles for Linkerd what the bindings give to a region.
 * @throws CatalogError as `compileMeshForLinkerd` does.
 */
export function compileForLinkerd(
  applications: readonly Application[],
  bindings: readonly Binding[],
  mesh: MeshContext,
): LinkerdCatalog {
  const compiled = compileMeshForLinkerd(applications, bindings, mesh);
  const policy = compiled.inboundPolicyOf(mesh.region);
  return {
    ...partOf(compiled, mesh.region),
    ...(policy === undefined ? {} : { defaultInboundPolicy: policy }),
  };
}

/**
 * Compiles for Linkerd what the bindings give to all clusters. As with Istio all applications are checked, bound or
 * not, so that every region refuses the same catalog.
 * @throws CatalogError listing every fault, among them each setting that Linkerd cannot honour.
 */
export function compileMeshForLinkerd(
  applications: readonly Application[],
  bindings: readonly Binding[],
  mesh: MeshContext,
): LinkerdMesh {
  refuse([...checkCatalog(applications, bindings, mesh.regions), ...checkForLinkerd(applications)]);
  const built = build(applications, mesh);
  refuse(repeated(built.map(({ object }) => object)));
  const clusters = mesh.clusters ?? [{ name: mesh.region, labels: mesh.clusterLabels }];
  const distribution = distribute(applications, bindings, clusters);
  const baseline = applications.find(({ meshMtls }) => meshMtls !== undefined);
  return {
    namespaces: sortedBy(({ name }) => name, namespacesOf(distinctNamespaces(applications))),
    entries: sortedBy(({ object }) => objectKey(object), built),
    configMaps: [],
    distribution,
    matrix: policyMatrix({ bindings, clusters, distribution, built }),
    inboundPolicyOf: (region) =>
      baseline?.meshMtls !== undefined && distribution.clustersOf(baseline).includes(region)
        ? inboundPolicy(baseline.meshMtls)
        : undefined,
  };
}

function build(applications: readonly Application[], mesh: MeshContext): readonly BuiltObject[] {
  return applications.flatMap((application) => {
    const from = (entry: string, source: object, objects: readonly LinkerdObject[]): readonly BuiltObject[] =>
      objects.map((object) => ({ application: application.name, entry, source, object }));
    return [
      ...application.services.flatMap((service) =>
        from(`services.${service.name}`, service, [
          ...httpRoutes(service, mesh),
          ...accessObjects(service, mesh.trustDomain),
        ]),
      ),
      ...rawObjects([application]).flatMap((raw, index) =>
        from(`raw.${raw.metadata.name}`, application.raw[index] ?? application, [raw]),
      ),
    ];
  });
}

/** Namespaces with Linkerd's annotations in place of Istio's label. */
function namespacesOf(namespaces: Application["namespaces"]): LinkerdMesh["namespaces"] {
  return namespaces.map((namespace) => {
    const { name, injection = true, mtls, defaultDeny = false } = namespace;
    const policy = defaultDeny ? "deny" : mtls && inboundPolicy(mtls);
    return {
      name,
      labels: ownLabels(name),
      annotations: {
        ...(policy === undefined ? {} : { [DEFAULT_INBOUND_POLICY]: policy }),
        ...(injection ? INJECT : {}),
      },
      source: namespace,
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
