import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { CompiledCatalog } from "../../istio/compile";
import { objectKey, type IstioObject } from "../../istio/model";

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
          {
            metadata: {
              name: namespace.name,
              labels: { ...namespace.labels },
              ...(namespace.annotations === undefined ? {} : { annotations: { ...namespace.annotations } }),
            },
          },
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
