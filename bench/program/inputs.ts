import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensureCharts } from "../../sandbox/tools";
import { globalStack, regionStack, stackReaders, trackedConfig } from "../../tests/support/stacks";
import type { BenchContext } from "../context";
import type { ProgramRun } from "./run";

const REGIONS = ["eastus", "westeurope", "southeastasia"] as const;

type Common = Pick<ProgramRun, "stack" | "config" | "answers" | "bin" | "signal">;

/**
 * What the program of the region eastus finds in a mesh that stands: the tracked settings, the outputs of the
 * other stacks, and a `kubelogin` on the PATH. Azure cannot be asked, so that nothing is waited for.
 */
export async function regionInputs(context: BenchContext): Promise<Common> {
  const { signal } = context;
  const charts = await ensureCharts({ signal });
  const bin = path.join(context.scratch, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, "kubelogin"), "#!/bin/sh\n", { mode: 0o755 });
  const peers = Object.fromEntries(
    REGIONS.map((region, index) => [
      region,
      regionStack(
        region,
        index + 1,
        REGIONS.filter((r) => r !== region),
      ),
    ]),
  );
  return {
    stack: REGIONS[0],
    config: { ...trackedConfig(REGIONS[0]), "global-mesh:charts": JSON.stringify({ folder: charts.folder }) },
    answers: {
      ...stackReaders({ global: globalStack(REGIONS), ...peers }),
      "azure-native:authorization:getClientToken": noAzure,
      "azure-native:authorization:getClientConfig": noAzure,
    },
    bin,
    signal,
  };
}

/** What `Pulumi.yaml` has the language host run. */
export function trackedMain(projectFile: string): string {
  const main = /^main: (.+)$/m.exec(projectFile)?.[1];
  if (main === undefined) throw new Error("Pulumi.yaml has no main");
  return main.trim();
}

function noAzure(): never {
  throw new Error("nobody is signed in to Azure");
}
