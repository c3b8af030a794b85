import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { prepareHome, preparePlugins, prepareProject, prepareTools } from "../../../cli/sandbox/prepare";
import type { SandboxContext } from "../../../cli/sandbox/context";
import type { StateResource } from "../../support/state-fixture";
import type { Standing } from "../../support/standing";

const aside = { report: () => undefined, title: () => undefined, note: () => undefined };

/** A sandbox as far as the stack `global` needs it: no daemon and no cluster. */
export async function prepareGlobal({ context }: Standing): Promise<void> {
  const toolbox = await prepareTools(aside, new AbortController().signal, context);
  const identity = await prepareHome(context, toolbox);
  await preparePlugins(context, identity, toolbox);
  prepareProject(context, identity, toolbox.charts);
}

/** The engine's state file of the stack `global`. */
export function stateFile({ home }: SandboxContext): string {
  return path.join(home.backend, ".pulumi", "stacks", "global-mesh", "global.json");
}

/** Custom resources of the state and the id of each, which tells one that was made anew. */
export function ids(context: SandboxContext): Record<string, string> {
  const { checkpoint } = JSON.parse(readFileSync(stateFile(context), "utf8")) as {
    checkpoint: { latest?: { resources?: StateResource[] } };
  };
  const custom = (checkpoint.latest?.resources ?? []).filter(
    ({ type, id }) => id !== undefined && !type.startsWith("pulumi:"),
  );
  return Object.fromEntries(custom.map(({ urn, id }) => [urn, id ?? ""]));
}

/** How a command ended that ran where a folder's disk is full. */
export interface FullDisk {
  readonly means: string;
  readonly code: number;
  readonly output: string;
}

/**
 * Runs a command while a folder can take only so much more: on a tmpfs that is mounted over it in a user namespace of
 * its own (ENOSPC), or, where the kernel allows no such namespace, with a limit on the size of a file (EFBIG).
 * What the command left in the folder is there afterwards.
 *
 * @param largest the file that grows; the limit is its size and a tenth of the room.
 */
export function onFullDisk(
  folder: string,
  roomKb: number,
  largest: string,
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): FullDisk {
  const copy = `${folder}.copy`;
  const status = `${folder}.status`;
  const call = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const own = ["unshare", "--user", "--map-root-user", "--mount"] as const;
  const mounted = spawnSync(own[0], [...own.slice(1), "true"]).status === 0;
  const limitKb = Math.ceil(statSync(largest).size / 1024 + roomKb / 10);
  const script = mounted
    ? [
        `cp -a '${folder}' '${copy}' && size=$(du -sk '${copy}' | cut -f1) || exit 99`,
        `mount -t tmpfs -o size=$((size + ${roomKb}))k tmpfs '${folder}' && cp -a '${copy}/.' '${folder}' || exit 99`,
        `${call}; echo $? > '${status}'`,
        `rm -rf '${copy}' && cp -a '${folder}' '${copy}'`,
      ]
    : [`(ulimit -f ${limitKb}; ${call}); echo $? > '${status}'`];
  const [program, ...args] = [...(mounted ? own : []), "bash", "-c", script.join("\n")];
  const done = spawnSync(program, args, { ...options, encoding: "utf8", maxBuffer: 2 ** 26 });
  const output = done.stdout + done.stderr;
  if (!existsSync(status)) throw new Error(`the command did not run: ${output}`);
  const code = Number(readFileSync(status, "utf8"));
  rmSync(status);
  if (!mounted) return { means: `RLIMIT_FSIZE of ${limitKb} KB`, code, output };
  rmSync(folder, { recursive: true });
  renameSync(copy, folder);
  return { means: `a tmpfs with ${roomKb} KB of room`, code, output };
}

/** Writes the first part of a file only, as a write that was broken off does. */
export function cutOff(file: string, characters: number): void {
  writeFileSync(file, readFileSync(file, "utf8").slice(0, characters));
}
