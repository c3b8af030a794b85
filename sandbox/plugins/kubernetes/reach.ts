import type { UnreachableError } from "../../kube";

/** What a user can do about a cluster that does not answer. */
export function unreachable(error: UnreachableError): Error {
  return new Error(
    `${error.message}. Nothing is known of the objects in it, so nothing is changed in the state. If the cluster is gone for good, set deleteUnreachable on the provider, or PULUMI_K8S_DELETE_UNREACHABLE=true, and run again.`,
  );
}
