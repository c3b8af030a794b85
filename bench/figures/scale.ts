import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { BenchContext, Figure } from "../context";
import { catalogSource } from "../program/catalog";
import { regionInputs, trackedMain } from "../program/inputs";
import { runProgram, type ProgramUse } from "../program/run";
import { copyProgram } from "../program/variants";
import type { Result, Row, Unit } from "../result";
import { exponent, median } from "../stats";

const SERVICES = [10, 100, 1000] as const;
/** What the program costs without services; each figure is what comes on top. */
const NONE = 0;

/** A thousand services take half a minute. */
const MOST_ROUNDS = 3;

/** What a resource costs the program, from ten services to a thousand. */
export const scale: Figure = {
  name: "scale",
  about: "CPU and memory of the program per resource at 10, 100 and 1,000 services",
  measure: async (context) => [await measure(context)],
};

async function measure(context: BenchContext): Promise<Result> {
  const common = await regionInputs(context);
  const main = trackedMain(readFileSync(path.join(__dirname, "../../Pulumi.yaml"), "utf8"));
  const folder = copyProgram(path.join(context.scratch, "scale"));
  const config = { ...common.config, "global-mesh:applications": JSON.stringify(["generated"]) };
  // One folder for all runs: the loader's work at a cold start is another figure's.
  const tmp = mkdtempSync(path.join(context.scratch, "tmp-"));
  const rounds = Math.min(MOST_ROUNDS, context.repetitions);
  const uses = new Map<number, ProgramUse[]>();
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const services of [NONE, ...SERVICES]) {
        context.progress(`scale: ${services} services, round ${round} of ${rounds}`);
        writeFileSync(path.join(folder, "catalog", "index.ts"), catalogSource(services));
        const use = await runProgram({ ...common, config, folder, main, typescript: false, tmp });
        // The first round is not counted: files come into the page cache.
        if (round > 0) uses.set(services, [...(uses.get(services) ?? []), use]);
      }
    }
  } finally {
    rmSync(tmp, { recursive: true, force: true });
  }
  return {
    figure: scale.name,
    title: "Program CPU and memory per resource",
    contains:
      "The program of eastus from its start to its end with a generated catalog, each service with a global name, " +
      "two versions, locality and access; this process answers as the engine does in a first preview, so engine " +
      "and plugins are not in it. What the program takes with no service is subtracted. CPU includes what node " +
      "starts; memory is the peak of the node process, garbage that was not collected yet included. The exponent " +
      "k is the best fit of c · resources^k: 1 is linear.",
    rows: rows(uses),
  };
}

function rows(uses: ReadonlyMap<number, readonly ProgramUse[]>): Row[] {
  const of = (services: number): readonly ProgramUse[] => uses.get(services) ?? [];
  const resources = (services: number): number => median(of(services).map((use) => use.resources)) - base;
  const base = median(of(NONE).map((use) => use.resources));
  const perResource = (name: string, unit: Unit, value: (use: ProgramUse) => number): Row[] => {
    const none = median(of(NONE).map(value));
    const above = (services: number): number[] => of(services).map((use) => value(use) - none);
    const points = SERVICES.map((services) => ({ x: resources(services), y: median(above(services)) }));
    return [
      ...SERVICES.map((services) => ({
        name: `${name} per resource, ${services} services (${resources(services)} resources)`,
        unit,
        values: above(services).map((total) => total / resources(services)),
      })),
      // At ten services the noise of a run may be more than what ten services cost.
      ...(points.every(({ y }) => y > 0)
        ? [
            {
              name: `${name}, exponent from 10 to 1,000`,
              unit: "exponent" as const,
              values: [exponent(points)],
            },
          ]
        : []),
      { name: `${name}, exponent from 100 to 1,000`, unit: "exponent", values: [exponent(points.slice(1))] },
    ];
  };
  return [
    ...perResource("CPU", "ms", (use) => use.whole.cpuSeconds * 1000),
    ...perResource("memory", "KB", (use) => use.whole.peakBytes / 1024),
  ];
}
