import type { Catalog } from "../istio/choose";
import type { CompiledCatalog } from "../istio/compile";
import { planMesh, type MeshPlan, type MeshSettings } from "./mesh/plan";
import { planPolicy, type PolicySettings } from "./policy/policy";

/** What a region installs and applies, as far as settings and catalog say it. */
export interface RegionPlan {
  readonly mesh: MeshPlan;
  readonly policy: CompiledCatalog;
}

/** Finds each fault of the catalog, the values and the charts before a cluster is waited for, or anything is made. */
export function planRegion(settings: MeshSettings & PolicySettings, catalog: Catalog): RegionPlan {
  return { mesh: planMesh(settings), policy: planPolicy(settings, catalog) };
}
