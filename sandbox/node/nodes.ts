import { cpus } from "node:os";
import type { KubeClient, KubeObject } from "../kube";
import { isNotFound } from "../kube";
import { clusterAddress } from "./workload-address";
import type { RegionAddresses } from "../addresses/layout";
import type { NodeView } from "./scheduling";
import type { Condition, Pod, Taint } from "./types";

/** What every node of the sandbox claims to have. Only pod counts and requests are held against it. */
export const ALLOCATABLE = { cpu: "16", memory: "64Gi", pods: "250", "ephemeral-storage": "100Gi" } as const;

/** The lease is renewed this often; the controller manager loses patience after 40 s. */
export const HEARTBEAT_MS = 10_000;
const LEASE_SECONDS = 40;

/** One node to register. */
export interface NodeSpec {
  readonly name: string;
  /** The address that the cluster sees. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The nodes of a region: one per zone; the first in the system pool, the others in the user pool, as on AKS. */
export function nodeSpecs(region: string, addresses: RegionAddresses, count: number): NodeSpec[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${region}-node-${index + 1}`;
    const pool = index === 0 ? "system" : "user";
    return {
      name,
      address: clusterAddress(addresses.node(index + 1)),
      labels: {
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": `${region}-${index + 1}`,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": process.arch === "x64" ? "amd64" : process.arch,
        "kubernetes.azure.com/agentpool": pool,
        "kubernetes.azure.com/mode": pool,
      },
    };
  });
}

/** The status of a healthy node. */
export function nodeStatus(
  spec: NodeSpec,
  version: string,
  now: Date,
  since: string,
): Record<string, unknown> {
  const heartbeat = now.toISOString().replace(/\.\d+Z$/, "Z");
  const condition = (type: string, status: Condition["status"], reason: string): Condition => ({
    type,
    status,
    reason,
    message: `reported by the sandbox's node agent`,
    lastHeartbeatTime: heartbeat,
    lastTransitionTime: since,
  });
  return {
    capacity: ALLOCATABLE,
    allocatable: ALLOCATABLE,
    conditions: [
      condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
      condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
      condition("PIDPressure", "False", "KubeletHasSufficientPID"),
      condition("Ready", "True", "KubeletReady"),
    ],
    addresses: [
      { type: "InternalIP", address: spec.address },
      { type: "Hostname", address: spec.name },
    ],
    nodeInfo: {
      architecture: spec.labels["kubernetes.io/arch"],
      operatingSystem: "linux",
      osImage: "global-mesh sandbox",
      kernelVersion: "",
      machineID: spec.name,
      systemUUID: spec.name,
      bootID: "",
      containerRuntimeVersion: "sandbox://1",
      kubeletVersion: version,
      kubeProxyVersion: "",
    },
  };
}

/** A node and the pods on it, for the scheduler. */
export function nodeView(node: KubeObject, pods: readonly Pod[]): NodeView {
  const spec = (node["spec"] ?? {}) as { taints?: Taint[]; unschedulable?: boolean };
  const status = (node["status"] ?? {}) as { allocatable?: Record<string, string> };
  return {
    name: node.metadata.name,
    labels: node.metadata.labels ?? {},
    taints: spec.taints ?? [],
    unschedulable: spec.unschedulable === true,
    allocatable: status.allocatable ?? {},
    pods,
  };
}

/** The processors that the node's pods really share: more threads than these only cost memory. */
export function processors(): number {
  return cpus().length;
}

/** Keeps one node registered and alive in the eyes of the controller manager. */
export class NodeHeartbeat {
  private readonly since = new Date().toISOString().replace(/\.\d+Z$/, "Z");

  constructor(
    private readonly kube: KubeClient,
    private readonly spec: NodeSpec,
    private readonly version: string,
  ) {}

  /** Registers the node where it is missing, renews lease and status. */
  async beat(): Promise<void> {
    const { name, labels } = this.spec;
    const ref = { apiVersion: "v1", kind: "Node", name };
    const node =
      (await this.kube.get(ref)) ??
      (await this.kube.create({ apiVersion: "v1", kind: "Node", metadata: { name, labels: { ...labels } } }));
    await this.renewLease(node.metadata.uid ?? "");
    await this.kube.patchStatus(ref, { status: nodeStatus(this.spec, this.version, new Date(), this.since) });
  }

  private async renewLease(uid: string): Promise<void> {
    const { name } = this.spec;
    const ref = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: "kube-node-lease", name };
    const spec = {
      holderIdentity: name,
      leaseDurationSeconds: LEASE_SECONDS,
      renewTime: new Date().toISOString().replace("Z", "000Z"),
    };
    const owner = [{ apiVersion: "v1", kind: "Node", name, uid }];
    try {
      await this.kube.patch(ref, { metadata: { ownerReferences: owner }, spec });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const { apiVersion, kind, namespace } = ref;
      await this.kube.create({
        apiVersion,
        kind,
        metadata: { name, namespace, ownerReferences: owner },
        spec,
      });
    }
  }
}
