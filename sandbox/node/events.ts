import { randomBytes } from "node:crypto";
import type { KubeClient, KubeObject } from "../kube";

/** How long the same words about the same object are not said again. */
const QUIET_MS = 30_000;

interface Said {
  readonly name: string;
  count: number;
  at: number;
}

/** Writes Events about objects; the same words raise the count of the Event that is there. */
export class EventRecorder {
  private readonly said = new Map<string, Said>();

  constructor(
    private readonly kube: KubeClient,
    private readonly component: string,
    private readonly log: (line: string) => void,
  ) {}

  /** Never fails: an Event that cannot be written is only logged. */
  async record(
    object: KubeObject,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
  ): Promise<void> {
    const namespace = object.metadata.namespace ?? "default";
    const key = [namespace, object.kind, object.metadata.name, object.metadata.uid, reason, message].join(
      "|",
    );
    const before = this.said.get(key);
    if (before !== undefined && Date.now() - before.at < QUIET_MS) return;
    try {
      if (before === undefined) await this.create(key, object, namespace, type, reason, message);
      else await this.repeat(before, namespace);
    } catch (error) {
      this.said.delete(key);
      this.log(
        `event ${reason} on ${object.kind} ${namespace}/${object.metadata.name} not written: ${String(error)}`,
      );
    }
  }

  private async create(
    key: string,
    object: KubeObject,
    namespace: string,
    type: string,
    reason: string,
    message: string,
  ): Promise<void> {
    const now = stamp();
    const name = `${object.metadata.name}.${randomBytes(8).toString("hex")}`;
    // Before the request, so that the same words in the meantime do not make a second Event.
    this.said.set(key, { name, count: 1, at: Date.now() });
    await this.kube.create({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.metadata.name,
        namespace: object.metadata.namespace,
        uid: object.metadata.uid,
        resourceVersion: object.metadata.resourceVersion,
      },
      type,
      reason,
      message: message.slice(0, 1000),
      source: { component: this.component },
      reportingComponent: this.component,
      reportingInstance: this.component,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
  }

  private async repeat(said: Said, namespace: string): Promise<void> {
    said.count += 1;
    said.at = Date.now();
    const ref = { apiVersion: "v1", kind: "Event", namespace, name: said.name };
    await this.kube.patch(ref, { count: said.count, lastTimestamp: stamp() });
  }
}

function stamp(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}
