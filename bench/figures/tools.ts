import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { cacheFolder, ensureCharts, ensureTools, TOOL_NAMES } from "../../sandbox/tools";
import type { BenchContext, Figure } from "../context";
import type { Result, Row } from "../result";

const ROOT = path.resolve(__dirname, "..", "..");
const AIM = { wanted: "at most", aim: 5 } as const;

/** Set-up of the tools from a cache that has them. */
export const tools: Figure = {
  name: "tools",
  about: "set-up of the tools from the cache",
  measure: async (context) => {
    const { signal } = context;
    await ensureTools(TOOL_NAMES, { signal, onProgress: (event) => sayBuild(context, event) });
    await ensureCharts({ signal });
    const cache = path.join(context.scratch, "cache");
    // A copy: nothing that is measured touches the user's own.
    for (const part of ["tools", "charts"]) {
      const from = path.join(cacheFolder(process.env), part);
      if (existsSync(from)) cpSync(from, path.join(cache, part), { recursive: true, verbatimSymlinks: true });
    }
    const seconds: number[] = [];
    for (let round = 0; round < context.repetitions; round += 1) {
      context.progress(`tools: from the cache, round ${round + 1} of ${context.repetitions}`);
      seconds.push(await setUp(context, { GLOBAL_MESH_CACHE: cache }));
    }
    return [
      result(tools.name, [{ name: "second set-up, from the cache", unit: "s", values: seconds, goal: AIM }]),
    ];
  },
};

/** The same from nothing, Go's own caches included, and then from what that left. */
export const toolsFirst: Figure = {
  name: "tools-first",
  about: "first set-up of the tools: builds all of them, ten minutes or more (or: --tools)",
  onRequest: true,
  measure: async (context) => {
    const folder = (name: string): string => {
      const made = path.join(context.scratch, "first", name);
      mkdirSync(made, { recursive: true });
      return made;
    };
    const env = {
      GLOBAL_MESH_CACHE: folder("cache"),
      GOCACHE: folder("go-build"),
      GOMODCACHE: folder("go-mod"),
    };
    try {
      context.progress("tools-first: from nothing");
      const first = await setUp(context, env);
      context.progress("tools-first: from the cache");
      const second = await setUp(context, env);
      return [
        result(toolsFirst.name, [
          { name: "first set-up, from nothing", unit: "s", values: [first] },
          { name: "second set-up, from the cache", unit: "s", values: [second], goal: AIM },
          { name: "first / second", unit: "ratio", values: [first / second] },
        ]),
      ];
    } finally {
      // Go takes the write permission from its module cache, and only Go knows how to remove it.
      spawnSync("go", ["clean", "-modcache"], { env: { ...process.env, ...env }, stdio: "ignore" });
    }
  },
};

function result(figure: string, rows: readonly Row[]): Result {
  return {
    figure,
    title: "Set-up of the tools",
    contains:
      "`sandbox/tools/main.ts` in a process of its own, all tools and the charts. From the cache: a copy of the user's " +
      "cache, in a folder of this run. From nothing: that cache and Go's own are empty, so modules are downloaded " +
      "(how long that takes is the network's) and every tool is built. A tool on PATH in an accepted version is taken " +
      "from there in both.",
    rows,
  };
}

function setUp(context: BenchContext, env: Readonly<Record<string, string>>): Promise<number> {
  const began = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", path.join(ROOT, "sandbox/tools/main.ts")], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // In a group of its own: it ends its builds itself when it is told to, once.
      detached: true,
    });
    const end = (): void => void child.kill("SIGTERM");
    context.signal.addEventListener("abort", end, { once: true });
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\n")) if (line.includes(": build")) context.progress(line.trim());
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      context.signal.removeEventListener("abort", end);
      if (code === 0) resolve(Number(process.hrtime.bigint() - began) / 1e9);
      else
        reject(
          new Error(`the set-up of the tools ended with code ${code ?? "none"}: ${stderr.slice(-2000)}`),
        );
    });
  });
}

function sayBuild(context: BenchContext, event: { tool: string; phase: string; detail: string }): void {
  if (event.phase === "build") context.progress(`tools: ${event.tool} is built: ${event.detail}`);
}
