import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { KubeClient } from "../../sandbox/kube";
import type { Overlay } from "../../sandbox/project/overlay";
import { clusterName } from "../../topology";
import type { StepView } from "../ui/steps";
import type { SandboxContext } from "./context";

const KUBECONFIG = "global-mesh:kubeconfig";

/** Each server of a control plane may take two minutes on a loaded machine. */
const START_MS = 400_000;

/** Regions whose tracked stack file joins a cluster instead of making one. */
export function existingRegions({ program, stacks }: SandboxContext): readonly string[] {
  return stacks.regions.filter((region) => {
    return configOf(path.join(program, `Pulumi.${region}.yaml`))["global-mesh:platform"] === "existing";
  });
}

/**
 * What the generated stack file says of the kubeconfig: the secret that an earlier start set, else nothing. Never that
 * of the tracked file, which means a cluster of the user's.
 */
export function existingOverlay(context: SandboxContext, region: string): Overlay {
  if (!existingRegions(context).includes(region)) return {};
  const set = configOf(path.join(context.home.project, `Pulumi.${region}.yaml`))[KUBECONFIG];
  return { [KUBECONFIG]: set ?? null };
}

/** Starts the clusters that regions join, as somebody else would have before, and sets their kubeconfigs. */
export async function startExisting(
  context: SandboxContext,
  kubernetesVersion: string,
  view: StepView,
): Promise<void> {
  const { daemon, home, workspace } = context;
  for (const region of existingRegions(context)) {
    const name = clusterName(region);
    view.report(`existing cluster ${name}`);
    const body = { name, region, kubernetesVersion };
    const access = (await daemon.call("POST", "/sandbox/existing", body, START_MS)) as Access;
    const token = readFileSync(home.operatorTokenFile, "utf8").trim();
    await workspace.setSecret(region, KUBECONFIG, kubeconfigOf(name, access, token));
  }
}

/** Has each of these clusters, or that of one region, asked what of ours is left, and then stopped and removed. */
export async function endExisting({ daemon }: SandboxContext, region?: string): Promise<void> {
  const query = region === undefined ? "" : `?region=${region}`;
  await daemon.call("DELETE", `/sandbox/existing${query}`, undefined, START_MS);
}

/** The gateway's address in a cluster whose own load balancer gives it. */
export async function loadBalancerAddress(context: SandboxContext, region: string): Promise<string> {
  const { kubeconfig } = await context.workspace.allOutputs(region);
  if (typeof kubeconfig !== "string") return "";
  const kube = KubeClient.fromKubeconfig(kubeconfig);
  const where = { apiVersion: "v1", kind: "Service", namespace: "istio-ingress" };
  const service = await kube.get({ ...where, name: "istio-ingressgateway" });
  kube.close();
  const status = service?.["status"] as ServiceStatus | undefined;
  const ingress = status?.loadBalancer?.ingress?.[0];
  return ingress?.hostname ?? ingress?.ip ?? "";
}

interface Access {
  readonly server: string;
  readonly caData: string;
}

interface ServiceStatus {
  readonly loadBalancer?: {
    readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
  };
}

function kubeconfigOf(name: string, { server, caData }: Access, token: string): string {
  // The engine takes what it reads without the newline at its end; with it, no start would find its own value.
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": caData } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  }).trimEnd();
}

function configOf(file: string): Readonly<Record<string, unknown>> {
  if (!existsSync(file)) return {};
  const text = parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> } | null;
  return text?.config ?? {};
}
