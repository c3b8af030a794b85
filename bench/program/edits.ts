/** An `index.ts` that makes what `components/cluster` makes and nothing of the mesh. */
export const CLUSTERS_ONLY = `import * as pulumi from "@pulumi/pulumi";
import { catalog } from "./catalog";
import * as mesh from "./components";
import { loadSettings } from "./config/load";

async function program(): Promise<Record<string, unknown>> {
  const knownApplications = catalog.applications.map(({ name }) => name);
  const { settings, kubeconfig } = loadSettings({ knownApplications, folder: __dirname });
  if (settings.role === "global") return {};
  const { cluster } = await mesh.regionCluster({ ...settings, namespaces: [] }, [], kubeconfig);
  return { clusterName: settings.region.cluster, kubeconfig: pulumi.secret(cluster.kubeconfig) };
}

export = () => mesh.forUser(program);
`;

/** Gives the example's first version another share of the requests, and the second one the rest. */
export function withShares(service: string, first: number): string {
  const pattern = /versions: \{ v1: \d+, v2: \d+ \}/;
  if (!pattern.test(service)) throw new Error("the example's service has no versions v1 and v2");
  return service.replace(pattern, `versions: { v1: ${first}, v2: ${100 - first} }`);
}
