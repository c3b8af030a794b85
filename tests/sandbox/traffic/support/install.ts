import { writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { GATEWAYS, type GatewayKey, type Values } from "../../../../istio/values";
import type { TestCluster } from "../../node/support/cluster";
import type { TestRegion } from "./project";

export const SYSTEM = "istio-system";

/**
 * Installs the charts of the control plane with the values that the program would give them.
 *
 * @param istiod where a remote is told that its istiod is.
 */
export async function installControlPlane(
  cluster: TestCluster,
  { settings, plan }: TestRegion,
  istiod: string,
): Promise<void> {
  const { charts, valuesFor } = plan.mesh;
  const values = valuesFor({ istiod });
  await release(cluster, "istio-base", SYSTEM, charts.base.chart, values.base);
  const name = settings.revision === "default" ? "istiod" : `istiod-${settings.revision}`;
  await release(cluster, name, SYSTEM, charts.istiod.chart, values.istiod);
}

/** Installs a gateway in its namespace, which exists. */
export async function installGateway(
  cluster: TestCluster,
  { plan }: TestRegion,
  key: GatewayKey,
): Promise<void> {
  const { namespace, release: name } = GATEWAYS[key];
  await release(cluster, name, namespace, plan.mesh.charts.gateway.chart, plan.mesh.valuesFor({})[key]);
}

/** Takes a gateway out; done when Helm is done, the pods end after it. */
export async function removeGateway(cluster: TestCluster, key: GatewayKey): Promise<void> {
  await cluster.helm("uninstall", GATEWAYS[key].release, "-n", GATEWAYS[key].namespace, "--wait");
}

/** Installs a release, or changes it, and waits until what it made is ready. */
export async function release(
  cluster: TestCluster,
  name: string,
  namespace: string,
  chart: string,
  values: Values,
): Promise<void> {
  const file = path.join(cluster.folder, `${name}.values.yaml`);
  writeFileSync(file, stringify(values));
  const place = ["-n", namespace, "--values", file];
  await cluster.helm("upgrade", "--install", name, chart, ...place, "--wait", "--timeout", "400s");
}
