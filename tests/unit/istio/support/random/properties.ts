import assert from "node:assert/strict";
import { compileMesh, type CompiledMesh, partOf } from "../../../../../istio/compile";
import type { Application } from "../../../../../istio/intent";
import type { IstioObject } from "../../../../../istio/model";
import { CatalogError } from "../../../../../istio/rules/fault";
import { meshOf } from "../fixtures";
import type { RandomCatalog } from "./catalog";

/** What a catalog comes to: a mesh, or a refusal that says where each fault is. */
export type Outcome = { readonly mesh: CompiledMesh } | { readonly refused: CatalogError };

/** Compiles a catalog; anything but a refusal that names its faults fails the test. */
export function outcome({ applications, bindings, clusters, rollouts }: RandomCatalog): Outcome {
  const region = clusters[0]?.name ?? "";
  const regions = clusters.map(({ name }) => name);
  try {
    return { mesh: compileMesh(applications, bindings, meshOf({ region, regions, clusters, rollouts })) };
  } catch (error) {
    assert.ok(error instanceof CatalogError, error instanceof Error ? (error.stack ?? "") : String(error));
    assert.ok(error.faults.length > 0);
    for (const { setting, allowed, fix } of error.faults) {
      assert.match(setting, /^[a-z]\w*(\.|\[|$)/i);
      assert.ok(allowed.length > 0 && fix.length > 0, setting);
    }
    return { refused: error };
  }
}

/** What every region of a catalog applies, as one text. */
export function textOf(catalog: RandomCatalog): string {
  const made = outcome(catalog);
  if ("refused" in made)
    return made.refused.faults
      .map(({ setting }) => setting)
      .toSorted()
      .join("\n");
  const regions = catalog.clusters.map(({ name }) => name).toSorted();
  return JSON.stringify(regions.map((region) => partOf(made.mesh, region)));
}

/** The same catalog in another order, wherever order means nothing. */
export function reordered(catalog: RandomCatalog): RandomCatalog {
  const { applications, bindings, clusters, rollouts } = catalog;
  return {
    applications: applications.toReversed().map((application): Application => ({
      ...application,
      services: application.services.toReversed().map((service) => ({
        ...reversed(service),
        ...(service.versions === undefined ? {} : { versions: reversed(service.versions) }),
      })),
      externalServices: application.externalServices.toReversed(),
      telemetry: application.telemetry.toReversed(),
    })),
    bindings: bindings.toReversed(),
    clusters: clusters.toReversed(),
    rollouts: reversed(rollouts),
  };
}

function reversed<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).toReversed()) as T;
}

/** The weights of every split in an object. */
export function splits({ kind, spec }: IstioObject): readonly (readonly number[])[] {
  if (kind !== "VirtualService") return [];
  const { http = [] } = spec as {
    readonly http?: readonly { readonly route?: readonly { weight?: number }[] }[];
  };
  return http.flatMap(({ route = [] }) => (route.length > 1 ? [route.map(({ weight = 0 }) => weight)] : []));
}
