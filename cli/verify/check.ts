/** What is asked of each region and of the mesh as a whole, in the order in which it is shown. */
export const CHECKS = {
  reach: "API server",
  controlPlane: "control plane",
  links: "links",
  sync: "remote clusters",
  proxies: "proxies",
  pushes: "pushes",
  root: "root",
  certificates: "certificates",
  policies: "policies",
  analysis: "analysis",
  requests: "requests",
} as const;

/** Name of a check, as options and JSON have it. */
export type CheckName = keyof typeof CHECKS;

/** The names of all checks. */
export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

/** Checks whose answer is another one a moment later, while a change is carried through the mesh. */
export const SETTLING: readonly CheckName[] = ["reach", "controlPlane", "sync", "proxies", "pushes"];

/** Something that does not hold, in the words that a user reads. */
export interface Fault {
  /** The thing, e.g. `westeurope-cluster, as istiod of eastus reads it`. */
  readonly what: string;
  /** How it came to be like this, as far as can be seen. */
  readonly cause: string;
  /** What to do. */
  readonly fix: string;
}

/** What one check found in one place. */
export interface Outcome {
  /** `unasked`: it could not be asked. `absent`: there is nothing to ask, as of an istiod where none is wanted. */
  readonly state: "holds" | "broken" | "unasked" | "absent";
  /** A few words for the table; why, where it was not asked. */
  readonly detail: string;
  /** Empty unless broken. */
  readonly faults: readonly Fault[];
  /** What is worth a look and breaks nothing. */
  readonly notes: readonly string[];
}

/** What was asked, or why it could not be. */
export type Asked<T> = { readonly value: T } | { readonly failed: string };

/** It holds unless there are faults. */
export function outcome(detail: string, faults: readonly Fault[], notes: readonly string[] = []): Outcome {
  return { state: faults.length === 0 ? "holds" : "broken", detail, faults, notes };
}

/** Nobody knows: the reason is what the user has to mend first. */
export function unasked(why: string): Outcome {
  return { state: "unasked", detail: why, faults: [], notes: [] };
}

/** There is nothing to ask. */
export function absent(detail: string): Outcome {
  return { state: "absent", detail, faults: [], notes: [] };
}

/** Judges what was asked; what could not be asked is not judged. */
export function judged<T>(asked: Asked<T>, judge: (value: T) => Outcome): Outcome {
  return "failed" in asked ? unasked(asked.failed) : judge(asked.value);
}

/** Runs an ask so that its failure is a fact as good as its answer. */
export async function asking<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<Asked<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    signal?.throwIfAborted();
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
