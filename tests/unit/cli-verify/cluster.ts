import assert from "node:assert/strict";
import { catalog } from "../../../catalog";
import type { RequestAnswers } from "../../../cli/verify/requests/answer";
import { testApplicationOf } from "../../../cli/verify/requests/application";
import { JobRunner, NothingSentError, type JobClient } from "../../../cli/verify/requests/runner";
import type { KubeObject, ListOptions } from "../../../sandbox/kube";

const tests = testApplicationOf(catalog) ?? assert.fail("the catalog has a test application");
/** Where its Jobs run. */
export const NAMESPACE = tests.namespace;
const ACCOUNT: KubeObject = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "test-client", namespace: NAMESPACE },
};

/** A container as its kubelet says it. */
export interface ContainerState {
  readonly name: string;
  readonly state: object;
  readonly started?: boolean;
}
/** A proxy that is ready. */
export const PROXY: ContainerState = { name: "istio-proxy", state: { running: {} }, started: true };
/** A container that asked a region and has ended. */
export const ended = (region: string, message: string): ContainerState => ({
  name: `to-${region}`,
  state: { terminated: { exitCode: 0, message } },
});
/** One whose region answered. */
export const OK = (region: string): ContainerState => ended(region, `\n0\t200\t${region}\t0\t`);

/** An API server that has one pod for each Job, as its test says. */
export class Cluster implements JobClient {
  readonly deleted: string[] = [];
  readonly notes: string[] = [];
  /** Why it deletes nothing. */
  keeps: Error | undefined;
  readonly created: KubeObject[] = [];
  jobs: KubeObject[] = [];
  events: KubeObject[] = [];
  account: KubeObject | undefined = ACCOUNT;
  /** What the kubelet says of the whole pod. */
  status: object = {};
  /** The Job of this run, as it is found; undefined where somebody deleted it. */
  made: (created: KubeObject) => KubeObject | undefined = (created) => created;
  pod: (name: string) => readonly ContainerState[] | undefined = () => undefined;

  create(object: KubeObject): Promise<KubeObject> {
    this.created.push(object);
    return Promise.resolve(object);
  }
  delete({ name }: { readonly name: string }): Promise<void> {
    if (this.keeps !== undefined) return Promise.reject(this.keeps);
    this.deleted.push(name);
    return Promise.resolve();
  }
  get(): Promise<KubeObject | undefined> {
    return Promise.resolve(this.account);
  }
  list({ kind, labelSelector = "", fieldSelector }: ListOptions): Promise<KubeObject[]> {
    if (kind === "Job" && fieldSelector !== undefined) {
      const found = this.created.find(({ metadata }) => fieldSelector === `metadata.name=${metadata.name}`);
      const job = found === undefined ? undefined : this.made(found);
      return Promise.resolve(job === undefined ? [] : [job]);
    }
    if (kind === "Job") return Promise.resolve(this.jobs);
    if (kind === "Event") return Promise.resolve(this.events);
    const name = labelSelector.split("=")[1] ?? "";
    const containers = this.pod(name);
    if (containers === undefined) return Promise.resolve([]);
    const pod: KubeObject = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `${name}-x`, namespace: NAMESPACE },
      status: {
        ...this.status,
        initContainerStatuses: containers.filter(({ name: own }) => own.startsWith("istio-")),
        containerStatuses: containers.filter(({ name: own }) => !own.startsWith("istio-")),
      },
    };
    return Promise.resolve([pod]);
  }
}

/** Sends from `eastus`. */
export function send(
  cluster: Cluster,
  o: { readonly to?: readonly string[]; readonly seconds?: number; readonly signal?: AbortSignal } = {},
): Promise<RequestAnswers> {
  const { to = ["eastus", "westeurope"], seconds = 0, signal = new AbortController().signal } = o;
  const note = (words: string): void => void cluster.notes.push(words);
  const order = { client: cluster, from: "eastus", to, tests, report: () => undefined, note, signal };
  return new JobRunner("curl:1", seconds).send(order);
}

/** Nothing was sent, for that reason, and no Job stays. */
export async function refused(cluster: Cluster, says: RegExp, seconds = 0): Promise<void> {
  await assert.rejects(send(cluster, { seconds }), (error) => {
    assert.ok(error instanceof NothingSentError, String(error));
    assert.match(`${error.message} → ${error.fix}`, says);
    return true;
  });
  assert.deepEqual(
    cluster.deleted,
    cluster.created.map(({ metadata }) => metadata.name),
  );
}
