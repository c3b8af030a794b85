import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { KubeObject } from "../../../sandbox/kube";
import { ProxyPlaces } from "../../../sandbox/node";
import type { Container, Pod } from "../../../sandbox/node/types";
import { bundleProgram } from "../../../sandbox/plugins/bundle";
import { eventOf, eventually, makeNamespace, startCluster, type TestCluster } from "./support/cluster";

/** Pods whose work ends: what they leave, and what they wait for. */
describe("a Job that sends a request", function () {
  this.timeout(900_000);
  const places = new ProxyPlaces(1);
  let folder: string;
  let server: Server;
  let cluster: TestCluster;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "global-mesh-job-test-"));
    server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    const app = await bundleProgram({ name: "app", entry: "sandbox/app/main.ts", outDir: folder });
    // No proxy is started here: what is shown is that a pod gets as far.
    const nothing = path.join(folder, "nothing");
    const dataPlane = { app, pilotAgent: nothing, envoy: nothing, bootstrap: nothing };
    cluster = await startCluster({ executables: { dataPlane }, places });
    await makeNamespace(cluster.kube, "shop");
  });
  after(async () => {
    await (cluster as TestCluster | undefined)?.stop();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function create(name: string, args: readonly string[], more: object = {}): Promise<void> {
    const { port } = server.address() as AddressInfo;
    const curl: Container = {
      name: "curl",
      image: "docker.io/curlimages/curl:8.16.0",
      command: ["curl"],
      args: ["--output", "/dev/termination-log", ...args, `http://127.0.0.1:${port}/`],
    };
    await cluster.kube.create({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name, namespace: "shop" },
      spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never", containers: [curl], ...more } } },
    });
  }

  async function podOf(job: string): Promise<Pod | undefined> {
    const labelSelector = `batch.kubernetes.io/job-name=${job}`;
    const [pod] = await cluster.kube.list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: "shop",
      labelSelector,
    });
    return pod as Pod | undefined;
  }

  const jobEnded = (name: string, condition: string) =>
    eventually(`Job ${name} ${condition}`, 60_000, async () => {
      const job = await cluster.kube.get({ apiVersion: "batch/v1", kind: "Job", namespace: "shop", name });
      const { conditions = [] } =
        (job as KubeObject & { status?: { conditions?: { type: string }[] } }).status ?? {};
      return conditions.some(({ type }) => type === condition) ? podOf(name) : undefined;
    });

  it("completes, with its last words in the status of its pod", async () => {
    await create("good", ["--write-out", "%output{>>/dev/termination-log}\\n%{http_code}"]);
    const pod = await jobEnded("good", "Complete");
    const [status] = pod.status?.containerStatuses ?? [];
    assert.equal(status?.state.terminated?.message, "hello\n200");
    assert.equal(pod.metadata.labels?.["sandbox/simulated"], undefined);
  });

  it("fails where its args are none that are known", async () => {
    await create("bad", ["--insecure"]);
    const pod = await jobEnded("bad", "Failed");
    assert.equal(pod.status?.containerStatuses?.[0]?.state.terminated?.exitCode, 2);
  });

  it("waits for a place for its proxy, and says so", async () => {
    assert.equal(places.take("another pod"), true);
    const args = ["proxy", "sidecar"];
    const proxy = { name: "istio-proxy", image: "proxyv2:1", restartPolicy: "Always", args };
    await create("waiting", [], { initContainers: [proxy] });
    const pod = await eventually("a pod", 60_000, () => podOf("waiting"));
    await eventually("an event about it", 60_000, () => eventOf(cluster.kube, pod, "NoPlaceForProxy"));
    assert.equal((await podOf("waiting"))?.status?.containerStatuses, undefined);
    places.release("another pod");
    await eventually("a pod that has its place", 60_000, async () =>
      (await podOf("waiting"))?.status?.initContainerStatuses === undefined ? undefined : true,
    );
    assert.equal(places.taken, 1);
    await cluster.kube.delete(
      { apiVersion: "batch/v1", kind: "Job", namespace: "shop", name: "waiting" },
      { propagationPolicy: "Background" },
    );
    await eventually("a place that is free again", 60_000, () =>
      Promise.resolve(places.taken === 0 ? true : undefined),
    );
  });
});
