import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient } from "../../sandbox/kube";
import type { Step, StepView } from "../ui/steps";
import type { SandboxContext } from "./context";
import { regionClient } from "./kubeconfig";
import { stackStates, strayRegions } from "./standing";
import { PART_OF } from "./workloads";

/** How long an application and its proxy may take to end on a busy machine. */
const GONE_MS = 120_000;
const POLL_MS = 300;
const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment" } as const;

/** Regions that stand and are to go: those of the setting `leaving`, and those that the table has no longer. */
export function departing({ home, stacks }: Pick<SandboxContext, "home" | "stacks">): readonly string[] {
  const { leaving = [], regions } = stacks;
  return [...regions.filter((region) => leaving.includes(region)), ...strayRegions(home, stacks)];
}

/**
 * The step that ends the workloads of regions that the others are about to unlink, while their istiods still read them
 * and so tell every proxy: an istiod that has lost the remote secret of a cluster would go on with those workloads for
 * ever. No step where no region leaves. A region that nobody links any more, which may be half destroyed, is left alone.
 */
export function endWorkloads(context: SandboxContext, signal: AbortSignal): readonly Step<unknown>[] {
  const gone = departing(context);
  if (gone.length === 0) return [];
  return [{ title: "Regions that leave", run: (_state, view) => endIn(context, gone, view, signal) }];
}

async function endIn(
  context: SandboxContext,
  gone: readonly string[],
  view: StepView,
  signal: AbortSignal,
): Promise<void> {
  const linked = await linkedByOthers(context, gone);
  const ended = await Promise.all(
    gone.filter((region) => linked.has(region)).map((region) => endOf(context, region, view, signal)),
  );
  view.title(`Regions that leave: ${gone.join(", ")}; ${ended.flat().length} workloads ended`);
}

/** The workloads that ended in a region. A cluster that is lost must be unlinked all the same, so it stops nothing. */
async function endOf(
  context: SandboxContext,
  region: string,
  view: StepView,
  signal: AbortSignal,
): Promise<readonly string[]> {
  let kube: KubeClient | undefined;
  try {
    kube = await regionClient(context, region);
    return await endAll(kube, region, view, signal);
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    view.note(
      `the workloads of ${region} did not all end: ${why}. Once it is unlinked, restart the istiods of the others: ` +
        "kubectl -n istio-system rollout restart deployment -l app=istiod",
    );
    return [];
  } finally {
    kube?.close();
  }
}

/** The linked peers of the regions that stay. */
async function linkedByOthers(
  { home, stacks, workspace }: SandboxContext,
  gone: readonly string[],
): Promise<ReadonlySet<unknown>> {
  const states = stackStates(home);
  const staying = stacks.regions.filter(
    (region) => !gone.includes(region) && states.get(region)?.hasOutputs === true,
  );
  const peers = await Promise.all(
    staying.map(async (region) => (await workspace.outputs(region))["linkedPeers"]),
  );
  return new Set(peers.flat());
}

interface DeploymentFields {
  readonly spec: { readonly selector: { readonly matchLabels: Readonly<Record<string, string>> } };
}

/** Scales what the sandbox runs in a region to nothing; done when the last pod is gone. */
async function endAll(
  kube: KubeClient,
  region: string,
  view: StepView,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const deployments = await kube.list({ ...DEPLOYMENT, labelSelector: PART_OF });
  for (const { metadata } of deployments) {
    const ref = { ...DEPLOYMENT, name: metadata.name, namespace: metadata.namespace };
    await kube.patch(ref, { spec: { replicas: 0 } });
  }
  const end = Date.now() + GONE_MS;
  for (;;) {
    const left: string[] = [];
    for (const deployment of deployments) {
      const { matchLabels } = (deployment as unknown as DeploymentFields).spec.selector;
      const labelSelector = Object.entries(matchLabels)
        .map(([key, value]) => `${key}=${value}`)
        .join(",");
      const { namespace } = deployment.metadata;
      const pods = await kube.list({ apiVersion: "v1", kind: "Pod", namespace, labelSelector });
      left.push(...pods.map(({ metadata: { name } }) => `${namespace ?? ""}/${name}`));
    }
    if (left.length === 0) return deployments.map(({ metadata: { name } }) => name);
    if (Date.now() > end)
      throw new Error(
        `after ${GONE_MS / 1000} s there still are ${left.join(", ")}; look at pod-logs/ of the cluster's folder`,
      );
    view.report(`waiting for the end of ${left.join(", ")} in ${region}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}
