import { isNotFound, type KubeClient } from "../kube";
import { isReady, simulatedStatus, type PodAddresses } from "./status";
import { statusPatch } from "./status-writer";
import { hasEnded, namespaceOf, type Pod } from "./types";

/** The label on every pod with no process behind it: "true", or "partly" where some containers have one. */
export const SIMULATED_LABEL = "sandbox/simulated";

/** Marks a pod by label, then reports it running and ready, or done where its work has an end. */
export async function simulate(kube: KubeClient, pod: Pod, addresses: PodAddresses): Promise<void> {
  await label(kube, pod, "true");
  if (hasEnded(pod) || (isReady(pod.status) && pod.status?.podIP === addresses.podIP)) return;
  const ref = { apiVersion: "v1", kind: "Pod", namespace: namespaceOf(pod), name: pod.metadata.name };
  await kube.patchStatus(ref, statusPatch(pod, simulatedStatus(pod, addresses)));
}

/** Sets the label, or takes it off a pod all of whose containers have a process, where it is not so yet. */
export async function label(kube: KubeClient, pod: Pod, value: "true" | "partly" | undefined): Promise<void> {
  if (pod.metadata.labels?.[SIMULATED_LABEL] === value) return;
  const { name, uid } = pod.metadata;
  const ref = { apiVersion: "v1", kind: "Pod", namespace: namespaceOf(pod), name };
  await kube.patch(ref, { metadata: { uid, labels: { [SIMULATED_LABEL]: value ?? null } } });
}

/**
 * The last step of a deletion, which the kubelet takes on a real node. A pod that something else still holds by
 * a finalizer is reported as failed first: a Job counts it only then, and lets it go.
 */
export async function deleteForGood(kube: KubeClient, pod: Pod): Promise<void> {
  const { name, uid } = pod.metadata;
  const ref = { apiVersion: "v1", kind: "Pod", namespace: namespaceOf(pod), name };
  try {
    if ((pod.metadata.finalizers ?? []).length > 0 && !hasEnded(pod))
      await kube.patchStatus(ref, { metadata: { uid }, status: { phase: "Failed" } });
    await kube.delete(ref, { gracePeriodSeconds: 0, ...(uid === undefined ? {} : { uid }) });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
