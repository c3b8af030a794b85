import { readFileSync, readdirSync } from "node:fs";
import { endProcess, identityOf, type ProcessIdentity } from "./identity";

/** Environment variable that marks what a run starts through programs that are not ours. */
export const RUN_MARK = "GLOBAL_MESH_SANDBOX_RUN";

/** Environment variable that marks the processes of a container by its root folder. */
export const CONTAINER_MARK = "GLOBAL_MESH_SANDBOX_CONTAINER";

/** How long a process may take to end by itself before it is killed. */
const GRACE_MS = 5_000;

/** A process that was found. */
export interface FoundProcess extends ProcessIdentity {
  /** Name of its program, as the kernel has it: the first 15 characters. */
  readonly program: string;
}

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
export function findMarked(home: string): FoundProcess[] {
  return find((environment) => environment.includes(`${RUN_MARK}=${home}`));
}

/** Living processes of a container, by its root folder. */
export function processesOfContainer(root: string): FoundProcess[] {
  return find((environment) => environment.includes(`${CONTAINER_MARK}=${root}`));
}

/** Living processes of all containers whose root folders lie below a folder. */
export function processesOfContainersIn(folder: string): FoundProcess[] {
  return find((environment) => environment.some((entry) => entry.startsWith(`${CONTAINER_MARK}=${folder}/`)));
}

/** Ends them: an Envoy whose pilot-agent was killed is in no record. */
export async function endContainersIn(folder: string, graceMs: number = GRACE_MS): Promise<void> {
  await Promise.all(processesOfContainersIn(folder).map((process_) => endProcess(process_, graceMs)));
}

function find(isMeant: (environment: readonly string[]) => boolean): FoundProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => isMeant(environmentOf(pid)))
    .flatMap((pid) => {
      const identity = identityOf(Number(pid));
      return identity === undefined ? [] : [{ ...identity, program: read(pid, "comm").trim() }];
    });
}

function environmentOf(pid: string): string[] {
  return read(pid, "environ").split("\0");
}

/** A process that ended meanwhile, or another user's, has nothing that could be read. */
function read(pid: string, what: "comm" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, "utf8");
  } catch {
    return "";
  }
}
