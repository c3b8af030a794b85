import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { KubeClient } from "../../sandbox/kube";
import type { SandboxContext } from "./context";

interface Cluster {
  readonly server: string;
  readonly "certificate-authority-data": string;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
  readonly users: readonly { readonly name: string; readonly user: object }[];
  readonly contexts: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string; readonly user: string };
  }[];
  readonly "current-context": string;
}

/**
 * One kubeconfig with a context for each cluster, named like it. Only the current context of each is taken.
 *
 * @param configs kubeconfig text by cluster name; the first one's context becomes the current one.
 */
export function mergeKubeconfigs(configs: ReadonlyMap<string, string>): string {
  const parts = [...configs].map(([name, text]) => ({ name, ...current(name, parse(text) as Kubeconfig) }));
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: parts.map(({ name, cluster }) => ({ name, cluster })),
    users: parts.map(({ name, user }) => ({ name, user })),
    contexts: parts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
    "current-context": parts[0]?.name ?? "",
  });
}

function current(name: string, config: Kubeconfig): { cluster: object; user: object } {
  const context = config.contexts.find((entry) => entry.name === config["current-context"])?.context;
  const cluster = config.clusters.find((entry) => entry.name === context?.cluster)?.cluster;
  const user = config.users.find((entry) => entry.name === context?.user)?.user;
  if (cluster === undefined || user === undefined) {
    throw new Error(`the kubeconfig of ${name} has no current context with a cluster and a user`);
  }
  return { cluster, user };
}

/** A client for the cluster of a region: where its stack says it is, as the sandbox's operator. */
export async function regionClient({ home, workspace }: SandboxContext, region: string): Promise<KubeClient> {
  return clientOf(home, region, await workspace.allOutputs(region));
}

/** The same from all outputs of the region's stack. */
export function clientOf(
  home: SandboxContext["home"],
  region: string,
  { kubeconfig }: Readonly<Record<string, unknown>>,
): KubeClient {
  if (typeof kubeconfig !== "string") throw new Error(`stack ${region} exports no kubeconfig`);
  return asOperator(home, current(region, parse(kubeconfig) as Kubeconfig).cluster);
}

function asOperator(home: SandboxContext["home"], cluster: object): KubeClient {
  const { server, "certificate-authority-data": caData } = cluster as Cluster;
  return KubeClient.direct({ server, caData, token: readFileSync(home.operatorTokenFile, "utf8").trim() });
}

/** Clients by cluster name from the kubeconfig of the sandbox's shell: no engine is asked. None where no `up` came to its end. */
export function kubeconfigClients(home: SandboxContext["home"]): ReadonlyMap<string, KubeClient> {
  const file = shellKubeconfig(home);
  if (!existsSync(file)) return new Map();
  const { clusters } = parse(readFileSync(file, "utf8")) as Kubeconfig;
  return new Map(clusters.map(({ name, cluster }) => [name, asOperator(home, cluster)]));
}

function shellKubeconfig(home: SandboxContext["home"]): string {
  return path.join(home.root, "kubeconfig");
}

/** Writes the kubeconfig of the sandbox's shell from what the stacks export. */
export async function writeKubeconfig(context: SandboxContext): Promise<void> {
  const configs = new Map<string, string>();
  for (const region of context.stacks.regions) {
    const outputs = await context.workspace.allOutputs(region);
    const [name, kubeconfig] = [outputs["clusterName"], outputs["kubeconfig"]];
    if (typeof name === "string" && typeof kubeconfig === "string") configs.set(name, kubeconfig);
  }
  writeFileSync(shellKubeconfig(context.home), mergeKubeconfigs(configs), { mode: 0o600 });
}
