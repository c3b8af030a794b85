import type { ClusterIdentity, Json } from "../arm";
import type { Trouble } from "../cluster";

/** How a cluster is; what is not `running` is not whole. */
export type ClusterState = "running" | "restarting" | "failed" | "stopped";

/** What identifies a cluster in reports. */
export function identified({ id, name, location }: ClusterIdentity): Record<string, Json> {
  return { id, name, location };
}

/**
 * The state of a cluster and what is wrong with it.
 * @param troubles of its servers; undefined when none of them runs
 * @param failed why its last start failed, if it did
 */
export function condition(
  troubles: readonly Trouble[] | undefined,
  failed: { readonly why: string } | undefined,
): { readonly running: boolean; readonly state: ClusterState; readonly troubles: string[] } {
  if (troubles === undefined)
    return failed === undefined
      ? { running: false, state: "stopped", troubles: [] }
      : { running: false, state: "failed", troubles: [failed.why] };
  const words = troubles.map(({ component, state, why }) => `${component} is ${state}: ${why}`);
  if (troubles.length === 0) return { running: true, state: "running", troubles: [] };
  const given = troubles.some(({ state }) => state === "failed");
  return { running: false, state: given ? "failed" : "restarting", troubles: words };
}

/** The words of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
