import assert from "node:assert/strict";
import { catalog } from "../../../catalog";
import type { RequestAnswers } from "../../../cli/verify/requests/answer";
import { testApplicationOf } from "../../../cli/verify/requests/application";
import { JOB_LABELS } from "../../../cli/verify/requests/job";
import { JobRunner, NothingSentError, type JobClient } from "../../../cli/verify/requests/runner";
import type { KubeObject } from "../../../sandbox/kube";

const tests = testApplicationOf(catalog) ?? assert.fail("the catalog has a test application");
const NAMESPACE = tests.namespace;
const ACCOUNT: KubeObject = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "test-client", namespace: NAMESPACE },
};

interface ContainerState {
  readonly name: string;
  readonly state: object;
  readonly started?: boolean;
}
const PROXY: ContainerState = { name: "istio-proxy", state: { running: {} }, started: true };
const ended = (region: string, message: string): ContainerState => ({
  name: `to-${region}`,
  state: { terminated: { exitCode: 0, message } },
});
const OK = (region: string): ContainerState => ended(region, `\n0\t200\t${region}\t0\t`);

/** An API server that has one pod for each Job, as its test says. */
class Cluster implements JobClient {
  readonly deleted: string[] = [];
  readonly notes: string[] = [];
  /** Why it deletes nothing. */
  keeps: Error | undefined;
  readonly created: KubeObject[] = [];
  jobs: KubeObject[] = [];
  events: KubeObject[] = [];
  account: KubeObject | undefined = ACCOUNT;
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
  list({ kind, labelSelector = "" }: { readonly kind: string; labelSelector?: string | undefined }) {
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
        initContainerStatuses: containers.filter(({ name: own }) => own === "istio-proxy"),
        containerStatuses: containers.filter(({ name: own }) => own !== "istio-proxy"),
      },
    };
    return Promise.resolve([pod]);
  }
}

function send(
  cluster: Cluster,
  o: { readonly to?: readonly string[]; readonly seconds?: number; readonly signal?: AbortSignal } = {},
): Promise<RequestAnswers> {
  const { to = ["eastus", "westeurope"], seconds = 0, signal = new AbortController().signal } = o;
  const note = (words: string): void => void cluster.notes.push(words);
  const order = { client: cluster, from: "eastus", to, tests, report: () => undefined, note, signal };
  return new JobRunner("curl:1", seconds).send(order);
}

async function refused(cluster: Cluster, says: RegExp): Promise<void> {
  await assert.rejects(send(cluster), (error) => {
    assert.ok(error instanceof NothingSentError, String(error));
    assert.match(`${error.message} → ${error.fix}`, says);
    return true;
  });
  assert.deepEqual(
    cluster.deleted,
    cluster.created.map(({ metadata }) => metadata.name),
  );
}

describe("the runner of test requests", () => {
  it("reads what each container says last, and deletes the Job", async () => {
    const cluster = new Cluster();
    cluster.pod = () => [PROXY, OK("eastus"), ended("westeurope", "curl: not found")];
    const answers = await send(cluster);
    assert.deepEqual(answers.get("eastus"), {
      exitCode: 0,
      status: 200,
      region: "eastus",
      retries: 0,
      words: "",
    });
    assert.match(JSON.stringify(answers.get("westeurope")), /curl 8\.3 or later \(--request-image\)/);
    assert.deepEqual(
      cluster.deleted,
      cluster.created.map(({ metadata }) => metadata.name),
    );
    assert.equal(cluster.created.length, 1);
  });

  it("sends to many regions by several Jobs, since a pod's last words are limited", async () => {
    const cluster = new Cluster();
    const to = Array.from({ length: 10 }, (_, index) => `region${index}`);
    cluster.pod = () => [PROXY, ...to.map(OK)];
    assert.deepEqual([...(await send(cluster, { to })).keys()], to);
    assert.equal(cluster.created.length, 2);
  });

  it("removes what a killed command left, and nothing that another one may wait for", async () => {
    const cluster = new Cluster();
    const job = (name: string, made: number, type?: string): KubeObject => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name,
        namespace: NAMESPACE,
        labels: { ...JOB_LABELS },
        creationTimestamp: new Date(Date.now() - made).toISOString(),
      },
      status: type === undefined ? {} : { conditions: [{ type, status: "True" }] },
    });
    // Another run may be about to read what an ended one did.
    cluster.jobs = [job("old", 600_000), job("ended", 1_000, "Complete"), job("others", 1_000)];
    cluster.pod = () => [PROXY, OK("eastus"), OK("westeurope")];
    await send(cluster);
    assert.deepEqual(cluster.deleted.slice(0, -1), ["old"]);
  });

  it("notes a Job that it could not delete, and the answers count", async () => {
    const cluster = new Cluster();
    cluster.keeps = new Error("DELETE: 403");
    cluster.pod = () => [PROXY, OK("eastus"), OK("westeurope")];
    assert.deepEqual([...(await send(cluster)).keys()], ["eastus", "westeurope"]);
    const [name] = cluster.created.map(({ metadata }) => metadata.name);
    assert.deepEqual(cluster.notes, [
      `Job cross-cluster-test/${name} in eastus was not deleted; it ends and goes by itself: DELETE: 403`,
    ]);
  });

  it("deletes the Job when it is ended", async () => {
    const cluster = new Cluster();
    const controller = new AbortController();
    cluster.pod = () => {
      controller.abort(new Error("ended by SIGINT"));
      return undefined;
    };
    await assert.rejects(send(cluster, { seconds: 60, signal: controller.signal }), /ended by SIGINT/);
    assert.deepEqual(
      cluster.deleted,
      cluster.created.map(({ metadata }) => metadata.name),
    );
  });

  it("says that the service account is missing before it makes anything", async () => {
    const cluster = new Cluster();
    cluster.account = undefined;
    await refused(
      cluster,
      /no service account cross-cluster-test\/test-client .*create serviceaccount test-client/,
    );
    assert.deepEqual(cluster.created, []);
  });

  it("says why a pod does not come to send", async () => {
    const waiting = (reason: string): ContainerState => ({
      name: "to-eastus",
      state: { waiting: { reason } },
    });
    const warning = (reason: string): KubeObject => ({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e", namespace: NAMESPACE },
      reason,
      message: "words",
    });
    const rows: readonly [readonly ContainerState[] | undefined, readonly KubeObject[], RegExp][] = [
      [[PROXY, waiting("ImagePullBackOff")], [], /ImagePullBackOff →.*curl:1.*--request-image/],
      [[{ ...PROXY, started: false }], [], /within 0 s: istio-proxy is not ready →.*proxies/],
      [
        [],
        [warning("NoPlaceForProxy")],
        /it waits for its node; NoPlaceForProxy: words →.*16 proxies.*--skip/,
      ],
      [undefined, [warning("FailedCreate")], /FailedCreate: words →.*--skip requests/],
      [undefined, [], /it was not made/],
      [[OK("eastus"), OK("westeurope")], [], /got no proxy →.*label of injection/],
    ];
    for (const [containers, events, says] of rows) {
      const cluster = new Cluster();
      cluster.pod = () => containers;
      cluster.events = [...events];
      await refused(cluster, says);
    }
  });
});
