import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { BenchContext, Figure } from "../context";
import { regionInputs, trackedMain } from "../program/inputs";
import { runProgram, type Use } from "../program/run";
import { bareProgram, copyProgram, defaultLayout } from "../program/variants";
import type { Result, Row } from "../result";
import { ratios } from "../stats";

/** Type-checking takes many times as long as all else: it gets fewer rounds. */
const MOST_ROUNDS_WITH_TYPES = 3;

interface Variant {
  readonly name: string;
  readonly folder: string;
  readonly main: string;
  readonly typescript: boolean;
}

/** How long a program takes to its first resource: ours, a bare one, and ours in the default layout. */
export const start: Figure = {
  name: "start",
  about: "program start of a cold preview: against a bare program, and against the default layout",
  measure: async (context) => [await measure(context)],
};

async function measure(context: BenchContext): Promise<Result> {
  const common = await regionInputs(context);
  const folder = (name: string): string => path.join(context.scratch, "start", name);
  const main = trackedMain(readFileSync(path.join(__dirname, "../../Pulumi.yaml"), "utf8"));
  const ours = { name: "ours", folder: copyProgram(folder("ours")), main, typescript: false };
  const bare = {
    name: "bare",
    folder: bareProgram(folder("bare"), "TypeScript"),
    main,
    typescript: false,
  };
  const script = {
    name: "bare, JavaScript",
    folder: bareProgram(folder("script"), "JavaScript"),
    main: ".",
    typescript: false,
  };
  const layout = {
    name: "default layout",
    folder: defaultLayout(folder("default")),
    main: ".",
    typescript: true,
  };

  const run = async (variant: Variant): Promise<Use> => {
    const tmp = mkdtempSync(path.join(context.scratch, "tmp-"));
    try {
      return (await runProgram({ ...common, ...variant, tmp })).start;
    } finally {
      rmSync(tmp, { recursive: true, force: true });
    }
  };

  context.progress("start: one round that is not counted, so that files are in the page cache");
  for (const variant of [bare, ours, script]) await run(variant);
  const cold: Record<"ours" | "bare" | "script", Use[]> = { ours: [], bare: [], script: [] };
  for (let round = 0; round < context.repetitions; round += 1) {
    context.progress(`start: round ${round + 1} of ${context.repetitions}`);
    cold.bare.push(await run(bare));
    cold.ours.push(await run(ours));
    cold.script.push(await run(script));
  }
  const typed: { layout: Use; ours: Use }[] = [];
  for (let round = 0; round < Math.min(MOST_ROUNDS_WITH_TYPES, context.repetitions); round += 1) {
    context.progress(`start: default layout, round ${round + 1}`);
    typed.push({ layout: await run(layout), ours: await run(ours) });
  }

  const wall = (uses: readonly Use[]): number[] => uses.map((use) => use.wallSeconds);
  const cpu = (uses: readonly Use[]): number[] => uses.map((use) => use.cpuSeconds);
  const layouts = typed.map((round) => round.layout);
  const oursBeside = typed.map((round) => round.ours);
  const toBare = { wanted: "at most", aim: 1.3, limit: 1.5 } as const;
  const toDefault = { wanted: "at least", aim: 5, limit: 4 } as const;
  const rows: Row[] = [
    {
      name: "ours / bare, wall",
      unit: "ratio",
      values: ratios(wall(cold.ours), wall(cold.bare)),
      goal: toBare,
    },
    { name: "ours / bare, CPU", unit: "ratio", values: ratios(cpu(cold.ours), cpu(cold.bare)), goal: toBare },
    {
      name: "default layout / ours, wall",
      unit: "ratio",
      values: ratios(wall(layouts), wall(oursBeside)),
      goal: toDefault,
    },
    {
      name: "default layout / ours, CPU",
      unit: "ratio",
      values: ratios(cpu(layouts), cpu(oursBeside)),
      goal: toDefault,
    },
    { name: "ours", unit: "s", values: wall(cold.ours) },
    { name: "bare", unit: "s", values: wall(cold.bare) },
    { name: "bare, JavaScript without a loader", unit: "s", values: wall(cold.script) },
    { name: "default layout", unit: "s", values: wall(layouts) },
    { name: "peak memory, ours", unit: "MB", values: cold.ours.map((use) => use.peakBytes / 2 ** 20) },
    {
      name: "peak memory, default layout",
      unit: "MB",
      values: layouts.map((use) => use.peakBytes / 2 ** 20),
    },
  ];
  return {
    figure: start.name,
    title: "Program start of a cold preview",
    contains:
      "From the start of node, with the language host's own command line, to the first resource that the program " +
      "asks for. This process answers as the engine does in the first preview of eastus with two linked peers; " +
      "engine and plugins are not in it. Every run has an empty folder of temporary files: none finds what an " +
      "earlier one compiled. Bare: one import of @pulumi/pulumi and one component, started with the same " +
      "loader. Default layout: the same program with `typescript` left at its default " +
      "(ts-node, which checks types) and azure-native imported as a whole. CPU includes what node starts. " +
      "A ratio is of two runs, one right after the other.",
    rows,
  };
}
