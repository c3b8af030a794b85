import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Pod } from "../../../sandbox/node/types";
import { eventOf, eventually, makeNamespace, startCluster, type TestCluster } from "./support/cluster";
import { makeStub, type Given } from "./support/stub";

const NAMESPACE = "istio-system";
const REF = { apiVersion: "v1", kind: "Pod", namespace: NAMESPACE, name: "stub" };

describe("a pod that is run as a process", function () {
  this.timeout(900_000);
  const stub = makeStub();
  let cluster: TestCluster;

  before(async () => {
    cluster = await startCluster({ executables: { pilotDiscovery: stub.path } });
    await makeNamespace(cluster.kube, NAMESPACE);
  });
  after(async () => {
    await (cluster as TestCluster | undefined)?.stop();
    stub.remove();
  });

  const pod = async () => (await cluster.kube.get(REF)) as Pod | undefined;
  const container = async () => (await pod())?.status?.containerStatuses?.[0];
  const podWhere = (what: string, check: (pod: Pod) => boolean | undefined) =>
    eventually(what, 120_000, async () => {
      const found = await pod();
      return found !== undefined && check(found) === true ? found : undefined;
    });
  const askOnce = async (path: string): Promise<Given> => {
    const answer = await fetch(`http://127.0.0.1:${cluster.addresses.istiod.http}${path}`, {
      signal: AbortSignal.timeout(10_000),
    });
    return (await answer.json()) as Given;
  };
  /** A probe that came late takes the pod out for a moment. */
  const ask = (path: string): Promise<Given> =>
    eventually(`answer to ${path}`, 60_000, () => askOnce(path).catch(() => undefined));
  const secret = (name: string, data: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: NAMESPACE },
    stringData: data,
  });
  const isReady = (found: Pod) => found.status?.containerStatuses?.[0]?.ready;

  it("is held while a Secret is missing, and says which", async () => {
    const created = await cluster.kube.create({
      ...REF,
      metadata: { name: "stub", namespace: NAMESPACE, labels: { app: "stub" } },
      spec: {
        terminationGracePeriodSeconds: 5,
        containers: [
          {
            name: "discovery",
            image: "example.org:5000/istio/pilot:1.31.1",
            args: ["discovery", "--monitoringAddr=:15014", "--domain", "$(DOMAIN)"],
            env: [
              { name: "DOMAIN", value: "cluster.local" },
              { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
              { name: "SWITCH_FILE", value: "/switch/ready" },
              { name: "WORD", valueFrom: { secretKeyRef: { name: "needed", key: "word" } } },
              {
                name: "LIMIT",
                valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } },
              },
            ],
            resources: { limits: { memory: "256Mi" } },
            readinessProbe: {
              httpGet: { path: "/ready", port: 8080 },
              periodSeconds: 1,
              failureThreshold: 1,
              timeoutSeconds: 10,
            },
            volumeMounts: [
              { name: "needed", mountPath: "/etc/cacerts" },
              { name: "switch", mountPath: "/switch" },
              { name: "absent", mountPath: "/var/absent" },
              { name: "scratch", mountPath: "/scratch" },
              { name: "info", mountPath: "/etc/podinfo" },
            ],
          },
        ],
        volumes: [
          { name: "needed", secret: { secretName: "needed" } },
          { name: "switch", configMap: { name: "switch", optional: true } },
          { name: "absent", secret: { secretName: "absent", optional: true } },
          { name: "scratch", emptyDir: {} },
          {
            name: "info",
            downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] },
          },
        ],
      },
    });
    const words = 'MountVolume.SetUp failed for volume "needed" : secret "needed" not found';
    await podWhere("waiting reason", (found) => {
      const waiting = found.status?.containerStatuses?.[0]?.state.waiting;
      return waiting?.reason === "ContainerCreating" && waiting.message === words;
    });
    assert.equal(
      await eventually("event", 120_000, () => eventOf(cluster.kube, created, "FailedMount")),
      words,
    );
  });

  it("runs once the Secret is there, but is not ready before its probe says so", async () => {
    await cluster.kube.create(secret("needed", { word: "first" }));
    const running = await podWhere("running container", (found) => found.status?.phase === "Running");
    assert.equal(isReady(running), false);
    await assert.rejects(askOnce("/given"), "a pod that is not ready gets no connection");
    await cluster.kube.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "switch", namespace: NAMESPACE },
      data: { ready: "yes" },
    });
    await podWhere("ready container", isReady);
  });

  it("gives the process what the pod's spec says, and none of our own environment", async () => {
    const { args, env, files } = await ask("/given");
    const address = (await pod())?.status?.podIP?.replace(/^10\./, "127.") ?? "";
    assert.deepEqual(args.slice(0, 3), ["discovery", "--domain", "cluster.local"]);
    assert.deepEqual(
      args.filter((arg) => arg.startsWith("--monitoringAddr")),
      [`--monitoringAddr=${address}:15014`],
    );
    assert.equal(env["POD_NAME"], "stub");
    assert.equal(env["POD_IP"], (await pod())?.status?.podIP);
    assert.equal(env["WORD"], "first");
    assert.equal(env["LIMIT"], "256");
    assert.ok(env["SWITCH_FILE"]?.endsWith("/switch/ready") && existsSync(env["SWITCH_FILE"]));
    assert.equal(env["SANDBOX_TEST_TOOLS"], undefined);
    assert.equal(files["/etc/cacerts/word"], "first");
    assert.match(files["/etc/podinfo/labels"] ?? "", /^app="stub"$/m);
    const account = "/var/run/secrets/kubernetes.io/serviceaccount";
    assert.equal(files[`${account}/namespace`], NAMESPACE);
    assert.match(files[`${account}/ca.crt`] ?? "", /BEGIN CERTIFICATE/);
    const token = (files[`${account}/token`] ?? "").split(".")[1] ?? "";
    const claims = JSON.parse(Buffer.from(token, "base64url").toString()) as { sub: string };
    assert.equal(claims.sub, `system:serviceaccount:${NAMESPACE}:default`);
  });

  it("keeps its files to the user", () => {
    const folder = join(cluster.folder, "pods");
    for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const mode = statSync(join(folder, path)).mode & 0o077;
      assert.equal(mode, 0, path);
    }
  });

  it("sees a changed Secret without a restart", async () => {
    const { pid } = await ask("/given");
    await cluster.kube.patch(
      { ...REF, kind: "Secret", name: "needed" },
      { stringData: { word: "second", more: "x" } },
    );
    const given = await eventually("new contents", 120_000, async () => {
      const now = await ask("/given");
      return now.files["/etc/cacerts/word"] === "second" ? now : undefined;
    });
    assert.equal(given.files["/etc/cacerts/more"], "x");
    assert.equal(given.pid, pid);
  });

  it("is started again after a crash, with the reason in its status", async () => {
    const { pid } = await ask("/given");
    await askOnce("/crash").catch(() => undefined);
    await podWhere("restarted and ready container", (found) => {
      const status = found.status?.containerStatuses?.[0];
      return status?.restartCount === 1 && status.ready;
    });
    const last = (await container())?.lastState.terminated;
    assert.equal(last?.exitCode, 3);
    assert.equal(last.reason, "Error");
    assert.notEqual((await ask("/given")).pid, pid);
  });

  it("says again that it is ready when somebody else took that from its status", async () => {
    const found = await pod();
    const conditions = found?.status?.conditions?.map((one) =>
      one.type === "Ready" ? { ...one, status: "False", reason: "NodeNotReady" } : one,
    );
    await cluster.kube.patchStatus(REF, { status: { conditions } });
    await podWhere("Ready condition", (now) =>
      now.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
  });

  it("is started again by the next agent", async () => {
    const { pid } = await ask("/given");
    await cluster.restartAgent();
    await podWhere(
      "ready container",
      (found) => found.status?.containerStatuses?.[0]?.restartCount === 2 && isReady(found),
    );
    assert.notEqual((await ask("/given")).pid, pid);
    assert.throws(() => process.kill(pid, 0), "the first process has ended");
  });

  it("leaves nothing when it is deleted", async () => {
    const { pid } = await ask("/given");
    await cluster.kube.delete(REF);
    await eventually("end of the pod", 120_000, async () => ((await pod()) === undefined ? true : undefined));
    assert.throws(() => process.kill(pid, 0), "the process has ended");
    assert.deepEqual(readdirSync(join(cluster.folder, "pods")), []);
    await assert.rejects(askOnce("/given"));
  });

  it("may have simulated containers beside it, and is started again when its liveness probe fails", async () => {
    await cluster.kube.create({
      ...REF,
      metadata: { name: "stub", namespace: NAMESPACE },
      spec: {
        terminationGracePeriodSeconds: 5,
        initContainers: [{ name: "setup", image: "example.org/setup:1" }],
        containers: [
          {
            name: "discovery",
            image: "pilot",
            args: ["discovery"],
            livenessProbe: {
              httpGet: { path: "/alive", port: 8080 },
              periodSeconds: 1,
              failureThreshold: 2,
              timeoutSeconds: 10,
            },
          },
          { name: "helper", image: "example.org/helper:1" },
        ],
      },
    });
    const found = await podWhere(
      "two ready containers",
      ({ status, metadata }) =>
        status?.containerStatuses?.every(({ ready }) => ready) === true &&
        metadata.labels?.["sandbox/simulated"] === "partly",
    );
    assert.equal(cluster.agent.simulatedPods(), 0);
    assert.equal(found.status?.containerStatuses?.[1]?.imageID, "sandbox://simulated");
    const { pid } = await ask("/sicken");
    await podWhere("restart", ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1);
    const again = await ask("/given");
    assert.notEqual(again.pid, pid);
  });
});
