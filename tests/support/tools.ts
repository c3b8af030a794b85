import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { TOOL_NAMES, ensureCharts, ensureTools } from "../../sandbox/tools";

/**
 * Gets what the tests need and says where it is in environment variables: the Istio charts, whose CRDs and
 * templates the unit tests hold our output against, and for the sandbox tests the programs that they run.
 *
 * @param folder an empty folder for links to the programs.
 * @param options.say takes lines about what goes on. @default to standard output
 */
export async function prepareTestTools(
  folder: string,
  options: {
    readonly programs: boolean;
    readonly signal?: AbortSignal;
    readonly say?: (line: string) => void;
  },
): Promise<NodeJS.ProcessEnv> {
  const { say = (line) => console.log(line) } = options;
  const started = Date.now();
  const charts = await ensureCharts({ ...(options.signal === undefined ? {} : { signal: options.signal }) });
  const env: NodeJS.ProcessEnv = { SANDBOX_TEST_CHARTS: charts.folder };
  if (!options.programs) return env;
  const tools = await ensureTools(TOOL_NAMES, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onProgress: (event) => {
      if (event.phase !== "check") say(`${event.tool}: ${event.phase} ${event.detail}`);
    },
  });
  mkdirSync(folder, { recursive: true });
  for (const tool of tools.values()) symlinkSync(tool.path, path.join(folder, tool.name));
  say(`Tools ready after ${Math.round((Date.now() - started) / 1000)} s.`);
  return { ...env, SANDBOX_TEST_TOOLS: folder };
}
