import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildArguments, type BuildStep, type Family } from "./recipes";
import { run } from "./run";
import { parseVersion } from "./versions";

/** What a Go command needs. */
export interface GoContext {
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** What Go is needed for, for errors, e.g. `helm 3.20.2`. */
  readonly purpose: string;
}

/** Settings of every build. They are part of the cache's keys. */
export const GO_FLAGS = "-mod=readonly -trimpath -buildvcs=false";

const FIRST_MINOR = 26;

/** The folder of a family's go.mod. */
export function familyFolder(family: Family): string {
  return join(__dirname, "go", family);
}

/** Content of a family's go.mod and go.sum: they pin every module of a build. */
export async function familyPins(family: Family): Promise<string[]> {
  const folder = familyFolder(family);
  return await Promise.all(["go.mod", "go.sum"].map((name) => readFile(join(folder, name), "utf8")));
}

/** Fails with what is missing when there is no Go that can build. */
export async function requireGo(family: Family, context: GoContext): Promise<void> {
  const need = `${context.purpose} has to be built, which needs Go 1.${FIRST_MINOR} or later on PATH`;
  const fix = "Install it from https://go.dev/dl, or put the tool itself on PATH (sandbox/tools/README.md).";
  let answer;
  try {
    answer = await go(family, ["version"], context);
  } catch (error) {
    context.signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(`${need}, and there is none. ${fix}`, { cause: error });
  }
  const version = parseGoVersion(answer.stdout);
  if (answer.code !== 0 || version === undefined || version.major !== 1 || version.minor < FIRST_MINOR) {
    throw new Error(`${need}, but it says: ${(answer.stdout + answer.stderr).trim()}. ${fix}`);
  }
}

/** Builds one program from the pinned modules. */
export async function goBuild(step: BuildStep, output: string, context: GoContext): Promise<void> {
  await goOrFail(step.family, buildArguments(step, output), context);
}

/** The folder of a pinned module in Go's module cache; downloaded and checked against go.sum if need be. */
export async function moduleFolder(family: Family, modulePath: string, context: GoContext): Promise<string> {
  const stdout = await goOrFail(family, ["mod", "download", "-json", modulePath], context);
  const { Dir } = JSON.parse(stdout) as { Dir?: string };
  if (Dir === undefined) throw new Error(`go mod download says no folder for ${modulePath}.`);
  return Dir;
}

async function goOrFail(family: Family, args: readonly string[], context: GoContext): Promise<string> {
  const { code, stdout, stderr } = await go(family, args, context);
  if (code === 0) return stdout;
  const lines = `${stdout}\n${stderr}`.trim().split("\n");
  throw new Error(
    `${context.purpose}: go ${args[0] ?? ""} in sandbox/tools/go/${family} failed:\n${lines.slice(-20).join("\n")}`,
  );
}

async function go(family: Family, args: readonly string[], context: GoContext): ReturnType<typeof run> {
  return await run("go", args, {
    cwd: familyFolder(family),
    env: goEnvironment(context.env),
    signal: context.signal,
  });
}

/**
 * The user's settings of where modules and compiled packages are stay; what decides how a program is built does
 * not: flags, a workspace or another target system would give another program under the same key.
 */
export function goEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const dropped = ["GOOS", "GOARCH", "GOEXPERIMENT"];
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.includes(name)));
  return { ...kept, GOFLAGS: GO_FLAGS, GOWORK: "off", CGO_ENABLED: "0" };
}

/** `go1.26` has no patch number, release candidates have letters. */
function parseGoVersion(text: string): { major: number; minor: number } | undefined {
  const match = /\bgo(\d+)\.(\d+)/.exec(text);
  return match === null ? parseVersion(text) : { major: Number(match[1]), minor: Number(match[2]) };
}
