import { readFileSync, readdirSync } from "node:fs";
import { endProcess, identityOf } from "./identity";

/** Environment variable that marks what a run starts through programs that are not ours. */
export const RUN_MARK = "GLOBAL_MESH_SANDBOX_RUN";

/** How long a process may take to end by itself before it is killed. */
const GRACE_MS = 5_000;

/**
 * Ends every process of this user that carries the mark of a home in its environment. The Pulumi engine starts
 * plugins and language hosts in process groups of their own, which outlive it when it is killed; the
 * environment is what they all inherit. Returns how many were ended.
 */
export async function endMarked(home: string, graceMs: number = GRACE_MS): Promise<number> {
  const marked = findMarked(home);
  await Promise.all(marked.map((process_) => endProcess(process_, graceMs)));
  return marked.length;
}

/** Living processes that carry the mark of a home. */
export function findMarked(home: string): { readonly pid: number; readonly startTime: string }[] {
  const entry = `${RUN_MARK}=${home}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => environment(pid).includes(entry))
    .flatMap((pid) => identityOf(Number(pid)) ?? []);
}

/** A process that ended meanwhile, or another user's, has no readable environment. */
function environment(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}
