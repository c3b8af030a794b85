import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient, KubeObject } from "../../sandbox/kube";

/** How long an istiod may take to start on a busy machine, its cluster just having started. */
const START_MS = 180_000;
const POLL_MS = 500;
const ISTIOD = "istiod";

/** How many pods of a Deployment are ready. */
export interface Readiness {
  /** `namespace/name`. */
  readonly name: string;
  readonly ready: number;
  /** As its specification says: 0 where it was scaled to nothing. */
  readonly wanted: number;
  readonly isIstiod: boolean;
}

interface DeploymentFields {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

/** The Deployments of a cluster, sorted by name. @param labelSelector only those that it selects. */
export async function readinessOf(
  kube: Pick<KubeClient, "list">,
  labelSelector?: string,
): Promise<readonly Readiness[]> {
  const all = await kube.list({
    apiVersion: "apps/v1",
    kind: "Deployment",
    ...(labelSelector === undefined ? {} : { labelSelector }),
  });
  return all.map(readiness).toSorted((left, right) => left.name.localeCompare(right.name));
}

function readiness(deployment: KubeObject): Readiness {
  const { namespace = "", name, labels = {} } = deployment.metadata;
  const { spec, status } = deployment as unknown as DeploymentFields;
  return {
    name: `${namespace}/${name}`,
    ready: status?.readyReplicas ?? 0,
    wanted: spec?.replicas ?? 1,
    isIstiod: labels["app"] === ISTIOD,
  };
}

/** Whether pods are missing. Nothing runs without istiod; other Deployments may be scaled to 0 on purpose. */
export function isShort({ ready, wanted, isIstiod }: Readiness): boolean {
  return ready < wanted || (isIstiod && wanted === 0);
}

/** `istio-system/istiod: 0 of 2 replicas ready`. */
export function describeReadiness({ name, ready, wanted }: Readiness): string {
  return `${name}: ${ready} of ${wanted} replicas ready`;
}

export interface IstiodWait {
  readonly region: string;
  /** The command that says more, where it does not come. */
  readonly verify: string;
  readonly report: (detail: string) => void;
  readonly signal: AbortSignal;
  /** @default 3 minutes */
  readonly timeoutMs?: number;
}

/** Waits until an istiod of a cluster is ready. One that was scaled to nothing is not waited for. */
export async function waitIstiod(
  kube: Pick<KubeClient, "list">,
  { region, verify, report, signal, timeoutMs = START_MS }: IstiodWait,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await readinessOf(kube, `app=${ISTIOD}`);
    if (found.some(({ ready }) => ready > 0)) return;
    const said = found.map(describeReadiness).join(", ") || "there is no Deployment of istiod";
    if (found.every(({ wanted }) => wanted === 0) || Date.now() >= end)
      throw new Error(`No istiod runs in ${region}: ${said}. To find out why: ${verify}`);
    report(`waiting for istiod of ${region}: ${said}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}
