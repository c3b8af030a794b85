/** `npm run bench`: measures, prints a table or JSON, and on request writes docs/performance.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { constants, homedir } from "node:os";
import path from "node:path";
import { Argument, Command, CommanderError, InvalidArgumentError } from "commander";
import { pluginPlan } from "../sandbox/plugins/install";
import { withScratch, type Figure } from "./context";
import { withFigures } from "./document";
import { FIGURES } from "./figures";
import { describeCommit, describeMachine } from "./machine";
import { toJson, type Report, type Result } from "./result";
import { renderMarkdown, renderText } from "./table";

const ROOT = path.resolve(__dirname, "..");
const DOCUMENT = path.join(ROOT, "docs", "performance.md");
const FAILED = 1;
const WRONG_USAGE = 2;

interface Options {
  readonly json?: boolean;
  readonly write?: boolean;
  readonly tools?: boolean;
  readonly repetitions: number;
}

function program(run: (names: readonly string[], options: Options) => Promise<void>): Command {
  const about = FIGURES.map(
    ({ name, about, onRequest }) =>
      `  ${name.padEnd(12)} ${about}${onRequest === true ? " (only when named)" : ""}`,
  );
  return new Command("npm run bench --")
    .description("Measures what the program and the sandbox cost, on this machine.")
    .addArgument(new Argument("[figures...]", "which figures").choices(FIGURES.map(({ name }) => name)))
    .option("--json", "print JSON instead of tables")
    .option(
      "--write",
      "put the result into docs/performance.md, in the place of older ones of the same figures",
    )
    .option("--tools", "the first set-up of the tools too: builds all of them, ten minutes or more")
    .option("--repetitions <n>", "how often what takes seconds is repeated", positive, 5)
    .addHelpText(
      "after",
      `\nFigures, by default all:\n${about.join("\n")}\n\nProgress goes to standard error.`,
    )
    .exitOverride()
    .action(run);
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("give a whole number, 1 or more");
  return value;
}

function wanted(names: readonly string[], options: Options): readonly Figure[] {
  if (names.length > 0) return FIGURES.filter(({ name }) => names.includes(name));
  return FIGURES.filter(
    ({ name, onRequest }) => onRequest !== true || (name === "tools-first" && options.tools),
  );
}

const controller = new AbortController();
let ended: NodeJS.Signals | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (ended !== undefined) return;
    ended = signal;
    console.error(`\n${signal}: ending what runs …`);
    controller.abort(new Error(`ended by ${signal}`));
  });
}

async function bench(names: readonly string[], options: Options): Promise<void> {
  const started = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - started) / 1000)} s`.padStart(6);
  const progress = (text: string): void => console.error(`${seconds()}  ${text}`);
  const results = await withScratch(async (scratch) => {
    const measured: Result[] = [];
    for (const figure of wanted(names, options)) {
      controller.signal.throwIfAborted();
      const context = { scratch, repetitions: options.repetitions, progress, signal: controller.signal };
      try {
        measured.push(...(await figure.measure(context)));
      } catch (error) {
        // The other figures stand by themselves, and took minutes.
        if (ended !== undefined) throw error;
        process.exitCode = FAILED;
        progress(`${figure.name} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return measured;
  });
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    commit: describeCommit(ROOT),
    command: ["npm run bench", ...commandArguments(process.argv.slice(2))].join(" "),
    machine: describeMachine(),
    node: process.versions.node,
    plugins: (await pluginPlan({ searchDirs: [usersPlugins()] })).map(({ name, version, source }) => ({
      name,
      version,
      source,
    })),
    results,
  };
  if (options.write === true && process.exitCode !== FAILED) {
    const order = FIGURES.map(({ name }) => name);
    const document = withFigures(readFileSync(DOCUMENT, "utf8"), renderMarkdown(report), order);
    writeFileSync(DOCUMENT, await formatted(document));
    progress(`written to ${path.relative(process.cwd(), DOCUMENT)}`);
  }
  console.log(options.json === true ? JSON.stringify(toJson(report), null, 2) : renderText(report));
}

/** As `npm run format` would leave it. */
async function formatted(document: string): Promise<string> {
  const { format, resolveConfig } = await import("prettier");
  return format(document, { ...(await resolveConfig(DOCUMENT)), filepath: DOCUMENT });
}

function commandArguments(args: readonly string[]): readonly string[] {
  return args.length === 0 ? [] : ["--", ...args];
}

function usersPlugins(): string {
  return path.join(process.env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi"), "plugins");
}

program(bench)
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE;
      return;
    }
    if (ended !== undefined) {
      process.exitCode = 128 + constants.signals[ended];
      return;
    }
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = FAILED;
  });
