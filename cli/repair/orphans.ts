import { readFileSync, readdirSync } from "node:fs";

/** A plugin whose engine is gone and which still works at its last call. */
export interface Orphan {
  readonly pid: number;
  /** e.g. `pulumi-resource-kubernetes`. */
  readonly program: string;
}

interface Process extends Orphan {
  readonly parent: number;
}

/**
 * Plugins that outlived their engine. The official ones finish the call that they were given, which may be the
 * creation of a cluster or the installation of a chart: what exists is only known when they have ended. Empty where
 * there is no /proc.
 */
export function findOrphans(proc = "/proc"): Orphan[] {
  return pids(proc)
    .flatMap((pid) => processOf(proc, pid) ?? [])
    .filter(({ program }) => program.startsWith("pulumi-resource-"))
    .filter(({ parent }) => processOf(proc, parent)?.program !== "pulumi")
    .map(({ pid, program }) => ({ pid, program }));
}

function pids(proc: string): number[] {
  try {
    return readdirSync(proc)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** By its command line: the kernel cuts a program's name off after 15 characters. */
function processOf(proc: string, pid: number): Process | undefined {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, "latin1");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return undefined;
    const [path = ""] = readFileSync(`${proc}/${pid}/cmdline`, "utf8").split("\0");
    return { pid, parent: Number(parent), program: path.split("/").at(-1) ?? "" };
  } catch {
    return undefined;
  }
}
