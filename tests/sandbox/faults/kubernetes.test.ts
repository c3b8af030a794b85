import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject, ObjectRef } from "../../../sandbox/kube";
import { startCluster, type TestCluster } from "../plugin-kubernetes/support/cluster";
import { Project, type Finished } from "../plugin-kubernetes/support/project";
import type { ScenarioResource } from "../plugin-kubernetes/support/scenario";
import { WIDGETS } from "../plugin-kubernetes/support/widgets";

const UP = ["up", "--yes", "--skip-preview"] as const;
const DESTROY = ["destroy", "--yes", "--skip-preview"] as const;
const GONE = { PULUMI_K8S_DELETE_UNREACHABLE: "true" };
const HOLD = "example.com/hold";
const NAMESPACE: ScenarioResource = { type: "Namespace", name: "team", args: { metadata: { name: "team" } } };
/** Each after the one before, so that an outage finds some made and some not. */
const MAPS = Array.from({ length: 20 }, (_, n): ScenarioResource => ({
  type: "ConfigMap",
  name: mapName(n),
  args: { metadata: { name: mapName(n), namespace: "team" } },
  dependsOn: n === 0 ? ["team"] : [mapName(n - 1)],
}));
/** In the order of their making when they are sorted. */
function mapName(n: number): string {
  return `map-${String(n).padStart(2, "0")}`;
}
const configMap = (name: string): ObjectRef => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace: "team",
  name,
});

