import { UnreachableError } from "../../kube";
import type { Session } from "./session";

/** What a user can do about a cluster that does not answer; the official plugin names the same variable. */
export function unreachable(error: UnreachableError): Error {
  return new Error(
    `${error.message}. Nothing is known of the objects in it, so nothing is changed in the state. If the cluster is gone for good, set deleteUnreachable on the provider, or PULUMI_K8S_DELETE_UNREACHABLE=true, and run again.`,
    { cause: error },
  );
}

/** Refuses to change anything in a cluster that did not answer at the beginning. */
export async function requireCluster(session: Session): Promise<void> {
  const outage = await session.outage();
  if (outage !== undefined) throw outage;
}

/**
 * Whether objects of a cluster that did not answer at the beginning are to be given up: so the user has said.
 * Without that word it is an error, and the state stays as it is (pulumi-kubernetes#1485).
 */
export async function givenUp(session: Session): Promise<boolean> {
  const outage = await session.outage();
  if (outage === undefined) return false;
  if (!session.settings.deleteUnreachable) throw unreachable(outage);
  return true;
}

/** An outage in the middle of the work, with what to do. What was done before is in the state. */
export function explained(error: unknown): unknown {
  if (!(error instanceof UnreachableError)) return error;
  return new Error(
    `${error.message}. Run the same command again when it answers; the state keeps what is done.`,
    {
      cause: error,
    },
  );
}
