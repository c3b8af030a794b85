import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { chooseApplications, type Catalog } from "../../istio/choose";
import { compile, type CompiledCatalog } from "../../istio/compile";
import { objectKey, type IstioObject } from "../../istio/model";
import type { Mesh, Region, RolloutPhases } from "../../topology";
import { SYSTEM_NAMESPACE } from "../internal/labels";

/** Settings that decide what the catalog gives to a region. */
export interface PolicySettings {
  /** Names of the applications that the mesh runs. */
  readonly applications: readonly string[];
  readonly mesh: Mesh;
  readonly region: Region;
  readonly trustDomain: string;
  readonly revision: string;
  /** Phases of the canaries, from `rollouts.yaml`. */
  readonly rollouts: RolloutPhases;
}

/**
 * What the bindings give to a region; pure, so that a fault in the catalog is said before anything is made.
 * @throws CatalogError listing every fault.
 */
export function planPolicy(settings: PolicySettings, catalog: Catalog): CompiledCatalog {
  const { applications, bindings } = chooseApplications(catalog, settings.applications, settings.rollouts);
  return compile(applications, bindings, {
    // Leaving regions too: a table of localities that names them stays right, and changes only once.
    regions: settings.mesh.regions.map((region) => region.name),
    region: settings.region.name,
    clusterLabels: settings.region.labels,
    trustDomain: settings.trustDomain,
    revision: settings.revision,
    rollouts: settings.rollouts,
    rootNamespace: SYSTEM_NAMESPACE,
  });
}

/** What the bindings give to this region: its namespaces, and traffic and security policy in them. */
export class MeshPolicy extends pulumi.ComponentResource {
  /** All policies, as `namespace/Kind/name`, sorted. */
  readonly applied: readonly string[];

  constructor(name: string, compiled: CompiledCatalog, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:policy:MeshPolicy", name, {}, opts);
    const namespaces = compiled.namespaces.map(
      (namespace) =>
        new core.Namespace(
          `namespace-${namespace.name}`,
          { metadata: { name: namespace.name, labels: { ...namespace.labels } } },
          { parent: this },
        ),
    );
    for (const { metadata, data } of compiled.configMaps) {
      const { name: mapName, namespace, labels } = metadata;
      new core.ConfigMap(
        `${namespace}/ConfigMap/${mapName}`,
        { metadata: { name: mapName, namespace, labels: { ...labels } }, data: { ...data } },
        { parent: this, dependsOn: namespaces },
      );
    }
    for (const object of compiled.objects) this.customResource(object, namespaces);
    this.applied = compiled.objects.map(objectKey);
    this.registerOutputs({ applied: this.applied });
  }

  private customResource(object: IstioObject, namespaces: pulumi.Resource[]): void {
    const { apiVersion, kind, metadata, spec } = object;
    const { labels, annotations, ...identity } = metadata;
    new CustomResource(
      objectKey(object),
      {
        apiVersion,
        kind,
        metadata: {
          ...identity,
          labels: { ...labels },
          ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
        },
        spec,
      },
      { parent: this, dependsOn: namespaces },
    );
  }
}
