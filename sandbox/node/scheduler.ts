import { isNotFound, type KubeClient, type KubeObject } from "../kube";
import type { EventRecorder } from "./events";
import { nodeView } from "./nodes";
import { place } from "./scheduling";
import { hasEnded, namespaceOf, uidOf, type Pod } from "./types";

/** Binds pods to nodes, one after the other, so that each sees where the last one went. */
export class Scheduler {
  private readonly nodes = new Map<string, KubeObject>();
  private readonly bound = new Map<string, string>();
  private turn: Promise<void> = Promise.resolve();
  private readonly waiting = new Set<string>();

  constructor(
    private readonly kube: KubeClient,
    private readonly events: EventRecorder,
    /** All pods of the cluster by uid. */
    private readonly pods: ReadonlyMap<string, Pod>,
    private readonly log: (line: string) => void,
  ) {}

  /** Takes the current version of a node. */
  node(node: KubeObject): void {
    this.nodes.set(node.metadata.name, node);
  }

  /** Takes note that a node is gone. */
  nodeGone(name: string): void {
    this.nodes.delete(name);
  }

  /** Takes note that a pod is gone. */
  podGone(pod: Pod): void {
    this.bound.delete(uidOf(pod));
  }

  /** Tries to place a pod that has no node yet. */
  offer(pod: Pod): void {
    const uid = uidOf(pod);
    if (this.waiting.has(uid) || this.bound.has(uid)) return;
    this.waiting.add(uid);
    this.turn = this.turn.then(() => this.bind(uid)).finally(() => this.waiting.delete(uid));
  }

  private async bind(uid: string): Promise<void> {
    const pod = this.pods.get(uid);
    if (pod === undefined || pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined)
      return;
    const decision = place(pod, this.views());
    const { name } = pod.metadata;
    const namespace = namespaceOf(pod);
    try {
      if ("reason" in decision) {
        await this.events.record(pod, "Warning", "FailedScheduling", decision.reason);
        await this.tell(pod, decision.reason);
        return;
      }
      this.bound.set(uid, decision.node);
      await this.kube.request({
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/pods/${name}/binding`,
        body: {
          apiVersion: "v1",
          kind: "Binding",
          metadata: { name, namespace, uid },
          target: { apiVersion: "v1", kind: "Node", name: decision.node },
        },
      });
    } catch (error) {
      this.bound.delete(uid);
      if (!isNotFound(error)) this.log(`pod ${namespace}/${name} not bound: ${String(error)}`);
    }
  }

  private async tell(pod: Pod, message: string): Promise<void> {
    const before = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
    if (before?.message === message) return;
    const { name } = pod.metadata;
    await this.kube.patchStatus(
      { apiVersion: "v1", kind: "Pod", namespace: namespaceOf(pod), name },
      {
        status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] },
      },
    );
  }

  private views() {
    const on = new Map<string, Pod[]>();
    for (const [uid, pod] of this.pods) {
      const node = pod.spec.nodeName ?? this.bound.get(uid);
      if (node === undefined || hasEnded(pod)) continue;
      on.set(node, [...(on.get(node) ?? []), pod]);
    }
    return [...this.nodes.values()].map((node) => nodeView(node, on.get(node.metadata.name) ?? []));
  }
}
