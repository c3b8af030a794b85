import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bundlePlugins, installPlugins } from "../../sandbox/plugins/install";
import { ensureTools } from "../../sandbox/tools";
import type { BenchContext, Figure } from "../context";
import type { Result, Row } from "../result";
import { exponent } from "../stats";

const RESOURCES = [25, 50, 100, 200] as const;

/** What a resource's entry in the state is made as large as: a policy of the mesh with its spec and its outputs. */
const KEEPER_BYTES = 1500;

/** How much is written to the disk until a stack has its resources. */
export const state: Figure = {
  name: "state",
  about: "bytes of state written by one pulumi up, against the number of resources",
  measure: async (context) => [await measure(context)],
};

interface Written {
  readonly resources: number;
  readonly bytes: number;
  readonly stateBytes: number;
}

async function measure(context: BenchContext): Promise<Result> {
  const { signal } = context;
  const folder = path.join(context.scratch, "state");
  const home = path.join(folder, "pulumi");
  const tools = await ensureTools(["pulumi", "pulumi-language-nodejs"], { signal });
  const pulumi = tools.get("pulumi")?.path;
  if (pulumi === undefined) throw new Error("there is no pulumi");
  const bundles = await bundlePlugins({ outDir: path.join(folder, "bundles"), names: ["random"] });
  await installPlugins({ pulumiHome: home, bundles, env: {} });
  const written: Written[] = [];
  for (const resources of RESOURCES) {
    signal.throwIfAborted();
    context.progress(`state: ${resources} resources`);
    written.push(
      await writtenFor(resources, { folder: path.join(folder, String(resources)), home, pulumi, signal }),
    );
  }
  return { figure: state.name, title: "State bytes written", contains: CONTAINS, rows: rows(written) };
}

const CONTAINS =
  "One `pulumi up` from nothing of a program with that many resources of the random stand-in, each with an entry " +
  "about as large as that of a policy of the mesh, on the file:// backend. What pulumi and all that it starts give to " +
  "write calls, as the kernel counts it (wchar of /proc/PID/io): the state before and after each step and its backup, " +
  "and the messages to the plugin, which grow only with the number of resources. The exponent k is the best fit of " +
  "c · resources^k: the engine writes the whole state at each step, which is 2.";

function rows(written: readonly Written[]): Row[] {
  return [
    ...written.flatMap(({ resources, bytes, stateBytes }): Row[] => [
      { name: `written, ${resources} resources`, unit: "MB", values: [bytes / 1e6] },
      {
        name: `written / state at the end, ${resources} resources`,
        unit: "ratio",
        values: [bytes / stateBytes],
      },
    ]),
    {
      name: `exponent from ${RESOURCES[0]} to ${RESOURCES.at(-1) ?? 0}`,
      unit: "exponent",
      values: [exponent(written.map(({ resources, bytes }) => ({ x: resources, y: bytes })))],
    },
  ];
}

interface Place {
  readonly folder: string;
  readonly home: string;
  readonly pulumi: string;
  readonly signal: AbortSignal;
}

async function writtenFor(resources: number, place: Place): Promise<Written> {
  const { folder, home, pulumi, signal } = place;
  const backend = path.join(folder, "backend");
  mkdirSync(backend, { recursive: true });
  symlinkSync(path.resolve(__dirname, "../../node_modules"), path.join(folder, "node_modules"));
  const project = { name: "state", runtime: "nodejs", main: "index.js" };
  writeFileSync(path.join(folder, "Pulumi.yaml"), JSON.stringify(project));
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "state", main: "index.js" }));
  writeFileSync(path.join(folder, "index.js"), programSource(resources));
  const env = {
    PATH: `${path.dirname(pulumi)}${path.delimiter}${process.env["PATH"] ?? ""}`,
    HOME: folder,
    TMPDIR: folder,
    no_proxy: "127.0.0.1",
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${backend}`,
    // Nothing in this state is a secret.
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
  };
  const command = `'${pulumi}' up --yes --skip-preview --non-interactive --stack bench >&2 && cat /proc/$$/io`;
  await shell(`'${pulumi}' stack init bench >&2`, { folder, env, signal });
  // The shell's own count includes that of the children it waited for.
  const io = await shell(command, { folder, env, signal });
  const bytes = Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
  const file = path.join(backend, ".pulumi", "stacks", "state", "bench.json");
  const kept = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest: { resources: unknown[] } } };
  // Besides what was asked for: the stack and the provider.
  const made = kept.checkpoint.latest.resources.length - 2;
  if (made !== resources) throw new Error(`the state has ${made} resources, not ${resources}`);
  return { resources, bytes, stateBytes: statSync(file).size };
}

function programSource(resources: number): string {
  return [
    'const random = require("@pulumi/random");',
    `const keepers = { text: "x".repeat(${KEEPER_BYTES / 2}) };`,
    `for (let i = 0; i < ${resources}; i += 1) new random.RandomId("id-" + i, { byteLength: 8, keepers });`,
    "",
  ].join("\n");
}

function shell(
  command: string,
  options: { readonly folder: string; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", command], {
      cwd: options.folder,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      // In a group of its own, so that an abort reaches pulumi and not only the shell.
      detached: true,
    });
    const end = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    };
    options.signal.addEventListener("abort", end, { once: true });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      options.signal.removeEventListener("abort", end);
      if (code === 0) resolve(stdout);
      else reject(new Error(`pulumi up ended with code ${code ?? "none"}: ${stderr.slice(-2000)}`));
    });
  });
}
