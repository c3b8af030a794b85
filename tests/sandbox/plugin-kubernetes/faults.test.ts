import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeClient, type KubeObject } from "../../../sandbox/kube";
import { writeChart } from "./support/chart";
import { startCluster, type TestCluster } from "./support/cluster";
import { Project, type Finished } from "./support/project";
import type { Data, ScenarioResource } from "./support/scenario";

const NAMESPACE: ScenarioResource = { type: "Namespace", name: "team", args: { metadata: { name: "team" } } };

describe("faults under the engine with the kubernetes plugin", function () {
  this.timeout(900_000);
  let cluster: TestCluster;
  let project: Project;

  before(async () => {
    [cluster, project] = await Promise.all([startCluster(), Project.make()]);
  });

  after(async () => {
    await (cluster as TestCluster | undefined)?.stop();
    (project as Project | undefined)?.remove();
  });

  function set(resources: readonly ScenarioResource[], provider: Record<string, Data> = {}): void {
    const kubeconfig = { $secret: cluster.kubeconfig };
    project.set({ provider: { kubeconfig, clusterIdentifier: "one", ...provider }, resources });
  }

  async function fails(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const done = await project.pulumi(args, env);
    assert.notEqual(done.code, 0, done.text);
    assert.ok(!done.text.includes(cluster.token), "no token in what is printed");
    return done;
  }

  const UP = ["up", "--yes", "--skip-preview"];
  const DESTROY = ["destroy", "--yes", "--skip-preview"];

  it("refuses settings, kinds and annotations that it does not serve, by name", async () => {
    set([], { renderYamlToDirectory: "out" });
    assert.match((await fails(["preview"])).text, /renderYamlToDirectory: .*does not have this setting/);
    set([{ type: "Service", name: "s", args: { metadata: { name: "s" }, spec: {} } }]);
    assert.match(
      (await fails(["preview"])).text,
      /does not serve kubernetes:core\/v1:Service: it serves Namespace/,
    );
    const annotations = { "pulumi.com/waitFor": "condition=Ready" };
    set([{ type: "ConfigMap", name: "c", args: { metadata: { annotations } } }]);
    assert.match((await fails(["preview"])).text, /pulumi\.com\/waitFor.*does not serve this annotation/);
  });

  it("does not take over an object that exists", async () => {
    await cluster.kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } });
    set([NAMESPACE]);
    assert.match((await fails(UP)).text, /Namespace team already exists in the cluster.*import it/s);
    set([NAMESPACE], { upsertExistingObjects: true });
    await project.up();
  });

  it("imports an object", async () => {
    await cluster.kube.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "old", namespace: "team" },
      data: { a: "1" },
    });
    const args = { metadata: { name: "old", namespace: "team" }, data: { a: "1" } };
    set([NAMESPACE, { type: "ConfigMap", name: "old", args, options: { import: "team/old" } }], {
      upsertExistingObjects: true,
    });
    await project.up();
    assert.deepEqual(await project.preview("--refresh"), []);
  });

  it("names the service account that a token lacks", async () => {
    const annotations = { "kubernetes.io/service-account.name": "nobody" };
    const metadata = { name: "token", namespace: "team", annotations };
    const args = { metadata, type: "kubernetes.io/service-account-token" };
    set([NAMESPACE, { type: "Secret", name: "token", args, options: { customTimeouts: { create: "5s" } } }]);
    assert.match(
      (await fails(UP)).text,
      /Secret team\/token got no token: ServiceAccount team\/nobody does not exist/,
    );
    set([NAMESPACE]);
    await project.up();
  });

  it("signs in by an exec plugin, Helm as well", async () => {
    const plugin = join(project.folder, "sign-in");
    const calls = join(project.folder, "sign-in.log");
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: cluster.token, expirationTimestamp: new Date(Date.now() + 3600_000).toISOString() },
    };
    writeFileSync(
      plugin,
      `#!/bin/sh\necho called >> '${calls}'\ncat <<'END'\n${JSON.stringify(credential)}\nEND\n`,
    );
    chmodSync(plugin, 0o700);
    const config = JSON.parse(cluster.kubeconfig) as { users: { name: string; user: object }[] };
    const exec = { apiVersion: credential.apiVersion, command: plugin, interactiveMode: "Never" };
    config.users = config.users.map(({ name }) => ({ name, user: { exec } }));
    const kubeconfig = JSON.stringify(config);

    const kube = KubeClient.fromKubeconfig(kubeconfig);
    for (let i = 0; i < 5; i++) await kube.list({ apiVersion: "v1", kind: "Namespace" });
    kube.close();
    assert.equal(readFileSync(calls, "utf8"), "called\n", "one credential serves until it expires");

    const chart = writeChart(join(project.folder, "chart"));
    const release = { type: "Release", name: "demo", args: { name: "demo", namespace: "team", chart } };
    set([NAMESPACE, { ...release, dependsOn: ["team"] }], { kubeconfig: { $secret: kubeconfig } });
    await project.up();
    assert.deepEqual(await project.preview("--refresh"), []);
  });

  it("names what blocks the deletion of a namespace, and strips no finalizer", async () => {
    const held: KubeObject = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "held", namespace: "team", finalizers: ["example.com/hold"] },
    };
    await cluster.kube.create(held);
    set([{ ...NAMESPACE, options: { customTimeouts: { delete: "30s" } } }]);
    await project.up();
    const { text } = await fails(DESTROY);
    assert.match(
      text,
      /Namespace team was not deleted: being deleted since .*; finalizers: kubernetes; .*configmaps/s,
    );
    assert.match(text, /example\.com\/hold/);
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "team", name: "held" };
    assert.deepEqual((await cluster.kube.get(ref))?.metadata.finalizers, ["example.com/hold"]);
    await cluster.kube.patch(ref, { metadata: { finalizers: null } });
  });

  it("ends a wait on SIGINT and keeps the resource in state", async () => {
    set([
      {
        type: "ConfigMap",
        name: "c",
        args: { metadata: { name: "c", namespace: "default", finalizers: ["example.com/hold"] } },
      },
    ]);
    await project.up();
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "c" };
    const { child, done } = project.start(DESTROY);
    const isGoing = async (): Promise<boolean> =>
      (await cluster.kube.get(ref))?.metadata.deletionTimestamp !== undefined;
    const end = Date.now() + 120_000;
    while (!(await isGoing())) {
      assert.ok(Date.now() < end, "the deletion began");
      await sleep(25);
    }
    const started = Date.now();
    child.kill("SIGINT");
    const { code, text } = await done;
    assert.notEqual(code, 0);
    assert.ok(Date.now() - started < 60_000);
    assert.match(
      text,
      /ConfigMap default\/c was not deleted: .*finalizers: .*example\.com\/hold.*cancelled/s,
    );
    await cluster.kube.patch(ref, { metadata: { finalizers: null } });
    await project.destroy();
  });

  it("never takes a cluster that does not answer for an empty one", async () => {
    set([NAMESPACE]);
    await project.up();
    await cluster.plane.stop();
    try {
      const refreshed = await fails(["refresh", "--yes", "--skip-preview"]);
      assert.match(refreshed.text, /the API server https:\S+ cannot be reached.*deleteUnreachable/s);
      assert.match((await fails(DESTROY)).text, /cluster \S+: the API server https:\S+ cannot be reached/);
      const forgotten = await project.pulumi(DESTROY, { PULUMI_K8S_DELETE_UNREACHABLE: "true" });
      assert.equal(forgotten.code, 0, forgotten.text);
    } finally {
      for (const component of ["etcd", "kube-apiserver", "kube-controller-manager"] as const)
        await cluster.plane.startComponent(component);
    }
    assert.ok(await cluster.kube.get({ apiVersion: "v1", kind: "Namespace", name: "team" }));
  });
});
