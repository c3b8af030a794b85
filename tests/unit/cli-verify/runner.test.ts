import assert from "node:assert/strict";
import { JOB_LABELS } from "../../../cli/verify/requests/job";
import type { KubeObject } from "../../../sandbox/kube";
import { Cluster, ended, NAMESPACE, OK, PROXY, refused, send, type ContainerState } from "./cluster";

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
    const warning = (reason: string, message = "words"): KubeObject => ({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e", namespace: NAMESPACE },
      reason,
      message,
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
      [
        undefined,
        [
          warning(
            "FailedCreate",
            'Error creating: Internal error occurred: failed calling webhook "rev.namespace.sidecar-injector.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/inject": no endpoints',
          ),
        ],
        /failed calling webhook .* → istiod's injector does not answer.*controlPlane/,
      ],
      [undefined, [], /it was not made/],
      [[OK("eastus"), OK("westeurope")], [], /got no proxy →.*label of injection.*webhook stands/],
    ];
    for (const [containers, events, says] of rows) {
      const cluster = new Cluster();
      cluster.pod = () => containers;
      cluster.events = [...events];
      await refused(cluster, says);
    }
  });
});
