import assert from "node:assert/strict";
import { compile, type MeshContext } from "../../../../istio/compile";
import type { Application, Binding, Service, ServiceArgs } from "../../../../istio/intent";
import { application, binding, service } from "../../../../istio/intent";
import { CatalogError, describeFault } from "../../../../istio/rules/fault";

/** The regions of seed 000, in its order. */
export const REGIONS = ["eastus", "westeurope", "southeastasia"];

/** The mesh of seed 000 as one of its regions sees it. */
export function meshOf(changes: Partial<MeshContext> = {}): MeshContext {
  return {
    regions: REGIONS,
    region: "eastus",
    clusterLabels: { mesh: "enabled" },
    trustDomain: "cluster.local",
    revision: "default",
    rollouts: {},
    rootNamespace: "istio-system",
    ...changes,
  };
}

/** A service that is right in every way, with changes. */
export function shop(changes: Partial<ServiceArgs> = {}): Service {
  const { name = "shop" } = changes;
  return service({ name, namespace: "shops", port: 80, globalHost: `${name}.global`, ...changes });
}

/** An application of those services in the namespace `shops`, which may be called from some others as well. */
export function shops(...services: Service[]): Application {
  return application({
    name: "shops",
    namespaces: [{ name: "shops" }],
    services,
    otherCallers: ["a/*", "b/*", "ops/*", "web/*"],
  });
}

/** Binds applications to every cluster. */
export function everywhere(...applications: Application[]): readonly Binding[] {
  return [
    binding({
      name: "everywhere",
      clusters: [{ matchLabels: {} }],
      applications: applications.map(({ name }) => name),
    }),
  ];
}

/** The faults, as lines, that compiling reports. */
export function faults(
  applications: readonly Application[],
  bindings: readonly Binding[] = everywhere(...applications),
  mesh: Partial<MeshContext> = {},
): readonly string[] {
  try {
    compile(applications, bindings, meshOf(mesh));
    return [];
  } catch (error) {
    assert.ok(error instanceof CatalogError, String(error));
    return error.faults.map(describeFault);
  }
}
