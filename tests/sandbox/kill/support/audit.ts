import type { SandboxContext } from "../../../../cli/sandbox/context";
import type { KubeClient, KubeObject } from "../../../../sandbox/kube";
import type { StateResource } from "../../../../cli/repair/state";

/** How state and reality differ once a stack has converged. */
export interface Audit {
  /** In the state, and not really there; or not in the state, and it should be. */
  readonly lost: readonly string[];
  /** There twice, or there and not in the state although it bears our label. */
  readonly twice: readonly string[];
}

const OURS = "app.kubernetes.io/part-of=global-mesh";

/** Compares a stack's state with the ARM stand-in, the API server and Helm's records. */
export async function audit(
  context: SandboxContext,
  state: readonly StateResource[],
  expected: readonly string[] | undefined,
  kube: KubeClient,
): Promise<Audit> {
  const lost: string[] = [];
  const urns = state.map(({ urn }) => urn);
  const twice = urns.filter((urn, index) => urns.indexOf(urn) !== index).map((urn) => `in state: ${urn}`);
  twice.push(...state.filter((one) => one.delete === true).map(({ urn }) => `to be deleted: ${urn}`));
  if (expected !== undefined) {
    lost.push(...expected.filter((urn) => !urns.includes(urn)).map((urn) => `not in state: ${urn}`));
    twice.push(...urns.filter((urn) => !expected.includes(urn)).map((urn) => `unexpected in state: ${urn}`));
  }
  const real = [await azure(context, state), await objects(kube, state), await releases(kube, state)];
  return {
    lost: [...lost, ...real.flatMap((one) => one.lost)],
    twice: [...twice, ...real.flatMap((one) => one.twice)],
  };
}

async function azure(context: SandboxContext, state: readonly StateResource[]): Promise<Audit> {
  const { resources, failed } = (await context.daemon.call("GET", "/sandbox/report")) as {
    resources: string[];
    failed: string[];
  };
  const real = new Set(resources.map((id) => id.toLowerCase()));
  const known = new Set(ids(state, "azure-native:").map((id) => id.toLowerCase()));
  // What AKS makes for itself: the group of its nodes and what is in it, and the pool that the cluster came with.
  const azureOwn = /\/resourcegroups\/[^/]*-nodes(\/|$)|\/resourcegroups\/mc_|\/agentpools\/system$/;
  return {
    lost: [
      ...[...known].filter((id) => !real.has(id)),
      ...failed.map((id) => `in state, but failed in Azure: ${id}`),
    ],
    twice: [...real].filter((id) => !known.has(id) && !azureOwn.test(id)),
  };
}

async function objects(kube: KubeClient, state: readonly StateResource[]): Promise<Audit> {
  const lost: string[] = [];
  const known = new Set<string>();
  const kinds = new Map<string, { apiVersion: string; kind: string }>();
  for (const resource of state) {
    if (!resource.type.startsWith("kubernetes:") || resource.type.includes("helm.sh")) continue;
    const [, group = "", kind = ""] = resource.type.split(":");
    const apiVersion = group.replace(/^core\//, "");
    const [name = "", namespace] = (resource.id ?? "").split("/").toReversed();
    const label = `${kind} ${resource.id ?? ""}`;
    known.add(label);
    kinds.set(`${apiVersion} ${kind}`, { apiVersion, kind });
    const live = await kube.get({ apiVersion, kind, name, namespace });
    if (live === undefined) lost.push(label);
    else if (live.metadata.deletionTimestamp !== undefined) lost.push(`${label} is being deleted`);
  }
  const labelled: string[] = [];
  for (const { apiVersion, kind } of kinds.values()) {
    const found: KubeObject[] = await kube.list({ apiVersion, kind, labelSelector: OURS });
    const named = found.map(({ metadata: { namespace, name } }) => {
      return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
    });
    labelled.push(...named);
  }
  return { lost, twice: labelled.filter((one) => !known.has(one)) };
}

async function releases(kube: KubeClient, state: readonly StateResource[]): Promise<Audit> {
  const records = await kube.list({ apiVersion: "v1", kind: "Secret", labelSelector: "owner=helm" });
  const place = ({ metadata }: KubeObject): string =>
    `${metadata.namespace ?? ""}/${metadata.labels?.["name"] ?? ""}`;
  const deployed = records.filter(({ metadata }) => metadata.labels?.["status"] === "deployed").map(place);
  const known = ids(state, "kubernetes:helm.sh/v3:Release");
  return {
    lost: known.filter((id) => !deployed.includes(id)).map((id) => `release ${id} is not deployed`),
    twice: [
      ...deployed.filter((id, index) => deployed.indexOf(id) !== index).map((id) => `release ${id}`),
      ...new Set(
        records
          .map(place)
          .filter((id) => !known.includes(id))
          .map((id) => `release ${id}`),
      ),
    ],
  };
}

function ids(state: readonly StateResource[], type: string): string[] {
  return state.filter((one) => one.type.startsWith(type)).map(({ id = "" }) => id);
}
