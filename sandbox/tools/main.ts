/**
 * Gets the tools ahead of time, with plain lines of progress:
 * `node --import tsx sandbox/tools/main.ts [tool…]`, by default all tools and the charts.
 */
import { ensureCharts } from "./charts";
import { ensureTools } from "./ensure";
import { parseNames } from "./names";
import type { ToolEvent } from "./types";

async function main(args: readonly string[]): Promise<void> {
  const names = parseNames(args);
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => controller.abort(new Error(`ended by ${signal}`)));
  }
  const options = { onProgress: print, signal: controller.signal };
  const tools = await ensureTools(names.tools, options);
  for (const { name, path, version, source } of tools.values()) {
    console.log(`${name} ${version} (${source}) ${path}`);
  }
  if (names.charts) {
    const charts = await ensureCharts(options);
    console.log(`charts ${charts.version} ${charts.folder}`);
  }
}

function print({ tool, phase, detail, seconds }: ToolEvent): void {
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${tool}: ${phase}: ${detail}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