describe("a cluster that fails, under the engine", function () {
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

  const set = (resources: readonly ScenarioResource[]): void =>
    project.set({
      provider: { kubeconfig: { $secret: cluster.kubeconfig }, clusterIdentifier: "one" },
      resources,
    });

  async function fails(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const done = await project.pulumi(args, env);
    assert.notEqual(done.code, 0, done.text);
    assert.ok(!done.text.includes(cluster.token), "no token in what is printed");
    return done;
  }

  /** Names of the Kubernetes resources in state. */
  async function inState(): Promise<string[]> {
    const { stdout } = await project.pulumi(["stack", "export"]);
    const { deployment } = JSON.parse(stdout) as {
      deployment: { resources?: { urn: string; type: string }[] };
    };
    return (deployment.resources ?? [])
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ urn }) => urn.split("::").at(-1) ?? "")
      .toSorted();
  }

  async function mapsInCluster(): Promise<string[]> {
    const maps = await cluster.kube.list({ apiVersion: "v1", kind: "ConfigMap", namespace: "team" });
    return maps.map(({ metadata }) => metadata.name).filter((name) => name.startsWith("map-"));
  }

  async function eventually(what: string, test: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 120_000;
    while (!(await test())) {
      if (Date.now() > end) throw new Error(`after 120 s still not: ${what}`);
      await sleep(25);
    }
  }

  it("in the middle of an update: an error names it, the state keeps what is done, a rerun finishes", async () => {
    set([NAMESPACE, ...MAPS]);
    const { child, done } = project.start([...UP]);
    await eventually(
      "the second object",
      async () => (await cluster.kube.get(configMap(mapName(1)))) !== undefined,
    );
    // It must not be done with all before the server has ended.
    child.kill("SIGSTOP");
    await cluster.plane.stopComponent("kube-apiserver");
    child.kill("SIGCONT");
    const { code, text } = await done;
    assert.notEqual(code, 0);
    assert.match(
      text,
      new RegExp(`cluster \\S+: the API server ${cluster.server} cannot be reached: .*ECONNREFUSED`),
    );
    const known = await inState();
    assert.ok(
      known.includes("team") && known.includes(mapName(0)) && known.length < MAPS.length,
      known.join(),
    );

    // Away from the beginning: nobody may conclude that its objects are gone (pulumi-kubernetes#1485).
    for (const args of [["refresh", "--yes", "--skip-preview"], [...UP], [...DESTROY]]) {
      assert.match((await fails(args)).text, /cannot be reached/);
      assert.deepEqual(await inState(), known);
    }

    await cluster.plane.startComponent("kube-apiserver");
    const lost = (await mapsInCluster()).filter((name) => !known.includes(name));
    // An answer may get lost with the server; such an object is taken over, and never made twice.
    for (const name of lost) await cluster.kube.delete(configMap(name));
    await project.up();
    const all = MAPS.map(({ name }) => name);
    assert.deepEqual((await mapsInCluster()).toSorted(), all);
    assert.deepEqual(await inState(), [...all, "team"]);
    assert.deepEqual(await project.preview("--refresh"), []);
    console.log(
      `      stopped with ${known.length} of ${MAPS.length + 1} made; lost ${lost.length}, twice 0`,
    );
  });

  it("gone for good: its objects leave the state when the user says so, and a Release only by a refresh", async () => {
    await cluster.plane.stopComponent("kube-apiserver");
    try {
      const before = await inState();
      await fails(DESTROY);
      assert.deepEqual(await inState(), before);
      const done = await project.pulumi(DESTROY, GONE);
      assert.equal(done.code, 0, done.text);
      assert.deepEqual(await inState(), []);
      console.log(`      given up by name: ${before.length} of ${before.length}; unasked: 0`);
    } finally {
      await cluster.plane.startComponent("kube-apiserver");
    }
    await cluster.kube.delete({ apiVersion: "v1", kind: "Namespace", name: "team" });
    await eventually("no namespace", async () => {
      return (await cluster.kube.get({ apiVersion: "v1", kind: "Namespace", name: "team" })) === undefined;
    });
  });

  it("a finalizer that never goes: bounded, named, not stripped, and done once it is lifted", async () => {
    const metadata = { name: "held", namespace: "team", finalizers: [HOLD] };
    const options = { customTimeouts: { delete: "6s" } };
    set([NAMESPACE, { type: "ConfigMap", name: "held", args: { metadata }, dependsOn: ["team"], options }]);
    await project.up();
    const started = Date.now();
    const { text } = await fails(DESTROY);
    const seconds = (Date.now() - started) / 1000;
    assert.match(
      text,
      /ConfigMap team\/held was not deleted: being deleted since \S+; finalizers: .*example\.com\/hold/,
    );
    assert.match(text, /look at it with: kubectl get ConfigMap held -n team -o yaml/);
    const held = await cluster.kube.get(configMap("held"));
    assert.ok(held?.metadata.finalizers?.includes(HOLD), "nothing is stripped unasked");
    assert.deepEqual(await inState(), ["held", "team"]);
    await cluster.kube.patch(configMap("held"), { metadata: { finalizers: null } });
    await project.destroy();
    assert.deepEqual(await inState(), []);
    console.log(`      held by a finalizer with a limit of 6 s: ended after ${seconds.toFixed(0)} s`);
  });

  it("a namespace stuck Terminating: what holds it is named with its finalizer", async () => {
    // The controller of namespaces waits 5 s before it looks what is left in one.
    set([{ ...NAMESPACE, options: { customTimeouts: { delete: "30s" } } }]);
    await project.up();
    const stranger: KubeObject = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "stranger", namespace: "team", finalizers: [HOLD] },
    };
    await cluster.kube.create(stranger);
    assert.match(
      (await fails(DESTROY)).text,
      /Namespace team was not deleted: .*ConfigMap stranger \(being deleted since \S+; finalizers: example\.com\/hold/s,
    );
    // A second run finds it on its way out, waits again and says the same.
    assert.match((await fails(DESTROY)).text, /ConfigMap stranger/);
    assert.deepEqual((await cluster.kube.get(configMap("stranger")))?.metadata.finalizers, [HOLD]);
    await cluster.kube.patch(configMap("stranger"), { metadata: { finalizers: null } });
    await project.destroy();
  });

  it("a definition that was removed first: its objects count as gone", async () => {
    await cluster.kube.create(WIDGETS);
    const widget = (name: string): ScenarioResource => ({
      type: "Widget",
      name,
      args: { apiVersion: "example.com/v1", kind: "Widget", metadata: { name, namespace: "team" } },
      dependsOn: ["team"],
    });
    set([NAMESPACE, widget("one"), widget("two")]);
    await project.up();
    const crd = { apiVersion: WIDGETS.apiVersion, kind: WIDGETS.kind, name: WIDGETS.metadata.name };
    await cluster.kube.delete(crd);
    await eventually("no definition", async () => (await cluster.kube.get(crd)) === undefined);
    assert.deepEqual((await project.preview("--refresh")).map(({ op, name }) => `${op} ${name}`).toSorted(), [
      "create one",
      "create two",
    ]);
    await project.destroy();
    assert.deepEqual(await inState(), []);
    console.log("      definition removed first: 2 objects counted as gone, 0 left in state");
  });
});
