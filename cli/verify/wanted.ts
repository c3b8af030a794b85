import { GLOBAL_STACK, governedBy, hasIstiod, peersOf, stayingRegions } from "../../topology";
import type { Project, ProjectRegion } from "../project/load";
import { UsageError } from "../usage";
import type { RegionWanted } from "./facts";
import { TEST_APPLICATION, testApplicationOf, type TestApplication } from "./requests/application";

/** The mesh as the files of a project want it. */
export interface MeshWanted {
  /** Stack of what belongs to no region. */
  readonly global: string;
  /** Every region that stays, by name. */
  readonly regions: readonly RegionWanted[];
  /** Regions that are on their way out, and are not asked. */
  readonly leaving: readonly string[];
  /** Days before the end of a certificate from which on `global` renews it. */
  readonly renewBeforeDays: number;
  /** What test requests go to; absent where the catalog has nothing of the kind. */
  readonly tests: TestApplication | undefined;
}

/** Works out what each region should be. */
export function wantedOf({ regions, catalog }: Project): MeshWanted {
  const others = regions.filter(({ settings }) => settings.meshKind !== "istio").map(({ name }) => name);
  if (others.length > 0) {
    throw new UsageError(
      `global-mesh:meshKind is linkerd in ${others.join(", ")}, and mesh verify asks Istio. For Linkerd: linkerd check`,
    );
  }
  const [first] = regions;
  if (first === undefined) throw new UsageError("the regions table is empty: there is nothing to verify.");
  const staying = new Set(stayingRegions(first.settings.mesh).map(({ name }) => name));
  const tests = testApplicationOf(catalog);
  return {
    global: GLOBAL_STACK,
    tests,
    regions: regions
      .filter(({ name }) => staying.has(name))
      .map((region) => ({ ...regionWanted(region), tests: standing(region, tests) })),
    leaving: regions.map(({ name }) => name).filter((name) => !staying.has(name)),
    renewBeforeDays: first.settings.trust.renewBeforeDays,
  };
}

/** Whether the test application is given to a region. */
function standing(
  { settings, compiled }: ProjectRegion,
  tests: TestApplication | undefined,
): RegionWanted["tests"] {
  if (tests === undefined) return "unknown";
  if (!settings.applications.includes(TEST_APPLICATION)) return "unchosen";
  return compiled.namespaces.some(({ name }) => name === tests.namespace) ? "runs" : "unbound";
}

function regionWanted({ name, settings, compiled }: ProjectRegion): Omit<RegionWanted, "tests"> {
  const { mesh, region, istioVersion, revision } = settings;
  const reads = hasIstiod(region) ? peersOf(mesh, name) : [];
  return {
    name,
    cluster: region.cluster,
    controlPlane: region.controlPlane,
    istioVersion,
    revision,
    reads: Object.fromEntries(reads.map((peer) => [peer.name, peer.cluster])),
    governs: governedBy(mesh, name).map((one) => one.name),
    namespaces: compiled.namespaces.map((namespace) => namespace.name),
    applications: settings.applications,
    objects: compiled.objects,
    matrix: compiled.matrix.objects,
  };
}
