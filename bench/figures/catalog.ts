import { compileAll, type PolicySettings, regionPart } from "../../istio/region";
import { lintCatalog } from "../../istio/lint";
import { buildMesh } from "../../topology";
import { generatedCatalog } from "../catalog/generated";
import type { BenchContext, Figure } from "../context";
import type { Goal, Result, Row } from "../result";
import { exponent, median } from "../stats";

const SERVICES = [10, 100, 1000, 3000] as const;
/** The size that has goals. */
const GOAL_AT = 1000;
/** Of what the issue asks for a mesh of that size, in seconds of CPU. */
const GOALS: Readonly<Record<string, Goal>> = {
  "Catalog to resources": { wanted: "at most", aim: 1 },
  Lint: { wanted: "at most", aim: 3 },
};

const MESH = buildMesh({
  topology: "flat",
  primary: "eastus",
  leaving: [],
  regions: Object.fromEntries(
    ["eastus", "southeastasia", "westeurope"].map((name, index) => [
      name,
      { cidr: `10.${index}.0.0/16`, labels: { mesh: "enabled" }, zones: [] },
    ]),
  ),
});

/** What the catalog costs without the engine: to resources, and the linter over them. */
export const catalog: Figure = {
  name: "catalog",
  about: "CPU from the catalog to the resources of three regions, and of the linter, at 10 to 3,000 services",
  measure: (context) => Promise.resolve([measure(context)]),
};

function measure(context: BenchContext): Result {
  const seconds = new Map<string, Map<number, number[]>>();
  for (let round = 0; round <= context.repetitions; round += 1) {
    for (const services of SERVICES) {
      context.signal.throwIfAborted();
      context.progress(`catalog: ${services} services, round ${round} of ${context.repetitions}`);
      for (const [what, value] of Object.entries(once(services))) {
        // In the first round the engine of JavaScript compiles the code.
        if (round === 0) continue;
        const bySize = seconds.get(what) ?? new Map<number, number[]>();
        bySize.set(services, [...(bySize.get(services) ?? []), value]);
        seconds.set(what, bySize);
      }
    }
  }
  return {
    figure: catalog.name,
    title: "Catalog to resources, and the linter",
    contains:
      "In one process, after everything is loaded: checks, builders and bindings for all three regions, as `mesh export` " +
      "asks for them; the same by each region's program for itself, added up; and the linter over all regions' resources. " +
      "Every service has a global name, two versions, an experiment, timeout, retries, pools, locality and access. The " +
      "exponent k is the best fit of c · services^k: 1 is linear.",
    rows: [...seconds].flatMap(([what, bySize]) => rowsOf(what, bySize)),
  };
}

function rowsOf(what: string, bySize: ReadonlyMap<number, readonly number[]>): readonly Row[] {
  const goal = GOALS[what];
  const points = SERVICES.map((x) => ({ x, y: median(bySize.get(x) ?? []) }));
  return [
    ...SERVICES.map((services) => ({
      name: `${what}, ${services} services`,
      unit: "s" as const,
      values: bySize.get(services) ?? [],
      ...(services === GOAL_AT && goal !== undefined ? { goal } : {}),
    })),
    { name: `${what}, exponent from 10 to 3,000`, unit: "exponent", values: [exponent(points)] },
    { name: `${what}, exponent from 100 to 3,000`, unit: "exponent", values: [exponent(points.slice(1))] },
  ];
}

function once(services: number): Readonly<Record<string, number>> {
  const source = generatedCatalog(services);
  const applications = source.applications.map(({ name }) => name);
  const settings: readonly PolicySettings[] = MESH.regions.map((region) => ({
    applications,
    mesh: MESH,
    region,
    trustDomain: "cluster.local",
    revision: "default",
    rollouts: {},
  }));
  const [first] = settings;
  if (first === undefined) throw new Error("a mesh without regions");
  const [together, mesh] = cpuSeconds(() => {
    const compiled = compileAll(first, source);
    for (const one of settings) regionPart(compiled, one);
    return compiled;
  });
  const [each] = cpuSeconds(() => settings.map((one) => regionPart(compileAll(one, source), one)));
  const [lint] = cpuSeconds(() =>
    lintCatalog(
      settings.map(({ region }) => ({ region, applications: source.applications, compiled: mesh })),
      { trustDomain: "cluster.local", rootNamespace: "istio-system" },
    ),
  );
  return {
    "Catalog to resources": together,
    "Catalog to resources, each region for itself": each,
    Lint: lint,
  };
}

function cpuSeconds<T>(work: () => T): readonly [seconds: number, result: T] {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e6, result];
}
