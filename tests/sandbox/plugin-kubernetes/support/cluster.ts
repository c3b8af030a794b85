import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimBlock, regionAddresses } from "../../../../sandbox/addresses";
import { ControlPlane, kubeconfig } from "../../../../sandbox/cluster";
import { KubeClient } from "../../../../sandbox/kube";
import { ProcessRegistry } from "../../../../sandbox/processes";

/** A real control plane without nodes: enough for every object that is no pod. */
export interface TestCluster {
  readonly kube: KubeClient;
  readonly server: string;
  readonly token: string;
  readonly kubeconfig: string;
  readonly plane: ControlPlane;
  stop(): Promise<void>;
}

/** The path of a tool; these tests never guess where programs are. */
export function tool(name: string): string {
  const folder = process.env.SANDBOX_TEST_TOOLS;
  if (folder === undefined || folder === "")
    throw new Error("SANDBOX_TEST_TOOLS is not set: it must name the folder with pulumi, helm and etcd.");
  const file = join(folder, name);
  if (!existsSync(file)) throw new Error(`SANDBOX_TEST_TOOLS=${folder} has no ${name}.`);
  return file;
}

/** Boots a control plane on a block of its own. */
export async function startCluster(): Promise<TestCluster> {
  const tools = {
    etcd: tool("etcd"),
    kubeApiserver: tool("kube-apiserver"),
    kubeControllerManager: tool("kube-controller-manager"),
  };
  const home = mkdtempSync(join(tmpdir(), "global-mesh-plugin-cluster-"));
  const claim = await claimBlock({ home });
  const registry = new ProcessRegistry(join(home, "processes"));
  const token = randomBytes(24).toString("hex");
  const spec = {
    name: "eastus-cluster",
    region: "eastus",
    addresses: regionAddresses(claim.block, 0),
    folder: join(home, "clusters", "eastus-cluster"),
    tools,
    operatorToken: token,
    kubernetesVersion: "1.35",
  };
  const plane = await ControlPlane.start(spec, registry, () => undefined);
  const { server, caData } = plane.access;
  const kube = KubeClient.direct({ server, caData, token });
  return {
    kube,
    server,
    token,
    kubeconfig: kubeconfig({ server, ca: Buffer.from(caData, "base64").toString("utf8"), token }),
    plane,
    stop: async () => {
      kube.close();
      await plane.stop();
      await registry.stopAll();
      await claim.release();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
